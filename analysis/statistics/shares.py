"""Intervals of shares (METRICS.md §12)."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import Interval, divide

Z = 1.959964  # of a 95 % interval


def wilson(successes: ArrayLike, n: ArrayLike, z: float = Z) -> Interval:
    """Share of n trials with Wilson's score interval (Wilson 1927); NaN for n = 0. Numbers or arrays of one
    shape.

    >>> found = wilson(0, 20)
    >>> float(found.low), float(found.high.round(6))
    (0.0, 0.161125)
    """
    trials = np.asarray(n, dtype=np.int64)
    p = divide(successes, trials)
    weight = 1 + divide(z**2, trials)
    centre = (p + divide(z**2, 2 * trials)) / weight
    half = z / weight * np.sqrt(divide(p * (1 - p), trials) + divide(z**2, 4.0 * trials**2))
    return Interval(p, trials, low=np.clip(centre - half, 0, 1), high=np.clip(centre + half, 0, 1))
