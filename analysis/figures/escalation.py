"""Escalation: how much pressing there was over time."""

import polars as pl
from matplotlib.axes import Axes

from .style import NothingToDraw, said_of
from .time_course import time_course


def escalation(
    steps: pl.DataFrame | None,
    episodes: pl.DataFrame,
    game: str,
    arm: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The share that presses, step by step, by norm, in one arm. Raises :class:`NothingToDraw` in a game without a
    ladder."""
    demand_a_ladder(episodes, game)
    return time_course(steps, episodes, game, "pressing", arm, ax)


def demand_a_ladder(episodes: pl.DataFrame, game: str) -> None:
    """Raises :class:`NothingToDraw` in a game without a ladder of escalation."""
    here = episodes.filter(pl.col("game") == game)
    if "press_share" not in here.columns or here["press_share"].null_count() == len(here):
        raise NothingToDraw(f"{said_of(game)} has no ladder of escalation")
