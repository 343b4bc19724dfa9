"""GAMES.md §1.3: known answers of the investment game."""

import itertools

import numpy as np
import pytest

import comity
from comity.envs.dilemmas.trust import ROUNDS_SHOWN, Trust
from comity.envs.game import CONTINUATION_FAILED, HORIZON_REACHED, RUNNING, TERMINATED, TRUNCATED
from comity.envs.monte_carlo import random_play_total
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds


def worlds_of(num=1, seed=0, **params):
    w = Worlds(Trust(**params), num)
    w.reset(seed)
    return w


def move(w, amounts):
    """One step: the mover of each world makes its move of ``amounts`` (B,), in units; the other passes."""
    w.step(np.where(w.game.movers(w.state), np.reshape(amounts, (-1, 1)), w.game.n_moves - 1.0))


def play_round(sent, returned, **params):
    """(B, 2) payoffs of one round with these moves."""
    sent, returned = np.broadcast_arrays(np.atleast_1d(np.asarray(sent, float)), np.asarray(returned, float))
    w = worlds_of(len(sent), **params)
    move(w, sent)
    assert not w.rewards.any(), "nobody is paid before the answer"
    move(w, returned)
    assert not w.state["illegal"].any()
    return w.rewards.copy()


# -- one round ---------------------------------------------------------------------------------------------------------


def perfect_play(endowment=10, multiplier=3.0, **params):
    """(s, {s: r}, payoffs) by backward induction over every pair of moves, each played."""
    answers, worth = {}, {}
    for s in range(endowment + 1):
        returns = np.arange(int(multiplier * s) + 1)
        payoffs = play_round(np.full(len(returns), s), returns, endowment=endowment, multiplier=multiplier, **params)
        best = int(np.argmax(payoffs[:, 1]))
        assert (payoffs[:, 1] == payoffs[best, 1]).sum() == 1, "the best answer is unique"
        answers[s], worth[s] = int(returns[best]), payoffs[best]
    s = max(worth, key=lambda s: worth[s][0])
    return s, answers, worth[s]


@pytest.mark.parametrize("params", [{}, {"multiplier": 1.7}, {"endowment": 4, "trustee_endowment": 0}])
def test_subgame_perfect_play(params):
    s, answers, payoffs = perfect_play(**params)
    assert (s, set(answers.values())) == (0, {0})
    assert payoffs.tolist() == [params.get("endowment", 10), params.get("trustee_endowment", 10)]
    for player in ("no_trust", "deliberator"):
        record = comity.play("trust", [player], **params)
        assert record.rewards[0].sum(axis=0).tolist() == payoffs.tolist()


@pytest.mark.parametrize("swap", [False, True])
def test_nobody_trusts_where_the_last_round_is_known(swap):
    record = comity.play("trust", ["deliberator"], preset="repeated_trust", swap_roles=swap)
    assert np.nansum(record.actions) == 0
    assert record.rewards[0].sum(axis=0).tolist() == [100, 100]


def test_trust_doubles_the_total():
    assert play_round(0, 0).sum() == 20
    assert play_round(10, 0).sum() == play_round(10, 30).sum() == 40
    assert play_round(10, 20).tolist() == [[20, 20]]


def test_totals_depend_on_what_is_sent_alone():
    pairs = np.array([(s, r) for s in range(11) for r in range(3 * s + 1)])
    payoffs = play_round(pairs[:, 0], pairs[:, 1])
    assert payoffs.sum(axis=1) == pytest.approx(20 + 2 * pairs[:, 0])
    assert payoffs[:, 0] == pytest.approx(10 - pairs[:, 0] + pairs[:, 1])


@pytest.mark.parametrize("sent", [3, 6, 9])
def test_reference_points_of_the_return(sent):
    assert play_round(sent, sent)[0, 0] == 10, "a third makes the investor whole"
    first, second = play_round(sent, 2 * sent)[0]
    assert first == second == 10 + sent, "two thirds equalise"


