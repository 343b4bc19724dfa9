"""GAMES.md §3.4: known answers of buyer and seller."""

import numpy as np
import pytest

import comity
from comity.analysis.episodes import episode_measures
from comity.envs.negotiation.buy_sell import BuySell
from comity.envs.negotiation.solutions import solve
from comity.envs.negotiation.turns import ACCEPT, PASS, REJECT
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

ANSWER = 101


def deals_of(**params):
    game = BuySell(**params)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    _, (deals,) = game.bargaining_sets(worlds.state)
    return deals


def talk(prices, answer=None, **params):
    """Worlds in which the two name ``prices`` by turns, then one answers."""
    w = Worlds(BuySell(**params), 1)
    w.reset(0)
    for turn, move in enumerate([*prices, *([] if answer is None else [ANSWER + answer])]):
        w.step(np.array([[move, ANSWER + PASS] if turn % 2 == 0 else [ANSWER + PASS, move]], float))
    return w


def test_the_bargaining_set():
    deals = deals_of(preset="arena_40_60")
    found = solve(deals, [0, 0])
    assert found.rational.tolist() == list(range(40, 61))
    assert (deals[found.rational] > 0).all(axis=1).sum() == 19
    assert found.nash.tolist() == found.kalai_smorodinsky.tolist() == found.egalitarian.tolist() == [50]
    assert deals[50].tolist() == [10, 10] and deals[50].prod() == 100
    assert set(found.rational) <= set(found.pareto)
    assert (deals[found.rational].sum(axis=1) == 20).all()


@pytest.mark.parametrize(("price", "label"), [(50, 1), (45, 1), (55, 0.5), (60, 0), (80, 0)])
def test_label_of_an_asking_price(price, label):
    assert talk([price]).state["cooperation"][0, 0] == label


def test_label_of_a_bid():
    w = talk([60, 45])
    assert w.state["cooperation"][0, 1] == 0.5
    assert np.isnan(w.state["cooperation"][0, 0])


def test_without_a_zone_of_agreement():
    deals = deals_of(preset="arena_no_zopa")
    assert len(solve(deals, [0, 0]).rational) == 0
    assert (deals < 0).any(axis=1).all(), "every agreement is irrational for a side"
    for price in (10, 30, 50):
        record = comity.play(BuySell(preset="arena_no_zopa"), [Names(price), Names(None)])
        m = episode_measures(record)
        assert m["irrational"].tolist() == [1] and m["zopa"].tolist() == [0]
        assert m["ir_violations_by_seat"].tolist() == [[price < 40, price > 20]]
        assert m["accepted_by_seat"].tolist() == [[1, 0]]
    assert np.isnan(talk([30], preset="arena_no_zopa").state["cooperation"]).all()
    none = episode_measures(comity.play("buy_sell", ["fair"], preset="arena_no_zopa"))
    assert none["agreement"].tolist() == [False] and np.isnan(none["irrational"]).all()


class Names(comity.agents.agent.Agent):
    """Names a price; without one it accepts."""

    name = "names"

    def __init__(self, price):
        super().__init__()
        self.price = price

    def act(self, view):
        move = ANSWER + ACCEPT if self.price is None else self.price
        return np.where(view.masks[:, ANSWER + PASS] == 1, ANSWER + PASS, move).astype(float)


def test_after_its_proposals_only_an_answer_is_left():
    w = talk([90, 10, 80, 20, 70, 30, 65, 35])
    assert w.masks is not None
    assert np.flatnonzero(w.masks[0, 0]).tolist() == [ANSWER + ACCEPT, ANSWER + REJECT]
    w.step(np.array([[55.0, ANSWER + PASS]]))  # too late: a lost turn, and the standing bid remains
    assert w.state["illegal"][0].tolist() == [1, 0]
    assert w.state["standing"][0] == 35
    assert np.flatnonzero(w.masks[0, 1]).tolist() == [ANSWER + REJECT], "nobody accepts its own"
    w.step(np.array([[ANSWER + PASS, ANSWER + ACCEPT]], float))
    assert w.game.outcomes[w.state["outcome"][0]] == "horizon"
    assert w.rewards[0].tolist() == [0, 0]


