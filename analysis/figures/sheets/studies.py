"""Figures of tournaments and of replications."""

import polars as pl
from matplotlib.figure import Figure

from ... import figures
from ..style import footnote, house, panels
from ..tournament import height, told
from .layout import facets, shared_legend


def tournament(frame: pl.DataFrame, ranking: pl.DataFrame) -> Figure:
    """Payoffs of everybody from everybody beside the scores (:func:`comity.analysis.figures.payoffs`, ``scores``)."""
    with house():
        figure, axes = panels(1, 2, height(ranking), gridspec_kw={"width_ratios": [2.2, 1]}, sharey=True)
        heat, score = axes[0]
        figures.payoffs(frame, ranking, heat)
        figures.scores(ranking, score)
        exact = int(frame["exact"].sum())
        notes = [told(ranking)] + ([f"{exact} of {frame.height} payoffs are exact"] if exact else [])
        footnote(figure, "; ".join(notes) + ".")
    return figure


def norms_over_generations(frame: pl.DataFrame) -> Figure:
    """A panel for each game of Axelrod 1986 (:func:`comity.analysis.figures.norms_over_generations`)."""
    games = frame.filter(pl.col("generation") > 0)["game"].unique(maintain_order=True).to_list()
    with house():
        figure, axes = facets(max(1, len(games)), 2.9, sharex=True, sharey=True)
        for ax, game in zip(axes, games or [None], strict=True):
            figures.norms_over_generations(frame, game, ax)
        shared_legend(figure)
    return figure


def gifts_over_steps(frame: pl.DataFrame) -> Figure:
    """A panel for partners and one for strangers (:func:`comity.analysis.figures.gifts_over_steps`)."""
    matchings = frame.filter(pl.col("step") > 0)["matching"].unique(maintain_order=True).to_list()
    with house():
        figure, axes = facets(max(1, len(matchings)), 2.9, sharex=True, sharey=True)
        for ax, matching in zip(axes, matchings or [None], strict=True):
            figures.gifts_over_steps(frame, matching, ax)
            ax.set_ylabel("mean gift (share of the endowment)" if ax is axes[0] else "")
        shared_legend(figure)
    return figure
