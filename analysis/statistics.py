"""Intervals and tests with the world as the unit of replication (METRICS.md §12).

Effects are raw differences. Sampled quantiles are linearly interpolated, those of an exact enumeration are
read off the inverted CDF. Every resampling function has its own seeded generator. NaN values are dropped and
counted.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations, product
from math import comb, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .measure import FloatArray, Interval, Measured, Tested, divide

Z = 1.959964  # of a 95 % interval
_CHUNK = 2_000_000  # resampled numbers held at once
_EXACT_LIMIT = 100_000  # splits or resamples that are enumerated
_TIE = 1e-9
_FEW = 5  # clusters below which an interval is shown with a warning


def bootstrap_ci(values: ArrayLike, draws: int | None = 2000, level: float = 0.95, seed: int = 0) -> Interval:
    """Percentile bootstrap of the mean over worlds.

    Args:
        values: (W,), one per world.
        draws: resamples; None enumerates all Wᵂ of them (up to 10⁵).
        level: of the interval.
        seed: of the draws.

    Returns:
        The mean, `low`, `high` as single values, n worlds, `n_nan` dropped; flag `n<5`.

    >>> ci = bootstrap_ci([1, 2, 6], draws=None)
    >>> float(ci.value), float(ci.low), float(ci.high), int(ci.n), ci.flags
    (3.0, 1.0, 6.0, 3, ('n<5',))
    """
    x = np.asarray(values, dtype=np.float64).ravel()
    kept = x[~np.isnan(x)]
    means = [_mean(kept[rows]) for rows in _resamples([len(kept)], draws, seed)]
    return _percentile(_mean(kept), means, draws, level, len(kept), len(x) - len(kept))


def bootstrap_cis(
    columns: Sequence[FloatArray], draws: int = 2000, level: float = 0.95, seed: int = 0
) -> list[Interval]:
    """`bootstrap_ci` of several measures of the same worlds, (W,) each without NaN: the same resamples, drawn once.

    A resample is a count for each world, and its mean a product with the values: equal to `bootstrap_ci` but for
    rounding, and many times faster where there are many worlds.
    """
    size = len(columns[0])
    means: list[list[FloatArray]] = [[] for _ in columns]
    for rows in _resamples([size], draws, seed):
        counts = np.array([np.bincount(row, minlength=size) for row in rows], np.float64)
        for found, column in zip(means, columns, strict=True):
            found.append(counts @ column / size)
    return [
        _percentile(_mean(column), found, draws, level, size, 0) for column, found in zip(columns, means, strict=True)
    ]


def bootstrap_exact(values: ArrayLike) -> FloatArray:
    """The means of all nⁿ resamples of `values` (n,), sorted: what `bootstrap_ci` samples; n ≤ 6.

    >>> bootstrap_exact([1, 2, 6]).std().round(6).item()
    1.247219
    """
    x = np.asarray(values, dtype=np.float64)
    kept = x[~np.isnan(x)]
    return np.sort(np.concatenate([_mean(kept[rows]) for rows in _resamples([len(kept)], None, seed=0)]))


def paired_ci(
    first: ArrayLike, second: ArrayLike, draws: int | None = 2000, level: float = 0.95, seed: int = 0
) -> Interval:
    """`bootstrap_ci` of the mean difference first − second, (W,) each, over the same worlds."""
    return bootstrap_ci(np.subtract(first, second, dtype=np.float64), draws, level, seed)


def clustered_ci(
    values: ArrayLike, clusters: ArrayLike, draws: int | None = 2000, level: float = 0.95, seed: int = 0
) -> Interval:
    """Percentile bootstrap of the pooled mean, clusters (worlds) resampled whole.

    Args:
        values: (rows,).
        clusters: (rows,), the world of each row.
        draws: resamples; None enumerates all.
        level: of the interval.
        seed: of the draws.

    Returns:
        The pooled mean, `low`, `high`, n clusters, `n_nan` rows dropped; flag `n<5`.
    """
    x, cluster = np.asarray(values, dtype=np.float64).ravel(), np.asarray(clusters).ravel()
    known = ~np.isnan(x)
    _, where = np.unique(cluster[known], return_inverse=True)
    sums, rows = np.bincount(where, weights=x[known]), np.bincount(where)
    n_nan = len(x) - int(known.sum())
    resamples = _resamples([len(rows)], draws, seed)
    means = [divide(sums[drawn].sum(axis=1), rows[drawn].sum(axis=1)) for drawn in resamples]
    return _percentile(divide(sums.sum(), rows.sum()), means, draws, level, len(rows), n_nan)


def stratified_ci(
    strata: Sequence[ArrayLike],
    statistic: Callable[[FloatArray], FloatArray] | None = None,
    draws: int | None = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Percentile bootstrap of a statistic of the pooled rows, runs resampled within each stratum (task).

    Args:
        strata: one (runs,) array per stratum.
        statistic: from (…, rows) to (…,), the mean by default; the IQM is `lambda rows: iqm(rows).value`.
        draws: resamples; None enumerates all.
        level: of the interval.
        seed: of the draws.

    Returns:
        The statistic, `low`, `high`, n runs in all, `n_nan` dropped; flag `n<5` if a stratum is that small.
    """
    given = [np.asarray(runs, dtype=np.float64).ravel() for runs in strata]
    kept = [runs[~np.isnan(runs)] for runs in given]
    rows, sizes = np.concatenate(kept), [len(runs) for runs in kept]
    of = statistic or _mean
    drawn = [of(rows[index]) for index in _resamples(sizes, draws, seed)]
    n_nan = sum(map(len, given)) - len(rows)
    return _percentile(of(rows), drawn, draws, level, len(rows), n_nan, smallest=min(sizes, default=0))


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


