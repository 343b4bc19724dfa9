"""Survival curves: how long what is shared, or a conflict, lasts."""

from typing import NamedTuple

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from ..measure import FloatArray
from ..statistics import Z
from ..summary import cells
from ..survival import Survival, kaplan_meier
from .dots import chosen, the_arm
from .export import whole
from .lines import MOST_LINES, Course, draw, key, step_axis
from .style import NARROW, NothingToDraw, canvas, house, names, said_of, twins
from .time_course import HEIGHT


class Ending(NamedTuple):
    """What a curve counts: the column of times, that of whether it happened, and what is left."""

    time: str
    event: str
    label: str


COLLAPSE = Ending("length", "collapsed", "share not collapsed")
QUIET = Ending("time_to_deescalate", "deescalated", "share not yet quiet")


def survival(episodes: pl.DataFrame, game: str, arm: str | None = None, ax: Axes | None = None) -> Axes:
    """Kaplan–Meier curves of not having collapsed by norm, in one arm, with a log–log band.

    Raises :class:`NothingToDraw` where no episode of the game collapsed.
    """
    demand(episodes, game, COLLAPSE)
    return _curves(episodes, game, COLLAPSE, arm, ax)


def quiet_curves(episodes: pl.DataFrame, game: str, arm: str | None = None, ax: Axes | None = None) -> Axes:
    """Kaplan–Meier curves of the time from the peak of pressing to lasting quiet, in one arm; episodes that never were
    quiet are censored."""
    demand(episodes, game, QUIET)
    return _curves(episodes, game, QUIET, arm, ax)


def demand(episodes: pl.DataFrame, game: str, ending: Ending) -> None:
    """Raises :class:`NothingToDraw` where it did not happen, or its time is nowhere known."""
    here = episodes.filter(pl.col("game") == game)
    if ending is COLLAPSE:
        if "collapsed" not in here.columns or not here["collapsed"].cast(pl.Boolean).fill_null(False).any():
            raise NothingToDraw(f"no episode of {said_of(game)} collapsed")
    elif ending.time not in here.columns or here[ending.time].null_count() == len(here):
        raise NothingToDraw(f"nobody pressed in {said_of(game)}")


def _curves(episodes: pl.DataFrame, game: str, ending: Ending, arm: str | None, ax: Axes | None) -> Axes:
    order = cells(episodes).filter(pl.col("game") == game, pl.col("base"))
    shown = chosen(order, MOST_LINES)
    arm = the_arm(order, game, arm)
    given, ax = ax, canvas(ax, HEIGHT, NARROW)
    with house():
        draw_curves(ax, order.filter(pl.col("seats") == arm), episodes, ending, shown)
        ax.set_ylabel(ending.label)
        if given is None:
            key(whole(ax), shown)
    return ax


def draw_curves(
    ax: Axes, order: pl.DataFrame, episodes: pl.DataFrame, ending: Ending, shown: pl.DataFrame, last: float = 0.0
) -> None:
    """The curves of the cells in ``order``, all of one arm, as far as they are among the conditions ``shown``."""
    twin = dict(zip(shown["condition"], twins(shown["norms"].to_list()), strict=True))
    rows = order.filter(pl.col("condition").is_in(shown["condition"].implode())).rows(named=True)
    here = episodes.filter(pl.col("cell").is_in([row["cell"] for row in rows]))
    by_cell = here.partition_by("cell", as_dict=True)
    found = [(row, _curve(by_cell[(row["cell"],)], ending, row["norms"])) for row in rows]
    draw(ax, [one._replace(twin=twin[row["condition"]]) for row, one in found if one], stairs=True)
    ax.set_title(names([order["seats"][0]])[0])
    ax.set_ylim(-0.03, 1.03)
    step_axis(ax, last or float(here[ending.time].max() or 1))  # type: ignore[arg-type]


def _curve(part: pl.DataFrame, ending: Ending, norm: str) -> Course | None:
    """One cell's curve; None where no time is known."""
    times = part[ending.time].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    found = kaplan_meier(times, part[ending.event].cast(pl.Float64).fill_null(0).to_numpy() == 1)
    if not found.n:
        return None
    low, high = log_log_band(found)
    steps = np.arange(len(found.survival), dtype=np.float64)
    return Course(norm, steps, found.survival, low, high, np.ones(len(steps), np.bool_), over=True)


def log_log_band(curve: Survival, z: float = Z) -> tuple[FloatArray, FloatArray]:
    """The pointwise 95 % band S^exp(±z·se/(S·ln S)), which stays in [0, 1]; NaN where S is 0 or 1 (Kalbfleisch &
    Prentice 1980)."""
    s = curve.survival
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = (s > 0) & (s < 1)
        half = np.where(inside, z * np.sqrt(curve.variance) / np.abs(s * np.log(s)), np.nan)
        return np.where(inside, s ** np.exp(half), np.nan), np.where(inside, s ** np.exp(-half), np.nan)
