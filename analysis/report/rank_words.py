"""What rankings by several welfare functions say, in sentences."""

import numpy as np
import polars as pl

from ..rankings import Field, on_anchors
from ..ranks import Firsts, Simulated, TauMatrix, dominance, simplex_share
from .formats import count, listed, num, percent
from .markup import Markup, join
from .parts import norm

MOST_NAMES, MOST_LINES = 6, 4
_SAME = 1e-9


def setting(field: Field, s: int) -> Markup:
    """A setting's name in the colour of its norm."""
    return norm(field.settings["norms"][s], field.conditions[s])


def first(field: Field, ranked: Firsts, whole: list[int]) -> Markup | None:
    """Who is first by what, over whole episodes."""
    by: dict[int, list[str]] = {}
    for k in whole:
        if ranked.tied(k) == 1:
            by.setdefault(int(ranked.order[k, 0]), []).append(field.measures[k].label)
    if not by:
        return Markup("Over whole episodes nobody is first alone by any function.")
    parts = [join(setting(field, s), " by ", listed(labels)) for s, labels in by.items()]
    return join("First over whole episodes: ", join(*parts, sep="; "), ".")


def agreement(tau: TauMatrix, labels: list[str]) -> str | None:
    """How far the functions rank the settings alike."""
    pairs = len(labels) * (len(labels) - 1) // 2
    if np.isnan(tau.least):
        return None
    low = next((i, j) for i in range(len(labels)) for j in range(i) if tau.tau[i, j] == tau.least)
    text = f"Agreement of the rankings: median τ {num(tau.median)}, lowest {num(tau.least)} ({labels[low[1]]} and "
    text += f"{labels[low[0]]})"
    return f"{text}; {len(tau.unstable)} of {pairs} pairs of functions below .7{' ⚑' * bool(tau.unstable)}."


def comparisons(field: Field, ranked: Firsts, whole: list[int], episodes: pl.DataFrame) -> list[Markup | str | None]:
    """Dominance, and the share of weightings under which the two that lead come before each other."""
    over = dominance(ranked.score.value[whole])
    alike: dict[tuple[int, ...], list[int]] = {}
    for a in np.flatnonzero(over.any(axis=1) & ~over.any(axis=0)).tolist():
        alike.setdefault(tuple(np.flatnonzero(over[a]).tolist()), []).append(a)
    names = field.conditions
    lines: list[Markup | str | None] = [
        f"Better by each function, which is dominance: {_some(above, names)} than {_some(list(below), names)}."
        for below, above in sorted(alike.items(), key=lambda pair: -len(pair[0]))[:MOST_LINES]
    ]
    if not lines:
        lines.append(f"No setting is better than another by all of the {len(whole)} functions: there is no dominance.")
    return [*lines, _weightings(field, ranked, whole, episodes)]


def _some(settings: list[int], names: list[str]) -> str:
    """Settings by name, the first few of many."""
    if len(settings) <= MOST_NAMES:
        return listed([names[s] for s in settings])
    others = count(len(settings) - MOST_NAMES, "other")
    return f"{', '.join(names[s] for s in settings[:MOST_NAMES])} and {others}"


def _weightings(field: Field, ranked: Firsts, whole: list[int], episodes: pl.DataFrame) -> Markup | None:
    names, anchored = on_anchors(field, episodes)
    order = list(dict.fromkeys(ranked.order[whole].T.ravel().tolist()))
    gaps = {b: anchored[:, order[0]] - anchored[:, b] for b in order[1:]}
    apart = [b for b, gap in gaps.items() if np.abs(np.nan_to_num(gap)).max(initial=0.0) > _SAME]
    if len(names) < 2 or not apart:
        return None
    a, b = order[0], apart[0]
    gap = gaps[b]
    found: Simulated = simplex_share(gap)
    how = "exact" if "exact" in found.flags else f"± {float(found.se):.3f}, by draws"
    known = [label for label, d in zip(names, gap, strict=True) if not np.isnan(d)]
    share = f"{percent(float(found.value))} ({how})"
    ways = f"Of all ways to weight {listed(known)} on the game's anchors, {share} put "
    return join(ways, setting(field, a), " before ", setting(field, b), ".")
