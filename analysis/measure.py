"""What a measure returns: a value, the counts it stands on, and flags (METRICS.md §0).

Undefined is NaN, never 0. A figure without its denominator is not printed.
The unit of replication is the world.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Measured:
    """A measure's value with its denominator.

    Attributes:
        value: float64, usually one figure per world; 0-d where it is a single figure. NaN where undefined.
        n: int64, the counts that entered, of the shape of `value`; a figure with two denominators (`rho`)
            has one more axis.
        flags: what a reader must know beside the figure, for example `undirected`.
    """

    value: FloatArray
    n: IntArray
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Interval(Measured):
    """A figure with its interval; `n` counts clusters (or trials), `n_nan` the values that were dropped."""

    low: FloatArray = field(kw_only=True)
    high: FloatArray = field(kw_only=True)
    n_nan: int = field(default=0, kw_only=True)


@dataclass(frozen=True, eq=False)
class Tested(Measured):
    """A figure beside its null: the null's mean and the share `p` of the null that reaches the figure."""

    null_mean: FloatArray = field(kw_only=True)
    p: FloatArray = field(kw_only=True)

    @property
    def excess(self) -> FloatArray:
        """What is left of the figure after the null's mean, which need not be 0."""
        return self.value - self.null_mean


@dataclass(frozen=True, eq=False)
class Duration(Measured):
    """Numbers of steps, with `observed` False where the event was not seen: censored, for `kaplan_meier`."""

    observed: BoolArray = field(kw_only=True)


def divide(numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """Quotient in float64, NaN for 0/0 and infinite for x/0, without warnings.

    >>> divide([1, 0, 2], [2, 0, 0]).tolist()
    [0.5, nan, inf]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.true_divide(numerator, denominator, dtype=np.float64))


def share(part: ArrayLike, whole: ArrayLike, flags: tuple[str, ...] = ()) -> Measured:
    """`part`/`whole` as a measure whose denominator is `whole`; an empty whole gives NaN."""
    return Measured(divide(part, whole), np.asarray(whole, dtype=np.int64), flags)


def total(values: ArrayLike, *axes: int) -> FloatArray:
    """Sum over axes (default 1, time), NaN counting 0, added up in order.

    NumPy's own sum adds in blocks that depend on the length. Steps after the end, which are as many as the longest
    episode of the batch wants, would change the last bit; here they add an exact 0 at the end.

    >>> total([[0.1, 0.2, np.nan], [0.3, 0.0, 0.0]]).round(6).tolist()
    [0.3, 0.3]
    """
    summed = np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0, posinf=np.inf, neginf=-np.inf)
    for axis in sorted(axes or (1,), reverse=True):
        if summed.shape[axis] == 0:
            summed = summed.sum(axis=axis)
        else:
            summed = np.add.accumulate(summed, axis=axis).take(-1, axis=axis)
    return summed


def mean_of_known(values: FloatArray, *axes: int) -> FloatArray:
    """Mean over axes (default all but the first, worlds) of what is not NaN; NaN where nothing is.

    >>> mean_of_known(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
    [1.0, nan]
    """
    over = axes or tuple(range(1, values.ndim))
    return divide(np.nansum(values, axis=over), (~np.isnan(values)).sum(axis=over))


def last_steps(acts: FloatArray) -> IntArray:
    """(W,): the last step of acts (W, T, …) at which anybody in the world acted, from 0; −1 for none.

    >>> last_steps(np.array([[[1.0], [np.nan]], [[np.nan], [np.nan]]])).tolist()
    [0, -1]
    """
    played = (~np.isnan(acts)).any(axis=tuple(range(2, acts.ndim)))
    return np.asarray((played * np.arange(1, acts.shape[1] + 1)).max(axis=1, initial=0) - 1)
