"""Welfare by horizon: who is ahead early, who late, and where they cross."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..horizons import Crossing
from ..measure import FloatArray, IntArray, Interval
from .distinct import distinct_looks
from .style import DASHES, GRID, INK, NothingToDraw, canvas, house, marker_size, names

HEIGHT = 3.4
MOST_LINES = 8
_MARKS = 6  # on each line


def horizons(
    curves: Mapping[str, Interval],
    at: FloatArray | IntArray,
    norms: Sequence[str],
    crossing: Crossing | None = None,
    label: str = "welfare",
    ax: Axes | None = None,
) -> Axes:
    """A line for each setting: a welfare function of the payoffs per step over the first T steps, with its 95 % band.

    Args:
        curves: by the name of the setting, of :func:`..horizons.curve`, (H,) each; the first 8 are drawn.
        at: the H horizons.
        norms: of the settings, which give their looks.
        crossing: of two of them, marked where it lies with its interval, unless one is ahead throughout.
        label: what the welfare function is called.
        ax: axes to draw on; a new figure if left out.

    Raises:
        NothingToDraw: if no curve is defined, or there is one horizon only.
    """
    drawn = {key: one for key, one in list(curves.items())[:MOST_LINES] if not np.isnan(one.value).all()}
    if not drawn or len(at) < 2:
        raise NothingToDraw(f"{label} is defined at no horizon, or at one alone")
    looks = dict(zip(curves, distinct_looks(norms, list(curves)), strict=True))
    ax = canvas(ax, HEIGHT)
    steps = np.asarray(at, dtype=np.float64)
    every = max(1, len(steps) // _MARKS)
    with house():
        for k, (key, one) in enumerate(drawn.items()):
            style, start = looks[key], k * every // max(len(drawn), 1)
            ax.fill_between(steps, one.low, one.high, color=style.light, alpha=0.14, linewidth=0, zorder=2)
            ax.plot(steps, one.value, color=style.light, linestyle=DASHES[k % len(DASHES)], marker=style.marker,
                    markevery=(start, every), markersize=marker_size(style) - 1, linewidth=1.7, zorder=3,
                    label=names([key])[0])  # fmt: skip
        ax.set_xlim(0, steps[-1] * 1.02)
        if crossing is not None and not np.isnan(crossing.value) and "ahead_throughout" not in crossing.flags:
            _crossed(ax, crossing)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        ax.set_xlabel("horizon T, steps")
        ax.set_title(f"{label}, per step of the first T")
        ax.legend(loc="upper left", bbox_to_anchor=(0, -0.2), ncols=2 if len(drawn) > 1 else 1, borderaxespad=0,
                  handlelength=3.2)  # fmt: skip
    return ax


def _crossed(ax: Axes, crossing: Crossing) -> None:
    """A line where one stays above the other, over a band of its interval."""
    at = float(crossing.value)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.14 * (high - low))  # room for the words
    if not np.isnan(crossing.low):
        ax.axvspan(float(crossing.low), float(crossing.high), color=GRID, alpha=0.6, linewidth=0, zorder=0)
    ax.axvline(at, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    words = f"crossing at {at:g}"
    if float(crossing.high) > float(crossing.low):
        words += f" [{float(crossing.low):g}, {float(crossing.high):g}]"
    if float(crossing.crosses) < 1:
        words += f"\nin {100 * float(crossing.crosses):.0f} % of samples"
    right = at < 0.6 * ax.get_xlim()[1]
    ax.annotate(words, (at, 1), xycoords=("data", "axes fraction"), xytext=(4 if right else -4, -3),
                textcoords="offset points", ha="left" if right else "right", va="top", fontsize=8)  # fmt: skip
