"""Who answers whom: lagged conditionals and their null (METRICS.md §2.1, §2.2).

Same-step correlation is not reciprocity: a shared stock or horizon moves everyone at once. Every coefficient
here is lagged, corrected for the base rate, and belongs beside its null. Shapes as in `labels`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .labels import cooperated, defected, dyads
from .measure import FloatArray, IntArray, Measured, Tested, divide, share

_TIE = 1e-9  # a draw of the null this close to the figure counts as reaching it
_BLOCK = 512  # worlds shuffled among each other at once: bounds the table of all pairs of worlds
_LEAST_SHIFT = 5  # steps
_ACTS = (cooperated, defected)


def p_c_given_c(labels: ArrayLike, lag: int = 1) -> Measured:
    """P(C_ij(t) | C_ji(t−lag)).

    Args:
        labels: (W, T, N) or (W, T, N, N).
        lag: in steps.

    Returns:
        value in [0, 1] and n (times the other had cooperated), (W, N) or (W, N, N).
    """
    after_c, _, flags = _answers(labels, lag)
    return share(*after_c, flags)


def p_c_given_d(labels: ArrayLike, lag: int = 1) -> Measured:
    """P(C_ij(t) | D_ji(t−lag)); arguments and shapes of `p_c_given_c`."""
    _, after_d, flags = _answers(labels, lag)
    return share(*after_d, flags)


def rho(labels: ArrayLike, lag: int = 1) -> Measured:
    """Reciprocity ρ = P(C|C) − P(C|D) of each direction (Axelrod 1984; Nowak & Sigmund 1993).

    NaN where the other never varied, 0 for an unconditional player facing one that does, 1 for tit-for-tat.

    Args:
        labels: (W, T, N) or (W, T, N, N).
        lag: in steps; 0 is same-step association, which is not reciprocity.

    Returns:
        value in [−1, 1], (W, N) or (W, N, N); n with one more axis: [..., 0] given C, [..., 1] given D.

    >>> acts = [[[act == "C" for act in pair] for pair in zip("CCDCDDCCDC", "CDCCDCCDCC")]]
    >>> rho(acts).value.round(6).tolist(), rho(acts).n.tolist()
    ([[0.833333, -0.6]], [[[6, 3], [5, 4]]])
    """
    after_c, after_d, flags = _answers(labels, lag)
    return Measured(_difference(*after_c, *after_d), np.stack([after_c[1], after_d[1]], axis=-1), flags)


def lag_profile(labels: ArrayLike, longest: int = 5) -> Measured:
    """ρ_k for k = 0 … `longest`; k = 0 is drawn greyed, labelled "not reciprocity".

    Returns:
        value (W, N, K+1) or (W, N, N, K+1), the last index being the lag; n with one more axis, as in `rho`.
    """
    profile = [rho(labels, lag) for lag in range(longest + 1)]
    value = np.stack([at_lag.value for at_lag in profile], axis=-1)
    return Measured(value, np.stack([at_lag.n for at_lag in profile], axis=-2), profile[0].flags)


def memory_one(labels: ArrayLike) -> Measured:
    """(p_CC, p_CD, p_DC, p_DD): probability of C after (own, other's) last acts, own first.

    Tit-for-tat is (1, 0, 1, 0).

    Returns:
        value in [0, 1] and n, (W, N, 4) or (W, N, N, 4); a state never met is NaN.
    """
    own, other, flags = dyads(labels)
    now, mine, theirs = own[:, 1:], own[:, :-1], other[:, :-1]
    states = [my_act(mine) & their_act(theirs) for my_act in _ACTS for their_act in _ACTS]
    times_c = np.stack([(cooperated(now) & state).sum(axis=1) for state in states], axis=-1)
    times = np.stack([(~np.isnan(now) & state).sum(axis=1) for state in states], axis=-1)
    return share(times_c, times, flags)


def rho_null(
    labels: ArrayLike,
    draws: int = 999,
    seed: int = 0,
    seats: Sequence[int] | None = None,
    lengths: ArrayLike | None = None,
) -> Tested:
    """ρ of a cell beside its partner-shuffling null (§2.2).

    The worlds of one cell exchange whole partner histories, at equal t, `draws` times: what all worlds share
    (a horizon, a common trend) stays, the answer to this very partner goes. The cell's ρ is the mean over
    worlds of each world's own ρ, worlds whose partner never varied left out; not the ρ of the pooled counts,
    which would be 1 for a cell of allc pairs and alld pairs side by side. More than 512 worlds are shuffled
    within random blocks.

    A single world: the received acts of t = 1 … T−1 are turned in a circle, by every number of steps that
    moves them at least 5 steps either way; flagged `circular`.

    Args:
        labels: of one cell's worlds, (W, T, N), the other being "the others" if N > 2, or directed (W, T, 2,
            2). NaN after a world's end; only steps that both histories have are compared.
        draws: B.
        seed: of the shuffles.
        seats: look at the mean over these agents of each world's ρ, instead of at every agent by itself.
        lengths: steps played of each world (W,); if left out, those up to the last in which anybody had a choice, which
            are fewer where the last choices were invalid.

    Returns:
        For each agent, (N,), or for the one group of `seats`, (1,): value ρ, `null_mean`, `excess` = ρ − null mean,
        `p` = (1 + #{ρ* ≥ ρ − 1e-9})/(1 + B) over the draws in which ρ* is defined, n worlds that entered.
        Flags: `n<5` of them;
        `degenerate_null` if all draws of some agent agree, as they must where all worlds are copies;
        `unequal_lengths` if some worlds were played longer than others. There is no null then (NaN): where acts end
        the episode, exchanged histories differ from one's own in more than the answer.
    """
    own, other, flags = dyads(labels)
    if own.ndim == 4:
        if own.shape[2] != 2:
            raise ValueError(f"directed labels must be of 2 agents for this null, got {own.shape[2]}")
        own, other = own[:, :, [0, 1], [1, 0]], other[:, :, [0, 1], [1, 0]]
    alone = len(own) == 1
    if alone:
        played = np.flatnonzero(~np.isnan(own[0]).all(axis=1))
        own, other = (acts[:, : played.max(initial=-1) + 1] for acts in (own, other))
    rng = np.random.default_rng(seed)
    unequal = not alone and len(np.unique(_last_steps(own) if lengths is None else lengths)) > 1
    groups = [[i] for i in range(own.shape[2])] if seats is None else [list(seats)]
    found = []
    for group in groups:
        found_here, nulls = [], []
        for i in group:
            now, before = own[:, 1:, i], other[:, :-1, i]
            found_here.append(_difference(*_tally(now, before)))
            if unequal:
                nulls.append(np.full((0, len(own)), np.nan))
            else:
                nulls.append(_shifted(now, before) if alone else _shuffled(now, before, draws, rng))
        found.append(_beside(_known_mean(np.stack(found_here), 0), _known_mean(np.stack(nulls), 0)))
    value, null_mean, p, n, spread = (np.array(column) for column in zip(*found, strict=True))
    flags += ("circular",) * alone + ("unequal_lengths",) * unequal + ("n<5",) * bool((n < 5).any())
    flags += ("degenerate_null",) * bool((spread < _TIE).any())
    return Tested(value, n, flags, null_mean=null_mean, p=p)


def _last_steps(own: FloatArray) -> IntArray:
    """(W,): the last step at which anybody in the world acted, −1 for none."""
    played = (~np.isnan(own)).sum(axis=2) > 0
    return (played * np.arange(1, own.shape[1] + 1)).max(axis=1, initial=0) - 1


def _known_mean(values: FloatArray, axis: int) -> FloatArray:
    """The mean over what is not NaN; NaN where nothing is."""
    return divide(np.nansum(values, axis=axis), (~np.isnan(values)).sum(axis=axis))


_Counts = NDArray[np.int64] | NDArray[np.float32]


def _answers(
    labels: ArrayLike, lag: int
) -> tuple[tuple[IntArray, IntArray], tuple[IntArray, IntArray], tuple[str, ...]]:
    """(C, all) among the answers to a C, and to a D, of `lag` steps before; flags."""
    own, other, flags = dyads(labels)
    before = other[:, : max(own.shape[1] - lag, 0)]
    c_after_c, after_c, c_after_d, after_d = _tally(own[:, lag:], before)
    return (c_after_c, after_c), (c_after_d, after_d), flags


def _tally(now: FloatArray, before: FloatArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """C after C, all after C, C after D, all after D: counts over time (axis 1)."""
    c, chosen = cooperated(now), ~np.isnan(now)
    after_c, after_d = cooperated(before), defected(before)
    return (
        (c & after_c).sum(axis=1),
        (chosen & after_c).sum(axis=1),
        (c & after_d).sum(axis=1),
        (chosen & after_d).sum(axis=1),
    )


def _rho_table(now: FloatArray, before: FloatArray) -> FloatArray:
    """ρ of the acts of each world w (W, T) against the partner history of each world v (V, T): (W, V).

    The counts of `_tally` for all (w, v) are matrix products over time; float32 is exact for them below 2^24
    steps.
    """
    c, chosen = cooperated(now).astype(np.float32), (~np.isnan(now)).astype(np.float32)
    after_c, after_d = cooperated(before).T.astype(np.float32), defected(before).T.astype(np.float32)
    return _difference(c @ after_c, chosen @ after_c, c @ after_d, chosen @ after_d)


def _difference(c_after_c: _Counts, after_c: _Counts, c_after_d: _Counts, after_d: _Counts) -> FloatArray:
    return divide(c_after_c, after_c) - divide(c_after_d, after_d)


def _shuffled(now: FloatArray, before: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Each world's ρ under `draws` shuffles of the partner histories (W, T) across worlds: (draws, W)."""
    found = np.empty((draws, len(now)))
    worlds = rng.permutation(len(now))
    for block in np.array_split(worlds, len(worlds) // _BLOCK + 1):
        table = _rho_table(now[block], before[block])
        mine = np.arange(len(block))
        found[:, block] = table[mine, rng.permuted(np.tile(mine, (draws, 1)), axis=1)]
    return found


def _shifted(now: FloatArray, before: FloatArray) -> FloatArray:
    """ρ of a single world (1, T) under every circular shift of the partner by at least 5 steps: (shifts, 1)."""
    steps = np.arange(now.shape[1])
    shifts = np.arange(_LEAST_SHIFT, len(steps) - _LEAST_SHIFT + 1)
    turned = before[0][(steps - shifts[:, None]) % max(len(steps), 1)]
    return _rho_table(now, turned).T


def _beside(of_worlds: FloatArray, drawn: FloatArray) -> tuple[float, float, float, int, float]:
    """(ρ, null mean, p, worlds that entered, spread of the null) from the ρ of worlds (W,), and as drawn (draws, W)."""
    of_worlds, null = of_worlds[~np.isnan(of_worlds)], _known_mean(drawn, 1)
    null = null[~np.isnan(null)]
    value = of_worlds.mean() if len(of_worlds) else np.nan
    if not len(of_worlds) or not len(null):
        return value, np.nan, np.nan, len(of_worlds), np.nan
    p = (1 + (null >= value - _TIE).sum()) / (1 + len(null))
    return value, null.mean(), p, len(of_worlds), np.ptp(null)
