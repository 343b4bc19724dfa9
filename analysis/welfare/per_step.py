"""Payoffs per step, of the steps played and of the nominal horizon (METRICS.md §0.2)."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import Measured, share, total
from .amounts import nominal


def per_step(rewards: ArrayLike, lengths: ArrayLike) -> Measured:
    """Mean payoff per step played, R_i / T_e.

    Args:
        rewards: (W, T, N), 0 after the end.
        lengths: T_e (W,); or steps present (W, N), for those who came late or left.

    Returns:
        value (W, N), n (W, N) steps. Comparisons between arms use `full_horizon`.
    """
    paid = total(rewards)
    steps = np.asarray(lengths)
    return share(paid, np.broadcast_to(steps if steps.ndim == 2 else steps[:, None], paid.shape))


def full_horizon(rewards: ArrayLike, horizon: int | None = None) -> Measured:
    """Mean payoff per step of the nominal horizon, R_i / T: missing steps are 0.

    Args:
        rewards: (W, T, N), 0 after the end.
        horizon: T, where `rewards` holds fewer steps.

    Returns:
        value (W, N), n (W, N) steps.
    """
    paid = np.asarray(rewards, dtype=np.float64)
    summed = total(paid)
    return share(summed, np.full(summed.shape, nominal(horizon, paid.shape[1])))
