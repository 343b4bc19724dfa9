"""Those who take advantage: constant acts, pure memory-one rules, and whoever behaves until it pays not to."""

from itertools import product
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ...agents.agent import Agent, View
from ...agents.exemplar import Exemplary, legal_or_first
from ...agents.scripted.binary import BINARY_GAMES, MemoryOne
from ...agents.seats import seat
from ...agents.sharing import Entering
from ...analysis.labels import cooperated
from ...envs.game import Floats, Game
from .schelling import CONDUCT, DEFECTOR

MOST_MOVES = 11
"""Constant moves that are tried: all, or an even grid of so many."""


class Constant(Agent):
    """Makes the same move in every step, ``moves`` (B,) by world; the first legal one where that is not."""

    name = "constant"

    def __init__(self, moves: Floats) -> None:
        super().__init__()
        self._moves = moves

    def act(self, view: View) -> Floats:
        """Whatever happened."""
        self.step += 1
        return legal_or_first(view, self._moves)


class Rule(MemoryOne):
    """A memory-one rule of its own in each world: ``vectors`` (B, 5), p_CC, p_CD, p_DC, p_DD and the first."""

    name = "rule"

    def __init__(self, vectors: Floats) -> None:
        super().__init__()
        self._vectors = vectors

    def probabilities(self, game: Game) -> tuple[Floats, ...]:
        """As was said."""
        return tuple(self._vectors.T)


class MajorityCopier(Exemplary):
    """Cooperates at first, then where at least half of the others whose last act it saw did."""

    name = "majority_copier"
    games: ClassVar[tuple[str, ...]] = ()

    def act(self, view: View) -> Floats:
        """The mean of their labels."""
        self.step += 1
        labels = np.delete(self.game.labels(view.imagine(self.imagined_keys())), self.seat, axis=1)
        seen = ~np.isnan(labels)
        mean = np.where(seen, labels, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        return self.exemplary(view, cooperated(mean) | ~seen.any(axis=1))


def defector(game: Game, worlds: int) -> Agent:
    """Takes all it can: the game's own defector, else the act labelled 0 in every step."""
    return seat(game, CONDUCT.get(game.name, (None, DEFECTOR))[1], worlds)


def late_defector(game: Game, step: int, worlds: int) -> Agent:
    """Copies the majority, and from ``step`` (from 1) on takes all."""
    before = seat(game, MajorityCopier())
    return defector(game, worlds) if step <= 1 else Entering(before, defector(game, worlds), step - 1)


def is_binary(game: Game) -> bool:
    """Is every act C or D?"""
    return game.name in BINARY_GAMES


def pure_rules() -> tuple[list[str], Floats]:
    """All 32 pure memory-one rules, by name and as vectors (32, 5).

    Against a memory-one partner no other rule does better in the long run (Press & Dyson 2012, appendix A).
    """
    vectors = np.array(list(product([1.0, 0.0], repeat=5)))
    words = ["".join("C" if p else "D" for p in one) for one in vectors]
    return [f"{word[:4]}, first {word[4]}" for word in words], vectors


def constant_moves(game: Game) -> Floats:
    """All moves, or an even grid of at most 11."""
    if game.n_moves:
        every = np.arange(game.n_moves, dtype=np.float64)
        return every[np.unique(np.linspace(0, game.n_moves - 1, min(game.n_moves, MOST_MOVES)).round().astype(int))]
    space = game.move_space
    return np.linspace(float(space.low), float(space.high), MOST_MOVES)  # type: ignore[union-attr]


def tiled(values: Floats, worlds: int) -> npt.NDArray[np.float64]:
    """Each of ``values`` for ``worlds`` worlds in a row."""
    return np.repeat(values, worlds, axis=0)
