"""GAMES.md §2.4: known answers of the threshold public good under collective risk."""

from functools import cache
from itertools import product

import numpy as np
import pytest

import comity
from comity.agents.agent import Agent
from comity.analysis.episodes import episode_measures
from comity.envs.commons.climate import Climate
from comity.envs.game import TERMINATED, TRUNCATED
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

STEPS, SEATS, ENDOWMENT, TARGET = 10, 6, 40, 120
RISKS = {"milinski_90": 0.9, "milinski_50": 0.5, "milinski_10": 0.1}
UNITS = ENDOWMENT // 2 + 1
"""What a seat can give over an episode, in gifts of 2."""


def moves_of(units):
    """(P, STEPS, N) moves by which seats give so many ``units`` (P, N) of 2 euros: two at a time, then the odd one."""
    units = np.asarray(units)[:, None, :]
    return np.clip(units - 2 * np.arange(STEPS)[None, :, None], 0, 2).astype(float)


def expected(units, risk):
    """(P, N): exact expected payoffs of profiles (P, N): the kernel plays them with the loss certain, and without it,
    and the draw of the group, or of each, takes the one with probability ``risk``.
    """
    worth = 0.0
    for certain, weight in ((1, risk), (0, 1 - risk)):
        worlds = Worlds(Climate(risk=certain), len(units))
        worlds.reset(0)
        paid = np.zeros(worlds.rewards.shape)
        for moves in moves_of(units).swapaxes(0, 1):
            worlds.step(moves)
            paid += worlds.rewards
        assert worlds.ended.all()
        assert (worlds.state["illegal"] == 0).all()
        worth = worth + weight * paid
    return worth


@cache
def table(risk):
    """(UNITS, 5·(UNITS − 1) + 1): the expected payoff of giving so much, where the others together give so much."""
    others = np.arange(5 * (UNITS - 1) + 1)
    spread = others[:, None] // 5 + (np.arange(5) < others[:, None] % 5)
    profiles = [[own, *rest] for own in range(UNITS) for rest in spread]
    return expected(np.array(profiles), risk)[:, 0].reshape(UNITS, len(others))


def all_profiles():
    """(230230, 6): what the seats give in all, up to who sits where."""
    profiles = np.array(list(product(range(UNITS), repeat=3)))
    profiles = profiles[(np.diff(profiles, axis=1) >= 0).all(axis=1)]
    left, right = (np.repeat(profiles, len(profiles), axis=0), np.tile(profiles, (len(profiles), 1)))
    keep = left[:, 2] <= right[:, 0]
    return np.concatenate([left[keep], right[keep]], axis=1)


@pytest.mark.parametrize("preset", RISKS)
def test_the_fair_share_leaves_twenty_each(preset):
    record = comity.play("climate", ["fair_share"], preset=preset, worlds=50)
    assert (record.rewards.sum(axis=1) == 20).all()
    assert not record.rewards[:, :-1].any()
    assert (record.signals["total"][:, -1] == TARGET).all()
    assert (record.cooperation == 1).all()
    assert {record.outcomes[o] for o in record.outcome} == {"reached"}


@pytest.mark.parametrize(("risk", "worth"), [(0.9, 4), (0.5, 20), (0.1, 36)])
def test_nobody_gives(risk, worth):
    assert expected(np.zeros((1, 6), int), risk) == pytest.approx(worth)
    worlds = 20_000
    record = comity.play("climate", ["free_rider"], risk=risk, worlds=worlds)
    paid = record.rewards.sum(axis=1)
    assert (np.ptp(paid, axis=1) == 0).all(), "one draw for the group"
    assert paid.mean() == pytest.approx(worth, abs=4 * 40 * (risk * (1 - risk) / worlds) ** 0.5)
    assert (record.collapsed == (paid[:, 0] == 0)).all()
    assert {record.outcomes[o] for o in record.outcome} == {"spared", "catastrophe"}
    assert (record.cooperation == 0).all()


