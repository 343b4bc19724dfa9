"""Fehr & Gächter 2000 played again: with punishment contributions rise, without they fall."""

import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import pytest

import comity
from comity.analysis.figures.sheets import gifts_over_steps
from comity.analysis.figures.style import NothingToDraw
from comity.envs.settings import SettingError

PUNISHMENT = {"institution": "punishment", "preset": "fehr_gachter_2000"}


@pytest.fixture(scope="module")
def found():
    return comity.replicate("fehr_gachter_2000", runs=40)


def of(found, matching, punishment, step):
    """The row of a condition and step."""
    (row,) = found.filter(matching=matching, punishment=punishment, step=step).to_dicts()
    return row


@pytest.mark.parametrize("matching", ["partner", "stranger"])
def test_contributions_rise_with_punishment_and_fall_without(found, matching):
    first, last = (of(found, matching, False, step) for step in (1, 10))
    assert last["gift_high"] < first["gift_low"]
    assert last["gift"] < 0.2  # published: .10 for strangers and .15 for partners in the last step
    first, last = (of(found, matching, True, step) for step in (1, 10))
    assert last["gift_low"] > first["gift_high"]
    # published means of ten steps: .58 and .85 with, .19 and .38 without
    with_it, without = (of(found, matching, punished, 0) for punished in (True, False))
    assert with_it["gift_low"] > 2 * without["gift_high"]
    assert 0.4 < with_it["gift"] < 0.95


def test_before_anybody_was_punished_both_conditions_are_the_same(found):
    for matching in ("partner", "stranger"):
        bare, ruled = (of(found, matching, punished, 1) for punished in (False, True))
        assert bare["gift"] == ruled["gift"]
        assert ruled["paid"] < bare["paid"]
        assert bare["points"] == 0 < ruled["points"]


def test_without_cooperators_nobody_punishes_and_nobody_gives():
    nobody = comity.replicate("fehr_gachter_2000", runs=3, cooperators=0)
    assert nobody["gift"].max() == 0
    assert nobody["points"].max() == 0


def test_a_wrong_setting_is_refused():
    with pytest.raises(SettingError, match="fehr_gachter_2000.heed = 2"):
        comity.replicate("fehr_gachter_2000", heed=2)


def test_its_figure_draws_every_condition(found):
    figure = gifts_over_steps(found)
    assert [len(ax.lines) for ax in figure.axes] == [2, 2]
    np.testing.assert_allclose(
        figure.axes[0].lines[0].get_ydata(),
        found.filter((pl.col("matching") == "partner") & ~pl.col("punishment") & (pl.col("step") > 0))["gift"],
    )
    plt.close(figure)
    with pytest.raises(NothingToDraw):
        gifts_over_steps(found.filter(step=0))


# -- the agent ---------------------------------------------------------------------------------------------------------


def gifts(*seats, institutions=(PUNISHMENT,), **params):
    """(T, N) of one world."""
    return comity.play("public_goods", list(seats), institutions=list(institutions), **params).actions[0]


def test_unpunished_it_matches_the_others_until_punishment_is_possible():
    heeds = {"agent": "heedful_contributor", "first": 1, "slope": 0.5, "intercept": 0.1}
    alone = gifts(heeds, "free_rider", "free_rider", "full_contributor", institutions=(), horizon=3)
    assert alone[:, 0].tolist() == [20, 5, 5]  # .1 · 20 + .5 · 20/3 = 5.33
    free = {"institution": "punishment", "preset": "fehr_gachter_2000"}
    later = gifts(heeds, "free_rider", "free_rider", "full_contributor", institutions=[{**free, "from_step": 1}])
    assert later[:4, 0].tolist() == [20, 5, 5, 5]
    held = gifts(heeds, "free_rider", "free_rider", "full_contributor")
    assert held[:3, 0].tolist() == [20, 20, 20]


def test_punished_it_goes_half_of_the_way_to_the_largest_gift():
    heeds = {"agent": "heedful_contributor", "first": 0, "slope": 0}
    judge = {"agent": "full_contributor", "stages": {"punishment": "altruistic"}}
    assert gifts(heeds, judge, "free_rider", horizon=5)[:, 0].tolist() == [0, 10, 15, 17, 19]  # 17.5 and 18.75
