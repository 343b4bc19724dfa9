"""Mediator: a rule that acts for whoever leaves its act to it."""

import itertools
import pickle
import warnings

import numpy as np
import pytest
from pettingzoo.test import api_test, parallel_api_test

import comity
from comity.envs.catalogue import env, make, parallel_env
from comity.envs.chance import keys
from comity.envs.monte_carlo import random_moves
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

MEDIATOR = {"institution": "mediator"}
REAL = {"integer": False, "horizon": 3}


def delegates(agent, conduct="delegates"):
    """A seat that leaves its act to the mediator."""
    return {"agent": agent, "stages": {"mediator": conduct}}


def mediated(game, seats, layer=MEDIATOR, **params):
    """A record with a mediator."""
    return comity.play(game, seats, institutions=[layer], **params)


# -- known answers -----------------------------------------------------------------------------------------------------

WAYS = {"delegate": delegates("alld"), "C": "allc", "D": "alld"}


def one_shot(rule):
    """What each way of playing a one-shot prisoner's dilemma 5, 3, 1, 0 pays against each other."""
    layer = {**MEDIATOR, "rule": rule}
    return {
        (mine, theirs): mediated("matrix", [WAYS[mine], WAYS[theirs]], layer, horizon=1).rewards[0, 0, 0]
        for mine, theirs in itertools.product(WAYS, WAYS)
    }


def test_delegating_to_a_conditional_mediator_is_weakly_dominant():
    pays = one_shot("conditional")
    assert pays["delegate", "delegate"] == 3
    assert pays["D", "delegate"] == pays["delegate", "D"] == 1
    assert pays["C", "delegate"] == 0 and pays["delegate", "C"] == 5
    for mine, theirs in itertools.product(WAYS, WAYS):
        assert pays["delegate", theirs] >= pays[mine, theirs]
    assert pays["delegate", "delegate"] > max(pays["C", "delegate"], pays["D", "delegate"])


def test_a_mediator_that_always_cooperates_is_exploited():
    pays = one_shot("cooperative")
    assert pays["delegate", "delegate"] == 3
    assert pays["D", "delegate"] == 5 and pays["delegate", "D"] == 0


@pytest.mark.parametrize(("rule", "count", "gift"), [
    ("majority", 2, 0), ("majority", 3, 20), ("conditional", 3, 0), ("conditional", 4, 20), ("cooperative", 1, 20),
])  # fmt: skip
@pytest.mark.parametrize("integer", [True, False], ids=["tokens", "amounts"])
def test_its_rule_counts_heads(rule, count, gift, integer):
    seats = [delegates("free_rider")] * count + ["free_rider"] * (4 - count)
    record = mediated("public_goods", seats, {**MEDIATOR, "rule": rule}, horizon=3, integer=integer)
    assert record.actions[0].tolist() == [[gift] * count + [0] * (4 - count)] * 3
    assert record.illegal.sum() == 0
    assert record.logs["mediator_delegated"][0].tolist() == [[1] * count + [0] * (4 - count)] * 3
    played = record.logs["mediator_act"][0]
    assert (played[:, :count] == gift).all() and np.isnan(played[:, count:]).all()


def test_whoever_asks_what_if_all_did_so_delegates():
    # prior uncooperative: D for ever pays 1 each, all delegating pays 3; alone it would gain nothing
    for u, payoff in ((1.0, 3), (0.0, 1)):
        mind = {"agent": "deliberator", "depth": 1, "prior": "uncooperative", "norms": {"universalization": u}}
        record = mediated("matrix", [mind], horizon=1)
        assert (record.rewards == payoff).all()
        assert (record.logs["mediator_delegated"] == u).all()


