"""Where the state goes from where it is: the mean change in one step over a grid of states."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, IntArray, divide


class Flow(NamedTuple):
    """Over a grid of X × Y parts of the plane: ``x`` (X,) and ``y`` (Y,) the middles, ``dx`` and ``dy`` (X, Y) the mean
    change of each component in the step that follows a state there, NaN where no state was; ``n`` (X, Y) steps."""

    x: FloatArray
    y: FloatArray
    dx: FloatArray
    dy: FloatArray
    n: IntArray


def mean_flow(paths: ArrayLike, parts: int = 10, low: float = 0.0, high: float = 1.0) -> Flow:
    """The flow of two components of a state, (W, T, 2), each cut into ``parts`` equal parts from ``low`` to ``high``;
    what lies outside counts to the nearest part, and a step with a NaN on either side to none.

    >>> found = mean_flow([[[0.1, 0.1], [0.3, 0.2]], [[0.2, 0.4], [0.3, 0.2]]], parts=2)
    >>> found.dx[0, 0].round(3).item(), found.dy[0, 0].round(3).item(), found.n.tolist()
    (0.15, -0.05, [[2, 0], [0, 0]])
    """
    y = np.asarray(paths, dtype=np.float64)
    here, change = y[:, :-1].reshape(-1, 2), np.diff(y, axis=1).reshape(-1, 2)
    known = ~np.isnan(here + change).any(axis=1)
    here, change = here[known], change[known]
    part = np.clip(((here - low) / (high - low) * parts).astype(np.int64), 0, parts - 1)
    at = part[:, 0] * parts + part[:, 1]
    n = np.bincount(at, minlength=parts**2)
    dx, dy = (divide(np.bincount(at, change[:, k], parts**2), n).reshape(parts, parts) for k in range(2))
    middles = low + (np.arange(parts) + 0.5) * (high - low) / parts
    return Flow(middles, middles, dx, dy, n.reshape(parts, parts))
