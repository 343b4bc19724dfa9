"""Who answers whom, beside what chance alone would show."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from ..reciprocity import rho_null
from ..summary import focal, steps_played, tracks
from .dots import arms_and_conditions, by_condition, clear_of, complete, panel_height, the_arm
from .style import INK, MUTED, NARROW, PAGE, canvas, house

NULL_DRAWS = 499


def reciprocity_null(steps: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """ρ of each cell beside its partner-shuffling null, over the seats that carry the norm.

    Args:
        steps: tidy rows with ``cell``, ``seed``, ``step``, ``agent``, ``cooperation`` (null: no choice).
        cells: :func:`..summary.cells`; directed games of more than two seats have no such null and are left out, as are
            cells in which other seats carry the norm in other worlds.

    Returns:
        ``cell``, ``null_mean``, ``excess`` (ρ less the null's mean), ``p`` (one-sided, upwards), ``n`` worlds,
        ``flags``: of the mean over those seats, as the summary's ρ is. No numbers where the worlds differ in length.
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
        seats = focal(carriers[cell], n)
        found = rho_null(labels, draws=NULL_DRAWS, seats=seats, lengths=steps_played(part))
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


def reciprocity(
    summary: pl.DataFrame,
    game: str,
    arm: str | None = None,
    null: pl.DataFrame | None = None,
    ax: Axes | None = None,
) -> Axes:
    """ρ by norm with 95 % intervals, in one arm, beside the mean of its ``null`` (:func:`reciprocity_null`)."""
    _, conditions = arms_and_conditions(summary, game)
    given, ax = ax, canvas(ax, panel_height(conditions), NARROW)
    by_condition(summary, game, "rho_focal", arm, ax)
    with house():
        ax.axvline(0, color=MUTED, linewidth=1, zorder=1)
        if null is not None:
            ours = pl.col("base") & (pl.col("game") == game) & (pl.col("seats") == the_arm(summary, game, arm))
            cells = summary.filter(ours, pl.col("measure") == "rho_focal").select("cell", "condition")
            _null_ticks(ax, cells.join(null, on="cell").drop_nulls("null_mean"), conditions)
        ax.set_xlabel("reciprocity ρ = P(C|C) − P(C|D)")
        complete(ax, given)
    return ax


def _null_ticks(ax: Axes, rows: pl.DataFrame, conditions: list[str]) -> None:
    """A black tick at the mean of each null, and what it and the points are, for a legend."""
    rows = rows.filter(pl.col("condition").is_in(conditions))
    if rows.is_empty():
        return
    ax.plot([], [], marker="o", color=MUTED, markeredgecolor=PAGE, label="ρ with 95 % interval")
    places = [conditions.index(one) for one in rows["condition"]]
    clear_of(ax, zip(rows["null_mean"], places, strict=True))
    (ticks,) = ax.plot(rows["null_mean"], places, "|", color=INK)
    ticks.set(markersize=12, markeredgewidth=1.8, zorder=5, label="mean of the null (partners shuffled)")
