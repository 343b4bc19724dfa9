"""Measures of episodes: by hand, against GAMES.md, and under degenerate policies."""

import warnings
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from comity.agents.agent import Agent
from comity.analysis.columns import CONDUCT, PATHS, PLURAL
from comity.analysis.definitions import ALL as TAKE_ALL
from comity.analysis.definitions import DEFINITIONS, DEGENERATE, DOWN, MEANINGS, NEITHER, NOTHING, RANDOM, UP
from comity.analysis.episodes import TAIL_WINDOW, episode_measures
from comity.analysis.measuring import measures
from comity.envs.catalogue import make
from comity.envs.chance import uniforms
from comity.envs.negotiation.turns import PASS, REJECT
from comity.envs.record import ACCOUNTS
from comity.experiments.play import play

PROPORTIONAL = {"rationing": "proportional"}


class Scripted(Agent):
    """Plays a list of moves, then the last one for ever."""

    name = "script"

    def __init__(self, moves):
        super().__init__()
        self.moves = moves

    def act(self, view):
        self.step += 1
        return np.full(len(view.active), float(self.moves[min(self.step, len(self.moves) - 1)]))


class Uniform(Agent):
    """Any legal move, each as likely as the other."""

    name = "uniform"

    def act(self, view):
        self.step += 1
        draw = np.asarray(uniforms(self.keys, self.step, 7, 0))
        if view.masks is None:
            top = view.observations[:, 0] + 1 if self.game.name == "fishery" else self.game.n_moves
            return np.floor(draw * top)
        legal = view.masks == 1
        return (legal.cumsum(axis=1) > np.floor(draw * legal.sum(axis=1))[:, None]).argmax(axis=1).astype(float)


class Bargainer(Agent):
    """Offers nothing and accepts nothing; rejects when that is all that is left."""

    name = "bargainer"

    def act(self, view):
        units = self.game.params.pie_units
        legal = view.masks == 1
        return np.where(legal[:, 0], 0.0, np.where(legal[:, units + 2], units + 2, units + 4))


class Claimant(Agent):
    """Asks for everything on a table of deals and accepts nothing; rejects when that is all that is left."""

    name = "claimant"

    def act(self, view):
        deals = self.game.n_deals
        legal = view.masks == 1
        first_is_all = self.game.name == "ultimatum" or (self.game.name == "buy_sell" and self.seat == 1)
        claim = (
            legal[:, :deals].argmax(axis=1) if first_is_all else deals - 1 - legal[:, :deals][:, ::-1].argmax(axis=1)
        )
        answer = np.where(legal[:, deals + REJECT], deals + REJECT, deals + PASS)
        return np.where(legal[:, :deals].any(axis=1), claim, answer).astype(float)


def two(a, b, **params):
    """One episode of two scripted players."""
    return episode_measures(play("matrix", [Scripted(a), Scripted(b)], horizon=len(a), **params))


# -- by hand -----------------------------------------------------------------------------------------------------------

C, D = 0, 1


def test_a_short_dilemma_by_hand():
    m = two([C, C, D, C], [C, D, D, C])  # CC, CD, DD, CC
    assert m["length"].tolist() == [4]
    assert m["coop_rate_pooled"] == pytest.approx([5 / 8])
    assert m["coop_by_seat"] == pytest.approx(np.array([[0.75, 0.5]]))
    assert m["coop_rate_agent"] == pytest.approx([0.625])
    assert m["mutual_rate"] == pytest.approx([0.5])
    # after C, D, D of seat 1 seat 0 plays C, D, C: 1 − 1/2; after C, C, D of seat 0 seat 1 plays D, D, C: 0 − 1
    assert m["rho_by_seat"] == pytest.approx(np.array([[0.5, -1.0]]))
    assert m["payoff_by_seat"].tolist() == [[3 + 0 + 1 + 3, 3 + 5 + 1 + 3]]
    assert m["welfare"].tolist() == [19]
    assert m["welfare_per_step"].tolist() == m["welfare_full_horizon"].tolist() == [4.75]
    assert m["utilitarian"].tolist() == [9.5]
    assert m["rawls"].tolist() == [7]
    assert m["nash"] == pytest.approx([np.sqrt(84)])
    assert m["gini"] == pytest.approx([5 / 38])
    assert m["normalised_welfare"] == pytest.approx([(19 - 8) / (24 - 8)])
    assert m["normalised_rawls"] == pytest.approx([(14 - 8) / 16])
    assert m["normalised_nash"] == pytest.approx([(2 * np.sqrt(84) - 8) / 16])
    assert m["nash_smoothed_eta"] == pytest.approx([0.01 * 24 / 2])
    assert m["nash_smoothed"] == pytest.approx([np.sqrt(7.12 * 12.12) - 0.12])
    assert m["illegal"].tolist() == [0]


