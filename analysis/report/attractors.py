"""Where worlds end: floors and aspirations that were declared before the run, and what became of each world in them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from .. import figures
from ..attractors import NO_ATTRACTOR, POSITIVE, UNSETTLED, basin_stability
from ..attractors.declared import UNSETTLED_WORD, InRegions, Regions, in_regions, state_paths
from ..figures import NothingToDraw
from ..layouts import mean_ci
from ..measure import Interval
from ..statistics import wilson
from ..summary import cells, short, value_axes
from ..survival import median_survival
from .data import Data
from .formats import between, count, enn, listed, num
from .markup import Markup, el, join
from .parts import arm_title, game_title, norm
from .show import show
from .tables import head, sortable

ANCHOR, TITLE = "attractors", "Where worlds end"
MOST_LINES, MOST_MAPS, MOST_FLOWS = 60, 6, 2
SAMPLED = ("latin_hypercube", "sobol")
VIABILITY = (
    "viability",
    "Median number of steps before the first N, by Kaplan–Meier; – where more than half of the worlds never were in N.",
)
NONE_FOUND = "no attractor found"


def judged(episodes: pl.DataFrame, steps: pl.DataFrame | None, manifest: Mapping[str, Any]) -> InRegions | None:
    """What became of every world in the declared regions; None without regions, or steps."""
    declared = Regions.of(manifest)
    if declared is None or steps is None:
        return None
    paths = state_paths(steps, declared)
    ended = in_regions(episodes, paths, declared, _horizons(episodes, manifest))
    axes = [axis for axis in value_axes(episodes) if axis not in ended.columns]
    told = episodes.select("cell", "seed", "game", "seats", "norms", *axes)
    return InRegions(declared, ended.join(told, on=["cell", "seed"], how="left", maintain_order="left"), paths)


def _horizons(episodes: pl.DataFrame, manifest: Mapping[str, Any]) -> dict[str, int]:
    """By cell the full horizon, as far as it is known."""
    if "game.horizon" in episodes.columns:
        known = episodes.select("cell", "game.horizon").drop_nulls().unique("cell")
        return {str(cell): int(horizon) for cell, horizon in known.iter_rows()}
    games = (manifest.get("settings") or {}).get("games") or {}
    taken = {game: of.get("horizon") or [] for game, of in games.items()}
    rows = episodes.select("cell", "game").unique("cell").iter_rows()
    return {str(cell): int(taken[game][0]) for cell, game in rows if len(taken.get(game, ())) == 1}


def section(data: Data, games: list[str]) -> Markup | None:
    """What was declared, and for each game where worlds ended; None where no regions were declared."""
    declared = Regions.of(data.manifest)
    if declared is None:
        return None
    if data.regions is None:
        missing = el("p", "Regions were declared, but no steps are there to judge by.", class_="warning")
        return el("section", el("h2", TITLE), missing, id=ANCHOR)
    parts = [part for game in games for part in _of_game(data, data.regions, game, len(games) > 1)]
    return el("section", el("h2", TITLE), _declaration(declared, data.manifest), *parts, id=ANCHOR)


def _declaration(declared: Regions, manifest: Mapping[str, Any]) -> Markup:
    """What was written down, and when."""
    told = manifest["regions"]
    state = [f"{_name(name)} ({low:g} to {high:g})" for name, (low, high) in declared.state.items()]
    floors = [f"{_name(name)} below {level:g}" for name, level in declared.floors.items()]
    sets = [
        join(el("dt", name), el("dd", listed([_bounds(part, *of[part]) for part in of])))
        for name, of in declared.positive.items()
    ]
    negative = join(el("dt", "N"), el("dd", " or ".join(floors) or "after a collapse only"))
    lead = (
        f"Declared before the run ({str(told.get('declared', ''))[:10]}, hash {str(told.get('sha', ''))[:12]}). The"
        f" state is {listed(state)}, each scaled to [0, 1]. A world ends in the set in which all of its last"
        f" {count(declared.window, 'step')} lie; a collapse is N for good. Positive sets are never merged."
    )
    rest = join(el("dt", "S"), el("dd", "neither in N nor in a positive set"))
    return join(el("p", lead, class_="muted"), el("dl", negative, rest, *sets, class_="legend"))


def _name(component: str) -> str:
    return component.replace("-", "−").replace("_", " ")


def _bounds(component: str, low: float, high: float | None) -> str:
    return f"{_name(component)} from {low:g}" + ("" if high is None else f" to below {high:g}")


def _of_game(data: Data, found: InRegions, game: str, several: bool) -> list[Markup | None]:
    """The table and the maps of a game: a line for each norm, way of filling the seats, and other setting."""
    here = found.worlds.filter(pl.col("game") == game)
    initial = [axis for axis in found.declared.initial if axis in here.columns]
    others = [axis for axis in value_axes(data.episodes) if axis in here.columns and axis not in initial]
    order = cells(data.episodes if data.picked is None else data.picked.episodes).select("cell").with_row_index("place")
    ordered = here.join(order, on="cell", how="left").sort("place", "seed")
    lines = ordered.partition_by("norms", "seats", *others, as_dict=True, maintain_order=True)
    told = [(key[0], key[1], _variant(others, key[2:]), of) for key, of in lines.items()]
    law = _law(data.manifest, initial)
    maps = [one for k, line in enumerate(told[:MOST_MAPS]) if (one := _map(data, found, game, k, line, initial))]
    flows = [_flow(data, found, game, k, line) for k, line in enumerate(told[:MOST_FLOWS])]
    left = f"Maps of the first {MOST_MAPS} of {len(told)} lines are shown." if len(told) > MOST_MAPS and maps else None
    return [
        el("h3", game_title(game)) if several else None,
        _table(found.declared, told, initial, law),
        *maps,
        el("p", left, class_="muted") if left else None,
        *flows,
    ]


def _variant(axes: list[str], values: tuple[Any, ...]) -> str:
    return "".join(f" · {short(axis)}={value}" for axis, value in zip(axes, values, strict=True) if value is not None)


def _law(manifest: Mapping[str, Any], initial: list[str]) -> str:
    """How initial states were sampled, in words."""
    layout = manifest.get("layout") or {}
    where = listed([short(axis) for axis in initial]).replace("_", " ") or "one initial state"
    if layout.get("kind") in SAMPLED:
        return f"{where}: sampled evenly ({str(layout['kind']).replace('_', ' ')})"
    return f"{where}: every point of the grid counts alike" if initial else where


def _table(declared: Regions, lines: list[Any], initial: list[str], law: str) -> Markup:
    """Basin stability, occupancy and viability; a row per line."""
    meant = "Basin stability: share of initial states from which worlds end in"
    wide = "95 % interval, over initial states and the seeds that they share"
    heads = [
        head("norm", "The norm, and what else was set."),
        head("seats", "How the seats were filled."),
        head("worlds", "Worlds played, each from an initial state under a seed."),
        *(head(f"ends in {name}", f"{meant} {name}. {law}. {wide}.") for name in declared.sets),
        head(UNSETTLED_WORD, "Share of worlds that moved between sets in their last steps."),
        *(head(f"time in {name}", f"Share of the steps of the full horizon in {name}, mean over worlds.")
          for name in declared.sets),
        head(*VIABILITY),
    ]  # fmt: skip
    body = [_line(declared, line, initial) for line in lines[:MOST_LINES]]
    more = f" (the first {MOST_LINES} of {len(lines)} lines)" if len(lines) > MOST_LINES else ""
    caption = f"Basin stability, occupancy and viability; {law}{more}"
    return sortable(TITLE, [el("tr", *heads)], [body], caption=caption)


def _line(declared: Regions, line: Any, initial: list[str]) -> Markup:
    name, arm, variant, of = line
    viable = median_survival(of["viability"].to_numpy(), ~of["viable"].to_numpy())
    cells_ = [_share(of, one, initial) for one in (*declared.sets, UNSETTLED_WORD)]
    cells_ += [_number(of[f"in {one}"].fill_nan(None).mean(), len(of)) for one in declared.sets]
    cells_ += [_number(float(viable.value), len(of))]
    first = el("th", norm(str(name), f"{name}{variant}"), scope="row")
    return el("tr", first, el("td", arm_title(str(arm))), el("td", len(of), data_v=len(of)), *cells_)


def _number(value: Any, n: int) -> Markup:
    if value is None or value != value:
        return el("td", "–", class_="none", title=f"undefined, n = {count(n, 'world')}")
    return el("td", num(float(value)), data_v=f"{float(value):.9g}", title=f"n = {count(n, 'world')}")


def _share(of: pl.DataFrame, name: str, initial: list[str]) -> Markup:
    found = stability(of, name, initial)
    if not int(found.n):
        return el("td", NONE_FOUND, class_="none", title="every episode is shorter than the window")
    lost = f", {found.n_nan} without an attractor" if found.n_nan else ""
    title = f"n = {count(int(found.n), 'initial state')}{lost}"
    interval = between(float(found.low), float(found.high))
    return el("td", num(float(found.value)), el("small", interval), data_v=f"{float(found.value):.9g}", title=title)


def stability(of: pl.DataFrame, name: str, initial: list[str]) -> Interval:
    """Basin stability of a set: with Wilson's interval over initial states where each has one world, or all worlds
    agree; else by a bootstrap over initial states and the seeds that they share."""
    known = of.drop_nulls("end")
    states = known.select(initial).unique().height if initial else 1
    lost = len(of) - len(known)
    if states == len(known) or states < 2 or known.is_empty():
        code = {name: POSITIVE, None: NO_ATTRACTOR}
        return basin_stability([code.get(end, UNSETTLED) for end in of["end"]], "")
    wide = known.with_columns(hit=(pl.col("end") == name).cast(pl.Float64)).pivot(
        "seed", index=initial, values="hit", aggregate_function="mean"
    )
    y = wide.drop(initial).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if np.nanmin(y) == np.nanmax(y):
        agreed = wilson(round(float(np.nanmax(y))) * states, states)
        return Interval(agreed.value, agreed.n, low=agreed.low, high=agreed.high, n_nan=lost)
    found = mean_ci(y, shared=not np.isnan(y).any())
    return Interval(found.value, np.asarray(states), found.flags, low=found.low, high=found.high, n_nan=lost)


def _map(data: Data, found: InRegions, game: str, k: int, line: Any, initial: list[str]) -> Markup | None:
    name, arm, variant, of = line
    if not initial:
        return None
    title = f"{name}{variant}, {arm_title(str(arm))}"
    try:
        ax = figures.basin_map(of, initial[:2], found.declared.sets, _drawn(title))
    except NothingToDraw as reason:
        return el("p", f"No map of {title}: {reason}.", class_="muted")
    worlds = f"{enn(len(of))} worlds from {count(of.select(initial[:2]).n_unique(), 'initial state')}"
    more = f" Over all values of {listed(initial[2:])}." if len(initial) > 2 else ""
    caption = f"The set in which worlds end, by where they began: {title}, {worlds}.{more}"
    return show(data, game, f"basin-{k}", ax, caption, described=caption)


def _flow(data: Data, found: InRegions, game: str, k: int, line: Any) -> Markup | None:
    components = list(found.declared.state)[:2]
    if len(components) < 2:
        return None
    name, arm, variant, of = line
    longest = max(found.paths[cell].shape[1] for cell in of["cell"].unique())
    paths = np.concatenate(
        [
            np.pad(path, ((0, 0), (0, longest - path.shape[1]), (0, 0)), constant_values=np.nan)
            for path in (found.paths[cell] for cell in of["cell"].unique(maintain_order=True))
        ]
    )
    title = f"{name}{variant}, {arm_title(str(arm))}"
    try:
        ax = figures.flow_field(paths, found.declared, (components[0], components[1]), title=_drawn(title))
    except NothingToDraw as reason:
        return el("p", f"No flow field: {reason}.", class_="muted")
    caption = f"Mean change in one step by the state before it, {enn(len(of))} worlds: {title}."
    return show(data, game, f"flow-{k}", ax, caption, described=caption)


def _drawn(title: str, most: int = 60) -> str:
    """The title of a figure, cut off where it is long; what would start a formula is text."""
    return figures.names([title if len(title) <= most else title[: most - 1] + "…"])[0]
