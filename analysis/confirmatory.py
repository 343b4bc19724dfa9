"""Verdicts on hypotheses that were registered before anything was played.

A hypothesis is about the mean difference D = E[measure under ``to``] − E[measure under ``from``] between two cells that
were played under the same seeds. The unit is the world: the episodes of a world that no exclusion takes out are
averaged, and worlds are compared pair by pair. d̄ is the mean of these differences over n seeds, S ≥ 0 the smallest
effect of interest, c the confidence, α = 1 − c, p the p-value of a sign-flip test (:mod:`.statistics.sign_flip`)
adjusted by Holm over all hypotheses that were registered; one without a p-value counts in that family as p = 1.

========== ============================ ========================== =============================== ====================
direction  p tests                      interval (bootstrap)       supported if p ≤ α and          ruled out if
========== ============================ ========================== =============================== ====================
greater    D = 0 against D ≠ 0          [low, high] at c           low > 0 and d̄ ≥ S               high < S
less       D = 0 against D ≠ 0          [low, high] at c           high < 0 and d̄ ≤ −S             low > −S
different  D = 0 against D ≠ 0          [low, high] at c           0 outside, and |d̄| ≥ S          inside (−S, S)
equivalent D ≤ −S, and D ≥ S: larger p  [low, high] at 1 − 2α      inside (−S, S)                  outside [−S, S]
========== ============================ ========================== =============================== ====================

*Equivalent* is thus decided by two one-sided tests (Schuirmann 1987), once by p and once by the inclusion of the
interval. Whatever is neither supported nor ruled out is *not supported*. *Ruled out* goes by the interval alone and is
not adjusted. A hypothesis is *pending* as long as some of the planned worlds of its cells have not been played, so that
nobody stops where it looks best, and *undecidable* where fewer than two pairs are left.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from .measure import FloatArray
from .statistics import holm, larger_of_two, least_p, paired_ci, sign_flip_test
from .summary import worlds

GREATER, LESS, DIFFERENT, EQUIVALENT = DIRECTIONS = ("greater", "less", "different", "equivalent")
SUPPORTED, NOT_SUPPORTED, RULED_OUT = "supported", "not supported", "ruled out"
PENDING, UNDECIDABLE = "pending", "undecidable"
DRAWS = 5000
_TIE = 1e-9


class Confirmed(NamedTuple):
    """What came of one hypothesis. ``p`` is adjusted; numbers are NaN where there are too few pairs."""

    told: Mapping[str, Any]
    """As it was registered."""
    verdict: str
    value: float
    low: float
    high: float
    level: float
    p: float
    n: int
    played: int
    """Seeds under which both cells were played, before exclusions."""
    excluded: tuple[int, int]
    """Episodes that were taken out of the cell ``from`` and of the cell ``to``."""


class Paired(NamedTuple):
    """The differences of one hypothesis (n,), and what went into them."""

    differences: FloatArray
    played: int
    excluded: tuple[int, int]


def confirm(episodes: pl.DataFrame, registered: Mapping[str, Any]) -> list[Confirmed]:
    """The verdicts, in the order in which the hypotheses were registered.

    Args:
        episodes: the table of episodes.
        registered: of the manifest: ``hypotheses``, a list of mappings with ``name``, ``measure``, ``from_cell``,
            ``to_cell``, ``direction``, ``smallest_effect`` and ``confidence``; ``exclusions``, a list of mappings with
            ``column``, ``rule`` (above, below, equals) and ``value``; ``worlds``, the number of seeds planned.
    """
    hypotheses: Sequence[Mapping[str, Any]] = registered["hypotheses"]
    pairs = [paired(episodes, told, registered["exclusions"]) for told in hypotheses]
    bare = [
        p_value(pair.differences, told["direction"], told["smallest_effect"])
        if len(pair.differences) > 1 and pair.played >= registered["worlds"]
        else np.nan
        for told, pair in zip(hypotheses, pairs, strict=True)
    ]
    adjusted = holm(np.nan_to_num(np.array(bare, np.float64), nan=1.0)).value
    return [
        _confirmed(told, pair, float(p) if p_bare == p_bare else np.nan, registered["worlds"])
        for told, pair, p_bare, p in zip(hypotheses, pairs, bare, adjusted, strict=True)
    ]


def paired(episodes: pl.DataFrame, told: Mapping[str, Any], exclusions: Sequence[Mapping[str, Any]]) -> Paired:
    """The differences ``to`` − ``from`` of a hypothesis, seed by seed, after exclusions."""
    sides = [episodes.filter(pl.col("cell") == told[side]) for side in ("from_cell", "to_cell")]
    kept = [side.filter(~_excluded(side, exclusions)) for side in sides]
    played = len(set(sides[0]["seed"]) & set(sides[1]["seed"]))
    gone = len(sides[0]) - len(kept[0]), len(sides[1]) - len(kept[1])
    if kept[0].is_empty() or kept[1].is_empty():
        return Paired(np.empty(0), played, gone)
    by_world = worlds(pl.concat(kept))
    if told["measure"] not in by_world.columns:
        return Paired(np.empty(0), played, gone)
    wanted = by_world.select("cell", "seed", value=told["measure"])
    first, second = (wanted.filter(pl.col("cell") == told[side]) for side in ("from_cell", "to_cell"))
    both = first.join(second, on="seed", suffix="_to").sort("seed")
    return Paired((both["value_to"] - both["value"]).drop_nulls().to_numpy(), played, gone)


def _excluded(episodes: pl.DataFrame, exclusions: Sequence[Mapping[str, Any]]) -> pl.Expr:
    """Is a row taken out by some rule? What is undefined is not, and a column that is not there takes out nothing."""
    rules = [_broken(rule) for rule in exclusions if rule["column"] in episodes.columns]
    return pl.any_horizontal(*rules).fill_null(False) if rules else pl.lit(False)


def _broken(rule: Mapping[str, Any]) -> pl.Expr:
    column, value = pl.col(rule["column"]), rule["value"]
    column = column if isinstance(value, str) else column.cast(pl.Float64).fill_nan(None)
    told = {"above": column > value, "below": column < value, "equals": column == value}
    return told[rule["rule"]].fill_null(False)


def p_value(differences: FloatArray, direction: str, smallest: float) -> float:
    """Of one hypothesis by itself, not adjusted."""
    if direction != EQUIVALENT:
        return float(sign_flip_test(differences).p)
    return larger_of_two(differences, smallest, lambda side: float(sign_flip_test(side, greater=True).p))


def least_possible(n: int, direction: str) -> float:
    """The smallest p that n pairs can give to a hypothesis by itself."""
    return least_p(n, greater=direction == EQUIVALENT)


def _confirmed(told: Mapping[str, Any], pair: Paired, p: float, planned: int) -> Confirmed:
    d, alpha = pair.differences, 1 - told["confidence"]
    level = 1 - 2 * alpha if told["direction"] == EQUIVALENT else told["confidence"]
    if len(d) < 2:
        numbers = (np.nan, np.nan, np.nan)
    else:
        found = paired_ci(d, np.zeros(len(d)), draws=DRAWS, level=level)
        numbers = float(found.value), float(found.low), float(found.high)
    if pair.played < planned:
        verdict = PENDING
    elif len(d) < 2:
        verdict = UNDECIDABLE
    else:
        verdict = judge(told["direction"], told["smallest_effect"], *numbers, p=p, alpha=alpha)
    return Confirmed(told, verdict, *numbers, level, p, len(d), pair.played, pair.excluded)


def judge(direction: str, smallest: float, value: float, low: float, high: float, *, p: float, alpha: float) -> str:
    """The verdict by the table above.

    >>> judge(GREATER, 0.5, 0.6, 0.4, 0.8, p=0.01, alpha=0.05)
    'supported'
    >>> judge(GREATER, 0.5, 0.3, 0.2, 0.4, p=0.01, alpha=0.05)
    'ruled out'
    >>> judge(EQUIVALENT, 0.1, 0.02, -0.05, 0.09, p=0.04, alpha=0.05)
    'supported'
    """
    if direction == LESS:
        direction, value, low, high = GREATER, -value, -high, -low
    enough = abs(value) >= smallest - _TIE
    inside = -smallest < low and high < smallest
    holds, ruled_out = {
        GREATER: (low > 0 and value > 0 and enough, high < smallest - _TIE),
        DIFFERENT: ((low > 0 or high < 0) and enough, inside),
        EQUIVALENT: (inside, low > smallest or high < -smallest),
    }[direction]
    if holds and p <= alpha + _TIE:
        return SUPPORTED
    return RULED_OUT if ruled_out else NOT_SUPPORTED
