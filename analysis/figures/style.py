"""The house style: one colour and one marker per norm everywhere, legible at column width, on dark and on light.

Figures are drawn in the colours of a light page. :func:`svg` turns those into CSS variables with the same colour as a
fallback, so that a page may show the one figure in both schemes: ink follows ``currentColor``.
"""

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from ..summary import NORM_ORDER

INK, MUTED, GRID, PAGE = "#14171a", "#69707a", "#dfe2e6", "#fdfdfc"
WIDTH = 8.2
"""Inches: the width of a text column."""
SALT = "comity"


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

STYLE: dict[str, Any] = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": SALT,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 9,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.8,
    "lines.markersize": 6.5,
    "axes.unicode_minus": True,
}


class NothingToDraw(ValueError):
    """The tables lack what a figure needs; the message is a sentence for the reader."""


def house() -> AbstractContextManager[None]:
    """The style, for as long as something is drawn."""
    return mpl.rc_context(STYLE)  # pyright: ignore[reportArgumentType]  (its keys are a Literal of 300 names)


def look(norm: str) -> Look:
    """The look of a norm: its own, or a spare one that depends on its name alone."""
    return LOOKS.get(norm) or OTHERS.get(norm) or SPARE[sum(norm.encode()) % len(SPARE)]


def marker_size(style: Look) -> float:
    """Points: the crosses look smaller than they are."""
    return 8.5 if style.marker in "PX*" else 6.5


def panels(rows: int, columns: int, height: float, **options: Any) -> tuple[Figure, np.ndarray]:
    """A figure of ``rows`` × ``columns`` panels, ``height`` inches in all, and its axes (rows, columns)."""
    with house():
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.06, h_pad=0.05)  # type: ignore[union-attr]
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


def footnote(figure: Figure, text: str) -> None:
    """A muted line under the panels."""
    figure.supxlabel(text, fontsize=8, color=MUTED, x=0.01, ha="left")


# -- out ---------------------------------------------------------------------------------------------------------------

_VARIABLES = {
    INK: "currentColor",
    MUTED: "var(--muted, #69707a)",
    GRID: "var(--grid, #dfe2e6)",
    PAGE: "var(--page, #fdfdfc)",
}
for _k, _look in enumerate((*LOOKS.values(), *SPARE)):
    _VARIABLES[_look.light] = f"var(--c{_k}, {_look.light})"
_COLOUR = re.compile("|".join(_VARIABLES), re.IGNORECASE)


def css() -> tuple[str, str]:
    """The declarations of the norms' colours on a light and on a dark page."""
    looks = (*LOOKS.values(), *SPARE)
    return tuple("".join(f"--c{k}:{getattr(one, page)};" for k, one in enumerate(looks)) for page in ("light", "dark"))  # type: ignore[return-value]


def colour_variable(norm: str) -> str:
    """The CSS value of a norm's colour."""
    return _VARIABLES[look(norm).light]


def svg(figure: Figure, prefix: str, note: str = "") -> str:
    """The figure as an ``<svg>`` element for an HTML page: no prologue, no links, colours as CSS variables.

    ``prefix`` keeps the ids of several figures on one page apart; ``note`` is written under the panels, so that it
    stays with the picture wherever that is taken. The same figure gives the same text.
    """
    if note:
        footnote(figure, "; ".join(text for text in (note, figure.get_supxlabel()) if text))
    buffer = io.StringIO()
    with house():  # not savefig, which draws everything twice
        FigureCanvasSVG(figure).print_svg(
            buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\s(?:xmlns(?::\w+)?|version)="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", text, flags=re.DOTALL)  # it would rule the whole page
    text = text.replace("<svg", '<svg style="stroke-linejoin: round; stroke-linecap: butt"', 1)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    text = re.sub(r'\sid="([^"]+)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}", text)
    text = _COLOUR.sub(lambda m: _VARIABLES[m[0].lower()], text)
    return re.sub(r"\n\s*", "\n", text)
