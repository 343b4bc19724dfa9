"""What every resampling and every test here shares: which rows are drawn, and the interval of what they give.

Sampled quantiles are linearly interpolated, those of an exact enumeration are read off the inverted CDF.
"""

from collections.abc import Iterator
from itertools import chain, product
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..measure import FloatArray, Interval, divide

CHUNK = 2_000_000
"""Resampled numbers held at once."""
EXACT_LIMIT = 100_000
"""Splits or resamples that are enumerated."""
TIE = 1e-9
FEW = 5
"""Clusters below which an interval is shown with a warning."""


def mean(rows: FloatArray) -> FloatArray:
    """Mean over the last axis; NaN of nothing."""
    return divide(rows.sum(axis=-1), rows.shape[-1])


def resamples(sizes: list[int], draws: int | None, seed: int) -> Iterator[NDArray[np.intp]]:
    """Row indices (draws, Σ sizes), in pieces; the columns of a stratum draw from its own rows."""
    size = np.repeat(sizes, sizes).astype(np.intp)
    start = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes).astype(np.intp)
    if draws is None:
        count = prod(n**n for n in sizes)
        if count > EXACT_LIMIT:
            raise ValueError(f"draws=None enumerates up to {EXACT_LIMIT} resamples, these are {count}")
        every = chain.from_iterable(product(*map(range, size.tolist())))
        yield start + np.fromiter(every, dtype=np.intp, count=count * len(size)).reshape(count, len(size))
        return
    rng = np.random.default_rng(seed)
    piece = max(1, CHUNK // max(len(size), 1))
    for done in range(0, draws, piece):
        uniform = rng.random((min(piece, draws - done), len(size)))
        yield start + (uniform * size).astype(np.intp)


def percentile(
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
    flags = ("n<5",) * ((n if smallest is None else smallest) < FEW)
    as_float = [np.asarray(x, dtype=np.float64) for x in (value, low, high)]
    return Interval(as_float[0], np.asarray(n), flags, low=as_float[1], high=as_float[2], n_nan=n_nan)
