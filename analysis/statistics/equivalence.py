"""Is a difference too small to matter? Two one-sided tests (Schuirmann 1987; METRICS.md §12)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ..measure import FloatArray, Tested
from .resampling import FEW


def tost(differences: ArrayLike, margin: float) -> Tested:
    """Tests whether the mean of paired differences lies within ±margin, by two one-sided t-tests.

    Args:
        differences: (n,), one per pair; NaN values are dropped.
        margin: the smallest effect of interest, above 0, declared before anything was played.

    Returns:
        The mean, n pairs, p, the larger of the two, and as null mean the bound ±margin that it belongs to, as single
        values; p is NaN below two pairs. Flag ``n<5``. Equivalent at p ≤ α, which is the same as that the interval of
        confidence 1 − 2α lies within the margin. Differences that are all alike give 0 inside it, 1 outside.

    >>> found = tost([0.02, -0.01, 0.03, 0, 0.01, -0.02], 0.05)
    >>> round(float(found.p), 6), float(found.null_mean)
    (0.001001, 0.05)
    """
    if not margin > 0:
        raise ValueError(f"margin must be positive, got {margin}")
    given = np.asarray(differences, dtype=np.float64).ravel()
    d = given[~np.isnan(given)]
    n = len(d)
    flags = ("n<5",) * (n < FEW)
    if n < 2:
        nan = np.asarray(np.nan)
        return Tested(np.asarray(d.mean() if n else np.nan), np.asarray(n), flags, null_mean=nan, p=nan)
    p = larger_of_two(d, margin, _t_above)
    bound = np.asarray(margin if d.mean() >= 0 else -margin)
    return Tested(np.asarray(d.mean()), np.asarray(n), flags, null_mean=bound, p=np.asarray(p))


def larger_of_two(differences: FloatArray, margin: float, above: Callable[[FloatArray], float]) -> float:
    """p of equivalence within ±margin by any test ``above`` of whether the mean of differences is above 0."""
    return max(above(differences + margin), above(margin - differences))


def _t_above(differences: FloatArray) -> float:
    """p of a one-sided t-test."""
    n, mean = len(differences), float(differences.mean())
    error = float(differences.std(ddof=1)) / n**0.5
    if error == 0:
        return 0.0 if mean > 0 else 1.0
    return float(special.stdtr(n - 1, -mean / error))
