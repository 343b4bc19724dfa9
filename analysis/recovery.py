"""What an agent values, estimated from what it chose: a conditional logit by maximum likelihood.

Of the candidates c of a choice (McFadden 1974; a quantal response to what is expected of the others, McKelvey & Palfrey
1995)

    P(c) ∝ exp(s·v_c),   v_c = x_c0 + Σ_f θ_f·x_cf,   s = λ/(max v − min v) if ``ranged``, else λ

where x_c0 is what c brings to oneself, in whose unit all else is weighed: its weight is 1. ``ranged`` is how
:mod:`comity.agents.deliberator` chooses. λ is estimated as its logarithm.

**What cannot be told.** Ranged, with two candidates, or with features that are all linear in one number, every θ gives
the same odds up to its sign: choices tell on which side of a threshold a weight lies and nothing more. The likelihood
is then `flat`, and λ, which leans on such a weight, is `untold`. A weight on what never differed between candidates is
`flat`, too, but nothing leans on it. Where the likelihood falls to one side only, or too little, an end of the interval
is infinite: `untold`. Two weights that always come together, as kindness and positive reciprocity do towards a partner
who always cooperates, are `untold` together. An estimate with either flag is not one.
"""

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from numpy.typing import ArrayLike
from scipy import optimize, special

from .measure import FloatArray
from .statistics import Z, bootstrap_ci, wilson

if TYPE_CHECKING:
    import polars as pl

RATIONALITY = "rationality"
LEAST, MOST, WEIGHT = 1e-3, 1e4, 10.0
"""λ is looked for between the first two, weights up to the third, either way."""
_BEYOND = 100.0
_STARTS = 3
_RATIONALITIES, _WEIGHTS = (2.0, 10.0), (-0.3, 0.0, 0.4, 0.8, 1.5)
_STEP = 1e-5
_FLAT = 1e-9
_MOST_SECANTS, _CLOSE = 12, 0.01
Ints = npt.NDArray[np.int64]


class Recovered(NamedTuple):
    """Estimates, (P,) each: first λ, then a weight for each feature but the own payoff."""

    names: tuple[str, ...]
    value: FloatArray
    """NaN where `flat`."""
    error: FloatArray
    """Standard errors, clustered by world (CR1); of λ by the delta method. NaN where the likelihood does not curve.
    Too small with some tens of worlds (docs/statistics.md): the interval is the profile's."""
    low: FloatArray
    high: FloatArray
    """Profile likelihood; infinite where it does not fall far enough."""
    log_likelihood: float
    n: int
    """Choices between candidates that differ in value."""
    worlds: int
    flags: tuple[str, ...]
    """`flat:NAME`, `untold:NAME`, `n<5` for so few worlds."""

    def told(self, name: str) -> bool:
        """Is it an estimate?"""
        return not {f"flat:{name}", f"untold:{name}"} & set(self.flags)


class _Choices(NamedTuple):
    """Rows (R,) of choices that were made: their world, what was chosen, and the candidates (R, K, F)."""

    world: Ints
    chosen: Ints
    features: FloatArray
    ranged: bool

    def score(self, at: FloatArray) -> tuple[float, FloatArray]:
        """The log-likelihood at (log λ, θ…), and its gradient in each world (W, P)."""
        scores = np.zeros((int(self.world.max()) + 1, len(at)))
        return _score(at, self.world, self.chosen, self.features, self.ranged, scores), scores

    def loss(self, at: FloatArray) -> tuple[float, FloatArray]:
        """What is minimised, and its gradient."""
        found, scores = self.score(at)
        return -found, -scores.sum(axis=0)


def recover(
    choices: ArrayLike, features: ArrayLike, names: tuple[str, ...], ranged: bool = True, level: float = 0.95
) -> Recovered:
    """Estimates λ and the weights.

    Args:
        choices: (W, T), index of the candidate that was chosen, −1 where there was no choice.
        features: (W, T, K, F), of every candidate, NaN where there is no such candidate; the own payoff comes first.
        names: of the F − 1 others.
        ranged: are values in units of their range?
        level: of the intervals.

    Raises:
        ValueError: if shapes do not fit, a choice is no candidate, or nobody had one.
    """
    data = _read(choices, features, names, ranged)
    count = len(names) + 1
    bounds = [(np.log(LEAST), np.log(MOST)), *[(-WEIGHT, WEIGHT)] * len(names)]
    fits = [_fit(data, start) for start in _starts(data, len(names))]
    best = max(fits, key=lambda fit: fit[1])
    at, top = best
    flat = _flat(data, [fit[0] for fit in fits])
    error = _errors(data, at, ~flat)
    fall = float(special.chdtri(1, 1 - level)) / 2
    ends = np.array([_interval(data, at, top, fall, j, error[j], bounds) for j in range(count)])
    ends[flat] = -np.inf, np.inf
    value = np.r_[np.exp(at[0]), at[1:]]
    error = np.r_[error[0] * value[0], error[1:]]
    ends[0] = np.exp(ends[0])  # −∞ becomes 0
    called = (RATIONALITY, *names)
    unbounded = np.where(np.isinf(ends).any(axis=1), True, False)
    spread = np.nanmax(data.features, axis=1) - np.nanmin(data.features, axis=1)
    unbounded[0] |= flat[spread.max(axis=0) > _FLAT].any() or ends[0, 0] == 0
    worlds = len(np.unique(data.world))
    flags = [f"flat:{name}" for name, is_flat in zip(called, flat, strict=True) if is_flat]
    flags += [f"untold:{name}" for k, name in enumerate(called) if unbounded[k] and not flat[k]]
    flags += ["n<5"] * (worlds < 5)
    value, error = np.where(flat, np.nan, value), np.where(flat, np.nan, error)
    n = _informative(data, at)
    return Recovered(called, value, error, ends[:, 0], ends[:, 1], top, n, worlds, tuple(flags))


