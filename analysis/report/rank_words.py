"""What rankings by several welfare functions say, in sentences."""

import numpy as np
import polars as pl

from ..rankings import Field, on_anchors
from ..ranks import Firsts, Simulated, TauMatrix, dominance, simplex_share
from .formats import listed, num, percent
from .markup import Markup, join
from .parts import norm

MOST_NAMES = 8


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
    names = field.conditions
    lines: list[Markup | str | None] = [
        join("Better by each function, which is dominance: ", setting(field, a), " than ", _some(below, names), ".")
        for a in np.flatnonzero(over.any(axis=1) & ~over.any(axis=0)).tolist()
        for below in [np.flatnonzero(over[a]).tolist()]
    ]
    if not lines:
        lines.append(f"No setting is better than another by all of the {len(whole)} functions: there is no dominance.")
    return [*lines, _weightings(field, ranked, whole, episodes)]


def _some(settings: list[int], names: list[str]) -> str:
    """Settings by name, the first few of many."""
    if len(settings) <= MOST_NAMES:
        return listed([names[s] for s in settings])
    return f"{', '.join(names[s] for s in settings[:MOST_NAMES])} and {len(settings) - MOST_NAMES} others"


def _weightings(field: Field, ranked: Firsts, whole: list[int], episodes: pl.DataFrame) -> Markup | None:
    pair = list(dict.fromkeys(int(s) for s in ranked.order[whole].T.ravel()))[:2]
    names, anchored = on_anchors(field, episodes)
    if len(names) < 2 or len(pair) < 2:
        return None
    a, b = pair
    gap = anchored[:, a] - anchored[:, b]
    found: Simulated = simplex_share(gap)
    if np.isnan(found.value) or not np.abs(np.nan_to_num(gap)).max() > 1e-9:
        return None
    how = "exact" if "exact" in found.flags else f"± {float(found.se):.3f}, by draws"
    known = [label for label, d in zip(names, gap, strict=True) if not np.isnan(d)]
    share = f"{percent(float(found.value))} ({how})"
    ways = f"Of all ways to weight {listed(known)} on the game's anchors, {share} put "
    return join(ways, setting(field, a), " before ", setting(field, b), ".")
