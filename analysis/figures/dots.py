"""Points with intervals, one line per condition: the workhorse of the figures that compare norms."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..definitions import DEFINITIONS, DERIVED
from .style import GRID, MUTED, PAGE, NothingToDraw, footnote, house, look, marker_size, names, panels

ROW = 0.235  # inches per condition
MOST = 24
"""Conditions that one panel can hold."""
MOST_ARMS = 6
SHARE_TICKS = (0, 0.25, 0.5, 0.75, 1)
_HOLLOW = "hollow point: no variation between worlds, or one world only, so no interval"


def base_rows(summary: pl.DataFrame, game: str, measures: Sequence[str]) -> pl.DataFrame:
    """The rows of a game's base cells for these measures. Raises :class:`NothingToDraw` if there are none."""
    rows = summary.filter(pl.col("game") == game, pl.col("base"), pl.col("measure").is_in(list(measures)))
    if rows.is_empty():
        words = " and ".join((DEFINITIONS.get(measure) or DERIVED[measure]).label for measure in measures)
        raise NothingToDraw(f"there is no {words} in {game} that is defined")
    return rows


def arms_and_conditions(summary: pl.DataFrame, game: str) -> tuple[list[str], list[str]]:
    """The game's arms (at most ``MOST_ARMS``) and conditions (at most ``MOST``) in display order, whatever is shown."""
    rows = summary.filter(pl.col("game") == game, pl.col("base"))
    arms, conditions = (rows[name].unique(maintain_order=True).to_list() for name in ("seats", "condition"))
    return arms[:MOST_ARMS], conditions[:MOST]


def panel_height(conditions: Sequence[str]) -> float:
    """Inches that a panel of these conditions needs with its title and axis."""
    return 0.75 + ROW * len(conditions)


def dot_panel(ax: Axes, rows: pl.DataFrame, conditions: Sequence[str]) -> bool:
    """Draws ``rows`` (``condition``, ``norms``, ``value``, ``low``, ``high``, ``constant``, ``n``, ``n_nan``), one
    line per condition.

    A condition without a row is marked as undefined, and n is written beside values that are undefined in some
    worlds. Returns whether some cell had no interval (drawn hollow).
    """
    found = {row["condition"]: row for row in rows.iter_rows(named=True)}
    hollow = False
    ax.hlines(range(len(conditions)), 0, 1, transform=ax.get_yaxis_transform(), color=GRID, linewidth=0.6, zorder=0)
    _bars(ax, [(y, found[condition]) for y, condition in enumerate(conditions) if condition in found])
    for y, condition in enumerate(conditions):
        row = found.get(condition)
        if row is None:
            _beside(ax, y, "undefined", left=False)
            continue
        hollow |= _point(ax, y, row)
        if row["n_nan"]:
            low, high = ax.get_xlim()
            _beside(ax, y, f"n={row['n']}", left=row["value"] > low + 0.8 * (high - low))
    ax.set_ylim(len(conditions) - 0.4, -0.6)
    ax.set_yticks(range(len(conditions)), names(conditions))
    ax.grid(axis="y", visible=False)
    return hollow


def _bars(ax: Axes, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """The intervals, where there are any."""
    bars = [(y, row["low"], row["high"], look(row["norms"]).light) for y, row in rows if row["low"] is not None]
    if bars:
        y, low, high, colours = zip(*bars, strict=True)
        ax.hlines(y, low, high, colors=colours, linewidth=2.4, capstyle="round", zorder=3)


def _point(ax: Axes, y: int, row: dict[str, Any]) -> bool:
    """The point; whether it is hollow."""
    style, bare = look(row["norms"]), row["low"] is None
    face, edge = (PAGE, style.light) if bare else (style.light, PAGE)
    width = 1.4 if bare else 0.7
    ax.plot(
        [row["value"]],
        [y],
        style.marker,
        color=face,
        markeredgecolor=edge,
        markeredgewidth=width,
        markersize=marker_size(style),
        zorder=4,
    )
    return bare


def _beside(ax: Axes, y: int, text: str, left: bool) -> None:
    """A small word at the end of the line where the point is not."""
    x, shift, side = (0, 2, "left") if left else (1, -2, "right")
    ax.annotate(text, (x, y), xycoords=("axes fraction", "data"), xytext=(shift, 5), textcoords="offset points",
                ha=side, va="center", fontsize=6.5, color=MUTED)  # fmt: skip


def by_arm(
    summary: pl.DataFrame,
    game: str,
    measure: str,
    label: str,
    ticks: Sequence[float],
    more: Callable[[Axes, str, list[str]], None] | None = None,
) -> Figure:
    """One panel per arm of one bounded measure by condition; ``more(ax, arm, conditions)`` adds to a panel."""
    rows = base_rows(summary, game, [measure])
    arms, conditions = arms_and_conditions(summary, game)
    columns = min(3, len(arms))
    lines = -(-len(arms) // columns)
    with house():
        figure, axes = panels(lines, columns, lines * panel_height(conditions) + 0.25, sharex=True, sharey=True)
        hollow = False
        for ax, arm in zip(axes.flat, arms, strict=False):
            share_axis(ax, ticks)
            hollow |= dot_panel(ax, rows.filter(pl.col("seats") == arm), conditions)
            ax.set_title(names([arm])[0])
            ax.set_xlabel(label)
            if more:
                more(ax, arm, conditions)
        for ax in axes.flat[len(arms) :]:
            ax.set_visible(False)
        hollow_note(figure, hollow)
    return figure


def share_axis(ax: Axes, ticks: Sequence[float] = SHARE_TICKS) -> None:
    """A bounded axis with round ticks, labelled even where panels share it."""
    span = ticks[-1] - ticks[0]
    ax.set_xlim(ticks[0] - 0.04 * span, ticks[-1] + 0.04 * span)
    ax.set_xticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    ax.tick_params(labelbottom=True)


def hollow_note(figure: Figure, hollow: bool) -> None:
    """Says what a hollow point means, where there is one."""
    if hollow:
        footnote(figure, _HOLLOW)
