"""Welfare over short and long horizons: curves W(T), discounts, and where one setting overtakes another.

What pays at once and what pays in the long run need not be the same. A curve has, for each horizon T, a welfare
function (METRICS.md §3.1) of what every agent got in the first T steps, and no horizon is preferred. Payoffs are
(worlds, steps, agents).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from .measure import FloatArray, IntArray, Interval, Measured, divide
from .resampled import DRAWS, ends, means, resampled_means
from .statistics.resampling import FEW
from .welfare import Tail, discounted

_SAME = 1e-12


def by_horizon(rewards: ArrayLike, horizons: ArrayLike | None = None) -> FloatArray:
    """What each agent got per step of the first T steps, (W, H, N), steps after the end counting 0.

    Args:
        rewards: (W, T, N), 0 after the end.
        horizons: H numbers of steps, each in 1 … T; all of them if left out.

    >>> by_horizon([[[6, 3], [0, 3]]]).tolist()
    [[[6.0, 3.0], [3.0, 3.0]]]
    """
    paid = np.add.accumulate(np.asarray(rewards, dtype=np.float64), axis=1)
    at = np.arange(1, paid.shape[1] + 1) if horizons is None else np.asarray(horizons, dtype=np.int64)
    if len(at) and (at.min() < 1 or at.max() > paid.shape[1]):
        raise ValueError(f"horizons must be in 1 to {paid.shape[1]}, got {at.min()} to {at.max()}")
    return paid[:, at - 1] / at[:, None]


def by_discount(
    rewards: ArrayLike,
    deltas: ArrayLike,
    lengths: ArrayLike | None = None,
    tail: Tail = "truncate",
    window: int = 1,
) -> FloatArray:
    """What each agent got, discounted and in payoffs per step, (W, D, N): (1 − δ)·Σ δ^{t−1}π_i(t), at δ = 1 the mean.

    Args:
        rewards: (W, T, N), 0 after the end.
        deltas: D discount factors in [0, 1]; 1 needs the tail `truncate` or `absorbed`.
        lengths: T_e (W,); all T steps if left out.
        tail: what comes after T_e, as in `welfare.discounted`, with `window`.
    """
    paid = np.asarray(rewards, dtype=np.float64)
    worlds, steps, agents = paid.shape
    rows = paid.swapaxes(1, 2).reshape(-1, steps)
    ended = None if lengths is None else np.repeat(np.asarray(lengths), agents)
    sums = [
        discounted(rows, delta, ended, tail, window, normalised=delta < 1).value / (1 if delta < 1 else steps)
        for delta in np.asarray(deltas, dtype=np.float64).tolist()
    ]
    return np.stack(sums, axis=-1).reshape(worlds, agents, -1).swapaxes(1, 2)


def curve(
    amounts: FloatArray,
    function: Callable[[FloatArray], Measured],
    draws: int = DRAWS,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """A welfare function by horizon or discount: its mean over worlds, with pointwise intervals over whole worlds.

    Args:
        amounts: (W, H, N), of `by_horizon` or `by_discount`.
        function: of (…, N), for example `welfare.rawls`.
        draws: bootstrap samples of worlds.
        level: of the intervals.
        seed: of the draws; curves of as many worlds with the same seed draw the same worlds.

    Returns:
        value, low, high (H,), the interval NaN below two worlds; n (H,) worlds in which it is defined, `n_nan` those
        values in which it is not; flag `n<5`.
    """
    values = function(amounts).value
    there = ~np.isnan(values)
    low, high = ends(resampled_means(values, draws, seed), level)
    alone = there.sum(axis=0) < 2
    low, high = (np.where(alone, np.nan, end) for end in (low, high))
    n = there.sum(axis=0)
    return Interval(means(values), n, _few(n), low=low, high=high, n_nan=int((~there).sum()))


@dataclass(frozen=True, eq=False)
class Crossing(Interval):
    """The first horizon from which one setting stays above another: NaN if it is not above at the last one.

    The interval is over those resamples that cross, `crosses` their share. Flags: `ahead_throughout` where it is
    above from the first horizon on, so that nothing was given up for it; `never`; `n<5`.
    """

    crosses: FloatArray = field(kw_only=True)


def crossing(
    first: ArrayLike,
    second: ArrayLike,
    horizons: ArrayLike | None = None,
    paired: bool = True,
    draws: int = DRAWS,
    level: float = 0.95,
    seed: int = 0,
) -> Crossing:
    """From which horizon on does `second` stay above `first`? Short-term sacrifice, long-term gain.

    Args:
        first: a welfare function (W, H) by world and horizon.
        second: likewise, of another setting.
        horizons: the H horizons; 1 … H if left out.
        paired: both were played under the same seeds, in this order: worlds are resampled in pairs.
        draws: bootstrap samples of worlds.
        level: of the interval.
        seed: of the draws.

    >>> found = crossing([[6, 6, 4, 3]] * 5, [[3, 3, 3.5, 4]] * 5)
    >>> float(found.value), float(found.low), float(found.crosses)
    (4.0, 4.0, 1.0)
    """
    a, b = (np.asarray(one, dtype=np.float64) for one in (first, second))
    if a.shape[1:] != b.shape[1:] or (paired and len(a) != len(b)):
        raise ValueError(f"the settings must have the same horizons, and worlds if paired, got {a.shape} and {b.shape}")
    at = np.arange(1, a.shape[1] + 1) if horizons is None else np.asarray(horizons)
    if paired:
        gap = b - a  # a world in which one is undefined says nothing of the difference
        found, drawn = means(gap), resampled_means(gap, draws, seed)
    else:
        found = means(b) - means(a)
        drawn = resampled_means(b, draws, seed) - resampled_means(a, draws, seed + 1)
    slack = _SAME * max(1.0, float(np.nanmax(np.abs(np.concatenate([means(a), means(b)])), initial=0.0)))
    value, of_draws = (_stays_above(one, at, slack) for one in (found[None], drawn))
    low, high = ends(of_draws[:, None], level)
    n = min(len(a), len(b))
    flags = ("never",) * bool(np.isnan(value[0])) + ("ahead_throughout",) * bool(value[0] == at[0])
    return Crossing(
        value[0],
        np.asarray(n),
        flags + _few(np.asarray(n)),
        low=low[0],
        high=high[0],
        crosses=np.asarray((~np.isnan(of_draws)).mean()),
    )


def ratio(welfare: ArrayLike, anchor: ArrayLike) -> Measured:
    """Welfare over an anchor of the same game, W/W_O or W/W_N, where GAMES.md knows it: value (W,), n = 1 each.

    Args:
        welfare: W (W,), of whole episodes.
        anchor: the optimum, or the worst equilibrium: a number or (W,). The ratio is NaN where it is not above 0,
            where it would mislead; `cooperation.normalised_welfare` is defined there too.
    """
    paid, by = np.asarray(welfare, dtype=np.float64), np.asarray(anchor, dtype=np.float64)
    value = np.where(by > 0, divide(paid, by), np.nan)
    return Measured(value, (~np.isnan(value)).astype(np.int64))


def _stays_above(gap: FloatArray, at: FloatArray | IntArray, slack: float) -> FloatArray:
    """For each row of (rows, H) the first horizon from which it is above 0 to the end, NaN if it ends otherwise."""
    above = np.logical_and.accumulate((gap > slack)[:, ::-1], axis=1)[:, ::-1]
    return np.where(above[:, -1], np.asarray(at, np.float64)[above.argmax(axis=1)], np.nan)


def _few(n: IntArray) -> tuple[str, ...]:
    return ("n<5",) * bool((n < FEW).any())
