"""Schelling diagrams against the payoff tables that they are drawn from."""

import numpy as np
import pytest

import comity
from comity.envs.settings import SettingError

STEPS = 10


@pytest.mark.parametrize(
    ("preset", "kind"),
    [
        ("axelrod_1980", "social dilemma with fear and greed"),
        ("stag_hunt", "social dilemma with fear"),
        ("hawk_dove", "social dilemma with greed"),
        ("coopeval_pd", "social dilemma with fear and greed"),
    ],
)
def test_two_by_two_games_are_what_their_payoffs_say(preset, kind):
    game = comity.make("matrix", preset=preset, horizon=STEPS, continuation=1)
    found = comity.schelling(game)
    q = game.params
    assert found.cooperates.tolist() == [STEPS * q.sucker, STEPS * q.reward]
    assert found.defects.tolist() == [STEPS * q.punishment, STEPS * q.temptation]
    assert found.kind == kind
    assert found.fear_gain == STEPS * (q.punishment - q.sucker)
    assert found.greed_gain == STEPS * (q.temptation - q.reward)
    assert not found.cooperates_error.any()


def test_no_dilemma_is_called_so():
    harmony = comity.schelling("matrix", reward=5, temptation=3, sucker=2, punishment=0, horizon=STEPS)
    assert not harmony.dilemma
    assert harmony.kind == "no social dilemma"
    assert not harmony.fear
    assert not harmony.greed


def test_an_asymmetric_game_is_averaged_over_places():
    """Who gives is met by a keeper: 0 as first, 2 as second player (GAMES.md §1.1, ``coopeval_trust``: 0,20; 6,2)."""
    found = comity.schelling("matrix", preset="coopeval_trust", horizon=1)
    assert found.cooperates.tolist() == [(0 + 2) / 2, 10]
    assert found.defects.tolist() == [4, (6 + 20) / 2]


def test_chance_has_an_interval_and_must_be_beaten():
    found = comity.schelling("standoff", stage_game="pd", action_noise=0.05, worlds=200)
    p = np.array([[0.95, 0.05], [0.05, 0.95]])
    expected = 100 * p @ np.array([[3, 0], [5, 1]]) @ p.T
    assert (found.cooperates_error > 0).all()
    assert np.abs(found.cooperates - expected[0, ::-1]).max() < 3 * found.cooperates_error.max()
    assert np.abs(found.defects - expected[1, ::-1]).max() < 3 * found.defects_error.max()
    assert found.gain == pytest.approx(found.defects - found.cooperates)
    assert (found.gain_error < found.defects_error + found.cooperates_error).all(), "the same slips befall both"
    alike = comity.schelling("standoff", "random", "random", action_noise=0, worlds=40)
    assert not alike.greed


def test_others_are_drawn_and_the_focal_seat_goes_round():
    """Payoffs that tell who cooperates: a lake split by what all ask for."""
    found = comity.schelling("fishery", horizon=1, rationing="proportional", integer=False, worlds=50)
    sustainable, equal = 10, 20
    assert found.cooperates == pytest.approx([sustainable] * 5)
    assert found.defects == pytest.approx([equal] * 5)


def test_the_same_seed_is_the_same_diagram():
    one, two = (comity.schelling("fishery", worlds=30, seed=4, growth_noise=0.3).frame() for _ in range(2))
    assert one.equals(two)
    assert not one.equals(comity.schelling("fishery", worlds=30, seed=5, growth_noise=0.3).frame())


def test_conduct_of_ones_own():
    found = comity.schelling("matrix", "tft", "alld", horizon=STEPS)
    assert found.cooperates.tolist() == [0 + (STEPS - 1), 3 * STEPS]
    assert found.defects.tolist() == [STEPS, 5 + (STEPS - 1)]
    assert found.frame()["focal"].to_list() == ["cooperates"] * 2 + ["defects"] * 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"game": "alternating_offers"}, "a negotiation has a bargaining set"),
        ({"game": "matrix", "worlds": 0}, "worlds = 0"),
        ({"game": "matrix", "cooperator": "greedy"}, "agent 'greedy' does not play matrix"),
        ({"game": "matrix", "horizon": 0}, "matrix.horizon = 0"),
    ],
)
def test_what_cannot_be_drawn_is_said(given, words):
    with pytest.raises(SettingError, match=words):
        comity.schelling(**given)