def test_discounted_sums_name_their_tail():
    m = two([C, C, D, C], [C, D, D, C])
    w = np.array([6, 5, 2, 6])
    for name, delta in (("d90", 0.9), ("d99", 0.99)):
        cut = (w * delta ** np.arange(4)).sum()
        assert m[f"welfare_{name}_truncate"] == pytest.approx([cut])
        # the horizon is hidden: the episode is cut off and goes on with its mean
        assert m[f"welfare_{name}_repeat"] == pytest.approx([(1 - delta) * (cut + delta**4 / (1 - delta) * w.mean())])
    assert m["welfare_d100_truncate"].tolist() == [19]
    ended = two([C, C, D, C], [C, D, D, C], horizon_known=True)
    assert ended["welfare_d90_repeat"] == pytest.approx(0.1 * m["welfare_d90_truncate"])
    assert TAIL_WINDOW == 10


def test_missing_steps_count_nothing_on_the_full_horizon():
    m = episode_measures(play("fishery", ["greedy"], worlds=3))
    assert m["welfare_per_step"].tolist() == [100] * 3
    assert m["welfare_full_horizon"] == pytest.approx([100 / 12] * 3)


def test_undefined_is_nan_and_what_does_not_exist_is_absent():
    constant = two([C] * 5, [C] * 5)
    assert np.isnan(constant["rho_by_seat"]).all()
    poor = episode_measures(play("fishery", [{"agent": "fixed_harvest", "amount": 0}]))
    assert np.isnan(poor["gini"]).all()
    negative = episode_measures(play("standoff", ["hawk"], horizon=10, action_noise=0.0))
    assert np.isnan(negative["nash"]).all()
    assert np.isnan(negative["normalised_nash"]).all()
    brink = episode_measures(play("standoff", ["hawk"], worlds=4, preset="brinkmanship"))
    assert np.isnan(brink["normalised_welfare"]).all()  # no equilibrium is known there
    assert (brink["nash_smoothed_eta"] > 0).all()  # but the optimum is
    assert not {"collapsed", "agreement", "press_share"} & set(constant)
    talks = episode_measures(play("alternating_offers", ["fair"]))
    assert not {"welfare_per_step", "welfare_d90_repeat", "mutual_rate", "collapsed"} & set(talks)


def test_shapes_and_keys():
    for game, agent in (("matrix", "tft"), ("fishery", "greedy"), ("alternating_offers", "fair"), ("standoff", "grit")):
        record = play(game, [agent], worlds=3)
        for key, values in episode_measures(record).items():
            per_seat = key.endswith("_by_seat")
            assert values.shape == ((3, record.game.n_agents) if per_seat else (3,)), key
            assert key in DEFINITIONS
    assert all(str(one).startswith(one.text) and one.label and one.range for one in DEFINITIONS.values())
    assert {one.direction for one in DEFINITIONS.values()} == {UP, DOWN, NEITHER}


def test_reciprocity_of_directed_meetings_is_a_mean_over_partners():
    record = play(
        "matrix", ["tft", "gtft", "wsls"], n_agents=3, pairing="random", horizon=200, action_noise=0.1, worlds=2
    )
    m = episode_measures(record)
    assert m["rho_by_seat"].shape == (2, 3)
    assert not np.isnan(m["rho_by_seat"]).all()


# -- known answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "length", "total", "label", "survived"),
    [(12, 3, 160, 0.433333, False), (10, 12, 600, 1, True), (11, 4, 195, 0.526587, False), (5, 12, 300, 1, True)],
)
def test_fishery_of_fixed_harvests(amount, length, total, label, survived):
    m = episode_measures(play("fishery", [{"agent": "fixed_harvest", "amount": amount}], **PROPORTIONAL))
    assert m["length"].tolist() == [length]
    assert m["welfare"].tolist() == [total]
    assert m["gini"] == pytest.approx([0])
    assert m["coop_rate_pooled"] == pytest.approx([label], abs=1e-6)
    assert m["survived"].tolist() == [survived]
    assert m["collapsed"].tolist() == [not survived]
    assert m["normalised_welfare"] == pytest.approx([(total - 100) / 550])