def test_by_backward_induction_the_last_price_takes_all():
    """The buyer makes the last of eight proposals."""
    for seats in (["deliberator"], ["equilibrium"]):
        record = comity.play("buy_sell", seats, common_knowledge=True)
        assert record.rewards[0].sum(axis=0).tolist() == [0, 20]
    for seats in (["deliberator"], ["equilibrium"]):
        record = comity.play("buy_sell", seats, common_knowledge=True, max_proposals=2, horizon=4)
        assert record.rewards[0].sum(axis=0).tolist() == [20, 0], "with four turns it is the seller, in the third"


def test_the_fair_agree_on_the_nash_price():
    record = comity.play("buy_sell", ["fair"], common_knowledge=True)
    assert record.rewards[0].sum(axis=0).tolist() == [10, 10]
    assert comity.play("buy_sell", ["fair", "tough"]).rewards.sum() == 0


def test_the_other_valuation_is_drawn_from_all_prices():
    game = BuySell()
    w = Worlds(game, 1)
    w.reset(0)
    w.step(np.array([[70.0, ANSWER + PASS]]))
    worlds = np.repeat(w.state, 20_000)
    for seat in range(2):
        seen = game.imagine(worlds, seat, np.arange(20_000).astype(np.uint64))
        utilities = game.contexts.utilities[seen["context"], 50]
        mine, other = (utilities[:, 0], 50 + utilities[:, 1]) if seat == 0 else (utilities[:, 1], 50 - utilities[:, 0])
        assert (mine == 10).all(), "one's own is known"
        values, counts = np.unique(other, return_counts=True)
        assert values.tolist() == list(range(101))
        assert counts == pytest.approx(20_000 / 101, abs=5 * (20_000 / 101) ** 0.5)


def test_what_is_hidden_does_not_show():
    """Neither numbers, words, choices, nor imagined labels of the seller depend on the buyer's value."""
    shown = []
    for value in (20, 60, 95):
        game = BuySell(value=value)
        w = Worlds(game, 1)
        w.reset(0)
        w.step(np.array([[70.0, ANSWER + PASS]]))
        w.step(np.array([[ANSWER + PASS, 30.0]]))
        imagined = [game.imagine(w.state, 0, np.array([k], np.uint64)) for k in range(20)]
        values = [game.contexts.utilities[one["context"][0], 0].tolist() for one in imagined]
        pairs = list(zip(values, (one["cooperation"].tolist() for one in imagined), strict=True))
        moves, allowed = game.candidates(imagined[0], 0)
        shown.append(
            (
                w.observations[0, 0].tolist(),
                game.brief(0),
                game.view(w.state[0], 0),
                str(game.move_schema(w.state[0], 0)),
                str(pairs),
                moves[allowed].tolist(),
            )
        )
    assert shown[0] == shown[1] == shown[2]
    known = talk([70], common_knowledge=True)
    assert "it is worth 60 to the buyer" in known.game.view(known.state[0], 0)
    assert known.observations[0, :, -4:-2].tolist() == [[40, 60], [60, 40]]


def test_exchanged_roles():
    """The price from the other end is worth to the other what the price was worth to me."""
    game = BuySell(cost=30, value=55)
    w = talk([50], cost=30, value=55)
    swapped = game.exchanged(w.state, 0, 1)
    c, k = swapped["context"][0], swapped["standing"][0]
    assert k == 50 and swapped["mover"][0] == 0 and swapped["offered_by"][0] == 1
    assert game.contexts.utilities[c, k].tolist() == [5, 20]
    again = game.exchanged(swapped, 0, 1)
    assert all(np.array_equal(again[name], w.state[name], equal_nan=True) for name in w.state.dtype.names)
    assert game.counterpart(np.array([30.0, 101, 103]), 0, 1).tolist() == [70, 101, 103]
    record = comity.play("buy_sell", [{"agent": "deliberator", "norms": "universal"}], horizon=4, max_proposals=2)
    assert (record.illegal == 0).all()


def test_anchors_and_codes():
    game = BuySell()
    assert game.anchors()[:2] == (0, 20)
    assert BuySell(preset="arena_no_zopa").anchors()[:2] == (0, 0)
    assert [game.flat(game.spelled(k)) for k in range(101)] == list(range(101))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"cost": 120}, ("buy_sell.cost", "120", "at most buy_sell.budget = 100")),
        ({"budget": 50}, ("buy_sell.value", "60", "at most buy_sell.budget = 50")),
        ({"cost": 1.5}, ("buy_sell.cost", "1.5")),
        ({"max_proposals": 0}, ("max_proposals", "0")),
        ({"budget": 501}, ("budget", "501", "[1, 500]")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        BuySell(**params)
    assert all(word in str(error.value) for word in words)
