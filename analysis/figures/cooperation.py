"""How much cooperation there was under each norm."""

import polars as pl
from matplotlib.axes import Axes

from .dots import arms_and_conditions, by_condition, complete, panel_height, the_arm
from .style import MUTED, NARROW, canvas, house

BELOW = 0.28
"""Of a line's height: where the bounds are drawn, clear of the interval."""
BOUNDS = ("coop_lower_focal", "coop_upper_focal")


def cooperation(summary: pl.DataFrame, game: str, arm: str | None = None, ax: Axes | None = None) -> Axes:
    """Cooperation of the seats that carry the norm, in one arm, points with 95 % intervals over worlds; where choices
    were invalid, a thin line from the rate with all of them as defection to that with all as cooperation.

    ``summary`` is :func:`..summary.summarise`'s table. Raises :class:`.style.NothingToDraw` where the game has no
    labels.
    """
    _, conditions = arms_and_conditions(summary, game)
    given, ax = ax, canvas(ax, panel_height(conditions), NARROW)
    by_condition(summary, game, "coop_focal", arm, ax)
    here = summary.filter(pl.col("game") == game, pl.col("base"), pl.col("measure").is_in(BOUNDS))
    here = here.filter(pl.col("seats") == the_arm(summary, game, arm), pl.col("condition").is_in(conditions))
    with house():
        by_cell = here.group_by("cell", "condition", maintain_order=True)
        for _, condition, low, high in by_cell.agg(low=pl.min("value"), high=pl.max("value")).iter_rows():
            if high > low:
                y = [conditions.index(condition) + BELOW] * 2
                ax.plot([low, high], y, marker="|", color=MUTED, linewidth=0.9, markersize=7, zorder=2)
        ax.set_xlabel("cooperation (0 none, 1 full)")
        complete(ax, given)
    return ax
