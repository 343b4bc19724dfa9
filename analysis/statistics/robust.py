"""Means that a few extreme runs do not move (METRICS.md §12)."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import Measured, divide


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
