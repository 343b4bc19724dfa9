"""Figures as text for a page, and as files."""

import io
import re
from collections.abc import Iterable
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from .fit import settle
from .style import GRID, INK, LOOKS, MUTED, PAGE, SPARE, footnote, house, look

FORMATS = ("svg", "png", "pdf")
DPI = 200
"""Of a PNG."""

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


def svg(drawn: Figure | Axes, prefix: str, note: str = "") -> str:
    """The figure as an ``<svg>`` element for an HTML page: no prologue, no links, colours as CSS variables.

    ``prefix`` keeps the ids of several figures on one page apart; ``note`` is written under the panels, so that it
    stays with the picture wherever that is taken. The same figure gives the same text.
    """
    figure = whole(drawn)
    if note:
        footnote(figure, "; ".join(text for text in (note, figure.get_supxlabel().replace("\n", " ")) if text))
    settle(figure)
    figure.patch.set_visible(False)
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


def whole(drawn: Figure | Axes) -> Figure:
    """The figure itself, or that of the axes."""
    if isinstance(drawn, Figure):
        return drawn
    figure = drawn.get_figure(root=True)
    assert figure is not None, "axes that were removed from their figure"
    return figure


def save(drawn: Figure | Axes, path: str | Path, formats: Iterable[str] = ("svg",)) -> list[Path]:
    """Writes the figure in the house style to ``path`` with each format as its suffix, and returns the files.

    Fonts are embedded in a PDF and remain text in an SVG; a PNG has ``DPI`` dots per inch. The same figure gives the
    same bytes: no date is written.

    Args:
        drawn: a figure, or axes, whose whole figure is written.
        path: without a suffix; its folder is made if it is missing.
        formats: of ``FORMATS``.
    """
    figure, path = whole(drawn), Path(path)
    settle(figure)
    figure.patch.set_visible(True)
    path.parent.mkdir(parents=True, exist_ok=True)
    files = [path.with_name(f"{path.name}.{format}") for format in formats]
    with house():
        for file, format in zip(files, formats, strict=True):
            dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(format)
            figure.savefig(file, format=format, dpi=DPI, facecolor=PAGE, metadata=dated)
    return files
