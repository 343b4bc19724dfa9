"""GAMES.md §4.1: known answers of the standoff."""

import numpy as np
import pytest

import comity
from comity.agents.agent import Agent, View
from comity.agents.seats import seat
from comity.envs.deescalation.standoff import Standoff
from comity.envs.settings import SettingError

PD = {"stage_game": "pd", "action_noise": 0, "horizon": 30}


def payoffs(seats, **params):
    record = comity.play("standoff", seats, **{**PD, **params})
    return record.rewards.mean(axis=1)[0], record


def test_tit_for_tat_never_leaves_a_stalemate():
    assert payoffs(["tft"])[0].tolist() == [1, 1]
    assert payoffs(["mirror"], stage_game="chicken")[0].tolist() == [-1, -1]


def test_grit_leads_tit_for_tat_out():
    mean, record = payoffs([{"agent": "grit", "k": 2}, "tft"])
    assert mean == pytest.approx([2.9, 3.066667], abs=5e-7)
    assert record.cooperation[0, :, 0].all()
    assert record.cooperation[0, :, 1].tolist() == [0] + [1] * 29


def test_one_initiative_is_not_enough():
    mean, record = payoffs([{"agent": "grit", "k": 1}, "tft"])
    assert mean.tolist() == [2.5, 2.5]
    assert record.cooperation[0, 0].tolist() == [1, 0]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_grit_against_itself_holds_from_the_first_step(k):
    assert payoffs([{"agent": "grit", "k": k}])[1].cooperation.all()


def test_grit_against_a_hawk():
    mean, record = payoffs([{"agent": "grit", "k": 2}, "hawk"])
    assert record.cooperation[0, :, 0].mean() == pytest.approx(2 / 3)
    assert mean == pytest.approx([1 / 3, 11 / 3])


@pytest.mark.parametrize(
    ("me", "other", "moves"),
    [
        ("deterrer", "allc", "DDCCCCCC"),  # the stalemate was a press
        ("deterrer", "alternator", "DDDDDDDD"),
        ({"agent": "deterrer", "answers": 1}, "alternator", "DCDCDCDC"),
        ({"agent": "crisis_prone", "unprovoked": 0}, "alternator", "DCDCDCDC"),
        ({"agent": "crisis_prone", "unprovoked": 0}, "dove", "DCCCCCCC"),
        ({"agent": "crisis_prone", "unprovoked": 1}, "dove", "DDDDDDDD"),
    ],
)
def test_deterrers_and_the_crisis_prone(me, other, moves):
    record = comity.play("standoff", [me, other], **{**PD, "horizon": 8})
    assert "".join("CD"[int(move)] for move in record.actions[0, :, 0]) == moves


class Planted(Agent):
    """Another agent with one act turned into D."""

    def __init__(self, inner, at):
        super().__init__()
        self.inner, self.at = inner, at

    def begin(self, game, seat, seeds):
        super().begin(game, seat, seeds)
        self.inner.begin(game, seat, seeds)

    def act(self, view: View):
        self.step += 1
        moves = self.inner.act(view)
        return np.ones_like(moves) if self.step == self.at else moves


def echo(name, worlds=1, steps=30, at=5):
    game = Standoff(stage_game="pd", stalemate=0, action_noise=0, horizon=steps)
    plain = comity.play(game, [name, name], worlds=worlds)
    erring = comity.play(game, [Planted(seat(game, name, worlds), at), name], worlds=worlds)
    assert (plain.cooperation[:, : at + 1] == 1).all()
    return (plain.cooperation - erring.cooperation)[:, at + 1 :]  # [world, step, (error-maker, partner)]


def test_echo_of_tit_for_tat_is_endless():
    lost = echo("tft")[0]
    assert lost[0::2].tolist() == [[0, 1]] * len(lost[0::2])
    assert lost[1::2].tolist() == [[1, 0]] * len(lost[1::2])


def test_echo_of_contrition_is_one_step():
    lost = echo("contrite_tft")[0]
    assert lost[0].tolist() == [0, 1]
    assert not lost[1:].any()


def test_echo_of_win_stay_lose_shift_is_one_step_of_both():
    lost = echo("wsls")[0]
    assert lost[0].tolist() == [1, 1]
    assert not lost[1:].any()


def test_echo_of_generosity_decays_by_two_thirds():
    worlds = 20_000
    lost = echo("gtft", worlds=worlds, steps=40).mean(axis=0)
    error = 4 * 0.5 / worlds**0.5
    for k in range(1, 8):
        who = k % 2  # the partner at odd k
        assert lost[k - 1, who] == pytest.approx((2 / 3) ** k, abs=error)
        assert lost[k - 1, 1 - who] == pytest.approx(0, abs=error)
    assert lost.sum() == pytest.approx(2, abs=0.05)


def test_noise_brings_tit_for_tat_to_one_half():
    record = comity.play("standoff", ["tft"], worlds=400, stage_game="pd", horizon=1000, action_noise=0.05)
    assert record.cooperation.mean() == pytest.approx(0.5, abs=0.02)


def test_the_brink_lasts_twenty_steps():
    worlds = 20_000
    record = comity.play("standoff", ["hawk"], worlds=worlds, preset="brinkmanship", action_noise=0, horizon=2000)
    assert record.lengths.mean() == pytest.approx(20, abs=4 * 19.5 / worlds**0.5)
    assert record.collapsed.all()
    last = record.rewards[np.arange(worlds), record.lengths - 1]
    assert (last == -20).all()


def test_no_crash_while_somebody_holds():
    record = comity.play("standoff", ["dove", "hawk"], worlds=500, crash_prob=1.0, action_noise=0)
    assert not record.collapsed.any()


def test_strategies_take_the_stalemate_as_history():
    def first(name, stalemate):
        return comity.play("standoff", [name], stalemate=stalemate, action_noise=0).cooperation[0, 0, 0]

    assert [first("tft", s) for s in (0, 1, 3)] == [1, 0, 0]
    assert [first("tf2t", s) for s in (0, 1, 2)] == [1, 1, 0]
    assert [first("grim", s) for s in (0, 1)] == [1, 0]
    assert [first("grit", s) for s in (0, 1, 5)] == [1, 1, 1]


def test_anchors_of_the_pd_without_noise():
    anchors = Standoff(**PD).anchors()
    assert (anchors.worst_equilibrium, anchors.optimum) == (60, 180)


def test_the_optimum_near_a_cliff():
    """Without noise mutual holding never crashes; with it the value of one step more is worked out by hand."""
    calm = Standoff("brinkmanship", action_noise=0.0).anchors()
    assert calm.optimum == 200
    assert np.isnan(calm.worst_equilibrium)
    slip, crash = 0.05**2, 0.05
    step = 2 * (1 - slip) + slip * ((1 - crash) * -2 + crash * -40)
    two = Standoff("brinkmanship", horizon=2).anchors().optimum
    assert two == pytest.approx(step * (1 + 1 - slip * crash))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"stage_game": "staghunt"}, ("stage_game", "chicken, pd")),
        ({"stalemate": -1}, ("stalemate", "-1")),
        ({"n_agents": 3}, ("n_agents", "3")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Standoff(**params)
    assert all(word in str(error.value) for word in words)
