"""Communication: pledges before the game's step, which bind nobody."""

import numpy as np
import pytest

import comity
from comity.envs.catalogue import make
from comity.envs.chance import keys
from comity.envs.institutions.laying import part_of
from comity.envs.institutions.staged import GAME
from comity.envs.monte_carlo import random_moves
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

TALK = {"institution": "communication"}
PLACEBO = {**TALK, "placebo": True}
REAL = {"integer": False, "horizon": 3}
FIELDS = ("lengths", "outcome", "intended", "actions", "rewards", "cooperation", "illegal")


def talker(agent, conduct, **more):
    """A seat that has something to say."""
    return {"agent": agent, "stages": {"communication": conduct}, **more}


def talks(game, seats, layer=TALK, **params):
    """A record with communication."""
    return comity.play(game, seats, institutions=[layer], **params)


# -- talk is cheap -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [TALK, PLACEBO], ids=["true", "placebo"])
@pytest.mark.parametrize(
    ("name", "params"),
    [("matrix", {"horizon": 6, "action_noise": 0.1}), ("public_goods", REAL), ("fishery", {}), ("crisis", {})],
)
def test_pledges_change_nothing_for_whoever_does_not_listen(name, params, layer):
    for conduct in ("nothing", "promises", "honest"):
        seats = ["exploiter", "reciprocator"]
        bare = comity.play(name, seats, worlds=3, seed=5, **params)
        told = talks(name, [talker(one, conduct) for one in seats], layer, worlds=3, seed=5, **params)
        for field in FIELDS:
            np.testing.assert_array_equal(getattr(bare, field), getattr(told, field))
        said = ~np.isnan(told.logs["communication_pledge"])
        assert said.any() == (conduct != "nothing")
        assert (told.logs["communication_kept"][said] == 1).all() or conduct == "promises" or name == "matrix"


@pytest.mark.parametrize(
    ("name", "params"),
    [("matrix", {"horizon": 4}), ("public_goods", REAL), pytest.param("fishery", {}, marks=pytest.mark.slow)],
)
def test_whoever_looks_ahead_says_nothing_for_nothing_and_acts_as_before(name, params):
    for layer in (TALK, {**TALK, "cost": 0.5}):
        for seats in (["deliberator"], [{"agent": "deliberator", "norms": "kind"}, "exploiter"]):
            bare = comity.play(name, seats, **params)
            told = talks(name, seats, layer, **params)
            for field in FIELDS:
                np.testing.assert_array_equal(getattr(bare, field), getattr(told, field))
            assert np.isnan(told.logs["communication_pledge"]).all()
            honest = talks(name, [talker(**one, conduct="honest") if isinstance(one, dict) else
                                  talker(one, "honest") for one in seats], **params)  # fmt: skip
            np.testing.assert_array_equal(honest.actions, bare.actions)
            kept = honest.logs["communication_kept"]
            assert (kept[~np.isnan(honest.actions)] == 1).all()


# -- known answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "acts", "payoffs"),
    [
        (talker("trusting", "promises"), [1, 1], [4, 4]),
        (talker("allc", "honest"), [1, 1], [4, 4]),
        (talker("alld", "honest"), [0, 0], [2, 2]),
        ("allc", [0, 1], [3, 0]),  # who says nothing has not promised
        (talker("allc", "threatens"), [0, 1], [3, 0]),
        (talker("alld", "promises"), [1, 0], [0, 3]),
    ],
)
def test_in_a_stag_hunt_trust_meets_what_it_hears(other, acts, payoffs):
    record = talks("matrix", [talker("trusting", "promises"), other], preset="stag_hunt", horizon=3)
    assert (record.cooperation[0] == acts).all()
    assert (record.rewards[0] == payoffs).all()


def test_trust_wants_its_share_of_promises():
    seats = [{"agent": "trusting", "share": 2 / 3}, talker("free_rider", "promises"), talker("free_rider", "promises")]
    for last, gift in (("promises", 20), ("threatens", 20), ("nothing", 20)):
        record = talks("public_goods", [*seats, talker("free_rider", last)], horizon=2)
        assert (record.actions[0, :, 0] == gift).all()
    seats[0] = {"agent": "trusting", "share": 0.7}
    record = talks("public_goods", [*seats, talker("free_rider", "threatens")], horizon=2)
    assert (record.actions[0, :, 0] == 0).all()
    assert (comity.play("public_goods", ["trusting"], horizon=2).actions == 0).all(), "nobody can promise anything"


def test_under_the_placebo_nobody_acts_by_what_was_said():
    promised, threatened = (
        talks("matrix", ["trusting", talker("alld", conduct)], PLACEBO, worlds=50, horizon=40)
        for conduct in ("promises", "threatens")
    )
    np.testing.assert_array_equal(promised.actions, threatened.actions)
    trust = promised.cooperation[:, :, 0]
    assert trust.mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(trust.size))
    heard = promised.logs["communication_heard"][:, :, 1]
    assert ((heard == 0) == (trust == 1)).all() and (promised.logs["communication_pledge"][:, :, 1] == 0).all()


