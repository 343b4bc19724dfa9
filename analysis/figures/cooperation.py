"""How much cooperation there was under each norm."""

import polars as pl
from matplotlib.figure import Figure

from .dots import SHARE_TICKS, by_arm


def cooperation(summary: pl.DataFrame, game: str) -> Figure:
    """Cooperation of the seats that carry the norm, one panel per arm, points with 95 % intervals over worlds.

    ``summary`` is :func:`..summary.summarise`'s table. Raises :class:`.style.NothingToDraw` where the game has no
    labels.
    """
    return by_arm(summary, game, "coop_focal", "cooperation (0 none, 1 full)", SHARE_TICKS)
