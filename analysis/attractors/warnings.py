"""Early warnings of a transition: does a system recover ever more slowly before it tips? (METRICS.md §10)

Lag-1 autocorrelation and variance in a rolling window, and Kendall's τ of each against time (Scheffer et al. 2009,
Dakos et al. 2012). Windows overlap, so that the usual p of τ is far too small: here it comes from surrogates of the
same length that have no trend. The series ends before the transition, or the collapse itself would be its own warning.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from ..measure import FloatArray, IntArray, Tested, divide

NEARLY_ONE = 0.999  # a surrogate must be stationary


class Warnings(NamedTuple):
    """A statistic in a rolling window: ``curve`` (W, T − window + 1), that of the steps t … t + window − 1, NaN beyond
    the last whole window; ``tau`` its Kendall's τ against time with a one-sided p, for one value per world."""

    curve: FloatArray
    tau: Tested


def ews_var(
    series: ArrayLike,
    window: int,
    bandwidth: float | None = None,
    until: ArrayLike | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Warnings:
    """Variance (ddof 1) in a rolling window, after detrending. Arguments and null as in :func:`ews_ac1`.

    >>> x = [0.2, -0.1, 0.1, -0.2, 0.3, -0.1, 0.4, 0.2, 0.5, 0.6]
    >>> found = ews_var(x, window=5)
    >>> found.curve.round(6).tolist(), float(found.tau.value[0].round(6))
    ([[0.043, 0.04, 0.065, 0.067, 0.053, 0.077]], 0.6)
    """
    return _warnings(rolling_variance, series, window, bandwidth, until, draws, seed)


def ews_ac1(
    series: ArrayLike,
    window: int,
    bandwidth: float | None = None,
    until: ArrayLike | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Warnings:
    """Lag-1 autocorrelation in a rolling window, after detrending.

    Args:
        series: (T,) or (W, T), a component of the state per step.
        window: steps, ≥ 3.
        bandwidth: standard deviation in steps of the Gaussian kernel whose smooth is taken off; None: nothing is.
        until: steps before the transition, (W,) or a number: no later step is looked at. By default T.
        draws: surrogates, AR(1) with the lag-1 autocorrelation and variance of the detrended series.
        seed: of the surrogates.

    Returns:
        :class:`Warnings`; `tau` has n windows, the mean τ of the surrogates and p = (1 + #{τ* ≥ τ})/(1 + draws), with
        the bandwidth as a flag. NaN for fewer than two windows, or where the statistic is undefined.

    >>> found = ews_ac1([0.2, -0.1, 0.1, -0.2, 0.3, -0.1, 0.4, 0.2, 0.5, 0.6], window=5)
    >>> float(found.tau.value[0].round(6))
    0.733333
    """
    return _warnings(rolling_ac1, series, window, bandwidth, until, draws, seed)


def rolling_variance(series: ArrayLike, window: int) -> FloatArray:
    """(…, T − window + 1): the variance, ddof 1, of each window of (…, T)."""
    return _windows(series, window).var(axis=-1, ddof=1)


def rolling_ac1(series: ArrayLike, window: int) -> FloatArray:
    """(…, T − window + 1): Σ(x_t − x̄)(x_{t+1} − x̄)/Σ(x_t − x̄)² of each window; NaN where nothing varies."""
    x = _windows(series, window)
    off = x - x.mean(axis=-1, keepdims=True)
    return divide((off[..., :-1] * off[..., 1:]).sum(axis=-1), (off**2).sum(axis=-1))


def detrended(series: ArrayLike, bandwidth: float, until: ArrayLike | None = None) -> FloatArray:
    """(W, T): what is left without the Gaussian smooth (Nadaraya–Watson; standard deviation ``bandwidth`` in steps) of
    the steps before ``until``; NaN from there on.

    >>> bool(np.allclose(detrended([[2.0, 2.0, 2.0]], 1.0), 0))
    True
    """
    x = np.atleast_2d(np.asarray(series, dtype=np.float64))
    steps = np.arange(x.shape[1])
    seen = steps < _until(until, x)[:, None]
    weights = np.exp(-0.5 * ((steps[:, None] - steps) / bandwidth) ** 2)
    smooth = divide(np.where(seen, x, 0.0) @ weights, seen.astype(np.float64) @ weights)
    return np.where(seen, x - smooth, np.nan)


def ar1(phi: ArrayLike, noise: ArrayLike) -> FloatArray:
    """Stationary AR(1): x_t = φ·x_{t−1} + e_t, whose first value is drawn from the stationary distribution, so that
    every x_t has the variance σ²/(1 − φ²).

    Args:
        phi: (…,) in (−1, 1).
        noise: (…, T) independent with variance σ²; broadcasts with `phi`.
    """
    e, rho = np.asarray(noise, dtype=np.float64), np.asarray(phi, dtype=np.float64)
    x = np.empty((*np.broadcast_shapes(rho.shape, e.shape[:-1]), e.shape[-1]))
    x[..., 0] = e[..., 0] / np.sqrt(1 - rho**2)
    for t in range(1, x.shape[-1]):
        x[..., t] = rho * x[..., t - 1] + e[..., t]
    return x


def _warnings(
    statistic: Callable[[ArrayLike, int], FloatArray],
    series: ArrayLike,
    window: int,
    bandwidth: float | None,
    until: ArrayLike | None,
    draws: int,
    seed: int,
) -> Warnings:
    x = np.atleast_2d(np.asarray(series, dtype=np.float64))
    if not 3 <= window <= x.shape[1]:
        raise ValueError(f"window must be from 3 to the {x.shape[1]} steps of the series, and not {window}")
    end = _until(until, x)
    seen = np.arange(x.shape[1]) < end[:, None]
    left = np.where(seen, x, np.nan) if bandwidth is None else detrended(x, bandwidth, end)
    curve = statistic(left, window)
    n = np.maximum(end - window + 1, 0)
    tau = kendall(curve, n)
    noise = np.random.default_rng(seed).standard_normal((x.shape[1], draws)).T  # a longer series begins with the same
    null = np.empty((len(x), draws))
    for b, (phi, spread) in enumerate(zip(*_fitted(left), strict=True)):  # the null of all worlds would fill memory
        null[b] = kendall(statistic(spread * ar1(phi, noise), window), np.full(draws, n[b]))
    defined = ~np.isnan(tau)
    mean = np.where(defined, null.mean(axis=1), np.nan)
    p = np.where(defined, (1 + (null >= tau[:, None] - 1e-12).sum(axis=1)) / (1 + draws), np.nan)
    flag = "no detrending" if bandwidth is None else f"bandwidth {bandwidth:g}"
    return Warnings(curve, Tested(tau, n, (flag,), null_mean=mean, p=p))


def _fitted(left: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(W,) φ and (W,) standard deviation of the noise of an AR(1) like each series (W, T); NaN at its end."""
    n = (~np.isnan(left)).sum(axis=1)
    off = np.nan_to_num(left - divide(np.nansum(left, axis=1), n)[:, None])
    power = (off**2).sum(axis=1)
    phi = np.nan_to_num(divide((off[:, :-1] * off[:, 1:]).sum(axis=1), power))
    phi = np.clip(phi, -NEARLY_ONE, NEARLY_ONE)
    return phi, np.sqrt(np.nan_to_num(divide(power, np.maximum(n - 1, 1))) * (1 - phi**2))


def _until(until: ArrayLike | None, x: FloatArray) -> IntArray:
    """(W,) steps that are looked at."""
    steps = x.shape[1] if until is None else np.asarray(until, dtype=np.float64)
    return np.broadcast_to(np.minimum(steps, x.shape[1]), len(x)).astype(np.int64)


def _windows(series: ArrayLike, window: int) -> FloatArray:
    return np.lib.stride_tricks.sliding_window_view(np.asarray(series, dtype=np.float64), window, axis=-1)


@njit(cache=True)
def kendall(values: FloatArray, counts: IntArray) -> FloatArray:
    """(R,): Kendall's τ (b, corrected for ties) of the first ``counts`` of each row (R, n) against their order; NaN for
    fewer than two, or where they are all the same or one of them is NaN.
    """
    tau = np.full(len(values), np.nan)
    for r in range(len(values)):
        n, score, tied, known = counts[r], 0, 0, True
        for j in range(n):
            known = known and not np.isnan(values[r, j])
            for i in range(j):
                if values[r, j] > values[r, i]:
                    score += 1
                elif values[r, j] < values[r, i]:
                    score -= 1
                else:
                    tied += 1
        pairs = n * (n - 1) // 2
        if known and pairs > tied:
            tau[r] = score / np.sqrt(float(pairs) * (pairs - tied))
    return tau
