"""How good the deals were (METRICS.md §7).

Utilities u of deals are (W, P) over worlds and parties of one bargaining problem, NaN in a world without
agreement: that is no deal at (0, 0). `deals` (K, P) are the utilities of all feasible deals. Utilities stay
on their own scale.
"""

import numpy as np
from numpy.typing import ArrayLike

from .measure import FloatArray, Interval, Measured, divide, share
from .statistics import wilson
from .welfare import gini


def agreement_rate(agreed: ArrayLike) -> Interval:
    """Agreements per episode with Wilson's interval, from (W,) booleans that the rules, not the agents,
    decided.

    Show it apart for problems with and without an individually rational deal: `agreement_rates`.

    >>> rate = agreement_rate([True] * 7 + [False] * 3)
    >>> [round(float(x), 6) for x in (rate.value, rate.low, rate.high)]
    [0.7, 0.396778, 0.892209]
    """
    found = np.asarray(agreed, dtype=bool)
    return wilson(found.sum(), found.size)


def agreement_rates(agreed: ArrayLike, rational: ArrayLike) -> Interval:
    """`agreement_rate` apart for the problems without and with an individually rational deal.

    Args:
        agreed: (W,) booleans.
        rational: (W,) booleans, has the world's problem a deal that gives nobody less than d?

    Returns:
        value, `low`, `high`, n (2,): without such a deal, where to agree is a mistake, and with one; NaN for none.
    """
    found, can = np.asarray(agreed, dtype=bool), np.asarray(rational, dtype=bool)
    return wilson(np.array([(found & ~can).sum(), (found & can).sum()]), np.array([(~can).sum(), can.sum()]))


def ir_violations(u: ArrayLike, disagreement: ArrayLike) -> Measured:
    """Agreements by which a party has less than without one.

    Args:
        u: (W, P), NaN without agreement.
        disagreement: d (P,) or (W, P).

    Returns:
        value (W, P) 1 if u < d, else 0, NaN without agreement; n (W, P) 1 if agreed. The sum over worlds is the count
        per party.

    >>> ir_violations([[8, 6], [1, 9]], [2, 2]).value.sum(axis=0).tolist()
    [1.0, 0.0]
    """
    reached = np.asarray(u, dtype=np.float64)
    agreed = ~np.isnan(reached)
    return share((reached < np.asarray(disagreement, dtype=np.float64)) & agreed, agreed)


def surplus_gini(u: ArrayLike, disagreement: ArrayLike) -> Measured:
    """Gini coefficient of the gains u − d: value (W,) in [0, 1 − 1/P]; NaN if any gain is below 0 or nobody gains.

    Args:
        u: (W, P).
        disagreement: d (P,) or (W, P).

    Returns:
        value (W,), n (W,) 1 if agreed.

    >>> surplus_gini([[8, 6]], [0, 0]).value.round(6).tolist()
    [0.071429]
    """
    gains = np.asarray(u, dtype=np.float64) - np.asarray(disagreement, dtype=np.float64)
    return Measured(gini(gains).value, np.where(np.isnan(gains).any(axis=1), 0, 1))


def pareto_distance(u: ArrayLike, deals: ArrayLike) -> Measured:
    """Euclidean distance of each deal from the nearest frontier point.

    Args:
        u: (W, P).
        deals: (K, P).

    Returns:
        value (W,) ≥ 0, 0 on the frontier, NaN without agreement; n (W,) 1 if agreed.
    """
    reached = np.asarray(u, dtype=np.float64)
    return _of_agreed(_distance(reached, _frontier(np.asarray(deals, dtype=np.float64))))


def pareto_optimality(u: ArrayLike, deals: ArrayLike) -> Measured:
    """1 − distance / largest distance of any feasible deal: value (W,) in [0, 1]; NaN if all deals are
    efficient, whatever u is.

    Arguments as in `pareto_distance`. Below 0 only where u, as after a delay, lies farther off than any deal.

    >>> deals = [[6, 10], [7, 7], [0, 10], [5, 6]]
    >>> pareto_optimality([[5, 6], [7, 7]], deals).value.round(6).tolist()
    [0.627322, 1.0]
    """
    feasible = np.asarray(deals, dtype=np.float64)
    frontier = _frontier(feasible)
    largest = _distance(feasible, frontier).max()
    distance = _distance(np.asarray(u, dtype=np.float64), frontier)
    return _of_agreed(1 - divide(distance, largest if largest > 0 else np.nan))


def joint_efficiency(u: ArrayLike, disagreement: ArrayLike, deals: ArrayLike, all_episodes: bool = False) -> Measured:
    """Share of the largest joint surplus that was realised, Σ(u − d) / (max over deals of Σu − Σd).

    Args:
        u: (W, P).
        disagreement: d (P,).
        deals: (K, P).
        all_episodes: count 0 for an episode without agreement, instead of NaN.

    Returns:
        value (W,) ≤ 1, n (W,) 1 if the episode entered; NaN where no deal has a joint surplus.
    """
    d = np.asarray(disagreement, dtype=np.float64)
    surplus = (np.asarray(u, dtype=np.float64) - d).sum(axis=1)
    if all_episodes:
        surplus = np.where(np.isnan(surplus), 0.0, surplus)
    largest = np.asarray(deals, dtype=np.float64).sum(axis=1).max() - d.sum()
    return _of_agreed(divide(surplus, largest if largest > 0 else np.nan))


def concession_rate(demands: ArrayLike) -> Measured:
    """(first own demand − last) / (own turns − 1).

    Args:
        demands: (W, T) or (W, T, N), in time order, NaN where the agent made none.

    Returns:
        value (W,) or (W, N), in units of the demand per own turn, NaN for a single demand; n own turns.

    >>> concession_rate([[90, np.nan, 80, 70, 65]]).value.round(6).tolist()
    [8.333333]
    """
    asked = np.asarray(demands, dtype=np.float64)
    made = ~np.isnan(asked)
    turns = made.sum(axis=1)
    first = np.take_along_axis(asked, made.argmax(axis=1, keepdims=True), axis=1)
    last = np.take_along_axis(asked, asked.shape[1] - 1 - made[:, ::-1].argmax(axis=1, keepdims=True), axis=1)
    return Measured(divide((first - last).squeeze(axis=1), np.maximum(turns - 1, 0)), turns)


def _of_agreed(value: FloatArray) -> Measured:
    return Measured(value, (~np.isnan(value)).astype(np.int64))


def _frontier(deals: FloatArray) -> FloatArray:
    """The deals (F, P) that no other equals or beats for all and beats for one, each once."""
    if deals.shape[1] == 2:
        falling = np.unique(deals, axis=0)[::-1]  # by what the first gets, then by what the second does
        best = np.maximum.accumulate(falling[:, 1])
        return falling[np.concatenate([[True], falling[1:, 1] > best[:-1]])]
    rest = np.unique(deals, axis=0)[::-1]
    rest = rest[np.argsort(-rest.sum(axis=1), kind="stable")]
    frontier = []
    while len(rest):  # nothing left can beat the one with the largest sum
        frontier.append(rest[0].copy())
        rest = rest[(rest > rest[0]).any(axis=1)]
    return np.array(frontier)


def _distance(points: FloatArray, frontier: FloatArray) -> FloatArray:
    """Distance of each point (W, P) from the nearest of the frontier (F, P): (W,)."""
    nearest = np.full(len(points), np.inf)
    for efficient in frontier:
        nearest = np.minimum(nearest, ((points - efficient) ** 2).sum(axis=1))
    return np.sqrt(nearest)