def test_labels():
    w = worlds_of(3)
    move(w, [0, 4, 10])
    assert w.state["cooperation"][:, 0].tolist() == [0, 0.4, 1]
    assert np.isnan(w.state["cooperation"][:, 1]).all()
    move(w, [0, 6, 30])
    assert w.state["cooperation"][:, 1] == pytest.approx([np.nan, 0.5, 1], nan_ok=True)
    assert np.isnan(w.state["cooperation"][:, 0]).all()


@pytest.mark.parametrize("cooperative", [True, False])
@pytest.mark.parametrize("params", [{}, {"integer": False}])
def test_exemplars_are_labelled_so(cooperative, params):
    w = worlds_of(4, **params)
    for turn in range(2):
        if turn:
            w.state["sent"] = np.arange(1, 5)
        w.step(np.stack([w.game.exemplar(w.state, i, cooperative) for i in range(2)], axis=1))
        assert (w.state["cooperation"][:, turn] == float(cooperative)).all()
    assert not w.state["illegal"].any()


# -- rounds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ratio", "threshold"), [(2 / 3, 2 / 3), (1 / 2, 1 / 2), (0.9, 0.9)])
def test_when_it_pays_to_return(ratio, threshold):
    """Against full sending and reversion to no trust: returning r is worth it iff δ ≥ r/(m·s), whatever the deviation.
    400 rounds are for ever at these discounts.
    """
    rounds, due = 400, round(30 * ratio)
    repays = {"agent": "fair_trust", "ratio": np.arange(due + 1) / 30}  # one of each, in a world of its own
    record = comity.play("trust", [{"agent": "fair_trust", "ratio": ratio}, repays], worlds=due + 1, horizon=rounds)
    paid = record.rewards[:, 1::2, 1]
    for delta in (threshold - 0.01, threshold + 0.01):
        worth = paid @ delta ** np.arange(rounds)
        assert (worth[due] >= worth[:due].max()) == (delta > threshold)
        assert np.argmax(worth[:due]) == 0, "who deviates keeps everything"
    assert paid[due] == pytest.approx(40 - due)
    assert paid[0] == pytest.approx([40, *[10] * (rounds - 1)])


def test_roles():
    record = comity.play("trust", [{"agent": "fair_trust", "ratio": 0.5}], horizon=4, swap_roles=True)
    assert record.actions[0, 0::2].tolist() == pytest.approx(
        np.array([[10, np.nan], [np.nan, 10], [10, np.nan], [np.nan, 10]]), nan_ok=True
    )
    assert record.rewards[0, 1::2].tolist() == [[15, 25], [25, 15], [15, 25], [25, 15]]
    fixed = comity.play("trust", [{"agent": "fair_trust", "ratio": 0.5}], horizon=4)
    assert fixed.rewards[0, 1::2].tolist() == [[15, 25]] * 4


@pytest.mark.parametrize("swap", [False, True])
def test_an_embezzler_is_trusted_once(swap):
    record = comity.play("trust", ["fair_trust", "embezzler"], horizon=6, swap_roles=swap)
    sent = record.actions[0, 0::2]
    assert sent[0, 0] == 10
    assert np.nansum(sent[1:, 0]) == 0
    exploits = comity.play("trust", ["embezzler", "fair_trust"], horizon=6)
    assert (exploits.actions[0, 0::2, 0] == 10).all(), "and goes on to trust who repays"


def test_the_horizon_counts_rounds():
    for known, ended in ((True, TERMINATED), (False, TRUNCATED)):
        w = worlds_of(horizon=3, horizon_known=known)
        for step in range(6):
            assert w.ended[0] == RUNNING
            move(w, [1 + step % 2])
        assert (w.ended[0], w.state["outcome"][0], w.state["step"][0]) == (ended, HORIZON_REACHED, 6)
    assert Trust(horizon=3).max_steps == 6


def test_the_continuation_is_drawn_after_a_round():
    """Tolerance of five standard errors."""
    w = worlds_of(4000, continuation=0.7, horizon=50)
    move(w, np.full(4000, 5))
    assert (w.ended == RUNNING).all()
    move(w, np.full(4000, 5))
    over = w.ended == TERMINATED
    assert over.mean() == pytest.approx(0.3, abs=5 * (0.21 / 4000) ** 0.5)
    assert (w.state["outcome"][over] == CONTINUATION_FAILED).all()
    game = Trust(continuation=0.7, horizon=50)
    assert (game.expected_steps, game.paying_steps) == (pytest.approx(2 / 0.3, rel=1e-6), pytest.approx(1 / 0.3))


