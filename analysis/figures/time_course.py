"""How things went, step by step."""

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from ..measure import FloatArray, divide
from ..summary import cells, focal, tracks
from .dots import chosen, columns_of, the_arm
from .export import whole
from .lines import MOST_LINES, Course, draw, key, step_axis
from .style import NARROW, NothingToDraw, canvas, house, names, said_of, twins

MOST_POINTS = 50
"""A longer course is drawn as means over equal blocks of steps."""
HEIGHT = 2.75
"""Inches of a panel of courses."""
DRAWS = 300
FIRM = 0.5
"""A line is bold as long as this share of the worlds still runs."""
_SOURCE = {"pressing": "cooperation"}
_TITLES = {"pressing": "share pressing"}


def time_course(
    steps: pl.DataFrame | None,
    episodes: pl.DataFrame,
    game: str,
    column: str = "cooperation",
    arm: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Means over worlds by step and norm with pointwise 95 % bands, of one column, in one arm.

    ``column`` is one of the steps, or ``pressing``, which is 1 − cooperation. Cooperation is that of the seats that
    carry the norm, among the worlds that still run; of a ``stock`` that collapsed nothing is left, so that it counts 0
    to the end. Raises :class:`NothingToDraw` without steps of this game, or without the column.
    """
    if steps is not None:
        columns_of(steps, [_SOURCE.get(column, column)], "steps")
    order, here = recorded(steps, episodes, game, column)
    shown = chosen(order, MOST_LINES)
    arm = the_arm(order, game, arm)
    given, ax = ax, canvas(ax, HEIGHT, NARROW)
    with house():
        draw_courses(ax, order.filter(pl.col("seats") == arm), here, column, shown)
        if given is None:
            key(whole(ax), shown)
    return ax


def recorded(
    steps: pl.DataFrame | None, episodes: pl.DataFrame, game: str, column: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The base cells of a game, and their steps if these hold ``column``; else raises :class:`NothingToDraw`."""
    order = cells(episodes).filter(pl.col("game") == game, pl.col("base"))
    source = _SOURCE.get(column, column)
    if steps is not None and source in steps.columns:
        here = steps.join(order.select("cell"), on="cell", how="semi")
        if here[source].is_not_null().any():
            return order, here
    raise NothingToDraw(f"no steps of {said_of(game)} were recorded (record=all keeps them)")


def draw_courses(
    ax: Axes, order: pl.DataFrame, here: pl.DataFrame, column: str, shown: pl.DataFrame, last: int | None = None
) -> None:
    """The lines of the cells in ``order``, all of one arm, as far as they are among the conditions ``shown``."""
    twin = dict(zip(shown["condition"], twins(shown["norms"].to_list()), strict=True))
    rows = order.filter(pl.col("condition").is_in(shown["condition"].implode())).rows(named=True)
    part = here.filter(pl.col("cell").is_in([row["cell"] for row in rows]))
    last = last or int(part["step"].max() or 1)  # type: ignore[arg-type]
    by_cell = tracks(part, _SOURCE.get(column, column)) if len(part) else {}
    courses = [
        _course(column, row, by_cell[row["cell"]], last)._replace(twin=twin[row["condition"]])
        for row in rows
        if row["cell"] in by_cell
    ]
    draw(ax, courses)
    ax.set_title(f"{names([order['seats'][0]])[0]}: {_TITLES.get(column, column)}")
    if column in ("cooperation", "pressing"):
        ax.set_ylim(-0.03, 1.03)
    step_axis(ax, last)


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
