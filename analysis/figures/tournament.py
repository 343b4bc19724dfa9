"""Who gets what from whom in a round robin, and who comes out on top."""

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from .style import GRID, MUTED, PAGE, NothingToDraw, footnote, house, names, panels

ROW = 0.27  # inches per entrant
COLOURS = "cividis"
"""Dark to light, the same to the colour-blind, and apart from a light and from a dark page."""
MOST_NUMBERS = 14
"""Entrants up to which a cell has room for its number."""
MOST_NAMES = 30
"""Entrants up to which the columns have room for names; beyond, they stand in the order of the rows."""
_BRIGHT = 0.5  # from here on the scale is light enough for dark digits
_DIGITS = ("#ffffff", "#101010")  # on dark and on light cells, whatever the page
_SCORE = "#0a66ad"


def tournament(frame: pl.DataFrame, ranking: pl.DataFrame) -> Figure:
    """Payoffs per step of the row from the column, the best entrant first, beside the scores with their 95 % intervals.

    The tables are those of :class:`comity.experiments.tournaments.tournament.Tournament`: ``frame()`` and
    ``ranking()``. Raises :class:`NothingToDraw` for an empty one.
    """
    if frame.is_empty():
        raise NothingToDraw("nobody met anybody")
    entrants = ranking["entrant"].to_list()
    with house():
        figure, axes = panels(1, 2, 1.5 + ROW * len(entrants), gridspec_kw={"width_ratios": [2.2, 1]}, sharey=True)
        heat, scores = axes[0]
        _heat_map(figure, heat, _square(frame, entrants), names(entrants))
        heat.set_title(f"{names([frame['game'][0]])[0]}: payoff per step of the row from the column")
        hollow = _scores(scores, ranking)
        scores.set_title("mean score")
        exact = int(frame["exact"].sum())
        notes = ["Bars are 95 % intervals over repetitions"]
        notes += ["hollow: no variation between repetitions, or one only, so no interval"] if hollow else []
        notes += [f"{exact} of {frame.height} payoffs are exact"] if exact else []
        footnote(figure, "; ".join(notes) + ".")
    return figure


def _square(frame: pl.DataFrame, entrants: list[str]) -> np.ndarray:
    """(m, m) payoffs in the order of the entrants, NaN for those who did not meet."""
    place = {name: k for k, name in enumerate(entrants)}
    square = np.full((len(entrants),) * 2, np.nan)
    for row, column, payoff in frame.select("entrant", "opponent", "payoff").iter_rows():
        square[place[row], place[column]] = payoff
    return square


def _heat_map(figure: Figure, ax: Axes, square: np.ndarray, words: list[str]) -> None:
    """Cells coloured by payoff, with its number or beside a key to the colours."""
    m = len(square)
    low, high = float(np.nanmin(square)), float(np.nanmax(square))
    scale, edges = Normalize(low, high if high > low else low + 1), np.arange(m + 1) - 0.5
    cells = ax.pcolormesh(edges, edges, square, cmap=COLOURS, norm=scale)
    ax.set_ylim(m - 0.5, -0.5)
    ax.set_yticks(range(m), words)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_xticks(range(m), words if m <= MOST_NAMES else [""] * m, rotation=45, ha="left", rotation_mode="anchor")
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    if m > MOST_NUMBERS:
        figure.colorbar(cells, ax=ax, location="bottom", shrink=0.5, aspect=40, label="payoff per step")
        return
    for (i, j), payoff in np.ndenumerate(square):
        if not np.isnan(payoff):
            colour = _DIGITS[int(payoff - low >= _BRIGHT * (high - low))]
            ax.text(j, i, f"{payoff:.2f}".replace("-", "−"), color=colour, ha="center", va="center", fontsize=7.5)


def _scores(ax: Axes, ranking: pl.DataFrame) -> bool:
    """A point and a bar for every entrant; whether some have no interval (drawn hollow)."""
    rows: list[dict[str, Any]] = ranking.to_dicts()
    ax.hlines(range(len(rows)), 0, 1, transform=ax.get_yaxis_transform(), color=GRID, linewidth=0.6, zorder=0)
    for y, row in enumerate(rows):
        bare = row["low"] is None
        if not bare:
            ax.hlines(y, row["low"], row["high"], color=_SCORE, linewidth=2.4, capstyle="round", zorder=3)
        face, edge = (PAGE, _SCORE) if bare else (_SCORE, PAGE)
        (point,) = ax.plot([row["score"]], [y], "o", color=face, zorder=4)
        point.set(markeredgecolor=edge, markeredgewidth=1.4 if bare else 0.7)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("payoff per step")
    ax.tick_params(axis="x", color=MUTED)
    return any(row["low"] is None for row in rows)
