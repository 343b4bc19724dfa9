"""Figures of echoes, attackers and lags, and the report's section on who answers whom."""

import re

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from comity.analysis import figures, irf, panel_profile
from comity.analysis.figures import NothingToDraw
from comity.analysis.report import reciprocity
from comity.analysis.report.data import Data
from comity.analysis.summary import summarise


def test_lags_are_told_in_numbers_and_lag_0_is_no_answer():
    c = (np.random.default_rng(0).random((20, 30, 2)) < 0.5).astype(float)
    c[:, 1:, 0] = c[:, :-1, 1]
    ax = figures.lag_heat(panel_profile(c, longest=3))
    told = [text for text in ax.texts if text.get_text()]
    assert len(told) == 4, "with two there is only the direct kind"
    assert [text.get_fontweight() for text in told][:2] == ["normal", "bold"]
    assert "not reciprocity" in ax.get_xlabel()
    assert any(box.get_hatch() for box in ax.patches)
    own = Figure().subplots()
    assert figures.lag_heat(panel_profile(c, longest=1), own) is own


def test_only_a_leading_zero_is_left_out():
    value = np.array([[10.25, -0.25, 0.5, 1.0]])
    ax = figures.heat(value, value, value, ["kind"])
    assert [text.get_text() for text in ax.texts] == ["10.25", "−.25", ".50", "1.00"]


def test_an_echo_is_drawn_for_both_sides():
    base, planted = np.ones((3, 8, 2)), np.ones((3, 8, 2))
    planted[:, 1, 0] = planted[:, 2, 1] = 0
    ax = figures.impulse_response(irf(base, planted, 2, longest=4, draws=10))
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [[-1, 0, 0, 0, 0], [0, -1, 0, 0, 0]]
    assert len({line.get_marker() for line in ax.lines[:2]}) == 2, "readable without colour"
    with pytest.raises(NothingToDraw):
        figures.impulse_response(irf(0 * base, planted, 2, draws=10))


def test_the_worst_attacker_is_filled():
    rows = {"attacker": ["defector", "extort3"], "value": [0.5, 0.2], "low": [0.4, 0.1], "high": [0.6, 0.3]}
    ax = figures.attackers(pl.DataFrame({"against": "wsls", **rows}))
    filled = [line for line in ax.lines if line.get_marker() == "o" and line.get_markerfacecolor() != "white"]
    assert [line.get_xdata().tolist() for line in filled] == [[0.5]]


def test_the_report_has_a_section_where_steps_were_recorded(make_rows):
    found = [make_rows(f"m-{agent}", "matrix", "deliberators", norm, [agent], 8) for norm, agent in _NORMS.items()]
    episodes, steps = (pl.concat(part, how="diagonal_relaxed") for part in zip(*found, strict=True))
    nothing = pl.DataFrame()
    text = reciprocity.section(Data(episodes, steps, summarise(episodes), nothing, None, {}), "matrix")
    assert text is not None
    assert text.count("<tr>") == 1 + len(_NORMS)
    columns = [
        text.index(f">{word}</button>") for word in ("direct, plain", "null of the plain term", "plain less null")
    ]
    assert columns == sorted(columns)
    parts = [float(v) for v in re.findall(r'data-v="([^"]+)"', text.split("<tbody>")[1].split("</tr>")[0])[-3:]]
    assert parts[0] - parts[1] == pytest.approx(parts[2], abs=1e-8), "what stands side by side is of one estimate"
    assert "n\u00a0=\u00a08 worlds each" in text
    assert "generalised" not in text.split("<table")[1], "there are no third parties"
    assert reciprocity.section(Data(episodes, None, nothing, nothing, None, {}), "matrix") is None


_NORMS = {"reciprocal": "tft", "selfish": "alld"}
