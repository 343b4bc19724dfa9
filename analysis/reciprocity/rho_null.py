"""What ρ would be if partners did not answer each other (METRICS.md §2.2)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..labels import cooperated, defected, dyads
from ..measure import FloatArray, Tested, last_steps, mean_of_known
from .conditionals import difference, tally
from .nulls import TIE, circular, exchanges, sampled_p


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
    unequal = not alone and len(np.unique(last_steps(own) if lengths is None else lengths)) > 1
    groups = [[i] for i in range(own.shape[2])] if seats is None else [list(seats)]
    found = []
    for group in groups:
        found_here, nulls = [], []
        for i in group:
            now, before = own[:, 1:, i], other[:, :-1, i]
            found_here.append(difference(*tally(now, before)))
            if unequal:
                nulls.append(np.full((0, len(own)), np.nan))
            else:
                nulls.append(_shifted(now, before) if alone else _shuffled(now, before, draws, rng))
        found.append(_beside(mean_of_known(np.stack(found_here), 0), mean_of_known(np.stack(nulls), 0)))
    value, null_mean, p, n, spread = (np.array(column) for column in zip(*found, strict=True))
    flags += ("circular",) * alone + ("unequal_lengths",) * unequal + ("n<5",) * bool((n < 5).any())
    flags += ("degenerate_null",) * bool((spread < TIE).any())
    return Tested(value, n, flags, null_mean=null_mean, p=p)


def _rho_table(now: FloatArray, before: FloatArray) -> FloatArray:
    """ρ of the acts of each world w (W, T) against the partner history of each world v (V, T): (W, V).

    The counts of `tally` for all (w, v) are matrix products over time; float32 is exact for them below 2^24
    steps.
    """
    c, chosen = cooperated(now).astype(np.float32), (~np.isnan(now)).astype(np.float32)
    after_c, after_d = cooperated(before).T.astype(np.float32), defected(before).T.astype(np.float32)
    return difference(c @ after_c, chosen @ after_c, c @ after_d, chosen @ after_d)


def _shuffled(now: FloatArray, before: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Each world's ρ under `draws` shuffles of the partner histories (W, T) across worlds: (draws, W)."""
    found = np.empty((draws, len(now)))
    for block, partners in exchanges(len(now), draws, rng):
        found[:, block] = _rho_table(now[block], before[block])[np.arange(len(block)), partners]
    return found


def _shifted(now: FloatArray, before: FloatArray) -> FloatArray:
    """ρ of a single world (1, T) under every circular shift of the partner by at least 5 steps: (shifts, 1)."""
    return _rho_table(now, before[0][circular(now.shape[1])]).T


def _beside(of_worlds: FloatArray, drawn: FloatArray) -> tuple[float, float, float, int, float]:
    """(ρ, null mean, p, worlds that entered, spread of the null) from the ρ of worlds (W,), and as drawn (draws, W)."""
    of_worlds, null = of_worlds[~np.isnan(of_worlds)], mean_of_known(drawn, 1)
    null = null[~np.isnan(null)]
    value = of_worlds.mean() if len(of_worlds) else np.nan
    if not len(of_worlds) or not len(null):
        return value, np.nan, np.nan, len(of_worlds), np.nan
    return value, null.mean(), sampled_p(value, null), len(of_worlds), np.ptp(null)