def test_one_who_stays_out_ends_what_depended_on_all():
    trusting = delegates("allc", "delegates_if_all_did")
    record = mediated("matrix", [trusting, delegates("alld")], horizon=3)
    assert (record.rewards == 3).all()
    record = mediated("public_goods", [trusting | {"agent": "free_rider"}] * 3 + ["free_rider"], horizon=3)
    assert record.logs["mediator_delegated"][0].tolist() == [[1, 1, 1, 0], [0] * 4, [0] * 4]


# -- strength, error, fee ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("matrix", {"horizon": 6, "action_noise": 0.1}),
        ("public_goods", REAL),
        pytest.param("fishery", {}, marks=pytest.mark.slow),
        pytest.param("crisis", {}, marks=pytest.mark.slow),
    ],
)
def test_a_mediator_whom_nobody_asks_changes_nothing(name, params):
    seats = ["exploiter", "reciprocator"]
    bare = comity.play(name, seats, worlds=3, seed=5, **params)
    ruled = mediated(name, seats, {**MEDIATOR, "fee": 1, "error": 0.5}, worlds=3, seed=5, **params)
    for field in ("lengths", "outcome", "intended", "actions", "rewards", "cooperation", "illegal"):
        np.testing.assert_array_equal(getattr(bare, field), getattr(ruled, field))


def test_it_errs_at_its_rate_and_takes_its_fee():
    seats = [delegates("alld"), delegates("alld")]
    record = mediated("matrix", seats, {**MEDIATOR, "error": 0.2, "fee": 0.25}, worlds=200, horizon=25)
    wrong = record.cooperation == 0
    assert wrong.mean() == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / wrong.size))
    assert (wrong[:, :, 0] & wrong[:, :, 1]).mean() == pytest.approx(0.04, abs=4 * np.sqrt(0.04 / wrong[:, :, 0].size))
    assert (record.game_payoffs - record.rewards == 0.25).all()
    record = mediated("matrix", [delegates("alld"), "allc"], {**MEDIATOR, "error": 1, "fee": 0.25}, horizon=1)
    assert record.actions[0, 0].tolist() == [0, 0], "the opposite of what its rule says"
    assert (record.game_payoffs - record.rewards)[0, 0].tolist() == [0.25, 0]


def test_what_a_delegator_sends_is_ignored_and_not_counted():
    game = make("matrix", institutions=[MEDIATOR])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    for sent in (0.0, 1.0, 3.0):
        worlds.step(np.array([[3.0, 3.0]]))
        assert worlds.masks[0].tolist() == [[1, 0, 0, 0]] * 2, "the mediator's move is the only legal one"
        worlds.step(np.full((1, 2), sent))
        assert worlds.state["action"][0].tolist() == [0, 0]
        assert worlds.state["illegal"][0].tolist() == [0, 0]
    worlds.step(np.array([[3.0, 2.0]]))
    worlds.step(np.array([[3.0, 3.0]]))
    assert worlds.state["illegal"][0].tolist() == [0, 1], "whoever plays itself must make a move of the game"


def test_who_delegated_is_seen_and_its_error_is_not():
    game = make("matrix", institutions=[{**MEDIATOR, "error": 0.5}])
    worlds = Worlds(game, 200)
    worlds.reset(0)
    assert (worlds.observations[:, 0, game.field_index["delegated_1"]] == -1).all()
    worlds.step(np.tile([2.0, 3.0], (200, 1)))
    assert (worlds.observations[:, 0, game.field_index["delegated_1"]] == 1).all()
    assert (worlds.observations[:, 0, game.field_index["own_delegated"]] == 0).all()
    believed = game.imagine(worlds.state, 0, np.arange(200, dtype=np.uint64))
    drawn, true = believed["mediator_act"][:, 1], worlds.state["mediator_act"][:, 1]
    assert drawn.mean() == pytest.approx(0.5, abs=0.15) and (drawn == true).mean() == pytest.approx(0.5, abs=0.15)
    assert "agent 1: yes" in game.view(worlds.state[0], 0)


