"""What the negotiations over a table of deals share."""

import numpy as np
import pytest

import comity
from comity.analysis.episodes import episode_measures
from comity.envs.catalogue import games, make
from comity.envs.chance import keys
from comity.envs.game import RUNNING
from comity.envs.monte_carlo import random_moves
from comity.envs.negotiation import Negotiation
from comity.envs.negotiation.bilateral import Bilateral
from comity.envs.negotiation.solutions import solve
from comity.envs.negotiation.turns import ACCEPT, PASS, REJECT
from comity.envs.worlds import Worlds

SETTINGS = {
    "ultimatum": {"horizon": 6},
    "division": {"context": 4000, "common_knowledge": True},
    "buy_sell": {"common_knowledge": True},
    "exchange": {},
}
every_game = pytest.mark.parametrize("name", SETTINGS)


def start(name, num=1, **params):
    w = Worlds(make(name, **{**SETTINGS[name], **params}), num)
    w.reset(0)
    return w


def test_these_are_all():
    assert [name for name in games() if isinstance(make(name), Bilateral)] == list(SETTINGS)
    negotiations = [name for name in games() if isinstance(make(name), Negotiation)]
    assert {"alternating_offers", *SETTINGS} <= set(negotiations)
    assert all(make(name).family == "negotiation" for name in negotiations)


@every_game
@pytest.mark.parametrize("move", ["accept", "reject", "pass", 0.5, -1.0, np.nan, np.inf, -np.inf, 1e300])
def test_an_illegal_move_is_a_lost_turn(name, move):
    w = start(name)
    deals = w.game.n_deals
    code = {"accept": deals + ACCEPT, "reject": deals + REJECT, "pass": deals + PASS}.get(move, move)
    w.step(np.array([[code, deals + PASS]], float))
    assert w.ended[0] == RUNNING
    assert w.state["illegal"][0].tolist() == [1, 0]
    assert w.state["mover"][0] == 1 and w.state["standing"][0] == -1 and w.state["lost_turn"][0]
    assert np.isnan(w.state["cooperation"][0]).all()
    assert "The last turn was lost." in w.game.view(w.state[0], 1)


@every_game
def test_after_a_lost_turn_the_standing_offer_remains(name):
    w = start(name)
    deals = w.game.n_deals
    offer = w.game.exemplar(w.state, 0, cooperative=True)[0]
    standing = np.array([[offer, deals + PASS]])
    w.step(standing)
    w.step(np.array([[deals + PASS, -1.0]]))
    w.step(np.array([[-1.0, deals + PASS]]))
    assert w.state["standing"][0] == offer
    worth = w.game.contexts.utilities[w.state["context"][0], int(offer)]
    w.step(np.array([[deals + PASS, deals + ACCEPT]], float))
    assert w.rewards[0].tolist() == worth.tolist()


@every_game
def test_who_waits_can_only_pass_and_nobody_accepts_its_own(name):
    w = start(name)
    deals = w.game.n_deals
    for turn in range(3):
        assert w.masks is not None
        mover = turn % 2
        assert np.flatnonzero(w.masks[0, 1 - mover]).tolist() == [deals + PASS]
        assert w.masks[0, mover, deals + ACCEPT] == w.masks[0, mover, deals + REJECT] == (turn > 0)
        offer = w.game.exemplar(w.state, mover, cooperative=False)[0]
        w.step(np.where(np.arange(2) == mover, offer, deals + PASS)[None])
    assert w.state["proposals"][0].tolist() == [2, 1]


@every_game
def test_one_turn_is_an_offer_and_its_answer(name):
    game = make(name, **{**SETTINGS[name], "horizon": 1})
    assert game.max_steps == 2
    record = comity.play(game, ["fair"])
    assert record.lengths.tolist() == [2]


