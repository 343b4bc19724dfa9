"""A test of paired differences that assumes nothing but symmetry: each sign is as likely as the other (Fisher 1935)."""

import numpy as np
from numpy.typing import ArrayLike

from ..measure import FloatArray, Tested
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
    signs = _signs(n, draws, seed)
    found = rows.mean(axis=1)
    slack = TIE * np.maximum(1.0, np.abs(rows).max(axis=1))
    bound = (found if greater else np.abs(found)) - slack
    count = np.empty(len(rows), np.int64)
    at_once = max(1, CHUNK // len(signs))
    for start in range(0, len(rows), at_once):
        part = slice(start, start + at_once)
        null = rows[part] @ signs.T / n
        count[part] = ((null if greater else np.abs(null)) >= bound[part, None]).sum(axis=1)
    return count / len(signs) if n <= EXACT else (1 + count) / (1 + draws)


def _signs(n: int, draws: int, seed: int) -> FloatArray:
    """All signs of n differences, or ``draws`` random ones: (…, n) of 1 and −1."""
    if n <= EXACT:
        return 1.0 - 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, n))


def least_p(n: int, draws: int = 9999, greater: bool = False) -> float:
    """The smallest p that :func:`sign_flip_test` can give to n differences.

    >>> least_p(5), least_p(5, greater=True)
    (0.0625, 0.03125)
    """
    return (1 if greater else 2) / 2**n if n <= EXACT else 1 / (1 + draws)
