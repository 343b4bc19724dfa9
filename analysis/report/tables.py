"""Tables: every number with its interval and n, definitions at the heads."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from ..summary import BASELINE
from .findings import main_arm
from .formats import between, count, definition, num, prose
from .markup import Markup, el, join
from .parts import arm_title, game_title, norm

COLUMNS = {
    "Cooperation and reciprocity": (
        *("coop_focal", "coop_lower_focal", "coop_upper_focal"),
        *("coop_rate_agent", "coop_rate_pooled", "coop_lower", "coop_upper", "invalid_rate"),
        *("mutual_rate", "rho_focal"),
    ),
    "Welfare": (
        *("normalised_welfare", "normalised_rawls", "normalised_nash"),
        *("welfare", "rawls", "nash", "nash_smoothed", "gini"),
        *("payoff_focal", "payoff_others", "exploitation"),
        *("welfare_full_horizon", "welfare_per_step"),
        *("welfare_d90_truncate", "welfare_d99_truncate", "welfare_d90_repeat", "welfare_d99_repeat"),
    ),
    "What happened": (
        *("length", "survived", "collapsed"),
        *("agreement", "pareto_distance", "joint_efficiency", "joint_efficiency_all", "irrational"),
        *("press_share", "score", "velocity", "max_rise", "deescalated"),
        *("signal_divergence", "signal_gap"),
        "illegal",
    ),
}
"""The measures of each table, as far as a game has them."""
NULL_HEAD = (
    "null of ρ",
    "Mean of ρ when partners are shuffled across worlds; p: share of shuffles in which it is as high as ρ or higher, "
    "one-sided, upwards: near 1 where ρ lies below its null.",
)
MOST_ROWS = 300
"""A page with more would be slow to open."""
Row = dict[str, Any]
GLANCE = {"coop_focal": "cooperation", "normalised_welfare": "welfare"}


def measures_shown() -> list[str]:
    """All measures that some table shows."""
    return [measure for group in COLUMNS.values() for measure in group]


def of_game(summary: pl.DataFrame, game: str) -> Markup:
    """All tables of a game, one row per cell."""
    rows = summary.filter(pl.col("game") == game)
    there = set(rows["measure"].unique().to_list())
    found = [
        of_measures(rows, title, [m for m in group if m in there])
        for title, group in COLUMNS.items()
        if there & set(group)
    ]
    return join(*found)


def of_measures(rows: pl.DataFrame, title: str, measures: Sequence[str]) -> Markup:
    """One table of these measures, one row per cell, each value over its interval."""
    values: dict[Any, dict[str, Row]] = {}
    for row in rows.iter_rows(named=True):
        values.setdefault(row["cell"], {})[row["measure"]] = row
    with_null = "rho_focal" in measures and "null_mean" in rows.columns
    cells = rows.unique("cell", keep="first", maintain_order=True)
    body = [_line(cell, values[cell["cell"]], measures, with_null) for cell in cells[:MOST_ROWS].iter_rows(named=True)]
    more = (
        f" (the first {MOST_ROWS} of {len(cells):,} settings; the run's own tables hold all)"
        if len(cells) > MOST_ROWS
        else ""
    )
    return sortable(title, [el("tr", *_heads(measures, with_null))], [body], caption=title + more)


def sortable(
    label: str,
    heads: Sequence[Markup],
    bodies: Sequence[Sequence[Markup]],
    caption: str | None = None,
    class_: str = "sortable",
) -> Markup:
    """A table that can be sorted by each column of its last row of ``heads`` (:func:`head`), each body by itself and
    without its rows of class ``fixed``, in a region that scrolls and is called ``label``.

    The page's script tells of each cell its row, its column, what the column means, and the cell's own title.
    """
    told = el("caption", caption) if caption else None
    parts = [el("tbody", *lines) for lines in bodies]
    table = el("table", told, el("thead", *heads), *parts, class_=class_)
    return el("div", table, class_="scroll", tabindex="0", role="region", aria_label=label)


def _heads(measures: Sequence[str], with_null: bool) -> list[Markup]:
    fixed = [
        head("norm", "The norm, and what else was set."),
        head("seats", "How the seats were filled."),
        head("worlds", "Worlds played: the unit of replication."),
    ]
    flagged = [(definition(measure), " ⚑" if definition(measure).leads else "") for measure in measures]
    return fixed + [head(one.label + flag, str(one)) for one, flag in flagged] + [head(*NULL_HEAD)] * with_null


def _line(cell: Row, found: dict[str, Row], measures: Sequence[str], with_null: bool) -> Markup:
    """One setting: a cell of the table for each measure."""
    n = max((row["n"] + row["n_nan"] for row in found.values()), default=0)
    first = el("th", norm(cell["norms"], cell["condition"]), scope="row")
    numbers = [_cell(found.get(measure), n) for measure in measures]
    numbers += [_null(found.get("rho_focal"))] if with_null else []
    return el("tr", first, el("td", arm_title(cell["seats"])), el("td", n, data_v=n, title=count(n, "world")), *numbers)


def head(label: str, text: str) -> Markup:
    """The head of a column by which a table can be sorted, and what it means."""
    return el("th", el("button", label, type="button"), scope="col", title=text, aria_sort="none")


def _cell(row: Row | None, n: int) -> Markup:
    """A value over its interval; n on hover."""
    if row is None:
        return el("td", "–", class_="none", title=f"undefined in all {count(n, 'world')}")
    title = f"n = {count(row['n'], 'world')}" + (f", undefined in {row['n_nan']} more" if row["n_nan"] else "")
    below = between(row["low"], row["high"]) or ("one world" if row["n"] == 1 else "no variation")
    if row["n_nan"]:
        below += f" n={row['n']}"
    return el("td", num(row["value"]), el("small", below), data_v=f"{row['value']:.9g}", title=title)


def _null(row: Row | None) -> Markup:
    if row is None or row["null_mean"] is None:
        return el("td", "–", class_="none", title="no null: ρ is undefined, or the steps were not recorded")
    return el(
        "td",
        num(row["null_mean"]),
        el("small", f"p = {num(row['p'])}"),
        data_v=f"{row['null_mean']:.9g}",
        title=f"n = {count(row['n_null'], 'world')} {row['flags']}".strip(),
    )


def glance(summary: pl.DataFrame, effects: pl.DataFrame) -> Markup | None:
    """Differences to the baseline at one look: a row per norm, two columns per game, from each game's first arm."""
    games = [
        game
        for game in summary["game"].unique(maintain_order=True)
        if not effects.filter(pl.col("game") == game).is_empty()
    ]
    if not games:
        return None
    firsts = pl.concat(
        [effects.filter(pl.col("game") == game, pl.col("seats") == main_arm(summary, game)) for game in games]
    )
    if firsts.is_empty():
        return None
    top = el("tr", el("td", ""), *[el("th", game_title(game), scope="colgroup", colspan=len(GLANCE)) for game in games])
    words = [
        head(word, f"{game_title(game)}: {definition(measure)}") for game in games for measure, word in GLANCE.items()
    ]
    second = el("tr", head("norm", "The norm, and what else was set."), *words)
    variants = firsts.partition_by("variant", as_dict=True, maintain_order=True)
    bodies = [_of_variant(part, str(variant), games) for (variant,), part in variants.items()]
    caption = f"Differences to {BASELINE}, whose own values stand in its row"
    return sortable("At a glance", [top, second], bodies, caption, "sortable glance")


