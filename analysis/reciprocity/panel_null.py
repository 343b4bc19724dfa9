"""What the panel's direct term would be if nobody answered the very one who did it (METRICS.md §2.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, permutations
from math import comb, prod

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from ...envs.chance import SHUFFLE, uniform, world_key
from ..measure import FloatArray, IntArray, Tested, last_steps
from .least_squares import absorb, explained, solve
from .nulls import TIE, circular, exchanges, sampled_p
from .panel import Fit, clusters_of, effects_of
from .rows import DIRECT, GENERALISED, OWN, Aligned, Rows, aligned, panel_rows

EXACT_LIMIT = 100_000
_AT_ONCE = 1 << 22
"""Numbers held at once."""


@dataclass(frozen=True, eq=False)
class PanelNull(Tested):
    """``null_sd`` (ddof 0) and the number of ``draws`` in which the term is identified."""

    null_sd: FloatArray = field(kw_only=True)
    draws: int = field(kw_only=True)


def panel_null(
    labels: ArrayLike, lag: int = 1, draws: int = 999, seed: int = 0, lengths: ArrayLike | None = None
) -> PanelNull:
    """The panel's direct term, by plain least squares, beside its null.

    Directed labels of more than two: in each step the acts that an agent received are dealt anew among those it
    received them from, and the term, with the generalised one, is estimated again; what one did oneself and the
    indirect term stay. All distinct arrangements if there are at most 10⁵ (flag ``exact``), else ``draws``.
    Two agents, or undirected labels: the worlds exchange what was received, at equal t. A single such world: what was
    received is turned in a circle by at least 5 steps either way (flag ``circular``).

    Dealing keeps what each received in sum: p says whether it matters who did it. In short episodes the term is biased
    downwards by its dummies more than the null is, and p is then too large rather than too small.

    Args:
        labels: (W, T, N, N) or (W, T, N).
        lag: as in ``panel``.
        draws: B.
        seed: of the draws.
        lengths: steps played of each world, as in ``rho_null``.

    Returns:
        value, ``null_mean``, ``excess``, ``p``, ``null_sd`` as single values; n clusters. Flags of ``panel``, and
        ``degenerate_null`` where nothing can be shuffled; ``unequal_lengths`` where worlds to exchange with were played
        for longer: no null then (NaN).
    """
    acts = _trimmed(aligned(labels, lag))
    rows = panel_rows(acts)
    observed = Fit(rows, "world", *clusters_of(rows))
    flags = rows.flags
    if np.isnan(observed.value[0]):
        null, exact = np.zeros(0), False
    elif rows.pairwise:
        null, exact = _dealt(rows, acts, draws, seed)
        flags += ("exact",) * exact
    elif rows.shape[0] > 1:
        exact, unequal = False, len(np.unique(last_steps(acts.now) if lengths is None else lengths)) > 1
        flags += ("unequal_lengths",) * unequal
        null = np.zeros(0) if unequal else _exchanged(rows, acts, draws, seed)
    else:
        exact, null = False, _turned(rows, acts)
        flags += ("circular",)
    value = float(observed.value[0])
    null = null[~np.isnan(null)]
    flags += ("degenerate_null",) * bool(len(null) and np.ptp(null) < TIE)
    n = int(observed.varied[:, 0].sum())
    flags += ("n<5",) * (n < 5)
    known = bool(len(null)) and not np.isnan(value)
    p = np.nan if not known else float((null >= value - TIE).mean()) if exact else sampled_p(value, null)
    mean, sd = (null.mean(), null.std()) if known else (np.nan, np.nan)
    as_float = [np.asarray(x, dtype=np.float64) for x in (value, mean, p, sd)]
    return PanelNull(
        as_float[0], np.asarray(n), flags, null_mean=as_float[1], p=as_float[2], null_sd=as_float[3], draws=len(null)
    )


def _trimmed(acts: Aligned) -> Aligned:
    """Without the steps after the end of the last world."""
    last = int(last_steps(acts.now).max(initial=-1)) + 1
    return acts._replace(now=acts.now[:, :last], then=acts.then[:, :last], theirs=acts.theirs[:, :last])


# -- worlds exchange, or a history is turned: what was received moves as a whole ---------------------------------------


def _exchanged(rows: Rows, acts: Aligned, draws: int, seed: int) -> FloatArray:
    """The term in each draw."""
    rng = np.random.default_rng(seed)
    blocks = list(exchanges(rows.shape[0], draws, rng))
    if not _complete(rows):
        order = np.empty((draws, rows.shape[0]), np.int64)
        for block, partners in blocks:
            order[:, block] = block[partners]
        return np.array([_again(acts._replace(theirs=acts.theirs[one])) for one in order])
    left, inner = _left(rows)
    by_world = left.reshape(len(left), rows.shape[0], rows.shape[1] * rows.shape[2])
    crossed = np.zeros((draws, len(left)))
    for block, partners in blocks:
        for k in (0, *range(2, len(left))):
            table = by_world[k][block] @ by_world[1][block].T
            crossed[:, k] += table[np.arange(len(block)), partners].sum(axis=1)
    return _crossed(inner, crossed, rows)


def _turned(rows: Rows, acts: Aligned) -> FloatArray:
    """The term under each shift."""
    turns = circular(rows.shape[1])
    if not _complete(rows):
        return np.array([_again(acts._replace(theirs=acts.theirs[:, one])) for one in turns])
    left, inner = _left(rows)
    over_time = left.reshape(len(left), rows.shape[1], rows.shape[2])
    turned = over_time[1][turns].reshape(len(turns), left.shape[1])
    return _crossed(inner, turned @ left.T, rows)


def _complete(rows: Rows) -> bool:
    """Does nobody lack an act? Then dummies are taken off before anything is moved."""
    return rows.columns.shape[1] == np.prod(rows.shape) and rows.terms == (DIRECT, OWN)


def _left(rows: Rows) -> tuple[FloatArray, FloatArray]:
    left = absorb(rows.columns, effects_of(rows)).columns
    return left, left @ left.T


def _crossed(inner: FloatArray, crossed: FloatArray, rows: Rows) -> FloatArray:
    """The term, from the cross products (draws, c) of what was moved with the other columns."""
    gram = np.repeat(inner[None], len(crossed), axis=0)
    gram[:, 1, :] = gram[:, :, 1] = crossed
    gram[:, 1, 1] = inner[1, 1]
    return solve(gram, _lengths(rows))[0][:, 0]


def _lengths(rows: Rows) -> FloatArray:
    return np.sqrt(np.einsum("cr,cr->c", rows.columns, rows.columns))


def _again(acts: Aligned) -> float:
    rows = panel_rows(acts)
    return float(Fit(rows, "world", *clusters_of(rows)).value[0])


# -- received acts are dealt anew among partners -----------------------------------------------------------------------


def _dealt(rows: Rows, acts: Aligned, draws: int, seed: int) -> tuple[FloatArray, bool]:
    """The term in each arrangement, and whether these are all.

    The generalised term is a function of the direct one, (S − x)/(m − 1) with the number m and the sum S of what was
    received: so all that changes are the sums by partner and the products with the columns that stay.
    """
    effects = effects_of(rows)
    left = absorb(rows.columns, effects)
    moved = 2 if GENERALISED in rows.terms else 1
    stay = [0, *range(1 + moved, len(rows.columns))]
    m = (~np.isnan(acts.theirs)).sum(axis=3)[rows.world, rows.step, rows.actor]
    weight = np.divide(1.0, m - 1, out=np.zeros(len(m)), where=m > 1)
    summed = rows.columns[1] + (rows.columns[2] * (m - 1) if moved == 2 else 0.0)
    fixed, places = left.columns[stay], effects.group.astype(np.int64) * effects.size + effects.own
    of_moved = rows.columns[1 : 1 + moved]
    raw, of_steps = of_moved @ of_moved.T, np.zeros((effects.steps, moved))
    by_actor = np.zeros((effects.groups * effects.size, moved))
    for k, column in enumerate(of_moved):
        by_actor[:, k] = np.bincount(places[0], weights=column, minlength=len(by_actor))
        of_steps[:, k] = np.bincount(rows.step, weights=column, minlength=effects.steps)
    found, inner = [], left.columns @ left.columns.T
    once = max(1, _AT_ONCE // (len(m) + by_actor.size))
    arrangements, exact = _arrangements(rows, draws, seed, once)
    for x in arrangements:
        sums = np.repeat(by_actor[None], len(x), axis=0)
        _add_by_partner(x, summed, weight, places[1], sums)
        gram = np.repeat(inner[None], len(x), axis=0)
        some = slice(1, 1 + moved)
        gram[:, some, some] = raw - explained(
            sums.reshape(len(x), effects.groups, effects.size, moved),
            np.broadcast_to(of_steps, (len(x), *of_steps.shape)),
            left,
        )
        products = [x @ fixed.T, (fixed @ (summed * weight)) - x @ (fixed * weight).T][:moved]
        for k, product in enumerate(products, 1):
            gram[:, k, stay] = gram[:, stay, k] = product
        found.append(solve(gram, _lengths(rows))[0][:, 0])
    return np.concatenate(found), exact


@njit(cache=True)
def _add_by_partner(x: FloatArray, summed: FloatArray, weight: FloatArray, place: IntArray, sums: FloatArray) -> None:
    """Adds the arrangements ``x`` (draws, R), and the generalised terms that they give, to sums by partner."""
    for b in range(len(x)):
        for r in range(x.shape[1]):
            sums[b, place[r], 0] += x[b, r]
            if sums.shape[2] == 2:
                sums[b, place[r], 1] += (summed[r] - x[b, r]) * weight[r]


def _arrangements(rows: Rows, draws: int, seed: int, once: int) -> tuple[Iterator[FloatArray], bool]:
    """Direct terms (some, R) as they may be dealt, and whether all are."""
    values = rows.columns[1]
    _, steps, n = rows.shape
    key = (rows.world.astype(np.int64) * steps + rows.step) * n + rows.actor
    starts = np.r_[np.flatnonzero(np.diff(key, prepend=-1)), len(key)]
    ways = 1
    for low, high in pairwise(starts.tolist()):
        _, counts = np.unique(values[low:high], return_counts=True)
        ways *= prod(comb(int(total), int(count)) for total, count in zip(np.cumsum(counts), counts, strict=True))
        if ways > EXACT_LIMIT:
            return _drawn(values, starts, draws, seed, once), False
    return _all(values, starts, ways, once), True


def _drawn(values: FloatArray, starts: IntArray, draws: int, seed: int, once: int) -> Iterator[FloatArray]:
    key = world_key(np.uint64(seed), 0)
    for done in range(0, draws, once):
        x = np.repeat(values[None], min(once, draws - done), axis=0)
        _shuffle(x, starts, key, done)
        yield x


@njit(cache=True)
def _shuffle(x: FloatArray, starts: IntArray, key: np.uint64, first: int) -> None:
    """Fisher and Yates within each group of columns; draw b has the chance of step ``first`` + b."""
    for b in range(len(x)):
        for g in range(len(starts) - 1):
            low = starts[g]
            for r in range(starts[g + 1] - 1, low, -1):
                other = low + int(uniform(key, first + b, SHUFFLE, r) * (r - low + 1))
                x[b, r], x[b, other] = x[b, other], x[b, r]


def _all(values: FloatArray, starts: IntArray, ways: int, once: int) -> Iterator[FloatArray]:
    groups = [(low, sorted(set(permutations(values[low:high].tolist())))) for low, high in pairwise(starts.tolist())]
    for done in range(0, ways, once):
        which = np.arange(done, min(done + once, ways))
        x = np.repeat(values[None], len(which), axis=0)
        for low, dealt in groups:
            which, here = np.divmod(which, len(dealt))
            x[:, low : low + len(dealt[0])] = np.array(dealt)[here]
        yield x
