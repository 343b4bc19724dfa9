"""A measure that a study is about: over the setting that was swept most finely, or by condition."""

import polars as pl
from matplotlib.axes import Axes

from ..definitions import EVENT, SHARE
from .dose import MOST_LINES, draw_over, lines_over, looks_of, said
from .dots import MOST, complete, dot_panel, meaning, panel_height, share_axis
from .style import NARROW, NothingToDraw, canvas, house, said_of

HEIGHT = 2.8
"""Inches of a panel of lines."""


def headline(summary: pl.DataFrame, game: str, measure: str, ax: Axes | None = None) -> Axes:
    """One measure: with the numeric setting that took most values, three or more, on the axis and a line for each
    combination of the others; else a row for each condition and way of filling the seats.

    Raises :class:`NothingToDraw` where it is nowhere defined, or there are more conditions than a panel holds.
    """
    meaning(measure)
    rows = summary.filter(pl.col("game") == game)
    if not (rows["measure"] == measure).any():
        raise NothingToDraw(f"none of the measures that were asked for is defined in {said_of(game)}")
    if axis := swept_axis(rows):
        lines = dict(list(lines_over(rows, game, axis, [measure]).items())[:MOST_LINES])
        given, ax = ax, canvas(ax, HEIGHT, NARROW)
        with house():
            draw_over(ax, lines, looks_of(lines), measure, axis, {})
            complete(ax, given)
        return ax
    labelled, conditions = by_setting(rows)
    given, ax = ax, canvas(ax, panel_height(conditions), NARROW)
    with house():
        draw_rows(ax, labelled, conditions, measure)
        complete(ax, given)
    return ax


def draw_rows(ax: Axes, labelled: pl.DataFrame, conditions: list[str], measure: str) -> None:
    """One panel of :func:`by_setting`."""
    meant = meaning(measure)
    if meant.range in (SHARE, EVENT):
        share_axis(ax)
    dot_panel(ax, labelled.filter(pl.col("measure") == measure), conditions)
    ax.set_title(meant.label)


def swept_axis(rows: pl.DataFrame) -> str | None:
    """The numeric setting that took most values, three at least; None where there is none."""
    axes = [
        name
        for name in rows.columns[: rows.columns.index("condition")]
        if name != "cell" and rows.schema[name].is_numeric() and rows[name].drop_nulls().n_unique() > 2
    ]
    return max(axes, key=lambda name: rows[name].n_unique(), default=None)


def by_setting(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The rows with a label for each setting, its seats included where these differ, as their ``condition``; and the
    labels. Raises :class:`NothingToDraw` if a panel has no room for as many."""
    one_arm = rows["seats"].n_unique() == 1
    label = pl.col("condition") if one_arm else pl.col("seats") + " · " + pl.col("condition")
    cells = rows.select("cell", label.alias("label")).unique("cell", keep="first", maintain_order=True)
    conditions = _distinct([said(text) for text in cells["label"]])
    if len(conditions) > MOST:
        raise NothingToDraw(f"{len(conditions)} conditions are more than a figure holds ({MOST})")
    told = cells.select("cell", condition=pl.Series(conditions))
    return rows.drop("condition").join(told, on="cell", maintain_order="left"), conditions


def _distinct(labels: list[str]) -> list[str]:
    """The labels, those that are alike told apart by a number.

    >>> _distinct(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    return [
        label if label not in labels[:k] else f"{label} ({labels[: k + 1].count(label)})"
        for k, label in enumerate(labels)
    ]
