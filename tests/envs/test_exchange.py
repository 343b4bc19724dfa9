"""GAMES.md §3.5: known answers of the exchange."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.envs.negotiation.exchange import Exchange
from comity.envs.negotiation.solutions import solve
from comity.envs.negotiation.turns import ACCEPT, PASS
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

DEALS = 961


def problem(utility):
    game = Exchange(utility=utility)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    _, (deals,) = game.bargaining_sets(worlds.state)
    return game, deals, game.disagreement_payoffs(worlds.state)[0]


@pytest.mark.parametrize(
    ("utility", "start", "rational", "strict"),
    [("leontief", 5, 441, 361), ("cobb_douglas", 11.180340, 203, 201), ("linear", 30, 31, 0)],
)
def test_how_many_trades_help(utility, start, rational, strict):
    game, deals, d = problem(utility)
    assert len(deals) == game.n_deals == DEALS
    assert d == pytest.approx([start, start], abs=1e-6)
    found = solve(deals, d)
    assert len(found.rational) == rational
    assert (deals > d + 1e-9).all(axis=1).sum() == strict
    if utility != "linear":
        assert [game.parts[k].tolist() for k in found.nash] == [[15, 15]]
        assert deals[found.nash].tolist() == [[15, 15]]


def test_leontief_frontier():
    _, deals, d = problem("leontief")
    found = solve(deals, d)
    pairs = {tuple(pair) for pair in deals[found.pareto].tolist()}
    assert pairs == {(k, 30 - k) for k in range(31)}
    assert len(pairs & {tuple(pair) for pair in deals[found.rational].tolist()}) == 21


def test_linear_is_zero_sum_and_target_has_one_deal():
    _, deals, _ = problem("linear")
    assert (deals.sum(axis=1) == 60).all()
    game, deals, d = problem("target")
    assert d.tolist() == [0, 0]
    both = np.flatnonzero((deals == 1).all(axis=1))
    assert [game.parts[k].tolist() for k in both] == [[15, 15]]


@pytest.mark.parametrize(
    ("utility", "optimum", "worst"),
    [("leontief", 30, 10), ("cobb_douglas", 30, 22.360680), ("linear", 60, 60), ("target", 2, 0)],
)
def test_anchors(utility, optimum, worst):
    game, deals, d = problem(utility)
    found = game.anchors()
    assert found.optimum == pytest.approx(optimum) == pytest.approx(deals[solve(deals, d).utilitarian].sum(axis=1)[0])
    assert found.worst_equilibrium == pytest.approx(worst, abs=1e-6)


SMALL = Exchange(first_holdings=(4, 1), second_holdings=(2, 3))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_nothing_is_lost_and_a_deal_is_what_both_saw(data):
    """Whatever the two do, legal or not: holdings are never negative and add up, and both saw what was accepted."""
    game = data.draw(st.sampled_from([SMALL, Exchange()]))
    w = Worlds(game, 1)
    w.reset(data.draw(st.integers(0, 1000)))
    total = np.array(game.total)
    x = game.field_index["my_X"]
    seen = None
    while not w.ended[0]:
        before = w.observations[0].copy()
        answer = data.draw(st.booleans()) and before[:, 1].any()
        move = game.n_deals + ACCEPT if answer else data.draw(st.integers(-1, game.n_deals + PASS))
        w.step(np.full((1, 2), float(move)))
        if w.state["outcome"][0] == game.outcomes.index("deal"):
            seen = before
    if seen is not None:
        holdings = seen[:, x : x + 2]
        assert (holdings >= 0).all()
        assert holdings.sum(axis=0).tolist() == total.tolist()
        assert w.rewards[0].tolist() == holdings.min(axis=1).tolist(), "leontief"


def test_every_index_is_a_trade_and_back():
    game = Exchange()
    assert [game.flat(game.spelled(k)) for k in range(DEALS)] == list(range(DEALS))
    other = game.parts[game.contexts.deal_of(0, 1, np.arange(DEALS))]
    assert (game.parts + other == 30).all()


def test_what_both_see_and_read():
    w = Worlds(Exchange(), 1)
    w.reset(0)
    w.step(np.array([[w.game.flat({"have": {"X": 16, "Y": 14}}), DEALS + PASS]], float))
    x = w.game.field_index["my_X"]
    assert w.observations[0, :, x : x + 2].tolist() == [[16, 14], [14, 16]]
    assert "you would have 16 X and 14 Y (you give 9 X and get 9 Y)" in w.game.view(w.state[0], 0)
    assert "you would have 14 X and 16 Y (you get 9 X and give 9 Y)" in w.game.view(w.state[0], 1)
    assert w.state["cooperation"][0, 0] == pytest.approx((14 - 5) / (15 - 5))
    w.step(np.array([[DEALS + PASS, w.game.flat({"have": {"X": 10, "Y": 20}})]], float))
    assert w.observations[0, :, x : x + 2].tolist() == [[20, 10], [10, 20]]
    assert w.state["cooperation"][0, 1] == pytest.approx(0.5)


@pytest.mark.parametrize("seats", [["deliberator"], ["equilibrium"]])
def test_by_backward_induction_the_last_proposal_takes_the_surplus(seats):
    """Of four proposals seat 1 makes the last one; with one each it still does."""
    for params in ({}, {"max_proposals": 1}):
        assert comity.play("exchange", seats, **params).rewards[0].sum(axis=0).tolist() == [5, 25]
    assert comity.play("exchange", seats, horizon=4).rewards[0].sum(axis=0).tolist() == [25, 5]


def test_scripted():
    assert comity.play("exchange", ["fair"]).rewards[0].sum(axis=0).tolist() == [15, 15]
    assert comity.play("exchange", ["tough"]).rewards[0].sum(axis=0).tolist() == [5, 5], "nobody gives in"
    gains = (
        comity.play("exchange", [{"agent": "conceder", "floor": 0.1, "deadline": 4}, "tough"]).rewards[0].sum(axis=0)
    )
    assert gains[1] > gains[0] > 5


def test_unequal_roles():
    """Where the start is not symmetric the exchanged world is one in which the other has my holdings."""
    game = Exchange(first_holdings=(20, 10), second_holdings=(5, 2), utility="linear")
    assert game.contexts.disagreement.tolist() == [[30, 7], [7, 30]]
    w = Worlds(game, 1)
    w.reset(0)
    w.step(np.array([[40.0, game.n_deals + PASS]]))
    swapped = game.exchanged(w.state, 0, 1)
    assert game.disagreement_payoffs(swapped).tolist() == [[7, 30]]
    assert game.contexts.deal_of(swapped["context"], 1, swapped["standing"]).tolist() == [40]
    again = game.exchanged(swapped, 0, 1)
    assert all(np.array_equal(again[name], w.state[name], equal_nan=True) for name in w.state.dtype.names)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"utility": "ces"}, ("exchange.utility", "ces", "leontief")),
        ({"first_holdings": (25,)}, ("first_holdings", "2 values")),
        ({"second_holdings": (-1, 5)}, ("second_holdings[0]", "-1", "[0, 100]")),
        ({"max_proposals": 0}, ("max_proposals", "0")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Exchange(**params)
    assert all(word in str(error.value) for word in words)
