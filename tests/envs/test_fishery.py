"""GAMES.md §2.1: known answers of the fishery."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.envs.commons.fishery import Fishery
from comity.envs.commons.regrowth import sustainable_yield
from comity.envs.game import RUNNING
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

MONTHS = 12


def run(policy, worlds=1, **params):
    """Plays ``policy(stock, t) -> requests`` and returns months, total catch (W, N), mean label, and the worlds."""
    w = Worlds(Fishery(**params), worlds)
    w.reset(0)
    total, labels = np.zeros(w.rewards.shape), []
    lengths = np.zeros(worlds)
    while not w.ended.all():
        running = w.ended == RUNNING
        w.step(np.broadcast_to(np.asarray(policy(w.state["stock"], len(labels)), float), w.rewards.shape))
        total += w.rewards
        labels.append(np.where(running[:, None], w.state["cooperation"], np.nan))
        lengths += running
    return lengths, total, np.nanmean(np.array(labels), axis=0), w


def test_threshold_sustains_for_ever():
    for policy in (lambda h, t: 10, lambda h, t: (h // 2 // 5)[:, None]):
        months, total, label, _ = run(policy)
        assert (months[0], total.sum(), label.mean()) == (MONTHS, 600, 1)
        assert (total == 120).all()


def test_the_optimum_grabs_in_the_last_month():
    months, total, label, w = run(lambda h, t: 10 if t < MONTHS - 1 else (h / 5)[:, None])
    assert (months[0], total.sum()) == (MONTHS, 650)
    assert label.mean() == pytest.approx(0.916667, abs=5e-7)
    assert Fishery().outcomes[w.state["outcome"][0]] == "collapse"


@pytest.mark.parametrize(
    ("each", "months", "total", "label"),
    [(5, 12, 300, 1), (0, 12, 0, 1), (20, 1, 100, 0), (11, 4, 195, 0.526587), (12, 3, 160, 0.433333), (100, 1, 100, 0)],
)
def test_constant_harvest(each, months, total, label):
    lengths, catch, labels, _ = run(lambda h, t: each, rationing="proportional")
    assert (lengths[0], catch.sum()) == (months, total)
    assert labels.mean() == pytest.approx(label, abs=5e-7)
    assert np.ptp(catch) == 0


def gini(x):
    return np.abs(x[:, :, None] - x[:, None, :]).sum(axis=(1, 2)) / (2 * x.shape[1] * x.sum(axis=1))


def test_everyone_asks_for_everything_by_lot():
    _, catch, label, _ = run(lambda h, t: 100, worlds=4000)
    assert (catch.sum(axis=1) == 100).all()
    assert label.max() == 0
    assert 1 - gini(catch).mean() == pytest.approx(0.899, abs=0.01)


@pytest.mark.parametrize(
    ("policy", "over_use"),
    [
        (lambda h, t: 10, 0),
        (lambda h, t: 10 if t < MONTHS - 1 else (h / 5)[:, None], 0.083333),
        (lambda h, t: 20, 1),
        (lambda h, t: 11, 1),
        (lambda h, t: 12, 1),
        (lambda h, t: [11, 10, 10, 10, 10], 0.866667),
        (lambda h, t: np.stack([h // 2 // 5] * 4 + [h], axis=1), 0.2),
    ],
)
def test_over_use(policy, over_use):
    """The share of requests above f/n, which are those that are not labelled 1."""
    game = Fishery(rationing="proportional")
    w = Worlds(game, 1)
    w.reset(0)
    above = []
    while not w.ended.all():
        fair = sustainable_yield(game.p, float(w.state["stock"][0])) / 5
        asked = np.broadcast_to(np.asarray(policy(w.state["stock"], len(above)), float), (1, 5))
        w.step(asked)
        above.append(asked > fair)
        assert ((w.state["cooperation"] < 1) == (asked > fair)).all()
    assert np.mean(above) == pytest.approx(over_use, abs=5e-7)


def test_one_unit_too_many():
    stocks = []

    def policy(h, t):
        stocks.append(h[0])
        return [11, 10, 10, 10, 10]

    lengths, catch, label, _ = run(policy, worlds=200)
    assert stocks == [100, 98, 94, 86, 70, 38]
    assert (lengths == 6).all()
    assert (catch.sum(axis=1) == 293).all()
    assert label.mean() == pytest.approx(0.701815, abs=5e-7)


def test_a_lone_grabber_gets_sixty():
    lengths, catch, label, _ = run(lambda h, t: np.stack([h // 2 // 5] * 4 + [h], axis=1), worlds=300)
    assert (lengths == 1).all()
    assert (catch.sum(axis=1) == 100).all()
    assert catch.mean(axis=0) == pytest.approx([10, 10, 10, 10, 60], abs=0.01)
    assert gini(catch).mean() == pytest.approx(0.4, abs=0.001)
    assert label.mean() == pytest.approx(0.8)


def test_random_requests():
    rng = np.random.default_rng(0)
    worlds = 6000
    lengths, catch, label, _ = run(lambda h, t: np.floor(rng.random((worlds, 5)) * (h + 1)[:, None]), worlds=worlds)
    assert lengths.mean() == pytest.approx(1.008, abs=0.01)
    assert catch.sum(axis=1).mean() == pytest.approx(100.15, abs=0.2)
    assert 1 - gini(catch).mean() == pytest.approx(0.823, abs=0.01)
    assert label.mean() == pytest.approx(0.153, abs=0.01)
    assert Fishery().anchors().random == pytest.approx(100.15, abs=0.4)


@pytest.mark.parametrize(("noise", "optimum"), [(0.1, 633.5), (0.3, 606.0), (0.5, 579.2)])
def test_the_planner_of_a_noisy_lake_does_not_count_on_its_luck(noise, optimum):
    """Against a stochastic programme over whole units, each regrown stock with its exact probability."""
    k, horizon, threshold = 100, 12, 5
    value = np.zeros(k + 1)
    for _ in range(horizon):
        keep = np.zeros(k + 1)
        for s in range(threshold, k + 1):
            extra = min(k, 2 * s) - s
            low, high = s + extra * (1 - noise), s + extra * (1 + noise)
            edges = np.arange(np.floor(low), np.floor(high) + 2)
            share = np.diff(np.clip(edges, low, high)) / (high - low) if high > low else np.ones(1)
            stocks = np.minimum(k, edges[: len(share)]).astype(int)
            keep[s] = share @ value[stocks]
        value = np.array([max(h - s + keep[s] for s in range(h + 1)) for h in range(k + 1)])
    assert value[k] == pytest.approx(optimum, rel=1e-3)
    assert Fishery(growth_noise=noise).anchors().optimum == pytest.approx(value[k], rel=1e-3)


@pytest.mark.parametrize(("horizon", "optimum"), [(12, 650), (15, 800), (1, 100)])
def test_the_planner(horizon, optimum):
    anchors = Fishery(horizon=horizon).anchors()
    assert (anchors.worst_equilibrium, anchors.optimum) == (100, optimum)


def test_collapse_is_strictly_below_the_threshold():
    for each, ends in ((19, False), (19.2, True)):
        w = Worlds(Fishery(integer=False), 1)
        w.reset(0)
        w.step(np.full((1, 5), each))
        assert (w.ended[0] != RUNNING) == ends


@pytest.mark.parametrize(("delta", "keeps"), [(0.49, False), (0.51, True)])
def test_patience_all_grab_or_all_sustain(delta, keeps):
    steps = 200
    _, grab, _, _ = run(lambda h, t: 100, rationing="proportional")
    total = 0.0
    w = Worlds(Fishery(horizon=steps), 1)
    w.reset(0)
    for t in range(steps):
        w.step(np.full((1, 5), 10.0))
        total += delta**t * w.rewards[0, 0]
    assert (total > grab[0, 0]) == keeps


LOGISTIC = {"preset": "logistic_msy"}


@pytest.mark.parametrize(("harvest", "stock"), [(5, 93.729833), (10, 82.360680), (12, 72)])
def test_logistic_fixed_points(harvest, stock):
    _, _, _, w = run(lambda h, t: harvest / 5, **{**LOGISTIC, "horizon": 3000})
    assert w.state["stock_before"][0] == pytest.approx(stock, abs=1e-5)


@pytest.mark.parametrize(
    ("each", "stock", "total", "discounted"),
    [
        (1, 93.7298, 1000, 433.0102),
        (2, 82.3607, 2000, 866.0203),
        (2.4, 72, 2400, 1039.2244),
        (2.5, 63.4564, 2500, 1082.5254),
        (5, 0, 154.5915, 150.6224),
    ],
)
def test_logistic_harvests(each, stock, total, discounted):
    w = Worlds(Fishery("logistic_msy", horizon=201), 1)
    w.reset(0)
    catches = []
    for _ in range(200):
        w.step(np.full((1, 5), float(each)))
        catches.append(w.rewards.sum())
    assert w.state["stock"][0] == pytest.approx(stock, abs=6e-5)
    assert sum(catches) == pytest.approx(total, abs=6e-5)
    assert np.dot(0.99 ** np.arange(200), catches) == pytest.approx(discounted, abs=6e-5)


def test_logistic_escapement_and_planner():
    _, catch, _, _ = run(lambda h, t: (np.maximum(0, h - 50) / 5)[:, None], **LOGISTIC)
    assert catch.sum() == pytest.approx(50 + 199 * 12.5)
    assert Fishery("logistic_msy").anchors().optimum == pytest.approx(2587.5, rel=1e-4)


@pytest.mark.parametrize(("stock", "expected"), [(62.5, 12.5), (40, 10.415946)])
def test_sustainable_yield_of_logistic_growth(stock, expected):
    assert sustainable_yield(Fishery("logistic_msy").p, stock) == pytest.approx(expected, abs=5e-7)


def test_sustainable_yield_by_its_definition():
    game = Fishery()
    for h in range(101):
        brute = max(x for x in range(h + 1) if min(100, 2 * (h - x)) >= h)
        assert sustainable_yield(game.p, float(h)) == brute


@settings(max_examples=100, deadline=None)
@given(
    requests=st.sampled_from([1, 2, 5]).flatmap(lambda n: st.lists(st.integers(0, 130), min_size=n, max_size=n)),
    rationing=st.sampled_from(["stochastic", "proportional"]),
    integer=st.booleans(),
    seed=st.integers(0, 2**63),
)
def test_rationing_conserves_the_stock(requests, rationing, integer, seed):
    w = Worlds(Fishery(n_agents=len(requests), rationing=rationing, integer=integer), 1)
    w.reset(seed)
    asked = np.minimum(np.array([requests], float), 100)
    w.step(np.array([requests], float))
    assert (w.rewards <= asked + 1e-9).all()
    assert (w.rewards >= 0).all()
    assert w.rewards.sum() == pytest.approx(min(100, asked.sum()))
    assert (w.state["illegal"][0] == (np.array(requests) > 100)).all()
    if integer:
        assert (w.rewards % 1 == 0).all()
    if rationing == "proportional" and asked.sum() > 100:
        quota = 100 * asked / asked.sum()
        assert (np.abs(w.rewards - quota) < 1).all()


@pytest.mark.parametrize("asked", [np.nan, np.inf, -np.inf, -3.0, 1e300])
def test_no_move_breaks_a_world(asked):
    w = Worlds(Fishery(), 2)
    w.reset(0)
    w.step(np.array([[asked, 1, 1, 1, 1], [1, 1, 1, 1, 1]], float))
    assert np.isfinite(w.rewards).all()
    assert w.state["illegal"][0, 0] == 1
    if np.isnan(asked):
        assert w.state["cooperation"][0, 0] == 0, "what is no number is never taken for restraint"


def test_growth_noise_has_the_stated_range_and_mean():
    w = Worlds(Fishery(growth_noise=0.2, integer=False, n_agents=1), 20_000)
    w.reset(0)
    w.step(np.full((20_000, 1), 60.0))
    factor = (w.state["stock"] - 40) / 40
    assert 0.8 <= factor.min() < 0.81
    assert 1.19 < factor.max() <= 1.2
    assert factor.mean() == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"growth_factor": -1}, ("growth_factor", "-1", ">= 1")),
        ({"growth_rate": -0.5}, ("growth_rate", "-0.5")),
        ({"initial_stock": 200}, ("initial_stock", "200", "capacity")),
        ({"collapse_threshold": 101}, ("collapse_threshold", "101")),
        ({"n_agents": 0}, ("n_agents", "0")),
        ({"capacity": 10.5}, ("integer", "capacity")),
        ({"newcomer_step": 1}, ("newcomer_step", "1", ">= 2")),
        ({"newcomer_step": 3, "n_agents": 1}, ("newcomer_step", "3", "single seat")),
        ({"skin": "forest"}, ("skin", "forest", "pasture")),
        ({"growth": "regimes", "regime_low": 70}, ("regime_high", "60", "regime_low = 70")),
        ({"growth": "regimes", "regime_high": 101}, ("regime_high", "101", "capacity = 100")),
        ({"growth": "fish_war"}, ("capacity", "100", "1", "preset=fish_war")),
        ({"preset": "fish_war", "collapse_threshold": 0.5}, ("collapse_threshold", "0.5", "fish_war")),
        ({"preset": "fish_war", "rationing": "stochastic"}, ("rationing", "stochastic", "proportional")),
        ({"preset": "fish_war", "growth_noise": 0.1}, ("growth_noise", "0.1", "fish_war")),
        ({"preset": "fish_war", "newcomer_step": 3}, ("newcomer_step", "3", "none with growth = fish_war")),
        ({"preset": "fish_war", "integer": True}, ("integer", "True", "fish_war")),
        ({"preset": "fish_war", "beta": 1}, ("beta", "1", "(0, 1)")),
        ({"rationing": "lottery"}, ("rationing", "lottery", "stochastic")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Fishery(**params)
    assert all(word in str(error.value) for word in words)


def test_strategies():
    def total(*seats, **params):
        return comity.play("fishery", seats, worlds=20, **params)

    assert (total("sustainable_threshold").rewards.sum(axis=(1, 2)) == 600).all()
    assert (total({"agent": "fixed_harvest", "amount": 5}).rewards.sum(axis=(1, 2)) == 300).all()
    assert (total("greedy").lengths == 1).all()
    assert (total("conditional").rewards.sum(axis=(1, 2)) == 600).all()
    # a mild free rider is met in kind until the lake is empty, and not met by the unconditional
    mild = {"agent": "fixed_harvest", "amount": 30}
    assert (total(mild, "conditional").lengths < total(mild, "sustainable_threshold").lengths).all()
    forgiving = {"agent": "conditional", "generosity": 1.0}
    assert (total(mild, forgiving).lengths == total(mild, "sustainable_threshold").lengths).all()


# -- skins -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("params", [{}, {"preset": "hysteresis"}, {"preset": "fish_war"}, {"newcomer_step": 2}])
def test_a_skin_changes_words_and_nothing_else(params):
    logs = {}
    for skin in ("fishery", "pasture", "pollution"):
        game = Fishery(**{**params, "skin": skin, "horizon": 6})
        w, log, told = Worlds(game, 20), [], []
        w.reset(7)
        rng = np.random.default_rng(7)
        for _ in range(6):
            told += [game.brief(0), game.view(w.state[0], 0), game.view(w.state[0], game.n_agents - 1)]
            log += [w.state.tobytes(), w.rewards.tobytes(), w.observations.tobytes()]
            w.step(np.floor(rng.random((20, game.n_agents)) * 25))
        logs[skin] = (log, told, game.anchors())
    ours = logs["fishery"]
    for skin in ("pasture", "pollution"):
        assert logs[skin][0] == ours[0]
        assert logs[skin][2] == ours[2]
        assert not set(logs[skin][1]) & {text for text in ours[1] if "joined yet" not in text and "stock" not in text}


# -- newcomers ---------------------------------------------------------------------------------------------------------


def newcomer(**params):
    w = Worlds(Fishery("govsim_newcomer", **params), 3)
    w.reset(0)
    return w


def test_a_newcomer_is_not_there_until_it_joins():
    w = newcomer()
    game = w.game
    assert game.comes_and_goes and not Fishery().comes_and_goes
    for t in range(1, 6):
        there = t >= 3
        assert (game.present(w.state)[:, 4] == there).all()
        assert game.present(w.state)[:, :4].all()
        assert (game.movers(w.state)[:, 4] == there).all()
        assert w.observations[:, 4].any() == there
        w.step(np.full((3, 5), 8.0))
        assert (w.rewards[:, 4] == (8 if there else 0)).all()
        assert (w.rewards[:, :4] == 8).all()
        assert (np.isnan(w.state["cooperation"][:, 4]) == (not there)).all()
        assert (np.isnan(w.state["action"][:, 4]) == (not there)).all()
        assert not w.state["illegal"].any()


def test_an_absent_seat_can_do_no_harm():
    one, other = newcomer(), newcomer()
    for _ in range(2):
        one.step(np.full((3, 5), 10.0))
        moves = np.full((3, 5), 10.0)
        moves[:, 4] = [np.nan, 1e9, -3]
        other.step(moves)
        assert one.state.tobytes() == other.state.tobytes()


@pytest.mark.parametrize("rationing", ["stochastic", "proportional"])
@pytest.mark.parametrize("integer", [True, False])
def test_an_absent_seat_gets_nothing_where_too_much_is_asked(rationing, integer):
    w = newcomer(rationing=rationing, integer=integer)
    w.step(np.full((3, 5), 90.0))
    assert w.rewards.sum(axis=1) == pytest.approx([100] * 3)
    assert not w.rewards[:, 4].any()


@pytest.mark.parametrize(
    ("each", "month", "label"), [(12, 1, 1), (13, 1, 12 / 12.5), (25, 1, 0), (10, 3, 1), (20, 3, 0)]
)
def test_labels_count_those_who_are_there(each, month, label):
    """A full lake sustains 50 tons: 12.5 each of four, 10 each of five."""
    w = newcomer()
    for _ in range(month - 1):
        w.step(np.full((3, 5), 10.0))
    w.step(np.full((3, 5), float(each)))
    assert w.state["cooperation"][0, :4] == pytest.approx([label] * 4)


def test_the_threshold_is_that_of_the_month():
    """⌊⌊h/2⌋/n⌋ is 12 for four at a full lake, and 10 for five."""
    record = comity.play("fishery", ["sustainable_threshold"], preset="govsim_newcomer")
    asked = record.intended[0]
    assert (asked[:2, :4] == 12).all() and np.isnan(asked[:2, 4]).all()
    assert (asked[2:] == 10).all()
    assert record.lengths[0] == 15
    assert record.rewards.sum() == 2 * 48 + 13 * 50
    greedy = comity.play("fishery", ["sustainable_threshold"] * 4 + ["greedy"], preset="govsim_newcomer", worlds=50)
    assert (greedy.lengths == 3).all(), "the newcomer takes what the four have kept"
    assert Fishery("govsim_newcomer").anchors().optimum == 800


def test_nobody_knows_when_somebody_joins():
    me = {"agent": "deliberator", "norms": "inequity_averse", "depth": 6}
    first = [comity.play("fishery", [me], newcomer_step=k, worlds=2).intended[:, 0] for k in (2, 3, 9)]
    np.testing.assert_array_equal(first[0], first[1])
    np.testing.assert_array_equal(first[0], first[2])


def test_who_is_there_is_seen_and_said():
    w = newcomer()
    game, columns = w.game, [w.game.field_index[f"present_{k}"] for k in range(1, 5)]
    assert w.observations[0, 0, columns].tolist() == [1, 1, 1, 0]
    assert "agent 4" not in game.view(w.state[0], 0)
    assert game.view(w.state[0], 4) == "You have not joined yet."
    assert "3 others" in game.brief(0) and "4 others" in game.brief(4)
    for _ in range(2):
        w.step(np.full((3, 5), 10.0))
    assert w.observations[0, 0, columns].tolist() == [1, 1, 1, 1]
    assert w.observations[0, 4, game.field_index["first_step"]] == 1
    assert "agent 4." in game.view(w.state[0], 0)
    assert "You have just joined." in game.view(w.state[0], 4)
    assert (w.observations >= game.observation_box.low).all() and (w.observations <= game.observation_box.high).all()


# -- presets -----------------------------------------------------------------------------------------------------------


def test_presets_are_those_of_the_page():
    plain = Fishery().params
    for skin in ("fishery", "pasture", "pollution"):
        assert Fishery(f"govsim_{skin}").params == plain._replace(skin=skin)
    assert Fishery("govsim_newcomer").params == plain._replace(newcomer_step=3, horizon=15)
    real = plain._replace(integer=False, horizon=200)
    msy = Fishery("logistic_msy").params
    assert msy == real._replace(growth="logistic", rationing="proportional", collapse_threshold=0)
    assert Fishery("hysteresis").params == real._replace(growth="regimes")
    war = {"growth": "fish_war", "n_agents": 2, "capacity": 1, "initial_stock": 1, "collapse_threshold": 0}
    assert Fishery("fish_war").params == real._replace(**war, rationing="proportional")
    assert (plain.alpha, plain.beta, plain.growth_rate_degraded, plain.regime_low, plain.regime_high) == (
        0.6, 0.9, 0.1, 30, 60,
    )  # fmt: skip
