"""A figure of a game as every section shows it: its title, its caption, and how much of it stands on no reply."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .data import Data, anchor
from .design import scripted
from .findings import unread
from .markup import Markup, el, join
from .parts import game_title
from .plots import plot
from .words import SCRIPTED


def show(
    data: Data, game: str, name: str, drawn: Figure | Axes, caption: object, title: str = "", described: str = ""
) -> Markup:
    """The figure over its ``caption``.

    ``name`` tells it from the game's other figures; ``described`` is read out, after the ``title``. Where language
    models were asked, the caption says how many decisions had no usable reply, and where a script wrote the replies the
    title and the picture say so.
    """
    asked = unread(data.summary.filter(pl.col("game") == game))
    note = SCRIPTED if asked and scripted(data.manifest) else ""
    title += f" ({note})" if note else ""
    said = f"{title}, {game_title(game)}. {described}".strip().removeprefix(", ")
    image = plot(drawn, f"{anchor(game)}-{name}", said, note, data.keep)
    below = el("figcaption", caption, join(" ", asked) if asked else None)
    return el("figure", el("h3", title.strip()) if title else None, image, below)
