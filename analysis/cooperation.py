"""How much cooperation there was (METRICS.md §1).

Shapes as in `labels`. A rate belongs beside its denominator, and beside exploitability: `allc` scores 1 here.
"""

import numpy as np
from numpy.typing import ArrayLike

from .labels import agent_labels, cooperated, defected, dyads
from .measure import BoolArray, Duration, Measured, divide, share, total
from .reciprocity import p_c_given_d

_ROUNDING = 1e-9


def coop_rate_pooled(labels: ArrayLike) -> Measured:
    """Mean label over all choices of an episode.

    Args:
        labels: (W, T, N).

    Returns:
        value (W,) in [0, 1], n (W,) choices; NaN where nobody had one. Worlds pool to Σ value·n / Σ n.

    >>> c = [[[1, 1], [0.5, 1], [np.nan, np.nan], [0, np.nan]]]
    >>> rate = coop_rate_pooled(c)
    >>> rate.value.tolist(), rate.n.tolist()
    ([0.7], [5])
    """
    c = agent_labels(labels)
    return share(total(c, 1, 2), (~np.isnan(c)).sum(axis=(1, 2)))


def coop_rate_agent(labels: ArrayLike) -> Measured:
    """Mean over agents of each agent's own mean label.

    Args:
        labels: (W, T, N).

    Returns:
        value (W,) in [0, 1]; n (W,) agents that had a choice (the others, N − n, are dropped).

    >>> coop_rate_agent([[[1, 1], [0.5, 1], [np.nan, np.nan], [0, np.nan]]]).value.tolist()
    [0.75]
    """
    c = agent_labels(labels)
    of_agent = divide(total(c), (~np.isnan(c)).sum(axis=1))
    return share(total(of_agent), (~np.isnan(of_agent)).sum(axis=1))


