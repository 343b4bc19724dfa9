"""Published experiments, played again."""

import polars as pl
from matplotlib.axes import Axes

from .dots import complete
from .style import NARROW, NothingToDraw, canvas, house, look, names

HEIGHT = 2.9

_LINES = {"boldness": look("kind"), "vengefulness": look("reciprocal")}
_CONDITIONS = {False: ("without punishment", look("kind")), True: ("with punishment", look("reciprocal"))}


def norms_over_generations(frame: pl.DataFrame, game: str | None = None, ax: Axes | None = None) -> Axes:
    """Mean boldness and vengefulness over generations, which grow by powers of ten, with 95 % bands over runs, in one
    game of Axelrod 1986 (the first, if none is named).

    ``frame`` is the table of ``comity.replicate("axelrod_1986", generations=[…])``; generation 0 has no place on this
    axis. Raises :class:`NothingToDraw` where fewer than two generations are left.
    """
    later = frame.filter(pl.col("generation") > 0)
    if later["generation"].n_unique() < 2:
        raise NothingToDraw("a course needs two generations or more after the start")
    game = game or str(later["game"][0])
    given, ax = ax, canvas(ax, HEIGHT, NARROW)
    with house():
        _course(ax, later.filter(pl.col("game") == game).sort("generation"))
        ax.set_title(f"{names([game])[0]} game")
        ax.set_ylim(-0.03, 1.03)
        complete(ax, given)
    return ax


def gifts_over_steps(frame: pl.DataFrame, matching: str | None = None, ax: Axes | None = None) -> Axes:
    """Mean gifts over the steps of a public good with and without punishment, with 95 % bands over runs, among partners
    or strangers (the first of the table, if neither is named).

    ``frame`` is the table of ``comity.replicate("fehr_gachter_2000")``. Raises :class:`NothingToDraw` where it has no
    single steps.
    """
    steps = frame.filter(pl.col("step") > 0).sort("step")
    if not len(steps):
        raise NothingToDraw("a course needs steps")
    matching = matching or str(frame.filter(pl.col("step") > 0)["matching"][0])
    given, ax = ax, canvas(ax, HEIGHT, NARROW)
    with house():
        for punishment, (label, style) in _CONDITIONS.items():
            rows = steps.filter((pl.col("matching") == matching) & (pl.col("punishment") == punishment))
            ax.fill_between(rows["step"], rows["gift_low"], rows["gift_high"], color=style.light, alpha=0.15, lw=0)
            ax.plot(rows["step"], rows["gift"], color=style.light, marker=style.marker, label=label)
        ax.set(xlabel="step", ylabel="mean gift (share of the endowment)", ylim=(-0.03, 1.03))
        ax.set_title(f"{names([matching])[0]}s")
        complete(ax, given)
    return ax


def _course(ax: Axes, rows: pl.DataFrame) -> None:
    for name, style in _LINES.items():
        low, high = rows[f"{name}_low"].to_numpy(), rows[f"{name}_high"].to_numpy()
        ax.fill_between(rows["generation"], low, high, color=style.light, alpha=0.15, linewidth=0)
        (line,) = ax.plot(rows["generation"], rows[name], color=style.light, label=f"mean {name}")
        line.set(marker=style.marker, markersize=4.5)
    ax.set_xscale("log")
    ax.set_xlabel("generation")
