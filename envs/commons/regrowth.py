"""How what is left of a stock grows back: the laws of growth, what they sustain, and what they are worth to a planner.

Every law says how much is there before the next harvest if ``s`` is left after this one, and how much each of n may
request so that it stays fair. Compiled functions take the game's encoded parameters ``p``.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ..game import Floats, clip01

LAWS = ("doubling", "logistic", "regimes", "fish_war")
DOUBLING, LOGISTIC, REGIMES, FISH_WAR = range(len(LAWS))
FULL_SHARE = 100.0
"""In a fish war a request is a percentage of the stock."""
PLANNER_GRID, PLANNER_MOST = 401, 10_000
"""Stocks on which the planner's dynamic programme is solved where the stock is real-valued, or larger than this."""
NOISE_POINTS = 200
PLANNER_TAIL = 1e-9
"""A step that is reached with a smaller probability, or counts less, than this does not enter the planner's programme.
"""

Bools = npt.NDArray[np.bool_]


@njit(cache=True)
def regime_after(p: Any, s: float, degraded: bool) -> bool:
    """Is a stock of which ``s`` is left degraded from now on?"""
    return p.growth == REGIMES and s < (p.regime_high if degraded else p.regime_low)


@njit(cache=True)
def grown(p: Any, s: float, degraded: bool = False) -> float:
    """The stock after regrowth without noise."""
    if p.growth == DOUBLING:
        h = p.growth_factor * s
    elif p.growth == FISH_WAR:
        h = s**p.alpha
    else:
        rate = p.growth_rate_degraded if degraded else p.growth_rate
        h = s + rate * s * (1.0 - s / p.capacity)
    if p.integer:
        h = np.floor(h)
    return min(p.capacity, h)


@njit(cache=True)
def regrown_by(p: Any, s: float, factor: float, degraded: bool = False) -> float:
    """The stock after regrowth, of which noise makes ``factor`` times as much."""
    after = grown(p, s, degraded)
    if factor != 1.0:
        after = s + (after - s) * factor
        if p.integer:
            after = np.floor(after)
    return min(p.capacity, after)


@njit(cache=True)
def _logistic_rest(p: Any, h: float, rate: float) -> float:
    """The least stock that logistic growth brings back to h."""
    root = (1.0 + rate) ** 2 - 4.0 * rate * h / p.capacity
    return p.capacity / (2.0 * rate) * (1.0 + rate - np.sqrt(max(0.0, root)))


@njit(cache=True)
def sustainable_yield(p: Any, h: float, degraded: bool = False) -> float:
    """f(h) = max{x : growth(h − x) ≥ h}, 0 where the stock shrinks even if nothing is taken (of no fish war)."""
    if p.growth == DOUBLING:
        s = h / p.growth_factor
    else:
        s = _logistic_rest(p, h, p.growth_rate)
        if p.growth == REGIMES:  # what is left decides in which regime it grows
            slow = _logistic_rest(p, h, p.growth_rate_degraded)
            if degraded:
                s = slow if slow < p.regime_high else max(s, p.regime_high)
            elif s < p.regime_low:
                s = min(slow, p.regime_low)
    return max(0.0, h - np.ceil(s) if p.integer else h - s)


@njit(cache=True)
def patience(p: Any) -> float:
    """What a unit of utility in the next step of a fish war counts now."""
    return p.beta * p.continuation


@njit(cache=True)
def fair_request(p: Any, n: int, h: float, degraded: bool) -> float:
    """The largest request of each of n that is fully cooperative: a share of what the stock sustains, in a fish war of
    what a planner takes.
    """
    if p.growth == FISH_WAR:
        return (FULL_SHARE - FULL_SHARE * (p.alpha * patience(p))) / n
    return sustainable_yield(p, h, degraded) / n


@njit(cache=True)
def equal_request(p: Any, n: int, h: float) -> float:
    """The request of each of n that leaves nothing."""
    return (FULL_SHARE if p.growth == FISH_WAR else h) / n


@njit(cache=True)
def label(request: float, fair: float, equal: float) -> float:
    """How cooperative a request is: 1 up to the fair one, 0 from an equal split of everything on."""
    return clip01((equal - request) / (equal - fair)) if equal > fair else 1.0 if request <= fair else 0.0


@njit(cache=True)
def fair_requests(p: Any, n: npt.NDArray[np.int64], h: Floats, degraded: Bools) -> Floats:
    """(B,): :func:`fair_request` of many worlds."""
    requests = np.empty(len(h))
    for b in range(len(h)):
        requests[b] = fair_request(p, n[b], h[b], degraded[b])
    return requests


