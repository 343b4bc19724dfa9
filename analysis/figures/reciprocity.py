"""Who answers whom, beside what chance alone would show."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..reciprocity import rho_null
from ..summary import focal, tracks
from .dots import by_arm
from .style import INK, MUTED, PAGE, house

NULL_DRAWS = 499


def reciprocity_null(steps: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """ρ of each cell beside its partner-shuffling null, over the seats that carry the norm.

    Args:
        steps: tidy rows with ``cell``, ``seed``, ``step``, ``agent``, ``cooperation`` (null: no choice).
        cells: :func:`..summary.cells`; directed games of more than two seats have no such null and are left out, as are
            cells in which other seats carry the norm in other worlds.

    Returns:
        ``cell``, ``null_mean``, ``excess`` (ρ less the null's mean), ``p``, ``n`` worlds, ``flags``: of the mean over
        those seats, as the summary's ρ is. No numbers where the worlds differ in length.
    """
    directed = "addressee" in steps.columns
    rows = []
    carriers = dict(cells.select("cell", "bearers").iter_rows())
    joined = steps.join(cells.select("cell"), on="cell", how="semi")
    for (cell,), part in joined.partition_by("cell", as_dict=True, maintain_order=True).items():
        labels = tracks(part, "cooperation")[cell]
        n = labels.shape[2]
        if n < 2 or carriers[cell] == [] or (n > 2 and directed and part["addressee"].is_not_null().any()):
            continue
        lengths = None
        if "invalid" in part.columns and part["invalid"].any():
            lengths = (~np.isnan(tracks(part, "invalid")[cell])).any(axis=2).sum(axis=1)
        found = rho_null(labels, draws=NULL_DRAWS, seats=focal(carriers[cell], n), lengths=lengths)
        numbers = {"null_mean": found.null_mean, "excess": found.excess, "p": found.p}
        row = {key: None if np.isnan(value[0]) else value.item() for key, value in numbers.items()}
        rows.append({"cell": cell, **row, "n": found.n.item(), "flags": ", ".join(found.flags)})
    schema = {
        "cell": cells.schema["cell"],
        "null_mean": pl.Float64,
        "excess": pl.Float64,
        "p": pl.Float64,
        "n": pl.Int64,
        "flags": pl.String,
    }
    return cells.select("cell").join(pl.DataFrame(rows, schema=schema), on="cell", maintain_order="left")


def reciprocity(summary: pl.DataFrame, game: str, null: pl.DataFrame | None = None) -> Figure:
    """ρ by norm with 95 % intervals, one panel per arm, beside the mean of its ``null`` (:func:`reciprocity_null`)."""
    rows = summary.filter(pl.col("game") == game, pl.col("base"), pl.col("measure") == "rho_focal")
    means = (
        {}
        if null is None
        else dict(null.filter(pl.col("null_mean").is_not_null()).select("cell", "null_mean").iter_rows())
    )

    def add_null(ax: Axes, arm: str, conditions: list[str]) -> None:
        ax.axvline(0, color=MUTED, linewidth=1, zorder=1)
        for cell, condition in rows.filter(pl.col("seats") == arm).select("cell", "condition").iter_rows():
            if cell in means and condition in conditions:
                ax.plot(
                    [means[cell]],
                    [conditions.index(condition)],
                    "|",
                    color=INK,
                    markersize=12,
                    markeredgewidth=1.8,
                    zorder=5,
                )

    figure = by_arm(summary, game, "rho_focal", "reciprocity ρ = P(C|C) − P(C|D)", (-1, -0.5, 0, 0.5, 1), add_null)
    if means:
        with house():
            keys = [
                Line2D([], [], marker="o", color=MUTED, markeredgecolor=PAGE, label="ρ with 95 % interval"),
                Line2D(
                    [],
                    [],
                    marker="|",
                    linestyle="",
                    color=INK,
                    markersize=11,
                    markeredgewidth=1.8,
                    label="mean of the null (partners shuffled)",
                ),
            ]
            figure.legend(handles=keys, loc="outside upper left", ncols=2)
    return figure
