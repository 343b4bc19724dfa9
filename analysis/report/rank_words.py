"""What rankings by several welfare functions say, in sentences."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl

from ..rankings import Field, on_anchors
from ..ranks import Firsts, TauMatrix, dominance, simplex_share
from .formats import count, listed, num, percent
from .markup import Markup, join
from .parts import norm

MOST_NAMES, MOST_LINES = 6, 4
MEANS = "By the means of these worlds"
_SAME = 1e-9


def setting(field: Field, s: int) -> Markup:
    """A setting's name in the colour of its norm."""
    return norm(field.settings["norms"][s], field.conditions[s])


def first(field: Field, ranked: Firsts, whole: list[int]) -> Markup | None:
    """Who is first by what, over whole episodes."""
    by: dict[tuple[int, ...], list[str]] = {}
    for k in whole:
        if leaders := ranked.leaders(k):
            by.setdefault(tuple(leaders), []).append(field.measures[k].label)
    if not by:
        return None
    parts = [
        _first(field, leaders, labels) for leaders, labels in sorted(by.items(), key=lambda pair: len(pair[0]) > 1)
    ]
    return join("First over whole episodes: ", join(*parts, sep="; "), ".")


def _first(field: Field, leaders: Sequence[int], labels: list[str]) -> Markup:
    """Who is first, or shares the first place, by these functions."""
    if len(leaders) == 1:
        return join(setting(field, leaders[0]), " by ", listed(labels))
    if len(leaders) > MOST_NAMES:
        return join(f"{len(leaders)} of {len(field.settings)} settings share the first place by ", listed(labels))
    named = [setting(field, s) for s in leaders]
    return join(join(*named[:-1], sep=", "), " and ", named[-1], " share the first place by ", listed(labels))


def agreement(tau: TauMatrix, labels: list[str], settings: int) -> str | None:
    """How far the functions rank the ``settings`` alike."""
    pairs = len(labels) * (len(labels) - 1) // 2
    if np.isnan(tau.least):
        return None
    low = next((i, j) for i in range(len(labels)) for j in range(i) if tau.tau[i, j] == tau.least)
    text = f"Agreement of the rankings of {count(settings, 'setting')}: median τ {num(tau.median)}, lowest "
    text += f"{num(tau.least)} ({labels[low[1]]} and {labels[low[0]]})"
    return f"{text}; {len(tau.unstable)} of {pairs} pairs of functions below .7{' ⚑' * bool(tau.unstable)}."


def comparisons(field: Field, ranked: Firsts, whole: list[int], episodes: pl.DataFrame) -> list[Markup | str | None]:
    """Dominance, and the share of weightings under which the two that lead come before each other."""
    over = dominance(ranked.score.value[whole])
    alike: dict[tuple[int, ...], list[int]] = {}
    for a in np.flatnonzero(over.any(axis=1) & ~over.any(axis=0)).tolist():
        alike.setdefault(tuple(np.flatnonzero(over[a]).tolist()), []).append(a)
    names = field.conditions
    lines: list[Markup | str | None] = [
        f"{MEANS}, better by each function, which is dominance: {_some(above, names)} than {_some(list(below), names)}."
        for below, above in sorted(alike.items(), key=lambda pair: -len(pair[0]))[:MOST_LINES]
    ]
    if not lines:
        lines.append(
            f"{MEANS} no setting is better than another by all of the {len(whole)} functions: there is no dominance."
        )
    return [*lines, _weightings(field, ranked, whole, episodes)]


def _some(settings: list[int], names: list[str]) -> str:
    """Settings by name, the first few of many."""
    if len(settings) <= MOST_NAMES:
        return listed([names[s] for s in settings])
    others = count(len(settings) - MOST_NAMES, "other")
    return f"{', '.join(names[s] for s in settings[:MOST_NAMES])} and {others}"


def _weightings(field: Field, ranked: Firsts, whole: list[int], episodes: pl.DataFrame) -> Markup | None:
    """Of the setting that is alone first most often, and the next in the rankings that differs from it."""
    names, anchored = on_anchors(field, episodes)
    alone = Counter(leaders[0] for k in whole if len(leaders := ranked.leaders(k)) == 1)
    if not alone:
        return None
    lead = alone.most_common(1)[0][0]
    order = list(dict.fromkeys([lead, *ranked.order[whole].T.ravel().tolist()]))
    gaps = {b: anchored[:, lead] - anchored[:, b] for b in order[1:]}
    apart = [b for b, gap in gaps.items() if np.abs(np.nan_to_num(gap)).max(initial=0.0) > _SAME]
    if len(names) < 2 or not apart:
        return None
    a, b = lead, apart[0]
    gap = gaps[b]
    found = simplex_share(gap)
    if float(found.value) < 0.5:
        a, b, found = b, a, simplex_share(-gap)
    how = "exact" if "exact" in found.flags else f"± {float(found.se):.3f}, by draws"
    known = [label for label, d in zip(names, gap, strict=True) if not np.isnan(d)]
    share = f"{percent(float(found.value))} ({how})"
    ways = f"{MEANS}, of all ways to weight {listed(known)} on the game's anchors, {share} put "
    return join(ways, setting(field, a), " before ", setting(field, b), ".")
