"""In which set worlds end, by the state that they began in (METRICS.md §10)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..measure import BoolArray, FloatArray, IntArray, Interval, divide
from ..statistics import wilson
from .regions import NEGATIVE, POSITIVE, UNDEFINED, WINDOW, Places

NO_ATTRACTOR = UNDEFINED
"""Where a world ends of which fewer than `window` steps were seen."""
UNSETTLED = -2
"""Where a world ends that moved between sets in its last steps."""


def ends(
    where: ArrayLike, lengths: ArrayLike | None = None, collapsed: ArrayLike | None = None, window: int = WINDOW
) -> Places:
    """The set in which each world ends: that of all its last `window` steps.

    Args:
        where: (W, T) of `places`.
        lengths: (W,) steps played, by default T.
        collapsed: (W,) worlds that ended by collapse, which nothing leaves: they end in N, however early.
        window: steps, ≥ 1.

    Returns:
        (W,): `NEGATIVE`, `SATISFICING`, `POSITIVE` + k, `UNSETTLED`, or `NO_ATTRACTOR`: fewer than `window` steps were
        played, or the state is undefined in one of them.

    >>> ends([[1, 2, 2, 2], [2, 1, 2, 1], [2, 2, 2, -1]], lengths=[4, 4, 3], window=3).tolist()
    [2, -2, 2]
    """
    at = np.asarray(where)
    played: IntArray = np.full(len(at), at.shape[1]) if lengths is None else np.asarray(lengths, dtype=np.int64)
    steps = np.arange(at.shape[1])
    last = (steps < played[:, None]) & (steps >= played[:, None] - window)
    final = at[np.arange(len(at)), np.maximum(played, 1) - 1]
    same = ((at == final[:, None]) | ~last).all(axis=1)
    unseen = (played < window) | ((at == UNDEFINED) & last).any(axis=1)
    found = np.where(unseen, NO_ATTRACTOR, np.where(same, final, UNSETTLED))
    lost: BoolArray = np.zeros(len(at), np.bool_) if collapsed is None else np.asarray(collapsed, dtype=np.bool_)
    return np.where(lost, NEGATIVE, found).astype(np.int8)


def basin_stability(ended: ArrayLike, law: str, into: int = POSITIVE) -> Interval:
    """Share of sampled initial states from which a world ends in a set (Menck et al. 2013).

    Args:
        ended: (W,) of `ends`, one world for each initial state.
        law: how the initial states were sampled, without which the share means nothing; it is the first flag.
        into: the set.

    Returns:
        The share with Wilson's 95 % interval, n worlds, `n_nan` without an attractor, left out. Flag `no attractor
        found` if there are any.

    >>> found = basin_stability([2] * 37 + [0] * 63, "uniform")
    >>> float(found.value), float(found.low.round(6)), float(found.high.round(6))
    (0.37, 0.281824, 0.467795)
    """
    at = np.asarray(ended)
    known = at != NO_ATTRACTOR
    found = wilson((at == into).sum(), known.sum())
    flags = (law, *("no attractor found",) * bool((~known).any() or not at.size))
    return Interval(found.value, found.n, flags, low=found.low, high=found.high, n_nan=int((~known).sum()))


class BasinMap(NamedTuple):
    """Where worlds end by initial state.

    ``states`` (C, k) distinct initial states in ascending order; ``shares`` (C, 2 + K) of their worlds that end in N,
    S, P_0, …; ``unsettled`` (C,) that end in none of these; ``n`` (C,) worlds with an attractor or unsettled, the
    denominator of both; ``unseen`` (C,) worlds of which too little was seen.
    """

    states: NDArray[np.generic]
    shares: FloatArray
    unsettled: FloatArray
    n: IntArray
    unseen: IntArray


def basin_map(initial: ArrayLike, ended: ArrayLike, sets: int = 1) -> BasinMap:
    """The map of `ended` (W,) over the initial states (W, k), with K = `sets` positive sets.

    >>> found = basin_map([[0.2], [0.2], [0.8]], [0, 2, 2])
    >>> found.states.tolist(), found.shares.tolist()
    ([[0.2], [0.8]], [[0.5, 0.0, 0.5], [0.0, 0.0, 1.0]])
    """
    states, at = np.unique(np.asarray(initial), axis=0, return_inverse=True)
    codes = np.arange(UNSETTLED, 2 + sets)
    counts = np.zeros((len(states), len(codes)), np.int64)
    np.add.at(counts, (at.ravel(), np.asarray(ended, dtype=np.int64) - UNSETTLED), 1)
    unsettled, unseen, inside = counts[:, 0], counts[:, 1], counts[:, 2:]
    n = unsettled + inside.sum(axis=1)
    return BasinMap(states, divide(inside, n[:, None]), divide(unsettled, n), n, unseen)