def _read(choices: ArrayLike, features: ArrayLike, names: tuple[str, ...], ranged: bool) -> _Choices:
    chosen, x = np.asarray(choices, dtype=np.int64), np.asarray(features, dtype=np.float64)
    if x.ndim != 4 or x.shape[:2] != chosen.shape or x.shape[3] != len(names) + 1:
        wanted = f"(W, T) and (W, T, K, {len(names) + 1})"
        raise ValueError(f"choices of shape {chosen.shape} and features of shape {x.shape}: must be {wanted}")
    world, step = np.nonzero(chosen >= 0)
    if not len(world):
        raise ValueError("nobody had a choice")
    rows, which = x[world, step], chosen[world, step]
    if (which >= x.shape[2]).any() or np.isnan(rows[np.arange(len(rows)), np.minimum(which, x.shape[2] - 1)]).any():
        raise ValueError("a choice is none of its candidates")
    return _Choices(world, which, np.ascontiguousarray(rows), ranged)


@njit(cache=True)
def _score(at: FloatArray, world: Ints, chosen: Ints, features: FloatArray, ranged: bool, scores: FloatArray) -> float:
    """The log-likelihood; adds each choice's gradient to ``scores`` (W, P) of its world."""
    rows, candidates, size = features.shape
    rationality, total = np.exp(at[0]), 0.0
    value, mean = np.empty(candidates), np.empty(size)
    for r in range(rows):
        best, worst = -1, -1
        for c in range(candidates):
            if np.isnan(features[r, c, 0]):
                continue
            value[c] = features[r, c, 0]
            for f in range(1, size):
                value[c] += at[f] * features[r, c, f]
            if best < 0 or value[c] > value[best]:
                best = c
            if worst < 0 or value[c] < value[worst]:
                worst = c
        width = value[best] - value[worst]
        if width <= 1e-9 * max(1.0, abs(value[best])):
            continue
        scale = rationality / width if ranged else rationality
        weights, mean_value = 0.0, 0.0
        mean[:] = 0.0
        for c in range(candidates):
            if not np.isnan(features[r, c, 0]):
                weight = np.exp(scale * (value[c] - value[best]))
                weights += weight
                mean_value += weight * value[c]
                for f in range(1, size):
                    mean[f] += weight * features[r, c, f]
        k, w = chosen[r], world[r]
        ahead = value[k] - mean_value / weights
        total += scale * (value[k] - value[best]) - np.log(weights)
        scores[w, 0] += scale * ahead
        for f in range(1, size):
            slope = features[r, k, f] - mean[f] / weights
            if ranged:
                slope -= ahead / width * (features[r, best, f] - features[r, worst, f])
            scores[w, f] += scale * slope
    return total


def _informative(data: _Choices, at: FloatArray) -> int:
    """Choices between candidates that differ in value."""
    values = data.features[..., 0] + data.features[..., 1:] @ at[1:]
    return int((np.nanmax(values, axis=1) - np.nanmin(values, axis=1) > _FLAT).sum())


def _starts(data: _Choices, weights: int) -> list[FloatArray]:
    """The most likely points of a grid: the likelihood has more than one peak, and flat parts, where values cross."""
    grid = [np.array(point) for point in product(np.log(_RATIONALITIES), *[_WEIGHTS] * min(weights, 3))]
    points = [np.r_[point, np.zeros(weights - len(point) + 1)] for point in grid]
    order = np.argsort([-data.score(point)[0] for point in points], kind="stable")
    return [points[k] for k in order[:_STARTS]]


def _fit(data: _Choices, start: FloatArray, held: int | None = None) -> tuple[FloatArray, float]:
    """Where the likelihood is largest, and how large; with one parameter ``held`` at its start.

    Weights may go beyond those that are looked for: else one that always comes with another would seem bounded by it.
    """
    free = np.arange(len(start)) != (-1 if held is None else held)
    at = start.copy()
    if not free.any():
        return at, data.score(at)[0]

    def loss(inside: FloatArray) -> tuple[float, FloatArray]:
        at[free] = inside
        value, slope = data.loss(at)
        return value, slope[free]

    limits = [(np.log(LEAST), np.log(MOST)), *[(-_BEYOND, _BEYOND)] * (len(start) - 1)]
    limits = [bound for bound, is_free in zip(limits, free, strict=True) if is_free]
    found = optimize.minimize(loss, start[free], jac=True, method="L-BFGS-B", bounds=limits)
    at[free] = found.x
    return at, -float(found.fun)


