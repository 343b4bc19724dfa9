"""Bargaining: who got how much of the pie, how often there was a deal, and how far from efficient it was."""

import polars as pl
from matplotlib.axes import Axes

from ..summary import cells
from .dots import arms_and_conditions, base_rows, columns_of, complete, labels_of, panel_height, share_axis, the_arm
from .style import GRID, INK, NARROW, PAGE, canvas, house, names

# slates, which no norm has; white and black read on them on any page
_SEATS = {"seat 0, who offers first": "#4a6076", "seat 1": "#9db0bf", "lost to delay or no deal": GRID}
_INKS = ("#ffffff", "#000000", INK)


def shares(episodes: pl.DataFrame, game: str) -> pl.DataFrame:
    """The columns of cells, and the mean payoff of the first two seats in units of the largest joint payoff, the pie:
    ``first`` and ``second``.
    """
    columns_of(episodes, ("payoff_by_seat", "largest_joint"), "episodes")
    order = cells(episodes).filter(pl.col("game") == game, pl.col("base"))
    paid = pl.col("payoff_by_seat").cast(pl.List(pl.Float64))
    pie = pl.when(pl.col("largest_joint") > 0).then(pl.col("largest_joint"))
    by_world = (
        episodes.filter(pl.col("game") == game)
        .group_by("cell", "seed")
        .agg((paid.list.get(0) / pie).mean().alias("first"), (paid.list.get(1) / pie).mean().alias("second"))
    )
    return order.join(by_world.group_by("cell").agg(pl.col("first", "second").mean()), on="cell", maintain_order="left")


def bargaining(
    summary: pl.DataFrame, episodes: pl.DataFrame, game: str, arm: str | None = None, ax: Axes | None = None
) -> Axes:
    """Shares of the pie by norm, in one arm: what the first two seats got, and what was lost to delay or no deal."""
    base_rows(summary, game, ["agreement"])
    _, conditions = arms_and_conditions(summary, game)
    arm = the_arm(summary, game, arm)
    given, ax = ax, canvas(ax, panel_height(conditions), NARROW)
    with house():
        _pies(ax, shares(episodes, game).filter(pl.col("seats") == arm), conditions)
        share_axis(ax)
        ax.set_xlim(0, 1)
        ax.set_ylim(len(conditions) - 0.4, -0.6)
        ax.set_yticks(range(len(conditions)), labels_of(conditions))
        ax.set_title(f"{names([arm])[0]}: shares of the pie")
        ax.set_xlabel("share of the pie")
        complete(ax, given)
    return ax


def _pies(ax: Axes, table: pl.DataFrame, conditions: list[str]) -> None:
    """Stacked bars: what the two got, and what is missing to the whole pie."""
    for word, colour in _SEATS.items():
        ax.barh([0], [0], color=colour, label=word)
    for row in table.iter_rows(named=True):
        if row["condition"] not in conditions or row["first"] is None:
            continue
        y, left = conditions.index(row["condition"]), 0.0
        lost = max(0.0, 1 - row["first"] - row["second"])
        widths = (row["first"], row["second"], lost)
        for width, colour, ink in zip(widths, _SEATS.values(), _INKS, strict=True):
            ax.barh(y, width, left=left, height=0.66, color=colour, edgecolor=PAGE, linewidth=0.8)
            if width >= 0.12:
                ax.text(left + width / 2, y, f"{width:.2f}", ha="center", va="center", fontsize=7.5, color=ink)
            left += width
    ax.grid(visible=False)