def test_grit_announces_its_concessions_unless_its_seat_says_otherwise():
    quiet = {"horizon": 6, "action_noise": 0.0}
    record = comity.play("standoff", ["grit", "hawk"], preset="announced", **quiet)
    assert (record.logs["communication_pledge"][0, :, 0] == 0).all()
    assert np.isnan(record.logs["communication_pledge"][0, :, 1]).all()
    assert record.logs["communication_kept"][0, :, 0].tolist() == [1, 1, 0] * 2
    mute = comity.play("standoff", [talker("grit", "nothing"), "hawk"], preset="announced", **quiet)
    assert np.isnan(mute.logs["communication_pledge"]).all()
    np.testing.assert_array_equal(mute.actions, record.actions)
    arms = talks("arms_race", ["grit_step"], horizon=4)
    assert (arms.logs["communication_kept"] == 1).all() and (arms.logs["communication_pledge"] < 4).any()


# -- what is said, heard, paid -----------------------------------------------------------------------------------------


def test_pledges_are_misheard_at_the_rate_of_error():
    seats = [talker("allc", "promises"), talker("alld", "promises")]
    record = talks("matrix", seats, {**TALK, "error": 0.3}, worlds=200, horizon=30)
    wrong = record.logs["communication_heard"] != record.logs["communication_pledge"]
    # a draw among two gives the true one half of the time
    assert wrong.mean() == pytest.approx(0.15, abs=4 * np.sqrt(0.15 * 0.85 / wrong.size))
    assert (record.logs["communication_kept"][:, :, 0] == 1).all(), "what was made is kept or not, whatever was heard"


def test_words_are_paid_for_when_they_are_said():
    layer = {**TALK, "cost": 0.5, "every": 3}
    record = talks("matrix", [talker("allc", "promises"), "allc"], layer, horizon=7)
    assert (record.game_payoffs - record.rewards)[0, :, 0].tolist() == [0.5, 0, 0, 0.5, 0, 0, 0.5]
    assert (record.game_payoffs == record.rewards)[0, :, 1].all()
    assert (record.logs["communication_pledge"][0, :, 0] == 0).all(), "a pledge stands until the next stage"
    assert record.moves.shape[1] == 7 + 3


def test_a_nation_pledges_the_class_of_its_act():
    # GAMES.md §4.3: the pledge is the class to be played next
    game = make("crisis", institutions=[TALK])
    assert game.institution("communication").moves == 1 + 6
    record = comity.play(game, [talker("strike", "promises"), talker("sanction", "honest")])
    steps = record.lengths[0]
    assert record.logs["communication_pledge"][0, :steps].tolist() == [[0, 3]] * steps
    assert record.logs["communication_kept"][0, :steps].tolist() == [[0, 1]] * steps


def test_amounts_are_pledged_on_an_even_grid():
    game = make("public_goods", **REAL, institutions=[{**TALK, "levels": 5}])
    talk = game.institution("communication")
    assert talk.pledges.values.tolist() == [0, 5, 10, 15, 20]
    assert talk.pledges.named(np.array([0, 2.5, 2.6, 12.5, 20, np.nan])).tolist()[:5] == [0, 0, 5, 10, 20]
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[0.0, 1, 3, 5]]))
    worlds.step(np.array([[4.0, 2, 14, 20]]))
    assert worlds.state["communication_pledge"][0, 1:].tolist() == [0, 10, 20]
    assert worlds.state["communication_kept"][0, 1:].tolist() == [1, 0, 1]
    assert np.isnan(worlds.state["communication_kept"][0, 0])


def test_what_is_heard_names_nobody_where_the_game_does_not():
    strangers = {"matching": "stranger", "population": 8, "horizon": 3}
    for params, shown in ((strangers, [-1, -1, -1, -1, 2, 4, 9]), ({}, [9, 2, -1])):
        game = make("public_goods", **params, institutions=[TALK])
        n, first = game.n_agents, game.stage_move(1, np.zeros(()))
        worlds = Worlds(game, 1)
        worlds.reset(0)
        worlds.step((first + np.array([[6, 10, 3, 0, 5, 0, 0, 0][:n]])).astype(float))
        seen = dict(zip(game.field_index, worlds.observations[0, 0], strict=True))
        assert [seen[f"pledge_{k}"] for k in range(1, n)] == shown and seen["own_pledge"] == 5
        believed = game.imagine(worlds.state, 0, np.array([3], np.uint64))
        again = np.zeros_like(worlds.observations)
        game.kernels.observe(game.p, believed, again)
        assert [again[0, 0, game.field_index[f"pledge_{k}"]] for k in range(1, n)] == shown
        assert "agent" not in game.view(worlds.state[0], 0).split("announced")[2] or not params


