"""GAMES.md §2.1: hysteresis and the fish war."""

import numpy as np
import pytest

import comity
from comity.agents.agent import View
from comity.agents.seats import agents_of, seat
from comity.envs.chance import keys, world_seeds
from comity.envs.commons.fishery import COLLAPSED, Fishery
from comity.envs.commons.regrowth import best_war_value, nash_share, sustainable_yield, war_value
from comity.envs.game import RUNNING
from comity.envs.monte_carlo import random_moves
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

# -- hysteresis --------------------------------------------------------------------------------------------------------


def lake(stock, degraded, **params):
    """One lake in this state."""
    w = Worlds(Fishery("hysteresis", initial_stock=stock, **params), 1)
    w.reset(0)
    w.state["degraded"] = degraded
    w.look()
    return w


def changes(w, harvest, steps=200):
    """Per step, counted from 1: the stock at its start, and whether it was degraded, healthy or collapsed after it."""
    found = []
    while len(found) < steps and not w.ended.any():
        start = w.state["stock"][0]
        w.step(np.full((1, 5), harvest / 5))
        gone = w.state["outcome"][0] == COLLAPSED
        found.append((start, "collapsed" if gone else "degraded" if w.state["degraded"][0] else "healthy"))
    return found


def test_a_healthy_lake_carries_ten():
    w = lake(100, False)
    states = changes(w, 10)
    assert {state for _, state in states} == {"healthy"}
    assert states[-1][0] == pytest.approx(82.3607, abs=1e-4)


@pytest.mark.parametrize(
    ("stock", "harvest", "state", "step"),
    [(59, 10, "collapsed", 7), (20, 0, "healthy", 20), (20, 2, "collapsed", 16), (50, 2, "healthy", 27),
     (59, 2.6, "collapsed", 195)],
)  # fmt: skip
def test_a_degraded_lake(stock, harvest, state, step):
    states = changes(lake(stock, True), harvest)
    assert next(k for k, (_, s) in enumerate(states, 1) if s == state) == step
    assert {s for _, s in states[: step - 1]} == {"degraded"}
    if harvest == 0:
        assert states[step - 1][0] == pytest.approx(62.1020, abs=5e-5)


def test_a_regime_changes_at_its_threshold():
    for left, degraded in ((30, False), (29.999, True)):
        w = lake(100, False)
        w.step(np.full((1, 5), (100 - left) / 5))
        assert w.state["degraded"][0] == degraded
        rate = 0.1 if degraded else 0.5
        assert w.state["stock"][0] == pytest.approx(left + rate * left * (1 - left / 100))
    for left, degraded in ((60, False), (59.999, True)):
        w = lake(70, True)
        w.step(np.full((1, 5), (70 - left) / 5))
        assert w.state["degraded"][0] == degraded


def test_the_most_that_a_degraded_lake_sustains():
    """.1·K/4 at a stock of 50 that is left."""
    assert sustainable_yield(Fishery("hysteresis").p, 52.5, True) == pytest.approx(2.5)
    assert sustainable_yield(Fishery("hysteresis").p, 62.5, False) == pytest.approx(12.5)


@pytest.mark.parametrize("degraded", [False, True])
def test_sustainable_yield_of_regimes_by_its_definition(degraded):
    """Over whole units: the most that can be taken so that the kernel brings the stock back."""
    game = Fishery("hysteresis", integer=True, n_agents=1, collapse_threshold=0)
    for h in range(1, 101):
        w = Worlds(game, h + 1)
        w.reset(0)
        w.state["stock"], w.state["degraded"] = h, degraded
        w.step(np.arange(h + 1.0)[:, None])
        brute = np.flatnonzero(w.state["stock"] >= h).max(initial=0)
        assert sustainable_yield(game.p, float(h), degraded) == brute


@pytest.mark.parametrize("degraded", [False, True])
@pytest.mark.parametrize("cooperative", [True, False])
def test_exemplars_of_regimes(degraded, cooperative):
    game = Fishery("hysteresis")
    w = Worlds(game, 40)
    w.reset(0)
    w.state["stock"], w.state["degraded"] = np.linspace(41, 99, 40), degraded
    w.step(np.stack([game.exemplar(w.state, i, cooperative) for i in range(5)], axis=1))
    assert (w.state["cooperation"] == (1 if cooperative else 0)).all()


