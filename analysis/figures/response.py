"""How measures respond to settings that a design picked: over the range of an interval, between two levels."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..layouts import Line, lines, main_effects, mean_ci, picked
from ..summary import short
from .dose import MEASURES
from .style import MUTED, NothingToDraw, house, look, names, panels

MOST_AXES, MOST_SEATS, MOST_LINES = 4, 3, 8
MOST_BINS, FEWEST_IN_A_BIN = 8, 8
"""Combinations of a bin, at least: with fewer a mean has no interval to speak of."""
_SPREAD = 0.5


class Panel(NamedTuple):
    """The lines of one measure and one way of filling the seats."""

    measure: str
    seats: str
    lines: list[Line]


def response(episodes: pl.DataFrame, game: str, axes: Mapping[str, str]) -> Figure:
    """Cooperation and normalised welfare over each of the ``axes`` (name → how it was sampled): a point for each
    combination, and means over bins of as many combinations each with 95 % bands.

    A column of panels for each axis (at most ``MOST_AXES``), a row for each measure and way of filling the seats.
    Raises :class:`NothingToDraw` where no axis was sampled in this game.
    """
    here = picked(episodes.filter(pl.col("game") == game), axes)
    found, shown = _panels(episodes, game, here), here[:MOST_AXES]
    with house():
        figure, grid = panels(len(found), len(shown), 0.5 + 1.9 * len(found), sharex="col", sharey=False)
        for row, panel in zip(grid, found, strict=True):
            for k, (ax, axis) in enumerate(zip(row, shown, strict=True)):
                for line in panel.lines:
                    _course(ax, line, here.index(axis))
                if axes[axis].startswith("tag(log"):
                    ax.set_xscale("log")
                _level(ax, panel, first=k == 0)
        for ax, axis in zip(grid[-1], shown, strict=True):
            ax.set_xlabel(axis)
        _legend(figure, found, grid[0][0])
    return figure


def effects(episodes: pl.DataFrame, game: str, factors: Sequence[str]) -> Figure:
    """Main effects of the ``factors`` on cooperation and normalised welfare with 95 % intervals: a row for each factor,
    a panel for each measure and way of filling the seats. Raises :class:`NothingToDraw` where there are none.
    """
    factors = picked(episodes.filter(pl.col("game") == game), factors)
    found = _panels(episodes, game, factors)
    seats = list(dict.fromkeys(panel.seats for panel in found))
    with house():
        height = 0.9 + len(seats) * (0.5 + 0.34 * len(factors))
        figure, grid = panels(len(seats), -(-len(found) // len(seats)), height, sharey=True)
        for ax, panel in zip(grid.T.ravel(), found, strict=False):
            rows = [main_effects(line, factors) for line in panel.lines]
            places = np.linspace(-_SPREAD / 2, _SPREAD / 2, len(rows)) if len(rows) > 1 else [0.0]
            ax.axvline(0, color=MUTED, linewidth=1, zorder=1)
            for line, of, place in zip(panel.lines, rows, places, strict=True):
                _effects(ax, line, of, float(place))
            one = next((of for of in rows if of), [])
            ax.set_yticks(range(len(one)), [_step(row) for row in one])
            ax.set_ylim(len(factors) - 0.5, -0.5)
            ax.set_title(f"{names([panel.seats])[0]}: effect on {MEASURES[panel.measure]}")
        _legend(figure, found, grid[0][0])
    return figure


def _panels(episodes: pl.DataFrame, game: str, axes: Sequence[str]) -> list[Panel]:
    if not axes:
        raise NothingToDraw(f"no design picked settings in {game}")
    by_measure = {measure: lines(episodes, game, axes, measure) for measure in MEASURES}
    found = [
        Panel(measure, seats, [line for line in of if line.seats == seats][:MOST_LINES])
        for measure, of in by_measure.items()
        for seats in list(dict.fromkeys(line.seats for line in of))[:MOST_SEATS]
    ]
    if not found:
        raise NothingToDraw(f"neither cooperation nor welfare is defined in {game}")
    return found


def _course(ax: Axes, line: Line, axis: int) -> None:
    """The combinations of one line, and the means over bins of them."""
    x = np.array([row[axis] for row in line.x], np.float64)
    each = np.ma.masked_invalid(line.y).mean(axis=1).filled(np.nan)
    colour = look(line.norms).light
    ax.plot(x, each, ".", color=colour, alpha=0.35, markersize=4, zorder=2, rasterized=len(x) > 2000)
    order = np.argsort(x, kind="stable")
    order = order[~np.isnan(each[order])]
    bins = np.array_split(order, min(MOST_BINS, len(order) // FEWEST_IN_A_BIN)) if len(order) >= FEWEST_IN_A_BIN else []
    means = [mean_ci(line.y[of], line.shared) for of in bins]
    at = [float(np.median(x[of])) for of in bins]
    label = names([line.label])[0]
    ax.plot(at, [float(ci.value) for ci in means], color=colour, marker=look(line.norms).marker, label=label, zorder=4)
    low, high = ([float(getattr(ci, end)) for ci in means] for end in ("low", "high"))
    ax.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0, zorder=1)


def _level(ax: Axes, panel: Panel, first: bool) -> None:
    """Both measures have 0 and 1 as their marks: never a magnified sliver."""
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, -0.05), max(high, 1.05))
    if first:
        ax.set_title(f"{names([panel.seats])[0]}: {MEASURES[panel.measure]}")
    else:
        ax.tick_params(labelleft=False)


def _step(row: Mapping[str, object]) -> str:
    """From which level to which.

    >>> _step({"factor": "norms.kindness", "lower": 0.0, "upper": 0.8})
    'kindness: 0 → 0.8'
    """
    lower, upper = (f"{row[end]:g}" if isinstance(row[end], float) else str(row[end]) for end in ("lower", "upper"))
    return names([f"{short(str(row['factor']))}: {lower} → {upper}"])[0]


def _effects(ax: Axes, line: Line, rows: Sequence[Mapping[str, object]], place: float) -> None:
    style = look(line.norms)
    y = [k + place for k in range(len(rows))]
    for at, row in zip(y, rows, strict=True):
        if row["low"] is not None:
            ax.plot([row["low"], row["high"]], [at, at], color=style.light, linewidth=2.2, alpha=0.5, zorder=2)  # type: ignore[list-item]
    values = [row["value"] for row in rows]
    ax.plot(values, y, style.marker, color=style.light, markersize=5.5, label=names([line.label])[0], zorder=3)  # type: ignore[arg-type]


def _legend(figure: Figure, found: Sequence[Panel], ax: Axes) -> None:
    if any(len(panel.lines) > 1 for panel in found):
        figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=4)
