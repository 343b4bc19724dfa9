"""Long-run welfare: several welfare functions side by side, never averaged into a score."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from ..ranks import kendall_tau
from .dots import arms_and_conditions, by_condition, complete, meaning, panel_height
from .style import MUTED, NARROW, NothingToDraw, canvas, house

FUNCTIONS = {"normalised_welfare": "total", "normalised_rawls": "minimum (Rawls)", "normalised_nash": "Nash"}


def welfare(
    summary: pl.DataFrame,
    game: str,
    function: str = "normalised_welfare",
    arm: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Welfare by norm under one of the ``FUNCTIONS``, on the game's anchors (dashed), in one arm.

    Raises :class:`.style.NothingToDraw` for another function, and where it is undefined in the whole game.
    """
    if function not in FUNCTIONS:
        raise NothingToDraw(
            f"{meaning(function).label} is not on a game's anchors, as {', '.join(FUNCTIONS.values())} are"
        )
    _, conditions = arms_and_conditions(summary, game)
    given, ax = ax, canvas(ax, panel_height(conditions), NARROW)
    by_condition(summary, game, function, arm, ax)
    with house():
        for anchor in (0, 1):  # these are within the view, too, which later panels that share it may widen
            ax.axvline(anchor, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        ax.set_xlabel(f"welfare: {FUNCTIONS[function]}")
        complete(ax, given)
    return ax


def agreement(rows: pl.DataFrame, shown: Sequence[str]) -> str:
    """Kendall's τ between the rankings of the conditions under each pair of functions, as a line of text."""
    table = rows.pivot(on="measure", index="condition", values="value", maintain_order=True)
    parts = []
    for a, b in combinations([key for key in shown if key in table.columns], 2):
        tau = kendall_tau(table[a].to_numpy().astype(float), table[b].to_numpy().astype(float))
        if not np.isnan(tau):
            first, second = (FUNCTIONS[key].split()[0] for key in (a, b))
            parts.append(f"{first}–{second} {tau:.2f}".replace("-", "−"))
    return "rank agreement τ of " + ", ".join(parts) if parts else "the norms are not ranked: all alike"
