"""How panels are put together."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..fit import legend
from ..style import NARROW, panels

COLUMNS = 3
"""Panels side by side: more would leave no room for words."""


def facets(count: int, height: float, columns: int = COLUMNS, **options: Any) -> tuple[Figure, list[Axes]]:
    """A figure of ``count`` panels, each ``height`` inches high, in rows of at most ``columns``; one panel alone is as
    narrow as a phone."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure, axes = panels(rows, columns, rows * height, **options)
    if count == 1:
        figure.set_figwidth(NARROW)
    for ax in axes.flat[count:]:
        ax.set_visible(False)
    return figure, list(axes.flat[:count])


def shared_legend(figure: Figure) -> None:
    """One legend of all that the panels name, on top."""
    found = {}
    for ax in figure.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    if found:
        legend(figure, list(found.values()), list(found))
