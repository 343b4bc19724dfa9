"""How welfare comes back after a shock (METRICS.md §3.4)."""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from ..measure import BoolArray, Duration, FloatArray, IntArray, Measured, divide, total
from .amounts import played

BEFORE = 3
"""Steps before the shock whose mean is to be reached again, and steps in a row for which it is to be held."""
REACHED = 0.95
"""The part of that mean that counts as having come back."""


class Recovery(NamedTuple):
    """What a shock cost and how long: each (W,)."""

    time: Duration
    """Steps from the shock to the first of three in a row with at least .95 of what was; for `kaplan_meier`."""
    depth: Measured
    """1 − min/pre-mean, from the shock to the recovery."""
    area: Measured
    """Σ [pre-mean − w]₊ from the shock to the recovery: what was lost."""


def recovery(welfare: ArrayLike, shock: ArrayLike, lengths: ArrayLike | None = None) -> Recovery:
    """Time, depth and area of the recovery from a shock.

    Args:
        welfare: w (W, T).
        shock: the step of the shock, from 1; a number or (W,).
        lengths: T_e (W,); left out, all T steps count (full horizon).

    Returns:
        NaN with n = 0 where fewer than three steps were played before the shock, their mean is not above 0, or the
        episode ended before it. n of `time` counts worlds (1 or 0), n of the others steps. An episode that does not
        come back is censored at the steps seen after the shock; its depth and area, of these steps, are lower bounds,
        flagged `censored`.

    >>> found = recovery([[10, 10, 10, 4, 5, 7, 9, 10, 10, 10]], shock=4)
    >>> [float(one.value[0]) for one in found]
    [4.0, 0.6, 15.0]
    """
    w, counts, n = played(welfare, lengths)
    at = np.broadcast_to(np.asarray(shock, dtype=np.int64), n.shape) - 1
    steps = np.arange(w.shape[1])
    early = (steps >= at[:, None] - BEFORE) & (steps < at[:, None])
    before = divide(total(np.where(early, w, 0.0)), BEFORE)
    known = (at >= BEFORE) & (at < n) & (before > 0)
    back = _held(w, counts, REACHED * before) & (steps >= at[:, None])
    observed = known & back.any(axis=1)
    until = np.where(observed, back.argmax(axis=1), n - 1)
    spell = (steps >= at[:, None]) & (steps <= until[:, None])
    least = np.where(spell, w, np.inf).min(axis=1, initial=np.inf)
    lost = total(np.where(spell, np.maximum(before[:, None] - w, 0.0), 0.0))
    entered = np.where(known, until - at + 1, 0)
    flags = ("censored",) * bool((known & ~observed).any())
    time = Duration(_if(known, until - at), known.astype(np.int64), observed=observed)
    depth = Measured(_if(known, 1 - divide(least, before)), entered, flags)
    return Recovery(time, depth, Measured(_if(known, lost), entered, flags))


def _held(w: FloatArray, counts: BoolArray, line: FloatArray) -> BoolArray:
    """(W, T): does w reach the line in this step and the two after it, all of them played?"""
    reached = counts & (w >= line[:, None])
    held = np.zeros_like(reached)
    if w.shape[1] >= BEFORE:
        held[:, : w.shape[1] - BEFORE + 1] = sliding_window_view(reached, BEFORE, axis=1).all(axis=2)
    return held


def _if(known: BoolArray, value: FloatArray | IntArray) -> FloatArray:
    return np.where(known, value, np.nan)
