"""A planted error: the same worlds twice, but for one act (METRICS.md §2.4)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.table import table
from ...envs.chance import world_seeds
from ...envs.game import RUNNING, Floats, Game
from ...envs.institutions.staged import GAME
from ...envs.record import Record
from ...envs.settings import number_of, refuse
from ...envs.worlds import Worlds
from ..play import Intervention, run
from .labelled import labelled


class Planted(NamedTuple):
    """Two records of the same worlds: as they went (``base``), and with the error of ``seat`` at ``step`` (from 1)."""

    base: Record
    planted: Record
    step: int
    seat: int


def planted(
    game: "str | Game",
    seats: Sequence[Any],
    worlds: int = 100,
    seed: int = 0,
    *,
    step: int = 5,
    seat: int = 0,
    **params: Any,
) -> Planted:
    """Plays every world twice with the same chance; in one run ``seat`` defects at ``step`` whatever it meant to do.

    The act itself is changed, as a slip of the hand would: all see it, the seat too, and nobody sees why. Slips by the
    game's own noise are the same in both runs. Where the seat has no choice at that step, nothing is changed.

    Args:
        game: a name (with ``params``) or a :class:`~comity.envs.game.Game` in which one can cooperate or not.
        seats: as in :func:`~comity.play`.
        worlds: W.
        seed: of the first world.
        step: of the error, from 1.
        seat: whose error it is.
        params: of the game.

    Raises ``SettingError`` for what :func:`~comity.play` would refuse, a negotiation, and a step or seat that the game
    does not have.

    >>> from comity.analysis.reciprocity import irf
    >>> twice = planted("matrix", ["tft"], worlds=1, horizon=10)
    >>> irf(twice.base.choices, twice.planted.choices, twice.step, longest=4).value.tolist()
    [[-1.0, 0.0, -1.0, 0.0, -1.0], [0.0, -1.0, 0.0, -1.0, 0.0]]
    """
    played = labelled(game, params)
    worlds = number_of("worlds", worlds)
    steps = played.params.horizon
    if isinstance(step, bool) or not isinstance(step, int) or not 1 <= step <= steps:
        raise refuse("step", step, f"a whole number from 1 to the {steps} steps of {played.name}")
    if isinstance(seat, bool) or not isinstance(seat, int) or not 0 <= seat < played.n_agents:
        raise refuse("seat", seat, f"a seat of {played.name}, 0 to {played.n_agents - 1}")
    seeds = world_seeds(seed, worlds)
    slip = _Slip(step - 1, seat)
    base, slipped = (run(played, table(played, seats, worlds), seeds, one) for one in (None, slip))
    return Planted(base, slipped, step, seat)


class _Slip(Intervention):
    """The act of ``seat`` at ``step`` (from 0) is a defection; what was ``intended`` stays on record."""

    def __init__(self, step: int, seat: int) -> None:
        self._step, self._seat = step, seat

    def before_step(self, worlds: Worlds, moves: Floats) -> None:
        """Lets it slip."""
        self._hit = self._due(worlds)
        if self._hit.any():
            self._asked = moves[self._hit, self._seat]
            moves[:] = self._slipped(worlds, moves)

    def after_step(self, worlds: Worlds) -> None:
        """Puts the intention back."""
        if self._hit.any():
            worlds.state["intended"][self._hit, self._seat] = self._asked

    def _due(self, worlds: Worlds) -> npt.NDArray[np.bool_]:
        state, game = worlds.state, worlds.game
        here = (state["ended"] == RUNNING) & (state["step"] == self._step)
        if game.stages:
            here &= state["stage"] == GAME
        return here & game.movers(state)[:, self._seat]

    def _slipped(self, worlds: Worlds, moves: Floats) -> Floats:
        """The moves under which the act comes out least cooperative: noise may turn a defection into cooperation, and
        then it takes the other move.
        """
        game, hit = worlds.game, self._hit
        best, least = moves, np.full(worlds.num, np.inf)
        for cooperative in (False, True):
            tried = moves.copy()
            tried[hit, self._seat] = game.exemplar(worlds.state, self._seat, cooperative)[hit]
            after = worlds.state.copy()
            game.kernels.step(game.p, after, tried, worlds.rewards.copy(), worlds.ended.copy())
            label = np.nan_to_num(after["cooperation"][:, self._seat], nan=np.inf)
            best = np.where((label < least)[:, None], tried, best)
            least = np.minimum(least, label)
        return best
