"""A test of two independent samples that assumes nothing but that worlds are exchangeable under the null (§12)."""

from collections.abc import Iterator
from itertools import chain, combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..measure import FloatArray, IntArray, Tested
from .resampling import CHUNK, EXACT_LIMIT, FEW, TIE


def perm_test(x: ArrayLike, y: ArrayLike, draws: int = 9999, seed: int = 0) -> Tested:
    """Permutation test of the difference in means x − y, two-sided by absolute value.

    Exact up to 10⁵ splits (flag `exact`), else p = (1 + #)/(1 + draws).

    Args:
        x: (n,), one value per world.
        y: (m,) likewise.
        draws: random splits where there are too many.
        seed: of the draws.

    Returns:
        The difference, its null mean and p as single values; n (2,) worlds of each side. NaN if a side is
        empty.

    >>> float(perm_test([1, 2, 3], [4, 5, 6]).p)
    0.1
    """
    sides = [np.asarray(side, dtype=np.float64).ravel() for side in (x, y)]
    a, b = (side[~np.isnan(side)] for side in sides)
    n = np.array([len(a), len(b)])
    if not n.all():
        return Tested(np.asarray(np.nan), n, null_mean=np.asarray(np.nan), p=np.asarray(np.nan))
    pool = np.concatenate([a, b])
    exact = _is_exact(n)
    reach, null_sum, count = _reached(pool[None], n, draws, seed)
    p = reach[0] / count if exact else (1 + reach[0]) / (1 + count)
    flags = ("exact",) * exact + ("n<5",) * bool((n < FEW).any())
    found, null_mean = a.mean() - b.mean(), null_sum[0] / count
    return Tested(np.asarray(found), n, flags, null_mean=np.asarray(null_mean), p=np.asarray(p))


def perm_ps(first: FloatArray, second: FloatArray, draws: int = 9999, seed: int = 0) -> FloatArray:
    """(S,): p of `perm_test` of each row of `first` (S, n) against the same row of `second` (S, m), without NaN."""
    n = np.array([first.shape[1], second.shape[1]])
    reach, _, count = _reached(np.concatenate([first, second], axis=1), n, draws, seed)
    return reach / count if _is_exact(n) else (1 + reach) / (1 + count)


def _is_exact(n: IntArray) -> bool:
    return comb(int(n.sum()), int(n[0])) <= EXACT_LIMIT


def _reached(pools: FloatArray, n: IntArray, draws: int, seed: int) -> tuple[IntArray, FloatArray, int]:
    """Of every pool (S, n + m): how many splits reach the difference found, the sum of their differences, and how many
    there were.
    """
    first, second = int(n[0]), int(n[1])
    sums = pools.sum(axis=1)
    found = np.abs(pools[:, :first].mean(axis=1) - pools[:, first:].mean(axis=1))
    found = found - TIE * np.maximum(1.0, found)
    reach, total, count = np.zeros(len(pools), np.int64), np.zeros(len(pools)), 0
    for member in _splits(first, second, draws, seed):
        count += len(member)
        at_once = max(1, CHUNK // len(member))
        for start in range(0, len(pools), at_once):
            part = slice(start, start + at_once)
            chosen = pools[part] @ member.T
            null = chosen / first - (sums[part, None] - chosen) / second
            reach[part] += (np.abs(null) >= found[part, None]).sum(axis=1)
            total[part] += null.sum(axis=1)
    return reach, total, count


def _splits(first: int, second: int, draws: int, seed: int) -> Iterator[FloatArray]:
    """Who is of the first group (…, n + m), 1 or 0, in every split or in ``draws`` random ones, in pieces."""
    size = first + second
    piece = max(1, CHUNK // size)
    if comb(size, first) <= EXACT_LIMIT:
        every = chain.from_iterable(combinations(range(size), first))
        chosen = np.fromiter(every, dtype=np.intp, count=comb(size, first) * first).reshape(-1, first)
        yield from (_member(chosen[start : start + piece], size) for start in range(0, len(chosen), piece))
        return
    rng = np.random.default_rng(seed)
    for done in range(0, draws, piece):
        rows = np.tile(np.arange(size), (min(piece, draws - done), 1))
        yield _member(rng.permuted(rows, axis=1)[:, :first], size)


def _member(chosen: NDArray[np.intp], size: int) -> FloatArray:
    member = np.zeros((len(chosen), size))
    np.put_along_axis(member, chosen, 1.0, axis=1)
    return member