def _of_variant(rows: pl.DataFrame, variant: str, games: Sequence[str]) -> list[Markup]:
    """The baseline's own values, and below them what differs from these and from no others."""
    columns = [(game, measure) for game in games for measure in GLANCE]
    references = {(row["game"], row["measure"]): row["reference"] for row in rows.iter_rows(named=True)}
    found = {(row["condition"], row["game"], row["measure"]): row for row in rows.iter_rows(named=True)}
    values = [_reference(references.get(column)) for column in columns]
    lines = [el("tr", el("th", norm(BASELINE, BASELINE + variant), scope="row"), *values, class_="fixed")]
    for condition, of in rows.select("condition", "norms").unique("condition", maintain_order=True).iter_rows():
        cells = [_difference(found.get((condition, *column))) for column in columns]
        lines.append(el("tr", el("th", norm(of, condition), scope="row"), *cells))
    return lines


def _reference(value: float | None) -> Markup:
    told = (
        "undefined, or played alone"
        if value is None
        else "the baseline's own mean; its interval is in the game's table"
    )
    return el("td", prose(value), class_="reference", title=told)


def _difference(row: Row | None) -> Markup:
    """One difference, coloured by its size; pale where its interval includes 0."""
    if row is None:
        return el("td", "–", class_="none", title="undefined here or under the baseline")
    unclear = row["low"] is not None and row["low"] <= 0 <= row["high"]
    kind = "unclear" if unclear else "none" if abs(row["value"]) < 1e-9 else "up" if row["value"] > 0 else "down"
    notes = [
        f"95 % interval {between(row['low'], row['high'], True)}"
        if row["low"] is not None
        else "the same in every world"
    ]
    notes += ["which includes 0"] * unclear + [f"n = {count(row['n'], 'world')}"] + ["paired"] * row["paired"]
    depth = f"--a:{min(1.0, abs(row['value'])):.2f}"
    v = f"{row['value']:.9g}"
    return el("td", prose(row["value"], True), class_=kind, style=depth, data_v=v, title=", ".join(notes))
