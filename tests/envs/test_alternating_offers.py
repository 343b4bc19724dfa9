"""GAMES.md §3.1: known answers of bargaining by alternating offers."""

import numpy as np
import pytest

import comity
from comity.agents.scripted.bargaining import reservations
from comity.envs.game import HORIZON_REACHED, RUNNING, TERMINATED
from comity.envs.negotiation.alternating_offers import ACCEPT, OPT_OUT, PASS, REJECT, AlternatingOffers
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

SHARES = [
    ((0.9, 0.9), 0.526316),
    ((0.8, 0.6), 0.769231),
    ((0.6, 0.8), 0.384615),
    ((0.5, 0.5), 0.666667),
    ((0.99, 0.99), 0.502513),
]
FINITE = [
    ((0.8, 0.6), (1, 0.4, 0.88, 0.592, 0.8224, 0.68416)),
    ((0.9, 0.9), (1, 0.1, 0.91, 0.181, 0.8371, 0.24661)),
]


def proposer_share(seats, **params):
    record = comity.play("alternating_offers", seats, **params)
    assert record.lengths[0] == 2, "agreement in period 1"
    assert record.outcomes[record.outcome[0]] == "deal"
    assert record.rewards[0].sum() == pytest.approx(1)
    return record.rewards[0, 1, 0]


@pytest.mark.parametrize(("delta", "share"), SHARES)
def test_rubinstein_shares(delta, share):
    params = {"delta": delta, "pie_units": 10_000, "horizon_known": False, "horizon": 10_000}
    assert 1 - reservations(AlternatingOffers(**params)).least[0, 1] == pytest.approx(share, abs=1e-6)
    assert proposer_share(["equilibrium"], **params) == pytest.approx(share, abs=1.1e-4)


@pytest.mark.parametrize("horizon", [4, 5, 6, 7])
def test_where_waiting_is_free_and_no_end_is_known_equilibrium_is_nash(horizon):
    hidden = {"horizon_known": False, "horizon": horizon, "delta": (1.0, 1.0)}
    assert proposer_share(["equilibrium"], **hidden) == 0.5
    assert proposer_share(["equilibrium"], **hidden, disagreement=(0.3, 0.1)) == pytest.approx(0.6)
    # an outside option binds only if it is better than the share (Binmore, Rubinstein & Wolinsky 1986)
    assert proposer_share(["equilibrium"], **hidden, outside_option=(0.0, 0.4)) == 0.5
    assert proposer_share(["equilibrium"], **hidden, outside_option=(0.0, 0.7)) == pytest.approx(0.3)


def test_equilibrium_tends_to_nash_as_waiting_gets_cheap():
    hidden = {"horizon_known": False, "horizon": 10_000, "pie_units": 10_000}
    for patience in (0.99, 0.999, 0.9999):
        share = proposer_share(["equilibrium"], **hidden, delta=(patience, patience))
        assert share == pytest.approx(1 / (1 + patience), abs=1.1e-4)


@pytest.mark.parametrize(("delta", "shares"), FINITE)
@pytest.mark.parametrize("horizon", range(1, 7))
def test_finite_horizon(delta, shares, horizon):
    share = shares[horizon - 1]
    params = {"delta": delta, "horizon": horizon}
    assert proposer_share(["equilibrium"], **params, pie_units=10_000) == pytest.approx(share, abs=1.1e-4)
    # the same by backward induction on the kernels, within what rounding to units can add up to
    units = 200
    assert proposer_share(["deliberator"], **params, pie_units=units) == pytest.approx(share, abs=horizon / units)


