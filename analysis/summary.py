"""Settings, worlds and intervals: what every figure and table of a report stands on.

A **cell** is one setting, a **world** a cell under one seed; the world is the unit of replication. Episodes of one
world are averaged first. Frames in, frames out; a value is null where it is undefined.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, TypeVar

import numpy as np
import polars as pl

from .definitions import DERIVED, MEANINGS, YES_NO
from .measure import FloatArray, Interval
from .statistics import bootstrap_ci, bootstrap_cis, paired_ci, stratified_ci, wilson

FACTORS = ("point", "cell", "game", "seats", "norms", "varied", "bearers", "seed", "episode", "outcome")
GAME_ORDER = (
    "matrix",
    "donor",
    "trust",
    "fishery",
    "public_goods",
    "appropriation",
    "climate",
    "harvest",
    "cleanup",
    "alternating_offers",
    "ultimatum",
    "division",
    "buy_sell",
    "exchange",
    "scorable",
    "standoff",
    "arms_race",
    "crisis",
)
NORM_ORDER = ("selfish", "kind", "compassionate", "reciprocal", "universal", "equanimous", "brahmavihara")
BASELINE = "selfish"
DRAWS = 1000
BLOCK = 1 << 16
"""Rows that are worked on at once, at least."""
MANY = 10_000
"""Worlds of a cell from which on its measures share their resamples."""
_SAME = 1e-12
T = TypeVar("T")


def value_axes(episodes: pl.DataFrame) -> list[str]:
    """The swept settings with a column of their own (``norms.kindness``): constant in each cell, not overall."""
    plain = [
        name
        for name, kind in episodes.schema.items()
        if name not in FACTORS and name not in MEANINGS and not kind.is_nested()
    ]
    if not plain:
        return []
    within = episodes.group_by("cell").agg(pl.col(plain).n_unique()).select(pl.col(plain).max())
    overall = episodes.select(pl.col(plain).n_unique())
    return [name for name in plain if within[name][0] == 1 and overall[name][0] > 1]


def cells(episodes: pl.DataFrame) -> pl.DataFrame:
    """One row per cell in display order.

    Columns: ``cell``, ``game``, ``seats``, ``norms``, the value axes, ``condition`` (the label: the norm and what else
    was set), ``variant`` (what else), ``base`` (nothing was set that other cells of the same arm leave as it is),
    ``mixed`` (some seats do not carry the norm), ``bearers`` (which seats do; empty where that differs between worlds,
    null if the table does not tell).

    What was set in a cell stands in ``varied`` (a list of axes); a table without that column set every axis that is
    not null.
    """
    axes = value_axes(episodes)
    keys = [pl.col("game", "seats", "norms").cast(pl.String).fill_null("–"), *axes]
    lists = [name for name in ("varied", "bearers") if name in episodes.columns]
    rows = episodes.select("cell", *keys, *lists).unique("cell", keep="first", maintain_order=True).to_dicts()
    varied = [
        set(row["varied"]) if "varied" in row else {axis for axis in axes if row[axis] is not None} for row in rows
    ]
    differing = _differing(episodes)
    common = {arm: set.intersection(*sets) for arm, sets in _by_arm(rows, varied).items()}
    for row, here in zip(rows, varied, strict=True):
        carries = row.setdefault("bearers", None) or []
        variant = "".join(f" · {short(axis)}={_plain(row[axis])}" for axis in axes if axis in here)
        row |= {"condition": row["norms"] + variant, "variant": variant, "base": here <= common[_arm(row)]}
        row |= {"mixed": any(carries) and not all(carries)}
        if row["cell"] in differing:
            row |= {"mixed": True, "bearers": []}
    rows.sort(key=lambda row: _order(row, axes))
    schema = {"cell": episodes.schema["cell"], "game": pl.String, "seats": pl.String, "norms": pl.String}
    schema |= {axis: episodes.schema[axis] for axis in axes}
    schema |= {"condition": pl.String, "variant": pl.String, "base": pl.Boolean, "mixed": pl.Boolean}
    return pl.DataFrame(rows, schema={**schema, "bearers": pl.List(pl.Boolean)})


def _differing(episodes: pl.DataFrame) -> set[Any]:
    """The cells in which other seats carry the norm in other worlds."""
    if "bearers" not in episodes.columns:
        return set()
    kinds = episodes.select("cell", "bearers").unique()["cell"]
    return set(kinds.filter(kinds.is_duplicated()))


Row = dict[str, Any]


def _arm(row: Row) -> tuple[str, str]:
    return row["game"], row["seats"]


def _by_arm(rows: Sequence[Row], values: Sequence[T]) -> dict[tuple[str, str], list[T]]:
    found: dict[tuple[str, str], list[T]] = {}
    for row, value in zip(rows, values, strict=True):
        found.setdefault(_arm(row), []).append(value)
    return found


def _order(row: Row, axes: Sequence[str]) -> tuple[Any, ...]:
    """Games and norms in their own order, arms with an exploiter last, then by the values that were set."""
    arm = (row["mixed"], "exploiter" in row["seats"], row["seats"])
    values = [(row[axis] is not None, isinstance(row[axis], str), row[axis] or 0) for axis in axes]
    return (
        *_rank(row["game"], GAME_ORDER),
        *arm,
        not row["base"],
        *_rank(row["norms"], NORM_ORDER),
        values,
        str(row["cell"]),
    )


def _rank(name: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(name) if name in order else len(order), name)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def short(axis: str) -> str:
    """The last word of a setting's key.

    >>> short("norms.kindness")
    'kindness'
    """
    return axis.rpartition(".")[2]


def focal(bearers: Sequence[bool] | None, n: int) -> list[int]:
    """The seats of ``n`` whose measures speak of the norm: those that carry it, all if none does or nobody knows.

    >>> focal([False, True, True], 3), focal([False, False], 2), focal(None, 2)
    ([1, 2], [0, 1], [0, 1])
    """
    carry = [k for k, bears in enumerate(bearers or []) if bears]
    return carry or list(range(n))


def condensed(episodes: pl.DataFrame) -> pl.DataFrame:
    """The table without what no report reads, which is most of it where there are many episodes: names of points, who
    sat where, and lists over seats, in whose place stand the measures of ``DERIVED``.

    Where a seat asks a language model all is read, and nothing is left out.
    """
    with_means = episodes.with_columns(**_of_seats(episodes))
    if "llm_calls_by_seat" in episodes.columns:
        return with_means
    read = ("varied", "bearers", "payoff_by_seat")
    nested = [name for name, kind in episodes.schema.items() if kind.is_nested() and name not in read]
    return with_means.drop("point", *nested, strict=False)


def worlds(episodes: pl.DataFrame) -> pl.DataFrame:
    """One row per world in display order of the cells: ``cell``, ``seed``, and every scalar measure, its mean over
    episodes.

    Measures of the seats that carry the norm are added under the keys of ``DERIVED``, where the per-seat columns are
    there.
    """
    of_cell = dict(_by_cell(episodes))
    return pl.concat([of_cell[cell] for cell in cells(episodes)["cell"]])


def _by_cell(episodes: pl.DataFrame, measures: Iterable[str] | None = None) -> Iterator[tuple[Any, pl.DataFrame]]:
    """The worlds of each cell with these measures, some cells at a time: of a large table that is in order, as it is
    loaded, no copy is made.
    """
    if not episodes["cell"].is_sorted():
        episodes = episodes.sort("cell", maintain_order=True)
    start = rows = 0
    for cell in episodes["cell"].rle().struct.unnest().iter_rows(named=True):
        rows += cell["len"]
        if rows >= BLOCK or start + rows == len(episodes):
            yield from _worlds(episodes.slice(start, rows), measures)
            start, rows = start + rows, 0


def _worlds(block: pl.DataFrame, measures: Iterable[str] | None) -> Iterator[tuple[Any, pl.DataFrame]]:
    there: dict[str, pl.Expr] = {
        name: _as_number(block, name)
        for name in MEANINGS
        if name in block.columns and name not in DERIVED and not block.schema[name].is_nested()
    }
    derived = _of_seats(block)
    there |= {name: derived.get(name, pl.col(name)) for name in DERIVED if name in derived or name in block.columns}
    wanted = list(there) if measures is None else [name for name in measures if name in there]
    means = block.select("cell", "seed", **{name: there[name] for name in wanted})
    if not _ordered(means):
        means = means.group_by("cell", "seed").agg(pl.col(wanted).mean()).sort("cell", "seed")
    if means["cell"][0] == means["cell"][-1]:
        yield means["cell"][0], means
        return
    yield from ((cell, part) for (cell,), part in means.partition_by("cell", as_dict=True).items())


def _as_number(block: pl.DataFrame, name: str) -> pl.Expr:
    """The column as it is where nothing needs to be done to it, so that it is not copied."""
    if block.schema[name] == pl.Float64 and not block[name].is_nan().any():
        return pl.col(name)
    return pl.col(name).cast(pl.Float64).fill_nan(None)


def _ordered(worlds: pl.DataFrame) -> bool:
    """Is this in order, every world once?"""
    cell, seed = worlds["cell"], worlds["seed"]
    later = (cell[1:] > cell[:-1]) | ((cell[1:] == cell[:-1]) & (seed[1:] > seed[:-1]))
    return bool(later.all())


def _of_seats(episodes: pl.DataFrame) -> dict[str, pl.Expr]:
    """The derived measures, where their columns are there: means over the norm's bearers, and over the others."""
    wanted = {"coop_by_seat": "coop_focal", "rho_by_seat": "rho_focal", "payoff_by_seat": "payoff_focal"}
    wanted |= {"coop_lower_by_seat": "coop_lower_focal", "coop_upper_by_seat": "coop_upper_focal"}
    there = {
        name: key
        for name, key in wanted.items()
        if key not in episodes.columns and name in episodes.columns and episodes.schema[name].is_nested()
    }
    derived = {key: _mean_over(episodes, name, bearing=True) for name, key in there.items()}
    if "payoff_by_seat" in there:
        derived["payoff_others"] = _mean_over(episodes, "payoff_by_seat", bearing=False)
        derived["exploitation"] = derived["payoff_others"] - derived["payoff_focal"]
    return derived


