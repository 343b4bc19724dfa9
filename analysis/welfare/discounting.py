"""Discounted welfare, whose tail is part of its name (METRICS.md §3.2).

Welfare w is (W, T), the group's payoff of each step, which is `rewards.sum(axis=2)`.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..measure import Measured, divide, total
from .amounts import played

Tail = Literal["truncate", "absorbed", "repeat"]


def discounted(
    welfare: ArrayLike,
    delta: float,
    lengths: ArrayLike | None = None,
    tail: Tail = "truncate",
    window: int = 1,
    normalised: bool = False,
) -> Measured:
    """Discounted sum W_δ = Σ_t δ^{t−1} w(t) with a named tail, which may decide a ranking.

    Args:
        welfare: w (W, T).
        delta: δ in [0, 1]; below 1 for `repeat` and for `normalised`.
        lengths: T_e (W,); all T steps if left out.
        tail: after T_e `truncate` counts nothing; `absorbed` counts 0, exact where a rule ended the episode;
            `repeat` goes on for ever with the mean of the last `window` steps.
        window: of `repeat`, cut to the episode's length.
        normalised: multiply by 1 − δ.

    Returns:
        value (W,), n (W,) steps; flags: the tail, and `unequal_lengths` if truncated sums do not compare.

    >>> short, fair = [6, 6, 0, 0], [3, 3, 3, 3]
    >>> discounted([short, fair], 0.9).value.round(6).tolist()
    [11.4, 10.317]
    >>> discounted([short, fair], 0.9, tail="repeat", normalised=True).value.round(6).tolist()
    [1.14, 3.0]
    """
    if tail not in ("truncate", "absorbed", "repeat"):
        raise ValueError(f"tail must be truncate, absorbed or repeat, got {tail!r}")
    if not 0 <= delta <= 1 or (delta == 1 and (tail == "repeat" or normalised)):
        raise ValueError(f"delta must be in [0, 1], and below 1 for a repeated tail or a normalised sum, got {delta}")
    w, counts, n = played(welfare, lengths)
    steps = np.arange(w.shape[1])
    value = total(np.where(counts, w, 0.0) * delta ** steps.astype(np.float64))
    flags = (f"repeat({window})" if tail == "repeat" else tail,)
    if tail == "repeat":
        last = counts & (steps >= n[:, None] - window)
        value = value + delta**n / (1 - delta) * divide(total(np.where(last, w, 0.0)), last.sum(axis=1))
    if tail == "truncate" and len(n) and n.min() < n.max():
        flags += ("unequal_lengths",)
    return Measured(value * (1 - delta) if normalised else value, n, flags)
