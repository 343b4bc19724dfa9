"""What the measures of welfare share: amounts over agents, and which steps of a path count."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import BoolArray, FloatArray, IntArray


def amounts(x: ArrayLike) -> tuple[FloatArray, IntArray]:
    """x (…, N) as float64 and the number of agents in it; a NaN is an agent left out."""
    found = np.asarray(x, dtype=np.float64)
    return found, np.asarray((~np.isnan(found)).sum(axis=-1))


def any_negative(x: FloatArray) -> BoolArray:
    """Whether some agent of x (…, N) has less than nothing."""
    return np.asarray((x < 0).any(axis=-1))


def played(welfare: ArrayLike, lengths: ArrayLike | None) -> tuple[FloatArray, BoolArray, IntArray]:
    """w (W, T), which of its steps count, and how many."""
    w = np.asarray(welfare, dtype=np.float64)
    n = np.full(len(w), w.shape[1]) if lengths is None else np.asarray(lengths)
    return w, np.arange(w.shape[1]) < n[:, None], n


def nominal(horizon: int | None, stored: int) -> int:
    """The nominal horizon T; raises ValueError if it is below the steps that are stored."""
    if horizon is not None and horizon < stored:
        raise ValueError(f"horizon must be at least the {stored} steps that are stored, got {horizon}")
    return stored if horizon is None else horizon
