"""A test of paired differences that assumes nothing but symmetry: each sign is as likely as the other (Fisher 1935)."""

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from ..measure import FloatArray, IntArray, Tested
from .resampling import CHUNK, TIE

EXACT = 16
"""Differences up to which all 2ⁿ signs are enumerated."""


def sign_flip_test(differences: ArrayLike, draws: int = 9999, seed: int = 0, greater: bool = False) -> Tested:
    """Tests whether the mean of paired differences is 0, against another one, or if ``greater`` one above 0.

    Under the null hypothesis that the differences are symmetric about 0, p is exact: the share of the 2ⁿ ways to choose
    their signs whose mean reaches the one found (in absolute value, or if ``greater`` as it is). Beyond ``EXACT``
    differences p = (1 + #)/(1 + draws) over random signs.

    Args:
        differences: (n,), one per pair; NaN values are dropped.
        draws: of random signs.
        seed: of the draws.
        greater: test on one side only.

    Returns:
        The mean, n pairs, null mean 0 and p as single values; NaN without any pair. Flag ``exact`` if it is.

    >>> float(sign_flip_test([1, 2, 3]).p), float(sign_flip_test([1, 2, 3], greater=True).p)
    (0.25, 0.125)
    """
    given = np.asarray(differences, dtype=np.float64).ravel()
    d = given[~np.isnan(given)]
    n = len(d)
    if not n:
        nan = np.asarray(np.nan)
        return Tested(nan, np.asarray(0), null_mean=nan, p=nan)
    p = sign_flip_ps(d[None], draws, seed, greater)[0]
    flags = ("exact",) * (n <= EXACT)
    return Tested(np.asarray(d.mean()), np.asarray(n), flags, null_mean=np.asarray(0.0), p=np.asarray(p))


def sign_flip_ps(rows: FloatArray, draws: int = 9999, seed: int = 0, greater: bool = False) -> FloatArray:
    """(S,): p of `sign_flip_test` of each row of differences (S, n), without NaN; the same signs serve all rows."""
    n = rows.shape[1]
    found = rows.mean(axis=1)
    slack = TIE * np.maximum(1.0, np.abs(rows).max(axis=1))
    bound = n * ((found if greater else np.abs(found)) - slack)
    if n <= EXACT:
        return _reached_of_all(rows, bound, greater) / 2**n
    signs = _signs(n, draws, seed)
    count = np.empty(len(rows), np.int64)
    at_once = max(1, CHUNK // draws)
    for start in range(0, len(rows), at_once):
        part = slice(start, start + at_once)
        count[part] = _reached(rows[part] @ signs.T, bound[part], greater)
    return (1 + count) / (1 + draws)


def shifted_ps(rows: FloatArray, draws: int = 9999, seed: int = 0) -> Callable[[float], FloatArray]:
    """`sign_flip_ps` of ``rows + shift``, two-sided, as a function of the shift: the sums are made only once."""
    n = rows.shape[1]
    if n <= EXACT:
        return lambda shift: sign_flip_ps(rows + shift)
    signs = _signs(n, draws, seed)
    sums, of_signs, mean = rows @ signs.T, signs.sum(axis=1), rows.mean(axis=1)
    low, high = rows.min(axis=1), rows.max(axis=1)

    def ps(shift: float) -> FloatArray:
        slack = TIE * np.maximum(1.0, np.maximum(np.abs(low + shift), np.abs(high + shift)))
        bound = n * (np.abs(mean + shift) - slack)
        return (1 + _reached_moved(sums, shift * of_signs, bound)) / (1 + draws)

    return ps


def _signs(n: int, draws: int, seed: int) -> FloatArray:
    """Random signs of n differences: (draws, n) of 1 and −1."""
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, n))


@njit(cache=True)
def _reached(sums: FloatArray, bound: FloatArray, greater: bool) -> IntArray:
    """(S,): how many of the sums (S, draws) of each row reach its bound, from either side unless ``greater``."""
    count = np.zeros(len(sums), np.int64)
    for r in range(len(sums)):
        for one in sums[r]:
            count[r] += (one >= bound[r]) | ((not greater) & (-one >= bound[r]))
    return count


@njit(cache=True)
def _reached_moved(sums: FloatArray, moved: FloatArray, bound: FloatArray) -> IntArray:
    """(S,): likewise of sums (S, draws) that are all moved by as much, (draws,), from either side."""
    count = np.zeros(len(sums), np.int64)
    for r in range(len(sums)):
        for k in range(len(moved)):
            count[r] += np.abs(sums[r, k] + moved[k]) >= bound[r]
    return count


@njit(cache=True)
def _reached_of_all(rows: FloatArray, bound: FloatArray, greater: bool) -> IntArray:
    """(S,): likewise of the sums under all 2ⁿ signs; each difference doubles those of the ones before it."""
    n = rows.shape[1]
    count, sums = np.zeros(len(rows), np.int64), np.zeros((1, 2**n))
    for r in range(len(rows)):
        sums[0, 0] = 0.0
        for k in range(n):
            half = 1 << k
            for i in range(half):
                sums[0, half + i] = sums[0, i] - rows[r, k]
                sums[0, i] += rows[r, k]
        count[r] = _reached(sums, bound[r : r + 1], greater)[0]
    return count


def least_p(n: int, draws: int = 9999, greater: bool = False) -> float:
    """The smallest p that :func:`sign_flip_test` can give to n differences.

    >>> least_p(5), least_p(5, greater=True)
    (0.0625, 0.03125)
    """
    return (1 if greater else 2) / 2**n if n <= EXACT else 1 / (1 + draws)
