"""What the measures on the page mean, in one list, for print and for a first reading."""

import polars as pl

from .data import Data
from .design import asked_measures
from .formats import definition
from .markup import Markup, el, join
from .tables import measures_shown

ANCHOR, TITLE = "measures", "What the measures mean"
LEAD = (
    "Every number in a table has its interval below it. In a table the arrow keys move from cell to cell, and a line "
    "at the foot of the window tells of the cell its row, n and definition; so does a click or a tap. A click on the "
    "head of a column sorts by it."
)


def section(data: Data) -> Markup | None:
    """The definitions of the measures in the tables, in their order; None where there is no table."""
    there = set(data.summary.select(pl.col("measure").unique())["measure"])
    keys = dict.fromkeys([*asked_measures(data.manifest), *measures_shown()])
    meant = [definition(key) for key in keys if key in there]
    if not meant:
        return None
    items = [join(el("dt", one.label + " ⚑" * bool(one.leads)), el("dd", str(one))) for one in meant]
    return el("section", el("h2", TITLE), el("p", LEAD, class_="muted"), el("dl", *items, class_="legend"), id=ANCHOR)
