"""How far a ranking depends on the welfare function that makes it (METRICS.md §11). There is no score to settle it.

Scores are (functions, settings), means over worlds, or by world, where the uncertainty of a ranking is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .measure import BoolArray, FloatArray, IntArray, Interval, Measured, divide
from .resampled import DRAWS, ends, means, resampled_means

UNSTABLE = 0.7
"""A τ below this is flagged."""
SIMPLEX_DRAWS = 100_000
_EXACT = 8  # functions up to which a share of the simplex is exact
_CANCELLED = 1e5  # terms of its sum up to which ten digits are left
_SAME = 1e-9
_HELD = 20_000_000  # resampled means that are held at once


def kendall_tau(x: ArrayLike, y: ArrayLike) -> float:
    """τ_b of two rankings (n,) of the same settings, NaN pairs left out; NaN where one ranks nothing (Kendall 1945).

    >>> round(kendall_tau([12, 11, 10, 9], [4, 6, 5, 1]), 6)
    0.333333
    """
    first, second = (np.asarray(side, dtype=np.float64) for side in (x, y))
    known = ~(np.isnan(first) | np.isnan(second))
    i, j = np.triu_indices(int(known.sum()), 1)
    dx, dy = (np.sign(np.round(values[known][i] - values[known][j], 12)) for values in (first, second))
    scale = np.sqrt(float((dx != 0).sum()) * float((dy != 0).sum()))
    return float((dx * dy).sum() / scale) if scale else float("nan")


class TauMatrix(NamedTuple):
    """How far the functions rank the settings alike."""

    tau: FloatArray
    """(K, K), symmetric; 1 on the diagonal, NaN where a function ranks nothing."""
    least: float
    median: float
    """Over pairs of functions; NaN without a pair that is defined."""
    unstable: tuple[tuple[int, int], ...]
    """Pairs with τ < .7."""


def tau_matrix(scores: ArrayLike) -> TauMatrix:
    """Kendall's τ_b between the rankings of the settings under every pair of functions.

    Args:
        scores: (K, S), NaN where a function is undefined.

    >>> found = tau_matrix([[12, 11, 10, 9], [4, 6, 5, 1], [9.8, 9.9, 9, 5]])
    >>> [round(t, 6) for t in found.tau[np.triu_indices(3, 1)].tolist()], round(found.median, 6), found.unstable
    ([0.333333, 0.666667, 0.666667], 0.666667, ((0, 1), (0, 2), (1, 2)))
    """
    given = _rounded(np.asarray(scores, dtype=np.float64))
    tau = np.array([[kendall_tau(one, other) for other in given] for one in given]).reshape(len(given), len(given))
    pairs = [(i, j) for i, j in combinations(range(len(given)), 2) if not np.isnan(tau[i, j])]
    found = [float(tau[pair]) for pair in pairs]
    nan = float("nan")
    unstable = tuple(pair for pair, t in zip(pairs, found, strict=True) if t < UNSTABLE - _SAME)
    return TauMatrix(tau, min(found, default=nan), float(np.median(found)) if found else nan, unstable)


@dataclass(frozen=True, eq=False)
class Simulated(Measured):
    """A share that was worked out exactly (flag `exact`, `se` 0), or by draws with their standard error."""

    se: FloatArray = field(kw_only=True)


def simplex_share(differences: ArrayLike, draws: int = SIMPLEX_DRAWS, seed: int = 0) -> Simulated:
    """Share of all weightings of K functions under which A is better than B: of w ~ Dirichlet(1, …, 1), Σ w_k d_k > 0.

    Args:
        differences: d = A − B (K,), scores on the game's anchors, so that less than 10⁻⁹ is no difference; NaN, an
            undefined function, is left out of n.
        draws: where d has ties or K > 8, and no exact sum exists or keeps its digits.
        seed: of the draws.

    Returns:
        Single values in [0, 1], n functions; NaN without any.

    >>> [round(float(simplex_share(d).value), 6) for d in ([2, -1], [3, 1, -2])]
    [0.666667, 0.733333]
    """
    given = np.asarray(differences, dtype=np.float64).ravel()
    d = np.where(np.abs(given) <= _SAME, 0.0, given)[~np.isnan(given)]
    k, zero = len(d), np.asarray(0.0)
    if not k:
        return Simulated(np.asarray(np.nan), np.asarray(0), se=np.asarray(np.nan))
    if (d >= 0).all() or (d <= 0).all():
        return Simulated(np.asarray(float((d > 0).any())), np.asarray(k), ("exact",), se=zero)
    if k <= _EXACT:
        unit = d / np.abs(d).max()
        gaps = unit[:, None] - unit
        np.fill_diagonal(gaps, 1.0)
        with np.errstate(divide="ignore"):
            terms = np.where(unit > 0, unit ** (k - 1), 0.0) / gaps.prod(axis=1)
        if np.abs(terms).max() < _CANCELLED:
            return Simulated(np.asarray(min(max(terms.sum(), 0.0), 1.0)), np.asarray(k), ("exact",), se=zero)
    weights = np.random.default_rng(seed).dirichlet(np.ones(k), size=draws)
    share = float((weights @ d > 0).mean())
    se = np.asarray(np.sqrt(share * (1 - share) / draws))
    return Simulated(np.asarray(share), np.asarray(k), (f"draws={draws}",), se=se)


class Dominance(NamedTuple):
    """Under which functions A is better than B."""

    better: tuple[str, ...]
    k: int
    of: int
    """All functions, those too that are undefined for one of the two: under these it is not better."""

    @property
    def complete(self) -> bool:
        """Better under each and every one: this alone is called dominance. It is one of the scores as they are."""
        return self.k == self.of > 0


def dominates(a: ArrayLike, b: ArrayLike, names: Sequence[str]) -> Dominance:
    """On how many of the functions (K,) A beats B, with the list.

    >>> dominates([2, 3, 1], [1, 2, 1], ["mean", "Nash", "minimum"])
    Dominance(better=('mean', 'Nash'), k=2, of=3)
    """
    gap = np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    slack = _SAME * np.maximum(1.0, np.abs(np.asarray(a, dtype=np.float64)))
    better = tuple(name for name, above in zip(names, gap > slack, strict=True) if above)
    return Dominance(better, len(better), len(names))


def dominance(scores: ArrayLike) -> BoolArray:
    """(S, S): is the row's setting better than the column's under each function? One undefined for either denies it.

    Args:
        scores: (K, S), NaN where a function is undefined.
    """
    given = _rounded(np.asarray(scores, dtype=np.float64))
    gaps = given[:, :, None] - given[:, None, :]
    return np.asarray((gaps > 0).all(axis=0) & bool(len(given)))


class Firsts(NamedTuple):
    """Who is first under each of M measures, of S settings."""

    score: Interval
    """(M, S) means over worlds with 95 % intervals, n worlds in which they are defined."""
    p_first: FloatArray
    """(M, S) share of bootstrap samples in which the setting is first; ties share it. NaN where none is defined."""
    order: IntArray
    """(M, S) the settings from first to last, those without a score last."""
    lead: Interval
    """(M,) the first's mean minus the second's, with a 95 % interval, n worlds on the smaller side."""

    def tied(self, measure: int) -> int:
        """How many settings share the first place by their means; 0 where none has one."""
        rounded = _rounded(self.score.value[measure : measure + 1])[0]
        return int((rounded == np.nanmax(rounded)).sum()) if not np.isnan(rounded).all() else 0

    def leaders(self, measure: int) -> list[int]:
        """The settings that share the first place."""
        return self.order[measure, : self.tied(measure)].tolist()


def firsts(worlds: Sequence[FloatArray], paired: bool, draws: int = DRAWS, seed: int = 0) -> Firsts:
    """Who is first by each measure, and in how many bootstrap samples of worlds.

    Args:
        worlds: for each setting (W, M), a measure by world, NaN where it is undefined. The mean is over the rest.
        paired: all settings were played under the same seeds, in the same order: a seed is resampled in all of them.
        draws: bootstrap samples; fewer where settings are very many.
        seed: of the draws.
    """
    score = np.stack([means(one) for one in worlds], axis=1)
    n = np.stack([(~np.isnan(one)).sum(axis=0) for one in worlds], axis=1)
    draws = min(draws, max(200, _HELD // max(score.size, 1)))
    if paired:
        drawn = resampled_means(np.stack(worlds, axis=2), draws, seed)
    else:
        drawn = np.stack([resampled_means(one, draws, seed + k) for k, one in enumerate(worlds)], axis=2)
    low, high = ends(drawn)
    low, high = (np.where(n < 2, np.nan, end) for end in (low, high))
    order = np.argsort(-_rounded(score), axis=1, kind="stable")  # NaN last
    return Firsts(Interval(score, n, low=low, high=high), _shares_of_first(drawn), order, _lead(score, drawn, order, n))


def _rounded(score: FloatArray) -> FloatArray:
    """Each row in units of its largest, without what rounding errors tell apart."""
    unit = np.where(np.isnan(score), 0.0, np.abs(score)).max(axis=1, keepdims=True, initial=0.0)
    return np.round(score / np.where(unit > 0, unit, 1.0), 9) + 0.0


def _shares_of_first(drawn: FloatArray) -> FloatArray:
    """(M, S) of resampled means (draws, M, S)."""
    defined = ~np.isnan(drawn).all(axis=2, keepdims=True)
    best = np.where(np.isnan(drawn), -np.inf, drawn).max(axis=2, keepdims=True)
    first = drawn >= best - _SAME * np.maximum(1.0, np.abs(best))
    return means(np.where(defined, divide(first, first.sum(axis=2, keepdims=True)), np.nan))


def _lead(score: FloatArray, drawn: FloatArray, order: IntArray, n: IntArray) -> Interval:
    """The difference between the two that are first and second by the means, which are fixed."""
    rows = np.arange(len(score))
    if score.shape[1] < 2:
        nan = np.full(len(score), np.nan)
        return Interval(nan, n[:, 0], low=nan, high=nan)
    one, two = order[:, 0], order[:, 1]
    low, high = ends(drawn[:, rows, one] - drawn[:, rows, two])
    fewest = np.minimum(n[rows, one], n[rows, two])
    low, high = (np.where(fewest < 2, np.nan, end) for end in (low, high))
    return Interval(score[rows, one] - score[rows, two], fewest, low=low, high=high)
