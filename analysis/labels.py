"""Cooperation labels: what counts as C, and who the other side of a dyad is (METRICS.md §0.1, §0.4).

Labels are (worlds, steps, agents) = (W, T, N), c_i(t), or directed (W, T, N, N), c_ij(t) with i first and a
NaN diagonal; floats in [0, 1], NaN where there was no choice or the episode is over. Dyadic measures keep the
shape of the labels without the time axis: (W, N), i towards the others, or (W, N, N), i towards j.
"""

import numpy as np
from numpy.typing import ArrayLike

from .measure import BoolArray, FloatArray, divide

_ROUNDING = 1e-9  # the mean of the others may miss .5 by a rounding error


def cooperated(labels: FloatArray) -> BoolArray:
    """True for C: a label of at least .5. NaN is neither C nor D."""
    return labels >= 0.5 - _ROUNDING


def defected(labels: FloatArray) -> BoolArray:
    """True for D: a label below .5. NaN is neither C nor D."""
    return labels < 0.5 - _ROUNDING


def agent_labels(labels: ArrayLike) -> FloatArray:
    """Labels (W, T, N) as float64; raises ValueError for another shape or a value outside [0, 1]."""
    found = _in_range(labels)
    if found.ndim != 3:
        raise ValueError(f"labels must be (worlds, steps, agents), got shape {found.shape}")
    return found


def dyads(labels: ArrayLike) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Own and other's labels, aligned, and the flags.

    Directed labels (W, T, N, N): own is c_ij, other is c_ji. Labels (W, T, N): own is c_i, other is the mean
    of c_j over the j ≠ i that had a choice, flagged `undirected` where N > 2 (with two agents it is the same
    thing).
    """
    own = _in_range(labels)
    if own.ndim == 4 and own.shape[2] == own.shape[3]:
        return own, own.swapaxes(2, 3), ()
    if own.ndim != 3:
        raise ValueError(f"labels must be (worlds, steps, agents[, agents]), got shape {own.shape}")
    present = ~np.isnan(own)
    filled = np.where(present, own, 0.0)
    others = filled.sum(2, keepdims=True) - filled
    other = divide(others, present.sum(2, keepdims=True) - present)
    return own, other, ("undirected",) if own.shape[2] > 2 else ()


def _in_range(labels: ArrayLike) -> FloatArray:
    found = np.asarray(labels, dtype=np.float64)
    if ((found < 0) | (found > 1)).any():
        raise ValueError(f"labels must lie in [0, 1] or be NaN, got {np.nanmin(found):g} to {np.nanmax(found):g}")
    return found
