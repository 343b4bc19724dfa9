"""Percentile bootstraps with the world as the unit of replication (METRICS.md §12).

Every function has its own seeded generator. NaN values are dropped and counted.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, Interval, divide
from .resampling import mean, percentile, resamples


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
    means = [mean(kept[rows]) for rows in resamples([len(kept)], draws, seed)]
    return percentile(mean(kept), means, draws, level, len(kept), len(x) - len(kept))


def bootstrap_cis(
    columns: Sequence[FloatArray], draws: int = 2000, level: float = 0.95, seed: int = 0
) -> list[Interval]:
    """`bootstrap_ci` of several measures of the same worlds, (W,) each without NaN: the same resamples, drawn once.

    A resample is a count for each world, and its mean a product with the values: equal to `bootstrap_ci` but for
    rounding, and many times faster where there are many worlds.
    """
    size = len(columns[0])
    means: list[list[FloatArray]] = [[] for _ in columns]
    for rows in resamples([size], draws, seed):
        counts = np.array([np.bincount(row, minlength=size) for row in rows], np.float64)
        for found, column in zip(means, columns, strict=True):
            found.append(counts @ column / size)
    return [
        percentile(mean(column), found, draws, level, size, 0) for column, found in zip(columns, means, strict=True)
    ]


def bootstrap_exact(values: ArrayLike) -> FloatArray:
    """The means of all nⁿ resamples of `values` (n,), sorted: what `bootstrap_ci` samples; n ≤ 6.

    >>> bootstrap_exact([1, 2, 6]).std().round(6).item()
    1.247219
    """
    x = np.asarray(values, dtype=np.float64)
    kept = x[~np.isnan(x)]
    return np.sort(np.concatenate([mean(kept[rows]) for rows in resamples([len(kept)], None, seed=0)]))


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
    drawn = resamples([len(rows)], draws, seed)
    means = [divide(sums[which].sum(axis=1), rows[which].sum(axis=1)) for which in drawn]
    return percentile(divide(sums.sum(), rows.sum()), means, draws, level, len(rows), n_nan)


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
    of = statistic or mean
    drawn = [of(rows[index]) for index in resamples(sizes, draws, seed)]
    n_nan = sum(map(len, given)) - len(rows)
    return percentile(of(rows), drawn, draws, level, len(rows), n_nan, smallest=min(sizes, default=0))
