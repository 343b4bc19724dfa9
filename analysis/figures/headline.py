"""The measures that a study is about, one panel each: over the setting that was swept most finely, or by condition."""

from collections.abc import Sequence
from itertools import cycle

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..definitions import DEFINITIONS, DERIVED, EVENT, SHARE
from .dose import MOST_LINES, lines_over
from .dots import MOST, dot_panel, hollow_note, panel_height, share_axis
from .style import SPARE, Look, NothingToDraw, footnote, house, names, panels

COLUMNS = 2
LETTERS = 44
"""Of a label at most: what it needs more is cut off at its end."""
_LOOKS = (Look("#0a66ad", "", "o"), Look("#c9500c", "", "s"), Look("#058560", "", "^"), *SPARE)


def headline(summary: pl.DataFrame, game: str, measures: Sequence[str]) -> Figure:
    """A panel for each of the ``measures`` that the game has.

    Where a numeric setting took three or more values, each panel has it on its axis and a line for each combination of
    the others; else it has a line for each condition. Raises :class:`NothingToDraw` where there is no such measure, or
    there are more conditions than a panel holds.
    """
    rows = summary.filter(pl.col("game") == game)
    shown = [measure for measure in measures if (rows["measure"] == measure).any()]
    if not shown:
        raise NothingToDraw(f"none of the measures that were asked for is defined in {game}")
    axis = swept_axis(rows)
    return _by_condition(rows, shown) if axis is None else _over(rows, game, axis, shown)


def swept_axis(rows: pl.DataFrame) -> str | None:
    """The numeric setting that took most values, three at least; None where there is none."""
    axes = [
        name
        for name in rows.columns[: rows.columns.index("condition")]
        if name != "cell" and rows.schema[name].is_numeric() and rows[name].drop_nulls().n_unique() > 2
    ]
    return max(axes, key=lambda name: rows[name].n_unique(), default=None)


def _over(rows: pl.DataFrame, game: str, axis: str, measures: Sequence[str]) -> Figure:
    lines = dict(list(lines_over(rows, game, axis, measures).items())[:MOST_LINES])
    count = -(-len(measures) // COLUMNS)
    with house():
        figure, axes = panels(count, min(COLUMNS, len(measures)), 2.8 * count + 0.3)
        for ax, measure in zip(axes.flat, measures, strict=False):
            for look, (label, part) in zip(cycle(_LOOKS), lines.items(), strict=False):
                _line(ax, part.filter(pl.col("measure") == measure), axis, look, _label(label))
            _titled(ax, measure)
            ax.set_xlabel(axis)
            if _bounded(measure):
                ax.set_ylim(-0.05, 1.05)
        for ax in axes.flat[len(measures) :]:
            ax.set_visible(False)
        if len(lines) > 1:
            handles, labels = axes[0][0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside upper left", ncols=2)
        drawn = sum(part["cell"].n_unique() for part in lines.values())
        if drawn < rows["cell"].n_unique():
            footnote(figure, f"{drawn} of {rows['cell'].n_unique()} settings lie on these lines; the table has all")
    return figure


def _line(ax: Axes, part: pl.DataFrame, axis: str, look: Look, label: str) -> None:
    """A line through the means, a bar for each interval."""
    ax.plot(part[axis], part["value"], color=look.light, marker=look.marker, markersize=4.5, label=label, zorder=3)
    bars = part.filter(pl.col("low").is_not_null())
    ax.vlines(bars[axis], bars["low"], bars["high"], color=look.light, linewidth=2.2, alpha=0.45, zorder=2)


def _by_condition(rows: pl.DataFrame, measures: Sequence[str]) -> Figure:
    one_arm = rows["seats"].n_unique() == 1
    label = pl.col("condition") if one_arm else pl.col("seats") + " · " + pl.col("condition")
    cells = rows.select("cell", label.alias("label")).unique("cell", keep="first", maintain_order=True)
    conditions = _distinct([_label(text) for text in cells["label"]])
    labelled = rows.drop("condition").join(cells.select("cell", condition=pl.Series(conditions)), on="cell")
    if len(conditions) > MOST:
        raise NothingToDraw(f"{len(conditions)} conditions are more than a figure holds ({MOST})")
    count = -(-len(measures) // COLUMNS)
    with house():
        height = count * (panel_height(conditions) + 0.15)
        figure, axes = panels(count, min(COLUMNS, len(measures)), height, sharey=True)
        hollow = False
        for ax, measure in zip(axes.flat, measures, strict=False):
            if _bounded(measure):
                share_axis(ax)
            hollow |= dot_panel(ax, labelled.filter(pl.col("measure") == measure), conditions)
            _titled(ax, measure)
        for ax in axes.flat[len(measures) :]:
            ax.set_visible(False)
        hollow_note(figure, hollow)
    return figure


def _distinct(labels: Sequence[str]) -> list[str]:
    """The labels, those that were cut off alike told apart by a number.

    >>> _distinct(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    return [
        label if label not in labels[:k] else f"{label} ({labels[: k + 1].count(label)})"
        for k, label in enumerate(labels)
    ]


def _titled(ax: Axes, measure: str) -> None:
    ax.set_title((DEFINITIONS.get(measure) or DERIVED[measure]).label)


def _bounded(measure: str) -> bool:
    return (DEFINITIONS.get(measure) or DERIVED[measure]).range in (SHARE, EVENT)


def _label(text: str) -> str:
    """An arm and condition without what says nothing, and not too long.

    >>> _label("tft,alld(conduct=fixed) · none · noise=0.1")
    'tft,alld · noise=0.1'
    """
    shown = names([text])[0].replace("(conduct=fixed)", "")
    for norm in ("none · ", " · none"):  # no norm beside something else
        shown = shown.replace(norm, "", 1)
    return shown if len(shown) <= LETTERS else shown[: LETTERS - 1] + "…"