def iqm(scores: ArrayLike) -> Measured:
    """Interquartile mean over the last axis: ⌊n/4⌋ dropped from each end (Agarwal et al. 2021).

    Returns:
        value (…,), n (…,) scores before trimming, NaN left out.

    >>> float(iqm([0, 1, 2, 3, 4, 5, 6, 7, 8, 30]).value)
    4.5
    """
    ordered = np.sort(np.asarray(scores, dtype=np.float64), axis=-1)  # NaN last
    n = np.asarray((~np.isnan(ordered)).sum(axis=-1))
    place, cut = np.arange(ordered.shape[-1]), n[..., None] // 4
    middle = (place >= cut) & (place < n[..., None] - cut)
    return Measured(divide(np.where(middle, ordered, 0.0).sum(axis=-1), middle.sum(axis=-1)), n)


def perm_test(x: ArrayLike, y: ArrayLike, draws: int = 9999, seed: int = 0) -> Tested:
    """Permutation test of the difference in means x − y, two-sided by absolute value.

    Exact up to 10⁵ splits (flag `exact`), else p = (1 + #)/(1 + draws).

    Args:
        x: (n,), one value per world.
        y: (m,) likewise.
        draws: random splits where there are too many.
        seed: of the draws.

    Returns:
        The difference, its null mean and p as single values; n (2,) worlds of each side. NaN if a side is
        empty.

    >>> float(perm_test([1, 2, 3], [4, 5, 6]).p)
    0.1
    """
    sides = [np.asarray(side, dtype=np.float64).ravel() for side in (x, y)]
    a, b = (side[~np.isnan(side)] for side in sides)
    n = np.array([len(a), len(b)])
    if not n.all():
        return Tested(np.asarray(np.nan), n, null_mean=np.asarray(np.nan), p=np.asarray(np.nan))
    pool = np.concatenate([a, b])
    exact = comb(len(pool), len(a)) <= _EXACT_LIMIT
    sums = _all_splits(pool, len(a)) if exact else _random_splits(pool, len(a), draws, seed)
    null = sums / len(a) - (pool.sum() - sums) / len(b)
    found = a.mean() - b.mean()
    reach = int((np.abs(null) >= abs(found) - _TIE * max(1.0, abs(found))).sum())
    p = reach / len(null) if exact else (1 + reach) / (1 + len(null))
    flags = ("exact",) * exact + ("n<5",) * bool((n < _FEW).any())
    return Tested(np.asarray(found), n, flags, null_mean=np.asarray(null.mean()), p=np.asarray(p))