# -- moves and what is seen --------------------------------------------------------------------------------------------


def test_masks_and_movers():
    w = worlds_of(horizon=2)
    assert w.masks is not None
    assert np.flatnonzero(w.masks[0, 0]).tolist() == list(range(11))
    assert np.flatnonzero(w.masks[0, 1]).tolist() == [31]
    move(w, [4])
    assert w.game.movers(w.state).tolist() == [[False, True]]
    assert np.flatnonzero(w.masks[0, 1]).tolist() == list(range(13))
    move(w, [12])
    move(w, [0])
    assert np.flatnonzero(w.masks[0, 1]).tolist() == [0], "nothing arrived"
    move(w, [0])
    assert np.isnan(w.state["cooperation"]).all()
    assert w.masks[0, :, :31].sum() == 0


@pytest.mark.parametrize("asked", [11.0, 31.0, -1.0, 2.5, np.nan, np.inf, -np.inf])
def test_what_is_no_move_is_nothing(asked):
    w = worlds_of()
    w.step(np.array([[asked, 5.0]]))
    assert w.state["sent"][0] == 0
    assert w.state["illegal"][0].tolist() == [1, 1]
    w.step(np.array([[31.0, 1.0]]))
    assert w.state["illegal"][0].tolist() == [1, 2]
    assert w.rewards[0].tolist() == [10, 10]


def test_what_does_not_arrive_in_whole_units_cannot_be_returned_in_part():
    w = worlds_of(multiplier=1.5)
    assert w.masks is not None
    move(w, [5])
    assert np.flatnonzero(w.masks[0, 1]).tolist() == list(range(8))
    move(w, [7])
    assert w.rewards[0].tolist() == [12, 10.5]


def test_hundredths():
    game = Trust(integer=False, endowment=2.25)
    assert game.n_moves == 675 + 2
    w = Worlds(game, 1)
    w.reset(0)
    move(w, [125])
    move(w, [250])
    assert w.rewards[0] == pytest.approx([2.25 - 1.25 + 2.5, 10 + 3.75 - 2.5])
    assert w.state["cooperation"][0, 1] == pytest.approx(2 / 3)
    record = comity.play("trust", ["deliberator"], integer=False)
    assert record.rewards[0].sum(axis=0).tolist() == [10, 10]
    assert comity.play("trust", ["fair_trust"], integer=False).rewards[0].sum(axis=0).tolist() == [20, 20]


def test_all_that_was_played_is_seen():
    rounds = ROUNDS_SHOWN + 3
    w = worlds_of(horizon=rounds, swap_roles=True, horizon_known=False)
    index = w.game.field_index
    rng, past = np.random.default_rng(0), []
    for t in range(rounds):
        for k in range(1, ROUNDS_SHOWN + 1):
            expected = past[-k] if k <= len(past) else (-1, -1)
            for i in range(2):
                assert w.observations[0, i, [index[f"sent_{k}"], index[f"returned_{k}"]]].tolist() == list(expected)
        assert w.observations[0, :, index["investor"]].tolist() == [1 - t % 2, t % 2]
        assert w.observations[0, :, index["my_turn"]].tolist() == [1 - t % 2, t % 2]
        sent = int(rng.integers(0, 11))
        move(w, [sent])
        assert w.observations[0, :, index["sent"]].tolist() == [sent, sent]
        returned = int(rng.integers(0, 3 * sent + 1))
        move(w, [returned])
        assert w.observations[0, :, index["payoff"]].tolist() == w.rewards[0].tolist()
        past.append((sent, returned))
    told = w.game.view(w.state[0], 0)
    whose = "you sent" if (rounds - 1) % 2 == 0 else "the other sent"
    assert f"Last round: {whose} {past[-1][0]}," in told
    assert len(Trust().fields) == 4 + 2 + 2, "one round shows one round"