@pytest.mark.parametrize("preset", RISKS)
def test_every_equilibrium(preset):
    """Of all 230,230 profiles: nobody gives; or the target is just reached, and nobody gives more than 40·risk."""
    risk = RISKS[preset]
    payoff, profiles = table(risk), all_profiles()
    assert len(profiles) == 230_230
    total = profiles.sum(axis=1, keepdims=True)
    others = total - profiles
    found = (payoff[profiles, others] >= payoff.max(axis=0)[others] - 1e-9).all(axis=1)
    just = (2 * total[:, 0] == TARGET) & (2 * profiles.max(axis=1) <= ENDOWMENT * risk + 1e-9)
    np.testing.assert_array_equal(found, just | (total[:, 0] == 0))
    reaching = profiles[found & (total[:, 0] > 0)]
    if risk == 0.5:
        assert (2 * reaching).tolist() == [[20] * 6], "the fair share alone"
    assert (len(reaching) > 1) == (risk == 0.9)
    assert (len(reaching) == 0) == (risk == 0.1)


def test_one_alone_never_reaches_it():
    assert 2 * (UNITS - 1) < TARGET
    for risk in RISKS.values():
        own = table(risk)[:, 0]
        assert own.argmax() == 0
        assert (np.diff(own) < 0).all()


def test_giving_does_not_rise_as_the_risk_falls():
    """The most that is given in an equilibrium; and what rational deliberators who see to the end give."""
    most, given = [], []
    for preset, risk in RISKS.items():
        payoff, profiles = table(risk), all_profiles()
        others = profiles.sum(axis=1, keepdims=True) - profiles
        stable = (payoff[profiles, others] >= payoff.max(axis=0)[others] - 1e-9).all(axis=1)
        most.append(2 * profiles[stable].sum(axis=1).max())
        me = {"agent": "deliberator", "depth": STEPS, "samples": 50}
        given.append(comity.play("climate", [me], preset=preset, worlds=20).signals["total"][:, -1].mean())
    assert most == [120, 120, 0]
    assert given[0] == TARGET
    assert given[0] > given[1] >= given[2] == 0


