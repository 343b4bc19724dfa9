"""Bargaining: who got how much of the pie, how often there was a deal, and how far from efficient it was."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..summary import cells
from .dots import arms_and_conditions, base_rows, dot_panel, hollow_note, panel_height, share_axis
from .style import GRID, INK, PAGE, house, names, panels

# slates, which no norm has; white and black read on them on any page
_SEATS = (("#4a6076", "#ffffff"), ("#9db0bf", "#000000"))


def shares(episodes: pl.DataFrame, game: str) -> pl.DataFrame:
    """The columns of cells, and the mean payoff of the first two seats in units of the largest joint payoff, the pie:
    ``first`` and ``second``.
    """
    order = cells(episodes).filter(pl.col("game") == game, pl.col("base"))
    paid = pl.col("payoff_by_seat").cast(pl.List(pl.Float64))
    pie = pl.when(pl.col("largest_joint") > 0).then(pl.col("largest_joint"))
    by_world = (
        episodes.filter(pl.col("game") == game)
        .group_by("cell", "seed")
        .agg((paid.list.get(0) / pie).mean().alias("first"), (paid.list.get(1) / pie).mean().alias("second"))
    )
    return order.join(by_world.group_by("cell").agg(pl.col("first", "second").mean()), on="cell", maintain_order="left")


def bargaining(summary: pl.DataFrame, episodes: pl.DataFrame, game: str) -> Figure:
    """Shares of the pie, agreement rate and Pareto distance by norm, one row of panels per arm."""
    base_rows(summary, game, ["agreement"])
    arms, conditions = arms_and_conditions(summary, game)
    table = shares(episodes, game)
    with house():
        figure, axes = panels(
            len(arms),
            3,
            len(arms) * panel_height(conditions) + 0.4,
            sharex="col",
            sharey=True,
            width_ratios=(1.35, 1, 1),
        )
        hollow = False
        for (pie, agreed, distance), arm in zip(axes, arms, strict=True):
            here = summary.filter(pl.col("game") == game, pl.col("seats") == arm, pl.col("base"))
            hollow |= dot_panel(distance, here.filter(pl.col("measure") == "pareto_distance"), conditions)
            dot_panel(agreed, here.filter(pl.col("measure") == "agreement"), conditions)
            _pies(pie, table.filter(pl.col("seats") == arm), conditions)
            pie.set_title(f"{names([arm])[0]}: shares of the pie")
            agreed.set_title("agreement rate")
            distance.set_title("Pareto distance")
            for ax in (pie, agreed, distance):
                ax.tick_params(labelbottom=True)
        for pie, agreed, _ in axes:
            share_axis(pie)
            share_axis(agreed)
            pie.set_xlim(0, 1)
        for ax, label in zip(axes[-1], ("share of the pie", "share of episodes", "pies, 0 is efficient"), strict=True):
            ax.set_xlabel(label)
        axes[0][2].set_xlim(left=min(-0.02, -0.04 * axes[0][2].get_xlim()[1]))
        words = ("seat 0, who offers first", "seat 1", "lost to delay or no deal")
        keys = [
            Patch(color=colour, label=word)
            for colour, word in zip((_SEATS[0][0], _SEATS[1][0], GRID), words, strict=True)
        ]
        figure.legend(handles=keys, loc="outside upper left", ncols=3)
        hollow_note(figure, hollow)
    return figure


def _pies(ax: Axes, table: pl.DataFrame, conditions: list[str]) -> None:
    """Stacked bars: what the two got, and what is missing to the whole pie."""
    for row in table.iter_rows(named=True):
        if row["condition"] not in conditions or row["first"] is None:
            continue
        y, left = conditions.index(row["condition"]), 0.0
        lost = max(0.0, 1 - row["first"] - row["second"])
        for width, (colour, ink) in ((row["first"], _SEATS[0]), (row["second"], _SEATS[1]), (lost, (GRID, INK))):
            ax.barh(y, width, left=left, height=0.66, color=colour, edgecolor=PAGE, linewidth=0.8)
            if width >= 0.12:
                ax.text(left + width / 2, y, f"{width:.2f}", ha="center", va="center", fontsize=7.5, color=ink)
            left += width
    ax.grid(visible=False)
