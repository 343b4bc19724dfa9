"""Figures draw what is there, with words at their axes, and say what is not."""

import re
from pathlib import Path

import matplotlib
import matplotlib.style
import numpy as np
import polars as pl
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

import comity
from comity.analysis import figures, kaplan_meier
from comity.analysis.figures import NothingToDraw, sheets
from comity.analysis.figures.dots import chosen, clear_of, dot_panel
from comity.analysis.figures.fit import width, wrapped
from comity.analysis.figures.lines import Course
from comity.analysis.figures.style import INK, LOOKS, SPARE, look
from comity.analysis.figures.survival import log_log_band
from comity.analysis.figures.time_course import course
from comity.analysis.summary import NORM_ORDER, cells, summarise
from comity.envs.negotiation.solutions import solve

GAMES = ("matrix", "fishery", "alternating_offers", "standoff")


@pytest.fixture(scope="module")
def summary(small):
    return summarise(small[0])


def labelled(figure):
    """Has every panel that is shown a title, and one a label?"""
    figure = figure if isinstance(figure, Figure) else figure.figure
    shown = [ax for ax in figure.axes if ax.get_visible()]
    assert shown and all(ax.get_title(loc="left") for ax in shown)
    assert any(ax.get_xlabel() or ax.get_ylabel() for ax in shown)
    return shown


@pytest.mark.parametrize("game", GAMES)
def test_comparisons_of_norms(summary, game):
    for draw in (sheets.cooperation, sheets.welfare, sheets.exploitability):
        axes = labelled(draw(summary, game))
        words = [label.get_text() for label in axes[0].get_yticklabels()]
        assert words[0] == "selfish" and words.index("kind") < words.index("reciprocal")


def test_reciprocity_stands_beside_its_null(small, summary):
    episodes, steps = small
    null = figures.reciprocity_null(steps, cells(episodes))
    assert set(null.columns) == {"cell", "null_mean", "excess", "p", "n", "flags"}
    tft = null.filter(pl.col("cell") == "matrix-reciprocal").row(0, named=True)
    assert tft["excess"] > 0.5 and 0 < tft["p"] < 0.05
    axes = labelled(sheets.reciprocity(summary, "matrix", null))
    ticks = [line for ax in axes for line in ax.lines if line.get_marker() == "|"]
    assert sum(len(line.get_xdata()) for line in ticks) >= 3
    assert not [
        line for ax in labelled(sheets.reciprocity(summary, "matrix")) for line in ax.lines if line.get_marker() == "|"
    ]


def test_courses_and_curves(small):
    episodes, steps = small
    assert len(labelled(sheets.time_course(steps, episodes, "fishery", ("cooperation", "stock")))) == 4
    labelled(sheets.survival(episodes, "fishery"))
    labelled(sheets.escalation(steps, episodes, "standoff"))
    labelled(sheets.quiet_curves(episodes, "standoff"))


def test_schelling():
    frame = comity.schelling("fishery", worlds=20).frame()
    (axes,) = labelled(figures.schelling(frame))
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    for conduct in ("cooperates", "defects"):
        assert lines[f"the focal seat {conduct}"] == frame.filter(pl.col("focal") == conduct)["payoff"].to_list()
    with pytest.raises(NothingToDraw, match="no diagram"):
        figures.schelling(frame.clear())


def test_tournament():
    field = ["allc", "alld", "tft", "random"]
    found = comity.tournament("matrix", field, repetitions=5, horizon=20, self_play=False)
    heat, scores = labelled(sheets.tournament(found.frame(), found.ranking()))
    order = found.ranking()["entrant"].to_list()
    assert [label.get_text() for label in heat.get_yticklabels()] == order
    written = {tuple(map(round, text.get_position())): float(text.get_text()) for text in heat.texts}
    rows = found.frame().select("opponent", "entrant", "payoff").iter_rows()
    assert written == {
        (order.index(column), order.index(row)): pytest.approx(payoff, abs=0.00501) for column, row, payoff in rows
    }
    assert [line.get_xdata()[0] for line in scores.lines] == found.ranking()["score"].to_list()
    with pytest.raises(NothingToDraw, match="nobody met"):
        sheets.tournament(found.frame().clear(), found.ranking())