# -- whoever looks ahead -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kindness", "sends"), [(0.3, 0), (0.36, 10)])
def test_kindness_sends_if_what_arrives_outweighs_what_is_sent(kindness, sends):
    """κ·m > 1 for an investor that expects nothing back."""
    me = {"agent": "deliberator", "norms": {"kindness": kindness}}
    assert comity.play("trust", [me, "no_trust"]).actions[0, 0, 0] == sends


@pytest.mark.parametrize(("guilt", "returns"), [(0.4, 0), (0.6, 20)])
def test_guilt_returns_what_equalises(guilt, returns):
    """Returning one costs 1 and takes 2 off the advantage: worth it iff 2β > 1."""
    me = {"agent": "deliberator", "norms": {"guilt": guilt}}
    assert comity.play("trust", ["fair_trust", me]).actions[0, 1, 1] == returns


def test_who_could_be_either_invests():
    """Under full universalization both roles count alike, and what is sent grows."""
    me = {"agent": "deliberator", "norms": {"universalization": 1.0}}
    assert comity.play("trust", [me]).actions[0, 0, 0] == 10


def test_a_round_is_the_same_round_however_it_was_reached():
    params = {"horizon": 30, "horizon_known": False}
    me = {"agent": "deliberator", "norms": {"kindness": 0.4}}
    record = comity.play("trust", [me, "embezzler"], **params)
    assert (record.actions[0, 0::2, 0] == 10).all()


def test_exchanging_roles_twice_changes_nothing():
    game = Trust(horizon=3, swap_roles=True)
    w = Worlds(game, 2)
    w.reset(0)
    for amounts in ([3, 4], [2, 5], [7, 1]):
        move(w, amounts)
    swapped = game.exchanged(w.state, 0, 1)
    assert (game.movers(swapped) == game.movers(w.state)[:, ::-1]).all()
    again = game.exchanged(swapped, 0, 1)
    for name in game.world_dtype.names or ():
        np.testing.assert_array_equal(again[name], w.state[name], name)


# -- settings ----------------------------------------------------------------------------------------------------------


def test_anchors():
    anchors = Trust("berg_1995").anchors()
    assert (anchors.worst_equilibrium, anchors.optimum, anchors.random) == (20, 40, 30)
    ten = Trust("repeated_trust").anchors()
    assert (ten.worst_equilibrium, ten.optimum, ten.random) == (200, 400, 300)
    assert ten.random == pytest.approx(random_play_total(Trust("repeated_trust")), rel=0.01)
    shrinks = Trust(multiplier=0.5).anchors()
    assert (shrinks.worst_equilibrium, shrinks.optimum) == (20, 20)


def test_nobody_gains_by_leaving_the_equilibrium():
    """Of ten rounds without trust, every deviation of the investor in one of them."""
    for t, sent in itertools.product((0, 4, 9), (1, 5, 10)):
        w = worlds_of(horizon=10)
        total = np.zeros(2)
        for k in range(10):
            move(w, [sent if k == t else 0])
            move(w, [0])
            total += w.rewards[0]
        assert total[0] < 100


def test_presets():
    assert Trust("berg_1995").params == Trust().params
    assert Trust("repeated_trust").params == Trust(horizon=10).params
    q = Trust().params
    assert (q.endowment, q.trustee_endowment, q.multiplier, q.swap_roles, q.integer) == (10, 10, 3, False, True)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"endowment": 0}, ("trust.endowment", "0", "> 0")),
        ({"endowment": 2.5}, ("trust.endowment", "2.5", "integer = True", "whole")),
        ({"endowment": 2.125, "integer": False}, ("trust.endowment", "2.125", "two decimals")),
        ({"endowment": 1e6}, ("trust.endowment", "1000000", "100000")),
        ({"multiplier": 0}, ("trust.multiplier", "0", "> 0")),
        ({"trustee_endowment": -1}, ("trust.trustee_endowment", "-1")),
        ({"n_agents": 3}, ("trust.n_agents", "3")),
        ({"horizon": 0}, ("trust.horizon", "0")),
        ({"continuation": 1.5}, ("trust.continuation", "1.5", "[0, 1]")),
        ({"preset": "berg"}, ("berg", "berg_1995")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Trust(**params)
    assert all(word in str(error.value) for word in words)
