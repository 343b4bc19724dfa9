"""Reciprocity by lag: which coefficient of the panel stands out how late."""

import re
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from ..measure import FloatArray
from ..reciprocity import KINDS, LagPanel
from .style import MUTED, PAGE, canvas, house

BLUE, ORANGE, BLANK, DARK = "#7fb3dd", "#f0a47c", "#eceef0", "#15181b"
"""Fixed on either page: the numbers are written on them."""
_COLOURS = LinearSegmentedColormap.from_list("answers", [ORANGE, "#f7f7f5", BLUE])
ROW = 0.34  # inches


def lag_heat(found: LagPanel, ax: Axes | None = None) -> Axes:
    """The panel's coefficients by kind (rows) and lag (columns), as :func:`~.reciprocity.panel_profile` finds them.

    Numbers are written in the cells, bold where the 95 % interval excludes 0. Lag 0 is hatched: association within a
    step is not reciprocity. Kinds that are not in the panel are left out.
    """
    there = [k for k in range(len(KINDS)) if not np.isnan(found.value[:, k]).all()]
    part = [values[:, there].T for values in (found.value, found.low, found.high)]
    return heat(*part, [KINDS[k] for k in there], ax)  # type: ignore[arg-type]


def heat(value: FloatArray, low: FloatArray, high: FloatArray, rows: Sequence[str], ax: Axes | None = None) -> Axes:
    """Coefficients (rows, lags) with their intervals, lag 0 first; ``rows`` are named at the left."""
    lags = value.shape[1]
    with house():
        ax = canvas(ax, 0.9 + ROW * max(len(rows), 1), width=min(8.2, 2.4 + 0.75 * lags))
        for r in range(len(rows)):
            for k in range(lags):
                _cell(ax, r, k, value[r, k], bool(low[r, k] > 0 or high[r, k] < 0))
        ax.set(xlim=(0, lags), ylim=(len(rows), 0), xlabel="lag in steps (0: not reciprocity)")
        ax.set_xticks(np.arange(lags) + 0.5, [str(k) for k in range(lags)])
        ax.set_yticks(np.arange(len(rows)) + 0.5, list(rows))
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(length=0)
    return ax


def _cell(ax: Axes, row: int, lag: int, value: float, clear: bool) -> None:
    known = not np.isnan(value)
    colour = _COLOURS(0.5 + 0.5 * float(np.clip(value, -1, 1))) if known and lag else BLANK
    box = Rectangle((lag, row), 1, 1, facecolor=colour, edgecolor=PAGE, linewidth=1.5)
    ax.add_patch(box)
    if lag == 0:
        ax.add_patch(
            Rectangle((lag, row), 1, 1, facecolor="none", edgecolor=MUTED, linewidth=0, hatch="////", alpha=0.25)
        )
    number = f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
    text = re.sub(r"^(−?)0\.", r"\1.", number) if known else "–"
    weight = "bold" if clear and lag else "normal"
    ax.text(lag + 0.5, row + 0.5, text, ha="center", va="center", fontsize=8.5, color=DARK, weight=weight)
