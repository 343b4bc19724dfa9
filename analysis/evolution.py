"""Which strategies spread, given what each gets from each: the Moran process and the replicator equation.

Both take a matrix ``payoff`` (m, m) of what the row gets from the column, and turn what a strategy gets on average into
**fitness** exp(intensity · payoff) (Traulsen, Shoresh & Nowak 2008): positive whatever the payoffs, and unchanged when
all of them grow by the same amount. In both an offspring **mutates** with probability ``mutation``, to each of the
other strategies alike.

Source: Moran 1958; Nowak, Sasaki, Taylor & Fudenberg 2004 (frequency-dependent Moran process); Maynard Smith 1982
(discrete generations).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..envs.chance import keys, uniforms, world_seeds
from .measure import FloatArray, IntArray

NOT_FIXED = -1
BURN_IN = 0.5
"""The share of a run that is the way there, and does not count to the abundance."""
_LANE = -2  # of the chance of a run's seed
_DRAWS = np.arange(4)
"""Of a step: see :func:`_born_and_dead`."""


class Moran(NamedTuple):
    """What became of R populations of N.

    ``steps`` (P,) after which the ``counts`` (R, P, m) were taken, 0 first; ``abundance`` (R, m), the mean share over
    the steps after the burn-in; ``fixed`` (R,), the strategy that all had at the end, −1 if several were left.
    """

    steps: IntArray
    counts: IntArray
    abundance: FloatArray
    fixed: IntArray


def moran(
    payoff: ArrayLike,
    counts: ArrayLike,
    steps: int,
    runs: int = 1,
    mutation: float = 0.0,
    intensity: float = 1.0,
    seed: int = 0,
    points: int = 100,
) -> Moran:
    """Well-mixed populations of a constant size in which one is born and one dies in every step.

    The parent is chosen in proportion to fitness, whoever dies alike among all; each meets all others and not itself.

    Args:
        payoff: (m, m), of the row from the column.
        counts: (m,) individuals of each strategy at the start; N, their sum, ≥ 2.
        steps: births, ≥ 1; N of them are a generation. Without mutation a run stands still once a strategy is fixed.
        runs: R populations, of seeds ``seed``, ``seed + 1``, …
        mutation: of an offspring, in [0, 1].
        intensity: of selection, ≥ 0; 0 is neutral drift.
        seed: of the first run.
        points: at most so many counts of a run are kept, evenly spaced, after the first.

    >>> one_of_ten = moran(np.zeros((2, 2)), [1, 9], steps=10_000, runs=2000)
    >>> bool(abs((one_of_ten.fixed == 0).mean() - 1 / 10) < 0.03)
    True
    """
    table, first = _matrix(payoff), np.asarray(counts, dtype=np.int64)
    if first.shape != (len(table),) or first.sum() < 2 or (first < 0).any():
        raise ValueError(f"counts must be {len(table)} whole numbers >= 0 with a sum >= 2")
    if steps < 1:
        raise ValueError("steps must be >= 1")
    every = max(1, -(-steps // points))
    marks, burn_in = np.append(np.arange(0, steps, every), steps), int(BURN_IN * steps)
    now, summed = np.tile(first, (runs, 1)), np.zeros((runs, len(table)))
    path = np.empty((runs, len(marks), len(table)), np.int64)
    lanes = np.asarray(keys(world_seeds(seed, runs), _LANE))
    moving = np.arange(runs)
    for t in range(steps):
        if t % every == 0:
            path[:, t // every] = now
        if mutation == 0:
            moving = moving[now[moving].max(axis=1) < first.sum()]
        if len(moving):
            draws = np.asarray(uniforms(lanes[moving, None], t, 0, _DRAWS))
            now[moving] = _born_and_dead(table, now[moving], draws, mutation, intensity)
        if t >= burn_in:
            summed += now
    path[:, -1] = now
    fixed = np.where(now.max(axis=1) == first.sum(), now.argmax(axis=1), NOT_FIXED)
    return Moran(marks, path, summed / (first.sum() * (steps - burn_in)), fixed)


def _born_and_dead(
    table: FloatArray, counts: IntArray, draws: FloatArray, mutation: float, intensity: float
) -> IntArray:
    """(R, m) counts one step later; ``draws`` (R, 4) uniform: who is parent, whether it mutates, into what, who
    dies."""
    rows, (_, m) = np.arange(len(counts)), counts.shape
    got = (counts @ table.T - np.diag(table)) / (counts[0].sum() - 1)
    exponent = intensity * got
    best = np.where(counts > 0, exponent, -np.inf).max(axis=1, keepdims=True)
    born = _drawn(counts * np.exp(np.minimum(exponent - best, 0)), draws[:, 0])  # nothing overflows but what is absent
    heir = (born + 1 + (draws[:, 2] * (m - 1)).astype(np.int64)) % m
    after = counts.copy()
    after[rows, np.where(draws[:, 1] < mutation, heir, born)] += 1
    after[rows, _drawn(counts, draws[:, 3])] -= 1
    return after


def _drawn(weights: NDArray[Any], u: FloatArray) -> IntArray:
    """(R,): a column of each row of ``weights``, in proportion to them; ``u`` (R,) uniform in [0, 1)."""
    running = weights.cumsum(axis=1)
    return (running <= u[:, None] * running[:, -1:]).sum(axis=1)


def fixation(payoff: ArrayLike, population: int, intensity: float = 1.0) -> FloatArray:
    """(m, m): the exact probability that one mutant of the row takes over a population of the column, without further
    mutation: 1/(1 + Σ_k Π_{l ≤ k} f_column(l)/f_row(l)), where l have mutated (Nowak et al. 2004).

    >>> fixation([[0, 0], [0, 0]], population=4)[0, 1].round(12).item()
    0.25
    """
    a, n = _matrix(payoff), population
    own = np.diag(a)
    k = np.arange(1, n)[:, None, None]
    row = (own[:, None] * (k - 1) + a * (n - k)) / (n - 1)
    column = (a.T * k + own * (n - k - 1)) / (n - 1)
    ratios = np.cumsum(intensity * (column - row), axis=0)
    with np.errstate(over="ignore"):  # a mutant that has no chance
        return 1 / (1 + np.exp(ratios).sum(axis=0))


def replicator(
    payoff: ArrayLike,
    shares: ArrayLike,
    generations: int,
    mutation: float = 0.0,
    intensity: float = 0.1,
) -> FloatArray:
    """An endless population in discrete generations: each share grows in proportion to its fitness.

    The smaller the ``intensity``, the smaller are the steps, and the nearer the course is to the replicator equation in
    continuous time, whose rest points it has. Large steps may leap over a stable one.

    Args:
        payoff: (m, m), of the row from the column.
        shares: (m,) at the start, ≥ 0, of sum 1.
        generations: how many.
        mutation: of an offspring, in [0, 1].
        intensity: of selection, ≥ 0.

    Returns:
        (generations + 1, m) shares, those of the start first.

    >>> hawk_dove = [[1, 0], [2, -1]]
    >>> replicator(hawk_dove, [0.9, 0.1], 1000)[-1].round(6).tolist()
    [0.5, 0.5]
    """
    table, x = _matrix(payoff), np.asarray(shares, dtype=np.float64)
    if x.shape != (len(table),) or (x < 0).any() or not np.isclose(x.sum(), 1):
        raise ValueError(f"shares must be {len(table)} numbers >= 0 with a sum of 1")
    course = np.empty((generations + 1, len(x)))
    course[0] = x
    for t in range(generations):
        exponent = intensity * (table @ x)
        grown = x * np.exp(exponent - exponent[x > 0].max())
        x = grown / grown.sum()
        x = (1 - mutation) * x + mutation * (1 - x) / (len(x) - 1)
        course[t + 1] = x
    return course


def _matrix(payoff: ArrayLike) -> FloatArray:
    table = np.ascontiguousarray(payoff, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or len(table) < 2 or not np.isfinite(table).all():
        raise ValueError("payoff must be a square of two or more finite numbers a side, the diagonal included")
    return table
