"""A parameter that goes there and back, and what can be seen before a transition."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from ..attractors import Warnings
from ..measure import FloatArray
from ..statistics import bootstrap_ci
from .style import INK, MUTED, NothingToDraw, canvas, house, names

HEIGHT, WIDTH = 3.4, 5.6
WAYS = {"forward": ("#0a66ad", "-", ">"), "backward": ("#c9500c", "--", "<")}
MOST_THIN = 40
"""Single worlds that are drawn beside their mean."""


def tipping_curve(frame: pl.DataFrame, title: str = "", ax: Axes | None = None) -> Axes:
    """The state by the driver on the way there and back, with 95 % intervals over worlds; the area between the two is
    hatched, and stands in the title, as a mean over worlds of the scaled area.

    Args:
        frame: of :meth:`comity.experiments.probes.Hysteresis.frame`.
        title: before the area.
        ax: where to draw; by default on a figure of its own.

    Raises :class:`NothingToDraw` where the state is undefined throughout.
    """
    known = frame.drop_nulls("state")
    if known.is_empty():
        raise NothingToDraw("the state is undefined at every value of the driver")
    with house():
        ax = canvas(ax, HEIGHT, WIDTH)
        means = {}
        for way, (colour, dash, marker) in WAYS.items():
            x, mean, low, high = _means(known.filter(pl.col("direction") == way))
            means[way] = dict(zip(x.tolist(), mean.tolist(), strict=True))
            ax.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0)
            ax.plot(x, mean, dash, color=colour, marker=marker, markersize=5.5, label=way)
        both = sorted(means["forward"].keys() & means["backward"].keys())
        there, back = ([means[way][x] for x in both] for way in WAYS)
        ax.fill_between(both, there, back, facecolor="none", edgecolor=MUTED, hatch="////", linewidth=0, alpha=0.45)
        areas = known.unique("world")["area"].drop_nulls()
        area = f"area {areas.mean():.3f}" if len(areas) else "area undefined"
        ax.set_title(f"{title}: {area}" if title else area.capitalize())
        ax.set_xlabel(names([known["parameter"][0]])[0])
        ax.set_ylabel(names([known["component"][0]])[0])
        ax.legend(loc="best")
    return ax


def _means(rows: pl.DataFrame) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    found = [
        (float(key[0]), bootstrap_ci(of["state"].to_numpy(), draws=500))  # type: ignore[arg-type]
        for key, of in sorted(rows.group_by("driver"))
    ]
    columns = np.array([[x, float(ci.value), float(ci.low), float(ci.high)] for x, ci in found])
    return columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3]


def early_warning(memory: Warnings, variance: Warnings, title: str = "", ax: Axes | None = None) -> Axes:
    """Lag-1 autocorrelation (left) and variance (right) in the rolling window, by how many steps before the transition
    it ends: thin for each world, bold for their median. The legend has the median of Kendall's τ, and in how many
    worlds its p, from AR(1) surrogates, is at most .05.

    Args:
        memory: of :func:`comity.analysis.attractors.ews_ac1`.
        variance: of :func:`~comity.analysis.attractors.ews_var`.
        title: of the panel.
        ax: where to draw; by default on a figure of its own.

    Raises :class:`NothingToDraw` where no world has two windows.
    """
    if np.isnan(memory.tau.value).all():
        raise NothingToDraw("no world has two windows before its transition")
    with house():
        ax = canvas(ax, HEIGHT, WIDTH)
        right = ax.twinx()
        handles = []
        for one, on, (colour, dash, _), word in (
            (memory, ax, WAYS["forward"], "lag-1 autocorrelation"),
            (variance, right, WAYS["backward"], "variance"),
        ):
            before, curves = _aligned(one)
            for curve in curves[:MOST_THIN] if len(curves) > 1 else ():
                on.plot(before, curve, dash, color=colour, linewidth=0.6, alpha=0.3)
            middle = np.array([np.median(of[~np.isnan(of)]) for of in curves.T])
            handles += on.plot(before, middle, dash, color=colour, label=f"{word}: {_told(one)}")
            on.set_ylabel(word, color=INK)
        right.grid(visible=False)
        ax.set_xlabel("end of the window, in steps before the transition")
        ax.set_title(title)
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.2), borderaxespad=0)
    return ax


def _aligned(one: Warnings) -> tuple[FloatArray, FloatArray]:
    """(n,) steps before the transition, and (W, n) curves that end together."""
    most = int(one.tau.n.max())
    curves = np.full((len(one.curve), most), np.nan)
    for row, curve, n in zip(curves, one.curve, one.tau.n, strict=True):
        row[most - n :] = curve[:n]
    return np.arange(-most + 1.0, 1.0), curves


def _told(one: Warnings) -> str:
    known = ~np.isnan(one.tau.value)
    tau, p = one.tau.value[known], one.tau.p[known]
    middle = f"τ = {np.median(tau):.2f}".replace("-", "−")
    return f"{middle}, p = {p[0]:.3f}" if len(tau) == 1 else f"{middle}, p ≤ .05 in {(p <= 0.05).sum()} of {len(p)}"