def test_the_regime_is_seen_where_it_is_visible():
    shown, hidden = lake(50, True), lake(50, True, regime_visible=False)
    column = shown.game.field_index["degraded"]
    assert (shown.observations[0, :, column] == 1).all()
    assert "degraded" in shown.game.view(shown.state[0], 0)
    assert "degraded" not in hidden.game.field_index
    told = hidden.game.view(hidden.state[0], 0)
    assert "healthy" not in told
    assert "degraded" not in told


@pytest.mark.parametrize("stock", [50.0, 20.0])
def test_a_hidden_regime_never_changes_a_choice(stock):
    choices = set()
    for degraded in (False, True):
        w = lake(stock, degraded, regime_visible=False)
        w.step(np.full((1, 5), 1.0))
        w.state["degraded"] = w.state["degraded_before"] = degraded
        w.state["stock"] = stock
        w.look()
        believed = w.game.imagine(w.state, 0, np.zeros(1, np.uint64))
        assert believed["degraded"][0] == (stock < 40.5), "30 tons that are left of a healthy lake grow to 40.5"
        for kind in ("deliberator", "conditional", "sustainable_threshold"):
            me = seat(w.game, kind)
            me.begin(w.game, 0, world_seeds(9, 1))
            for _ in range(2):
                move = me.act(View(w.game, 0, w.state, w.observations[:, 0], None, w.ended == RUNNING))
            choices.add((kind, move[0]))
    assert len(choices) == 3


def test_the_planner_of_regimes():
    """Without a shock a healthy lake stays healthy, and is worth what a logistic one is."""
    assert Fishery("hysteresis").anchors().optimum == pytest.approx(2587.5, rel=1e-4)
    record = comity.play("fishery", ["planner"], preset="hysteresis")
    assert record.rewards.sum() == pytest.approx(50 + 199 * 12.5)
    frail = Fishery("hysteresis", regime_low=70, regime_high=90, horizon=100)
    best = frail.anchors().optimum
    totals = [
        comity.play(frail, [{"agent": "planner", "escapement": e}]).rewards.sum() for e in (20, 40, 50, 65, 70, 75, 80)
    ]
    assert max(totals) == totals[4], "the most grows at the least stock that stays healthy"
    assert 0 < best - max(totals) <= 70 + 1e-6, "all but the last grab"


# -- the fish war ------------------------------------------------------------------------------------------------------

ALPHA, BETA = 0.6, 0.9
SAVED = ALPHA * BETA


def war(shares, n=2, worlds=1, horizon=200, **params):
    """Everybody's total if each takes its share (percent) in every step, and the worlds."""
    w = Worlds(Fishery("fish_war", n_agents=n, horizon=horizon, **params), worlds)
    w.reset(0)
    total = np.zeros((worlds, n))
    while not w.ended.all():
        w.step(np.broadcast_to(np.asarray(shares, float), (worlds, n)).copy())
        total += w.rewards
    return total, w


def test_the_planner_of_a_fish_war():
    total, w = war([23, 23])
    assert total == pytest.approx(np.full((1, 2), -21.930249), abs=1e-6)
    assert w.state["stock_before"][0] == pytest.approx(0.396817, abs=1e-6)
    assert w.state["stock_before"][0] == pytest.approx(SAVED ** (ALPHA / (1 - ALPHA)))
    assert w.state["catch"].sum() == pytest.approx(0.182536, abs=1e-6)
    assert (w.state["cooperation"] == 1).all()
    assert Fishery("fish_war").anchors().optimum == pytest.approx(-43.860498, abs=1e-6)


def test_the_planners_value_in_closed_form():
    """V = A + B·ln x per head, B = 1/(1 − αβ), from the Bellman equation."""
    slope = 1 / (1 - SAVED)
    assert slope == pytest.approx(2.173913, abs=1e-6)
    for x in (1.0, 0.3):
        level = (np.log((1 - SAVED) / 2) + BETA * slope * ALPHA * np.log(SAVED)) / (1 - BETA)
        game = Fishery("fish_war", initial_stock=x)
        assert game.anchors().optimum == pytest.approx(2 * (level + slope * np.log(x)), abs=1e-5)
        assert war_value(game.p, 2, (1 - SAVED) / 2) == pytest.approx(2 * (level + slope * np.log(x)), abs=1e-5)


def one_step(game, stocks, shares):
    """Undiscounted payoffs (S, M, N) and next stocks (S, M) of every profile of ``shares`` (M, N) at every stock."""
    w = Worlds(game, len(stocks) * len(shares))
    w.reset(0)
    w.state["stock"] = np.repeat(stocks, len(shares))
    w.step(np.tile(shares, (len(stocks), 1)).astype(float))
    return w.rewards.reshape(len(stocks), len(shares), -1), w.state["stock"].reshape(len(stocks), -1)


