"""Welfare functions over agents (METRICS.md §3.1), side by side and never averaged into a score.

x is (…, N), one amount per agent: R_i, or a mean per step. In x a NaN is an agent left out, and counted out of n.
Payoffs of different games are never averaged raw: see `cooperation.normalised_welfare`.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, Measured, divide, share
from .amounts import amounts, any_negative
from .distribution import gini

_NASH_FLOOR = 1e-6


def utilitarian(x: ArrayLike) -> Measured:
    """Mean of x (…, N): value (…,), n agents.

    >>> x = [4, 8, 12, 24]
    >>> [round(float(f(x).value), 6) for f in (utilitarian, rawls, nash, sen)]
    [12.0, 4.0, 9.797959, 8.0]
    """
    found, n = amounts(x)
    return share(np.nansum(found, axis=-1), n)


def total_welfare(x: ArrayLike) -> Measured:
    """Sum of x (…, N): value (…,), n agents; NaN without any."""
    found, n = amounts(x)
    return Measured(np.where(n == 0, np.nan, np.nansum(found, axis=-1)), n)


def rawls(x: ArrayLike) -> Measured:
    """Least of x (…, N): value (…,), n agents (Rawls 1971)."""
    found, n = amounts(x)
    least = np.where(np.isnan(found), np.inf, found).min(axis=-1, initial=np.inf)
    return Measured(np.where(n == 0, np.nan, least), n)


def nash(x: ArrayLike) -> Measured:
    """Geometric mean (Π x_i)^{1/N} of x (…, N): value (…,), n agents.

    One 0 makes it 0, hence the twin `nash_smoothed`, shown beside it; NaN if any x < 0.
    """
    found, n = amounts(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.exp(divide(np.nansum(np.log(found), axis=-1), n))
    return Measured(np.where(any_negative(found), np.nan, value), n)


def nash_smoothed(x: ArrayLike, eta: float | FloatArray) -> Measured:
    """(Π (x_i + η))^{1/N} − η of x (…, N): value (…,), n agents, flag `eta=…`; NaN if any x < 0.

    Args:
        x: amounts.
        eta: η > 0 in the unit of x; the house default is .01·W_O/N for x = R. A number, or one for each value.
    """
    added = np.asarray(eta, dtype=np.float64)
    if not (added > 0).all():
        raise ValueError(f"eta must be positive, got {eta}")
    found, n = amounts(x)
    value = nash(found + added[..., None]).value - added
    return Measured(np.where(any_negative(found), np.nan, value), n, _noted("eta", added))


def nash_wd(x: ArrayLike) -> Measured:
    """(Π (x_i + 10⁻⁶))^{1/N} of x (…, N) (Mukobi et al. 2023): value (…,), n agents; NaN if any x < 0.

    The floor is not harmless: a single 0 dominates.

    >>> round(float(nash_wd([0, 4, 9]).value), 6)
    0.033019
    """
    found, n = amounts(x)
    return Measured(np.where(any_negative(found), np.nan, nash(found + _NASH_FLOOR).value), n)


def gen_mean(x: ArrayLike, p: float) -> Measured:
    """Generalised mean (mean x^p)^{1/p} of x (…, N): value (…,), n agents; NaN if any x < 0.

    Args:
        x: amounts.
        p: the power: −∞ the least, −1 harmonic, 0 geometric, 1 the mean. For p ≤ 0 one 0 makes it 0.

    >>> [round(float(gen_mean([4, 8, 12, 24], p).value), 6) for p in (-np.inf, -1, 0, 1)]
    [4.0, 8.0, 9.797959, 12.0]
    """
    if not p < np.inf:
        raise ValueError(f"p must be a number or minus infinity, got {p}")
    if p == 0:
        return nash(x)
    if p == -np.inf:
        least = rawls(x)
        return Measured(np.where(least.value < 0, np.nan, least.value), least.n)
    found, n = amounts(x)
    unit = rawls(found).value if p < 0 else np.where(np.isnan(found), 0.0, found).max(axis=-1, initial=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = divide(found, unit[..., None]) ** p  # in units of the largest power, which can not overflow
        value = unit * divide(np.nansum(powers, axis=-1), n) ** (1 / p)
    value = np.where(unit == 0, 0.0, value)
    return Measured(np.where(any_negative(found) | (n == 0), np.nan, value), n)


def ede(x: ArrayLike, epsilon: float) -> Measured:
    """Equally-distributed equivalent, the amount that, given to all, is as good as x (…, N): value (…,), n agents.

    That of `atkinson(epsilon)` and that of `prioritarian(epsilon)`, which are the same: the generalised mean of the
    power 1 − ε (Atkinson 1970). NaN if any x < 0; for ε ≥ 1 one 0 makes it 0.

    Args:
        x: amounts.
        epsilon: aversion to inequality, ≥ 0; 0 gives the mean, 1 the geometric mean.
    """
    if not 0 <= epsilon < np.inf:
        raise ValueError(f"epsilon must be at least 0, got {epsilon}")
    return gen_mean(x, 1 - epsilon)


def atkinson(x: ArrayLike, epsilon: float) -> Measured:
    """Atkinson's index of inequality 1 − EDE/mean of x (…, N): value (…,) in [0, 1], n agents.

    NaN if the mean is 0 or any x < 0; 1 for ε ≥ 1 and a 0.

    >>> [round(float(atkinson([4, 8, 12, 24], epsilon).value), 6) for epsilon in (0.5, 1, 2)]
    [0.093667, 0.183503, 0.333333]
    """
    equivalent = ede(x, epsilon)
    return Measured(1 - divide(equivalent.value, utilitarian(x).value), equivalent.n)


def sen(x: ArrayLike) -> Measured:
    """mean·(1 − Gini) of x (…, N) (Sen 1976): value (…,), n agents; NaN with the Gini index."""
    mean = utilitarian(x)
    return Measured(mean.value * (1 - gini(x).value), mean.n)


def prioritarian(x: ArrayLike, eta: float = 0.5) -> Measured:
    """Mean of (x^{1−η} − 1)/(1 − η), for η = 1 of ln x, over x (…, N): value (…,), n agents.

    The number depends on the unit: only its ranking, and its `ede(eta)`, are to be compared. NaN if any x < 0; −∞,
    flagged `infinite`, for η ≥ 1 and a 0.
    """
    if not 0 <= eta < np.inf:
        raise ValueError(f"eta must be at least 0, got {eta}")
    found, n = amounts(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        good = np.log(found) if eta == 1 else (found ** (1 - eta) - 1) / (1 - eta)
        value = divide(np.nansum(good, axis=-1), n)
    value = np.where(any_negative(found), np.nan, value)
    return Measured(value, n, (f"eta={eta:g}",) + ("infinite",) * bool(np.isinf(value).any()))


def sufficiency(x: ArrayLike, z: float | FloatArray) -> Measured:
    """Share of x (…, N) that reaches the need line z: value (…,) in [0, 1], n agents, flag `z=…`.

    Args:
        x: amounts.
        z: the line in the unit of x; a number, or one for each value.
    """
    found, n = amounts(x)
    line = np.asarray(z, dtype=np.float64)
    return share((found >= line[..., None]).sum(axis=-1), n, _noted("z", line))


def shortfall(x: ArrayLike, z: float | FloatArray) -> Measured:
    """Mean of [z − x_i]₊/z over x (…, N): value (…,), n agents, flag `z=…`.

    Args:
        x: amounts.
        z: the need line > 0 in the unit of x; a number, or one for each value.

    >>> x = [4, 8, 12, 24]
    >>> round(float(sufficiency(x, 10).value), 6), round(float(shortfall(x, 10).value), 6)
    (0.5, 0.2)
    """
    line = np.asarray(z, dtype=np.float64)
    if not (line > 0).all():
        raise ValueError(f"z must be positive, got {z}")
    found, n = amounts(x)
    lacking = np.maximum(line[..., None] - found, 0.0)  # NaN stays
    return Measured(divide(divide(np.nansum(lacking, axis=-1), n), line), n, _noted("z", line))


def _noted(name: str, value: FloatArray) -> tuple[str, ...]:
    """The parameter as a flag: one number, or that there are several."""
    return (f"{name}={value:g}" if value.ndim == 0 else f"{name} by world",)
