"""Dose and response: how much kindness it takes."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..summary import short
from .style import MUTED, SPARE, Look, NothingToDraw, house, names, panels

AXIS = "norms.kindness"
MOST_LINES = 8
_DASHES = ((0, (1, 1.5)), (0, (5, 3)))
MEASURES = {"coop_focal": "cooperation", "normalised_welfare": "normalised welfare"}
_ARMS = (Look("#0a66ad", "", "o"), Look("#c9500c", "", "s"), Look("#058560", "", "^"), *SPARE)


class Payoffs(NamedTuple):
    """Of a 2×2 dilemma."""

    temptation: float
    reward: float
    punishment: float
    sucker: float


def thresholds(payoffs: Payoffs) -> dict[str, float]:
    """The kindness from which cooperating is the better reply in one step (NORMS.md §2), to a cooperator and to a
    defector.

    >>> [round(at, 3) for at in thresholds(Payoffs(5, 3, 1, 0)).values()]
    [0.25, 0.667]
    """
    t, r, p, s = payoffs
    return {
        "C becomes the better answer to a defector": (p - s) / (t - p),
        "C becomes the better answer to a cooperator": (t - r) / (r - s),
    }


def dose_response(
    summary: pl.DataFrame, game: str, marks: Mapping[str, float] | None = None, axis: str = AXIS
) -> Figure:
    """Cooperation and normalised welfare over the setting ``axis``, one line per arm with 95 % intervals.

    ``marks`` are known thresholds by name. Raises :class:`NothingToDraw` where the axis was not swept.
    """
    lines = dict(list(lines_over(summary, game, axis, list(MEASURES)).items())[:MOST_LINES])
    with house():
        shown = [key for key in MEASURES if any((part["measure"] == key).any() for part in lines.values())]
        figure, axes = panels(1, len(shown), 3.0)
        for ax, key in zip(axes[0], shown, strict=True):
            for style, (label, part) in zip(cycle(_ARMS), lines.items(), strict=False):
                _line(ax, part.filter(pl.col("measure") == key), axis, style, names([label])[0])
            ax.set_title(MEASURES[key])
            ax.set_xlabel("kindness κ" if axis == AXIS else axis)
            for (word, at), dashes in zip((marks or {}).items(), _DASHES, strict=False):
                ax.axvline(at, color=MUTED, linewidth=1.2, linestyle=dashes, zorder=1, label=f"κ = {at:.2f}: {word}")
            low, high = ax.get_ylim()  # both measures have 0 and 1 as their marks: never a magnified sliver
            ax.set_ylim(min(low, -0.05), max(high, 1.05))
        handles, labels = axes[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=2)
    return figure


def lines_over(summary: pl.DataFrame, game: str, axis: str, measures: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The rows of each line by its label: same arm, norm and other settings, two or more values of the axis.

    Raises :class:`NothingToDraw` where the axis was not swept.
    """
    measured = pl.col("measure").is_in(list(measures))
    rows = summary.filter(pl.col("game") == game, measured) if axis in summary.columns else summary.clear()
    if axis in rows.columns and rows.schema[axis].is_numeric():
        rows = rows.filter(pl.col(axis).is_not_null()).sort(axis, maintain_order=True)
        other = [name for name in rows.columns[: rows.columns.index("condition")] if name not in ("cell", "game", axis)]
        groups = rows.partition_by(other, as_dict=True, maintain_order=True)
        swept = {key: part for key, part in groups.items() if part[axis].n_unique() > 1}
        varied = [k for k in range(len(other)) if k == 0 or len({key[k] for key in swept}) > 1]
        lines = {", ".join(_said(other[k], key[k]) for k in varied): part for key, part in swept.items()}
        if lines:
            return dict(sorted(lines.items()))
    raise NothingToDraw(f"{axis} was not swept in {game}")


def _said(name: str, value: object) -> str:
    """A value as the label of a line has it: arms and norms speak for themselves."""
    return str(value) if name in ("seats", "norms") else f"{short(name)}={value}"


def _line(ax: Axes, part: pl.DataFrame, axis: str, style: Look, label: str) -> None:
    """One arm: a line through the means, a bar for each interval."""
    x, y = part[axis].to_numpy(), part["value"].to_numpy()
    ax.plot(x, y, color=style.light, marker=style.marker, label=label, zorder=3, markersize=5)
    for row in part.filter(pl.col("low").is_not_null()).iter_rows(named=True):
        ax.plot([row[axis]] * 2, [row["low"], row["high"]], color=style.light, linewidth=2.2, alpha=0.45, zorder=2)
