"""Measures over settings: those that were swept, and those that a design picked."""

from collections.abc import Mapping, Sequence

import polars as pl
from matplotlib.figure import Figure

from ...layouts import picked
from ..dose import AXIS, MEASURES, MOST_LINES, draw_over, lines_over, looks_of
from ..dots import MOST_ARMS, hollow_note, panel_height
from ..headline import HEIGHT, by_setting, draw_rows, swept_axis
from ..response import EFFECT, MOST_AXES, draw_effects, draw_response, panels_of, title
from ..style import NothingToDraw, footnote, house, names, said_of
from .layout import facets, shared_legend

COLUMNS, CROWD = 2, 8
"""Lines up to which one panel shows all ways of filling the seats."""


def dose_response(
    summary: pl.DataFrame, game: str, marks: Mapping[str, float] | None = None, axis: str = AXIS
) -> Figure:
    """Cooperation and normalised welfare over the setting ``axis``, a line for each combination of the others with 95 %
    intervals; a row of panels for each arm where there are more than ``CROWD`` lines.

    ``marks`` are known thresholds by name. Raises :class:`NothingToDraw` where the axis was not swept.
    """
    whole = lines_over(summary, game, axis, list(MEASURES))
    arms = list(dict.fromkeys(arm for part in whole.values() for arm in part["seats"].unique()))
    if len(whole) <= CROWD or len(arms) == 1:
        groups = {"": whole}
    else:
        of_arm = {arm: summary.filter(pl.col("seats") == arm) for arm in arms[:MOST_ARMS]}
        groups = {f"{names([arm])[0]}: ": lines_over(rows, game, axis, list(MEASURES)) for arm, rows in of_arm.items()}
    shown = [key for key in MEASURES if any((part["measure"] == key).any() for part in whole.values())]
    looks = looks_of({label: part for lines in groups.values() for label, part in lines.items()})
    drawn: set[object] = set()
    with house():
        figure, axes = facets(len(groups) * len(shown), HEIGHT, len(shown))
        for k, ax in enumerate(axes):
            (arm, lines), measure = list(groups.items())[k // len(shown)], shown[k % len(shown)]
            lines = dict(list(lines.items())[:MOST_LINES])
            drawn |= {cell for part in lines.values() for cell in part["cell"]}
            draw_over(ax, lines, looks, measure, axis, marks or {})
            ax.set_title(f"{arm}{MEASURES[measure]}")
        shared_legend(figure)
        _cut(figure, drawn, {cell for part in whole.values() for cell in part["cell"]})
    return figure


def headline(summary: pl.DataFrame, game: str, measures: Sequence[str]) -> Figure:
    """A panel for each of the ``measures`` that the game has (:func:`comity.analysis.figures.headline`)."""
    rows = summary.filter(pl.col("game") == game)
    shown = [measure for measure in measures if (rows["measure"] == measure).any()]
    if not shown:
        raise NothingToDraw(f"none of the measures that were asked for is defined in {said_of(game)}")
    axis = swept_axis(rows)
    return _by_setting(rows, shown) if axis is None else _over(rows, game, axis, shown)


def _over(rows: pl.DataFrame, game: str, axis: str, measures: Sequence[str]) -> Figure:
    lines = dict(list(lines_over(rows, game, axis, measures).items())[:MOST_LINES])
    with house():
        figure, axes = facets(len(measures), HEIGHT, COLUMNS)
        for ax, measure in zip(axes, measures, strict=True):
            draw_over(ax, lines, looks_of(lines), measure, axis, {})
        if len(lines) > 1:
            shared_legend(figure)
        _cut(figure, {cell for part in lines.values() for cell in part["cell"]}, set(rows["cell"]))
    return figure


def _cut(figure: Figure, drawn: set[object], there: set[object]) -> None:
    """Says how much there was no room for."""
    if len(drawn) < len(there):
        footnote(figure, f"{len(drawn)} of {len(there)} settings lie on these lines; the table has all")


def _by_setting(rows: pl.DataFrame, measures: Sequence[str]) -> Figure:
    labelled, conditions = by_setting(rows)
    with house():
        figure, axes = facets(len(measures), panel_height(conditions) + 0.15, COLUMNS, sharey=True)
        for ax, measure in zip(axes, measures, strict=True):
            draw_rows(ax, labelled, conditions, measure)
        hollow_note(figure)
    return figure


def response(episodes: pl.DataFrame, game: str, axes: Mapping[str, str]) -> Figure:
    """Cooperation and normalised welfare over each of the ``axes`` (name → how it was sampled): a column of panels for
    each axis (at most ``MOST_AXES``), a row for each measure and way of filling the seats.

    Raises :class:`NothingToDraw` where no axis was sampled in this game.
    """
    here = picked(episodes.filter(pl.col("game") == game), axes)
    found, shown = panels_of(episodes, game, here), here[:MOST_AXES]
    with house():
        figure, grid = facets(len(found) * len(shown), 2.0, len(shown), sharex="col")
        for k, ax in enumerate(grid):
            panel, axis = found[k // len(shown)], shown[k % len(shown)]
            draw_response(ax, panel, here, axis, axes)
            if axis == shown[0]:
                ax.set_title(title(panel))
            else:
                ax.tick_params(labelleft=False)
            if panel is found[-1]:
                ax.set_xlabel(axis)
        if any(len(panel.lines) > 1 for panel in found):
            shared_legend(figure)
        if len(shown) < len(here):
            footnote(figure, f"{len(shown)} of the {len(here)} sampled settings are shown")
    return figure


def effects(episodes: pl.DataFrame, game: str, factors: Sequence[str]) -> Figure:
    """Main effects of the ``factors`` on cooperation and normalised welfare with 95 % intervals: a row for each factor,
    a panel for each measure and way of filling the seats. Raises :class:`NothingToDraw` where there are none.
    """
    factors = picked(episodes.filter(pl.col("game") == game), factors)
    found = panels_of(episodes, game, factors)
    seats = list(dict.fromkeys(panel.seats for panel in found))
    ordered = sorted(found, key=lambda panel: seats.index(panel.seats))
    columns = max(sum(panel.seats == arm for panel in found) for arm in seats)
    with house():
        figure, grid = facets(len(ordered), 0.9 + EFFECT * len(factors), columns, sharey=True)
        for ax, panel in zip(grid, ordered, strict=True):
            draw_effects(ax, panel, factors)
        if any(len(panel.lines) > 1 for panel in found):
            shared_legend(figure)
    return figure
