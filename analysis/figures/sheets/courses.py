"""Courses and curves: panels are ways of filling the seats, lines conditions."""

from collections.abc import Sequence

import polars as pl
from matplotlib.figure import Figure

from ...summary import cells
from ..dots import MOST_ARMS, chosen
from ..escalation import demand_a_ladder
from ..lines import MOST_LINES, key
from ..style import NothingToDraw, house
from ..survival import COLLAPSE, QUIET, Ending, demand, draw_curves
from ..time_course import HEIGHT, draw_courses, recorded
from .layout import COLUMNS, facets


def time_course(
    steps: pl.DataFrame | None, episodes: pl.DataFrame, game: str, columns: Sequence[str] = ("cooperation",)
) -> Figure:
    """The course of each of ``columns`` that was recorded, in each arm."""
    found = []
    for column in columns:
        try:
            found.append((column, *recorded(steps, episodes, game, column)))
        except NothingToDraw:
            if column == columns[-1] and not found:
                raise
    order = found[0][1]
    arms = order["seats"].unique(maintain_order=True).to_list()[:MOST_ARMS]
    shown, last = chosen(order, MOST_LINES), int(found[0][2]["step"].max())
    with house():
        blanks = -len(arms) % min(COLUMNS, len(arms))  # a column begins a row
        figure, axes = facets(len(found) * (len(arms) + blanks), HEIGHT - 0.3, min(COLUMNS, len(arms)), sharex=True)
        for k, (column, _, here) in enumerate(found):
            line = axes[k * (len(arms) + blanks) :][: len(arms) + blanks]
            for ax, arm in zip(line, arms, strict=False):
                draw_courses(ax, order.filter(pl.col("seats") == arm), here, column, shown, last)
            for ax in line[len(arms) :]:
                ax.set_visible(False)
            if column not in ("cooperation", "pressing"):
                low, high = (of(ax.get_ylim()[e] for ax in line[: len(arms)]) for e, of in enumerate((min, max)))
                for ax in line:
                    ax.set_ylim(low, high)
        key(figure, shown)
    return figure


def escalation(steps: pl.DataFrame | None, episodes: pl.DataFrame, game: str) -> Figure:
    """The share that presses, step by step, in each arm. Raises :class:`NothingToDraw` in a game without a ladder."""
    demand_a_ladder(episodes, game)
    return time_course(steps, episodes, game, ("pressing",))


def survival(episodes: pl.DataFrame, game: str) -> Figure:
    """Kaplan–Meier curves of not having collapsed, in each arm (:func:`comity.analysis.figures.survival`)."""
    return _curves(episodes, game, COLLAPSE)


def quiet_curves(episodes: pl.DataFrame, game: str) -> Figure:
    """Kaplan–Meier curves of the time until quiet, in each arm (:func:`comity.analysis.figures.quiet_curves`)."""
    return _curves(episodes, game, QUIET)


def _curves(episodes: pl.DataFrame, game: str, ending: Ending) -> Figure:
    demand(episodes, game, ending)
    order = cells(episodes).filter(pl.col("game") == game, pl.col("base"))
    arms = order["seats"].unique(maintain_order=True).to_list()[:MOST_ARMS]
    here, shown = episodes.filter(pl.col("game") == game), chosen(order, MOST_LINES)
    last = float(here[ending.time].max())  # type: ignore[arg-type]
    with house():
        figure, axes = facets(len(arms), HEIGHT, sharex=True, sharey=True)
        for ax, arm in zip(axes, arms, strict=True):
            draw_curves(ax, order.filter(pl.col("seats") == arm), here, ending, shown, last)
        for ax in axes[::COLUMNS]:
            ax.set_ylabel(ending.label)
        key(figure, shown)
    return figure