def holm(p: ArrayLike) -> Measured:
    """Step-down adjusted p of a family declared beforehand (Holm 1979): value of the shape of p, n the
    family's size.

    NaN stays NaN and is not of the family.

    >>> holm([0.01, 0.04, 0.03, 0.005]).value.tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    given = np.asarray(p, dtype=np.float64)
    order = np.argsort(given, axis=None)  # NaN last
    size = int((~np.isnan(given)).sum())
    steps = np.maximum(size - np.arange(given.size), 1)
    adjusted = np.empty(given.size)
    adjusted[order] = np.minimum(np.maximum.accumulate(given.ravel()[order] * steps), 1.0)
    return Measured(adjusted.reshape(given.shape), np.full(given.shape, size))


def _mean(rows: FloatArray) -> FloatArray:
    return divide(rows.sum(axis=-1), rows.shape[-1])


def _resamples(sizes: list[int], draws: int | None, seed: int) -> Iterator[NDArray[np.intp]]:
    """Row indices (draws, Σ sizes), in pieces; the columns of a stratum draw from its own rows."""
    size = np.repeat(sizes, sizes).astype(np.intp)
    start = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes).astype(np.intp)
    if draws is None:
        count = prod(n**n for n in sizes)
        if count > _EXACT_LIMIT:
            raise ValueError(f"draws=None enumerates up to {_EXACT_LIMIT} resamples, these are {count}")
        every = chain.from_iterable(product(*map(range, size.tolist())))
        yield start + np.fromiter(every, dtype=np.intp, count=count * len(size)).reshape(count, len(size))
        return
    rng = np.random.default_rng(seed)
    piece = max(1, _CHUNK // max(len(size), 1))
    for done in range(0, draws, piece):
        uniform = rng.random((min(piece, draws - done), len(size)))
        yield start + (uniform * size).astype(np.intp)


def _percentile(
    value: ArrayLike,
    pieces: list[FloatArray],
    draws: int | None,
    level: float,
    n: int,
    n_nan: int,
    smallest: int | None = None,
) -> Interval:
    """The interval of a statistic from its resampled values."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    method = "inverted_cdf" if draws is None else "linear"
    low, high = np.quantile(np.concatenate(pieces), tails, method=method) if n else (np.nan, np.nan)
    flags = ("n<5",) * ((n if smallest is None else smallest) < _FEW)
    as_float = [np.asarray(x, dtype=np.float64) for x in (value, low, high)]
    return Interval(as_float[0], np.asarray(n), flags, low=as_float[1], high=as_float[2], n_nan=n_nan)


def _all_splits(pool: FloatArray, size: int) -> FloatArray:
    """Sum of the first group in every split."""
    chosen = chain.from_iterable(combinations(range(len(pool)), size))
    index = np.fromiter(chosen, dtype=np.intp, count=comb(len(pool), size) * size)
    return pool[index.reshape(-1, size)].sum(axis=1)


def _random_splits(pool: FloatArray, size: int, draws: int, seed: int) -> FloatArray:
    """Sum of the first group in `draws` random splits."""
    rng = np.random.default_rng(seed)
    piece = max(1, _CHUNK // len(pool))
    sums = []
    for done in range(0, draws, piece):
        shuffled = rng.permuted(np.tile(pool, (min(piece, draws - done), 1)), axis=1)
        sums.append(shuffled[:, :size].sum(axis=1))
    return np.concatenate(sums)
