"""Measures that play again: the same worlds with a shock and without it, under common random numbers.

Whether, and after how many steps, a society comes back is read off the declared regions
(:func:`comity.analysis.attractors.return_time`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.table import table
from ...envs.catalogue import make
from ...envs.chance import world_seeds
from ...envs.game import RUNNING, Floats, Game
from ...envs.record import Record
from ...envs.settings import SettingError, number_of, refuse
from ...envs.worlds import Worlds
from ..play import Intervention, run

STOCKS = {"fishery": "stock"}
"""The field of a world that holds what can be lost, by game."""


class Shocked(NamedTuple):
    """``base`` and ``shocked`` are records of the same worlds under the same seeds; ``step``, counted from 1, is the
    first in which they may differ: it begins with the stock that was left, or has the first forced defection."""

    base: Record
    shocked: Record
    step: int


def shock(
    game: "str | Game",
    seats: Sequence[Any],
    step: int,
    *,
    removed: float = 0.0,
    defections: int = 0,
    culprits: int | None = None,
    worlds: int = 1,
    seed: int = 0,
    **params: Any,
) -> Shocked:
    """Plays worlds twice, the second time with a shock that comes from outside.

    Args:
        game: a name with ``params``, or a game.
        seats: as :func:`~..play.play` takes them, but for agents that are made already: they play twice.
        step: of the shock, counted from 1, of those that are played.
        removed: share in [0, 1] of the stock that is gone when the step begins (rounded down to whole units where the
            game has them); in the games of ``STOCKS``, from step 2 on.
        defections: steps, from this one on, in which the first ``culprits`` seats (none: all) do what the game labels
            0, whatever they wanted. They and all others take it for what was done.
        culprits: how many; only with ``defections``.
        worlds: W.
        seed: of the first world.
        params: of the game.

    Raises ``SettingError`` for what :func:`~..play.play` would refuse, and for a shock that is none.

    >>> found = shock("fishery", ["sustainable_threshold"], 3, removed=0.5)
    >>> found.base.signals["stock"][0, :4].tolist(), found.shocked.signals["stock"][0, :4].tolist()
    ([100.0, 100.0, 100.0, 100.0], [100.0, 100.0, 50.0, 50.0])
    """
    made = make(game, **params) if isinstance(game, str) else game
    if made.stages or made.turn_based:
        raise refuse("game", made.name, "one in which all move at once, without stages of institutions")
    n, number = made.n_agents, number_of("worlds", worlds)
    if isinstance(removed, bool) or not 0 <= removed <= 1:
        raise refuse("removed", removed, "a number in [0, 1]")
    if defections:
        number_of("defections", defections)
    if culprits is not None and number_of("culprits", culprits) > n:
        raise refuse("culprits", culprits, f"at most the {n} seats of {made.name}")
    if culprits is not None and not defections:
        raise refuse("culprits", culprits, "left out without defections: they are who defects")
    if not removed and not defections:
        raise SettingError("there is no shock: give removed, or defections")
    if removed and made.name not in STOCKS:
        raise refuse("removed", removed, f"0 in {made.name}: a stock is that of {', '.join(STOCKS)}")
    if number_of("step", step) > made.max_steps or (removed and step == 1):
        first = 2 if removed else 1
        raise refuse("step", step, f"a step from {first} to {made.max_steps}")
    seeds = world_seeds(seed, number)
    whole = bool(getattr(made.p, "integer", False))
    hit = _Hit(step, removed, whole, defections, n if culprits is None else culprits)
    base, shocked = (run(made, table(made, seats, number), seeds, one) for one in (None, hit))
    return Shocked(base, shocked, step)


class _Hit(Intervention):
    """The shock."""

    def __init__(self, step: int, removed: float, whole: bool, defections: int, culprits: int) -> None:
        self._step, self._removed, self._whole = step, removed, whole
        self._defections, self._culprits = defections, culprits

    def before_step(self, worlds: Worlds, moves: Floats) -> None:
        """Forces defections."""
        state, n = worlds.state, worlds.game.n_agents
        forced: npt.NDArray[np.bool_] = (state["ended"] == RUNNING) & (state["step"] >= self._step - 1)
        forced &= state["step"] < self._step - 1 + self._defections
        if forced.any():
            for i in range(min(n, self._culprits)):
                moves[forced, i] = worlds.game.exemplar(state[forced], i, cooperative=False)

    def after_step(self, worlds: Worlds) -> None:
        """Takes away stock, between two steps."""
        state = worlds.state
        struck = (state["ended"] == RUNNING) & (state["step"] == self._step - 1)
        if self._removed and struck.any():
            field = STOCKS[worlds.game.name]
            left = state[field][struck] * (1 - self._removed)
            state[field][struck] = np.floor(left + 1e-9) if self._whole else left
