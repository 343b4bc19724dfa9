"""Norms beside each other: rows are conditions, panels ways of filling the seats."""

from collections.abc import Callable

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ... import figures
from ..dots import arms_and_conditions, base_rows, by_condition, hollow_note, panel_height
from ..exploitability import exploited_arm
from ..style import MUTED, house, names
from ..welfare import FUNCTIONS, agreement
from .layout import facets, shared_legend


def cooperation(summary: pl.DataFrame, game: str) -> Figure:
    """Cooperation, a panel for each arm (:func:`comity.analysis.figures.cooperation`)."""
    return _by_arm(summary, game, "coop_focal", lambda arm, ax: figures.cooperation(summary, game, arm, ax))


def reciprocity(summary: pl.DataFrame, game: str, null: pl.DataFrame | None = None) -> Figure:
    """ρ beside its null, a panel for each arm (:func:`comity.analysis.figures.reciprocity`)."""
    return _by_arm(summary, game, "rho_focal", lambda arm, ax: figures.reciprocity(summary, game, arm, null, ax))


def _by_arm(summary: pl.DataFrame, game: str, measure: str, draw: Callable[[str, Axes], Axes]) -> Figure:
    base_rows(summary, game, [measure])
    arms, conditions = arms_and_conditions(summary, game)
    with house():
        figure, axes = facets(len(arms), panel_height(conditions), sharex=True, sharey=True)
        for ax, arm in zip(axes, arms, strict=True):
            draw(arm, ax)
        shared_legend(figure)
        hollow_note(figure)
    return figure


def welfare(summary: pl.DataFrame, game: str) -> Figure:
    """Total, minimum and Nash welfare on the game's anchors, a row of panels for each arm.

    The text under a row of panels says how far the three rank the norms alike (Kendall's τ_b).
    """
    rows = base_rows(summary, game, list(FUNCTIONS))
    arms, conditions = arms_and_conditions(summary, game)
    shown = [key for key in FUNCTIONS if (rows["measure"] == key).any()]
    with house():
        height = panel_height(conditions) + 0.3
        figure, axes = facets(len(arms) * len(shown), height, len(shown), sharex=True, sharey=True)
        for k, ax in enumerate(axes):
            arm, function = arms[k // len(shown)], shown[k % len(shown)]
            figures.welfare(summary, game, function, arm, ax)
            ax.tick_params(labelbottom=True)
            ax.set_title(f"{names([arm])[0]}: {FUNCTIONS[function]}" if function == shown[0] else FUNCTIONS[function])
            ax.set_xlabel("")
            if function == shown[0]:
                here = rows.filter(pl.col("seats") == arm, pl.col("condition").is_in(conditions))
                ax.set_xlabel(agreement(here, shown), color=MUTED, fontsize=8, loc="left")
        hollow_note(figure)
    return figure


def bargaining(summary: pl.DataFrame, episodes: pl.DataFrame, game: str) -> Figure:
    """Shares of the pie, agreement rate and Pareto distance, a row of panels for each arm."""
    base_rows(summary, game, ["agreement"])
    arms, conditions = arms_and_conditions(summary, game)
    with house():
        figure, axes = facets(
            3 * len(arms), panel_height(conditions), sharex="col", sharey=True, width_ratios=(1.35, 1, 1)
        )
        for k, arm in enumerate(arms):
            pie, agreed, distance = axes[3 * k : 3 * k + 3]
            figures.bargaining(summary, episodes, game, arm, pie)
            _of_measure(summary, game, "agreement", arm, agreed, "agreement rate", "share of episodes")
            _of_measure(summary, game, "pareto_distance", arm, distance, "Pareto distance", "pies, 0 is efficient")
            distance.tick_params(labelbottom=True)
        axes[2].set_xlim(left=min(-0.02, -0.04 * axes[2].get_xlim()[1]))
        shared_legend(figure)
        hollow_note(figure)
    return figure


def _of_measure(summary: pl.DataFrame, game: str, measure: str, arm: str, ax: Axes, title: str, label: str) -> None:
    by_condition(summary, game, measure, arm, ax)
    ax.set_title(title)
    ax.set_xlabel(label)


def exploitability(summary: pl.DataFrame, game: str) -> Figure:
    """In the first arm with an exploiter: the others' cooperation, and its payoff less their mean, by norm."""
    arm = exploited_arm(summary, game)
    _, conditions = arms_and_conditions(summary, game)
    with house():
        figure, (left, right) = facets(2, panel_height(conditions) + 0.2, sharey=True)
        by_condition(summary, game, "coop_focal", arm, left)
        left.set_title("cooperation of the exploited")
        left.set_xlabel("cooperation (0 none, 1 full)")
        figures.exploitability(summary, game, right)
        hollow_note(figure)
    return figure
