"""Voting: the number of a rule set by those who live under it."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.envs.catalogue import make
from comity.envs.institutions.voting import tally
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

POOL = {"institution": "redistribution", "rate": 0.2}
RATES = {"institution": "voting", "levels": (0, 0.2, 0.4, 0.6, 0.8, 1), "every": 2}
PLAYED = [("matrix", {}), ("public_goods", {"horizon": 6}), ("fishery", {"horizon": 6})]


def voter(agent, ideal):
    """An agent that votes for its ideal."""
    return {"agent": agent, "stages": {"voting": {"conduct": "votes", "ideal": ideal}}}


def outcome(votes, levels, rule="median", in_force=-1.0):
    """What one vote, of places from 1 on and 0 to abstain, puts in force."""
    moves = np.array([votes], float)
    numbers = np.full(moves.shape, in_force)
    here, levels = np.ones(1, bool), np.asarray(levels, float)
    tally(rule == "median", levels, here, moves, np.zeros_like(moves), numbers)
    assert len(set(numbers[0].tolist())) == 1
    return numbers[0, 0]


# -- how votes are counted ---------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=9))
def test_the_median_is_that_of_the_votes_cast(votes):
    levels = [10.0, 20.0, 30.0, 40.0, 50.0]
    cast = [levels[vote - 1] for vote in votes if vote]
    expected = float(np.quantile(cast, 0.5, method="inverted_cdf")) if cast else -1.0
    assert outcome(votes, levels) == expected


@settings(deadline=None)
@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=6, unique=True),
    st.lists(st.integers(0, 6), min_size=0, max_size=8),
    st.integers(1, 6),
)
def test_nobody_gains_by_voting_for_another_than_its_ideal(levels, others, ideal):
    levels = sorted(levels)
    others, ideal = [min(vote, len(levels)) for vote in others], min(ideal, len(levels))
    in_force = levels[0]
    honest = abs(outcome([ideal, *others], levels, in_force=in_force) - levels[ideal - 1])
    for vote in range(len(levels) + 1):
        assert abs(outcome([vote, *others], levels, in_force=in_force) - levels[ideal - 1]) >= honest


@pytest.mark.parametrize(
    ("votes", "in_force", "expected"),
    [
        ([3, 3, 1], 2.0, 3.0),
        ([3, 1, 0], 2.0, 1.0),  # a tie: the smallest
        ([3, 1, 0], 3.0, 3.0),  # a tie: what is in force
        ([3, 3, 2, 2, 1], 1.0, 2.0),
        ([0, 0, 0], 2.5, 2.5),
    ],
)
def test_the_majority_and_its_ties(votes, in_force, expected):
    assert outcome(votes, [1, 2, 3], "majority", in_force) == expected


# -- what is set -------------------------------------------------------------------------------------------------------


def test_the_median_voter_sets_the_rate():
    seats = [voter("free_rider", 0), voter("free_rider", 0.43), voter("full_contributor", 1)]
    record = comity.play("public_goods", seats, n_agents=3, institutions=[RATES, POOL], horizon=5)
    rates = record.logs["voting_number"][0, :, 0]
    assert rates.tolist() == [0.2, 0.2, 0.4, 0.4, 0.4]
    paid, mean = record.game_payoffs[0], record.game_payoffs[0].mean(axis=1, keepdims=True)
    np.testing.assert_allclose(record.rewards[0], (1 - rates[:, None]) * paid + rates[:, None] * mean)
    assert record.logs["voting_vote"][0].tolist() == [[0] * 3] * 2 + [[1, 3, 6]] * 3


@pytest.mark.parametrize(("ideal", "place"), [(0.1, 1), (0.3, 2), (-5, 1), (7, 6)])
def test_who_votes_takes_the_nearest_level_of_two_the_smaller(ideal, place):
    exact = {**RATES, "levels": (0, 0.2, 0.4, 0.6, 0.8, 1)}
    record = comity.play("matrix", [voter("alld", ideal), "allc"], institutions=[exact, POOL], horizon=3)
    assert record.logs["voting_vote"][0, 2].tolist() == [place, 0]
    assert record.logs["voting_number"][0, 2, 0] == exact["levels"][place - 1]


@pytest.mark.parametrize(
    ("setting", "levels", "fines"), [("first", (2, 3), [0.5, 0.5, 3, 3]), ("detection", (0, 1), [0, 0, 0.5, 0.5])]
)
def test_a_vote_sets_the_numbers_of_sanctions(setting, levels, fines):
    sanctions = {
        "institution": "sanctions",
        "gain": 1,
        "growth": 1,
        **({"detection": 0} if setting == "detection" else {}),
    }
    vote = {"institution": "voting", "about": "sanctions", "setting": setting, "levels": levels, "every": 2}
    record = comity.play("matrix", [voter("alld", 9), "allc"], institutions=[sanctions, vote], horizon=4)
    assert record.logs["sanctions_fine"][0, :, 0].tolist() == fines
    assert record.game.stochastic == (setting == "detection")


def test_worlds_differ_in_the_number_in_force():
    game = make("matrix", institutions=[{**RATES, "every": 1}, {"institution": "redistribution", "rate": 0}])
    worlds = Worlds(game, 2)
    worlds.reset(0)
    worlds.step(np.array([[1.0, 0], [1, 0]]))
    worlds.step(np.array([[7.0, 7], [3, 3]]))
    worlds.step(np.array([[1.0, 0], [1, 0]]))
    assert worlds.state["voting_number"].tolist() == [[0.8, 0.8], [0, 0]]
    np.testing.assert_allclose(worlds.rewards, [[3, 2], [5, 0]])


def test_the_selfish_vote_for_what_pays_them():
    # who defects on a cooperator has 5 against 0, and nothing to gain by sharing
    record = comity.play("matrix", ["deliberator", "allc"], institutions=[RATES, POOL], horizon=4)
    assert record.logs["voting_number"][0, :, 0].tolist() == [0.2, 0.2, 0, 0]


def test_the_first_number_can_be_given_and_is_told():
    game = make("matrix", institutions=[{**RATES, "start": 0.35}, POOL])
    assert game.institution("redistribution").params.rate == 0.35
    assert "35 percent" in game.brief(0)
    assert "Before the first vote the number is 0.35." in game.brief(0)


# -- a layer like any other --------------------------------------------------------------------------------------------


def test_it_goes_with_punishment_and_contracts():
    stages = {"voting": {"conduct": "votes", "ideal": 1}, "contract": "proposes", "punishment": {"conduct": "flat"}}
    seats = [{"agent": "alld", "stages": stages}, {"agent": "allc", "stages": {**stages, "punishment": "nothing"}}]
    contract = {"institution": "contract", "levels": 1, "most": 3}
    layers = [RATES, contract, POOL, {"institution": "punishment", "most": 1}]
    record = comity.play("matrix", seats, institutions=layers, horizon=3)
    # 2, 3 under the contract; .2 of it, later all of it, shared; a point costs 1 and takes 3
    np.testing.assert_allclose(record.rewards[0], [[2.1 - 1, 2.9 - 3]] * 2 + [[2.5 - 1, 2.5 - 3]])


@pytest.mark.parametrize(("name", "params"), PLAYED)
@pytest.mark.parametrize("rule", ["median", "majority"])
def test_what_is_in_force_is_told_as_it_is(name, params, rule, noisy, random_play):
    game = make(name, **{**noisy[name], **params}, institutions=[POOL, {**RATES, "rule": rule}])
    changed = False
    for worlds, *_ in random_play(game, 3, 7):
        changed |= (worlds["voting_number"] != 0.2).any()
        for world in worlds:
            assert f": {world['voting_number'][0]:g}. Steps until" in game.view(world, 0)
            if world["stage"] and not world["ended"]:
                assert game.move_schema(world, 0)["maximum"] == 6
                assert "1 for 0, 2 for 0.2" in game.view(world, 0)
    assert changed


def test_it_is_told_when_the_next_vote_is():
    game = make("matrix", institutions=[RATES, POOL, {"institution": "punishment", "most": 1}])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    found = [worlds.observations[0, 0, game.field_index["voting_next"]]]
    for moves in ([1, 0], [9, 9], [1, 0], [9, 9], [2, 2], [1, 0]):  # the fifth is the vote
        worlds.step(np.array([moves], float))
        found.append(worlds.observations[0, 0, game.field_index["voting_next"]])
        assert f"next vote: {found[-1]:g}." in game.view(worlds.state[0], 0)
    assert found == [2, 1, 1, 0, 0, 2, 1]


def test_ballots_are_secret():
    game = make("matrix", institutions=[{**RATES, "every": 1}, POOL])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[1.0, 0]]))
    worlds.step(np.array([[7.0, 3]]))
    assert worlds.state["voting_vote"][0].tolist() == [5, 1]
    assert game.imagine(worlds.state, 0, np.zeros(1, np.uint64))["voting_vote"][0].tolist() == [5, 0]
    assert "Your last vote was for 0.8." in game.view(worlds.state[0], 0)


def test_pickling_and_its_settings_make_the_same_game():
    game = make("fishery", institutions=[POOL, {**RATES, "start": 0.6}])
    assert pickle.loads(pickle.dumps(game)).settings == game.settings
    assert make("fishery", **game.settings).settings == game.settings
    assert game.believed(0).institution("redistribution").voted


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (["voting"], ("voting.about", "redistribution", "there is none")),
        ([{**RATES, "about": "punishment"}, "punishment", POOL], ("voting.about", "punishment", "redistribution")),
        ([{**RATES, "setting": "share"}, POOL], ("voting.setting", "share", "rate")),
        ([{**RATES, "levels": (0, 1.5)}, POOL], ("voting.levels", "1.5", "redistribution.rate")),
        ([{**RATES, "levels": (0.4, 0.2)}, POOL], ("voting.levels", "ascending")),
        ([{**RATES, "levels": ()}, POOL], ("voting.levels", "ascending")),
        ([{**RATES, "start": -1}, POOL], ("voting.start", "-1")),
        ([{**RATES, "rule": "dictator"}, POOL], ("voting.rule", "median, majority")),
    ],
)
def test_what_makes_no_sense_is_refused(layers, words):
    with pytest.raises(SettingError) as error:
        make("public_goods", institutions=layers)
    for word in words:
        assert word in str(error.value)
