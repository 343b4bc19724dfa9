"""How far deals are from what theory would choose (METRICS.md §7).

Arrays as in `bargaining`. Solutions are the exact **sets** of `comity.envs.negotiation.solutions`; the distance from a
set is that from its nearest member, as on a finite set of deals the maximin rules tie.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..envs.negotiation.solutions import solve
from .measure import FloatArray, IntArray, Measured, divide


def nash_ratio(u: ArrayLike, disagreement: ArrayLike, deals: ArrayLike) -> Measured:
    """Π(u − d) over the largest such product of a deal by which nobody loses.

    Args:
        u: (W, P), NaN without agreement.
        disagreement: d (P,).
        deals: (K, P).

    Returns:
        value (W,) in [0, 1]; NaN if any gain is below 0, flag `negative_gain`, or if no deal gives everybody something;
        n (W,) 1 if agreed.

    >>> deals = [[6, 10], [7, 7], [8, 6], [9, 3], [10, 0], [5, 6]]
    >>> nash_ratio([[8, 6], [5, 6]], [0, 0], deals).value.tolist()
    [0.8, 0.5]
    """
    d = np.asarray(disagreement, dtype=np.float64)
    gains, feasible = np.asarray(u, dtype=np.float64) - d, np.asarray(deals, dtype=np.float64) - d
    rational = feasible[(feasible >= 0).all(axis=1)]
    largest = rational.prod(axis=1).max(initial=0.0)
    lost = (gains < 0).any(axis=1)
    value = divide(np.where(lost, np.nan, gains.prod(axis=1)), largest if largest > 0 else np.nan)
    return Measured(value, _agreed(gains), ("negative_gain",) * bool(lost.any()))


def solution_distances(u: ArrayLike, disagreement: ArrayLike, deals: ArrayLike) -> dict[str, Measured]:
    """Euclidean distances from the Nash, Kalai–Smorodinsky and egalitarian sets.

    Arguments as in `nash_ratio`.

    Returns:
        `dist_nash`, `dist_ks`, `dist_eg`: value (W,) ≥ 0 in units of utility, NaN without agreement and where no deal
        is individually rational; n (W,) 1 if agreed.

    >>> found = solution_distances([[8, 6]], [0, 0], [[6, 10], [7, 7], [8, 6], [9, 3], [10, 0]])
    >>> [round(float(found[key].value[0]), 6) for key in ("dist_nash", "dist_ks", "dist_eg")]
    [4.472136, 1.414214, 1.414214]
    """
    reached, feasible = np.asarray(u, dtype=np.float64), np.asarray(deals, dtype=np.float64)
    found = solve(feasible, disagreement)
    sets = {"dist_nash": found.nash, "dist_ks": found.kalai_smorodinsky, "dist_eg": found.egalitarian}
    return {key: Measured(_nearest(reached, feasible[chosen]), _agreed(reached)) for key, chosen in sets.items()}


def _agreed(u: FloatArray) -> IntArray:
    return np.where(np.isnan(u).any(axis=1), 0, 1)


def _nearest(points: FloatArray, members: FloatArray) -> FloatArray:
    """Distance of each point (W, P) from the nearest of the members (M, P): (W,), NaN where there are none."""
    if not len(members):
        return np.full(len(points), np.nan)
    return np.sqrt(np.min([((points - one) ** 2).sum(axis=1) for one in members], axis=0))
