"""Schelling diagrams: what cooperating and defecting pay, by how many others cooperate (GAMES.md §0.7)."""

import polars as pl
from matplotlib.axes import Axes

from .dots import complete
from .export import whole
from .style import MUTED, NARROW, NothingToDraw, canvas, footnote, house, names

HEIGHT = 3.0
CONDUCT = {"cooperates": ("#0a66ad", "o"), "defects": ("#c9500c", "s")}
"""Colour and marker of the focal seat's conduct; blue and orange are told apart by the colour-blind."""


def schelling(frame: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """The diagram of :meth:`comity.experiments.probes.Schelling.frame`: total payoff of the focal seat, a line per
    conduct with its 95 % band.

    Where the line of defection is above that of cooperation at the left there is fear, at the right greed. Raises
    :class:`NothingToDraw` for an empty table.
    """
    if frame.is_empty():
        raise NothingToDraw("no diagram was computed")
    given, ax = ax, canvas(ax, HEIGHT, NARROW)
    with house():
        for conduct, (colour, marker) in CONDUCT.items():
            line = frame.filter(pl.col("focal") == conduct).sort("others")
            ell, low, high = (line[name].to_numpy() for name in ("others", "low", "high"))
            ax.fill_between(ell, low, high, color=colour, alpha=0.16, linewidth=0)
            ax.plot(ell, line["payoff"].to_numpy(), color=colour, marker=marker, label=f"the focal seat {conduct}")
        most = int(frame["others"].max())  # type: ignore[arg-type]
        ax.set_xticks(range(0, most + 1, max(1, most // 10)))
        ax.set(xlabel="others who cooperate (ℓ)", ylabel="payoff per episode")
        ax.set_title(names([frame["game"][0]])[0])
        ax.axhline(0, color=MUTED, linewidth=0.8, zorder=0)
        complete(ax, given)
        if given is None:
            footnote(whole(ax), "Bands are 95 % intervals over worlds and places.")
    return ax
