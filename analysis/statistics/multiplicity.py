"""Many tests at once (METRICS.md §12)."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import Measured


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
