"""The social outcomes of Perolat et al. (2017): efficiency, equality, sustainability, peace (METRICS.md §5).

Implementations differ. Here time counts from 1 and every rewarded step counts once; agents that were never rewarded
are left out of the sustainability and counted.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..measure import IntArray, Measured, divide, share, total
from .amounts import played
from .distribution import gini
from .per_step import full_horizon, per_step


class SocialOutcomes(NamedTuple):
    """One value per world, (W,) each."""

    utilitarian: Measured
    """U = W/T_e, n steps played."""
    utilitarian_full: Measured
    """W/T: steps that are missing count 0; n steps of the horizon."""
    equality: Measured
    """E = 1 − Gini(R), n agents; NaN where nobody got anything or somebody lost."""
    sustainability: Measured
    """S, mean over rewarded agents of the mean step with a reward, from 1; n agents that were rewarded."""
    peace: Measured | None
    """P = (N·T_e − steps timed out)/T_e in [0, N], n agent-steps; None where nobody can be timed out."""
    peace_share: Measured | None
    """P/N."""
    n_never: IntArray
    """Agents that were never rewarded."""


def social_outcomes(
    rewards: ArrayLike, lengths: ArrayLike, timed_out: ArrayLike | None = None, horizon: int | None = None
) -> SocialOutcomes:
    """U, E, S and P of each world.

    Args:
        rewards: (W, T, N), 0 after the end.
        lengths: T_e (W,).
        timed_out: (W, T, N), True where an agent was out of play by a time-out; None where the game has none.
        horizon: T, where `rewards` holds fewer steps.

    >>> paid = np.transpose([[[0, 1, 0, 1], [2, 0, 0, 0], [0, 0, 0, 0]]], (0, 2, 1))
    >>> found = social_outcomes(paid, [4])
    >>> float(found.utilitarian.value[0]), float(found.sustainability.value[0]), found.n_never.tolist()
    (1.0, 2.0, [1])
    """
    paid = np.asarray(rewards, dtype=np.float64)
    _, counts, n = played(paid[:, :, 0], lengths)
    agents = paid.shape[2]
    inequality = gini(total(paid))
    each, whole = per_step(paid, n), full_horizon(paid, horizon)
    rewarded = (paid > 0) & counts[:, :, None]
    times = rewarded.sum(axis=1)
    when = divide((rewarded * np.arange(1, paid.shape[1] + 1)[:, None]).sum(axis=1), times)
    some = (times > 0).sum(axis=1)
    peace, peace_share = None, None
    if timed_out is not None:
        out = (np.asarray(timed_out, dtype=np.bool_) & counts[:, :, None]).sum(axis=(1, 2))
        peace_share = share(agents * n - out, agents * n)
        peace = Measured(agents * peace_share.value, peace_share.n)
    return SocialOutcomes(
        Measured(each.value.sum(axis=1), n),
        Measured(whole.value.sum(axis=1), whole.n[:, 0]),
        Measured(1 - inequality.value, inequality.n),
        share(np.nansum(when, axis=1), some),
        peace,
        peace_share,
        agents - some,
    )