def test_nobody_imagines_what_it_could_not_hear():
    game = make("matrix", institutions=[PLACEBO])
    worlds = Worlds(game, 40)
    worlds.reset(0)
    worlds.step(np.full((40, 2), 3.0))  # all pledge to cooperate
    heard = worlds.state["communication_heard"]
    assert 0 < heard[:, 1].sum() < 40
    believed = game.imagine(worlds.state, 0, np.zeros(40, np.uint64))
    np.testing.assert_array_equal(believed["communication_pledge"][:, 1], heard[:, 1])
    assert (believed["communication_heard"][:, 0] == 0).all()


def test_whoever_has_no_choice_or_is_gone_pledges_nothing():
    everybody = talker("never_gives", "honest")
    record = talks("donor", [everybody], n_agents=4, worlds=2)
    said = ~np.isnan(record.logs["communication_pledge"])
    np.testing.assert_array_equal(said, ~np.isnan(record.cooperation))
    record = talks("crisis", [talker("strike", "honest")], n_agents=3, stability=3, horizon=10)
    gone = np.isnan(record.actions[0])
    assert gone.any() and np.isnan(record.logs["communication_pledge"][0][gone]).all()


def test_only_what_is_legal_can_be_pledged():
    game = make("climate", institutions=[TALK])
    worlds = Worlds(game, 2)
    worlds.reset(0)
    first = int(game.stage_move(1, np.zeros(())))
    seat_keys = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
    for t in range(18):
        if (worlds.state["stage"] != GAME).all():
            masks = np.zeros((2, game.n_agents, game.bare.n_moves), np.int8)
            game.bare.kernels.legal(game.p, part_of(worlds.state, game.bare.world_dtype), masks)
            np.testing.assert_array_equal(worlds.masks[:, :, first + 1 :], masks)
            numbers = game.move_schema(worlds.state[0], 0)["enum"]
            assert numbers == np.flatnonzero(worlds.masks[0, 0, first:]).tolist()
        worlds.step(random_moves(game, worlds, seat_keys, t))


# -- among other layers ------------------------------------------------------------------------------------------------


def test_it_composes_with_what_is_settled_and_with_stages_after_the_step():
    seats = [talker("full_contributor", "promises"), talker("free_rider", "promises")]
    seats[0]["stages"]["punishment"] = {"conduct": "flat", "points": 2, "high": 0.5}
    layers = [{**TALK, "cost": 1}, {"institution": "punishment", "most": 2}]
    record = comity.play("public_goods", seats, institutions=layers, horizon=2)
    assert record.game_payoffs[0].tolist() == [[8, 28, 28, 28]] * 2
    assert record.rewards[0].tolist() == [[8 - 1 - 6, *[28 - 1 - 6] * 3]] * 2
    assert record.logs["communication_kept"][0].tolist() == [[1, 0, 0, 0]] * 2
    assert record.frame()["communication_kept"].to_list() == [1, 0, 0, 0] * 2
    pool = {"institution": "redistribution", "rate": 1}
    record = comity.play("public_goods", seats, institutions=[{**TALK, "cost": 1}, pool], horizon=1)
    assert record.rewards[0, 0] == pytest.approx([22] * 4)


def test_it_tells_what_can_be_said_and_what_was():
    game = make("standoff", preset="announced")
    worlds = Worlds(game, 1)
    worlds.reset(0)
    assert game.view(worlds.state[0], 0).endswith("0 for nothing, 1 for hold, 2 for press.")
    assert game.move_schema(worlds.state[0], 0) == {"type": "integer", "enum": [0, 1, 2]}
    worlds.step(np.array([[3.0, 2.0]]))
    told = game.view(worlds.state[0], 0)
    assert "You last announced: hold." in told and "agent 1: nothing" in told
    assert "agent 0: hold" in game.view(worlds.state[0], 1)
    assert game.move_schema(worlds.state[0], 0)["enum"] == ["hold", "press"]


@pytest.mark.parametrize(
    ("name", "layer", "words"),
    [
        ("trust", TALK, ("trust", "by turns")),
        ("fishery", {**TALK, "error": 2}, ("communication.error", "2")),
        ("climate", {**TALK, "cost": 1}, ("climate", "at the end", "communication.cost")),
        ("matrix", {**TALK, "levels": 1}, ("communication.levels", "1")),
    ],
)
def test_what_makes_no_sense_is_refused(name, layer, words):
    with pytest.raises(SettingError) as error:
        make(name, institutions=[layer])
    for word in words:
        assert word in str(error.value)
    with pytest.raises(SettingError, match="one seat"):
        make("fishery", n_agents=1, institutions=[TALK])