def mutual_rate(labels: ArrayLike) -> Measured:
    """Share of pair-steps, both with a choice, in which both cooperated.

    Args:
        labels: (W, T, N, N) or (W, T, N); undirected with N > 2, the unit is i and "the others" (§0.4).

    Returns:
        value (W,) in [0, 1]; n (W,) pair-steps, each pair once (agent-steps if undirected).
    """
    own, other, flags = dyads(labels)
    axes = tuple(range(1, own.ndim))
    both = (cooperated(own) & cooperated(other)).sum(axis=axes)
    chances = (~np.isnan(own) & ~np.isnan(other)).sum(axis=axes)
    sides = 1 if flags else 2
    return share(both // sides, chances // sides, flags)


def niceness(labels: ArrayLike) -> Measured:
    """1 where i was not the first to play D, 0 where it was; its mean over directions and worlds is the
    share.

    A simultaneous first D counts against both (Axelrod 1984).

    Args:
        labels: (W, T, N) or (W, T, N, N).

    Returns:
        value (W, N) or (W, N, N), 0 or 1, NaN unless both sides ever had a choice; n likewise, 0 or 1.
    """
    own, other, flags = dyads(labels)
    met = (~np.isnan(own)).any(axis=1) & (~np.isnan(other)).any(axis=1)
    mine, theirs = _first(defected(own)), _first(defected(other))
    nice = (mine > theirs) | (mine == own.shape[1])
    return share(nice & met, met, flags)


def forgiveness(labels: ArrayLike) -> Measured:
    """P(C after the other's D), which is `p_c_given_d`; NaN if the other never defected.

    Returns:
        value in [0, 1] and n (answers to a D), (W, N) or (W, N, N).
    """
    return p_c_given_d(labels)


def coop_half_life(labels: ArrayLike, lengths: ArrayLike | None = None, window: int = 5) -> Duration:
    """Start of the first window whose mean rate of cooperation is at most half of the first window's.

    The rate of a step is the mean label of those who had a choice; a window's mean is that of its steps with a rate.

    Args:
        labels: (W, T, N).
        lengths: T_e (W,); left out, the last step with a choice.
        window: steps, all of them within the episode.

    Returns:
        value (W,), the step at which the window starts, from 1, for `kaplan_meier`; `observed` is False where no
        window fell so far: censored at T_e. n (W,) windows with a mean. NaN for an episode without a whole window, and
        where there was no cooperation in the first that could be halved.

    >>> rates = [1, 1, 0.9, 0.8, 0.6, 0.4, 0.4, 0.3, 0.2, 0.2]
    >>> coop_half_life([[[c] for c in rates]], window=3).value.tolist()
    [5.0]
    """
    if window < 1:
        raise ValueError(f"window must be at least 1, got {window}")
    c = agent_labels(labels)
    rate = divide(np.nansum(c, axis=2), (~np.isnan(c)).sum(axis=2))
    known, steps = ~np.isnan(rate), np.arange(1, c.shape[1] + 1)
    length = (known * steps).max(axis=1, initial=0) if lengths is None else np.asarray(lengths)
    starts = np.arange(max(0, c.shape[1] - window + 1))
    within = starts + window <= length[:, None]
    sums = sum(np.nan_to_num(rate)[:, starts + k] for k in range(window))
    means = np.where(within, divide(sums, sum(known[:, starts + k].astype(np.int64) for k in range(window))), np.nan)
    first = means[:, 0] if len(starts) else np.full(len(c), np.nan)
    halved = means <= first[:, None] / 2 + _ROUNDING
    observed = halved.any(axis=1) & (first > 0)
    value = np.where(observed, halved.argmax(axis=1) + 1 if len(starts) else 0, length)
    n = (~np.isnan(means)).sum(axis=1)
    return Duration(np.where(first > 0, value, np.nan), n, observed=observed)


def fear(cooperates: ArrayLike, defects: ArrayLike) -> Measured:
    """R_d(0) − R_c(0): what it pays to defect where all others do.

    Args:
        cooperates: R_c(ℓ) (n,), payoff of who cooperates with ℓ = 0 … n − 1 others, as of a Schelling diagram.
        defects: R_d(ℓ) likewise.

    Returns:
        A single value in units of payoff, n points of the diagram.

    >>> float(fear([8, 16, 24, 32], [20, 28, 36, 44]).value), float(greed([8, 16, 24, 32], [20, 28, 36, 44]).value)
    (12.0, 12.0)
    """
    return _temptation(cooperates, defects, 0)


def greed(cooperates: ArrayLike, defects: ArrayLike) -> Measured:
    """R_d(n − 1) − R_c(n − 1): what it pays to defect where all others cooperate; arguments as of `fear`."""
    return _temptation(cooperates, defects, -1)


def _temptation(cooperates: ArrayLike, defects: ArrayLike, at: int) -> Measured:
    c, d = np.asarray(cooperates, dtype=np.float64), np.asarray(defects, dtype=np.float64)
    return Measured(np.asarray(d[at] - c[at]), np.asarray(len(c)))


def normalised_welfare(welfare: ArrayLike, worst: ArrayLike, optimum: ArrayLike) -> Measured:
    """(W − W_N)/(W_O − W_N): 0 at the worst symmetric equilibrium, 1 at the optimum, not clipped.

    Args:
        welfare: (W,) total payoff of an episode.
        worst: W_N of the game, a number or (W,).
        optimum: W_O likewise; where it equals W_N the result is NaN.

    Returns:
        value (W,), any real number; n (W,), one episode each.

    >>> normalised_welfare([104], 80, 128).value.tolist()
    [0.5]
    """
    total, low, high = (np.asarray(x, dtype=np.float64) for x in (welfare, worst, optimum))
    value = np.where(high == low, np.nan, divide(total - low, high - low))
    return Measured(value, (~np.isnan(value)).astype(np.int64))


def _first(happened: BoolArray) -> np.ndarray:
    """Index of the first True along time (axis 1), T if there is none."""
    return np.where(happened.any(axis=1), happened.argmax(axis=1), happened.shape[1])
