"""How measures respond to settings that a design picked: over the range of an interval, between two levels."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from ..layouts import Line, lines, main_effects, mean_ci, picked
from ..summary import short
from .dose import MEASURES
from .dots import LABEL, complete
from .fit import wrapped
from .style import DASHES, MUTED, NARROW, STYLE, NothingToDraw, canvas, house, look, names, said_of, twins

MOST_AXES, MOST_SEATS, MOST_LINES = 4, 3, 8
EFFECT = 0.34
"""Inches of a factor."""
MOST_BINS, FEWEST_IN_A_BIN = 8, 8
"""Combinations of a bin, at least: with fewer a mean has no interval to speak of."""
_SPREAD = 0.5


class Panel(NamedTuple):
    """The lines of one measure and one way of filling the seats."""

    measure: str
    seats: str
    lines: list[Line]


def response(
    episodes: pl.DataFrame,
    game: str,
    axes: Mapping[str, str],
    axis: str | None = None,
    measure: str = "coop_focal",
    arm: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A measure over one ``axis`` (the first, if none is named) of those that a design sampled (``axes``: name → how):
    a point for each combination, and means over bins of as many combinations each with 95 % bands.

    Raises :class:`NothingToDraw` where the axis was not sampled in this game, or the measure is not defined.
    """
    here = picked(episodes.filter(pl.col("game") == game), axes)
    panel = _the_panel(panels_of(episodes, game, here), measure, arm)
    if axis is not None and axis not in here:
        raise NothingToDraw(f"{axis} was not sampled in {said_of(game)}")
    given, ax = ax, canvas(ax, 2.6, NARROW)
    with house():
        draw_response(ax, panel, here, axis or here[0], axes)
        ax.set_title(title(panel))
        ax.set_xlabel(axis or here[0])
        complete(ax, given)
    return ax


def effects(
    episodes: pl.DataFrame,
    game: str,
    factors: Sequence[str],
    measure: str = "coop_focal",
    arm: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Main effects of the ``factors`` on a measure with 95 % intervals: a row for each factor. Raises
    :class:`NothingToDraw` where there are none."""
    factors = picked(episodes.filter(pl.col("game") == game), factors)
    panel = _the_panel(panels_of(episodes, game, factors), measure, arm)
    given, ax = ax, canvas(ax, 0.9 + EFFECT * len(factors), NARROW)
    with house():
        draw_effects(ax, panel, factors)
        complete(ax, given)
    return ax


def title(panel: Panel) -> str:
    """The seats and the measure."""
    return f"{names([panel.seats])[0]}: {MEASURES[panel.measure]}"


def draw_response(ax: Axes, panel: Panel, here: Sequence[str], axis: str, axes: Mapping[str, str]) -> None:
    """The combinations and the lines of one panel over one axis."""
    for line, twin in zip(panel.lines, twins([line.norms for line in panel.lines]), strict=True):
        _course(ax, line, here.index(axis), DASHES[twin % len(DASHES)])
    if axes[axis].startswith("tag(log"):
        ax.set_xscale("log")
    low, high = ax.get_ylim()  # both measures have 0 and 1 as their marks: never a magnified sliver
    ax.set_ylim(min(low, -0.05), max(high, 1.05))


def draw_effects(ax: Axes, panel: Panel, factors: Sequence[str]) -> None:
    """The rows of one panel."""
    rows = [main_effects(line, factors) for line in panel.lines]
    places = np.linspace(-_SPREAD / 2, _SPREAD / 2, len(rows)) if len(rows) > 1 else [0.0]
    ax.axvline(0, color=MUTED, linewidth=1, zorder=1)
    for line, of, place in zip(panel.lines, rows, places, strict=True):
        _effects(ax, line, of, float(place))
    one = next((of for of in rows if of), [])
    ax.set_yticks(range(len(one)), [wrapped(_step(row), LABEL, STYLE["ytick.labelsize"], most=2) for row in one])
    ax.set_ylim(len(factors) - 0.5, -0.5)
    ax.set_title(f"{names([panel.seats])[0]}: effect on {MEASURES[panel.measure]}")


def _the_panel(found: Sequence[Panel], measure: str, arm: str | None) -> Panel:
    for panel in found:
        if panel.measure == measure and arm in (None, panel.seats):
            return panel
    raise NothingToDraw(
        f"{MEASURES.get(measure, measure)} is not defined here" + (f" for {said_of(arm)}" if arm else "")
    )


def panels_of(episodes: pl.DataFrame, game: str, axes: Sequence[str]) -> list[Panel]:
    """A panel for each measure and way of filling the seats. Raises :class:`NothingToDraw` if there is none."""
    if not axes:
        raise NothingToDraw(f"no design picked settings in {said_of(game)}")
    by_measure = {measure: lines(episodes, game, axes, measure) for measure in MEASURES}
    found = [
        Panel(measure, seats, [line for line in of if line.seats == seats][:MOST_LINES])
        for measure, of in by_measure.items()
        for seats in list(dict.fromkeys(line.seats for line in of))[:MOST_SEATS]
    ]
    if not found:
        raise NothingToDraw(f"neither cooperation nor welfare is defined in {said_of(game)}")
    return found


def _course(ax: Axes, line: Line, axis: int, dashes: Any) -> None:
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
    (course,) = ax.plot(at, [float(ci.value) for ci in means], color=colour, linestyle=dashes, label=label, zorder=4)
    course.set_marker(look(line.norms).marker)
    low, high = ([float(getattr(ci, end)) for ci in means] for end in ("low", "high"))
    ax.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0, zorder=1)


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