def _mean_over(episodes: pl.DataFrame, name: str, bearing: bool) -> pl.Expr:
    """The mean of a per-seat column over the seats that do, or do not, carry the norm; null where there are none."""
    values = pl.col(name).cast(pl.List(pl.Float64)).list.eval(pl.element().fill_nan(None))
    if "bearers" not in episodes.columns:
        return values.list.mean() if bearing else pl.lit(None, pl.Float64)
    chosen = pl.col("bearers").list.eval(pl.when(pl.element() == bearing).then(1.0))  # null leaves a seat out
    all_or_none = values.list.mean() if bearing else pl.lit(None, pl.Float64)
    return pl.when(pl.col("bearers").list.any()).then((values * chosen).list.mean()).otherwise(all_or_none)


def summarise(episodes: pl.DataFrame, measures: Iterable[str] | None = None) -> pl.DataFrame:
    """Every measure of every cell with its interval over worlds.

    Args:
        episodes: the table of episodes.
        measures: keys of ``MEANINGS``; all that are there if left out.

    Returns:
        The columns of :func:`cells`, and ``measure``, ``value`` (mean over worlds), ``low``, ``high`` (95 %: Wilson
        for shares of yes, else the percentile bootstrap; null for a single world or where the worlds do not differ),
        ``n`` worlds, ``n_nan`` worlds left out as undefined, ``constant`` (two or more worlds, all alike). A measure
        that is undefined in every world of a cell has no row.
    """
    order, rows = cells(episodes), []
    measures = None if measures is None else list(measures)
    once = _once(episodes)
    for cell, by_world in _by_cell(episodes, measures):
        rows += [{"cell": cell, **row} for row in _intervals(by_world, set(YES_NO) if once else set())]
    return _beside(order, rows, n=pl.Int64, n_nan=pl.Int64, constant=pl.Boolean)