def _flat(data: _Choices, points: list[FloatArray]) -> npt.NDArray[np.bool_]:
    """(P,): does the likelihood have no slope in a parameter, in any world, wherever one looks?"""
    slopes = [np.abs(data.score(at)[1]).sum(axis=0) for at in points]
    slopes += [np.abs(data.score(at + 0.01)[1]).sum(axis=0) for at in points]
    return np.max(slopes, axis=0) < _FLAT * len(data.chosen)


def _errors(data: _Choices, at: FloatArray, curved: npt.NDArray[np.bool_]) -> FloatArray:
    """(P,): standard errors clustered by world; NaN of flat parameters, and of all where the maximum is none."""
    error = np.full(len(at), np.nan)
    steps = np.eye(len(at)) * _STEP
    bend = np.array([(data.loss(at + step)[1] - data.loss(at - step)[1]) / (2 * _STEP) for step in steps])
    bend = ((bend + bend.T) / 2)[np.ix_(curved, curved)]
    if not curved.any() or np.linalg.eigvalsh(bend).min() <= _FLAT:
        return error
    scores = data.score(at)[1][:, curved]
    worlds = len(np.unique(data.world))
    if worlds < 2:
        return error
    inverse = np.linalg.inv(bend)
    covariance = inverse @ (scores.T @ scores) @ inverse * worlds / (worlds - 1)
    error[curved] = np.sqrt(np.diag(covariance))
    return error


def _interval(
    data: _Choices, at: FloatArray, top: float, fall: float, j: int, error: float, bounds: list[tuple[float, float]]
) -> tuple[float, float]:
    """Where the profile likelihood of parameter j falls by ``fall`` below its ``top``, to either side."""
    step = 2 * error if 0 < error < WEIGHT / 4 else 0.25
    low, high = (_end(data, at, top, fall, j, sign * step, bounds) for sign in (-1, 1))
    return low, high


def _end(
    data: _Choices, at: FloatArray, top: float, fall: float, j: int, step: float, bounds: list[tuple[float, float]]
) -> float:
    """One end; infinite where it is not reached within bounds."""
    limit = bounds[j][0 if step < 0 else 1]
    inside, above = at.copy(), top
    while True:
        outside = inside.copy()
        outside[j] = np.clip(at[j] + step, *bounds[j])
        outside, below = _fit(data, outside, held=j)
        if below < top - fall:
            break
        if outside[j] == limit:
            return float(np.copysign(np.inf, step))
        inside, above, step = outside, below, 2 * step
    for _ in range(_MOST_SECANTS):  # the root of how far it fell is nearly a straight line
        near, far = (np.sqrt(max(0.0, top - height)) for height in (above, below))
        share = np.clip((np.sqrt(fall) - near) / (far - near), 0.05, 0.95)
        middle = inside + share * (outside - inside)
        middle, height = _fit(data, middle, held=j)
        if height < top - fall:
            outside, below = middle, height
        else:
            inside, above = middle, height
        if abs(height - (top - fall)) < _CLOSE:
            return float(middle[j])
    return float((inside[j] + outside[j]) / 2)


def accuracy(frame: "pl.DataFrame") -> "pl.DataFrame":
    """How well known parameters come back, by game and parameter.

    Args:
        frame: one row per simulation and parameter, with ``game``, ``parameter``, ``true``, ``value``, ``error``,
            ``low``, ``high``, ``told``.

    Returns:
        ``game``, ``parameter``, ``n`` simulations that tell, ``untold``, ``bias`` (mean of value − true, with
        ``bias_low`` and ``bias_high``, 95 % by bootstrap over simulations), ``rmse``, ``error`` (mean standard error),
        ``coverage`` of the profile intervals with ``coverage_low`` and ``coverage_high`` (Wilson), and
        ``coverage_robust`` of value ± 1.96 clustered standard errors.
    """
    import polars as pl

    rows = []
    for (game, parameter), part in frame.group_by("game", "parameter", maintain_order=True):
        told = part.filter("told")
        columns = (told[name].to_numpy() for name in ("true", "value", "error", "low", "high"))
        true, value, error, low, high = columns
        bias = bootstrap_ci(value - true)
        covered = wilson(((low <= true) & (true <= high)).sum(), len(told))
        robust = np.abs(value - true)[~np.isnan(error)] <= Z * error[~np.isnan(error)]
        rows.append(
            {
                "game": game,
                "parameter": parameter,
                "n": len(told),
                "untold": len(part) - len(told),
                "bias": float(bias.value),
                "bias_low": float(bias.low),
                "bias_high": float(bias.high),
                "rmse": float(np.sqrt(np.mean((value - true) ** 2))) if len(told) else np.nan,
                "error": float(np.nanmean(error)) if len(robust) else np.nan,
                "coverage": float(covered.value),
                "coverage_low": float(covered.low),
                "coverage_high": float(covered.high),
                "coverage_robust": float(robust.mean()) if len(robust) else np.nan,
            }
        )
    return pl.DataFrame(rows)
