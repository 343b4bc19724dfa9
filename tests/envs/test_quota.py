"""A cap on what each may take, and fines for the excess."""

import pickle

import numpy as np
import pytest

import comity
from comity.envs.catalogue import make
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

MYOPIC = {"agent": "deliberator", "depth": 1}


def quota(**settings):
    """The institution under these settings."""
    return {"institution": "quota", **settings}


# -- known answers -----------------------------------------------------------------------------------------------------


def test_a_quota_that_all_keep_sustains_the_stock_for_ever():
    game = make("fishery", institutions=["quota"])
    worlds = Worlds(game, 2)
    worlds.reset(0)
    for _ in range(11):
        caps = worlds.state["quota_cap"].copy()
        assert (caps == 100 * (1 - 1 / 2) / 5).all()  # NORMS.md §3: stock·(1 − 1/g)/n
        worlds.step(caps)
        assert (worlds.state["stock"] == 100).all()
        assert (worlds.state["cooperation"] == 1).all()
        assert (worlds.rewards == caps).all(), "nobody is fined"


@pytest.mark.parametrize(("name", "params"), [("fishery", {"growth": "logistic"}), ("fishery", {"preset": "fish_war"})])
def test_by_other_laws_whoever_keeps_to_it_cooperates_too(name, params):
    game = make(name, **params, institutions=["quota"])
    worlds = Worlds(game, 2)
    worlds.reset(0)
    for _ in range(4):
        caps = worlds.state["quota_cap"].copy()
        worlds.step(caps)
        np.testing.assert_allclose(worlds.state["cooperation"], 1)
        assert not worlds.state["quota_excess"].any()


@pytest.mark.parametrize(("detection", "fine", "keeps"), [(1, 0.9, False), (1, 1.1, True), (0.5, 1.5, False)])
def test_whoever_looks_one_step_ahead_keeps_to_it_iff_a_unit_costs_what_it_brings(detection, fine, keeps):
    layer = quota(detection=detection, fine=fine)
    mind = MYOPIC if detection == 1 else {**MYOPIC, "samples": 400}
    record = comity.play("fishery", [mind, "sustainable_threshold"], horizon=1, institutions=[layer])
    # what the others leave is 60
    assert record.actions[0, 0, 0] == (10 if keeps else 60)
    assert record.logs["quota_excess"][0, 0, 0] == (0 if keeps else 50)


@pytest.mark.parametrize(("fine", "final"), [(0.25, 26), (0.35, 0)])
def test_arms_are_cut_iff_the_fine_is_larger_than_the_fear(fine, final):
    # a unit more is worth v − κ = .5 − .2 to whoever would have less without it
    mind = {**MYOPIC, "prior": "uncooperative"}
    record = comity.play("arms_race", [mind], horizon=8, institutions=[quota(fine=fine)])
    assert record.signals["total_arms"][0, -1] == final
    assert (record.logs["quota_fine"].sum() > 0) == (final > 0)


def test_the_cap_on_a_pool_is_an_equal_part_of_the_optimum():
    record = comity.play("appropriation", ["everything"], horizon=2, institutions=[quota(fine=3, fixed=0.5, cost=0.25)])
    # 36 tokens are best for all 8 together; whole tokens: 4 each
    assert (record.logs["quota_excess"] == 10 - 4).all()
    assert (record.logs["quota_fine"] == 3 * 6 + 0.5).all()
    np.testing.assert_allclose(record.game_payoffs - record.rewards, 18.5 + 0.25)


def test_a_cap_of_ones_own_holds_in_place_of_the_rules():
    game = make("fishery", institutions=[quota(cap=7.5)])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[7.0, 8.0, 9.0, 10.0, 0.0]]))
    assert worlds.state["quota_excess"][0].tolist() == [0, 0.5, 1.5, 2.5, 0]
    assert worlds.state["quota_fine"][0].tolist() == [0, 1, 3, 5, 0]


def test_excess_is_missed_and_imagined_at_the_rates_of_monitoring():
    layer = quota(detection=0.3, false_positive=0.1, fine=2, fixed=1)
    record = comity.play("fishery", ["greedy", "sustainable_threshold"], worlds=4000, horizon=1, institutions=[layer])
    fines = record.logs["quota_fine"][:, 0]
    spread = 4 * np.sqrt(0.3 * 0.7 / 4000)
    assert (fines[:, 0] > 0).mean() == pytest.approx(0.3, abs=spread)
    assert set(fines[:, 0]) == {0, 1 + 2 * 90}
    assert (fines[:, 1:] > 0).mean() == pytest.approx(0.1, abs=spread)
    assert set(fines[:, 1:].ravel()) == {0, 1 + 2}


def test_a_newcomer_has_a_quota_from_its_first_step_on():
    game = make("fishery", preset="govsim_newcomer", institutions=["quota"])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    for heads in (4, 4, 5):
        assert (worlds.state["quota_cap"][0, :heads] == 50 // heads).all()
        worlds.step(worlds.state["quota_cap"].copy())


# -- it is an institution ----------------------------------------------------------------------------------------------


def test_what_is_told_is_what_holds():
    game = make("arms_race", institutions=[quota(detection=0.5, fine=1.5)])
    again = pickle.loads(pickle.dumps(game))
    assert again.settings == game.settings
    assert "1.5 for each unit" in again.brief(0)
    worlds = Worlds(game, 8)
    worlds.reset(0)
    worlds.step(np.full((8, 2), 8.0))  # 6 where 4 are allowed
    fined = worlds.state["quota_fine"][:, 0] > 0
    assert 0 < fined.sum() < 8
    for b in range(8):
        told = game.view(worlds.state[b], 0)
        assert "Your quota for this step is 5." in told
        assert ("you were fined 3 by the quota" in told) == fined[b]
        seen = dict(zip(game.field_index, worlds.observations[b, 0], strict=True))
        assert (seen["quota"], seen["quota_fine"]) == (5, 3 * fined[b])
    believed = game.imagine(worlds.state, 1, worlds.state["key"])
    assert not believed["quota_fine"][:, 0].any()


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("public_goods", {}, ("public_goods", "no act takes an amount")),
        ("climate", {}, ("climate", "fishery")),
        ("matrix", {}, ("matrix", "amount")),
        ("fishery", {"preset": "hysteresis", "regime_visible": False}, ("hidden", "quota.cap")),
    ],
)
def test_it_is_refused_where_nothing_is_taken(name, params, words):
    with pytest.raises(SettingError) as error:
        make(name, **params, institutions=["quota"])
    for word in words:
        assert word in str(error.value)