@njit(cache=True)
def labels(p: Any, n: npt.NDArray[np.int64], h: Floats, degraded: Bools, requests: Floats) -> Floats:
    """(B, N): :func:`label` of many requests, NaN where there was none."""
    found = np.full(requests.shape, np.nan)
    for b in range(len(h)):
        fair, equal = fair_request(p, n[b], h[b], degraded[b]), equal_request(p, n[b], h[b])
        for i in range(requests.shape[1]):
            if not np.isnan(requests[b, i]):
                found[b, i] = label(requests[b, i], fair, equal)
    return found


def taken_for_degraded(p: Any, stock: Floats) -> Bools:
    """(B,): what a regime that is not shown is taken for after the first step: healthy, until the stock is lower than
    a healthy one can be.
    """
    lowest = regrown_by(p, p.regime_low, 1.0 - p.growth_noise)
    return (stock < lowest) & (p.growth == REGIMES)


def densest_stock(p: Any) -> float:
    """The stock whose regrowth is the largest: that of maximum sustainable yield (of no fish war)."""
    return p.capacity / (p.growth_factor if p.growth == DOUBLING else 2.0)


def _planned_steps(p: Any, counts: float) -> int:
    """How many steps matter where each counts ``counts`` times the one before."""
    if counts >= 1:
        return int(p.horizon)
    return min(int(p.horizon), 1 + int(np.log(PLANNER_TAIL) / np.log(max(counts, PLANNER_TAIL))))


@lru_cache(maxsize=64)  # asked for again and again, and of one setting always the same
def best_harvest(p: Any) -> float:
    """The largest expected total harvest of a planner who knows the horizon, by dynamic programming over stocks (and
    regimes); growth noise is averaged over ``NOISE_POINTS`` equally likely factors.
    """
    whole = p.integer and p.capacity <= PLANNER_MOST
    stocks = np.arange(p.capacity + 1) if whole else np.linspace(0, p.capacity, PLANNER_GRID)
    points = NOISE_POINTS if p.growth_noise else 1
    factors = 1 + p.growth_noise * (2 * (np.arange(points) + 0.5) / points - 1)
    regimes = (False, True) if p.growth == REGIMES else (False,)
    after = np.array([[regime_after(p, s, z) for s in stocks] for z in regimes], np.int64)
    regrown = [np.array([[regrown_by(p, s, factor, z) for factor in factors] for s in stocks]) for z in regimes]
    alive = stocks >= p.collapse_threshold
    value = np.zeros((len(regimes), len(stocks)))
    for _ in range(_planned_steps(p, p.continuation)):
        worth = np.array([np.interp(grows, stocks, v).mean(axis=1) for grows, v in zip(regrown, value, strict=True)])
        future = p.continuation * np.take_along_axis(worth, after, axis=0) * alive
        value = stocks + np.maximum.accumulate(future - stocks, axis=1)  # h − s is caught, for the best s ≤ h
    return float(np.interp(p.initial_stock, stocks, value[0]))


def nash_share(p: Any, n: int) -> float:
    """s_N, the share of the stock that each of n takes in the Markov-perfect equilibrium of a fish war without end: the
    best reply (1 − αβ)(1 − S) to the others' S = (n − 1)·s_N (Levhari & Mirman 1980).
    """
    saved = p.alpha * patience(p)
    return (1 - saved) / (n - (n - 1) * saved)


def war_value(p: Any, n: int, share: float) -> float:
    """The utility of all n together if each takes ``share`` of the stock in every step."""
    total, weight, stock = 0.0, 1.0, np.log(p.initial_stock)
    for _ in range(_planned_steps(p, patience(p))):
        total += weight * n * (np.log(share) + stock)
        stock = p.alpha * (stock + np.log1p(-n * share))
        weight *= patience(p)
    return float(total)


def planned_weight(p: Any, to_go: int) -> float:
    """b_k of a fish war with k = ``to_go`` steps to go: 1 + αβ + … + (αβ)^(k−1). A planner takes 1/b_k of the stock."""
    saved = p.alpha * patience(p)
    return (1 - saved**to_go) / (1 - saved)


def best_war_value(p: Any, n: int) -> float:
    """The largest utility of all n together, of a planner who knows the horizon. With k steps to go it is a_k + n·b_k
    ln x; she takes 1/b_k of the stock, b_1 = 1 and b_k = 1 + αβ·b_(k−1).
    """
    a, b = -n * np.log(n), 1.0
    for _ in range(_planned_steps(p, patience(p)) - 1):
        later = patience(p) * p.alpha * b
        share = 1 / (1 + later)
        a = n * np.log(share / n) + patience(p) * a + n * later * np.log1p(-share)
        b = 1 + later
    return float(a + n * b * np.log(p.initial_stock))
