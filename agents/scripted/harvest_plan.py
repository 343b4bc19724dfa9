"""What a planner of everybody's harvest leaves of a stock: backward induction on the fishery's own kernel."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...envs.chance import world_seeds
from ...envs.commons.fishery import Fishery
from ...envs.game import NEVER, RUNNING, Floats
from ...envs.worlds import Worlds

GRID, MOST_WHOLE = 401, 1000
"""Stocks that are considered where they are real-valued, or larger than this."""
DRAWS = 200
"""Noise is a mean over so many draws, the same for every stock."""
MOST_STEPS = 500
"""Whoever has more steps to go acts as with so many."""
NEGLIGIBLE = 1e-9
"""A step that is reached with a smaller probability than this is not planned for."""


class Plan(NamedTuple):
    """What leaving a stock is worth, in tons; with k steps to go at index k − 1."""

    stocks: Floats
    """(S,): rising."""
    gain: Floats
    """(T, Z, S): the best later catch if so much is left in a regime, less what is left."""
    best: npt.NDArray[np.int64]
    """(T, Z, S): which stock to leave of one that is no larger than this."""

    def rest(self, to_go: int, stock: Floats, degraded: Any) -> Floats:
        """(B,): what to leave of each stock with ``to_go`` steps to go."""
        k = min(to_go, len(self.gain)) - 1
        at = np.searchsorted(self.stocks, stock, side="right") - 1
        best, gain = self.best[k][degraded, at], self.gain[k]
        above = np.minimum(at + 1, len(self.stocks) - 1)
        all_of_it = (best == at) & (gain[degraded, above] > gain[degraded, at])
        return np.where(all_of_it, stock, self.stocks[best])


def steps_that_matter(continuation: float) -> int:
    """How far a plan looks that sees no end."""
    if continuation == 1:
        return MOST_STEPS
    return min(MOST_STEPS, 1 + int(np.log(NEGLIGIBLE) / np.log(max(continuation, NEGLIGIBLE))))


@lru_cache(maxsize=64)
def harvest_plan(params: Any, steps: int) -> Plan:
    """The plan for ``steps`` steps of a fishery with ``params`` (no fish war).

    Every stock that may be left, in every regime, is a world of the game in which nobody takes anything (and one seat
    is enough for that); what the step makes of it is what the plan reckons with.
    """
    q = params._replace(n_agents=1, horizon=NEVER, continuation=1.0, newcomer_step=None)
    whole = q.integer and q.capacity <= MOST_WHOLE
    stocks = np.arange(q.capacity + 1) if whole else np.linspace(0, q.capacity, GRID)
    shape = (2 if q.growth == "regimes" else 1, len(stocks), DRAWS if q.growth_noise else 1)
    w = Worlds(Fishery(**q._asdict()), int(np.prod(shape)))
    w.reset(0)
    regime, left, draw = (index.ravel() for index in np.indices(shape))
    w.state["stock"], w.state["degraded"], w.state["key"] = stocks[left], regime, world_seeds(0, shape[2])[draw]
    w.step(np.zeros((len(left), 1)))
    after, degraded, lives = (x.reshape(shape) for x in (w.state["stock"], w.state["degraded"], w.ended == RUNNING))
    value, gains = np.zeros(shape[:2]), []
    for _ in range(steps):
        later = np.where(degraded, np.interp(after, stocks, value[-1]), np.interp(after, stocks, value[0]))
        gains.append(params.continuation * (later * lives).mean(axis=2) - stocks)
        value = stocks + np.maximum.accumulate(gains[-1], axis=1)
    gain = np.array(gains)
    top = np.maximum.accumulate(gain, axis=2)
    best = np.maximum.accumulate(np.where(gain == top, np.arange(len(stocks)), 0), axis=2)
    return Plan(stocks, gain, best)
