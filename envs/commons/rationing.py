"""Who gets what of a stock for which too much is asked (GAMES.md §2.1).

The first n seats of a world ask for ``action`` of its ``stock``, and get ``catch``.
"""

from typing import Any

import numpy as np
from numba import njit

from ..chance import RATIONING, uniform


@njit(cache=True)
def give_units(w: Any, n: int) -> None:
    """Stochastic rationing: unit by unit to whoever the draw names among those with an unmet request."""
    for i in range(n):
        w.catch[i] = 0.0
    left = w.stock
    drawn = 0
    while left > 0.0:
        waiting = 0
        for i in range(n):
            waiting += w.catch[i] < w.action[i]
        if waiting == 0:
            return
        rank = int(uniform(w.key, w.step, RATIONING, drawn) * waiting)
        drawn += 1
        for i in range(n):
            if w.catch[i] < w.action[i]:
                if rank == 0:
                    unit = min(1.0, left, w.action[i] - w.catch[i])
                    w.catch[i] += unit
                    left -= unit
                    break
                rank -= 1


@njit(cache=True)
def give_quotas(w: Any, n: int, asked: float, integer: bool) -> None:
    """Proportional rationing: quotas, in whole units rounded down; what is left of those goes by lot, one each."""
    left = w.stock
    for i in range(n):
        quota = w.stock * w.action[i] / asked
        w.catch[i] = np.floor(quota) if integer else quota
        left -= w.catch[i]
    drawn = 0
    while integer and left > 0.5:
        weight = 0.0
        for i in range(n):
            weight += _claim(w, i, asked)
        draw = uniform(w.key, w.step, RATIONING, drawn) * weight
        drawn += 1
        taker = -1
        for i in range(n):
            claim = _claim(w, i, asked)
            if claim > 0.0:
                taker = i
                draw -= claim
                if draw < 0.0:
                    break
        w.catch[taker] += 1.0
        left -= 1.0


@njit(cache=True)
def _claim(w: Any, i: int, asked: float) -> float:
    """The weight of i in the draw for a left-over unit: its unmet request if its quota has a fraction not yet rounded
    up.
    """
    return w.action[i] - w.catch[i] if w.catch[i] < w.stock * w.action[i] / asked else 0.0
