"""Points with intervals, one line per condition: the workhorse of the figures that compare norms."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Transform

from ..definitions import DEFINITIONS, DERIVED, EVENT, SHARE, Definition
from .fit import legend, lines_of, wrapped
from .style import (
    GRID,
    MUTED,
    NARROW,
    PAGE,
    STYLE,
    NothingToDraw,
    canvas,
    footnote,
    house,
    look,
    marker_size,
    names,
    said_of,
)

ROW, LINE, LABEL = 0.235, 0.155, 2.0
"""Inches: a condition, each further line of its label, and the longest line of that."""
MOST = 24
"""Conditions that one panel can hold."""
MOST_ARMS = 6
SUMMARY = (
    *("cell", "game", "seats", "norms", "condition", "variant", "base"),
    *("measure", "value", "low", "high", "n", "n_nan"),
)
"""What figures take from the table of :func:`..summary.summarise`."""
SHARE_TICKS = (0, 0.25, 0.5, 0.75, 1)
_TICKS = {SHARE: SHARE_TICKS, EVENT: SHARE_TICKS, "−1 to 1": (-1, -0.5, 0, 0.5, 1)}
_ROOM = 0.8
"""Of the axis: what ends before leaves room for a word."""
HOLLOW = "_hollow"
"""The label of a point without an interval; no legend shows it."""
_HOLLOW_MEANS = "hollow point: no variation between worlds, or one world only, so no interval"


def base_rows(summary: pl.DataFrame, game: str, measures: Sequence[str]) -> pl.DataFrame:
    """The rows of a game's base cells for these measures. Raises :class:`NothingToDraw` if there are none."""
    columns_of(summary, SUMMARY, "the summary")
    rows = summary.filter(pl.col("game") == game, pl.col("base"), pl.col("measure").is_in(list(measures)))
    if rows.is_empty():
        words = " and ".join(meaning(measure).label for measure in measures)
        raise NothingToDraw(f"there is no {words} in {said_of(game)} that is defined")
    return rows


def meaning(measure: str) -> Definition:
    """The definition of a measure. Raises :class:`NothingToDraw` if none is called so."""
    found = DEFINITIONS.get(measure) or DERIVED.get(measure)
    if found is None:
        raise NothingToDraw(f"no measure is called {measure}")
    return found


def columns_of(table: pl.DataFrame, names: Sequence[str], which: str) -> None:
    """Raises :class:`NothingToDraw` if the table lacks some of these columns."""
    if lacking := [name for name in names if name not in table.columns]:
        raise NothingToDraw(f"the table of {which} has no column {' and no '.join(lacking)}")


def arms_and_conditions(summary: pl.DataFrame, game: str, most: int = MOST) -> tuple[list[str], list[str]]:
    """The game's arms (at most ``MOST_ARMS``) and conditions (at most ``most``) in display order, whatever is shown."""
    columns_of(summary, SUMMARY, "the summary")
    rows = summary.filter(pl.col("game") == game, pl.col("base"))
    return rows["seats"].unique(maintain_order=True).to_list()[:MOST_ARMS], chosen(rows, most)["condition"].to_list()


