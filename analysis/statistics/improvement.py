"""How often one arm beats another: P(X > Y) (METRICS.md §12; Agarwal et al. 2021)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, Interval
from .bootstrap import stratified_ci


def prob_improvement(
    x: Sequence[ArrayLike], y: Sequence[ArrayLike], draws: int | None = 2000, level: float = 0.95, seed: int = 0
) -> Interval:
    """P(X > Y) + ½P(X = Y) over all pairs of runs of a task, averaged over tasks; runs are resampled within each task
    and side.

    Args:
        x: one (runs,) array per task.
        y: likewise of the other arm, the same tasks in the same order.
        draws: resamples; None enumerates all.
        level: of the interval.
        seed: of the draws.

    Returns:
        The probability, `low`, `high`, n runs of both sides in all tasks, `n_nan` dropped; flag `n<5` if a side of a
        task is that small. NaN if a side of a task has no run.

    Raises:
        ValueError: if the numbers of tasks differ.

    >>> round(float(prob_improvement([[0.1, 0.5, 0.9]], [[0.2, 0.4]]).value), 6)
    0.666667
    """
    if len(x) != len(y):
        raise ValueError(f"x and y must be of the same tasks, got {len(x)} and {len(y)}")
    given = [np.asarray(runs, dtype=np.float64).ravel() for pair in zip(x, y, strict=True) for runs in pair]
    sizes = [int((~np.isnan(runs)).sum()) for runs in given]
    if not sizes or not all(sizes):
        nan, n_nan = np.asarray(np.nan), sum(map(len, given)) - sum(sizes)
        return Interval(nan, np.asarray(sum(sizes)), ("n<5",), low=nan, high=nan, n_nan=n_nan)
    bounds = [0, *np.cumsum(sizes).tolist()]

    def over_tasks(rows: FloatArray) -> FloatArray:
        sides = [rows[..., start:end] for start, end in pairwise(bounds)]
        each = [_share_won(mine, theirs) for mine, theirs in zip(sides[::2], sides[1::2], strict=True)]
        return np.mean(each, axis=0)

    return stratified_ci(given, over_tasks, draws, level, seed)


def _share_won(x: FloatArray, y: FloatArray) -> FloatArray:
    """(…,): the share of pairs of x (…, n) and y (…, m) in which x is larger, ties counting half, by the ranks."""
    from scipy.stats import rankdata  # slow to import

    n, m = x.shape[-1], y.shape[-1]
    ranks = rankdata(np.concatenate([x, y], axis=-1), axis=-1)[..., :n]
    return (ranks.sum(axis=-1) - n * (n + 1) / 2) / (n * m)
