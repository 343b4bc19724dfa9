"""Sweeps whose combinations of settings were picked by a design: what they show together, axis by axis.

The settings that a design picked, by sampling intervals or as factors of a fraction, are **axes** here; a
**combination** is one setting of all of them. A **line** is what is compared over the same combinations: a game, a
way of filling the seats, a norm, and whatever else was crossed. Frames in, frames out.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from .measure import FloatArray, Interval
from .statistics import bootstrap_ci, clustered_ci, stratified_ci
from .summary import DRAWS, cells, value_axes, worlds

SEED, COMBINATION = "seed", "combination"
POOLED = "pooled"
"""What stands for the value of an axis in a cell that holds all of its combinations."""
_SAME = 1e-12


def picked(episodes: pl.DataFrame, axes: Iterable[str]) -> list[str]:
    """Those ``axes`` that have a column of their own in which cells differ."""
    there = value_axes(episodes)
    return [axis for axis in axes if axis in there]


def shared_seeds(episodes: pl.DataFrame) -> bool:
    """Were all cells played under the same seeds, two or more, so that a seed can be followed through them?"""
    seeds = episodes.group_by("cell").agg(pl.col("seed").unique().sort())["seed"]
    return seeds.n_unique() == 1 and len(seeds[0]) > 1


class Pooled(NamedTuple):
    """Tables in which a cell holds all combinations of a line, and a world is a ``unit`` of it: a seed, averaged over
    combinations, where all were played under the same seeds; else a combination, averaged over its worlds.
    """

    episodes: pl.DataFrame
    steps: pl.DataFrame | None
    unit: str


def pool(episodes: pl.DataFrame, steps: pl.DataFrame | None, axes: Sequence[str]) -> Pooled:
    """Pools the cells in which an axis was set; see :class:`Pooled`.

    Args:
        episodes: the table of episodes.
        steps: the table of steps, or None.
        axes: what the design picked, one or more (:func:`picked`).
    """
    others = [axis for axis in value_axes(episodes) if axis not in axes]
    combination = episodes.select(axes).unique().sort(axes).with_row_index("combination")
    known = episodes.join(combination, on=list(axes), how="left", nulls_equal=True, maintain_order="left")
    known = known.with_columns(set_here=pl.col("varied").list.set_intersection(list(axes)).list.len() > 0)
    unit = SEED if shared_seeds(known.filter("set_here")) else COMBINATION
    line = pl.col("cell").min().over("game", "seats", "norms", *others)
    ids = known.select(
        "cell",
        "set_here",
        pooled=pl.when("set_here").then(line).otherwise("cell"),
        combination=pl.col("combination").cast(episodes.schema["seed"]),
    )
    here = known.with_columns(
        cell=ids["pooled"],
        seed=pl.when(pl.col("set_here") & (unit == COMBINATION)).then(ids["combination"]).otherwise("seed"),
        **{axis: pl.when("set_here").then(pl.lit(POOLED)).otherwise(pl.col(axis).cast(pl.String)) for axis in axes},
    )
    return Pooled(
        here.select(episodes.columns), None if steps is None else _pooled_steps(steps, ids.unique("cell"), unit), unit
    )


def _pooled_steps(steps: pl.DataFrame, ids: pl.DataFrame, unit: str) -> pl.DataFrame:
    """The steps under the names of the pooled cells; the worlds that a unit holds are told apart as its episodes."""
    joined = steps.join(ids, on="cell", how="left", maintain_order="left")
    seed, episode = (pl.col(name) for name in ((SEED, COMBINATION) if unit == SEED else (COMBINATION, SEED)))
    changed = joined.with_columns(
        cell=pl.col("pooled"),
        seed=pl.when("set_here").then(seed).otherwise("seed"),
        episode=pl.when("set_here").then(episode).otherwise(0),
    )
    return changed.drop("pooled", "set_here", "combination")


class Line(NamedTuple):
    """A measure on one line: ``x`` (C, axes) the values of each combination, ``y`` (C, S) the measure under each seed,
    NaN where undefined; ``shared``: column s is the same seed in every row."""

    seats: str
    norms: str
    label: str
    x: list[tuple[Any, ...]]
    y: FloatArray
    shared: bool


def lines(episodes: pl.DataFrame, game: str, axes: Sequence[str], measure: str) -> list[Line]:
    """The lines of a game on which the ``axes`` were set and the ``measure`` is there, in display order."""
    here = episodes.filter(pl.col("game") == game)
    by_world = worlds(here)
    if measure not in by_world.columns or picked(here, axes) != list(axes):
        return []
    others = [axis for axis in value_axes(here) if axis not in axes]
    found = []
    for key, group in cells(here).drop_nulls(axes).group_by("seats", "norms", *others, maintain_order=True):
        part = by_world.join(group.select("cell", *axes), on="cell", maintain_order="right_left")
        x = group.select(axes).rows()
        if len(x) < 2 or part[measure].null_count() == len(part):
            continue
        values = [of[measure].to_numpy() for of in part.partition_by("cell", maintain_order=True)]
        y: FloatArray = np.full((len(values), max(map(len, values))), np.nan)
        for row, of in zip(y, values, strict=True):
            row[: len(of)] = of
        label = "".join(f" · {axis.rpartition('.')[2]}={value}" for axis, value in zip(others, key[2:], strict=True))
        seats, norms = str(key[0]), str(key[1])
        found.append(Line(seats, norms, norms + label, x, y, shared_seeds(part.select("cell", "seed"))))
    return found


def two_way_ci(values: FloatArray, draws: int = DRAWS, level: float = 0.95, seed: int = 0) -> Interval:
    """The mean of a table (rows, columns) whose rows share their columns' chance, with its interval; NaN left out.

    By the pigeonhole bootstrap, which draws rows and columns independently and errs on the wide side (Owen 2007,
    doi:10.1214/07-AOAS122).

    >>> ci = two_way_ci(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> float(ci.value), int(ci.n)
    (2.5, 2)
    """
    rng = np.random.default_rng(seed)
    rows, columns = (rng.multinomial(n, np.full(n, 1 / n), draws).astype(float) for n in values.shape)
    there = ~np.isnan(values)
    weight = np.einsum("br,rc,bc->b", rows, there.astype(float), columns, optimize=True)
    total = np.einsum("br,rc,bc->b", rows, np.where(there, values, 0.0), columns, optimize=True)
    means = total[weight > 0] / weight[weight > 0]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    mean = np.asarray(np.nanmean(values), np.float64)
    return Interval(mean, np.asarray(len(values)), low=np.asarray(low), high=np.asarray(high))


def mean_ci(y: FloatArray, shared: bool) -> Interval:
    """The mean of some combinations (C, S) with its 95 % interval: over combinations and the seeds that they share, or
    over combinations alone where each has seeds of its own.
    """
    if shared:
        return two_way_ci(y)
    return clustered_ci(y.ravel(), np.repeat(np.arange(len(y)), y.shape[1]), draws=DRAWS)


def main_effects(line: Line, factors: Sequence[str]) -> list[dict[str, Any]]:
    """Least-squares main effects of factors with two levels: the mean at the upper one minus that at the lower one,
    all factors at once.

    With shared seeds the effects are taken seed by seed and seeds are resampled, whole; seeds under which some
    combination is undefined are left out. Else the worlds of each combination are resampled by themselves.

    Returns:
        For each factor ``factor``, ``lower`` and ``upper`` level, ``value``, ``low`` and ``high`` (95 %; None for a
        single world or where nothing varies), ``n`` seeds, or worlds where they are not shared. Nothing if a factor
        does not take two levels here, or nothing is defined.
    """
    levels = [_ordered({row[k] for row in line.x}) for k in range(len(factors))]
    if any(len(of) != 2 for of in levels):
        return []
    signs = np.array([[1.0 if row[k] == of[1] else -1.0 for k, of in enumerate(levels)] for row in line.x])
    contrasts = 2.0 * np.asarray(np.linalg.pinv(np.column_stack([np.ones(len(signs)), signs])), np.float64)[1:]
    estimate = _by_seed if line.shared else _by_world
    found = estimate(line.y, contrasts)
    told = zip(factors, levels, found, strict=False)
    return [{"factor": factor, "lower": lower, "upper": upper, **row} for factor, (lower, upper), row in told]


def _ordered(values: set[Any]) -> list[Any]:
    return sorted(values, key=lambda value: (isinstance(value, str), value if value is not None else -np.inf))


def _by_seed(y: FloatArray, contrasts: FloatArray) -> list[dict[str, Any]]:
    whole = y[:, ~np.isnan(y).any(axis=0)]
    return [_row(effect, bootstrap_ci(effect, draws=DRAWS)) for effect in contrasts @ whole] if whole.size else []


def _by_world(y: FloatArray, contrasts: FloatArray) -> list[dict[str, Any]]:
    strata = [row[~np.isnan(row)] for row in y]
    sizes = [len(row) for row in strata]
    if not all(sizes):
        return []
    found = []
    for contrast in contrasts:
        weights = np.repeat(contrast / sizes, sizes)
        spread = np.concatenate([row - row.mean() for row in strata])
        ci = stratified_ci(strata, lambda rows, weights=weights: rows @ weights, draws=DRAWS)
        found.append(_row(spread, ci))
    return found


def _row(spread: FloatArray, ci: Interval) -> dict[str, Any]:
    bare = float(np.ptp(spread)) <= _SAME * max(1.0, float(np.abs(spread).max()))
    ends = {"low": None, "high": None} if bare else {"low": float(ci.low), "high": float(ci.high)}
    return {"value": float(ci.value), **ends, "n": int(ci.n)}