def _once(episodes: pl.DataFrame) -> bool:
    """Did no world have a second episode?"""
    by_cell = episodes.group_by("cell").agg(pl.col("seed").n_unique() == pl.len())
    return by_cell["seed"].all()


def _beside(order: pl.DataFrame, rows: list[Row], **more: type[pl.DataType]) -> pl.DataFrame:
    """What was measured of each cell, in the order of the cells."""
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    schema = {"cell": order.schema["cell"], "measure": pl.String, **numbers, **more}
    return order.join(pl.DataFrame(rows, schema=schema), on="cell", maintain_order="left_right")


def _intervals(by_world: pl.DataFrame, yes_no: set[str]) -> list[Row]:
    """The rows of :func:`summarise` of one cell. Measures of many worlds share their resamples."""
    defined = [name for name in by_world.columns[2:] if by_world[name].null_count() < len(by_world)]
    found: dict[str, Row] = {}
    shared: dict[str, FloatArray] = {}
    for name in defined:
        values = by_world[name].to_numpy()
        if len(values) < MANY or name in yes_no or by_world[name].null_count() or _alike(values):
            found[name] = interval(values, name in yes_no)
        else:
            shared[name] = values
    together = bootstrap_cis(list(shared.values()), DRAWS) if shared else []
    found |= {name: _told(one, shared[name]) for name, one in zip(shared, together, strict=True)}
    return [{"measure": name, **found[name]} for name in defined]


