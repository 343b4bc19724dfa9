"""Words that fit: text is measured with a renderer, and wrapped where it is wider than its place."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

MOST = 4
"""Lines of a text; what is longer ends in an ellipsis."""
LEGEND = 8.5
"""Points."""
LABEL = 2.4
"""Inches of a line in a legend: one long name is to leave room for columns."""
_BREAKS = re.compile(r"(?<=[,·=(/:+_])|(?<=\.)(?!\d)|(?= )")
_HANDLE, _PAD, _GAP, _BORDER, _LINE = 1.7, 0.5, 1.2, 0.4, 1.7  # of a legend, in units of its font
_EXTRA = 1.25 / 72  # inches that a point of size takes in each further line


@lru_cache(1)
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, 72)


@lru_cache(1 << 14)
def width(text: str, size: float, weight: Any = "normal") -> float:
    """Inches of one line in the house font."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return _renderer().get_text_width_height_descent(text.replace(r"\$", "$"), font, False)[0] / 72


def wrapped(text: str, inches: float, size: float, weight: Any = "normal", most: int = MOST) -> str:
    """The text in lines of at most ``inches``: broken at spaces, else after , · = ( / : + _ or a full stop, else
    anywhere. Lines that it has already stay apart; of more than ``most`` the last shows how the text ends, after an
    ellipsis.
    """
    found = [line for part in text.split("\n") for line in _lines(part, inches, size, weight)]
    if len(found) > most:
        tails = ("…" + text[k:] for k in range(len(text) - len(found[-1]) - len(found[-2]), len(text)))
        found = [*found[: most - 1], next((tail for tail in tails if width(tail, size, weight) <= inches), "…")]
    return "\n".join(found)


def _lines(text: str, inches: float, size: float, weight: Any) -> list[str]:
    if width(text, size, weight) <= inches:
        return [text]
    lines = [""]
    for piece in _pieces(text, inches, size, weight):
        if lines[-1] and width(lines[-1] + piece, size, weight) > inches:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return lines


def _pieces(text: str, inches: float, size: float, weight: Any) -> list[str]:
    """The words, each with the space before it; in smaller pieces those that are too wide for a line."""
    found: list[str] = []
    for word in re.split(r"(?<!^)(?= )", text):
        if width(word.strip(), size, weight) <= inches:
            found.append(word)
            continue
        for piece in _BREAKS.split(word):
            found += [piece] if width(piece.strip(), size, weight) <= inches else list(piece)
    return found


def lines_of(text: str) -> int:
    """How many lines a text has; none if it is empty."""
    return text.count("\n") + 1 if text else 0


def grow(figure: Figure, inches: float) -> None:
    """Makes a figure higher."""
    figure.set_figheight(figure.get_figheight() + inches)


# -- panels ------------------------------------------------------------------------------------------------------------


class Fitting(ConstrainedLayoutEngine):
    """The constrained layout, and titles and axis labels wrapped to the width that it leaves their panels."""

    def execute(self, fig: Figure) -> None:
        """Lays out; once more if something was wrapped."""
        super().execute(fig)
        if _wrap_all(fig):
            super().execute(fig)


def settle(figure: Figure) -> None:
    """Lays a figure out for good, higher by the lines that had to be wrapped. A second time does nothing."""
    engine = figure.get_layout_engine()
    if isinstance(engine, Fitting):
        ConstrainedLayoutEngine.execute(engine, figure)
        if more := _wrap_all(figure):
            grow(figure, more)
            ConstrainedLayoutEngine.execute(engine, figure)
        figure.set_layout_engine("none")


def _wrap_all(figure: Figure) -> float:
    """Wraps what is wider than its panel; the inches of height that this takes, over all rows of panels."""
    rows: dict[int, float] = {}
    for ax in figure.axes:
        spec = ax.get_subplotspec()
        row = -1 if spec is None else spec.rowspan.start
        rows[row] = max(rows.get(row, 0.0), _wrap(ax, figure) if ax.get_visible() else 0.0)
    return sum(rows.values())


def _wrap(ax: Axes, figure: Figure) -> float:
    place = ax.get_position()
    across, up = place.width * figure.get_figwidth(), place.height * figure.get_figheight()
    lying: list[Text] = [ax.title, ax._left_title, ax._right_title, ax.xaxis.label]  # type: ignore[attr-defined]
    more = sum(_wrap_one(text, across) for text in lying)
    _wrap_one(ax.yaxis.label, up)
    return more


def _wrap_one(text: Text, inches: float) -> float:
    """Inches of height that wrapping one text takes."""
    words, size = text.get_text(), float(text.get_fontsize())
    told = wrapped(words, max(inches, 0.8), size, text.get_fontweight())
    text.set_text(told)
    return _EXTRA * size * (lines_of(told) - lines_of(words))


# -- legends -----------------------------------------------------------------------------------------------------------


def legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """A legend on top of the figure, in as many columns as there is width for; the figure grows by its rows."""
    em, room = LEGEND / 72, figure.get_figwidth() - 0.15
    entry = (_HANDLE + _PAD) * em
    words = [wrapped(label, min(LABEL, room / 2 - entry - _GAP * em), LEGEND) for label in labels]
    widths = np.array([max(width(line, LEGEND) for line in label.split("\n")) + entry for label in words])
    columns = next((n for n in range(len(words), 1, -1) if _across(widths, n, em) <= room), 1)
    rows = np.array_split(np.array([lines_of(label) for label in words]), columns)
    grow(figure, _LINE * em * max(column.sum() for column in rows) + 0.08)
    figure.legend(
        handles, words, loc="outside upper left", ncols=columns, fontsize=LEGEND, columnspacing=_GAP,
        handlelength=_HANDLE, handletextpad=_PAD, borderpad=_BORDER,
    )  # fmt: skip


def _across(widths: np.ndarray, columns: int, em: float) -> float:
    """Inches of a legend, which fills its columns one after the other."""
    parts = np.array_split(widths, columns)
    return sum(float(part.max()) for part in parts) + (columns - 1) * _GAP * em + 2 * _BORDER * em
