"""Welfare of a group, over agents and over time (METRICS.md §3.1, §3.2, §3.4, §4).

Two kinds of input: x (…, N), one amount per agent (R_i, or a mean per step), and welfare w (W, T), the
group's payoff of each step, which is `rewards.sum(axis=2)`. In x a NaN is an agent left out and counted out
of n. Payoffs of different games are never averaged raw: see `cooperation.normalised_welfare`.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .measure import BoolArray, FloatArray, Measured, divide, share, total

Tail = Literal["truncate", "absorbed", "repeat"]


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
    return share(summed, np.full(summed.shape, _nominal(horizon, paid.shape[1])))


def utilitarian(x: ArrayLike) -> Measured:
    """Mean of x (…, N): value (…,), n agents.

    >>> x = [4, 8, 12, 24]
    >>> [round(float(f(x).value), 6) for f in (utilitarian, rawls, nash, gini)]
    [12.0, 4.0, 9.797959, 0.333333]
    """
    amounts, n = _amounts(x)
    return share(np.nansum(amounts, axis=-1), n)


def rawls(x: ArrayLike) -> Measured:
    """Least of x (…, N): value (…,), n agents (Rawls 1971)."""
    amounts, n = _amounts(x)
    least = np.where(np.isnan(amounts), np.inf, amounts).min(axis=-1, initial=np.inf)
    return Measured(np.where(n == 0, np.nan, least), n)


def nash(x: ArrayLike) -> Measured:
    """Geometric mean (Π x_i)^{1/N} of x (…, N): value (…,), n agents.

    One 0 makes it 0, hence the twin `nash_smoothed`, shown beside it; NaN if any x < 0.
    """
    amounts, n = _amounts(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.exp(divide(np.nansum(np.log(amounts), axis=-1), n))
    return Measured(np.where(_any_negative(amounts), np.nan, value), n)


def nash_smoothed(x: ArrayLike, eta: float) -> Measured:
    """(Π (x_i + η))^{1/N} − η of x (…, N): value (…,), n agents, flag `eta=…`; NaN if any x < 0.

    Args:
        x: amounts.
        eta: η > 0 in the unit of x; the house default is .01·W_O/N for x = R.
    """
    if not eta > 0:
        raise ValueError(f"eta must be positive, got {eta}")
    amounts, n = _amounts(x)
    value = nash(amounts + eta).value - eta
    return Measured(np.where(_any_negative(amounts), np.nan, value), n, (f"eta={eta:g}",))


def gini(x: ArrayLike) -> Measured:
    """Σ_iΣ_j |x_i − x_j| / (2NΣx) of x (…, N) (Gini 1912): value (…,) in [0, 1 − 1/N], n agents.

    NaN if nobody got anything (that is not equality), if Σx ≤ 0 or any x < 0. One agent: 0.
    """
    amounts, n = _amounts(x)
    ranks = 2 * np.arange(1, amounts.shape[-1] + 1) - n[..., None] - 1
    whole = np.nansum(amounts, axis=-1)
    value = divide(np.nansum(np.sort(amounts, axis=-1) * ranks, axis=-1), n * whole)  # NaN sorts last
    return Measured(np.where(_any_negative(amounts) | (whole <= 0), np.nan, value), n)


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
    w, played, n = _played(welfare, lengths)
    steps = np.arange(w.shape[1])
    value = total(np.where(played, w, 0.0) * delta ** steps.astype(np.float64))
    flags = (f"repeat({window})" if tail == "repeat" else tail,)
    if tail == "repeat":
        last = played & (steps >= n[:, None] - window)
        value = value + delta**n / (1 - delta) * divide(total(np.where(last, w, 0.0)), last.sum(axis=1))
    if tail == "truncate" and len(n) and n.min() < n.max():
        flags += ("unequal_lengths",)
    return Measured(value * (1 - delta) if normalised else value, n, flags)


def volatility(welfare: ArrayLike, lengths: ArrayLike | None = None) -> Measured:
    """Standard deviation (ddof 1) of w over time.

    Args:
        welfare: w (W, T).
        lengths: T_e (W,); left out, all T steps count (full horizon).

    Returns:
        value (W,), n (W,) steps; NaN below 2 steps.
    """
    w, played, n = _played(welfare, lengths)
    mean = divide(total(np.where(played, w, 0.0)), n)
    squares = total(np.where(played, (w - mean[:, None]) ** 2, 0.0))
    return Measured(np.sqrt(divide(squares, np.maximum(n - 1, 0))), n)


def max_drawdown(welfare: ArrayLike, lengths: ArrayLike | None = None) -> Measured:
    """Largest fall from the running maximum M, as a share of it: max_t (M(t) − w(t))/M(t).

    Args:
        welfare: w (W, T).
        lengths: T_e (W,); left out, all T steps count (full horizon).

    Returns:
        value (W,) ≥ 0 (above 1 if w turns negative), n (W,) steps with M(t) > 0; NaN if there is none.

    >>> max_drawdown([[10, 12, 9, 6, 8, 12]]).value.tolist()
    [0.5]
    """
    w, played, _ = _played(welfare, lengths)
    peak = np.maximum.accumulate(w, axis=1)
    counted = played & (peak > 0)
    fall = np.where(counted, divide(peak - w, peak), -np.inf).max(axis=1, initial=-np.inf)
    n = counted.sum(axis=1)
    return Measured(np.where(n == 0, np.nan, fall), n)


def intergenerational(welfare: ArrayLike, horizon: int | None = None) -> Measured:
    """Welfare of the last ⌊T/3⌋ steps over that of the first ⌊T/3⌋, on the full horizon.

    Args:
        welfare: w (W, T), 0 after the end.
        horizon: T, where `welfare` holds fewer steps.

    Returns:
        value (W,), n (W,) = ⌊T/3⌋ steps in each third. 0/0 is NaN, x/0 infinite and flagged
        `infinite`; a first third below 0, where the ratio misleads, is flagged `negative_first_third`.
    """
    w = np.asarray(welfare, dtype=np.float64)
    nominal = _nominal(horizon, w.shape[1])
    third = nominal // 3
    first, last = total(w[:, :third]), total(w[:, nominal - third :])
    value = divide(last, first)
    flags = ("infinite",) * bool(np.isinf(value).any()) + ("negative_first_third",) * bool((first < 0).any())
    return Measured(value, np.full(len(w), third), flags)


def _amounts(x: ArrayLike) -> tuple[FloatArray, np.ndarray]:
    """x as float64 and the number of agents in it."""
    amounts = np.asarray(x, dtype=np.float64)
    return amounts, np.asarray((~np.isnan(amounts)).sum(axis=-1))


def _any_negative(amounts: FloatArray) -> BoolArray:
    return np.asarray((amounts < 0).any(axis=-1))


def _played(welfare: ArrayLike, lengths: ArrayLike | None) -> tuple[FloatArray, BoolArray, np.ndarray]:
    """w (W, T), which of its steps count, and how many."""
    w = np.asarray(welfare, dtype=np.float64)
    n = np.full(len(w), w.shape[1]) if lengths is None else np.asarray(lengths)
    return w, np.arange(w.shape[1]) < n[:, None], n


def _nominal(horizon: int | None, stored: int) -> int:
    if horizon is not None and horizon < stored:
        raise ValueError(f"horizon must be at least the {stored} steps that are stored, got {horizon}")
    return stored if horizon is None else horizon