def test_a_tournament_of_many_has_a_key_instead_of_numbers():
    field = [{"agent": "random", "p": k / 40} for k in range(32)]
    found = comity.tournament("matrix", field, repetitions=1, exact=True)
    figure = sheets.tournament(found.frame(), found.ranking())
    heat, _, key = figure.axes
    assert not heat.texts and key.get_xlabel() == "payoff per step"
    assert figure._supxlabel is not None and "1024 of 1024 payoffs are exact" in figure._supxlabel.get_text()


def test_bargaining_set():
    u = np.array([[4, 10], [6, 8], [7, 6], [8, 4], [9, 2], [10, 0], [5, 5], [5, 5]], float)
    found, rows = solve(u, [0, 0]), np.arange(8)
    deals = pl.DataFrame(
        {"first": u[:, 0], "second": u[:, 1], "pareto": np.isin(rows, found.pareto)}
        | {name: np.isin(rows, getattr(found, name)) for name in figures.SOLUTIONS}
    )
    (axes,) = labelled(figures.bargaining_set(deals, (0, 0), "division"))
    drawn = {line.get_label(): set(zip(*line.get_data(), strict=True)) for line in axes.lines}
    assert drawn["Nash"] == {(6, 8)}
    assert drawn["Kalai–Smorodinsky"] == drawn["egalitarian"] == {(6, 8), (7, 6)}
    assert drawn["utilitarian"] == {(4, 10), (6, 8)}
    assert [len(dots.get_offsets()) for dots in axes.collections] == [1, 6]
    with pytest.raises(NothingToDraw, match="no deal"):
        figures.bargaining_set(deals.clear(), (0, 0), "division")


def test_bargaining(small, summary):
    axes = labelled(sheets.bargaining(summary, small[0], "alternating_offers"))
    assert [ax.get_title(loc="left") for ax in axes[1:3]] == ["agreement rate", "Pareto distance"]


def test_dose_response_marks_the_thresholds(summary):
    marks = figures.thresholds(figures.Payoffs(5, 3, 1, 0))
    assert sorted(marks.values()) == pytest.approx([1 / 4, 2 / 3])
    axes = labelled(sheets.dose_response(summary, "matrix", marks))
    lines = {round(float(line.get_xdata()[0]), 3) for line in axes[0].lines if len(set(line.get_xdata())) == 1}
    assert {0.25, 0.667} <= lines
    (dose,) = [line for line in axes[0].lines if line.get_label() == "deliberators"]
    assert dose.get_xdata().tolist() == [0, 0.5, 1]
    assert dose.get_ydata() == pytest.approx([0, 0.5, 1], abs=0.1)


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda e, s, t: sheets.survival(e, "matrix"), "collapsed"),
        (lambda e, s, t: sheets.quiet_curves(e, "matrix"), "nobody pressed"),
        (lambda e, s, t: sheets.escalation(s, e, "fishery"), "no ladder"),
        (lambda e, s, t: sheets.time_course(s.clear(), e, "matrix"), "no steps"),
        (lambda e, s, t: sheets.time_course(None, e, "matrix"), "no steps of matrix were recorded"),
        (lambda e, s, t: sheets.dose_response(t, "fishery"), "not swept"),
        (lambda e, s, t: sheets.dose_response(t, "matrix", axis="game.horizon"), "not swept"),
        (lambda e, s, t: sheets.cooperation(t, "chess"), "chess"),
        (
            lambda e, s, t: sheets.cooperation(t.filter(pl.col("measure") == "agreement"), "alternating_offers"),
            "in alternating offers",
        ),
        (lambda e, s, t: figures.by_condition(t, "matrix", "nosuch"), "no measure is called nosuch"),
        (
            lambda e, s, t: figures.by_condition(t, "matrix", "coop_focal", "with_nobody"),
            "sat as with nobody in matrix",
        ),
        (lambda e, s, t: figures.by_condition(t.drop("n_nan", "low"), "matrix", "gini"), "no column low and no n_nan"),
        (lambda e, s, t: figures.cooperation(t.drop("variant"), "matrix"), "no column variant"),
        (lambda e, s, t: figures.headline(t, "matrix", "nosuch"), "no measure is called nosuch"),
        (lambda e, s, t: figures.welfare(t, "matrix", "gini"), "not on a game's anchors"),
        (
            lambda e, s, t: figures.bargaining(t, e.drop("largest_joint"), "alternating_offers"),
            "no column largest_joint",
        ),
        (lambda e, s, t: figures.time_course(s, e, "matrix", "nosuch"), "steps has no column nosuch"),
        (lambda e, s, t: sheets.exploitability(t.filter(pl.col("seats") == "deliberators"), "matrix"), "exploiter"),
    ],
)
def test_what_is_not_there_is_said(small, summary, draw, words):
    with pytest.raises(NothingToDraw, match=words):
        draw(*small, summary)