def chosen(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """The conditions that there is room for (``condition``, ``norms``), in the order of the rows: all norms under the
    first variants, as many of these as fit whole; or the first ``most`` if one variant alone is too many.
    """
    found = rows.select("condition", "norms", "variant").unique("condition", keep="first", maintain_order=True)
    sizes = found.group_by("variant", maintain_order=True).len()
    whole = sizes.filter(pl.col("len").cum_sum() <= most)["variant"]
    kept = found.filter(pl.col("variant").is_in(whole.implode())) if len(whole) else found.head(most)
    return kept.select("condition", "norms")


def panel_height(conditions: Sequence[str]) -> float:
    """Inches that a panel of these conditions needs with its title and axis."""
    return 0.75 + _row(conditions) * len(conditions)


def _row(conditions: Sequence[str]) -> float:
    """Inches of a condition: more where labels have several lines."""
    return ROW + LINE * (max(map(lines_of, labels_of(conditions)), default=1) - 1)


def labels_of(conditions: Sequence[str]) -> list[str]:
    """The labels of rows, in lines of at most ``LABEL`` inches; those that were cut off alike told apart by a number.

    >>> labels_of(["kind · action_noise=0.1"])
    ['kind · action noise=0.1']
    """
    words = [wrapped(name, LABEL, STYLE["ytick.labelsize"], most=3) for name in names(conditions)]
    return [word if word not in words[:k] else f"{word} ({words[: k + 1].count(word)})" for k, word in enumerate(words)]


def dot_panel(ax: Axes, rows: pl.DataFrame, conditions: Sequence[str]) -> None:
    """Draws ``rows`` (``condition``, ``norms``, ``value``, ``low``, ``high``, ``constant``, ``n``, ``n_nan``), one
    line per condition.

    A condition without a row is marked as undefined, and n is written beside values that are undefined in some
    worlds. A point without an interval is hollow (:func:`hollow_note`).
    """
    found = {row["condition"]: row for row in rows.iter_rows(named=True)}
    ax.hlines(range(len(conditions)), 0, 1, transform=ax.get_yaxis_transform(), color=GRID, linewidth=0.6, zorder=0)
    _bars(ax, [(y, found[condition]) for y, condition in enumerate(conditions) if condition in found])
    for y, condition in enumerate(conditions):
        if condition in found:
            _point(ax, y, found[condition])
    for y, condition in enumerate(conditions):
        row = found.get(condition)
        if row is None:
            _word(ax, (0.5, y), "undefined", ax.get_yaxis_transform(), "center")
        elif row["n_nan"]:
            _beside(ax, y, row)
    ax.set_ylim(len(conditions) - 0.4, -0.6)
    ax.set_yticks(range(len(conditions)), labels_of(conditions))
    ax.grid(axis="y", visible=False)


def _bars(ax: Axes, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """The intervals, where there are any."""
    bars = [(y, row["low"], row["high"], look(row["norms"]).light) for y, row in rows if row["low"] is not None]
    if bars:
        y, low, high, colours = zip(*bars, strict=True)
        ax.hlines(y, low, high, colors=colours, linewidth=2.4, capstyle="round", zorder=3)


def _point(ax: Axes, y: int, row: dict[str, Any]) -> None:
    """The point, hollow if it has no interval."""
    style, bare = look(row["norms"]), row["low"] is None
    (point,) = ax.plot([row["value"]], [y], style.marker, color=PAGE if bare else style.light, zorder=4)
    point.set(markeredgecolor=style.light if bare else PAGE, markeredgewidth=1.4 if bare else 0.7)
    point.set(markersize=marker_size(style), label=HOLLOW if bare else "_point")


def _beside(ax: Axes, y: int, row: dict[str, Any]) -> None:
    """The n of a value on its line: right of its interval, or left of it where there is no room at the right."""
    low, high = (row["value"] if row[end] is None else row[end] for end in ("low", "high"))
    start, stop = ax.get_xlim()
    right = high < start + _ROOM * (stop - start) or stop - high > low - start
    x, shift, side = (high, 6, "left") if right else (low, -6, "right")
    _word(ax, (x, y), f"n={row['n']}", ax.transData, side, shift)


def clear_of(ax: Axes, marks: Iterable[tuple[float, float]]) -> None:
    """Moves the n of a row beyond a mark (x, row) that stands where it is written."""
    for x, y in marks:
        for word in ax.texts:
            if isinstance(word, Annotation) and word.xy[1] == y and word.get_text().startswith("n="):
                away = x - word.xy[0] if word.get_horizontalalignment() == "left" else word.xy[0] - x
                if 0 < away < (1 - _ROOM) * float(np.ptp(ax.get_xlim())):
                    word.xy = (x, y)


def _word(ax: Axes, at: tuple[float, float], text: str, on: Transform, side: str, shift: float = 0.0) -> None:
    """A small word on a row's line, which it covers."""
    word = ax.annotate(text, at, xycoords=on, xytext=(shift, 0), textcoords="offset points", ha=side, va="center",
                       fontsize=6.5, color=MUTED, zorder=2)  # fmt: skip
    word.set_bbox({"facecolor": PAGE, "edgecolor": "none", "pad": 1})


def by_condition(
    summary: pl.DataFrame, game: str, measure: str, arm: str | None = None, ax: Axes | None = None
) -> Axes:
    """Any measure by condition, points with 95 % intervals over worlds, in one arm (the first, if none is named).

    ``summary`` is :func:`..summary.summarise`'s table. Raises :class:`.style.NothingToDraw` where the measure is
    undefined in the whole game, or nobody sat so.
    """
    rows, meant = base_rows(summary, game, [measure]), meaning(measure)
    _, conditions = arms_and_conditions(summary, game)
    arm = the_arm(summary, game, arm)
    given, ax = ax, canvas(ax, panel_height(conditions), NARROW)
    with house():
        if meant.range in _TICKS:
            share_axis(ax, _TICKS[meant.range])
        dot_panel(ax, rows.filter(pl.col("seats") == arm), conditions)
        ax.set_title(names([arm])[0])
        ax.set_xlabel(meant.label)
        complete(ax, given)
    return ax


def the_arm(summary: pl.DataFrame, game: str, arm: str | None) -> str:
    """The arm that was named, else the first. Raises :class:`NothingToDraw` if nobody sat so."""
    arms = summary.filter(pl.col("game") == game, pl.col("base"))["seats"].unique(maintain_order=True).to_list()
    if arm is None and arms:
        return arms[0]
    if arm is None or arm not in arms:
        there = ", ".join(map(said_of, arms)) or "no base settings"
        raise NothingToDraw(f"nobody sat as {said_of(str(arm))} in {said_of(game)}: there are {there}")
    return arm


def complete(ax: Axes, given: Axes | None) -> None:
    """Adds to a figure of one panel what a sheet says for all of its panels: a legend, and what hollow points mean."""
    if given is not None:
        return
    figure = ax.figure
    assert isinstance(figure, Figure)
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        legend(figure, handles, labels)
    hollow_note(figure)


def share_axis(ax: Axes, ticks: Sequence[float] = SHARE_TICKS) -> None:
    """A bounded axis with round ticks, labelled even where panels share it."""
    span = ticks[-1] - ticks[0]
    ax.set_xlim(ticks[0] - 0.04 * span, ticks[-1] + 0.04 * span)
    ax.set_xticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    ax.tick_params(labelbottom=True)


def hollow_note(figure: Figure) -> None:
    """Says what a hollow point means, where there is one."""
    if any(line.get_label() == HOLLOW for ax in figure.axes for line in ax.lines):
        footnote(figure, _HOLLOW_MEANS)
