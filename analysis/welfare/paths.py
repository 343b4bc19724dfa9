"""How welfare w (W, T), the group's payoff of each step, goes over time (METRICS.md §3.4)."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import Measured, divide, total
from .amounts import nominal, played


def volatility(welfare: ArrayLike, lengths: ArrayLike | None = None) -> Measured:
    """Standard deviation (ddof 1) of w over time.

    Args:
        welfare: w (W, T).
        lengths: T_e (W,); left out, all T steps count (full horizon).

    Returns:
        value (W,), n (W,) steps; NaN below 2 steps.
    """
    w, counts, n = played(welfare, lengths)
    mean = divide(total(np.where(counts, w, 0.0)), n)
    squares = total(np.where(counts, (w - mean[:, None]) ** 2, 0.0))
    return Measured(np.sqrt(divide(squares, np.maximum(n - 1, 0))), n)


def max_drawdown(welfare: ArrayLike, lengths: ArrayLike | None = None) -> Measured:
    """Largest fall from the running maximum M, as a share of it: max_t (M(t) − w(t))/M(t).

    Args:
        welfare: w (W, T).
        lengths: T_e (W,); left out, all T steps count (full horizon).

    Returns:
        value (W,) ≥ 0 (above 1 if w turns negative), n (W,) steps with M(t) > 0; NaN if there is none.

    >>> max_drawdown([[10, 12, 9, 6, 8, 12]]).value.tolist()
    [0.5]
    """
    w, counts, _ = played(welfare, lengths)
    peak = np.maximum.accumulate(w, axis=1)
    counted = counts & (peak > 0)
    fall = np.where(counted, divide(peak - w, peak), -np.inf).max(axis=1, initial=-np.inf)
    n = counted.sum(axis=1)
    return Measured(np.where(n == 0, np.nan, fall), n)


def intergenerational(welfare: ArrayLike, horizon: int | None = None) -> Measured:
    """Welfare of the last ⌊T/3⌋ steps over that of the first ⌊T/3⌋, on the full horizon.

    Args:
        welfare: w (W, T), 0 after the end.
        horizon: T, where `welfare` holds fewer steps.

    Returns:
        value (W,), n (W,) = ⌊T/3⌋ steps in each third. 0/0 is NaN, x/0 infinite and flagged
        `infinite`; a first third below 0, where the ratio misleads, is flagged `negative_first_third`.
    """
    w = np.asarray(welfare, dtype=np.float64)
    whole = nominal(horizon, w.shape[1])
    third = whole // 3
    first, last = total(w[:, :third]), total(w[:, whole - third :])
    value = divide(last, first)
    flags = ("infinite",) * bool(np.isinf(value).any()) + ("negative_first_third",) * bool((first < 0).any())
    return Measured(value, np.full(len(w), third), flags)
