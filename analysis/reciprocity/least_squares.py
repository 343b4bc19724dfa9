"""Least squares with dummies that are never written out: what actors, partners and steps explain is taken off."""

from typing import NamedTuple

import numpy as np

from ..measure import FloatArray, IntArray
from .rows import Places

_SINGULAR = 1e-10
"""Of the largest eigenvalue: below it a direction is not identified."""


class Effects(NamedTuple):
    """The dummies of R rows: within each of ``groups``, some of its ``size`` own ones, and those of ``steps``.

    ``group`` (R,); ``own`` (factors, R): in 0 … ``size`` − 1, the factors apart; ``step`` (R,), None: none.
    """

    group: Places
    own: Places
    step: Places | None
    groups: int
    size: int
    steps: int


class Absorbed(NamedTuple):
    """Columns (c, R) less what the dummies explain, and the rank of the dummies.

    ``inverse`` (E, L, L), ``cross`` (E, L, T), ``inverse_steps`` (T, T): with them sums over dummies turn into
    explained squares (:func:`explained`).
    """

    columns: FloatArray
    rank: int
    inverse: FloatArray
    cross: FloatArray
    inverse_steps: FloatArray


def absorb(columns: FloatArray, effects: Effects) -> Absorbed:
    """Takes the dummies off ``columns`` (c, R): exact for any pattern of missing rows.

    Normal equations in blocks: the dummies of each group are solved for by themselves, those of the steps, which all
    groups share, in the Schur complement.
    """
    e, size, steps = effects.groups, effects.size, effects.steps
    places = effects.group.astype(np.int64) * size + effects.own  # (factors, R)
    counts = np.zeros(e * size * size)
    for one in places:
        for other in effects.own:
            counts += np.bincount(one * size + other, minlength=len(counts))
    inverse, ranks = _inverse(counts.reshape(e, size, size))
    sums = _sums(columns, places, e * size).reshape(e, size, len(columns))
    cross, inverse_steps, of_steps = np.zeros((e, size, 0)), np.zeros((0, 0)), np.zeros((0, len(columns)))
    if effects.step is not None:
        cross = sum(np.bincount(one * steps + effects.step, minlength=e * size * steps) for one in places)
        cross = np.asarray(cross, np.float64).reshape(e, size, steps)
        weighed = inverse @ cross
        rest = np.diag(np.bincount(effects.step, minlength=steps).astype(np.float64))
        rest -= np.tensordot(cross, weighed, ((0, 1), (0, 1)))
        inverse_steps, rank = _inverse(rest, scale=float(len(effects.group)) / max(steps, 1))
        ranks += rank
        of_steps = inverse_steps @ (
            _sums(columns, effects.step[None], steps) - np.tensordot(weighed, sums, ((0, 1), (0, 1)))
        )
    own = (inverse @ (sums - cross @ of_steps)).reshape(e * size, len(columns))
    left = columns.copy()
    for k, column in enumerate(left):
        for one in places:
            column -= own[one, k]
        if effects.step is not None:
            column -= of_steps[effects.step, k]
    return Absorbed(left, ranks, inverse, cross, inverse_steps)


def explained(sums: FloatArray, of_steps: FloatArray, absorbed: Absorbed) -> FloatArray:
    """What dummies explain of the cross products of columns, from the columns' sums over them.

    Args:
        sums: (…, E, L, c) over the dummies of each group.
        of_steps: (…, T, c) over steps.
        absorbed: of any columns with the same dummies.

    Returns:
        (…, c, c): X'DD⁺X.
    """
    own = absorbed.inverse @ sums
    found = np.einsum("...elc,...eld->...cd", sums, own)
    rest = of_steps - np.einsum("elt,...elc->...tc", absorbed.cross, own, optimize=True)
    return found + rest.swapaxes(-1, -2) @ (absorbed.inverse_steps @ rest)


def grams(columns: FloatArray, cluster: Places, clusters: int) -> FloatArray:
    """(clusters, c, c): the cross products of columns (c, R) within each cluster."""
    c = len(columns)
    found = np.empty((clusters, c, c))
    for a in range(c):
        for b in range(a + 1):
            within = np.bincount(cluster, weights=columns[a] * columns[b], minlength=clusters)
            found[:, a, b] = found[:, b, a] = within
    return found


def solve(gram: FloatArray, scale: FloatArray) -> tuple[FloatArray, IntArray]:
    """Coefficients of the first column on the others, from cross products (…, 1 + k, 1 + k).

    Args:
        gram: of what the dummies left.
        scale: (1 + k,) lengths of the columns before that, by which what is 0 is told from rounding.

    Returns:
        (…, k), NaN for a coefficient that is not identified, and the rank of the k columns (…,).
    """
    size = np.where(scale[1:] > 0, scale[1:], 1.0)
    values, vectors = np.linalg.eigh(gram[..., 1:, 1:] / (size[:, None] * size))
    firm = values > _SINGULAR
    weights = np.divide(1.0, values, out=np.zeros_like(values), where=firm)
    right = (vectors.swapaxes(-1, -2) @ (gram[..., 1:, 0] / size)[..., None])[..., 0]
    found = (vectors @ (weights * right)[..., None])[..., 0] / size
    lost = np.where(firm[..., None, :], 0.0, np.abs(vectors)).max(axis=-1) > np.sqrt(_SINGULAR)
    return np.where(lost, np.nan, found), np.asarray(firm.sum(axis=-1))


def _sums(columns: FloatArray, places: Places, count: int) -> FloatArray:
    """(count, c): the sums of columns (c, R) by place, over all rows of ``places`` (factors, R)."""
    return np.stack(
        [sum(np.bincount(one, weights=column, minlength=count) for one in places) for column in columns], axis=1
    )


def _inverse(matrix: FloatArray, scale: float = 0.0) -> tuple[FloatArray, int]:
    """Moore–Penrose inverses of symmetric matrices (…, m, m), and the sum of their ranks."""
    values, vectors = np.linalg.eigh(matrix)
    firm = values > _SINGULAR * np.maximum(values.max(axis=-1, keepdims=True, initial=0.0), scale)
    weights = np.divide(1.0, values, out=np.zeros_like(values), where=firm)
    return (vectors * weights[..., None, :]) @ vectors.swapaxes(-1, -2), int(firm.sum())
