"""What two parties can agree on, and what the theories of bargaining would have them agree on (GAMES.md §3.7)."""

import polars as pl
from matplotlib.axes import Axes

from .dots import complete
from .export import whole
from .style import MUTED, NARROW, NothingToDraw, canvas, footnote, house, names

HEIGHT = 3.6
CROWD = 30
"""A solution of more deals than this is drawn small: it is a line."""
SOLUTIONS = {
    "nash": ("Nash", "#c9500c", "s", 9.0),
    "kalai_smorodinsky": ("Kalai–Smorodinsky", "#0a66ad", "^", 8.0),
    "egalitarian": ("egalitarian", "#058560", "o", 5.5),
    "utilitarian": ("utilitarian", "#b4568f", "D", 7.0),
}
"""Word, colour, marker and size of each solution, larger ones first so that those of one deal show each other."""


def bargaining_set(deals: pl.DataFrame, disagreement: tuple[float, float], title: str, ax: Axes | None = None) -> Axes:
    """Every deal in the plane of two utilities: a dot, larger on the Pareto frontier, marked where it is a solution.

    Args:
        deals: a row each, columns ``first``, ``second`` (utilities), and booleans ``pareto`` and the names of
            ``SOLUTIONS``.
        disagreement: what both have without a deal; what lies right of and above it is rational for both.
        title: of the panel.

    Raises:
        NothingToDraw: if there is no deal.
    """
    if deals.is_empty():
        raise NothingToDraw("there is no deal to draw")
    given, ax = ax, canvas(ax, HEIGHT, NARROW)
    with house():
        d1, d2 = disagreement
        ax.axvline(d1, color=MUTED, linewidth=0.9, linestyle="--", zorder=1)
        ax.axhline(d2, color=MUTED, linewidth=0.9, linestyle="--", zorder=1)
        seen = deals.unique(["first", "second", "pareto"])
        for efficient, size, label in ((False, 6, "a deal"), (True, 16, "on the Pareto frontier")):
            part = seen.filter(pl.col("pareto") == efficient)
            ax.scatter(part["first"], part["second"], s=size, color=MUTED, linewidth=0, label=label, zorder=2)
        for name, (word, colour, marker, size) in SOLUTIONS.items():
            part = deals.filter(pl.col(name)).unique(["first", "second"])
            crowded = 0.5 if len(part) > CROWD else 1.0
            ax.plot(
                part["first"], part["second"], linestyle="", color=colour, marker=marker, markersize=size * crowded,
                markerfacecolor="none", markeredgewidth=1.6 * crowded, label=word, zorder=3,
            )  # fmt: skip
        ax.set(xlabel="utility of the first party", ylabel="utility of the second")
        ax.set_title(names([title])[0])
        complete(ax, given)
        if given is None:
            footnote(whole(ax), "Dashed: what both have without a deal.")
    return ax