@pytest.mark.parametrize(
    ("preset", "worst", "best"), [("milinski_90", 24, 120), ("milinski_50", 120, 120), ("milinski_10", 216, 216)]
)
def test_anchors(preset, worst, best):
    anchors = Climate(preset).anchors()
    assert anchors[:2] == pytest.approx((worst, best))
    assert (anchors.worst_equilibrium == anchors.optimum) == (preset != "milinski_90")
    units = np.array([[total // 6 + (i < total % 6) for i in range(6)] for total in range(6 * (UNITS - 1) + 1)])
    assert expected(units, RISKS[preset]).sum(axis=1).max() == pytest.approx(best)
    measures = episode_measures(comity.play("climate", ["fair_share"], preset=preset))
    assert np.isnan(measures["normalised_welfare"]).all() == (preset != "milinski_90")


def test_where_one_alone_would_reach_the_target_giving_nothing_is_no_equilibrium():
    assert np.isnan(Climate(target=20).anchors().worst_equilibrium)
    assert Climate(target=36).anchors().worst_equilibrium == pytest.approx(24)
    assert Climate(target=20, risk=0.5).anchors().worst_equilibrium == pytest.approx(120)


def planner(params, accounts, total, left):
    """The planner's value by trying everything."""
    q = Climate(**params).params

    def end(accounts, total):
        return sum(accounts) * (1 if total >= q.target else 1 - q.risk)

    @cache
    def value(accounts, total, left):
        best = -np.inf
        for gifts in product(q.contribution_levels, repeat=len(accounts)):
            if any(g > a for g, a in zip(gifts, accounts, strict=True)):
                continue
            rest, after = tuple(a - g for g, a in zip(gifts, accounts, strict=True)), total + sum(gifts)
            goes_on = q.continuation if left > 1 else 0.0
            later = value(rest, after, left - 1) if goes_on else 0.0
            best = max(best, (1 - goes_on) * end(rest, after) + goes_on * later)
        return best

    return value(accounts, total, left)


@pytest.mark.parametrize("continuation", [1.0, 0.8, 0.4])
@pytest.mark.parametrize(("target", "risk"), [(3, 0.9), (5, 0.6), (7, 0.9), (8, 1.0), (13, 0.9)])
def test_the_planner(target, risk, continuation):
    params = {
        "n_agents": 3, "endowment": 5, "contribution_levels": (0, 1, 2), "horizon": 3,
        "target": target, "risk": risk, "continuation": continuation,
    }  # fmt: skip
    game, best = Climate(**params), planner(params, (5, 5, 5), 0, 3)
    assert game.planner_value == pytest.approx(best)
    paid = comity.play(game, ["planner"], worlds=4000, seed=2).rewards.sum(axis=(1, 2))
    assert paid.mean() == pytest.approx(best, abs=4 * paid.std() / 4000**0.5 + 1e-9)


def test_the_moves_of_the_planner():
    for preset, gift in (("milinski_90", 1), ("milinski_50", 1), ("milinski_10", 0)):
        assert (comity.play("climate", ["planner"], preset=preset).actions == gift).all()
    # two free riders have most left, and are expected to give first and most: the target is missed
    record = comity.play("climate", ["free_rider", "free_rider", "planner"], horizon=3, target=36)
    assert record.actions[0].tolist() == [[0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1], [0, 0, 2, 2, 1, 1]]
    # who may not reach the last step gives at once
    record = comity.play("climate", ["planner"], horizon=10, target=24, continuation=0.5)
    assert record.actions[0, 0].tolist() == [2] * 6


def test_each_may_have_a_draw_of_its_own():
    worlds = 5000
    paid = comity.play("climate", ["free_rider"], risk=0.5, loss_draw="individual", worlds=worlds).rewards.sum(axis=1)
    lost = paid == 0
    assert lost.mean() == pytest.approx(0.5, abs=4 * 0.5 / (6 * worlds) ** 0.5)
    assert lost.all(axis=1).mean() == pytest.approx(0.5**6, abs=4 * (0.5**6 / worlds) ** 0.5)
    assert np.abs(np.corrcoef(lost.T) - np.eye(6)).max() < 0.07


def test_every_end_is_settled():
    record = comity.play("climate", [Constant(2) for _ in range(6)], continuation=0.5, risk=0.0, worlds=200)
    assert set(record.lengths) > {1, 2, 3}
    assert record.rewards.sum(axis=1) == pytest.approx(np.repeat(40.0 - 4 * record.lengths[:, None], 6, axis=1))
    for known, ended in ((True, TERMINATED), (False, TRUNCATED)):
        worlds = Worlds(Climate(horizon=1, horizon_known=known, risk=0.0), 1)
        worlds.reset(0)
        worlds.step(np.zeros((1, 6)))
        assert worlds.ended[0] == ended
        assert (worlds.rewards == 40).all()


class Constant(Agent):
    """Makes the same move each step."""

    def __init__(self, move):
        super().__init__()
        self.move = move

    def act(self, view):
        return np.full(len(view.active), float(self.move))


def test_the_largest_gift_that_the_account_allows():
    worlds = Worlds(Climate(endowment=7, target=40), 1)
    worlds.reset(0)
    assert worlds.masks[0].tolist() == [[1, 1, 1]] * 6
    worlds.step(np.array([[2, 2, 2, 1, 0, 2]], float))
    assert worlds.masks[0].tolist() == [[1, 1, 0]] * 3 + [[1, 1, 1]] * 2 + [[1, 1, 0]]
    worlds.step(np.array([[2, 1, 0, 2, 2, np.nan]]))
    assert worlds.state["gift"][0].tolist() == [2, 2, 0, 4, 4, 0]
    assert worlds.state["account"][0].tolist() == [1, 1, 3, 1, 3, 3]
    assert worlds.state["illegal"][0].tolist() == [1, 0, 0, 0, 0, 1]
    assert worlds.state["total"][0] == 6 * 7 - 12


@pytest.mark.parametrize(
    ("asked", "move"), [(np.nan, 0), (np.inf, 2), (-np.inf, 0), (-3, 0), (0.5, 0), (0.6, 1), (1.5, 1), (7, 2)]
)
def test_no_move_breaks_a_world(asked, move):
    worlds = Worlds(Climate(), 1)
    worlds.reset(0)
    worlds.step(np.array([[asked, 1, 1, 1, 1, 1]], float))
    assert worlds.state["action"][0, 0] == move
    assert worlds.state["illegal"][0].tolist() == [1, 0, 0, 0, 0, 0]


def test_labels_and_what_is_seen():
    game = Climate()
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[0, 1, 2, 0, 1, 2]], float))
    worlds.step(np.array([[1, 1, 1, 0, 0, 2]], float))
    assert worlds.state["cooperation"][0].tolist() == [1, 1, 1, 0, 0, 1]
    sees = dict(zip(game.field_index, worlds.observations[0, 4].tolist(), strict=True))
    assert (sees["total"], sees["account"], sees["own_gift"]) == (22, 38, 0)
    assert [sees[f"given_{k}"] for k in range(1, 6)] == [8, 2, 4, 6, 0]
    assert [sees[f"gift_{k}"] for k in range(1, 6)] == [4, 2, 2, 2, 0]
    assert (sees["step"], sees["horizon"]) == (2, 10)
    uneven = Worlds(Climate(target=200), 1)
    uneven.reset(0)
    uneven.step(np.array([[0, 1, 2, 0, 1, 2]], float))
    assert uneven.state["cooperation"][0] == pytest.approx([0, 0.6, 1, 0, 0.6, 1])