@every_game
def test_the_horizon_and_the_continuation_pay_disagreement(name):
    w = start(name, 4000, continuation=0.8)
    d = w.game.disagreement_payoffs(w.state)
    alive = np.ones(4000, bool)
    for turn in range(3):
        offer = w.game.exemplar(w.state, turn % 2, cooperative=True)
        skip = np.full(4000, w.game.n_deals + PASS)
        w.step(np.stack([offer, skip] if turn % 2 == 0 else [skip, offer], axis=1).astype(float))
        ended = alive & (w.ended != RUNNING)
        assert (w.rewards[ended] == d[ended]).all()
        assert ended.sum() / alive.sum() == pytest.approx(0.2, abs=5 * 0.4 / alive.sum() ** 0.5)
        alive &= w.ended == RUNNING


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("ultimatum", {"pie": 10}),
        ("ultimatum", {"pie": 3, "horizon": 4, "continuation": 0.8}),
        ("division", {"horizon": 4}),
        ("buy_sell", {"budget": 6, "cost": 2, "value": 5, "max_proposals": 1}),
        ("exchange", {"first_holdings": (2, 1), "second_holdings": (1, 2), "utility": "cobb_douglas"}),
    ],
)
def test_random_play_is_worth_what_the_formula_says(name, params):
    """Every legal move as likely: 20,000 worlds, five standard errors."""
    game = make(name, **params)
    num = 20_000
    w = Worlds(game, num)
    w.reset(1)
    rng = np.random.default_rng(0)
    total = np.zeros(num)
    while not w.ended.all():
        assert w.masks is not None
        draws = rng.random((num, 2, 1)) * w.masks.sum(axis=2, keepdims=True)
        w.step((np.cumsum(w.masks, axis=2) > draws).argmax(axis=2).astype(float))
        total += w.rewards.sum(axis=1)
    assert total.mean() == pytest.approx(game.anchors().random, abs=5 * total.std() / num**0.5)


@every_game
def test_anchors_are_those_of_the_solver(name):
    w = start(name)
    _, (deals,) = w.game.bargaining_sets(w.state)
    d = w.game.disagreement_payoffs(w.state)[0]
    found = w.game.anchors()
    assert found.worst_equilibrium == d.sum()
    assert found.optimum == pytest.approx(deals[solve(deals, d).utilitarian[0]].sum())
    nash = deals[solve(deals, d).nash].mean(axis=0)
    assert w.game.p.nash[w.state["context"][0]] == pytest.approx(nash)


@every_game
def test_measures_of_a_deal(name):
    record = comity.play(name, ["fair"], worlds=3, **{**SETTINGS[name], "horizon": 6})
    m = episode_measures(record)
    assert m["agreement"].all() and (m["irrational"] == 0).all() and (m["zopa"] == 1).all()
    assert m["accepted_by_seat"].tolist() == [[1, 0]] * 3
    assert m["pareto_distance"] == pytest.approx(0)
    assert m["largest_joint"] == pytest.approx(make(name, **SETTINGS[name]).anchors().optimum)
    none = episode_measures(comity.play(name, ["tough"], worlds=3, **SETTINGS[name]))
    assert not none["agreement"].any() and np.isnan(none["accepted_by_seat"]).all()
    assert none["joint_efficiency_all"] == pytest.approx(0)


def test_measures_where_contexts_differ():
    """World by world what a report on that world alone says."""
    record = comity.play("division", ["conceder"], worlds=30)
    together = episode_measures(record)
    assert len(np.unique(record.final["context"])) > 25
    for b in range(0, 30, 5):
        alone = episode_measures(comity.play("division", ["conceder"], seed=b))
        for key, values in alone.items():
            np.testing.assert_allclose(together[key][b], values[0])


@every_game
def test_few_moves_are_considered_and_all_are_legal(name):
    for limit in (8, 40, 256):
        w = start(name)
        seat_keys = keys(w.state["seed"], 0)[None].repeat(2, axis=0)
        for step in range(4):
            mover = step % 2
            moves, allowed = w.game.candidates(w.state, mover, limit)
            assert moves.shape[1] <= limit
            assert allowed.any()
            assert w.masks is not None
            assert w.masks[0, mover, moves[0, allowed[0]].astype(int)].all()
            assert len(np.unique(moves[0, allowed[0]])) == allowed.sum()
            w.step(random_moves(w.game, w, seat_keys, step))
            if w.ended[0]:
                break


@every_game
@pytest.mark.parametrize("norm", ["universal", "brahmavihara", "spiteful"])
def test_deliberators_of_any_norm_play(name, norm):
    me = {"agent": "deliberator", "norms": norm, "limit": 24}
    for params in (SETTINGS[name], {}):
        assert (comity.play(name, [me], worlds=2, **params).illegal == 0).all()


def test_universal_bargainers_share_and_selfish_ones_do_not():
    def shares(norm):
        return comity.play("ultimatum", [{"agent": "deliberator", "norms": norm}]).rewards[0].sum(axis=0)

    assert shares("selfish").tolist() == [100, 0]
    assert shares("inequity_averse").tolist() == [50, 50]


def test_rules_are_keys():
    one, other = make("exchange").p, make("exchange").p
    assert one == one._replace() and hash(one) == hash(one._replace())
    assert one != other and one != one._replace(continuation=0.5) and one != 3
