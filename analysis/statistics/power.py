"""How many seeds a study needs, by simulation from a pilot with the very test that will be used.

Worlds of a simulated study are drawn from the pilot's, with replacement, after their mean was taken away, and blown up
by √(W/(W − 1)), as deviations from a mean of W are too small by that. The effect is added. Studies of n and of n + 1
seeds share their first n worlds, so that power does not jump from one n to the next by chance.

============= ======================= ==================================================================
test          of                      a study succeeds if
============= ======================= ==================================================================
sign_flip     pairs                   p ≤ α of :func:`.sign_flip_test`, two-sided
permutation   independent sides       p ≤ α of :func:`.perm_test`, two-sided
equivalence   pairs, whose mean is 0  p ≤ α of two one-sided sign-flip tests, with the effect as margin
width         either                  the bootstrap interval reaches no farther than the effect
============= ======================= ==================================================================

A pilot of few worlds does not know how much worlds differ; so neither does what is computed from it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..measure import BoolArray, FloatArray, Interval
from .permutation import perm_ps
from .resampling import CHUNK, FEW, TIE, resamples
from .shares import wilson
from .sign_flip import shifted_ps, sign_flip_ps
from .t_power import fewest, t_effect, t_seeds

SIGN_FLIP, PERMUTATION, EQUIVALENCE, WIDTH = TESTS = ("sign_flip", "permutation", "equivalence", "width")
SIMULATIONS = 1000
MOST_SIMULATED = 1000
"""Seeds beyond which tests are as the t-test, which is then all that is told."""
_DRAWS = 2000  # of a bootstrap interval
_PRECISION = 0.01  # of the smallest effect, relative


class Needed(NamedTuple):
    """How many seeds are needed."""

    seeds: int | None
    """By simulation; None where ``MOST_SIMULATED`` are too few."""
    power: Interval
    """Reached with these, with the interval of the simulation; NaN where there are none."""
    approximate: int | None
    """By the t-test; None where there are none, and of tests that it does not speak of."""


def simulated_power(
    pilot: Sequence[ArrayLike],
    effect: float,
    n: int,
    test: str = SIGN_FLIP,
    *,
    alpha: float = 0.05,
    least: float = 0.0,
    simulations: int = SIMULATIONS,
    seed: int = 0,
) -> Interval:
    """Share of simulated studies of n seeds that succeed.

    Args:
        pilot: one array (W,) of paired differences, or two of independent sides; NaN values are dropped.
        effect: the true difference, above 0; of `equivalence` the margin, of `width` the half-width wanted.
        n: pairs, or worlds of each side.
        test: one of ``TESTS``.
        alpha: level, 1 − the confidence of an interval.
        least: of a test of difference, what the mean found must reach besides: a smallest effect of interest.
        simulations: studies.
        seed: of the simulation.

    Returns:
        The share, `low`, `high` (Wilson, of the simulation alone), n simulations; flag ``n<5`` for a smaller pilot.

    Raises:
        ValueError: for an unknown test, one that does not fit the pilot, fewer than two worlds, or effect ≤ 0.
    """
    sides = _sides(pilot, test, effect)
    rng = np.random.default_rng(seed)
    drawn = [_deviations(side, rng, n, simulations) for side in sides]
    found = 0
    at_once = max(1, CHUNK // n)
    for start in range(0, simulations, at_once):
        found += int(_succeeds([rows[start : start + at_once] for rows in drawn], effect, test, alpha, least).sum())
    share = wilson(found, simulations)
    flags = ("n<5",) * (min(map(len, sides)) < FEW)
    return Interval(share.value, share.n, flags, low=share.low, high=share.high)


def seeds_needed(
    pilot: Sequence[ArrayLike], effect: float, power: float = 0.8, test: str = SIGN_FLIP, **options: float
) -> Needed:
    """The fewest seeds with which a share ``power`` of simulated studies succeeds; ``options`` of `simulated_power`.

    >>> differences = np.random.default_rng(0).normal(0, 1, 500)
    >>> seeds_needed([differences], 0.5, simulations=400).approximate
    35
    """
    sides = _sides(pilot, test, effect)
    guess = _approximate(sides, effect, power, test, options)
    known: dict[int, Interval] = {}

    def at(n: int) -> Interval:
        if n not in known:
            known[n] = _power(pilot, effect, n, test, options)
        return known[n]

    def enough(n: int) -> bool:
        return float(at(n).value) >= power

    seeds = fewest(enough, 2, MOST_SIMULATED, min(guess or MOST_SIMULATED, MOST_SIMULATED))
    nan = np.asarray(np.nan)
    reached = Interval(nan, np.asarray(0), low=nan, high=nan) if seeds is None else at(seeds)
    return Needed(seeds, reached, guess)


def smallest_effect(
    pilot: Sequence[ArrayLike], n: int, power: float = 0.8, test: str = SIGN_FLIP, **options: float
) -> float:
    """The smallest effect (of `equivalence` the margin, of `width` the half-width) that n seeds suffice for, to 1 %.

    Infinite where no effect could be found with so few seeds; ``options`` of `simulated_power`.
    """
    sides = _sides(pilot, test, 1.0)
    spread = _spread(sides)
    if spread == 0:
        return 0.0 if float(_power(pilot, 1.0, n, test, options).value) >= power else np.inf
    reached = _power_of(sides, n, test, options)
    high = t_effect(n, spread, power, options.get("alpha", 0.05), len(sides) == 1)
    low, most = 0.0, 1000 * spread
    while not reached(high) >= power:
        low, high = high, 2 * high
        if not high < most:
            return np.inf
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) >= power else (middle, high)
    return high


def _power_of(sides: list[FloatArray], n: int, test: str, options: dict[str, float]) -> Callable[[float], float]:
    """The value of `simulated_power` by effect; sign flips of the same studies are summed up only once."""
    if test != SIGN_FLIP:
        return lambda effect: float(_power(sides, effect, n, test, options).value)
    simulations, rng = int(options.get("simulations", SIMULATIONS)), np.random.default_rng(int(options.get("seed", 0)))
    drawn = _deviations(sides[0], rng, n, simulations)
    ps, mean = shifted_ps(drawn), drawn.mean(axis=1)
    alpha, least = options.get("alpha", 0.05), options.get("least", 0.0)
    return lambda effect: float(((ps(effect) <= alpha + TIE) & (mean + effect >= least - TIE)).mean())


def _power(pilot: Sequence[ArrayLike], effect: float, n: int, test: str, options: dict[str, float]) -> Interval:
    return simulated_power(pilot, effect, n, test, **options)  # type: ignore[arg-type]


def _sides(pilot: Sequence[ArrayLike], test: str, effect: float) -> list[FloatArray]:
    sides = [np.asarray(side, dtype=np.float64).ravel() for side in pilot]
    sides = [side[~np.isnan(side)] for side in sides]
    wanted = {SIGN_FLIP: (1,), EQUIVALENCE: (1,), PERMUTATION: (2,), WIDTH: (1, 2)}.get(test)
    if wanted is None:
        raise ValueError(f"test must be one of {', '.join(TESTS)}, got {test!r}")
    if len(sides) not in wanted:
        raise ValueError(f"{test} is of {' or '.join(map(str, wanted))} arrays, got {len(sides)}")
    if min(map(len, sides)) < 2:
        raise ValueError(f"a pilot needs two worlds of each side, got {', '.join(str(len(side)) for side in sides)}")
    if not effect > 0:
        raise ValueError(f"effect must be positive, got {effect}")
    return sides


def _spread(sides: Sequence[FloatArray]) -> float:
    """Standard deviation, of two sides pooled."""
    return float(np.sqrt(np.mean([side.var(ddof=1) for side in sides])))


def _approximate(
    sides: Sequence[FloatArray], effect: float, power: float, test: str, options: dict[str, float]
) -> int | None:
    alpha, least = options.get("alpha", 0.05), options.get("least", 0.0)
    if test not in (SIGN_FLIP, PERMUTATION) or least:
        return None
    return t_seeds(effect, _spread(sides), power, alpha, len(sides) == 1)


def _deviations(side: FloatArray, rng: np.random.Generator, n: int, simulations: int) -> FloatArray:
    """(simulations, n): worlds of simulated studies with mean 0; those of fewer seeds are the first of these."""
    centred = (side - side.mean()) * (len(side) / (len(side) - 1)) ** 0.5
    own = rng.spawn(1)[0]
    return centred[(own.random((n, simulations)).T * len(side)).astype(np.intp)]


def _succeeds(drawn: Sequence[FloatArray], effect: float, test: str, alpha: float, least: float) -> BoolArray:
    """(S,): does each study succeed?"""
    first = drawn[0]
    if test == WIDTH:
        return _half_widths(drawn, alpha) <= effect + TIE
    if test == EQUIVALENCE:
        sides = (sign_flip_ps(side, greater=True) for side in (first + effect, effect - first))
        return np.maximum(*sides) <= alpha + TIE
    moved = first + effect
    p = sign_flip_ps(moved) if test == SIGN_FLIP else perm_ps(moved, drawn[1])
    found = moved.mean(axis=1) - (drawn[1].mean(axis=1) if test == PERMUTATION else 0.0)
    return np.asarray((p <= alpha + TIE) & (found >= least - TIE))


def _half_widths(drawn: Sequence[FloatArray], alpha: float) -> FloatArray:
    """(S,): half the width of each study's bootstrap interval; all share their resamples, as with one seed they do."""
    sizes = [rows.shape[1] for rows in drawn]
    rows = np.concatenate([sign * side for sign, side in zip((1, -1), drawn, strict=False)], axis=1)
    weights = np.concatenate([np.full(n, 1 / n) for n in sizes])
    means = []
    for index in resamples(sizes, _DRAWS, seed=0):
        counts = np.zeros((len(index), rows.shape[1]))
        np.add.at(counts, (np.arange(len(index))[:, None], index), 1.0)
        means.append(rows @ (counts * weights).T)
    low, high = np.quantile(np.concatenate(means, axis=1), [alpha / 2, 1 - alpha / 2], axis=1)
    return np.asarray(high - low) / 2