@pytest.mark.parametrize("horizon", [1, 2, 7, 120])
def test_the_planner_by_dynamic_programming_on_the_kernel(horizon):
    """Over a grid of ln x, on which values are straight lines, so that interpolation is exact; all shares in percent
    that two can take alike."""
    logs = np.linspace(-12, 0, 49)
    profiles = np.repeat(np.arange(1, 51)[:, None], 2, axis=1)
    payoff, after = one_step(Fishery("fish_war"), np.exp(logs), profiles)
    ahead = np.log(np.maximum(after, np.exp(-12)))
    value = np.zeros(len(logs))
    for _ in range(horizon):
        value = (payoff.sum(axis=2) + BETA * np.interp(ahead, logs, value)).max(axis=1)
    best = best_war_value(Fishery("fish_war", horizon=horizon).p, 2)
    assert value[-1] <= best + 1e-9
    assert value[-1] == pytest.approx(best, abs=2e-3), "but for whole percents near the end"
    if horizon == 120:
        assert best == pytest.approx(-43.860498, abs=1e-3)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_nobody_beats_the_planner(n, beta):
    game = Fishery("fish_war", n_agents=n, beta=beta)
    best = game.anchors().optimum
    for share in range(1, 100 // n + 1):
        total, _ = war(share, n, beta=beta)
        assert total.sum() <= best + 1e-9
    if n == 2:
        for name, kind in agents_of("fishery").items():
            if kind.games and not kind.needs:
                assert comity.play(game, [name]).rewards.sum() <= best + 1e-9


def best_share(others):
    """The best constant share (percent) against others who take ``others`` in all, on the kernel."""
    n = 101
    shares = np.stack([np.arange(n), np.full(n, others)], axis=1)
    total, _ = war(shares, worlds=n)
    return int(total[:, 0].argmax())


@pytest.mark.parametrize("others", [0, 10, 23, 40, 60])
def test_best_replies_on_the_kernel(others):
    """(1 − αβ)(1 − S), to the percent; to the planner's share .3542."""
    reply = (1 - SAVED) * (1 - others / 100)
    assert best_share(others) / 100 == pytest.approx(reply, abs=0.005)
    if others == 23:
        assert reply == pytest.approx(0.3542)


def test_the_nash_share_by_iterating_best_replies_on_the_kernel():
    shares = [23]
    for _ in range(12):
        shares.append(best_share(shares[-1]))
    formula = (1 - SAVED) / (2 - SAVED)
    assert np.abs(np.array(shares[-4:]) / 100 - formula).max() < 0.006, "whole percents"
    assert nash_share(Fishery("fish_war").p, 2) == pytest.approx(formula) == pytest.approx(0.315068, abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_the_nash_share_has_no_better_reply(n):
    share = nash_share(Fishery("fish_war").p, n)
    assert (1 - SAVED) * (1 - (n - 1) * share) == pytest.approx(share)
    assert n * share <= 1
    assert share == pytest.approx((1 - SAVED) / (n - (n - 1) * SAVED))
    assert n * nash_share(Fishery("fish_war").p, n) < (n + 1) * nash_share(Fishery("fish_war").p, n + 1)


def test_the_worst_equilibrium_is_worth_the_nash_share():
    """In closed form without end: Σ_i V_i(1) with V = A + B·ln x for a constant share."""
    share, slope = nash_share(Fishery("fish_war").p, 2), 1 / (1 - SAVED)
    level = (np.log(share) + BETA * slope * ALPHA * np.log(1 - 2 * share)) / (1 - BETA)
    assert Fishery("fish_war").anchors().worst_equilibrium == pytest.approx(2 * level, abs=1e-5)
    near = [war([s, s])[0].sum() for s in (31, 32)]
    assert near[1] < Fishery("fish_war").anchors().worst_equilibrium < near[0]


def test_a_chance_to_end_is_impatience():
    """Against Monte Carlo: a planner who expects the end with probability .2 takes 1 − αβ·.8."""
    params = {"continuation": 0.8, "horizon": 1000}
    game = Fishery("fish_war", **params)
    by_share = {s: war(s, worlds=20_000, **params)[0].sum(axis=1).mean() for s in (23, 28, 33)}
    assert max(by_share, key=lambda s: by_share[s]) == 28
    assert game.anchors().optimum == pytest.approx(by_share[28], abs=0.15)
    w = Worlds(game, 1)
    w.reset(0)
    w.step(np.array([[28.0, 29.0]]))
    assert w.state["cooperation"][0, 0] == 1 > w.state["cooperation"][0, 1]


@pytest.mark.parametrize(("share", "label"), [(0, 1), (23, 1), (36.5, 0.5), (50, 0), (51, 0), (100, 0)])
def test_labels_of_a_fish_war(share, label):
    asked = np.floor(share + 0.5)
    _, w = war([asked, 23], horizon=1)
    assert w.state["cooperation"][0, 0] == pytest.approx(min(1, max(0, (50 - asked) / 27)))
    assert w.state["cooperation"][0, 0] == pytest.approx(label, abs=0.02)


def test_shares_above_all_are_scaled_and_leave_nothing():
    total, w = war([100, 60], horizon=1)
    assert w.state["catch"][0] == pytest.approx([100 / 160, 60 / 160])
    assert w.state["stock"][0] == 0
    assert total[0] == pytest.approx(np.log([0.625, 0.375]))
    total, w = war([60, 40], horizon=3)
    assert w.state["stock"][0] == 0
    assert total[0] == pytest.approx(np.log([0.6, 0.4]) + (BETA + BETA**2) * np.log(1e-12))
    _, w = war([0, 50], horizon=2)
    assert np.isfinite(w.rewards).all()


@pytest.mark.parametrize("asked", [np.nan, np.inf, -np.inf, -3.0, 22.5, 1e300])
def test_no_move_breaks_a_fish_war(asked):
    w = Worlds(Fishery("fish_war"), 1)
    w.reset(0)
    w.step(np.array([[asked, 23.0]]))
    assert np.isfinite(w.rewards).all()
    assert w.state["illegal"][0].tolist() == [1, 0]
    assert w.state["action"][0, 0] in (0, 23, 100)
    assert (w.observations >= w.game.observation_box.low).all() and (
        w.observations <= w.game.observation_box.high
    ).all()


def test_payoffs_are_discounted_once():
    game = Fishery("fish_war")
    assert game.discounts_itself and not Fishery().discounts_itself
    w = Worlds(game, 1)
    w.reset(0)
    for t in range(4):
        w.step(np.array([[10.0, 30.0]]))
        assert w.rewards[0] == pytest.approx(BETA**t * np.log(w.state["stock_before"][0] * np.array([0.1, 0.3])))


@pytest.mark.parametrize("preset", ["hysteresis", "fish_war"])
def test_relabelling_the_seats_relabels_payoffs_and_labels(preset):
    game = Fishery(preset, n_agents=3, rationing="proportional")
    one, other = Worlds(game, 20), Worlds(game, 20)
    one.reset(0)
    other.reset(0)
    rng, order = np.random.default_rng(0), [2, 0, 1]
    for _ in range(5):
        moves = np.floor(rng.random((20, 3)) * 40)
        one.step(moves)
        other.step(moves[:, order].copy())
        assert other.rewards == pytest.approx(one.rewards[:, order])
        assert other.state["cooperation"] == pytest.approx(one.state["cooperation"][:, order])


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["hysteresis", "fish_war", "govsim_newcomer"])
def test_soak(preset):
    game = Fishery(preset, horizon=5000, collapse_threshold=0)
    w = Worlds(game, 2)
    w.reset(0)
    own = np.stack([keys(w.state["seed"], k) for k in range(game.n_agents)])
    for step in range(5000):
        w.step(random_moves(game, w, own, step))
        assert np.isfinite(w.rewards).all()
        assert np.isfinite(w.observations).all()
    assert not w.state["illegal"].any()


# -- who plays it ------------------------------------------------------------------------------------------------------


def test_a_selfish_deliberator_who_looks_far_plays_the_nash_share():
    asked = comity.play("fishery", [{"agent": "deliberator", "depth": 60}], preset="fish_war").intended[0]
    assert np.abs(asked[10:] - 31.5068).max() < 1
    alone = comity.play("fishery", [{"agent": "deliberator", "depth": 60}], preset="fish_war", n_agents=1).intended[0]
    assert (alone == 46).all()


def test_strategies_of_a_fish_war():
    def shares(*seats):
        return comity.play("fishery", seats, preset="fish_war").intended[0]

    assert (shares("planner") == 23).all()
    assert (shares("sustainable_threshold") == 23).all()
    assert (shares("conditional") == 23).all()
    assert (shares("nash") == 32).all()
    assert (shares("greedy") == 100).all()
    assert (shares({"agent": "fixed_harvest", "amount": 31.9}) == 31).all()
    answered = shares("conditional", "nash")[:, 0]
    assert answered[0] == 23 and (np.diff(answered) >= 0).all() and answered[-1] in (31, 32)
    with pytest.raises(SettingError, match=r"planner.escapement = 50.0 is not allowed.*fish_war"):
        shares({"agent": "planner", "escapement": 50})
    with pytest.raises(SettingError, match=r"planner.horizon = 5 is not allowed.*none with an escapement"):
        comity.play("fishery", [{"agent": "planner", "escapement": 50, "horizon": 5}])


@pytest.mark.parametrize(
    ("params", "best"),
    [
        ({"horizon": 12}, 650),
        ({"horizon": 15}, 800),
        ({"horizon": 12, "growth_factor": 1.5}, None),
        ({"horizon": 12, "n_agents": 3, "initial_stock": 40}, None),
        ({"preset": "logistic_msy"}, 50 + 199 * 12.5 + 50),
        ({"preset": "logistic_msy", "growth_rate": 1.2, "horizon": 30}, None),
        ({"preset": "hysteresis", "regime_low": 70, "regime_high": 90, "horizon": 100}, None),
    ],
)
def test_a_planner_who_knows_the_end_gets_the_optimum(params, best):
    """That of the anchors, which are reckoned from the laws of growth; the plan is made of steps of the kernel."""
    game = Fishery(**params)
    told = {"agent": "planner", "horizon": game.params.horizon}
    total = comity.play(game, [told]).rewards.sum()
    assert total == pytest.approx(game.anchors().optimum, rel=1e-6)
    assert best is None or total == pytest.approx(best)
    known = Fishery(**params, horizon_known=True)
    assert comity.play(known, ["planner"]).rewards.sum() == total


def test_the_moves_of_a_planner_who_knows_the_end():
    told = {"agent": "planner", "horizon": 12}
    moves = comity.play("fishery", [told]).actions[0]
    assert (moves[:-1] == 10).all() and (moves[-1] == 20).all(), "the grab in the end"
    odd = comity.play("fishery", [told], n_agents=3).actions[0]
    assert odd[0].tolist() == [17, 17, 16], "what is left over of 50 goes to the first seats"
    assert comity.play("fishery", [{"agent": "planner", "horizon": 3}]).lengths[0] == 3, "too early an end"
    war = comity.play("fishery", [{"agent": "planner", "horizon": 3}], preset="fish_war", horizon=3).intended[0, :, 0]
    assert war.tolist() == [27, 32, 50], "half of 1/b_k: b = 1.8316, 1.54, 1"


@pytest.mark.parametrize(
    "params",
    [{"growth_noise": 0.3}, {"continuation": 0.8, "horizon": 40}, {"preset": "logistic_msy", "continuation": 0.8}],
)
def test_a_planner_under_chance(params):
    """Within three standard errors, and what 200 draws of noise cost."""
    game = Fishery(**params)
    told = {"agent": "planner", "horizon": game.params.horizon}
    total = comity.play(game, [told], worlds=2000).rewards.sum(axis=(1, 2))
    assert total.mean() == pytest.approx(game.anchors().optimum, abs=3 * total.std() / 2000**0.5, rel=0.003)


def test_without_an_end_the_planner_of_frail_regimes_keeps_them_healthy():
    game = Fishery("hysteresis", regime_low=70, regime_high=90, horizon=100)
    record = comity.play(game, ["planner"])
    assert (record.signals["stock"][:, :-1] - record.rewards.sum(axis=2) >= 70 - 1e-5).all()
    constant = comity.play(game, [{"agent": "planner", "escapement": 70}])
    np.testing.assert_allclose(record.rewards, constant.rewards, atol=1e-5)


def test_constant_escapement():
    msy = comity.play("fishery", ["planner"], preset="logistic_msy")
    assert msy.rewards.sum() == pytest.approx(2537.5)
    halves = [
        comity.play("fishery", [{"agent": "planner", "escapement": e}], preset="logistic_msy").rewards.sum()
        for e in (30, 45, 50, 55, 70)
    ]
    assert max(halves) == halves[2] == msy.rewards.sum()
    assert comity.play("fishery", ["planner"], worlds=3).rewards.sum(axis=(1, 2)).tolist() == [600] * 3
    assert comity.play("fishery", ["nash"]).rewards.sum() == 100
