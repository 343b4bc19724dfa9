"""Where a society is: regions of its state that were declared before the run (METRICS.md §10).

A state has d components, for example cooperation and stock, larger is better. A step lies in N (``NEGATIVE``) if any
component is below its floor; in a positive set P_k (``POSITIVE`` + k) if all reach the aspirations of the set and none
its ceilings; else in S (``SATISFICING``). Several positive sets are several ways of doing well: they must not overlap,
and are never merged.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..measure import BoolArray, Duration, IntArray, Measured, divide

Places = NDArray[np.int8]
UNDEFINED, NEGATIVE, SATISFICING, POSITIVE = -1, 0, 1, 2
WINDOW, HOLD = 10, 3
"""Last steps that must lie in a set for a world to end there; steps for which a set must hold after a shock."""


def places(
    states: ArrayLike,
    floors: ArrayLike,
    aspirations: ArrayLike,
    ceilings: ArrayLike | None = None,
    lengths: ArrayLike | None = None,
    collapsed: ArrayLike | None = None,
) -> Places:
    """Where each step of each world lies.

    Args:
        states: (W, T, d), T the nominal horizon; NaN where a component is undefined.
        floors: (d,); −inf where a component has none.
        aspirations: (d,) of one positive set, or (K, d); −inf where any value will do.
        ceilings: of the shape of `aspirations`, values that lie outside again; by default there are none.
        lengths: (W,) steps played, by default T.
        collapsed: (W,) whether the world ended by collapse: then all steps that were not played are N.

    Returns:
        (W, T): `NEGATIVE`, `SATISFICING`, `POSITIVE` + k; `UNDEFINED` after an end that is no collapse, and where a
        component is NaN and no other is below its floor.

    Raises:
        ValueError: for positive sets that overlap.

    >>> places([[[0.9, 0.8], [0.7, 0.5], [0.1, 0.1]]], [0.15, 0.15], [0.8, 0.75]).tolist()
    [[2, 1, 0]]
    """
    y = np.asarray(states, dtype=np.float64)
    low = np.atleast_2d(np.asarray(aspirations, dtype=np.float64))
    high = np.full(low.shape, np.inf) if ceilings is None else np.atleast_2d(np.asarray(ceilings, dtype=np.float64))
    if overlapping(low, high) is not None:
        raise ValueError("positive sets overlap: a state would lie in two of them")
    found = np.full(y.shape[:2], SATISFICING, np.int8)
    found[np.isnan(y).any(axis=2)] = UNDEFINED
    for k, (least, most) in enumerate(zip(low, high, strict=True)):
        found[((y >= least) & (y < most)).all(axis=2)] = POSITIVE + k
    found[(y < np.asarray(floors, dtype=np.float64)).any(axis=2)] = NEGATIVE
    if lengths is None:
        return found
    over = np.arange(y.shape[1]) >= np.asarray(lengths)[:, None]
    lost: BoolArray = np.zeros(len(y), np.bool_) if collapsed is None else np.asarray(collapsed, dtype=np.bool_)
    return np.where(over, np.where(lost, NEGATIVE, UNDEFINED)[:, None], found).astype(np.int8)


def overlapping(aspirations: NDArray[np.float64], ceilings: NDArray[np.float64]) -> tuple[int, int] | None:
    """The first two of the sets (K, d) that have a state in common; None if no two have."""
    for second in range(len(aspirations)):
        for first in range(second):
            low, high = (side[[first, second]] for side in (aspirations, ceilings))
            if (low.max(axis=0) < high.min(axis=0)).all():
                return first, second
    return None


def occupancy(where: ArrayLike, sets: int = 1) -> Measured:
    """Shares of the steps of a world in N, S and each positive set, which sum to 1.

    Args:
        where: (W, T) of `places`, over the full horizon.
        sets: K, how many positive sets are declared.

    Returns:
        value (W, 2 + K) in the order N, S, P_0, P_1, …; n, of the same shape, the steps that lie somewhere. Flag
        `undefined_steps` if some do not.

    >>> occupancy([[2, 1, 1, 0, 1, 2, 2, 2]]).value.tolist()
    [[0.125, 0.375, 0.5]]
    """
    at = np.asarray(where)
    counts = (at[:, :, None] == np.arange(2 + sets)).sum(axis=1)
    n = np.repeat(counts.sum(axis=1, keepdims=True), 2 + sets, axis=1)
    return Measured(divide(counts, n), n, ("undefined_steps",) * bool((at == UNDEFINED).any()))


def viability_time(where: ArrayLike, lengths: ArrayLike | None = None, collapsed: ArrayLike | None = None) -> Duration:
    """Steps before the first N; censored at the end of the episode. It needs no fixed point.

    Args:
        where: (W, T) of `places`.
        lengths: (W,) steps played, by default T.
        collapsed: (W,) a collapse is N even where it ends the last step of the horizon.

    Returns:
        value (W,) for `kaplan_meier`, n the steps played.

    >>> found = viability_time([[2, 1, 1, 0, 1], [2, 2, 1, 1, 1]])
    >>> found.value.tolist(), found.observed.tolist()
    ([3.0, 5.0], [True, False])
    """
    at = np.asarray(where)
    played: IntArray = np.full(len(at), at.shape[1]) if lengths is None else np.asarray(lengths, dtype=np.int64)
    left = (at == NEGATIVE) & (np.arange(at.shape[1]) < played[:, None])
    seen = left.any(axis=1)
    observed = seen if collapsed is None else seen | np.asarray(collapsed, dtype=np.bool_)
    return Duration(np.where(seen, left.argmax(axis=1), played).astype(np.float64), played, observed=observed)


def return_time(
    where: ArrayLike, shock: ArrayLike, lengths: ArrayLike | None = None, hold: int = HOLD, into: int = POSITIVE
) -> Duration:
    """Steps from a shock to the first step from which one positive set holds for `hold` steps.

    Args:
        where: (W, T) of `places`.
        shock: the step of the shock, counted from 1; a number or (W,).
        lengths: (W,) steps played, by default T.
        hold: steps in a row, ≥ 1.
        into: the place to come back to, `POSITIVE` + k: returning to another set is no return.

    Returns:
        value (W,) ≥ 0 for `kaplan_meier`, 0 where the shock did not drive the world out; censored at the steps seen
        after the shock. NaN, n = 0, where the episode was over before.

    >>> found = return_time([[2, 1, 1, 0, 1, 2, 2, 2]], shock=4)
    >>> found.value.tolist(), found.observed.tolist()
    ([2.0], [True])
    """
    at = np.asarray(where)
    size = at.shape[1]
    played: IntArray = np.full(len(at), size) if lengths is None else np.asarray(lengths, dtype=np.int64)
    begin = np.broadcast_to(np.asarray(shock, dtype=np.int64) - 1, len(at))
    inside = (at == into) & (np.arange(size) < played[:, None])
    padded = np.pad(inside, ((0, 0), (0, hold - 1)))
    held = np.stack([padded[:, k : k + size] for k in range(hold)]).all(axis=0)
    back = held & (np.arange(size) >= begin[:, None])
    observed, left = back.any(axis=1), played - begin
    steps = np.where(observed, back.argmax(axis=1) - begin, left).astype(np.float64)
    return Duration(np.where(left > 0, steps, np.nan), np.maximum(left, 0), observed=observed)
