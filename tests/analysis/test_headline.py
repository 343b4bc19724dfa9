"""What a study is about comes first: over the setting that was swept, or by condition."""

import polars as pl
import pytest

from comity.analysis import figures
from comity.analysis.figures import sheets
from comity.analysis.figures.headline import swept_axis
from comity.analysis.report import headline
from comity.analysis.report.data import Data
from comity.analysis.summary import effects, summarise


def table(axis: str, levels: list[float | None]) -> pl.DataFrame:
    """Four worlds of each level for two arms."""
    rows = [
        {"cell": f"{arm}{level}", "game": "matrix", "seats": arm, "norms": "none", "seed": seed, "episode": 0,
         axis: level, "varied": [axis] * (level is not None), "welfare": (level or 0.0) + seed, "survived": seed > 1}
        for arm in ("tft", "alld(conduct=fixed)")
        for level in levels
        for seed in range(4)
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def titles(figure) -> list[str]:
    return [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes if ax.get_visible()]


def words(figure) -> str:
    return figures.svg(figure, "x-", "")


def test_three_levels_are_an_axis_and_what_is_not_on_it_is_said():
    rows = summarise(table("game.action_noise", [None, 0.0, 0.1, 0.2]), ["welfare", "survived"])
    assert swept_axis(rows) == "game.action_noise"
    figure = sheets.headline(rows, "matrix", ["survived", "welfare", "gini"])
    assert titles(figure) == ["survived", "welfare"], "in the order in which they were asked for, as far as there"
    assert [len(ax.get_lines()) for ax in figure.axes] == [2, 2]
    assert [len(line.get_xdata()) for line in figure.axes[0].get_lines()] == [3, 3]
    assert "6 of 8 settings lie on these lines" in words(figure)


def test_two_levels_are_conditions():
    rows = summarise(table("game.action_noise", [0.0, 0.1]), ["welfare"])
    assert swept_axis(rows) is None
    shown = [label.get_text() for label in sheets.headline(rows, "matrix", ["welfare"]).axes[0].get_yticklabels()]
    assert shown == [
        "alld · action noise=0",
        "alld · action noise=0.1",
        "tft · action noise=0",
        "tft · action noise=0.1",
    ]


def test_what_cannot_be_drawn_is_said():
    rows = summarise(table("game.action_noise", [0.0]), ["welfare"])
    with pytest.raises(figures.NothingToDraw, match="none of the measures"):
        sheets.headline(rows, "matrix", ["gini"])


def test_the_section_is_there_if_the_study_names_measures():
    episodes = table("game.action_noise", [0.0, 0.1])
    summary = summarise(episodes, ["welfare", "survived"])
    parts = (episodes, None, summary, effects(episodes, ["welfare"]), None)
    assert headline.section(Data(*parts, {}), ["matrix"]) is None
    told = headline.section(Data(*parts, {"measures": ["welfare", "gini"]}), ["matrix"])
    assert told is not None
    assert "The question is about welfare and inequality (Gini)." in told
    assert told.count("<figure>") == 1
    told = headline.section(Data(*parts, {"measures": ["gini"]}), ["matrix"])
    assert told is not None
    assert "No world of iterated dilemma has any of them." in told
