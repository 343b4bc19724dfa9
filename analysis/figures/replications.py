"""Published experiments, played again."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import NothingToDraw, house, look, names, panels

_LINES = {"boldness": look("kind"), "vengefulness": look("reciprocal")}
_CONDITIONS = {False: ("without punishment", look("kind")), True: ("with punishment", look("reciprocal"))}


def norms_over_generations(frame: pl.DataFrame) -> Figure:
    """Mean boldness and vengefulness over generations, which grow by powers of ten, with 95 % bands over runs: a panel
    for each game of Axelrod 1986.

    ``frame`` is the table of ``comity.replicate("axelrod_1986", generations=[…])``; generation 0 has no place on this
    axis. Raises :class:`NothingToDraw` where fewer than two generations are left.
    """
    later = frame.filter(pl.col("generation") > 0)
    if later["generation"].n_unique() < 2:
        raise NothingToDraw("a course needs two generations or more after the start")
    games = later["game"].unique(maintain_order=True).to_list()
    with house():
        figure, axes = panels(1, len(games), 2.9, sharex=True, sharey=True)
        for ax, game in zip(axes[0], games, strict=True):
            _course(ax, later.filter(pl.col("game") == game).sort("generation"))
            ax.set_title(f"{names([game])[0]} game")
        axes[0][0].set_ylim(-0.03, 1.03)
        figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside upper left", ncols=len(_LINES))
    return figure


def gifts_over_steps(frame: pl.DataFrame) -> Figure:
    """Mean gifts over the steps of a public good with and without punishment, with 95 % bands over runs: a panel for
    partners and one for strangers.

    ``frame`` is the table of ``comity.replicate("fehr_gachter_2000")``. Raises :class:`NothingToDraw` where it has no
    single steps.
    """
    steps = frame.filter(pl.col("step") > 0).sort("step")
    if not len(steps):
        raise NothingToDraw("a course needs steps")
    matchings = steps["matching"].unique(maintain_order=True).to_list()
    with house():
        figure, axes = panels(1, len(matchings), 2.9, sharex=True, sharey=True)
        for ax, matching in zip(axes[0], matchings, strict=True):
            for punishment, (label, style) in _CONDITIONS.items():
                rows = steps.filter((pl.col("matching") == matching) & (pl.col("punishment") == punishment))
                ax.fill_between(rows["step"], rows["gift_low"], rows["gift_high"], color=style.light, alpha=0.15, lw=0)
                ax.plot(rows["step"], rows["gift"], color=style.light, marker=style.marker, label=label)
            ax.set_title(f"{names([matching])[0]}s")
            ax.set_xlabel("step")
        axes[0][0].set_ylabel("mean gift (share of the endowment)")
        axes[0][0].set_ylim(-0.03, 1.03)
        figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside upper left", ncols=len(_CONDITIONS))
    return figure


def _course(ax: Axes, rows: pl.DataFrame) -> None:
    for name, style in _LINES.items():
        low, high = rows[f"{name}_low"].to_numpy(), rows[f"{name}_high"].to_numpy()
        ax.fill_between(rows["generation"], low, high, color=style.light, alpha=0.15, linewidth=0)
        ax.plot(rows["generation"], rows[name], color=style.light, label=f"mean {name}")
    ax.set_xscale("log")
    ax.set_xlabel("generation")
