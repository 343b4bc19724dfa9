"""Exact solutions of a bargaining problem, by enumeration of its deals.

A problem is the utilities of every deal, a row each, and what every party has without one. All solutions are **sets**
of deals, as indices in ascending order: on a finite set of deals the maximin rules tie, and one deal returned in
silence would be a choice that nobody made.

**Known answers** (GAMES.md §3.3–§3.7): the small sheet of four parties, the divisions of (1, 4, 1) items, the trades of
``exchange``, two continuous frontiers; all are tests.

**Source**: Nash 1950; Kalai & Smorodinsky 1975; Kalai 1977 (egalitarian); leximin after Sen 1970.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Deals = npt.NDArray[np.intp]
"""Indices of deals, ascending."""

TIE = 1e-9
"""Scores whose relative difference is smaller are equal: products and quotients are rounded."""
GRID, WIDTH = 2001, 1e-12
"""Points per refinement of a continuous frontier, and the width at which it ends."""


class Solutions(NamedTuple):
    """The answers of :func:`solve`, each a set of deals; empty where no deal qualifies."""

    feasible: Deals
    rational: Deals
    """Feasible, and nobody has less than without a deal."""
    pareto: Deals
    """Feasible, and no other feasible deal gives everybody as much and somebody more."""
    nash: Deals
    degenerate: bool
    """No rational deal gives everybody more than d, so that the Nash product is 0 for all of them."""
    kalai_smorodinsky: Deals
    egalitarian: Deals
    utilitarian: Deals
    utilitarian_rational: Deals


def solve(
    utilities: npt.ArrayLike, disagreement: npt.ArrayLike, feasible: npt.NDArray[np.bool_] | None = None
) -> Solutions:
    """Every solution of the problem.

    Args:
        utilities: (K, P), of each deal to each party; finite.
        disagreement: (P,), what each party has without a deal.
        feasible: (K,), which deals can be made; all if left out.

    Raises:
        ValueError: if the shapes do not fit or a utility is not finite.

    >>> found = solve([[4, 10], [6, 8], [7, 6], [8, 4], [9, 2], [10, 0]], [0, 0])
    >>> found.nash, found.kalai_smorodinsky, found.utilitarian
    (array([1]), array([1, 2]), array([0, 1]))
    """
    u, d, can = _checked(utilities, disagreement, feasible)
    gains = u - d
    rational = np.flatnonzero(can & (gains >= 0).all(axis=1))
    pareto = np.flatnonzero(can)[efficient(u[can])]
    candidates = np.intersect1d(rational, pareto, assume_unique=True)
    totals = u.sum(axis=1)
    return Solutions(
        feasible=np.flatnonzero(can),
        rational=rational,
        pareto=pareto,
        nash=np.flatnonzero(nash_set(gains, can)),
        degenerate=bool(len(rational)) and not (gains[rational] > 0).all(axis=1).any(),
        kalai_smorodinsky=_best(candidates, _shares_of_ideal(gains, rational)[candidates].min(axis=1)),
        egalitarian=_best(candidates, gains[candidates].min(axis=1)),
        utilitarian=_best(np.flatnonzero(can), totals[can]),
        utilitarian_rational=_best(rational, totals[rational]),
    )


def _checked(
    utilities: npt.ArrayLike, disagreement: npt.ArrayLike, feasible: npt.NDArray[np.bool_] | None
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    u, d = np.asarray(utilities, np.float64), np.asarray(disagreement, np.float64)
    if u.ndim != 2 or d.shape != u.shape[1:]:
        raise ValueError(f"utilities of shape {u.shape} and disagreement of shape {d.shape}: must be (K, P) and (P,)")
    can = np.ones(len(u), np.bool_) if feasible is None else np.asarray(feasible, np.bool_)
    if can.shape != (len(u),):
        raise ValueError(f"feasible has shape {can.shape}: must be {(len(u),)}, one for each deal")
    if not (np.isfinite(u).all() and np.isfinite(d).all()):
        raise ValueError("every utility must be a finite number")
    return u, d, can


def _best(deals: Deals, scores: Floats) -> Deals:
    """Those of ``deals`` with the largest of ``scores``."""
    if not len(deals):
        return deals
    top = scores.max()
    if np.isinf(top):  # nobody can gain, and all deals tie
        return deals[scores == top]
    return deals[scores >= top - TIE * max(1.0, abs(top))]


def nash_set(gains: Floats, feasible: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.bool_]:
    """(…, K): of the deals by which nobody loses, those with the largest product of ``gains`` (…, K, P); none where
    there is no such deal.

    >>> nash_set(np.array([[4, 10], [6, 8], [8, 6], [9, 2]])).tolist()
    [False, True, True, False]
    """
    rational = np.asarray((gains >= 0).all(axis=-1))
    if feasible is not None:
        rational &= feasible
    products = gains.prod(axis=-1, where=rational[..., None])
    products = np.where(rational, products, -np.inf)
    top = products.max(axis=-1, keepdims=True)
    return rational & (products >= top - TIE * np.maximum(1.0, top))


def _shares_of_ideal(gains: Floats, rational: Deals) -> Floats:
    """(K, P): gains in units of the largest rational one; ∞ for a party that cannot gain, which leaves it out."""
    if not len(rational):
        return gains
    ideal = gains[rational].max(axis=0)
    return np.where(ideal > 0, gains / np.where(ideal > 0, ideal, 1.0), np.inf)


def leximin(deals: Deals, scores: npt.ArrayLike) -> Deals:
    """The refinement of a maximin set: of ``deals``, those whose ``scores`` (deals, P), sorted from the worst-off, are
    lexicographically largest.

    >>> leximin(np.array([1, 2]), [[6, 8], [7, 6]])
    array([1])
    """
    left, rows = deals, np.sort(np.asarray(scores, np.float64), axis=1)
    for k in range(rows.shape[1]):
        kept = np.isin(left, _best(left, rows[:, k]))
        left, rows = left[kept], rows[kept]
    return left


def efficient(utilities: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """(K,): is the deal on the Pareto frontier of ``utilities`` (K, P)? Equal deals are so together.

    >>> efficient([[6, 10], [7, 7], [0, 10], [5, 6]]).tolist()
    [True, True, False, False]
    """
    u = np.ascontiguousarray(utilities, np.float64)
    # whatever dominates a deal stands before it: it has a larger sum or, after rounding, comes first in the alphabet
    order = np.lexsort((*(-u.T[::-1]), -u.sum(axis=1)))
    return _efficient(u, order)


@njit(cache=True)
def _efficient(u: Floats, order: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    on_frontier = np.zeros(len(u), np.bool_)
    frontier = np.empty(len(u), np.int64)
    found = 0
    for k in order:
        if not _dominated(u, k, frontier[:found]):
            on_frontier[k] = True
            frontier[found] = k
            found += 1
    return on_frontier


@njit(cache=True)
def _dominated(u: Floats, k: int, frontier: npt.NDArray[np.int64]) -> bool:
    for f in frontier:
        more = False
        for i in range(u.shape[1]):
            if u[f, i] < u[k, i]:
                break
            more |= u[f, i] > u[k, i]
        else:
            if more:
                return True
    return False


# -- a continuous frontier ---------------------------------------------------------------------------------------------


class Point(NamedTuple):
    """What two parties have at a solution."""

    first: float
    second: float


def solve_frontier(
    frontier: Callable[[Floats], Floats], low: float, high: float, disagreement: tuple[float, float] = (0.0, 0.0)
) -> dict[str, Point]:
    """Nash, Kalai–Smorodinsky, egalitarian and utilitarian solution of two parties whose best deals are the curve
    (u, ``frontier(u)``), ``low`` ≤ u ≤ ``high``: falling, and concave, so that each is one point.

    On a grid that is refined around its best point until it is narrower than 1e−12; the utilitarian point is not held
    to the rational part. Raises ``ValueError`` where no point of the curve gives both at least d.

    >>> found = solve_frontier(lambda u: 1 - u**2, 0, 1)
    >>> [round(x, 6) for x in (*found["nash"], *found["kalai_smorodinsky"])]
    [0.57735, 0.666667, 0.618034, 0.618034]
    """
    d1, d2 = disagreement

    def rational(u: Floats) -> npt.NDArray[np.bool_]:
        return (u >= d1) & (frontier(u) >= d2)

    def best(score: Callable[[Floats, Floats], Floats], free: bool = False) -> Point:
        def over(u: Floats) -> Floats:
            return np.where(free | rational(u), score(u, frontier(u)), -np.inf)

        u = _refined(over, low, high)
        return Point(u, float(frontier(np.array([u]))[0]))

    if not rational(np.linspace(low, high, GRID)).any():
        raise ValueError(f"no point of the frontier gives both at least disagreement = {disagreement}")
    most = best(lambda u, v: u).first - d1, best(lambda u, v: v).second - d2
    return {
        "nash": best(lambda u, v: (u - d1) * (v - d2)),
        "kalai_smorodinsky": best(lambda u, v: np.minimum((u - d1) / most[0], (v - d2) / most[1])),
        "egalitarian": best(lambda u, v: np.minimum(u - d1, v - d2)),
        "utilitarian": best(lambda u, v: u + v, free=True),
    }


def _refined(score: Callable[[Floats], Floats], low: float, high: float) -> float:
    """Where a score with a single peak is largest."""
    while True:
        grid = np.linspace(low, high, GRID)
        k = int(score(grid).argmax())
        if high - low < WIDTH:
            return float(grid[k])
        low, high = float(grid[max(0, k - 1)]), float(grid[min(GRID - 1, k + 1)])