def test_n_stands_right_of_its_interval_and_what_is_undefined_in_its_row():
    row = {"norms": "kind", "value": 0.5, "low": 0.4, "high": 0.6, "n": 3, "n_nan": 1}
    values = ({}, {"value": 0.97, "low": 0.9, "high": 1.0}, {"n_nan": 0})
    rows = pl.DataFrame([{**row, **one, "condition": str(k)} for k, one in enumerate(values)])
    ax = Figure().subplots()
    ax.set_xlim(0, 1)
    dot_panel(ax, rows, ["0", "1", "2", "3"])
    found = [(text.get_text(), text.xy, text.get_ha()) for text in ax.texts]
    assert found == [("n=3", (0.6, 0), "left"), ("n=3", (0.9, 1), "right"), ("undefined", (0.5, 3), "center")]
    clear_of(ax, [(0.65, 0), (0.98, 1), (0.5, 3)])
    assert [text.xy[0] for text in ax.texts] == [0.65, 0.9, 0.5], "beyond a mark that is in its way"
    assert {text.get_va() for text in ax.texts} == {"center"} and {text.xyann[1] for text in ax.texts} == {0}


def test_no_variation_between_worlds_is_drawn_hollow(make_rows):
    episodes, _ = make_rows("a", "fishery", "deliberators", "kind", ["sustainable_threshold"], 3, growth_noise=0.0)
    figure = sheets.cooperation(summarise(episodes), "fishery")
    (ax,) = figure.axes
    (point,) = [line for line in ax.lines if line.get_marker() == "s"]
    assert to_rgb(point.get_markerfacecolor()) != to_rgb(look("kind").light)
    assert figure._supxlabel is not None and "no variation" in figure._supxlabel.get_text()


def test_a_norm_has_one_look_everywhere():
    assert set(LOOKS) == set(NORM_ORDER)
    looks = [*LOOKS.values(), *SPARE]
    assert (
        len({one.light for one in looks})
        == len({one.dark for one in looks})
        == len({one.marker for one in looks})
        == len(looks)
    )
    assert look("my own") == look("my own")

    def luminance(colour):
        return np.dot(
            [0.2126, 0.7152, 0.0722],
            [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)],
        )

    for one in looks:  # as graphics must: a contrast of 3 on their page
        assert (luminance("#fdfdfc") + 0.05) / (luminance(one.light) + 0.05) > 3
        assert (luminance(one.dark) + 0.05) / (luminance("#14171b") + 0.05) > 3


def test_svg_stands_alone_and_is_the_same_every_time(summary):
    first, second = (figures.svg(sheets.cooperation(summary, "matrix"), "a-") for _ in range(2))
    assert first == second
    assert first.startswith("<svg") and first.endswith("</svg>")
    assert "http" not in first and "<metadata" not in first and "currentColor" in first and "var(--c" in first
    assert 'id="figure' not in first


def test_the_style_is_one_of_matplotlib():
    with matplotlib.style.context("comity.analysis.figures.house"):
        assert matplotlib.rcParams["pdf.fonttype"] == 42 and matplotlib.rcParams["savefig.dpi"] >= 150
        assert to_hex(matplotlib.rcParams["text.color"]) == INK