@pytest.mark.parametrize(("horizon", "share"), [(60, 0.50), (61, 0.55)])
def test_the_trap_of_a_coarse_grid(horizon, share):
    assert proposer_share(["deliberator"], horizon=horizon) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("units", "horizon", "share"), [(100, 60, 0.50), (100, 61, 0.55), (10_000, 60, 0.5253), (10_000, 61, 0.5272)]
)
def test_the_same_by_playing_every_answer_to_every_offer(units, horizon, share):
    """Backward induction over what the kernel pays: period by period, all offers at once."""
    game = AlternatingOffers(pie_units=units, horizon=horizon)
    worlds = Worlds(game, units + 1)
    later = np.zeros(2)  # what both get in the subgame after a refusal
    best = 0
    for period in range(horizon, 0, -1):
        proposer = (period - 1) % 2
        worlds.reset(0)
        worlds.state["step"] = period
        worlds.state["mover"] = 1 - proposer
        worlds.state["offered_by"] = proposer
        worlds.state["standing"] = np.arange(units + 1)
        worlds.step(np.where(np.arange(2) == proposer, units + PASS, units + ACCEPT) * np.ones((units + 1, 1)))
        accepted = worlds.rewards
        accepts = accepted[:, 1 - proposer] >= later[1 - proposer] - 1e-12
        values = np.where(accepts, accepted[:, proposer], later[proposer])
        best = int(np.argmax(values))
        later = accepted[best].copy() if accepts[best] else later
    assert 1 - best / units == pytest.approx(share, abs=0.5e-4)


@pytest.mark.parametrize(
    ("b", "payoffs", "share"),
    [(0.1, (0, 0), 0.526316), (0.1, (0, 0.2), 0.421053), (0.01, (0, 0.2), 0.402010)],
)
def test_breakdown(b, payoffs, share):
    params = {
        "delta": (1, 1),
        "breakdown": b,
        "breakdown_payoff": payoffs,
        "pie_units": 10_000,
        "horizon": 5000,
        "horizon_known": False,
    }
    assert proposer_share(["equilibrium"], **params) == pytest.approx(share, abs=1.1e-4)
    first, second = payoffs
    assert share == pytest.approx((1 - second + (1 - b) * first) / (2 - b), abs=1e-6)


@pytest.mark.parametrize(("option", "share"), [(0.3, 0.526316), (0.5, 0.5), (0.6, 0.4)])
def test_outside_option(option, share):
    params = {"outside_option": (0, option), "pie_units": 10_000, "horizon": 5000, "horizon_known": False}
    assert proposer_share(["equilibrium"], **params) == pytest.approx(share, abs=1.1e-4)
    finite = {"outside_option": (0, option), "horizon": 60}
    assert proposer_share(["deliberator"], **finite) == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("preset", ["rubinstein_90", "rubinstein_impatient", "outside_option", "breakdown_10"])
def test_presets_reach_agreement(preset):
    assert 0.4 < proposer_share(["equilibrium"], preset=preset) < 0.7


def worlds_of(num=1, **params):
    w = Worlds(AlternatingOffers(**params), num)
    w.reset(0)
    return w


def test_who_waits_can_only_pass_and_the_mover_cannot_accept_its_own_offer():
    w = worlds_of()
    units = w.game.params.pie_units
    assert w.masks is not None
    assert np.flatnonzero(w.masks[0, 1]).tolist() == [units + PASS]
    assert np.flatnonzero(w.masks[0, 0]).tolist() == list(range(units + 1))
    w.step(np.array([[40.0, units + PASS]]))
    assert np.flatnonzero(w.masks[0, 1]).tolist() == [*range(units + 1), units + ACCEPT]
    w.step(np.array([[units + PASS, units + ACCEPT]], float))
    assert w.rewards[0].tolist() == [0.6, 0.4]
    assert w.masks.sum() == 2


def test_agreement_is_what_both_saw():
    for units in range(0, 101, 10):
        w = worlds_of()
        w.step(np.array([[units, 104.0]]))
        assert w.observations[0, :, 1] == pytest.approx([1 - units / 100, units / 100])
        w.step(np.array([[104.0, 101.0]]))
        assert w.rewards[0] == pytest.approx([1 - units / 100, units / 100])


def test_discounts_by_the_period_of_the_offer():
    w = worlds_of(delta=(0.9, 0.8))
    for move in ([10, 104], [104, 20], [30, 104]):
        w.step(np.array([move], float))
    w.step(np.array([[104, 101.0]]))
    assert w.rewards[0] == pytest.approx([0.9**2 * 0.7, 0.8**2 * 0.3])


