"""Who meets whom in a tournament, in which seats, and what comes of it: all meetings as worlds of one batch.

A meeting of i and j fills the seats by turns: i has seats 0, 2, 4, …, and j seats 1, 3, 5, …. Where seats differ, and
always where there are more than two, the same is played again with the seats exchanged, so that both have been
everywhere. Repetition r has the same world seed in every meeting.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.seats import seat
from ...analysis.measure import divide
from ...envs.chance import CONTINUATION, uniforms, world_key
from ...envs.game import Floats, Game
from ...envs.worlds import Worlds
from ..play import noted
from .company import company

Seeds = npt.NDArray[np.uint64]

BYTES = 1 << 27
"""Of the worlds of one batch, at most."""
_DRAWS = 1024  # continuation draws looked at together


class Totals(NamedTuple):
    """Sums over an episode, each (R, m, m): [r, i, j] is of i where it met j in repetition r, a mean over its seats.

    ``paid`` payoff; ``cooperated`` sum of labels; ``choices`` their number. NaN where i and j did not meet.
    """

    paid: Floats
    cooperated: Floats
    choices: Floats


def alike_seats(game: Game) -> bool:
    """Are the two seats of a game the same but for their number? Only a symmetric table of payoffs says so."""
    table = getattr(game, "table", None)
    return game.n_agents == 2 and table is not None and np.array_equal(table[..., 0], table[..., 1].T)


def meetings(game: Game, entrants: int, self_play: bool) -> npt.NDArray[np.intp]:
    """(M, 2): who has the even and who the odd seats in each meeting, all pairs of ``entrants`` in order."""
    i, j = np.triu_indices(entrants, k=0 if self_play else 1)
    once = np.stack([i, j], axis=1)
    return once if alike_seats(game) else np.concatenate([once, once[i != j, ::-1]])


def meet(game: Game, entrants: Sequence[Any], pairs: npt.NDArray[np.intp], seeds: Seeds) -> Totals:
    """Plays the ``pairs`` (M, 2) of ``entrants``, once under each of the ``seeds`` (R,)."""
    m, r = len(entrants), len(seeds)
    chance = game.stochastic or game.params.continuation < 1
    sure = np.array([not chance and not seat(game, one).by_chance for one in entrants])
    sums, seats = np.zeros((3, m, m, r)), np.zeros((m, m, 1))
    batches = -(-len(pairs) * r * _world_bytes(game) // BYTES)
    for part in np.array_split(pairs, batches) if batches else ():
        sits = part[:, np.arange(game.n_agents) % 2]
        other = part[:, 1 - np.arange(game.n_agents) % 2]
        times = np.where(sure[part].all(axis=1), 1, r)  # repetitions without any chance are copies of one
        of, starts = np.repeat(np.arange(len(part)), times), np.cumsum(times) - times
        found = _played(game, entrants, sits[of], seeds[np.arange(len(of)) - starts[of]])
        row = starts[:, None] + np.minimum(np.arange(r), times[:, None] - 1)
        for total, value in zip(sums, found[:, row].swapaxes(2, 3), strict=True):
            np.add.at(total, (sits, other), value)
        np.add.at(seats, (sits, other), 1.0)
    return Totals(*divide(sums, seats).transpose(0, 3, 1, 2))


def _world_bytes(game: Game) -> int:
    seen = len(game.fields) * np.dtype(game.observation_dtype).itemsize + game.n_moves
    return game.world_dtype.itemsize + game.n_agents * seen


def _played(game: Game, entrants: Sequence[Any], sits: npt.NDArray[np.intp], seeds: Seeds) -> Floats:
    """(3, B, n): the sums of each seat, where ``sits`` (B, n) says who sits there."""
    seated = [company({int(who): seat(game, entrants[who]) for who in np.unique(column)}, column) for column in sits.T]
    tally = noted(game, seated, seeds, _Tally)
    return np.stack([tally.paid, tally.cooperated, tally.choices.astype(np.float64)])


class _Tally:
    """Sums of payoffs and labels, each (B, n)."""

    def __init__(self, game: Game, worlds: Worlds) -> None:
        self._worlds = worlds
        shape = (worlds.num, game.n_agents)
        self.paid, self.cooperated, self.choices = np.zeros(shape), np.zeros(shape), np.zeros(shape, np.int64)

    def add(self, moves: Floats, active: npt.NDArray[np.bool_], choosers: npt.NDArray[np.bool_] | None) -> None:
        """The step just made."""
        labels = self._worlds.game.labels(self._worlds.state)
        chosen = ~np.isnan(labels)
        chosen &= active[:, None]  # an ended world keeps its last label
        self.paid += self._worlds.rewards
        np.add(self.cooperated, labels, out=self.cooperated, where=chosen)
        self.choices += chosen


def lasting(game: Game, seeds: Seeds) -> npt.NDArray[np.int64]:
    """(R,): on how many steps each world would pay if no rule of the game ended it: until its horizon or its
    continuation draw, once where a game pays at its end only, once a round where a round takes several moves.

    Payoffs per step are divided by this, as nothing is paid after an early end (GAMES.md §0.2).
    """
    horizon, delta = game.params.horizon, game.params.continuation
    if game.pays_at_end:
        return np.ones(len(seeds), np.int64)
    lengths = np.full(len(seeds), horizon, np.int64)
    keys = np.array([world_key(seed, 0) for seed in seeds], np.uint64)
    running, start = np.full(len(seeds), delta < 1), 0
    while running.any() and start < horizon:
        rounds = np.arange(start + 1, min(start + _DRAWS, horizon) + 1)
        last_steps = rounds * (game.max_steps // horizon) - 1  # it is at the end of a round that chance is asked
        failed = np.asarray(uniforms(keys[:, None], last_steps, CONTINUATION, 0)) >= delta
        over = running & failed.any(axis=1)
        lengths[over] = rounds[failed[over].argmax(axis=1)]
        running, start = running & ~over, start + _DRAWS
    return lengths
