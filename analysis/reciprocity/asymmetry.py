"""Answers to better and to worse, and how steeply contributions follow those of others (METRICS.md §2.2, §2.3)."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ..labels import dyads
from ..measure import BoolArray, FloatArray, Measured, divide, total


@dataclass(frozen=True, eq=False)
class Asymmetry(Measured):
    """ρ⁺ − ρ⁻ with its parts; n has one more axis: the rises and the falls of the other that were answered."""

    positive: FloatArray = field(kw_only=True)
    negative: FloatArray = field(kw_only=True)


def asymmetry(labels: ArrayLike) -> Asymmetry:
    """ρ⁺, the mean rise of c_ij(t) over c_ij(t−1) after c_ji rose from t−2 to t−1; ρ⁻, its mean fall after c_ji fell.

    P(C|C) − base rate and base rate − P(C|D) are tied through the base rate and cannot show an asymmetry.

    Args:
        labels: (W, T, N) or (W, T, N, N).

    Returns:
        value ρ⁺ − ρ⁻ in [−2, 2], ``positive``, ``negative`` in [−1, 1], (W, N) or (W, N, N); NaN where the other never
        rose, or never fell.

    >>> acts = [[[act == "C" for act in pair] for pair in zip("CCDCDDCCDC", "CDCCDCCDCC")]]
    >>> found = asymmetry(acts)
    >>> found.value.round(6).tolist(), found.n.tolist()
    ([[0.333333, -0.666667]], [[[3, 3], [2, 3]]])
    """
    own, other, flags = dyads(labels)
    answer = np.diff(own, axis=1)[:, 1:]
    offer = np.diff(other, axis=1)[:, :-1]
    known = ~np.isnan(answer)
    rises, falls = _over(answer, known & (offer > 0)), _over(-answer, known & (offer < 0))
    n = np.stack([rises.n, falls.n], axis=-1)
    return Asymmetry(rises.value - falls.value, n, flags, positive=rises.value, negative=falls.value)


@dataclass(frozen=True, eq=False)
class Slope(Measured):
    """A least-squares line: its slope is the value."""

    intercept: FloatArray = field(kw_only=True)


def cc_slope(contributions: ArrayLike) -> Slope:
    """Conditional cooperation: how much of what the others gave in the step before is given (Fischbacher, Gächter &
    Fehr 2001).

    Args:
        contributions: (W, T, N) in any unit, NaN where there was no choice.

    Returns:
        Slope of the own contribution at t on the others' mean at t − 1, and ``intercept``; n steps; (W, N). NaN where
        the others' mean never varied.

    >>> others, own = [0, 5, 10, 15, 20, 0], [0, 1, 3, 8, 9, 14]
    >>> found = cc_slope(np.array([own, others]).T[None])
    >>> found.value[0, 0].round(6).item(), found.intercept[0, 0].round(6).item(), found.n[0, 0].item()
    (0.64, 0.6, 5)
    """
    given = np.asarray(contributions, dtype=np.float64)
    if given.ndim != 3:
        raise ValueError(f"contributions must be (worlds, steps, agents), got shape {given.shape}")
    there = ~np.isnan(given)
    filled = np.where(there, given, 0.0)
    mean = divide(filled.sum(axis=2, keepdims=True) - filled, there.sum(axis=2, keepdims=True) - there)
    x, y = mean[:, :-1], given[:, 1:]
    known = ~np.isnan(x) & ~np.isnan(y)
    n = known.sum(axis=1)
    centre_x, centre_y = (divide(total(np.where(known, values, 0.0)), n) for values in (x, y))
    dx = np.where(known, x - centre_x[:, None], 0.0)
    dy = np.where(known, y - centre_y[:, None], 0.0)
    spread = total(dx**2)
    varied = np.ptp(np.where(known, x, centre_x[:, None]), axis=1) > 0 if x.shape[1] else np.zeros(n.shape, bool)
    slope = np.where(varied, divide(total(dx * dy), spread), np.nan)
    return Slope(slope, n, intercept=centre_y - slope * centre_x)


def _over(values: FloatArray, which: BoolArray) -> Measured:
    """The mean of the marked values over time."""
    n = which.sum(axis=1)
    return Measured(divide(total(np.where(which, values, 0.0)), n), n)
