"""Long-run welfare: several welfare functions side by side, never averaged into a score."""

from itertools import combinations

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from ..ranks import kendall_tau
from .dots import arms_and_conditions, base_rows, dot_panel, hollow_note, panel_height
from .style import MUTED, house, names, panels

FUNCTIONS = {"normalised_welfare": "total", "normalised_rawls": "minimum (Rawls)", "normalised_nash": "Nash"}


def welfare(summary: pl.DataFrame, game: str) -> Figure:
    """Total, minimum and Nash welfare by norm on the game's anchors, one row of panels per arm.

    The text under a row of panels says how far the three rank the norms alike (Kendall's τ_b).
    """
    rows = base_rows(summary, game, list(FUNCTIONS))
    arms, conditions = arms_and_conditions(summary, game)
    shown = [key for key in FUNCTIONS if (rows["measure"] == key).any()]
    with house():
        height = len(arms) * (panel_height(conditions) + 0.12) + 0.2
        figure, axes = panels(len(arms), len(shown), height, sharex=True, sharey=True)
        hollow = False
        for line, arm in zip(axes, arms, strict=True):
            here = rows.filter(pl.col("seats") == arm)
            for ax, key in zip(line, shown, strict=True):
                hollow |= dot_panel(ax, here.filter(pl.col("measure") == key), conditions)
                for anchor in (0, 1):
                    ax.axvline(anchor, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
                ax.set_title(FUNCTIONS[key])
                ax.tick_params(labelbottom=True)
            line[0].set_title(f"{names([arm])[0]}: {FUNCTIONS[shown[0]]}")
            line[0].set_xlabel(_agreement(here, shown), color=MUTED, fontsize=8, loc="left")
        low, high = axes[0][0].get_xlim()
        axes[0][0].set_xlim(min(low, -0.08), max(high, 1.08))
        hollow_note(figure, hollow)
    return figure


def _agreement(rows: pl.DataFrame, shown: list[str]) -> str:
    """Kendall's τ between the rankings of the conditions under each pair of functions, as a line of text."""
    table = rows.pivot(on="measure", index="condition", values="value", maintain_order=True)
    parts = []
    for a, b in combinations([key for key in shown if key in table.columns], 2):
        tau = kendall_tau(table[a].to_numpy().astype(float), table[b].to_numpy().astype(float))
        if not np.isnan(tau):
            first, second = (FUNCTIONS[key].split()[0] for key in (a, b))
            parts.append(f"{first}–{second} {tau:.2f}".replace("-", "−"))
    return "rank agreement τ of " + ", ".join(parts) if parts else "the norms are not ranked: all alike"
