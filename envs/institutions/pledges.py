"""What of an act can be pledged: the move itself, its class on a ladder, or an amount on a grid."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from ..deescalation.actions import CLASS_WORDS
from ..game import Floats, Game

MOVES, CLASSES, AMOUNTS = "moves", "classes", "amounts"


class Pledges(NamedTuple):
    """The K pledges of a game: what each stands for, ``values`` (K,), rising.

    ``moves``: every move, by its number. ``classes``: where a ladder has fewer classes than the game has moves, every
    class that a move has, by its rank. ``amounts``: where moves are real numbers, an even grid over their range.
    """

    kind: str
    values: Floats
    of_move: npt.NDArray[np.int64]
    """(m,): which pledge names each move; empty for amounts."""

    def named(self, acts: Floats) -> Floats:
        """The value of the pledge that would have named each of ``acts``, any shape: the nearest, of two the
        smaller. NaN stays.
        """
        none = np.isnan(acts)
        if self.kind == AMOUNTS:
            low, high = self.values[0], self.values[-1]
            place = np.ceil((np.where(none, low, acts) - low) / (high - low) * (len(self.values) - 1) - 0.5)
            number = np.clip(place, 0, len(self.values) - 1).astype(np.int64)
        else:
            whole = np.clip(np.ceil(np.where(none, 0.0, acts) - 0.5), 0, len(self.of_move) - 1)
            number = self.of_move[whole.astype(np.int64)]
        return np.where(none, np.nan, self.values[number])

    def number(self, values: Floats) -> npt.NDArray[np.int64]:
        """The place of each of ``values`` in the list."""
        return np.searchsorted(self.values, values)

    def legal(self, moves: npt.NDArray[Any]) -> npt.NDArray[np.int8]:
        """(B, N, K) from the legal moves (B, N, m): a pledge is legal if a move that it names is."""
        if self.kind == MOVES:
            return moves
        named = [moves[:, :, self.of_move == k].max(axis=2) for k in range(len(self.values))]
        return np.stack(named, axis=2).astype(np.int8)

    def words(self, schema: dict[str, Any], moves: npt.NDArray[Any]) -> dict[float, str]:
        """Each value in words, as far as the game has some: from the ``schema`` of a seat's move now, and its legal
        ``moves`` (m,).
        """
        if self.kind == CLASSES:
            return {value: CLASS_WORDS[int(value)] for value in self.values.tolist()}
        told = {value: f"{value:g}" for value in self.values.tolist()}
        choices, legal = schema.get("enum", ()), np.flatnonzero(moves)
        if self.kind == MOVES and len(choices) == len(legal):
            told |= {float(move): str(word) for move, word in zip(legal, choices, strict=True)}
        return told


def pledges(game: Game, levels: int) -> Pledges:
    """Those of ``game``, with ``levels`` amounts where its moves are real numbers."""
    space = game.move_space
    if isinstance(space, spaces.Box):
        return Pledges(AMOUNTS, np.linspace(float(space.low), float(space.high), levels), np.zeros(0, np.int64))
    ladder = game.rungs()
    ranks = np.array([] if ladder is None else [rung.rank for rung in ladder], np.int64)
    classes = np.unique(ranks)
    if 0 < len(classes) < len(ranks):
        return Pledges(CLASSES, classes.astype(np.float64), np.searchsorted(classes, ranks))
    moves = np.arange(game.n_moves)
    return Pledges(MOVES, moves.astype(np.float64), moves)
