"""The rows of the directed lagged panel (METRICS.md §2.2): who did what to whom, and what went before."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..labels import dyads
from ..measure import BoolArray, FloatArray, divide

TERMS = ("direct", "generalised", "indirect", "own")
DIRECT, GENERALISED, INDIRECT, OWN = range(4)


Places = NDArray[np.signedinteger[Any]]


class Rows(NamedTuple):
    """R rows in the order of worlds, then steps.

    ``columns`` (1 + terms, R): the act c_ij(t), then its terms; ``terms``: which of ``TERMS`` these are; ``world``,
    ``step``, ``actor``, ``partner`` (R,): whose row it is, steps from 0 for the first that has rows; ``shape``: worlds,
    steps, agents; ``pairwise``: rows are of pairs among more than two; ``flags``.
    """

    columns: FloatArray
    terms: tuple[int, ...]
    world: Places
    step: Places
    actor: Places
    partner: Places
    shape: tuple[int, int, int]
    pairwise: bool
    flags: tuple[str, ...]

    def take(self, which: BoolArray) -> "Rows":
        """Some of the rows."""
        parts = {name: getattr(self, name)[which] for name in ("world", "step", "actor", "partner")}
        return self._replace(columns=self.columns[:, which], **parts)


class Aligned(NamedTuple):
    """Acts ``now`` at t, one's own at t − 1 (``then``) and the partner's at t − lag (``theirs``): (W, T', N, N) where
    rows are of pairs among more than two, else (W, T', N).
    """

    now: FloatArray
    then: FloatArray
    theirs: FloatArray
    flags: tuple[str, ...]


def aligned(labels: ArrayLike, lag: int = 1) -> Aligned:
    """Labels (W, T, N, N) or (W, T, N), each beside what went before."""
    own, other, flags = dyads(labels)
    if own.ndim == 4 and own.shape[2] == 2:
        own, other = own[:, :, [0, 1], [1, 0]], other[:, :, [0, 1], [1, 0]]
    first = max(lag, 1)
    last = max(own.shape[1] - lag, first - lag)
    return Aligned(own[:, first:], own[:, first - 1 : -1], other[:, first - lag : last], flags)


def panel_rows(acts: Aligned) -> Rows:
    """One row per act whose own and other's label of before are known.

    A term of which nothing is known (third parties where each acts towards one other) is left out. Labels without
    addressee keep one partner term, the mean of the others, and have one row per actor (flag ``undirected``).
    """
    now, then, theirs, flags = acts
    pairwise = now.ndim == 4
    terms = {DIRECT: theirs}
    if pairwise:
        terms[GENERALISED] = without_one(theirs)
        terms[INDIRECT] = without_one(theirs.swapaxes(2, 3)).swapaxes(2, 3)
    terms[OWN] = then
    known = ~np.isnan(now) & ~np.isnan(theirs)
    there = {k: ~np.isnan(values) for k, values in terms.items()}
    terms = {k: values for k, values in terms.items() if k == DIRECT or (there[k] & known).any()}
    for k in terms:
        known &= there[k]
    rest: Places = np.flatnonzero(known).astype(np.int32 if known.size < 2**31 else np.int64)
    places = []
    for size in known.shape[:0:-1]:
        rest, place = np.divmod(rest, rest.dtype.type(size))
        places.append(place)
    columns = np.empty((1 + len(terms), len(rest)))
    for column, values in zip(columns, (now, *terms.values()), strict=True):
        column[:] = values[known]
    step, actor = places[-1], places[-2]
    shape = (now.shape[0], now.shape[1], now.shape[2])
    return Rows(columns, tuple(terms), rest, step, actor, places[0], shape, pairwise, flags)


def without_one(acts: FloatArray) -> FloatArray:
    """The mean over the last axis of all but each itself: NaN where there is no other, or no act of its own."""
    there = ~np.isnan(acts)
    summed = np.where(there, acts, 0.0).sum(axis=-1, keepdims=True)
    return divide(summed - acts, there.sum(axis=-1, keepdims=True) - 1)
