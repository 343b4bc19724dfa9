"""How things went, step by step."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from ..measure import FloatArray, divide
from ..summary import cells, focal, tracks
from .dots import MOST_ARMS
from .lines import Course, draw, legend, step_axis
from .style import NothingToDraw, house, names, panels

MOST_POINTS = 50
"""A longer course is drawn as means over equal blocks of steps."""
DRAWS = 300
FIRM = 0.5
"""A line is bold as long as this share of the worlds still runs."""
_SOURCE = {"pressing": "cooperation"}
_TITLES = {"pressing": "share pressing"}


def time_course(
    steps: pl.DataFrame | None, episodes: pl.DataFrame, game: str, columns: Sequence[str] = ("cooperation",)
) -> Figure:
    """Means over worlds by step and norm with pointwise 95 % bands, one column of panels per arm, one row per entry
    of ``columns``.

    ``columns`` name columns of the steps, or ``pressing``, which is 1 − cooperation. Cooperation is that of the seats
    that carry the norm, among the worlds that still run; of a ``stock`` that collapsed nothing is left, so that it
    counts 0 to the end. Raises :class:`NothingToDraw` without steps of this game.
    """
    if steps is None:
        raise NothingToDraw(f"no steps of {game} were recorded (record=all keeps them)")
    order = cells(episodes).filter(pl.col("game") == game, pl.col("base"))
    here = steps.join(order.select("cell"), on="cell", how="semi")
    there = [
        name
        for name in columns
        if _SOURCE.get(name, name) in here.columns and here[_SOURCE.get(name, name)].is_not_null().any()
    ]
    if here.is_empty() or not there:
        raise NothingToDraw(f"no steps of {game} were recorded (record=all keeps them)")
    arms = order["seats"].unique(maintain_order=True).to_list()[:MOST_ARMS]
    last = int(here["step"].max())  # type: ignore[arg-type]
    with house():
        figure, axes = panels(len(there), len(arms), 0.5 + 2.15 * len(there), sharex=True, sharey="row")
        for line, name in zip(axes, there, strict=True):
            by_cell = tracks(here, _SOURCE.get(name, name))
            for ax, arm in zip(line, arms, strict=True):
                rows = order.filter(pl.col("seats") == arm).iter_rows(named=True)
                draw(ax, [_course(name, row, by_cell[row["cell"]], last) for row in rows if row["cell"] in by_cell])
                ax.set_title(f"{names([arm])[0]}: {_TITLES.get(name, name)}")
            if name in ("cooperation", "pressing"):
                line[0].set_ylim(-0.03, 1.03)
        for ax in axes[-1]:
            step_axis(ax, last)
        legend(figure, order.select("condition", "norms").unique(maintain_order=True))
    return figure


def _course(name: str, row: dict[str, Any], track: FloatArray, last: int) -> Course:
    """One cell's line."""
    found = course(_of_worlds(name, track[:, :, focal(row["bearers"], track.shape[2])], last))
    return found._replace(norm=row["norms"], over=bool(len(found.steps)) and name != "stock" and track.shape[1] < last)


def _of_worlds(name: str, track: FloatArray, last: int) -> FloatArray:
    """(W, T): what is drawn of each world, of the seats in ``track`` (W, T, seats)."""
    if name in ("cooperation", "pressing"):
        mean = divide(np.nansum(track, axis=2), (~np.isnan(track)).sum(axis=2))
        return 1 - mean if name == "pressing" else mean
    shared = track[:, :, 0]  # a signal of the world is the same for every seat
    if name != "stock":
        return shared
    whole = np.zeros((len(shared), last))
    whole[:, : shared.shape[1]] = np.nan_to_num(shared)
    return whole


def course(of_worlds: FloatArray, draws: int = DRAWS, seed: int = 0) -> Course:
    """Means over worlds of (W, T) values by step, with a pointwise 95 % band (percentile bootstrap over whole worlds).

    NaN is a world without a value at that step; steps without any value are left out. More than ``MOST_POINTS`` steps
    are averaged in equal blocks, each drawn at its middle. The line is firm while ``FIRM`` of the worlds have a
    value.
    """
    w, t = of_worlds.shape
    size = -(-t // MOST_POINTS)
    blocks = -(-t // size)
    padded = np.full((w, blocks * size), np.nan)
    padded[:, :t] = of_worlds
    pieces = padded.reshape(w, blocks, size)
    values = divide(np.nansum(pieces, axis=2), (~np.isnan(pieces)).sum(axis=2))
    kept = ~np.isnan(values).all(axis=0)
    values = values[:, kept]
    there, filled = (~np.isnan(values)).astype(float), np.nan_to_num(values)
    middle = np.minimum(np.arange(blocks) * size + (size + 1) / 2, t)[kept]
    mean = divide(filled.sum(axis=0), there.sum(axis=0))
    firm = there.mean(axis=0) >= FIRM
    weights = np.random.default_rng(seed).multinomial(w, np.full(w, 1 / w), size=draws).astype(float)
    resampled = np.where(firm, divide(weights @ filled, weights @ there), np.nan)[:, firm]
    low, high = np.full((2, len(middle)), np.nan)
    if firm.any():
        low[firm], high[firm] = np.nanquantile(resampled, [0.025, 0.975], axis=0)
    return Course("", middle, mean, low, high, firm)