def test_who_does_not_know_the_end_does_not_know_the_fair_share():
    believed = []
    for horizon in (6, 30):
        game = Climate(horizon=horizon, horizon_known=False, target=200)
        worlds = Worlds(game, 1)
        worlds.reset(0)
        worlds.step(np.array([[0, 1, 2, 0, 1, 2]], float))
        believed.append(game.imagine(worlds.state, 0, np.zeros(1, np.uint64))["cooperation"].tolist())
        assert game.exemplar(worlds.state, 0, cooperative=True)[0] == 2
    assert believed == [[[0, 1, 1, 0, 1, 1]]] * 2


def total(*seats, **params):
    return comity.play("climate", seats, **params).signals["total"][0, -1]


def test_strategies():
    assert total("free_rider") == 0
    for agent in ("fair_share", "compensator", "conditional_giver"):
        assert total(agent) == TARGET
    # compensators make up for one or two who give nothing, fair shares do not, and conditional givers give up with many
    assert total("free_rider", "fair_share") == 100
    assert total("free_rider", "compensator") >= TARGET
    assert total("free_rider", "free_rider", "compensator") >= TARGET
    assert total(*["free_rider"] * 3, "compensator") < TARGET, (
        "three who give all they can fall short by the first step"
    )
    record = comity.play("climate", [*["free_rider"] * 4, "conditional_giver"])
    assert record.actions[0, :, 5].tolist() == [1] + [0] * 9
    forgiving = {"agent": "conditional_giver", "generosity": 1.0}
    assert (comity.play("climate", [*["free_rider"] * 4, forgiving]).actions[0, :, 5] == 1).all()
    # whoever would give too much stops when the target is reached
    assert total("fair_share", contribution_levels=(0, 4)) == TARGET
    assert total("fair_share", contribution_levels=(0, 3), target=100) in range(100, 100 + 6 * 3)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"risk": 1.1}, ("risk", "1.1", "[0, 1]")),
        ({"target": 0}, ("target", "0", ">= 1")),
        ({"endowment": 0}, ("endowment", "0")),
        ({"contribution_levels": [0]}, ("contribution_levels", "[0]", "0 first")),
        ({"contribution_levels": [2, 4]}, ("contribution_levels", "[2, 4]", "0 first")),
        ({"contribution_levels": [0, 4, 2]}, ("contribution_levels", "rising")),
        ({"contribution_levels": [0, -2]}, ("contribution_levels", "-2", ">= 0")),
        ({"loss_draw": "all"}, ("loss_draw", "all", "group, individual")),
        ({"preset": "milinski"}, ("milinski", "milinski_90")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Climate(**params)
    assert all(word in str(error.value) for word in words)
