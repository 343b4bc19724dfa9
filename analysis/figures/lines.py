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
from .style import PAGE, look, marker_size, names

_DASH = 3.0  # length of a stripe, in line widths
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


def draw(ax: Axes, courses: Sequence[Course], stairs: bool = False) -> None:
    """All lines of a panel; those that coincide exactly become one line in stripes of their colours."""
    groups: dict[tuple[bytes, ...], list[Course]] = {}
    for one in courses:
        place = tuple(np.round(values + 0.0, _ROUNDING).tobytes() for values in (one.steps, one.mean))
        groups.setdefault(place, []).append(one)
    for together in groups.values():
        first = together[0]
        band = {"color": look(first.norm).light, "alpha": 0.15, "linewidth": 0, "zorder": 2}
        ax.fill_between(first.steps, first.low, first.high, step="post" if stairs else None, **band)
        for k, one in enumerate(together):
            rest = len(together) - 1
            _line(ax, one, (k * _DASH, (_DASH, rest * _DASH)) if rest else "-", "steps-post" if stairs else "default")


def _line(ax: Axes, one: Course, stripes: Any, drawstyle: Any) -> None:
    """Thin where it stands on few worlds, bold (and striped) elsewhere, closed by a marker if it is over."""
    style, bold = look(one.norm), np.where(one.firm, one.mean, np.nan)
    ax.plot(one.steps, one.mean, color=style.light, linewidth=0.9, alpha=0.7, zorder=3, drawstyle=drawstyle)
    (line,) = ax.plot(one.steps, bold, color=style.light, linewidth=2, zorder=4, drawstyle=drawstyle)
    line.set(linestyle=stripes, dash_capstyle="butt")
    if one.over and len(one.steps):
        (end,) = ax.plot(one.steps[-1:], one.mean[-1:], style.marker, color=style.light, zorder=5, clip_on=False)
        end.set(markeredgecolor=PAGE, markeredgewidth=0.6, markersize=marker_size(style) - 0.5)


def step_axis(ax: Axes, last: float) -> None:
    """Whole steps from the first to the last."""
    ax.set_xlim(0, max(last, 1) * 1.03)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.set_xlabel("step")


def legend(figure: Figure, conditions: pl.DataFrame) -> None:
    """Every condition (columns ``condition``, ``norms``) with its line and marker, on top of the figure."""
    rows = list(conditions.iter_rows())
    keys = [
        Line2D(
            [],
            [],
            color=look(norm).light,
            marker=look(norm).marker,
            markeredgecolor=PAGE,
            markersize=marker_size(look(norm)),
        )
        for _, norm in rows
    ]
    words = names([condition for condition, _ in rows])
    figure.legend(
        keys,
        words,
        loc="outside upper left",
        ncols=min(7, len(rows)),
        columnspacing=1.2,
        handlelength=1.7,
        handletextpad=0.5,
    )
