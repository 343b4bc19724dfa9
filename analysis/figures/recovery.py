"""Known parameters beside their estimates (:mod:`comity.analysis.recovery`)."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import MUTED, PAGE, NothingToDraw, canvas, footnote, house, names, panels

HEIGHT = 3.2
COLOURS = (("#0a66ad", "o"), ("#c9500c", "s"), ("#058560", "^"), ("#b4568f", "D"))
"""Of games, in order: colour and marker."""
LABELS = {
    "rationality": "λ, rationality",
    "kindness": "κ, kindness",
    "positive": "ρ⁺, positive reciprocity",
    "negative": "ρ⁻, negative reciprocity",
}
_WIDE = 0.5  # of the distance of two true values, over which simulations are spread


def recovered(frame: pl.DataFrame, parameter: str, ax: Axes | None = None) -> Axes:
    """Estimates of one parameter with their intervals, beside the true value, a dashed line.

    Simulations of one true value stand side by side; what lies beyond the panel is cut off. What cannot be told is left
    out and counted.

    Args:
        frame: of :func:`comity.experiments.probes.recovery.recovery`.
        parameter: one of its parameters.
        ax: of a figure of one's own.

    Raises:
        NothingToDraw: where no simulation told of the parameter.
    """
    rows = frame.filter(pl.col("parameter") == parameter)
    told = rows.filter("told")
    if told.is_empty():
        raise NothingToDraw(f"no simulation tells of {parameter}")
    with house():
        ax = canvas(ax, HEIGHT, 4.1)
        truths = np.sort(rows["true"].unique().to_numpy())
        gap = float(np.diff(truths).min()) if len(truths) > 1 else 1.0
        games = frame["game"].unique(maintain_order=True).to_list()
        for k, game in enumerate(games):
            of_game = told.filter(pl.col("game") == game).sort("true", "simulation")
            x = _beside(of_game["true"].to_numpy(), _WIDE * gap / len(games)) + _shift(k, len(games)) * gap
            _points(ax, x, of_game, *COLOURS[k % len(COLOURS)], label=names([game])[0])
        ends = float(truths[0] - gap / 2), float(truths[-1] + gap / 2)
        ax.hlines(
            truths, truths - gap / 2, truths + gap / 2, color=MUTED, linewidth=1.2, linestyle=(0, (4, 2)), zorder=5
        )
        low, high = told.select(low=pl.col("low").quantile(0.02), high=pl.col("high").quantile(0.98)).row(0)
        far = ends[1] - ends[0]
        ax.set_ylim(max(ends[0] - far, min(low, ends[0])), min(ends[1] + far, max(high, ends[1])))
        ax.set_xlim(*ends)
        ax.set_xticks(truths, [f"{one:g}" for one in truths])
        ax.set(xlabel="true", ylabel="recovered")
        ax.set_title(LABELS.get(parameter, parameter))
        if len(told) < len(rows):
            ax.annotate(
                f"{len(rows) - len(told)} of {len(rows)} not told", (0.98, 0.03), xycoords="axes fraction", ha="right",
                fontsize=7.5, color=MUTED,
            )  # fmt: skip
    return ax


def recovery(frame: pl.DataFrame) -> Figure:
    """A panel per parameter. Raises :class:`NothingToDraw` where nothing could be told of any."""
    parameters = [name for name in LABELS if not frame.filter("told", pl.col("parameter") == name).is_empty()]
    if not parameters:
        raise NothingToDraw("no simulation tells of any parameter")
    with house():
        figure, axes = panels(-(-len(parameters) // 2), 2, HEIGHT * -(-len(parameters) // 2))
        for ax, name in zip(axes.flat, parameters, strict=False):
            recovered(frame, name, ax)
        for ax in axes.flat[len(parameters) :]:
            ax.set_visible(False)
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper left", ncols=4)
        footnote(figure, "Bars are 95 % profile intervals, hollow where they miss the true value.")
    return figure


def _points(ax: Axes, x: np.ndarray, rows: pl.DataFrame, colour: str, marker: str, label: str) -> None:
    value, low, high, true = (rows[name].to_numpy() for name in ("value", "low", "high", "true"))
    hit = (low <= true) & (true <= high)
    ax.vlines(x, low, high, color=colour, linewidth=0.7, alpha=0.55, zorder=2)
    ax.plot(x[hit], value[hit], marker, color=colour, markersize=3, markeredgewidth=0, zorder=3, label=label)
    ax.plot(x[~hit], value[~hit], marker, color=PAGE, markersize=4, markeredgecolor=colour, zorder=4)


def _beside(true: np.ndarray, width: float) -> np.ndarray:
    """Those of one true value, spread evenly around it."""
    x = true.astype(np.float64)
    for one in np.unique(true):
        here = true == one
        x[here] += np.linspace(-width / 2, width / 2, here.sum()) if here.sum() > 1 else 0.0
    return x


def _shift(k: int, games: int) -> float:
    """Games stand side by side around each true value."""
    return (k - (games - 1) / 2) * 0.8 / games