def test_last_period_leaves_accept_or_reject():
    w = worlds_of(horizon=1, disagreement=(0.1, 0.2))
    w.step(np.array([[50, 104.0]]))
    assert w.masks is not None
    assert np.flatnonzero(w.masks[0, 1]).tolist() == [101, 102]
    w.step(np.array([[104, 100.0 + REJECT]]))
    assert (w.ended[0], w.state["outcome"][0]) == (TERMINATED, HORIZON_REACHED)
    assert w.rewards[0].tolist() == [0.1, 0.2]


def test_opting_out_pays_the_one_who_leaves():
    w = worlds_of(outside_option=(0.2, 0.3), delta=(0.9, 0.8))
    w.step(np.array([[10, 104.0]]))
    w.step(np.array([[104, 10.0]]))
    w.step(np.array([[100.0 + OPT_OUT, 104]]))
    assert w.rewards[0] == pytest.approx([0.9 * 0.2, 0])


@pytest.mark.parametrize("move", [101.0, 103.0, 102.0, 104.0, 0.5, -1.0, np.nan, np.inf])
def test_an_illegal_move_is_a_lost_turn(move):
    w = worlds_of()
    w.step(np.array([[move, 104.0]]))
    assert w.ended[0] == RUNNING
    assert w.state["illegal"][0].tolist() == [1, 0]
    assert w.state["mover"][0] == 1
    assert w.state["standing"][0] == -1
    assert np.isnan(w.state["cooperation"][0]).all()


def test_after_a_lost_turn_the_standing_offer_remains():
    w = worlds_of()
    w.step(np.array([[40.0, 104]]))
    w.step(np.array([[104, -1.0]]))  # the one who should answer loses its turn
    w.step(np.array([[104.0, 104]]))  # and so does the other
    assert w.state["standing"][0] == 40
    w.step(np.array([[104, 101.0]]))
    assert w.rewards[0] == pytest.approx([0.9**2 * 0.6, 0.9**2 * 0.4])


def test_breakdown_frequency():
    w = worlds_of(num=20_000, breakdown=0.1, delta=(1, 1))
    w.step(np.tile([40.0, 104], (20_000, 1)))
    assert (w.ended == RUNNING).all(), "the first period always opens"
    w.step(np.tile([104, 40.0], (20_000, 1)))
    assert (w.ended != RUNNING).mean() == pytest.approx(0.1, abs=4 * (0.09 / 20_000) ** 0.5)


@pytest.mark.parametrize(("offer", "label"), [(50, 1), (70, 1), (25, 0.5), (0, 0)])
def test_label_is_the_share_of_the_nash_gain(offer, label):
    w = worlds_of()
    w.step(np.array([[offer, 104.0]]))
    assert w.state["cooperation"][0, 0] == pytest.approx(label)
    assert np.isnan(w.state["cooperation"][0, 1])


def test_label_with_unequal_disagreement_and_without_a_rational_deal():
    w = worlds_of(disagreement=(0, 0.2))
    w.step(np.array([[40, 104.0]]))  # Nash: (.4, .6); gain of the other .4
    assert w.state["cooperation"][0, 0] == pytest.approx(0.5)
    w = worlds_of(disagreement=(0.6, 0.6))
    w.step(np.array([[40, 104.0]]))
    assert np.isnan(w.state["cooperation"][0, 0])


def test_tough_and_fair():
    fair = comity.play("alternating_offers", ["fair"])
    assert fair.rewards[0].sum(axis=0).tolist() == [0.5, 0.5]
    tough = comity.play("alternating_offers", ["tough"])
    assert tough.outcomes[tough.outcome[0]] == "horizon"
    conceding = comity.play("alternating_offers", ["conceder"])
    assert conceding.outcomes[conceding.outcome[0]] == "deal"
    against = comity.play("alternating_offers", [{"agent": "conceder", "floor": 0.2}, "tough"])
    gains = against.rewards[0].sum(axis=0)
    assert gains[1] > 2 * gains[0] > 0, "whoever concedes to the tough pays for it"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"delta": (1.2, 0.5)}, ("delta[0]", "1.2", "[0, 1]")),
        ({"delta": 0.9}, ("delta", "0.9", "2 values")),
        ({"n_agents": 3}, ("n_agents", "3")),
        ({"pie_units": 0}, ("pie_units", "0")),
        ({"breakdown": -0.1}, ("breakdown", "-0.1")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        AlternatingOffers(**params)
    assert all(word in str(error.value) for word in words)
