"""Means of whole worlds drawn again, many measures at once: what curves and rankings take their intervals from."""

import numpy as np
from numpy.typing import ArrayLike

from .measure import FloatArray, divide, mean_of_known

DRAWS = 1000
MOST = 2000
"""More worlds than this are drawn in equal groups, which changes the spread of a mean by about 1/MOST of itself."""


def resampled_means(values: ArrayLike, draws: int = DRAWS, seed: int = 0) -> FloatArray:
    """Means of `draws` bootstrap samples of worlds (W, …), the same samples for every measure: (draws, …).

    NaN is a world in which a measure is undefined: left out of its mean, which is NaN where all are. Tables with as
    many worlds and the same seed draw the same worlds, so that paired settings are resampled together.
    """
    x = np.asarray(values, dtype=np.float64)
    rows = x.reshape(len(x), int(np.prod(x.shape[1:])))
    there = (~np.isnan(rows)).astype(np.float64)
    filled = np.nan_to_num(rows)
    if len(rows) > MOST:
        starts = np.linspace(0, len(rows), MOST, endpoint=False).astype(np.intp)
        filled, there = (np.add.reduceat(part, starts, axis=0) for part in (filled, there))
    n = len(filled)
    if not n:
        return np.full((draws, *x.shape[1:]), np.nan)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    counts = np.full((draws, 1), n) if n == len(rows) and there.all() else weights @ there
    return divide(weights @ filled, counts).reshape(draws, *x.shape[1:])


def means(values: ArrayLike) -> FloatArray:
    """Means over worlds (W, …), NaN left out: (…,)."""
    return mean_of_known(np.asarray(values, dtype=np.float64), 0)


def ends(drawn: FloatArray, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """The percentile interval of what was drawn (draws, …), NaN left out: low and high (…,), NaN where all are."""
    known = ~np.isnan(drawn).all(axis=0)
    low, high = np.full((2, *drawn.shape[1:]), np.nan)
    if known.any():
        tails = [(1 - level) / 2, (1 + level) / 2]
        found = np.nanquantile if np.isnan(drawn).any() else np.quantile
        low[known], high[known] = found(drawn[:, known], tails, axis=0)
    return low, high
