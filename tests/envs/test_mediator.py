"""Mediator: a rule that acts for whoever leaves its act to it."""

import itertools

import numpy as np
import pytest

import comity
from comity.envs.catalogue import make
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

MEDIATOR = {"institution": "mediator"}


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


# -- among other layers ------------------------------------------------------------------------------------------------


def test_it_composes_with_pledges_and_with_what_is_settled():
    seats = [{"agent": "alld", "stages": {"mediator": "delegates", "communication": "honest"}}, "allc"]
    layers = [MEDIATOR, "communication", {"institution": "redistribution", "rate": 1}]
    record = comity.play("matrix", [seats[0], seats[0]], institutions=layers, horizon=2)
    assert (record.rewards == 3).all() and record.moves.shape[1] == 6
    record = comity.play("matrix", seats, institutions=layers, horizon=2)
    assert record.game_payoffs[0].tolist() == [[5, 0]] * 2 and (record.rewards == 2.5).all()
    assert record.frame()["mediator_delegated"].to_list() == [1, 0] * 2


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