def interval(values: FloatArray, yes_no: bool = False) -> Row:
    """The row of one measure of one cell: see :func:`summarise`. ``values`` (worlds,), NaN where undefined."""
    kept = values[~np.isnan(values)]
    alike = _alike(kept)
    if yes_no and len(kept) > 1:
        found = wilson(kept.sum(), len(kept))
    elif len(kept) < MANY or alike:
        found = bootstrap_ci(kept, draws=1 if alike else DRAWS)
    else:
        (found,) = bootstrap_cis([kept], DRAWS)
    return _told(found, values, bare=len(kept) < 2 or (alike and not yes_no), constant=len(kept) > 1 and alike)


def _told(found: Interval, values: FloatArray, bare: bool = False, constant: bool = False) -> Row:
    return {
        "value": float(found.value),
        "low": None if bare else float(found.low),
        "high": None if bare else float(found.high),
        "n": int(found.n),
        "n_nan": len(values) - int(found.n),
        "constant": constant,
    }


def effects(episodes: pl.DataFrame, measures: Sequence[str], baseline: str = BASELINE) -> pl.DataFrame:
    """Raw differences to the ``baseline`` norm in the same game, seats and variant, over the base cells.

    Returns:
        The columns of :func:`cells`, and ``measure``, ``value`` (mean minus the baseline's), ``low``, ``high`` (95 %,
        bootstrap over worlds; null if neither cell varies or there is a single world), ``n`` worlds on the smaller
        side, ``paired`` (both cells were played under the same seeds, so that worlds are compared one by one),
        ``reference`` (the baseline's mean).
    """
    by_world = dict(_by_cell(episodes, measures))
    order = cells(episodes).filter("base")
    rows = []
    for _, arm in order.group_by("game", "seats", "variant", maintain_order=True):
        reference = arm.filter(pl.col("norms") == baseline)
        if len(reference) != 1:
            continue
        first = by_world[reference["cell"][0]]
        others = [cell for cell in arm["cell"] if cell != reference["cell"][0]]
        rows += [row for cell in others for row in _differences(cell, by_world[cell], first, measures)]
    return _beside(order, rows, n=pl.Int64, paired=pl.Boolean, reference=pl.Float64)