def test_a_collapse_in_the_last_step_is_a_collapse_that_survived():
    grab = [Scripted([10] * 11 + [20]) for _ in range(5)]
    m = episode_measures(play("fishery", grab, **PROPORTIONAL))
    assert m["welfare"].tolist() == [650]
    assert m["normalised_welfare"] == pytest.approx([1])
    assert m["survived"].tolist() == m["collapsed"].tolist() == [True]


def test_tit_for_tat_against_a_defector():
    m = episode_measures(play("matrix", ["tft", "alld"]))
    assert m["payoff_by_seat"].tolist() == [[199, 204]]
    assert m["coop_by_seat"] == pytest.approx(np.array([[1 / 200, 0]]))


def test_a_noisy_echo_is_answered():
    m = episode_measures(play("matrix", ["tft"], worlds=200, action_noise=0.05))
    assert np.nanmean(m["rho_by_seat"]) == pytest.approx(0.9, abs=0.01)  # (1 − ε) − ε


def test_deals():
    fair = episode_measures(play("alternating_offers", ["fair"]))
    assert fair["agreement"].tolist() == [True]
    assert fair["pareto_distance"] == pytest.approx([0])
    assert fair["joint_efficiency"] == pytest.approx([1])
    none = episode_measures(play("alternating_offers", [Bargainer(), Bargainer()]))
    assert none["agreement"].tolist() == [False]
    assert np.isnan(none["pareto_distance"]).all()
    assert np.isnan(none["joint_efficiency"]).all()
    assert none["joint_efficiency_all"].tolist() == [0]
    late = episode_measures(play("alternating_offers", [Scripted([0, 104, 50, 104]), Scripted([104, 0, 104, 101])]))
    assert late["agreement"].tolist() == [True]  # half the pie in period 3
    assert late["joint_efficiency"] == pytest.approx([0.81])
    assert late["pareto_distance"] == pytest.approx([np.sqrt(2) * 0.095])


def test_escalation_on_the_binary_ladder():
    still = {"action_noise": 0.0, "horizon": 6}
    m = episode_measures(play("standoff", [Scripted([1, 1, 0, 0, 0, 0]), Scripted([0, 1, 1, 0, 0, 0])], **still))
    assert m["press_share"] == m["score"] == pytest.approx([4 / 12])  # 1/2, 1, 1/2, 0, 0, 0
    assert m["max_rise"] == pytest.approx([0.5])
    assert m["velocity"] == pytest.approx([np.polyfit(range(6), [0.5, 1, 0.5, 0, 0, 0], 1)[0]])
    assert m["time_to_deescalate"].tolist() == [2]
    assert m["deescalated"].tolist() == [1]
    never = episode_measures(play("standoff", ["dove"], **still))
    assert np.isnan(never["time_to_deescalate"]).all() and np.isnan(never["deescalated"]).all()
    always = episode_measures(play("standoff", ["hawk"], **still))
    assert always["time_to_deescalate"].tolist() == [5] and always["deescalated"].tolist() == [0]


def test_what_was_announced_is_compared_with_what_was_done():
    assert "signal_divergence" not in episode_measures(play("standoff", ["dove"], horizon=5))
    deceitful = {"agent": "hawk", "stages": {"communication": "promises"}}
    said = {"preset": "announced", "horizon": 5, "action_noise": 0.0}
    m = episode_measures(play("standoff", ["grit", deceitful], **said))
    # grit holds twice, presses once, holds twice, and always announces to hold; the other presses and says the same
    assert m["signal_divergence"] == pytest.approx([(1 + 5) / 10])
    assert m["signal_gap"] == pytest.approx([3 * (1 + 5) / 10])
    silent = episode_measures(play("standoff", ["dove"], **said))
    assert np.isnan(silent["signal_divergence"]).all() and np.isnan(silent["signal_gap"]).all()


# -- degenerate policies -----------------------------------------------------------------------------------------------

