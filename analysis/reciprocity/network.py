"""How much of a flow goes both ways (METRICS.md §2.5)."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, Measured, divide


def weighted_reciprocity(flows: ArrayLike) -> Measured:
    """Σ min(F_ij, F_ji)/ΣF (Squartini et al. 2013).

    Args:
        flows: (…, N, N), F_ij ≥ 0 what i gave j; the diagonal does not count.

    Returns:
        (…,) in [0, 1], NaN where nothing flows; n links, ordered pairs with F_ij > 0.

    >>> float(weighted_reciprocity([[0, 2, 0], [1, 0, 3], [4, 1, 0]]).value.round(6))
    0.363636
    """
    given = _flows(flows)
    both = np.minimum(given, given.swapaxes(-1, -2))
    return Measured(divide(both.sum(axis=(-1, -2)), given.sum(axis=(-1, -2))), (given > 0).sum(axis=(-1, -2)))


def binary_reciprocity(flows: ArrayLike) -> Measured:
    """The share of links that are answered by one, however large: arguments and n of ``weighted_reciprocity``.

    >>> float(binary_reciprocity([[0, 2, 0], [1, 0, 3], [4, 1, 0]]).value)
    0.8
    """
    return weighted_reciprocity(_flows(flows) > 0)


def network_reciprocity(flows: ArrayLike) -> Measured:
    """ρ = (r − ā)/(1 − ā): binary reciprocity r beside the density ā = links/(N(N − 1)) (Garlaschelli & Loffredo 2004).

    Returns:
        (…,) up to 1; 0: as many links are answered as by chance, below: fewer. NaN without links, or with all of them.

    >>> float(network_reciprocity([[0, 2, 0], [1, 0, 3], [4, 1, 0]]).value.round(6))
    -0.2
    """
    given = _flows(flows)
    found, agents = binary_reciprocity(given), given.shape[-1]
    density = divide(found.n, agents * (agents - 1))
    return Measured(np.where(density < 1, divide(found.value - density, 1 - density), np.nan), found.n)


def _flows(flows: ArrayLike) -> FloatArray:
    given = np.array(flows, dtype=np.float64)
    if given.ndim < 2 or given.shape[-1] != given.shape[-2]:
        raise ValueError(f"flows must be (…, agents, agents), got shape {given.shape}")
    if (given < 0).any() or np.isnan(given).any():
        raise ValueError("flows must be at least 0, and none missing")
    given[..., np.arange(given.shape[-1]), np.arange(given.shape[-1])] = 0.0
    return given