def _differences(
    cell: object, mine: pl.DataFrame, first: pl.DataFrame, measures: Sequence[str]
) -> list[dict[str, object]]:
    """One row per measure that is defined on both sides."""
    same_seeds = mine["seed"].equals(first["seed"])
    rows = []
    for name in measures:
        if name not in mine.columns:
            continue
        a, b = mine[name].to_numpy(), first[name].to_numpy()
        both = ~np.isnan(a) & ~np.isnan(b) if same_seeds else np.zeros(0, np.bool_)
        paired = bool(both.any())
        a, b = (a[both], b[both]) if paired else (a[~np.isnan(a)], b[~np.isnan(b)])
        if not len(a) or not len(b):
            continue
        bare = min(len(a), len(b)) < 2 or (_alike(a - b) if paired else _alike(a) and _alike(b))
        found = None if bare else paired_ci(a, b, draws=DRAWS) if paired else _unpaired(a, b)
        row = {
            "value": float(a.mean() - b.mean()),
            "low": found and float(found.low),
            "high": found and float(found.high),
        }
        row |= {"n": min(len(a), len(b)), "paired": paired, "reference": float(b.mean())}
        rows.append({"cell": cell, "measure": name, **row})
    return rows


def _unpaired(a: FloatArray, b: FloatArray) -> Interval:
    """Bootstrap of the difference in means, worlds resampled on each side."""
    return stratified_ci(
        [a, b], lambda rows: rows[..., : len(a)].mean(axis=-1) - rows[..., len(a) :].mean(axis=-1), draws=DRAWS
    )


def _alike(values: FloatArray) -> bool:
    """Do the values not differ, but for rounding?"""
    if not np.isfinite(values).all():
        return bool((values == values[0]).all())
    return len(values) < 2 or float(np.ptp(values)) <= _SAME * max(1.0, float(np.abs(values).max()))


def tracks(steps: pl.DataFrame, column: str) -> dict[object, FloatArray]:
    """A column of the steps as (worlds, steps, seats) arrays, one for each cell; NaN where there is no row or no value.

    Args:
        steps: tidy, with ``cell``, ``seed``, ``step`` (from 1), ``agent`` and the column.
        column: name of a numeric column.
    """
    world = ["seed", "episode"] if "episode" in steps.columns else ["seed"]
    wanted = steps.select("cell", *world, "step", "agent", pl.col(column).cast(pl.Float64).fill_null(float("nan")))
    found = {}
    for (cell,), rows in wanted.partition_by("cell", as_dict=True, maintain_order=True).items():
        index = reduce(lambda a, b: a * (int(b.max()) + 1) + b, (_dense(rows[name]) for name in world))
        w = np.unique(index, return_inverse=True)[1]
        t, i = rows["step"].to_numpy().astype(np.int64) - 1, rows["agent"].to_numpy().astype(np.int64)
        values = np.full((w.max() + 1, t.max() + 1, i.max() + 1), np.nan)
        values[w, t, i] = rows[column].to_numpy()
        found[cell] = values
    return found


def steps_played(steps: pl.DataFrame) -> np.ndarray | None:
    """(W,): the steps that each world of a cell was played, where replies of language models are missing from the
    labels, so that these do not tell; None where they do.
    """
    if "invalid" not in steps.columns or not steps["invalid"].any():
        return None
    (asked,) = tracks(steps, "invalid").values()
    return (~np.isnan(asked)).any(axis=2).sum(axis=1)


def _dense(column: pl.Series) -> np.ndarray:
    return np.unique(column.to_numpy(), return_inverse=True)[1]
