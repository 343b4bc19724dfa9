"""The utility carrier of norms: from the material payoffs of all to the utility of one (NORMS.md §2).

    U_i = π_i + Σ_{j≠i} w_ij π_j − γ Σ [z − y_j]₊ − α(1−μ)/(n−1) Σ [y_j − y_i]₊ + μ⁺ Σ [Δy_j]₊ − β/(n−1) Σ [y_i − y_j]₊
    w_ij = (κ + ρ⁺[k_ij]₊)·b̃_ij − ρ⁻(1−ε)[−k_ij]₊,   b̃_ij = (1−ε)·b_ij + ε·mean_{l≠i} b_il
    k_ij ← h·k_ij + (1−h)(2c − 1),   h = 2^(−1/τ)

The patients' term Σ_v b_v·Δ(signal v) is added by whoever sees the signals change.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ..envs.game import Floats
from .norms import GENERALISED, INDIRECT, Packed

PROVOCATION = 0.5
"""A perceived cooperation below this is a provocation."""


@njit(cache=True)
def weight(norm: Any, same_group: npt.NDArray[np.bool_], i: int, j: int, k: float) -> float:
    """w_ij, the weight of j's payoff in i's utility, under remembered kindness ``k``; ``same_group`` is (N, N)."""
    n = len(same_group)
    mean = 0.0
    for other in range(n):
        if other != i:
            mean += norm.in_group if same_group[i, other] else norm.out_group
    own = norm.in_group if same_group[i, j] else norm.out_group
    closeness = (1.0 - norm.equanimity) * own + norm.equanimity * mean / (n - 1)
    caring = (norm.kindness + norm.positive * max(0.0, k)) * closeness
    return caring - norm.negative * (1.0 - norm.equanimity) * max(0.0, -k)


@njit(cache=True)
def weights_of(rows: npt.NDArray[np.void], same_group: npt.NDArray[np.bool_], kindness: Floats, i: int) -> Floats:
    """(B, N): w_i· of seat i in every world, 0 towards itself, under remembered ``kindness`` (B, N)."""
    weights = np.zeros(kindness.shape)
    for b in range(len(rows)):
        for j in range(kindness.shape[1]):
            if j != i:
                weights[b, j] = weight(rows[b], same_group[b], i, j, kindness[b, j])
    return weights


@njit(cache=True)
def income_terms(norm: Any, i: int, y: Floats, y_before: Floats, need: float) -> float:
    """What U_i says about incomes ``y`` (N,) after a step that pays: need, envy, joy and guilt. ``need`` is z in payoff
    units.
    """
    n = len(y)
    shortfall = above = below = joy = 0.0
    for j in range(n):
        if j != i:
            shortfall += max(0.0, need - y[j])
            above += max(0.0, y[j] - y[i])
            below += max(0.0, y[i] - y[j])
            joy += max(0.0, y[j] - y_before[j])
    envy = norm.envy * (1.0 - norm.sympathetic_joy) / max(1, n - 1)
    return (
        max(0.0, norm.sympathetic_joy) * joy
        - norm.compassion * shortfall
        - envy * above
        - norm.guilt / max(1, n - 1) * below
    )


@njit(cache=True)
def add_utilities(
    rows: npt.NDArray[np.void],
    weights: Floats,
    of: npt.NDArray[np.int64],
    i: int,
    payoffs: Floats,
    earned: Floats,
    incomes: Floats,
    need_unit: float,
    pays: npt.NDArray[np.bool_],
    discount: Floats,
    totals: Floats,
) -> None:
    """Adds one step's discounted U_i to ``totals`` (R,) and rolls ``incomes`` (R, N) forward, in place.

    Rollout r belongs to world ``of[r]``, whose norm (``rows``), ``weights`` w_i· (N,) and ``discount`` of this step it
    takes; ``payoffs`` (R, N) are of the step, ``earned`` (R, N) of all that it completes where it ``pays``;
    ``need_unit`` is the optimum's payoff per head and paying step.
    """
    n = payoffs.shape[1]
    before = np.zeros(n)
    for r in range(len(of)):
        b = of[r]
        norm: Any = rows[b]
        step = payoffs[r, i]
        for j in range(n):
            step += weights[b, j] * payoffs[r, j]
        if pays[r] and n > 1:
            for j in range(n):
                before[j] = incomes[r, j]
                incomes[r, j] = norm.income_memory * before[j] + (1.0 - norm.income_memory) * earned[r, j]
            if norm.compassion != 0.0 or norm.envy != 0.0 or norm.guilt != 0.0 or norm.sympathetic_joy > 0.0:
                step += income_terms(norm, i, incomes[r], before, norm.need_line * need_unit)
        totals[r] += discount[b] * step


def remember(packed: Packed, kindness: Floats, seat: int, pairs: Floats, pardon: Floats) -> None:
    """Updates k_ij of ``seat`` i, ``kindness`` (B, N) in place, by what it perceived: ``pairs`` (B, N, N) labels of the
    last step, NaN where nothing was perceived; ``pardon`` (B, N) uniform draws that let a provocation pass with
    probability f.
    """
    others = np.arange(kindness.shape[1]) != seat
    towards_me = pairs[:, :, seat]
    perceived = towards_me.copy()
    kind = packed.rows["kind"]
    if (kind != 0).any():
        elsewhere = pairs.copy()
        elsewhere[:, :, seat] = np.nan
        perceived = np.where((kind == INDIRECT)[:, None], mean_of_known(elsewhere, axis=2), perceived)
        everyone = np.repeat(mean_of_known(towards_me[:, others], axis=1)[:, None], kindness.shape[1], axis=1)
        perceived = np.where((kind == GENERALISED)[:, None], everyone, perceived)
    pardoned = (perceived < PROVOCATION) & (pardon < packed.rows["forgiveness"][:, None])
    counts = others & ~np.isnan(perceived) & ~pardoned
    kept = 0.5 ** (1 / packed.rows["memory"])[:, None]
    kindness[:] = np.where(counts, kept * kindness + (1 - kept) * (2 * np.nan_to_num(perceived) - 1), kindness)


def mean_of_known(values: Floats, axis: int) -> Floats:
    """The mean over what is not NaN; NaN where nothing is. Added up in order, so that no batch size changes the last
    bit.
    """
    total, count = 0.0, 0.0
    for part in np.moveaxis(values, axis, 0):
        known = ~np.isnan(part)
        total = total + np.where(known, part, 0.0)
        count = count + known
    return np.where(np.asarray(count) > 0, total / np.maximum(count, 1), np.nan)