def test_a_panel_is_axes_of_its_own_or_those_that_are_given(small, summary):
    episodes, steps = small
    draws = [
        lambda ax: figures.cooperation(summary, "matrix", "with_exploiter", ax=ax),
        lambda ax: figures.reciprocity(summary, "matrix", ax=ax),
        lambda ax: figures.welfare(summary, "matrix", "normalised_nash", ax=ax),
        lambda ax: figures.exploitability(summary, "matrix", ax=ax),
        lambda ax: figures.by_condition(summary, "matrix", "gini", ax=ax),
        lambda ax: figures.time_course(steps, episodes, "matrix", ax=ax),
        lambda ax: figures.dose_response(summary, "matrix", ax=ax),
        lambda ax: figures.headline(summary, "matrix", "welfare", ax=ax),
    ]
    for draw in draws:
        own, given = draw(None), Figure().subplots()
        assert own.get_title(loc="left") and own.get_xlabel() and draw(given) is given
        assert given.get_title(loc="left") == own.get_title(loc="left") and not given.figure.legends
    with pytest.raises(NothingToDraw, match="nobody sat as bystanders"):
        figures.cooperation(summary, "matrix", "bystanders")


def test_panels_that_share_an_axis_hide_none_of_their_points(summary):
    figure = sheets.welfare(summary, "matrix")
    for ax in figure.axes:
        low, high = ax.get_xlim()
        shown = [float(x) for line in ax.lines if line.get_marker() not in ("None", "") for x in line.get_xdata()]
        assert shown and all(low <= x <= high for x in shown)


def test_what_there_is_no_room_for_goes_by_whole_settings():
    rows = pl.DataFrame(
        [{"condition": f"{n} · k={k}", "norms": n, "variant": f" · k={k}"} for n in "abc" for k in range(4)]
    )
    assert chosen(rows, 7)["condition"].to_list() == ["a · k=0", "a · k=1", "b · k=0", "b · k=1", "c · k=0", "c · k=1"]
    assert chosen(rows, 2)["condition"].to_list() == ["a · k=0", "a · k=1"]


@pytest.mark.parametrize("text", ["one two three four five six", "kind,tft(generosity=0.25),alld", "x" * 60])
def test_wrapped_words_fit_and_none_is_lost(text):
    told = wrapped(text, 0.9, 9, most=99)
    assert told.replace("\n", "").replace(" ", "") == text.replace(" ", "")
    assert all(width(line, 9) <= 0.9 for line in told.split("\n"))
    cut = wrapped(text, 0.9, 9, most=2).split("\n")
    assert len(cut) == 2 and cut[1].startswith("…") and text.endswith(cut[1][1:]) and width(cut[1], 9) <= 0.9


@pytest.mark.slow
def test_every_line_of_the_documentation_draws(small, summary):
    page = (Path(comity.__file__).parent / "docs" / "figures.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\|[^|]+\| `(figures\.[^`]+)` \|$", page, re.MULTILINE)
    names = {"comity": comity, "figures": figures, "cells": cells}
    names |= {"summary": summary, "episodes": small[0], "steps": small[1]}
    assert len(lines) == 13
    for line in lines:
        assert eval(line, names).get_title(loc="left"), line


# -- numbers -----------------------------------------------------------------------------------------------------------


def test_course_means_bands_and_firmness():
    found = course(np.array([[1.0, 0.0, np.nan], [1.0, 1.0, np.nan], [1.0, np.nan, np.nan]]))
    assert isinstance(found, Course)
    assert found.steps.tolist() == [1, 2] and found.mean.tolist() == [1, 0.5]
    assert found.firm.tolist() == [True, True]
    assert found.low[0] == found.high[0] == 1 and found.low[1] <= 0.5 <= found.high[1]
    thin = course(np.array([[1.0, 0.0], [1.0, np.nan], [1.0, np.nan]]))
    assert thin.firm.tolist() == [True, False] and np.isnan(thin.low[1])
    blocks = course(np.tile(np.arange(100.0), (2, 1)))
    assert len(blocks.steps) == 50 and blocks.mean[0] == 0.5 and blocks.steps[0] == 1.5


def test_log_log_band_of_the_worked_example():
    curve = kaplan_meier([2, 3, 3, 5, 8], [1, 1, 0, 1, 0])
    low, high = log_log_band(curve)
    half = 1.959964 * 0.238747 / abs(0.3 * np.log(0.3))
    assert low[5] == pytest.approx(0.3 ** np.exp(half), abs=1e-5)
    assert high[5] == pytest.approx(0.3 ** np.exp(-half), abs=1e-5)
    assert np.isnan(low[:2]).all()
