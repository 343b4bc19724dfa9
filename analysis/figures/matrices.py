"""Square tables of numbers: how far rankings agree, and under which weightings one setting is better than another."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from ..measure import FloatArray
from ..ranks import UNSTABLE, TauMatrix
from .style import MUTED, NothingToDraw, canvas, house, names

COLOURS = "cividis"
MOST = 14
"""Rows that there is room for."""
_ROW, _LETTERS = 0.36, 0.085  # inches for a row, and for a letter of a label
_BRIGHT = 0.5  # from here on the scale is light enough for dark digits
_DIGITS = ("#ffffff", "#101010")


def tau_matrix(found: TauMatrix, labels: Sequence[str], ax: Axes | None = None) -> Axes:
    """Kendall's τ between the rankings of the settings under every pair of welfare functions.

    Args:
        found: of :func:`..ranks.tau_matrix`, K functions.
        labels: (K,), what they are called.
        ax: axes to draw on; a new figure if left out.

    A cell with a τ below .7 has a dashed frame; – is a function that ranks nothing.

    Raises:
        NothingToDraw: with fewer than two functions, or more than 14.
    """
    if len(labels) < 2:
        raise NothingToDraw("one welfare function alone has nothing to agree with")
    ax = _square(found.tau, labels, -1.0, 1.0, ax)
    with house():
        for i, j in found.unstable:
            for row, column in ((i, j), (j, i)):
                edge = _digit(found.tau[row, column], -1.0, 1.0)
                frame = Rectangle((column - 0.44, row - 0.44), 0.88, 0.88, fill=False, edgecolor=edge, linewidth=1.2)
                frame.set_linestyle((0, (2, 1.5)))
                ax.add_patch(frame)
        ax.set_title("agreement of rankings, Kendall's τ")
        note = f"lowest {found.least:.2f}, median {found.median:.2f}".replace("-", "−")
        note += f"; dashed: below {UNSTABLE:g}" if found.unstable else ""
        ax.set_xlabel(note, color=MUTED, fontsize=8, loc="left")
    return ax


def simplex_shares(shares: FloatArray, labels: Sequence[str], ax: Axes | None = None) -> Axes:
    """Under which share of all weightings of the welfare functions the row's setting is better than the column's.

    Args:
        shares: (S, S) of :func:`..ranks.simplex_share`, the diagonal left out.
        labels: (S,), the settings.
        ax: axes to draw on; a new figure if left out.

    Raises:
        NothingToDraw: with fewer than two settings, or more than 14.
    """
    if len(labels) < 2:
        raise NothingToDraw("one setting alone is not better than any other")
    found = np.array(shares, dtype=np.float64)
    np.fill_diagonal(found, np.nan)
    ax = _square(found, labels, 0.0, 1.0, ax)
    with house():
        ax.set_title("share of weightings that prefer the row to the column")
    return ax


def _square(values: FloatArray, labels: Sequence[str], low: float, high: float, ax: Axes | None) -> Axes:
    """Cells with their numbers, rows and columns under the same names."""
    m, words = len(labels), names(labels)
    if m > MOST:
        raise NothingToDraw(f"{m} rows are more than a figure has room for ({MOST})")
    longest = max(map(len, words))
    ax = canvas(ax, 1.2 + _ROW * m + 0.6 * _LETTERS * longest, 2.2 + 0.62 * m + _LETTERS * longest)
    edges, scale = np.arange(m + 1) - 0.5, Normalize(low, high)
    with house():
        ax.pcolormesh(edges, edges, values, cmap=COLOURS, norm=scale)
        ax.set_ylim(m - 0.5, -0.5)
        ax.set_yticks(range(m), words)
        ax.set_xticks(range(m), words, rotation=35, ha="left", rotation_mode="anchor")
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        for (i, j), value in np.ndenumerate(values):
            if np.isnan(value):
                ax.text(j, i, "" if i == j else "–", color=MUTED, ha="center", va="center", fontsize=8)
            else:
                colour = _digit(value, low, high)
                ax.text(j, i, f"{value:.2f}".replace("-", "−"), color=colour, ha="center", va="center", fontsize=8)
    return ax


def _digit(value: float, low: float, high: float) -> str:
    """The colour of what stands on the colour of a value."""
    return _DIGITS[int((value - low) / (high - low) >= _BRIGHT)]
