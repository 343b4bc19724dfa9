"""Lines over steps, one per condition, drawn so that none hides another."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ..measure import FloatArray
from .fit import legend
from .style import DASHES, PAGE, look, marker_size, names, twins

_DASH = 3.0  # length of a stripe, in line widths
MOST_LINES = 15
"""Conditions that one panel can hold."""
MARKS = 4
"""Markers along a line, about."""
_ROUNDING = 9  # decimals: courses this equal are the same


class Course(NamedTuple):
    """One condition's line with its band, and which part of it stands on enough worlds to be drawn boldly."""

    norm: str
    steps: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    firm: np.ndarray
    over: bool = False
    """Did every episode end here? Then a marker closes the line."""
    twin: int = 0
    """How many lines before it have the same look."""


def draw(ax: Axes, courses: Sequence[Course], stairs: bool = False) -> None:
    """All lines of a panel, each with its marker here and there; those that coincide exactly become one line in
    stripes of their colours."""
    groups: dict[tuple[bytes, ...], list[Course]] = {}
    for one in courses:
        place = tuple(np.round(values + 0.0, _ROUNDING).tobytes() for values in (one.steps, one.mean))
        groups.setdefault(place, []).append(one)
    faint = min(0.15, 0.9 / max(1, len(courses)))  # many bands over each other would be mud
    order = {id(one): k for k, one in enumerate(courses)}
    for together in groups.values():
        first = together[0]
        band = {"color": look(first.norm).light, "alpha": faint, "linewidth": 0, "zorder": 2}
        ax.fill_between(first.steps, first.low, first.high, step="post" if stairs else None, **band)
        for k, one in enumerate(together):
            rest = len(together) - 1
            stripes = (k * _DASH, (_DASH, rest * _DASH)) if rest else DASHES[one.twin % len(DASHES)]
            _line(ax, one, stripes, "steps-post" if stairs else "default", order[id(one)] / len(courses))


def _line(ax: Axes, one: Course, stripes: Any, drawstyle: Any, shift: float) -> None:
    """Thin where it stands on few worlds, bold (and striped) elsewhere, closed by a marker if it is over."""
    style, bold = look(one.norm), np.where(one.firm, one.mean, np.nan)
    ax.plot(one.steps, one.mean, color=style.light, linewidth=0.9, alpha=0.7, zorder=3, drawstyle=drawstyle)
    (line,) = ax.plot(one.steps, bold, color=style.light, linewidth=2, zorder=4, drawstyle=drawstyle)
    line.set(linestyle=stripes, dash_capstyle="butt")
    every = max(1, len(one.steps) // MARKS)
    at = list(range(int(shift * every), max(0, len(one.steps) - one.over), every))
    ends = [len(one.steps) - 1] if one.over and len(one.steps) else []
    (marks,) = ax.plot(one.steps[at + ends], one.mean[at + ends], style.marker, color=style.light, zorder=5)
    marks.set(markersize=marker_size(style) - 1.5, markeredgecolor=PAGE, markeredgewidth=0.6, clip_on=False)


def step_axis(ax: Axes, last: float) -> None:
    """Whole steps from the first to the last."""
    ax.set_xlim(0, max(last, 1) * 1.03)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.set_xlabel("step")
    ax.tick_params(labelbottom=True)


def key(figure: Figure, conditions: pl.DataFrame) -> None:
    """Every condition (columns ``condition``, ``norms``) with its line and marker, on top of the figure."""
    keys = []
    for norm, twin in zip(conditions["norms"], twins(conditions["norms"].to_list()), strict=True):
        style = look(norm)
        line = Line2D([], [], color=style.light, marker=style.marker, linestyle=DASHES[twin % len(DASHES)])
        line.set(markeredgecolor=PAGE, markersize=marker_size(style) - 1)
        keys.append(line)
    legend(figure, keys, names(conditions["condition"].to_list()))
