"""Welfare with what is left at the end, which is worth something too, valued three ways (METRICS.md §3.3)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, Measured


class WithStock(NamedTuple):
    """Welfare of an episode plus the value of its last stock, (W,) each; all three are reported where there is one."""

    zero: Measured
    """The stock is worth nothing: W."""
    market: Measured
    """One payoff unit per unit of stock: W + h."""
    annuity: Measured
    """What it yields for ever, discounted: W + f(h)·δ/(1 − δ)."""


def with_stock(
    welfare: ArrayLike, stock: ArrayLike, growth: ArrayLike, delta: float, collapsed: ArrayLike = False
) -> WithStock:
    """Welfare with the terminal stock under each valuation.

    Args:
        welfare: W (W,), of whole episodes.
        stock: h (W,) when the episode ended, in units of payoff.
        growth: its sustainable yield f(h) (W,), by the rules of the game.
        delta: δ in [0, 1) of the annuity.
        collapsed: (W,), where nothing grows any more: f = 0.

    Returns:
        Values (W,), n = 1 each (0 where an input is NaN); flag `delta=…` on the annuity.

    >>> [float(one.value[0]) for one in with_stock([300], [40], [20], delta=0.9)]
    [300.0, 340.0, 480.0]
    """
    if not 0 <= delta < 1:
        raise ValueError(f"delta must be in [0, 1), got {delta}")
    paid, left, grows = (np.asarray(one, dtype=np.float64) for one in (welfare, stock, growth))
    if (left < 0).any() or (grows < 0).any():
        raise ValueError("a stock and its yield must be at least 0")
    yields = np.where(np.asarray(collapsed, dtype=np.bool_), 0.0, grows)
    annuity = _of(paid + yields * delta / (1 - delta), f"delta={delta:g}")
    return WithStock(_of(paid), _of(paid + left), annuity)


def _of(value: FloatArray, *flags: str) -> Measured:
    return Measured(value, (~np.isnan(value)).astype(np.int64), flags)
