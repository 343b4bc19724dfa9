"""Who gets how far ahead of somebody's like."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from .style import INK, MUTED, canvas, house, names


def attackers(frame: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """A row for each attacker of :meth:`comity.experiments.probes.Exploitability.frame`, with its 95 % interval; the
    largest, which is the exploitability, is filled.
    """
    with house():
        ax = canvas(ax, 0.9 + 0.36 * len(frame), width=6.4)
        place = np.arange(len(frame))
        value, low, high = (frame[name].to_numpy() for name in ("value", "low", "high"))
        ax.hlines(place, low, high, color=INK, linewidth=1.6)
        ax.plot(value, place, "o", color=INK, markerfacecolor="white", zorder=4)
        top = np.flatnonzero(value == value.max())
        ax.plot(value[top], place[top], "o", color=INK, zorder=5)
        ax.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
        ax.set_yticks(place, names(frame["attacker"].to_list()))
        ax.set_ylim(len(frame) - 0.5, -0.5)
        ax.set_xlabel(f"lead over {names([frame['against'][0]])[0]}, in units of the game")
    return ax
