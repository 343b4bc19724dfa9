"""Who gets what from whom in a round robin, and who comes out on top."""

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from .export import whole
from .fit import wrapped
from .style import GRID, MUTED, NARROW, PAGE, STYLE, NothingToDraw, canvas, footnote, house, names

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


def payoffs(frame: pl.DataFrame, ranking: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Payoffs per step of the row from the column, the best entrant first.

    The tables are those of :class:`comity.experiments.tournaments.tournament.Tournament`: ``frame()`` and
    ``ranking()``. Raises :class:`NothingToDraw` for an empty one.
    """
    if frame.is_empty():
        raise NothingToDraw("nobody met anybody")
    entrants = ranking["entrant"].to_list()
    ax = canvas(ax, height(ranking))
    with house():
        _heat_map(whole(ax), ax, _square(frame, entrants), _words(entrants))
        ax.set_title(f"{names([frame['game'][0]])[0]}: payoff per step of the row from the column")
    return ax


def scores(ranking: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Mean scores per step with their 95 % intervals over repetitions, the best entrant first."""
    if ranking.is_empty():
        raise NothingToDraw("nobody met anybody")
    given, ax = ax, canvas(ax, height(ranking), NARROW)
    with house():
        ax.set_yticks(range(len(ranking)), _words(ranking["entrant"].to_list()))
        ax.set_ylim(len(ranking) - 0.5, -0.5)
        _scores(ax, ranking)
        ax.set_title("mean score")
        if given is None:
            footnote(whole(ax), told(ranking))
    return ax


def height(ranking: pl.DataFrame) -> float:
    """Inches that as many entrants need."""
    return 1.5 + ROW * len(ranking)


def told(ranking: pl.DataFrame) -> str:
    """What the bars are, and which points have none."""
    bare = bool(ranking["low"].is_null().any())
    hollow = "; hollow: no variation between repetitions, or one only, so no interval" if bare else ""
    return f"Bars are 95 % intervals over repetitions{hollow}"


def _words(entrants: list[str]) -> list[str]:
    """Names as labels; what would fill half of the figure is cut off."""
    return [wrapped(name, 2.2, STYLE["ytick.labelsize"], most=1) for name in names(entrants)]


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


def _scores(ax: Axes, ranking: pl.DataFrame) -> None:
    """A point and a bar for every entrant, hollow where there is no interval."""
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
