"""To whom one is good: conduct by who the other is, and by how the other fares (NORMS.md §2, near enemies).

A mean over everybody hides both. Kindness to one's own alone has the cooperation rate of kindness where one's own are
met, and pity the gifts of compassion while the other is low. Labels as in `labels`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .labels import dyads
from .measure import BoolArray, FloatArray, Measured, divide, share, total


def group_gap(labels: ArrayLike, groups: Sequence[int]) -> Measured:
    """Mean label of i towards its own group minus that towards the others.

    0 is impartial, 1 cooperates with its own and with nobody else; below 0 strangers are treated better.

    Args:
        labels: directed, (W, T, N, N).
        groups: the group of each of the N agents.

    Returns:
        value (W, N) in [−1, 1], NaN where i had no choice towards one of the two; n (W, N, 2): acts towards its own
        group, and towards the others.

    >>> c = np.full((1, 2, 3, 3), np.nan)
    >>> c[0, :, 0, 1], c[0, :, 0, 2] = [1, 1], [0, 0.5]
    >>> gap = group_gap(c, [0, 0, 1])
    >>> gap.value.tolist(), gap.n.tolist()
    ([[0.75, nan, nan]], [[[2, 2], [0, 0], [0, 0]]])
    """
    own, _, _ = dyads(labels)
    if own.ndim != 4 or len(groups) != own.shape[2]:
        raise ValueError(
            f"labels must be directed, (worlds, steps, agents, agents), of {len(groups)} agents, got shape {own.shape}"
        )
    same = np.asarray(groups)[:, None] == np.asarray(groups)
    return _difference(own, np.broadcast_to(same, own.shape), np.broadcast_to(~same, own.shape), (1, 3))


def rise_response(labels: ArrayLike, incomes: ArrayLike, lag: int = 1) -> Measured:
    """Mean label of i towards j after j had more than i, minus that after j had less; equal incomes are left out.

    0 does as much for the other when it has risen; −1 helps the low alone and no more once they are above. Lagged,
    since the act of a step moves its incomes.

    Args:
        labels: (W, T, N) or directed (W, T, N, N).
        incomes: (W, T, N), what each was paid in each step (rewards), or a mean of it; NaN where not known.
        lag: in steps.

    Returns:
        value in [−1, 1], NaN where the other was never above, or never below; (W, N), the other being the mean of the
        others, or (W, N, N). n with one more axis: [..., 0] after it had more, [..., 1] after it had less. Flags:
        `undirected` as in `dyads`.

    >>> given, paid = [[[1, 0], [1, 0], [0.5, 0], [0, 0]]], [[[2, 1], [2, 1], [2, 3], [2, 3]]]
    >>> rise = rise_response(given, paid)
    >>> rise.value.tolist(), rise.n.tolist()
    ([[-0.75, 0.0]], [[[1, 2], [2, 1]]])
    """
    own, _, flags = dyads(labels)
    y = np.asarray(incomes, dtype=np.float64)
    if y.shape != own.shape[:3]:
        raise ValueError(f"incomes must be (worlds, steps, agents) = {own.shape[:3]}, got shape {y.shape}")
    if own.ndim == 4:
        ahead = y[:, :, None, :] - y[:, :, :, None]
    else:
        known = ~np.isnan(y)
        filled = np.where(known, y, 0.0)
        rest, heads = (x.sum(axis=2, keepdims=True) - x for x in (filled, known.astype(np.int64)))
        ahead = divide(rest, heads) - y
    now, before = own[:, lag:], ahead[:, : max(own.shape[1] - lag, 0)]
    return _difference(now, before > 0, before < 0, (1,), flags)


def _difference(
    labels: FloatArray, first: BoolArray, second: BoolArray, axes: tuple[int, ...], flags: tuple[str, ...] = ()
) -> Measured:
    """The mean label where ``first`` holds minus that where ``second`` does, over ``axes``."""
    chosen = ~np.isnan(labels)
    means = [
        share(total(np.where(where, labels, np.nan), *axes), (chosen & where).sum(axis=axes))
        for where in (first, second)
    ]
    return Measured(means[0].value - means[1].value, np.stack([m.n for m in means], axis=-1), flags)
