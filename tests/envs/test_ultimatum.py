"""GAMES.md §3.2: known answers of the ultimatum."""

import numpy as np
import pytest

import comity
from comity.agents.agent import Agent
from comity.envs.game import RUNNING
from comity.envs.negotiation.bilateral import Bilateral
from comity.envs.negotiation.solutions import solve
from comity.envs.negotiation.turns import ACCEPT, PASS, REJECT
from comity.envs.negotiation.ultimatum import Ultimatum
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds


class Offers(Agent):
    """Offers b units in world b."""

    name = "offers"

    def act(self, view):
        return np.where(view.masks[:, 0] == 1, np.arange(len(view.masks)), self.game.n_deals + PASS).astype(float)


def opening(**params):
    record = comity.play("ultimatum", ["deliberator"], **params)
    assert record.outcomes[record.outcome[0]] == "deal"
    return record.rewards[0].sum(axis=0).tolist(), record.lengths[0]


@pytest.mark.parametrize("preset", ["one_shot", "negotiation_arena"])
def test_by_backward_induction_the_first_takes_everything(preset):
    assert opening(preset=preset) == ([100, 0], 2)
    equilibrium = comity.play("ultimatum", ["equilibrium"], preset=preset)
    assert equilibrium.rewards[0].sum(axis=0).tolist() == [100, 0]


def test_whoever_rejects_when_indifferent_is_offered_one(monkeypatch):
    ordered = Bilateral.candidates

    def rejecting_first(self, worlds, seat, limit=256):
        moves, allowed = ordered(self, worlds, seat, limit)
        return np.roll(moves, 1, axis=1), np.roll(allowed, 1, axis=1)

    monkeypatch.setattr(Ultimatum, "candidates", rejecting_first)
    assert opening() == ([99, 1], 2)


def test_brute_force_agrees_with_the_kernels():
    """Backward induction over all histories that matter, written without the kernels: the value of every turn."""
    for turns in range(2, 7):
        value = (0.0, 0.0)  # without a deal
        for turn in range(turns - 1, 0, -1):  # whoever has the turn declines the standing offer
            mover, other = (turn - 1) % 2, turn % 2
            offers = [k for k in range(11) if k >= value[other] - 1e-9]
            value = tuple(10 - offers[0] if i == mover else offers[0] for i in range(2))
        record = comity.play("ultimatum", ["deliberator"], pie=10, horizon=turns)
        assert record.rewards[0].sum(axis=0).tolist() == list(value)


@pytest.mark.parametrize(("envy", "threshold"), [(0.5, 0.25), (1.0, 1 / 3), (4.0, 4 / 9)])
def test_envy_refuses_below_a_share(envy, threshold):
    assert threshold == pytest.approx(envy / (1 + 2 * envy))
    me = {"agent": "deliberator", "norms": {"envy": envy}}
    record = comity.play("ultimatum", [Offers(), me], worlds=101)
    accepted = record.outcome == record.outcomes.index("deal")
    assert np.flatnonzero(accepted).tolist() == list(range(int(np.ceil(100 * threshold - 1e-9)), 101))
    assert (record.rewards[~accepted] == 0).all(), "after a rejection nobody keeps the pie"
    assert (record.rewards[accepted].sum(axis=(1, 2)) == 100).all()


def test_nash_is_half_of_the_pie():
    game = Ultimatum()
    (_, (deals,)) = game.bargaining_sets(np.zeros(3, game.world_dtype))
    found = solve(deals, [0, 0])
    assert deals[found.nash].tolist() == deals[found.kalai_smorodinsky].tolist() == [[50, 50]]
    assert deals[found.egalitarian].tolist() == [[50, 50]]


@pytest.mark.parametrize(("offer", "label"), [(0, 0), (25, 0.5), (50, 1), (80, 1)])
def test_label(offer, label):
    w = Worlds(Ultimatum(), 1)
    w.reset(0)
    w.step(np.array([[offer, 103.0]]))
    assert w.state["cooperation"][0, 0] == label
    assert np.isnan(w.state["cooperation"][0, 1])


def test_after_a_final_rejection_both_get_nothing():
    w = Worlds(Ultimatum(preset="negotiation_arena"), 1)
    w.reset(0)
    for turn in range(6):
        assert w.ended[0] == RUNNING
        assert w.masks is not None
        offers = w.masks[0, turn % 2, :101].sum()
        assert offers == (0 if turn == 5 else 101), "the last turn is for an answer only"
        move = 101 + REJECT if turn == 5 else 30
        w.step(np.array([[move, 101 + PASS] if turn % 2 == 0 else [101 + PASS, move]], float))
    assert w.rewards[0].tolist() == [0, 0]
    assert w.game.outcomes[w.state["outcome"][0]] == "rejection"


def test_units():
    game = Ultimatum(pie=100, unit=20)
    assert game.n_deals == 6
    assert [game.spelled(k)["offer"] for k in range(6)] == [0, 20, 40, 60, 80, 100]
    assert [game.flat(game.spelled(k)) for k in range(6)] == list(range(6))
    w = Worlds(game, 1)
    w.reset(0)
    w.step(np.array([[2.0, 6 + PASS]]))
    assert "40 for you, 60 for the other" in game.view(w.state[0], 1)
    w.step(np.array([[6 + PASS, 6.0 + ACCEPT]]))
    assert w.rewards[0].tolist() == [60, 40]


def test_anchors():
    assert Ultimatum().anchors()[:3] == (0, 100, pytest.approx(50))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"unit": 30}, ("ultimatum.unit", "30", "a divisor of ultimatum.pie = 100")),
        ({"pie": 0}, ("ultimatum.pie", "0")),
        ({"pie": 2.5}, ("ultimatum.pie", "2.5")),
        ({"n_agents": 3}, ("n_agents", "3")),
        ({"horizon": 0}, ("horizon", "0")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Ultimatum(**params)
    assert all(word in str(error.value) for word in words)
