"""The measures that the study's question is about, before everything else."""

import polars as pl

from ..figures import NothingToDraw, sheets
from . import tables
from .data import Data
from .design import asked_measures
from .formats import count, definition, each, listed
from .markup import Markup, el
from .parts import game_title
from .show import show

ANCHOR, TITLE = "answer", "The question"
OPEN_ROWS = 16
"""A table with more rows is folded away."""


def section(data: Data, games: list[str]) -> Markup | None:
    """A figure and a table of these measures for each game; None where the study names none."""
    wanted = asked_measures(data.manifest)
    if not wanted:
        return None
    words = el("dl", *[part for name in wanted for part in _meaning(name)], class_="legend")
    parts = [part for game in games for part in _of_game(data, game, wanted, len(games) > 1)]
    lead = el("p", f"The question is about {listed([definition(name).label for name in wanted])}.", class_="muted")
    return el("section", el("h2", TITLE), lead, words, *parts, id=ANCHOR)


def _meaning(measure: str) -> list[Markup]:
    meant = definition(measure)
    return [el("dt", meant.label), el("dd", f"{meant.text} Range: {meant.range}; {meant.direction}.")]


def _of_game(data: Data, game: str, wanted: list[str], several: bool) -> list[Markup | None]:
    rows = data.summary.filter(pl.col("game") == game)
    there = [measure for measure in wanted if (rows["measure"] == measure).any()]
    title = el("h3", game_title(game)) if several else None
    if not there:
        return [title, el("p", f"No world of {game_title(game).lower()} has any of them.", class_="muted")]
    table = tables.of_measures(rows.filter(pl.col("measure").is_in(there)), "By setting", there)
    cells = rows["cell"].n_unique()
    folded = el("details", el("summary", f"{count(cells, 'setting')}, by setting"), table, class_="numbers")
    return [title, _figure(data, rows, game, there), table if cells <= OPEN_ROWS else folded]


def _figure(data: Data, rows: pl.DataFrame, game: str, measures: list[str]) -> Markup:
    """The figure with its caption; a sentence where it cannot be drawn."""
    try:
        figure = sheets.headline(rows, game, measures)
    except NothingToDraw as reason:
        return el("p", f"Not drawn: {reason}.", class_="muted")
    labels = listed([definition(name).label for name in measures])
    n = rows["n"] + rows["n_nan"]
    caption = f"Means over worlds with 95 % intervals, {each(n)}."
    return show(data, game, ANCHOR, figure, caption, described=labels)