def test_whoever_has_no_choice_has_none_to_leave():
    record = mediated("donor", [delegates("never_gives")], n_agents=4, horizon=6)
    donors = ~np.isnan(record.cooperation)
    np.testing.assert_array_equal(np.isnan(record.logs["mediator_delegated"]), ~donors)
    assert (record.cooperation[donors] == 1).all() and record.illegal.sum() == 0


# -- the faces ---------------------------------------------------------------------------------------------------------

LAYERS = [
    {**MEDIATOR, "error": 0.4, "fee": 0.1, "rule": "majority"},
    "communication",
    {"institution": "punishment", "most": 1},
    "redistribution",
]


@pytest.mark.parametrize(("name", "params"), [("matrix", {}), ("public_goods", REAL)])
def test_the_faces_keep_to_their_libraries(name, params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parallel_api_test(parallel_env(name, **params, institutions=LAYERS), num_cycles=40)
        api_test(env(name, **params, institutions=LAYERS), num_cycles=40)


@pytest.mark.parametrize(("name", "params"), [("matrix", {}), ("public_goods", REAL), ("crisis", {})])
def test_a_world_is_the_same_alone_and_in_a_batch_and_stays_within_its_bounds(name, params):
    game = make(name, **params, institutions=LAYERS)
    acted = 0
    for together, alone in zip(random_play(game, 3, 7), random_play(game, 1, 9), strict=True):
        for field in game.world_dtype.names:
            np.testing.assert_array_equal(together[0][field][2:], alone[0][field])
        np.testing.assert_array_equal(together[1][2:], alone[1])
        np.testing.assert_array_equal(together[2][2:], alone[2])
        assert all(game.observation_box.contains(row) for row in together[1].reshape(-1, len(game.fields)))
        acted += (~np.isnan(together[0]["mediator_act"])).sum()
        assert name == "public_goods" or (together[0]["illegal"] == 0).all()
    assert acted


def random_play(game, num, seed):
    """Worlds of random play, step by step, with what was seen and paid."""
    worlds = Worlds(game, num)
    worlds.reset(seed)
    seat_keys = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
    for t in range(24):
        worlds.step(random_moves(game, worlds, seat_keys, t))
        yield worlds.state.copy(), worlds.observations.copy(), worlds.rewards.copy()


def test_it_composes_with_pledges_and_with_what_is_settled():
    seats = [{"agent": "alld", "stages": {"mediator": "delegates", "communication": "honest"}}, "allc"]
    layers = [MEDIATOR, "communication", {"institution": "redistribution", "rate": 1}]
    record = comity.play("matrix", [seats[0], seats[0]], institutions=layers, horizon=2)
    assert (record.rewards == 3).all() and record.moves.shape[1] == 6
    record = comity.play("matrix", seats, institutions=layers, horizon=2)
    assert record.game_payoffs[0].tolist() == [[5, 0]] * 2 and (record.rewards == 2.5).all()
    assert record.frame()["mediator_delegated"].to_list() == [1, 0] * 2


def test_pickling_keeps_it():
    game = make("fishery", institutions=[{**MEDIATOR, "rule": "majority"}])
    again = pickle.loads(pickle.dumps(game))
    assert again.settings == game.settings and again.stages == ("mediator",)


@pytest.mark.parametrize(
    ("name", "layer", "words"),
    [
        ("trust", MEDIATOR, ("trust", "by turns")),
        ("matrix", {**MEDIATOR, "rule": "unanimous"}, ("mediator.rule", "conditional")),
        ("climate", {**MEDIATOR, "fee": 1}, ("climate", "at the end", "mediator.fee")),
    ],
)
def test_what_makes_no_sense_is_refused(name, layer, words):
    with pytest.raises(SettingError) as error:
        make(name, institutions=[layer])
    for word in words:
        assert word in str(error.value)
    with pytest.raises(SettingError, match="one seat"):
        make("fishery", n_agents=1, institutions=[MEDIATOR])