POLICIES = {
    "matrix": {NOTHING: "allc", TAKE_ALL: "alld", "tft": "tft", "gtft": "gtft"},
    "fishery": {
        NOTHING: {"agent": "fixed_harvest", "amount": 0},
        TAKE_ALL: "greedy",
        "threshold": "sustainable_threshold",
        "twelve": {"agent": "fixed_harvest", "amount": 12},
    },
    "standoff": {NOTHING: "dove", TAKE_ALL: "hawk", "grit": "grit", "gtft": "gtft"},
    "alternating_offers": {NOTHING: Bargainer, TAKE_ALL: Bargainer, "fair": "fair", "equilibrium": "equilibrium"},
    **{
        game: {NOTHING: Claimant, TAKE_ALL: Claimant, "fair": "fair", "equilibrium": "equilibrium"}
        for game in ("ultimatum", "division", "buy_sell", "exchange")
    },
}
SETTINGS = {
    "fishery": PROPORTIONAL,
    "standoff": {"action_noise": 0.0},
    "division": {"common_knowledge": True},
    "buy_sell": {"common_knowledge": True},
}


def told_by_models(record):
    """The record as if models had played it: all replies valid, all questions answered, and in a matrix game each
    forecast of the other's next act its last one."""
    labels = record.cooperation if record.game.name == "matrix" else np.full(record.rewards.shape, np.nan)
    gap = np.diff(labels, axis=1, prepend=0.5)[:, :, ::-1]
    accounts = {name: np.zeros(record.illegal.shape) for name in ACCOUNTS}
    accounts["asked"] += record.lengths[:, None]
    accounts |= {"comprehension": accounts["asked"] / record.lengths[:, None], "asked_in_stages": accounts["asked"] / 2}
    accounts |= {"forecasts": (~np.isnan(gap)).sum(axis=1).astype(float), "brier_sum": np.nansum(gap**2, axis=1)}
    return replace(record, invalid=np.zeros(record.rewards.shape, bool), accounts=accounts)


def policy_means(game):
    """The mean of every scalar measure under every policy, played by all seats."""
    made = make(game, **SETTINGS.get(game, {}))
    means = {}
    for name, agent in {**POLICIES[game], RANDOM: Uniform}.items():
        seats = [agent() for _ in range(made.n_agents)] if isinstance(agent, type) else [agent]
        found = measures(told_by_models(play(made, seats, worlds=100)), need=made.anchors().optimum / made.n_agents / 2)
        plain = found.select(~pl.selectors.nested()).drop("seed").cast(pl.Float64)
        means[name] = {key: np.nan if (mean := plain[key].mean()) is None else mean for key in plain.columns}
    return means


def test_degenerate_policies_lead_what_the_registry_says():
    leads = {
        key: set() for key in {**DEFINITIONS, **CONDUCT, **PLURAL, **PATHS} if key != "peace" and "by_seat" not in key
    }
    for game in POLICIES:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            means = policy_means(game)
        for key in means[NOTHING]:
            sign = {UP: 1, DOWN: -1, NEITHER: 0}[MEANINGS[key].direction]
            best = max((sign * of[key] for of in means.values() if not np.isnan(of[key])), default=np.nan)
            if sign:
                leads[key] |= {name for name in DEGENERATE if sign * means[name][key] >= best - 1e-9}
    said = {key: set(MEANINGS[key].leads) for key in leads}
    assert {key: value for key, value in leads.items() if value != said[key]} == {}


@pytest.mark.slow
def test_peace_is_led_by_whoever_stays_or_harvests_alone():
    still, grab = [Scripted([0]) for _ in range(7)], [{"agent": "forager", "k_min": 0}]
    paid = {
        name: measures(play("harvest", seats, worlds=3, horizon=50, zap=True))["peace"].mean()
        for name, seats in ((NOTHING, still), (TAKE_ALL, grab), (RANDOM, [Uniform() for _ in range(7)]))
    }
    assert paid[NOTHING] == paid[TAKE_ALL] == 7 > paid[RANDOM]
    assert set(MEANINGS["peace"].leads) == {NOTHING, TAKE_ALL}


# -- speed -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("game", "agent", "worlds", "limit"), [("matrix", "gtft", 1000, 0.2), ("fishery", "conditional", 20_000, 2.0)]
)
def test_fast_enough(game, agent, worlds, limit):
    import time

    record = play(game, [agent], worlds=worlds, **({"horizon": 100} if game == "matrix" else {}))
    episode_measures(record)
    begun = time.perf_counter()
    episode_measures(record)
    assert time.perf_counter() - begun < limit
