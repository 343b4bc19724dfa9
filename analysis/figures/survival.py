"""Survival curves: how long what is shared, or a conflict, lasts."""

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from ..measure import FloatArray
from ..statistics import Z
from ..summary import cells
from ..survival import Survival, kaplan_meier
from .dots import MOST_ARMS
from .lines import Course, draw, legend, step_axis
from .style import NothingToDraw, house, names, panels


def survival(episodes: pl.DataFrame, game: str) -> Figure:
    """Kaplan–Meier curves of not having collapsed by norm, one panel per arm, with a log–log band.

    Raises :class:`NothingToDraw` where no episode of the game collapsed.
    """
    here = episodes.filter(pl.col("game") == game)
    if "collapsed" not in here.columns or not here["collapsed"].cast(pl.Boolean).fill_null(False).any():
        raise NothingToDraw(f"no episode of {game} collapsed")
    return _curves(here, "length", "collapsed", "share not collapsed")


def quiet_curves(episodes: pl.DataFrame, game: str) -> Figure:
    """Kaplan–Meier curves of the time from the peak of pressing to lasting quiet; episodes that never were quiet are
    censored."""
    here = episodes.filter(pl.col("game") == game)
    if "time_to_deescalate" not in here.columns or here["time_to_deescalate"].null_count() == len(here):
        raise NothingToDraw(f"nobody pressed in {game}")
    return _curves(here, "time_to_deescalate", "deescalated", "share not yet quiet")


def _curves(here: pl.DataFrame, time: str, event: str, label: str) -> Figure:
    order = cells(here).filter("base")
    arms = order["seats"].unique(maintain_order=True).to_list()[:MOST_ARMS]
    by_cell = here.partition_by("cell", as_dict=True)
    last = float(here[time].max())  # type: ignore[arg-type]
    with house():
        figure, axes = panels(1, len(arms), 2.75, sharex=True, sharey=True)
        for ax, arm in zip(axes[0], arms, strict=True):
            rows = order.filter(pl.col("seats") == arm).iter_rows(named=True)
            draw(
                ax,
                [curve for row in rows if (curve := _curve(by_cell[(row["cell"],)], time, event, row["norms"]))],
                stairs=True,
            )
            ax.set_title(names([arm])[0])
            ax.set_ylim(-0.03, 1.03)
            step_axis(ax, last)
        axes[0][0].set_ylabel(label)
        legend(figure, order.select("condition", "norms").unique(maintain_order=True))
    return figure


def _curve(part: pl.DataFrame, time: str, event: str, norm: str) -> Course | None:
    """One cell's curve; None where no time is known."""
    times = part[time].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    found = kaplan_meier(times, part[event].cast(pl.Float64).fill_null(0).to_numpy() == 1)
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
