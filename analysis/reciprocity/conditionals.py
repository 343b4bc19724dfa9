"""Who answers whom: lagged conditionals (METRICS.md §2.1). Shapes as in `labels`."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..labels import cooperated, defected, dyads
from ..measure import FloatArray, IntArray, Measured, divide, share

_ACTS = (cooperated, defected)
Counts = NDArray[np.int64] | NDArray[np.float32]


def p_c_given_c(labels: ArrayLike, lag: int = 1) -> Measured:
    """P(C_ij(t) | C_ji(t−lag)).

    Args:
        labels: (W, T, N) or (W, T, N, N).
        lag: in steps.

    Returns:
        value in [0, 1] and n (times the other had cooperated), (W, N) or (W, N, N).
    """
    after_c, _, flags = _answers(labels, lag)
    return share(*after_c, flags)


def p_c_given_d(labels: ArrayLike, lag: int = 1) -> Measured:
    """P(C_ij(t) | D_ji(t−lag)); arguments and shapes of `p_c_given_c`."""
    _, after_d, flags = _answers(labels, lag)
    return share(*after_d, flags)


def rho(labels: ArrayLike, lag: int = 1) -> Measured:
    """Reciprocity ρ = P(C|C) − P(C|D) of each direction (Axelrod 1984; Nowak & Sigmund 1993).

    NaN where the other never varied, 0 for an unconditional player facing one that does, 1 for tit-for-tat.

    Args:
        labels: (W, T, N) or (W, T, N, N).
        lag: in steps; 0 is same-step association, which is not reciprocity.

    Returns:
        value in [−1, 1], (W, N) or (W, N, N); n with one more axis: [..., 0] given C, [..., 1] given D.

    >>> acts = [[[act == "C" for act in pair] for pair in zip("CCDCDDCCDC", "CDCCDCCDCC")]]
    >>> rho(acts).value.round(6).tolist(), rho(acts).n.tolist()
    ([[0.833333, -0.6]], [[[6, 3], [5, 4]]])
    """
    after_c, after_d, flags = _answers(labels, lag)
    return Measured(difference(*after_c, *after_d), np.stack([after_c[1], after_d[1]], axis=-1), flags)


def lag_profile(labels: ArrayLike, longest: int = 5) -> Measured:
    """ρ_k for k = 0 … `longest`; k = 0 is drawn greyed, labelled "not reciprocity".

    Returns:
        value (W, N, K+1) or (W, N, N, K+1), the last index being the lag; n with one more axis, as in `rho`.
    """
    profile = [rho(labels, lag) for lag in range(longest + 1)]
    value = np.stack([at_lag.value for at_lag in profile], axis=-1)
    return Measured(value, np.stack([at_lag.n for at_lag in profile], axis=-2), profile[0].flags)


def memory_one(labels: ArrayLike) -> Measured:
    """(p_CC, p_CD, p_DC, p_DD): probability of C after (own, other's) last acts, own first.

    Tit-for-tat is (1, 0, 1, 0).

    Returns:
        value in [0, 1] and n, (W, N, 4) or (W, N, N, 4); a state never met is NaN.
    """
    own, other, flags = dyads(labels)
    now, mine, theirs = own[:, 1:], own[:, :-1], other[:, :-1]
    states = [my_act(mine) & their_act(theirs) for my_act in _ACTS for their_act in _ACTS]
    times_c = np.stack([(cooperated(now) & state).sum(axis=1) for state in states], axis=-1)
    times = np.stack([(~np.isnan(now) & state).sum(axis=1) for state in states], axis=-1)
    return share(times_c, times, flags)


def _answers(
    labels: ArrayLike, lag: int
) -> tuple[tuple[IntArray, IntArray], tuple[IntArray, IntArray], tuple[str, ...]]:
    """(C, all) among the answers to a C, and to a D, of `lag` steps before; flags."""
    own, other, flags = dyads(labels)
    before = other[:, : max(own.shape[1] - lag, 0)]
    c_after_c, after_c, c_after_d, after_d = tally(own[:, lag:], before)
    return (c_after_c, after_c), (c_after_d, after_d), flags


def tally(now: FloatArray, before: FloatArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """C after C, all after C, C after D, all after D: counts over time (axis 1)."""
    c, chosen = cooperated(now), ~np.isnan(now)
    after_c, after_d = cooperated(before), defected(before)
    return (
        (c & after_c).sum(axis=1),
        (chosen & after_c).sum(axis=1),
        (c & after_d).sum(axis=1),
        (chosen & after_d).sum(axis=1),
    )


def difference(c_after_c: Counts, after_c: Counts, c_after_d: Counts, after_d: Counts) -> FloatArray:
    """ρ from the counts of `tally`."""
    return divide(c_after_c, after_c) - divide(c_after_d, after_d)
