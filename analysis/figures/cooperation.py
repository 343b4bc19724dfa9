"""How much cooperation there was under each norm."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .dots import SHARE_TICKS, by_arm
from .style import MUTED

BELOW = 0.28
"""Of a line's height: where the bounds are drawn, clear of the interval."""
BOUNDS = ("coop_lower_focal", "coop_upper_focal")


def cooperation(summary: pl.DataFrame, game: str) -> Figure:
    """Cooperation of the seats that carry the norm, one panel per arm, points with 95 % intervals over worlds; where
    choices were invalid, a thin line from the rate with all of them as defection to that with all as cooperation.

    ``summary`` is :func:`..summary.summarise`'s table. Raises :class:`.style.NothingToDraw` where the game has no
    labels.
    """
    bounds = summary.filter(pl.col("game") == game, pl.col("base"), pl.col("measure").is_in(BOUNDS))

    def add_bounds(ax: Axes, arm: str, conditions: list[str]) -> None:
        here = bounds.filter(pl.col("seats") == arm, pl.col("condition").is_in(conditions))
        by_cell = here.group_by("cell", "condition", maintain_order=True)
        for _, condition, low, high in by_cell.agg(low=pl.min("value"), high=pl.max("value")).iter_rows():
            if high > low:
                y = [conditions.index(condition) + BELOW] * 2
                ax.plot([low, high], y, marker="|", color=MUTED, linewidth=0.9, markersize=7, zorder=2)

    return by_arm(summary, game, "coop_focal", "cooperation (0 none, 1 full)", SHARE_TICKS, add_bounds)
