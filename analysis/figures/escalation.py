"""Escalation: how much pressing there was over time."""

import polars as pl
from matplotlib.figure import Figure

from .style import NothingToDraw
from .time_course import time_course


def escalation(steps: pl.DataFrame, episodes: pl.DataFrame, game: str) -> Figure:
    """The share that presses, step by step, by norm. Raises :class:`NothingToDraw` in a game without a ladder."""
    here = episodes.filter(pl.col("game") == game)
    if "press_share" not in here.columns or here["press_share"].null_count() == len(here):
        raise NothingToDraw(f"{game} has no ladder of escalation")
    return time_course(steps, episodes, game, ("pressing",))
