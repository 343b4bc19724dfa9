"""What one planted error changes in the steps that follow."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..measure import Interval
from .style import MUTED, NothingToDraw, canvas, house

SIDES = (("who erred", "#c9500c", "o", "-"), ("the partners", "#0a66ad", "s", "--"))
"""In the order of :func:`comity.analysis.irf`: words, colour, marker, dashes."""


def impulse_response(found: Interval, ax: Axes | None = None) -> Axes:
    """The change in cooperation k steps after the error, for who erred and for the partners, with 95 % bands.

    ``found`` is what :func:`comity.analysis.irf` returns. The error itself, at 0, is left hollow: it is no part of the
    echo. Raises :class:`NothingToDraw` where no cooperative spell was hit.
    """
    if not found.n[0, 0]:
        raise NothingToDraw("in no world did the error hit a step in which all cooperated")
    with house():
        ax = canvas(ax, 3.0, width=6.4)
        k = np.arange(found.value.shape[1])
        for side, (words, colour, marker, dashes) in enumerate(SIDES):
            ax.fill_between(k, found.low[side], found.high[side], color=colour, alpha=0.16, linewidth=0)
            line: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": dashes}
            ax.plot(k, found.value[side], markersize=4.5, label=words, **line)
        ax.plot([0], found.value[:1, 0], "o", color=SIDES[0][1], markerfacecolor="white", markersize=6.5, zorder=6)
        ax.axhline(0, color=MUTED, linewidth=0.8, zorder=1)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        ax.set(xlabel="steps after the error", ylabel="change in cooperation")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
    return ax
