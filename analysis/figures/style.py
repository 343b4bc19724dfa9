"""The house style: one colour and one marker per norm everywhere, legible at column width, on dark and on light.

The style itself is the file ``house.mplstyle``, for ``plt.style.use("comity.analysis.figures.house")``. Figures are
drawn in the colours of a light page; :mod:`.export` turns those into CSS variables.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..summary import NORM_ORDER
from .fit import Fitting, grow, lines_of, wrapped

INK, MUTED, GRID, PAGE = "#14171a", "#69707a", "#dfe2e6", "#fdfdfc"
WIDTH, NARROW = 8.2, 4.6
"""Inches: the width of a text column, and of a single panel, which a phone can show whole."""


class Look(NamedTuple):
    """How a norm is drawn: colours on a light and on a dark page, and a marker (a second channel beside colour)."""

    light: str
    dark: str
    marker: str


# After Okabe & Ito's colour-blind safe set, each darkened or lightened until it stands out on both pages.
LOOKS: dict[str, Look] = {
    "selfish": Look("#70767d", "#a9b1ba", "o"),
    "kind": Look("#c9500c", "#ff9457", "s"),
    "compassionate": Look("#b4568f", "#e89bc9", "D"),
    "reciprocal": Look("#0a66ad", "#62b2f2", "^"),
    "universal": Look("#058560", "#35cc9f", "v"),
    "equanimous": Look("#2f9bd3", "#8fd6ff", "P"),
    "brahmavihara": Look("#a97f00", "#f2cb4f", "X"),
}
OTHERS: dict[str, Look] = {
    "joyful": Look("#5b4bb0", "#b0a4ff", "<"),
    "inequity_averse": Look("#8a4b32", "#d79f85", ">"),
    "altruist": Look("#6b7a00", "#c3d24d", "p"),
    "spiteful": Look("#a3123f", "#ff7fa2", "h"),
    "indifferent": Look("#1f6f78", "#6fd0da", "d"),
    "partial": Look("#7d3c98", "#d49bea", "*"),
    "pitying": Look("#47698f", "#9dbde0", "8"),
    "credulous": Look("#4c7a34", "#9fd07f", "H"),
}
"""Of the other presets, which also lend their looks to norms of a user's own."""
SPARE = tuple(OTHERS.values())
assert set(NORM_ORDER) == set(LOOKS)

FOOTNOTE = 8
"""Points."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 4)))
"""Of lines that share a look, in turn."""
STYLE = mpl.rc_params_from_file(Path(__file__).with_name("house.mplstyle"), use_default_template=False)


class NothingToDraw(ValueError):
    """The tables lack what a figure needs; the message is a sentence for the reader."""


def house() -> AbstractContextManager[None]:
    """The style, for as long as something is drawn."""
    return mpl.rc_context(STYLE)  # pyright: ignore[reportArgumentType]  (its keys are a Literal of 300 names)


def look(norm: str) -> Look:
    """The look of a norm: its own, or a spare one that depends on its name alone."""
    return LOOKS.get(norm) or OTHERS.get(norm) or SPARE[sum(norm.encode()) % len(SPARE)]


def twins(norms: Sequence[str]) -> list[int]:
    """How many before each look the same: what else tells their lines apart (:data:`DASHES`).

    >>> twins(["kind", "selfish", "kind"])
    [0, 0, 1]
    """
    looks = [look(norm) for norm in norms]
    return [looks[:k].count(one) for k, one in enumerate(looks)]


def marker_size(style: Look) -> float:
    """Points: the crosses look smaller than they are."""
    return 8.5 if style.marker in "PX*" else 6.5


def panels(rows: int, columns: int, height: float, **options: Any) -> tuple[Figure, np.ndarray]:
    """A figure of ``rows`` × ``columns`` panels, ``height`` inches in all, and its axes (rows, columns)."""
    with house():
        figure = Figure(figsize=(WIDTH, height), layout=Fitting(w_pad=0.06, h_pad=0.05))
        axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, axes


def canvas(ax: Axes | None, height: float, width: float = WIDTH) -> Axes:
    """``ax`` itself, or the axes of a new figure of one panel, in inches, in the house style."""
    if ax is not None:
        return ax
    figure, axes = panels(1, 1, height)
    figure.set_figwidth(width)
    return axes[0, 0]


def names(labels: Sequence[str]) -> list[str]:
    """Arm and game names as words; ``$`` would start a formula.

    >>> names(["with_exploiter"])
    ['with exploiter']
    """
    return [label.replace("_", " ").replace("$", r"\$") for label in labels]


def said_of(game: str) -> str:
    """The name of a game or an arm in a sentence.

    >>> said_of("alternating_offers")
    'alternating offers'
    """
    return game.replace("_", " ")


def footnote(figure: Figure, text: str) -> None:
    """A muted line under the panels, in place of another; wrapped, and the figure made higher by that."""
    told = wrapped(text, figure.get_figwidth() - 0.15, FOOTNOTE, most=9)
    grow(figure, 0.15 * (lines_of(told) - lines_of(figure.get_supxlabel())))
    figure.supxlabel(told, fontsize=FOOTNOTE, color=MUTED, x=0.01, ha="left", multialignment="left")
