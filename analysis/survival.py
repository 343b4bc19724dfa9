"""How long episodes last, survivors included (METRICS.md §3.6).

Everything that may be cut off before its event (collapse, de-escalation, a half-life) is measured here: the
mean of the observed times alone is biased towards the short ones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .measure import BoolArray, FloatArray, IntArray, Interval, Measured, divide
from .statistics.resampling import FEW

_HELD = 2_000_000  # numbers of resamples at once


@dataclass(frozen=True, eq=False)
class Survival:
    """A Kaplan–Meier curve; every array is (horizon + 1,), indexed by the step u = 0 … horizon.

    Attributes:
        survival: S(u) in [0, 1]; NaN once nobody is left to observe and S > 0.
        variance: Greenwood's; NaN where S = 0.
        at_risk: episodes that played step u.
        collapsed: episodes that collapsed at the end of step u.
        n: episodes.
    """

    survival: FloatArray
    variance: FloatArray
    at_risk: IntArray
    collapsed: IntArray
    n: int


def kaplan_meier(lengths: ArrayLike, collapsed: ArrayLike, horizon: int | None = None) -> Survival:
    """S(u) = Π_{v≤u} (1 − d_v/n_v) in discrete time (Kaplan & Meier 1958).

    Args:
        lengths: steps played (W,); NaN is left out.
        collapsed: whether the episode collapsed at its last step (W,); else it is censored there.
        horizon: last step of the curve, by default the longest length.

    >>> curve = kaplan_meier([2, 3, 3, 5, 8], [1, 1, 0, 1, 0])
    >>> curve.survival.round(6).tolist()
    [1.0, 1.0, 0.8, 0.6, 0.6, 0.3, 0.3, 0.3, 0.3]
    """
    steps, ended = np.asarray(lengths, dtype=np.float64), np.asarray(collapsed, dtype=bool)
    known = ~np.isnan(steps)
    steps, ended = steps[known].astype(np.int64), ended[known]
    last = int(steps.max(initial=0)) if horizon is None else horizon
    died = np.bincount(steps[ended], minlength=last + 1)[: last + 1]
    left = np.bincount(steps, minlength=last + 1)[: last + 1]
    at_risk = len(steps) - np.cumsum(left) + left
    survival = np.cumprod(np.where(at_risk > 0, 1 - divide(died, at_risk), 1.0))
    survival = np.where((at_risk == 0) & (survival > 0), np.nan, survival)
    with np.errstate(invalid="ignore"):
        hazards = np.where(died > 0, divide(died, at_risk * (at_risk - died)), 0.0)
        variance = survival**2 * np.cumsum(hazards)
    return Survival(survival, variance, at_risk, died, len(steps))


def rmst(lengths: ArrayLike, collapsed: ArrayLike, tau: int) -> Measured:
    """Expected number of steps played up to τ, Σ_{u<τ} S(u): a single value in [0, τ], n episodes.

    NaN if the curve is not observed up to τ − 1 (τ ≤ T). Arguments as in `kaplan_meier`.

    >>> float(rmst([2, 3, 3, 5, 8], [1, 1, 0, 1, 0], tau=8).value)
    4.9
    """
    curve = kaplan_meier(lengths, collapsed, tau)
    return Measured(np.asarray(curve.survival[:tau].sum()), np.asarray(curve.n))


def rmst_ci(
    lengths: ArrayLike,
    collapsed: ArrayLike,
    tau: int,
    clusters: ArrayLike | None = None,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """:func:`rmst` with its percentile bootstrap interval, over episodes or over ``clusters`` (worlds) of them.

    Args:
        lengths: steps played (W,), without NaN.
        collapsed: (W,), as in `kaplan_meier`.
        tau: steps.
        clusters: (W,), the world of each episode; each is its own if left out.
        draws: resamples.
        level: of the interval.
        seed: of the draws.

    Returns:
        Single values, n clusters; flag `n<5`. Resamples in which the curve is not observed up to τ are left out.
    """
    steps, ended = np.asarray(lengths, dtype=np.int64), np.asarray(collapsed, dtype=bool)
    own = np.arange(len(steps)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    n = int(own.max(initial=-1)) + 1
    value = rmst(steps, ended, tau).value
    kind, times = _kinds(steps, ended, own, n)
    u = np.arange(tau)
    played, died_at = np.zeros((2, len(times), len(u)))
    np.add.at(played, kind, steps[:, None] >= u)
    np.add.at(died_at, kind, (steps[:, None] == u) & ended[:, None])
    rng, piece, pieces = np.random.default_rng(seed), max(1, _HELD // max(len(times), len(u), 1)), [np.zeros(0)]
    for done in range(0, draws if n else 0, piece):
        drawn = rng.multinomial(n, times / n, size=min(piece, draws - done)) / times
        stays = 1 - divide(drawn @ died_at, drawn @ played)  # NaN where nobody is at risk
        gone = np.cumprod(np.where(np.isnan(stays), 1.0, stays), axis=1) == 0  # as all collapsed
        pieces.append(np.where(gone, 0.0, np.cumprod(stays, axis=1)).sum(axis=1))
    drawn = np.concatenate(pieces)
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]) if len(drawn) else (np.nan, np.nan)
    flags = ("n<5",) * (n < FEW)
    return Interval(value, np.asarray(n), flags, low=np.asarray(low), high=np.asarray(high))


def _kinds(steps: IntArray, ended: BoolArray, own: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """The kind of each episode's cluster, and how many clusters are of each: clusters of one episode are of a kind if
    these are alike, so that few kinds stand for many; others are each their own.
    """
    if n < len(steps):
        return own, np.ones(n, np.int64)
    _, kind, times = np.unique(2 * steps + ended, return_inverse=True, return_counts=True)
    return kind, times


def median_survival(lengths: ArrayLike, collapsed: ArrayLike) -> Measured:
    """First step u with S(u) ≤ .5: a single value, n episodes; NaN if S > .5 throughout."""
    curve = kaplan_meier(lengths, collapsed)
    below = np.flatnonzero(curve.survival <= 0.5)
    return Measured(np.asarray(below[0] if len(below) else np.nan, dtype=np.float64), np.asarray(curve.n))
