"""Figures on the page: each with a text that can be read out, and kept as a file for whoever asked for that."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import figures
from ..figures.export import whole
from .markup import Markup, el

Keep = Callable[[str, Figure], object]
"""What is done with each figure under its name, which is the same for the same study."""


def plot(drawn: Figure | Axes, name: str, described: str, note: str = "", keep: Keep | None = None) -> Markup:
    """The figure as a picture that is as wide as its words need, and scrolls where the page is narrower.

    ``name`` keeps its ids apart from those of other figures and names its files; ``described`` is read out; ``note`` is
    written into the picture.
    """
    figure = whole(drawn)
    drawing = figures.svg(figure, f"{name}-", note).replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    if keep is not None:
        keep(name, figure)
    wide = f"--w:{figure.get_figwidth():g}"
    image = el("div", Markup(drawing), class_="plot", style=wide, role="img", aria_label=described)
    return el("div", image, class_="scroll", tabindex="0", role="region", aria_label=described.split(".")[0])
