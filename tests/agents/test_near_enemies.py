"""NORMS.md §2: what looks like an instinct and is none, each told from the real thing by a measure.

Every scenario shows first that the two look alike by a plausible measure, then that they differ by another.
"""

import numpy as np
import pytest

import comity
from comity.agents.norms import norms
from comity.analysis import coop_rate_agent, group_gap, rho, rise_response
from comity.analysis.episodes import episode_measures


def deliberator(norm, **over):
    return {"agent": "deliberator", "norms": norms(norm, **over)}


def cooperation(record):
    """Of seat 0, by world."""
    return episode_measures(record)["coop_by_seat"][:, 0]


# -- credulous for kind ------------------------------------------------------------------------------------------------


def exploited(norm):
    """(π_exploiter − π)/(T − S) per step against an unconditional defector (METRICS.md §9)."""
    paid = episode_measures(comity.play("matrix", [deliberator(norm), "alld"], horizon=200))["payoff_by_seat"]
    return float((paid[0, 1] - paid[0, 0]) / (200 * (5 - 0)))


def test_the_credulous_cooperates_as_the_kind_and_is_exploited():
    for norm in ("kind", "credulous"):
        assert cooperation(comity.play("matrix", [deliberator(norm), "allc"])) == 1
    assert exploited("credulous") == 1
    assert exploited("kind") == pytest.approx(5 / 200), "five steps, then no more"


# -- partial for kind --------------------------------------------------------------------------------------------------

CAMPS = (0, 0, 1, 1)


def gifts(norm, groups):
    me = deliberator(norm, circle={"groups": groups})
    return comity.play("donor", [me, "fixed_gift"], worlds=5, n_agents=4, binary=True, horizon=30)


def test_the_partial_is_as_kind_to_its_own_and_to_nobody_else():
    for norm in ("kind", "partial"):
        assert (cooperation(gifts(norm, (0, 0, 0, 0))) == 1).all()
        to_own = gifts(norm, CAMPS).cooperation_pairs()[:, :, 0, 1]
        assert (to_own[~np.isnan(to_own)] == 1).all()
    gap = {norm: group_gap(gifts(norm, CAMPS).cooperation_pairs(), CAMPS) for norm in ("kind", "partial")}
    assert (gap["kind"].n[:, 0] >= 5).all(), "it met both often enough"
    assert (gap["kind"].value[:, 0] == 0).all()
    assert (gap["partial"].value[:, 0] == 1).all()


# -- indifferent for equanimous ----------------------------------------------------------------------------------------


def test_the_indifferent_is_as_unmoved_as_the_equanimous_and_does_nobody_good():
    unmoved, good = {}, {}
    for norm in ("equanimous", "indifferent"):
        record = comity.play("matrix", [deliberator(norm), "alternator"], worlds=20)
        unmoved[norm] = rho(record.cooperation).value[:, 0]
        good[norm] = cooperation(record), record.rewards[:, :, 1].mean(axis=1)
        gap = group_gap(gifts(norm, CAMPS).cooperation_pairs(), CAMPS)
        assert (gap.value[:, 0] == 0).all(), "nor does either prefer its own"
    assert (unmoved["equanimous"] == 0).all()
    assert (unmoved["indifferent"] == 0).all()
    assert [x.tolist() for x in good["equanimous"]] == [[1] * 20, [4] * 20]
    assert [x.tolist() for x in good["indifferent"]] == [[0] * 20, [0.5] * 20]


# -- pitying for compassionate -----------------------------------------------------------------------------------------

FORTUNES = [[[2.5, 2], [3, 6]], [[3, 0], [2.5, 3]]]
"""The row helps (0) or not (1); the column is low (0) or has risen (1). Need is .5·9/2 = 2.25: help lifts the low one
to 2 for .5 of one's own; to hold down the one that has risen costs .5 and takes 3 from it.
"""


def test_the_pitying_gives_to_the_low_as_the_compassionate_and_holds_down_who_rises():
    risen = {}
    for norm in ("compassionate", "pitying"):
        record = comity.play("matrix", [deliberator(norm), "random"], payoffs=FORTUNES, worlds=20, horizon=60)
        was_low = record.rewards[:, :-1, 1] < record.rewards[:, :-1, 0]
        assert 0.3 < was_low.mean() < 0.7
        assert (record.cooperation[:, 1:, 0][was_low] == 1).all(), "the low are helped"
        risen[norm] = rise_response(record.cooperation, record.rewards).value[:, 0]
        lone = comity.play("matrix", [deliberator(norm), "allc"], payoffs=FORTUNES)
        assert (coop_rate_agent(lone.cooperation).value == 1).all()
    assert (risen["compassionate"] == 0).all()
    assert (risen["pitying"] == -1).all()
