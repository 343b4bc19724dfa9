"""How unequally amounts are distributed over agents (METRICS.md §4).

x is (…, N), one amount per agent over the full horizon, the dead included; a NaN is an agent left out of n. What
needs amounts of at least 0 is NaN where one is negative, and where nobody got anything: that is not equality.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, IntArray, Measured, divide
from .amounts import amounts, any_negative


def gini(x: ArrayLike) -> Measured:
    """Σ_iΣ_j |x_i − x_j| / (2NΣx) of x (…, N) (Gini 1912): value (…,) in [0, 1 − 1/N], n agents.

    NaN if nobody got anything (that is not equality), if Σx ≤ 0 or any x < 0. One agent: 0.
    """
    found, n = amounts(x)
    ranks = 2 * np.arange(1, found.shape[-1] + 1) - n[..., None] - 1
    whole = np.nansum(found, axis=-1)
    value = divide(np.nansum(np.sort(found, axis=-1) * ranks, axis=-1), n * whole)  # NaN sorts last
    return Measured(_where_shares(value, found), n)


def gini_unbiased(x: ArrayLike) -> Measured:
    """Gini index times N/(N − 1) of x (…, N): value (…,) in [0, 1], n agents; NaN with it, and for one agent.

    >>> x = [0, 0, 0, 12]
    >>> float(gini(x).value), float(gini_unbiased(x).value)
    (0.75, 1.0)
    """
    found = gini(x)
    return Measured(np.where(found.n > 1, found.value * divide(found.n, np.maximum(found.n - 1, 1)), np.nan), found.n)


def hoover(x: ArrayLike) -> Measured:
    """Σ|x_i − mean| / (2Σx) of x (…, N), the part to be moved for equality: value (…,) in [0, 1 − 1/N], n agents."""
    found, n = amounts(x)
    whole = np.nansum(found, axis=-1)
    gaps = np.abs(found - divide(whole, n)[..., None])
    return Measured(_where_shares(divide(np.nansum(gaps, axis=-1), 2 * whole), found), n)


def s80_s20(x: ArrayLike) -> Measured:
    """Share of the richest fifth over that of the poorest, (1 − L(.8))/L(.2), of x (…, N): value (…,) ≥ 1, n agents.

    L is the Lorenz curve, linearly interpolated. Infinite, flagged `infinite`, where the poorest fifth has nothing.

    >>> round(float(s80_s20([4, 8, 12, 24]).value), 6)
    6.0
    """
    found, n = amounts(x)
    ordered = np.sort(found, axis=-1)
    whole = np.nansum(found, axis=-1)
    value = _where_shares(divide(whole - _lorenz(ordered, n, 4), _lorenz(ordered, n, 1)), found)
    return Measured(value, n, ("infinite",) * bool(np.isinf(value).any()))


def fgt(x: ArrayLike, z: float, a: float) -> Measured:
    """Poverty: mean over x (…, N) of ((z − x_i)/z)^a where x_i < z, else 0 (Foster, Greer & Thorbecke 1984).

    Args:
        x: amounts.
        z: the poverty line > 0, in the unit of x.
        a: 0 the share below the line, 1 their mean gap, 2 its square; ≥ 0.

    Returns:
        value (…,), n agents, flag `z=…`.

    >>> [round(float(fgt([4, 8, 12, 24], 10, a).value), 6) for a in (0, 1, 2)]
    [0.5, 0.2, 0.1]
    """
    if not z > 0:
        raise ValueError(f"z must be positive, got {z}")
    if not a >= 0:
        raise ValueError(f"a must be at least 0, got {a}")
    found, n = amounts(x)
    poor = found < z
    gaps = np.where(poor, (z - np.where(poor, found, 0.0)) / z, 0.0) ** a
    return Measured(divide(np.where(poor, gaps, 0.0).sum(axis=-1), n), n, (f"z={z:g}",))


def _lorenz(ordered: FloatArray, n: IntArray, fifths: int) -> FloatArray:
    """What the poorest so many fifths have, of amounts in order with NaN last; the agent at the edge counts in part."""
    place = np.arange(ordered.shape[-1])
    whole, part = (fifths * n) // 5, (fifths * n) % 5 / 5  # of agents, in whole numbers: .2 · 35 is not 7
    weight = np.where(place < whole[..., None], 1.0, np.where(place == whole[..., None], part[..., None], 0.0))
    return np.nansum(ordered * weight, axis=-1)


def _where_shares(value: FloatArray, x: FloatArray) -> FloatArray:
    """The value where x can be shared out: nothing negative, and something there."""
    return np.where(any_negative(x) | ~(np.nansum(x, axis=-1) > 0), np.nan, value)
