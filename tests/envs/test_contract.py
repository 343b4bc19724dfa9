"""Contracts: transfers that all have agreed to before they act."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.envs.catalogue import make
from comity.envs.institutions.contract import _Numbers, transfer
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

WORSE = {"temptation": -1, "reward": -2, "punishment": -3, "sucker": -4}
ONE = {"institution": "contract", "levels": 1}
PLAYED = [
    ("matrix", {}),
    ("public_goods", {"horizon": 6}),
    ("fishery", {"horizon": 6, "newcomer_step": 2}),
    ("standoff", {"horizon": 6}),
]


def agreed(agent, **more):
    """An agent that proposes the first level, and accepts every contract."""
    return {"agent": agent, **more, "stages": {"contract": "proposes"}}


def under(game, seats, contract=ONE, **params):
    """A record under a contract."""
    return comity.play(game, seats, institutions=[contract], **params)


# -- the balance -------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=100)
@given(
    st.integers(0, 2**32),
    st.integers(1, 6),
    st.floats(0, 1e6),
    st.floats(0.01, 1),
    st.floats(0, 1),
)
def test_transfers_sum_to_nothing(seed, n, unit, standard, error):
    rng = np.random.default_rng(seed)
    there, labels = rng.integers(0, 2, (5, n)).astype(np.int8), rng.random((5, n))
    labels[rng.random((5, n)) < 0.2] = np.nan
    whole, level = rng.random(5) < 0.8, rng.integers(0, 4, 5).astype(np.int16)
    world_keys, steps = rng.integers(0, 2**63, 5).astype(np.uint64), np.arange(5)
    levels, transfers, rewards = np.full((5, n), -7.0), np.full((5, n), -7.0), np.zeros((5, n))
    q = _Numbers(unit, standard, error, 0.0)
    transfer(q, there, whole, world_keys, steps, labels, level, levels, transfers, rewards)
    running = there.any(axis=1)
    np.testing.assert_allclose(transfers[running].sum(axis=1), 0, atol=1e-9 * (1 + unit))
    np.testing.assert_array_equal(rewards[running], transfers[running])
    assert (rewards[there == 0] == 0).all()
    assert (transfers[~running] == -7).all(), "worlds that do not play stay as they are"
    bound = (whole & (level > 0) & (there.sum(axis=1) > 1))[:, None] & (there == 1)
    if error == 0:
        judged = np.where(np.isnan(labels), 0, np.maximum(0, standard - labels) / standard) * unit * level[:, None]
        others = there.sum(axis=1, keepdims=True) - 1
        received = ((judged * there).sum(axis=1, keepdims=True) - judged) / np.maximum(1, others)
        np.testing.assert_allclose(transfers[bound], (received - judged)[bound], atol=1e-9 * (1 + unit))
    assert (np.nan_to_num(transfers[~bound & running[:, None]]) == 0).all()


@pytest.mark.parametrize(("name", "params"), PLAYED)
def test_every_game_pays_all_together_the_same(name, params, noisy):
    contract = {"institution": "contract", "levels": 3, "most": 7, "duration": 2, "error": 0.1}
    seats = [{"agent": "reciprocator", "stages": {"contract": {"conduct": "proposes", "level": 2}}}]
    seats.append({"agent": "exploiter", "stages": {"contract": "accepts"}})
    record = under(name, seats, contract, worlds=8, **{**noisy[name], **params})
    moved = np.nan_to_num(record.logs["contract_transfer"])  # NaN after the end
    assert np.abs(moved).max() > 0
    np.testing.assert_allclose(moved.sum(axis=2), 0, atol=1e-9)
    np.testing.assert_allclose(record.rewards, record.game_payoffs + moved, atol=1e-9)


# -- who is bound ------------------------------------------------------------------------------------------------------


def test_a_token_withheld_is_paid_for_to_all_others():
    seats = [agreed("free_rider"), agreed("full_contributor")]
    record = under("public_goods", seats, {**ONE, "most": 30}, horizon=2)
    assert record.game_payoffs[0, 0].tolist() == [44, 24, 24, 24]
    assert record.rewards[0].tolist() == [[14, 34, 34, 34]] * 2
    assert (record.logs["contract_level"] == 1).all()
    half = under("public_goods", seats, {**ONE, "most": 30, "standard": 0.5, "cost": 1}, horizon=1)
    assert half.rewards[0, 0].tolist() == [13, 33, 33, 33]


@pytest.mark.parametrize("refuses", [0, 1, 3])
def test_one_who_refuses_makes_it_void_for_all(refuses):
    seats = [agreed("free_rider")] * 4
    seats[refuses] = "free_rider"
    contract = {**ONE, "most": 30, "cost": 5, "proposer": "first"}
    record = under("public_goods", seats, contract, horizon=3)
    bare = comity.play("public_goods", ["free_rider"], horizon=3)
    np.testing.assert_array_equal(record.rewards, bare.rewards)
    assert (record.logs["contract_level"] == 0).all()


def test_nobody_accepts_more_than_it_wants():
    timid = {"agent": "alld", "stages": {"contract": {"conduct": "accepts", "most": 2}}}
    for level, in_force in ((2, 2), (3, 0)):
        bold = {"agent": "allc", "stages": {"contract": {"conduct": "proposes", "level": level}}}
        contract = {"institution": "contract", "levels": 3, "most": 3, "proposer": "first"}
        record = under("matrix", [bold, timid], contract, horizon=2)
        assert (record.logs["contract_level"] == in_force).all()
        assert record.rewards[0, 0].tolist() == [in_force, 5 - in_force]


def test_a_contract_is_in_force_for_its_duration_and_each_proposes_in_turn():
    # only the second seat proposes, and it is its turn in every second contract, steps 4, 5, 6 of each six
    seats = [{"agent": "allc", "stages": {"contract": "accepts"}}, agreed("alld")]
    record = under("matrix", seats, {**ONE, "most": 4, "duration": 3}, horizon=11)
    assert record.logs["contract_level"][0, :, 0].tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1]
    assert record.logs["contract_transfer"][0, :, 0].tolist() == [0, 0, 0, 4, 4, 4, 0, 0, 0, 4, 4]


def test_by_lot_each_proposes_as_often():
    seats = [agreed("alld"), *[{"agent": "allc", "stages": {"contract": "accepts"}}] * 2]
    params = {"n_agents": 3, "pairing": "round_robin", "horizon": 50}
    record = under("matrix", seats, {**ONE, "most": 1, "proposer": "drawn"}, worlds=60, **params)
    spread = 4 * np.sqrt(2 / 9 / 3000)
    assert record.logs["contract_level"][:, :, 0].mean() == pytest.approx(1 / 3, abs=spread)


def test_judgement_errs_at_its_rate():
    seats = [agreed("alld"), agreed("allc")]
    record = under("matrix", seats, {**ONE, "most": 1, "error": 0.2}, worlds=100, horizon=50)
    moved, counts = np.unique(record.logs["contract_transfer"][:, :, 0], return_counts=True)
    # the one is let off, the other charged, with .2 each
    assert moved.tolist() == [-1, 0, 1]
    expected = np.array([0.8 * 0.8, 2 * 0.8 * 0.2, 0.2 * 0.2])
    assert np.abs(counts / 5000 - expected).max() < 4 * np.sqrt(0.25 / 5000)


# -- what a contract makes dominant ------------------------------------------------------------------------------------

LOOKS = {"agent": "deliberator", "depth": 1, "stages": {"contract": "proposes"}}


@pytest.mark.parametrize(
    ("other", "theta", "cooperates"),
    [("allc", 1.9, 0), ("allc", 2.1, 1), ("alld", 0.9, 0), ("alld", 1.1, 1)],
)
def test_from_a_payment_on_cooperation_is_the_better_reply(other, theta, cooperates):
    # T, R, P, S = 5, 3, 1, 0: to a cooperator iff θ > T − R = 2, to a defector iff θ > P − S = 1
    record = under("matrix", [LOOKS, agreed(other)], {**ONE, "most": theta}, horizon=3)
    assert (record.logs["contract_level"] == 1).all()
    # what the other does is not known before the first step
    assert record.cooperation[0, 1:, 0].tolist() == [cooperates] * 2


@pytest.mark.parametrize("others", ["free_rider", "full_contributor"])
@pytest.mark.parametrize(("theta", "gift"), [(11.9, 0), (12.1, 20)])
def test_from_a_payment_on_contributing_is_dominant(others, theta, gift):
    # iff θ > (1 − m)·e = .6·20, whatever the others give
    record = under("public_goods", [LOOKS, agreed(others)], {**ONE, "most": theta}, horizon=3)
    assert (record.actions[0, 1:, 0] == gift).all()


def test_without_a_most_the_payment_is_the_optimum_per_head():
    for game, unit in (("matrix", 3.0), ("public_goods", 32.0)):
        assert make(game, institutions=["contract"]).institution("contract").params.most == pytest.approx(unit)


# -- a layer like any other --------------------------------------------------------------------------------------------


def test_it_goes_with_punishment_and_redistribution():
    harsh = {"agent": "full_contributor", "stages": {"contract": "proposes", "punishment": {"conduct": "flat"}}}
    layers = [{**ONE, "most": 30}, {"institution": "redistribution", "rate": 0.5}, "punishment"]
    seats = [agreed("free_rider"), *[agreed("full_contributor")] * 2, harsh]
    record = comity.play("public_goods", seats, institutions=layers, horizon=2)
    # 14, 34, 34, 34 after the contract, half way to their mean 29; then a point for each of three
    expected = [21.5 - 3, 31.5 - 3, 31.5 - 3, 31.5 - 3]
    assert record.rewards[0].tolist() == [expected] * 2


def test_groups_that_are_chosen_are_bound_once_in_a_step():
    contract = {**ONE, "most": 30, "cost": 1}
    record = under("public_goods", [agreed("free_rider")], contract, preset="sanctsim", horizon=2)
    assert record.logs["contract_level"].any()
    assert record.moves.shape[1] == 2 * (2 + 2), "each step: a proposal, the answers, the groups, the gifts"
    assert (record.game_payoffs - record.rewards).sum() == pytest.approx(7 * 2), "the cost of each step, once"


@pytest.mark.parametrize(("name", "params"), PLAYED)
def test_what_can_be_said_is_told_as_it_is(name, params, noisy, random_play):
    contract = {"institution": "contract", "most": 9, "levels": 2, "duration": 2}
    game = make(name, **{**noisy[name], **params}, institutions=[contract])
    asked = set()
    for worlds, *_ in random_play(game, 4, 3, 20):
        for world in worlds[(worlds["stage"] > 0) & (worlds["ended"] == 0)]:
            for seat in range(game.n_agents):
                told = game.view(world, seat).split("\n")[-1]
                asked.add((told.split(" ")[0], game.move_schema(world, seat)["maximum"]))
    assert {("You", 2), ("Now", 0)} <= asked
    assert asked <= {("You", 2), ("Now", 0), ("A", 1), ("The", 0), ("No", 0)}


def test_it_is_told_for_how_long_it_is_in_force():
    game = make("matrix", institutions=[{**ONE, "most": 3, "duration": 2}, {"institution": "punishment", "most": 1}])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    level, left = (game.field_index[f"contract_{name}"] for name in ("agreed", "left"))
    found = []
    # a proposal and the answer; a step of the game and the punishment after it, twice; nobody proposes anew
    for moves in ([3, 2], [2, 3], [1, 0], [4, 4], [1, 0], [4, 4], [2, 2]):
        worlds.step(np.array([moves], float))
        found.append(worlds.observations[0, 0, [level, left]].tolist())
        assert (f"level 1 is in force for {int(found[-1][1])} " in game.view(worlds.state[0], 0)) == bool(found[-1][0])
    assert found == [[0, 0], [1, 2], [1, 1], [1, 1], [0, 0], [0, 0], [0, 0]]
    assert worlds.state["stage"].item() == 1


def test_others_do_not_know_what_one_has_paid():
    game = make("public_goods", horizon=2, institutions=[{**ONE, "most": 30}])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    for moves in ([22, 21, 21, 21], [21, 22, 22, 22], [0, 20, 20, 20]):
        worlds.step(np.array([moves], float))
    assert worlds.state["contract_transfer"][0].tolist() == [-30, 10, 10, 10]
    believed = game.imagine(worlds.state, 1, np.zeros(1, np.uint64))
    assert believed["contract_transfer"][0].tolist() == [0, 10, 0, 0]
    assert "By the contract the last step cost you 30." in game.view(worlds.state[0], 0)


@pytest.mark.parametrize(
    ("name", "params", "contract", "words"),
    [
        ("fishery", {"n_agents": 1}, {}, ("fishery", "one seat")),
        ("ultimatum", {}, {}, ("ultimatum", "at the end")),
        ("trust", {}, {"most": 1}, ("trust", "by turns")),
        ("matrix", WORSE, {}, ("matrix", "contract.most")),
        ("matrix", {}, {"standard": 0}, ("contract.standard", "0")),
        ("matrix", {}, {"proposer": "last"}, ("contract.proposer", "rotating, drawn, first")),
    ],
)
def test_what_makes_no_sense_is_refused(name, params, contract, words):
    with pytest.raises(SettingError) as error:
        make(name, **params, institutions=[{"institution": "contract", **contract}])
    for word in words:
        assert word in str(error.value)
