"""The deliberator: its choices against analytic thresholds, and what it must not know."""

import numpy as np
import pytest

import comity
from comity.agents.agent import View
from comity.agents.scripted.fishing import Greedy
from comity.agents.seats import ROLES, agents_for, seat
from comity.envs.catalogue import games, make
from comity.envs.chance import world_seeds
from comity.envs.game import Anchors
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

GRID = np.round(np.arange(0, 1.0001, 0.01), 2)


def second_move(game, opponent, per_world, **params):
    """What a deliberator of each norm does after it has seen its opponent act once (1 defects)."""
    me = {"agent": "deliberator", "norms": per_world}
    return comity.play(game, [me, opponent], worlds=len(per_world), horizon=2, **params).intended[:, 1, 0]


@pytest.mark.parametrize(
    ("name", "opponent", "threshold"),
    [
        ("kindness", "allc", 2 / 3),
        ("kindness", "alld", 1 / 4),
        ("universalization", "allc", 1 / 2),
        ("universalization", "alld", 1 / 3),
        ("guilt", "allc", 0.4),
    ],
)
@pytest.mark.parametrize("depth", [1, 6])
def test_thresholds_of_the_prisoners_dilemma(name, opponent, threshold, depth):
    grid = GRID[:-1] if name == "guilt" else GRID
    me = {"agent": "deliberator", "norms": [{name: g} for g in grid], "depth": depth}
    moves = comity.play("matrix", [me, opponent], worlds=len(grid), horizon=2).intended[:, 1, 0]
    cooperates = grid[moves == 0]
    assert len(cooperates), "somebody must cross the threshold"
    assert cooperates.min() == pytest.approx(threshold, abs=0.0101)
    assert (moves[grid > threshold + 0.01] == 0).all()


def test_a_stag_hunt_needs_no_norm_and_hawk_dove_is_played_by_best_replies():
    assert second_move("matrix", "allc", ["selfish"], preset="stag_hunt")[0] == 0
    assert second_move("matrix", "alld", ["selfish"], preset="stag_hunt")[0] == 1
    assert second_move("matrix", "allc", ["selfish"], preset="hawk_dove")[0] == 1
    assert second_move("matrix", "alld", ["selfish"], preset="hawk_dove")[0] == 0


def test_the_first_move_follows_the_prior():
    def first(prior):
        me = {"agent": "deliberator", "norms": {"kindness": 0.5}, "prior": prior}
        return comity.play("matrix", [me, "allc"], horizon=1).intended[0, 0, 0]

    assert first("cooperative") == 1, "against a cooperator κ = .5 is too little"
    assert first("uncooperative") == 0, "against a defector it is enough"


def test_reciprocity_answers_in_kind():
    me = {"agent": "deliberator", "norms": "reciprocal"}
    kind = comity.play("matrix", [me, "allc"], horizon=40).intended[0, :, 0]
    unkind = comity.play("matrix", [me, "alld"], horizon=40).intended[0, :, 0]
    assert (kind == 0).all()
    assert (unkind[-10:] == 1).all()


def test_kindness_that_can_say_no_is_not_exploited_for_ever():
    def late(norm):
        me = {"agent": "deliberator", "norms": norm}
        return comity.play("matrix", [me, "alld"], horizon=60).cooperation[0, -10:, 0].mean()

    assert late("credulous") == 1
    assert late("kind") == 0


def months(norm, depth, others="deliberator"):
    me = {"agent": "deliberator", "norms": norm, "depth": depth}
    return comity.play("fishery", [me] if others == "deliberator" else [me, others], worlds=5)


def test_foresight_in_the_fishery():
    assert (months("selfish", 6, "sustainable_threshold").lengths < 12).all(), "grabs at depth 6"
    patient = months("selfish", 12, "sustainable_threshold")
    assert (patient.lengths == 12).all()
    assert (patient.rewards.sum(axis=(1, 2)) == 600).all(), "and sustains at depth 12 if the others do"
    for depth in (6, 12):
        assert (months("universal", depth).rewards.sum(axis=(1, 2)) == 600).all()


def test_planner_of_one():
    """Alone and seeing to the end of a known horizon, repeating one act: the best constant harvest is the sustainable
    one.
    """
    me = {"agent": "deliberator", "depth": 12}
    record = comity.play("fishery", [me], n_agents=1, horizon_known=True)
    best_constant = max(
        comity.play("fishery", [{"agent": "fixed_harvest", "amount": a}], n_agents=1).rewards.sum() for a in range(101)
    )
    assert record.rewards.sum() >= best_constant


def test_guilt_divides_equally_and_power_does_not():
    def share(norm):
        me = {"agent": "deliberator", "norms": norm}
        return comity.play("alternating_offers", [me], delta=(0.9, 0.6)).rewards[0].sum(axis=0)[0]

    assert share("selfish") == pytest.approx(0.87, abs=0.03)
    assert share("inequity_averse") == pytest.approx(0.5, abs=0.02)


def test_patients_count():
    """Weight on the stock makes a fisher take less of it, the less the heavier."""
    weights = [0.0, 0.5, 1.0, 5.0]
    per_world = [{"circle": {"patients": {"stock": w}}} for w in weights]
    me = {"agent": "deliberator", "norms": per_world, "depth": 3}
    first = comity.play("fishery", [me], worlds=len(weights), initial_stock=60).intended[:, 0, 0]
    assert (np.diff(first) <= 0).all()
    assert first[-1] < first[0]


# -- what it must not know ---------------------------------------------------------------------------------------------


LONG_TO_COMPILE = ("harvest", "cleanup", "scorable")
every_game = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LONG_TO_COMPILE)) for name in games()]
)


def decide(game, worlds, agent_seeds, params=None, i=0):
    me = seat(game, {"agent": "deliberator", "norms": "brahmavihara", **(params or {})}, worlds.num)
    me.begin(game, i, agent_seeds)
    masks = None if worlds.masks is None else worlds.masks[:, i]
    return me.act(View(game, i, worlds.state, worlds.observations[:, i], masks, worlds.ended == 0))


@every_game
def test_future_chance_never_changes_a_choice(name, noisy):
    game = make(name, **noisy[name])
    agent_seeds = world_seeds(99, 1)
    choices = set()
    for seed in range(10):
        worlds = Worlds(game, 1)
        worlds.reset(0)
        worlds.state["key"] = worlds.state["seed"] = seed  # what has been drawn already is not the future's
        choices.add(decide(game, worlds, agent_seeds)[0])
    assert len(choices) == 1


@pytest.mark.parametrize("name", ["matrix", "standoff", "fishery"])
def test_hidden_fields_never_change_a_choice(name, noisy):
    game = make(name, **noisy[name])
    worlds = Worlds(game, 1)
    worlds.reset(3)
    worlds.step(
        np.array([[30.0 if name == "fishery" else 0.0] + [20.0 if name == "fishery" else 1.0] * (game.n_agents - 1)])
    )
    before = decide(game, worlds, world_seeds(99, 1))
    for j in range(1, game.n_agents):  # what really happened, and was not (rightly) seen
        worlds.state["action"][0, j] = 0.0 if name == "fishery" else 1.0 - worlds.state["action"][0, j]
        worlds.state["intended"][0, j] = worlds.state["action"][0, j]
        worlds.state["cooperation"][0, j] = 1.0 - worlds.state["cooperation"][0, j]
        worlds.state["payoff"][0, j] += 7
        if "seen" in (worlds.state.dtype.names or ()):
            worlds.state["seen"][0, j] = 1 - worlds.state["seen"][0, j]
    assert decide(game, worlds, world_seeds(99, 1)) == before


@every_game
def test_a_hidden_horizon_never_changes_a_choice(name):
    def first(horizon):
        game = make(name, horizon=horizon, horizon_known=False)
        worlds = Worlds(game, 2)
        worlds.reset(0)
        movers = np.flatnonzero(game.movers(worlds.state)[0])
        return [decide(game, worlds, world_seeds(99, 2), {"norms": "selfish"}, i) for i in {movers[0], movers[-1]}]

    expected = first(12)
    for horizon in (2, 3, 50):
        np.testing.assert_array_equal(first(horizon), expected)


def test_a_hidden_last_period_is_believed_when_it_is_seen():
    game = make("alternating_offers", horizon=2, horizon_known=False)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    for move in (0, 10):  # the other's last offer leaves 10 units, and now only an answer is legal
        worlds.step(np.array([[move, move]], float))
    assert worlds.state["mover"][0] == 0
    assert decide(game, worlds, world_seeds(1, 1), {"norms": "selfish"})[0] == game.params.pie_units + 1


def test_what_the_other_gives_up_is_not_known_where_it_is_private():
    def label(disagreement, known):
        game = make("alternating_offers", disagreement=(disagreement, 0.1), common_knowledge=known)
        worlds = Worlds(game, 1)
        worlds.reset(0)
        worlds.step(np.array([[40.0, 104.0]]))
        return game.imagine(worlds.state, 1, np.zeros(1, np.uint64))["cooperation"][0, 0]

    assert label(0.0, True) != label(0.3, True)
    assert label(0.0, False) == label(0.3, False) == pytest.approx((0.4 - 0.1) / (0.5 - 0.1))


# -- chance ------------------------------------------------------------------------------------------------------------


def first_offer(horizon, lasts, units=100):
    """Of undiscounted talks that outlast a period with probability ``lasts``, by backward induction over what the one
    who proposes and the one who answers can expect; who is indifferent accepts."""
    proposer, answerer, offer = 1.0, 0.0, 0
    for _ in range(horizon - 1):
        offer = int(np.ceil(lasts * proposer * units - 1e-7))
        assert 1 - offer / units >= lasts * answerer - 1e-9
        proposer, answerer = 1 - offer / units, offer / units
    return offer


@pytest.mark.parametrize("hazard", ["breakdown", "continuation"])
@pytest.mark.parametrize("chance", [0.05, 0.1, 0.3, 0.5, 0.9])
def test_whoever_bargains_knows_how_likely_the_end_is_and_not_when_it_comes(hazard, chance):
    params = {hazard: chance if hazard == "breakdown" else 1 - chance}
    record = comity.play("alternating_offers", ["deliberator"], worlds=5, delta=(1, 1), horizon=30, **params)
    assert (record.intended[:, 0, 0] == first_offer(30, 1 - chance)).all()


def test_equal_minds_ask_for_the_same_where_left_over_units_go_by_lot():
    me = {"agent": "deliberator", "depth": 2, "samples": 200}
    lake = {"n_agents": 3, "capacity": 10, "collapse_threshold": 1, "rationing": "proportional"}
    record = comity.play("fishery", [me], worlds=3, **lake)
    assert (record.intended[:, 0] == record.intended[:, :1, 0]).all()


# -- memory ------------------------------------------------------------------------------------------------------------


def test_an_act_is_remembered_however_long_ago_it_was_seen():
    me = {"agent": "deliberator", "norms": {"kindness": 0.5}}
    record = comity.play("matrix", [me, "alld"], n_agents=4, pairing="round_robin", horizon=12)
    mine = record.intended[0, :, 0]
    assert mine[0] == 1, "κ = .5 is too little to cooperate with strangers, who are taken for cooperators"
    assert (mine[3:] == 0).all(), "and enough to cooperate with all who were seen to defect"


@pytest.mark.parametrize("joy", [0.5, 1.0])
def test_joy_in_gains_is_the_same_in_the_same_dilemma(joy):
    me = {"agent": "deliberator", "norms": {"sympathetic_joy": joy}, "depth": 1}
    matrix = comity.play("matrix", [me, "tft"], horizon=20)
    standoff = comity.play("standoff", [me, "tft"], stage_game="pd", stalemate=0, action_noise=0, horizon=20)
    np.testing.assert_array_equal(matrix.intended, standoff.intended)


def test_need_without_an_optimum_is_refused(monkeypatch):
    game = make("standoff", preset="brinkmanship")
    seat(game, {"agent": "deliberator", "norms": "compassionate"})
    monkeypatch.setattr(type(game), "anchors", lambda self: Anchors(np.nan, np.nan, 0.0))
    seat(game, {"agent": "deliberator", "norms": "kind"})
    with pytest.raises(SettingError, match=r"norms.compassion = 1.0 is not allowed"):
        seat(game, {"agent": "deliberator", "norms": "compassionate"})


# -- batches -----------------------------------------------------------------------------------------------------------


@every_game
def test_choices_do_not_depend_on_the_batch(name, noisy):
    params = {**noisy[name], "horizon": 4}
    me = {"agent": "deliberator", "norms": "brahmavihara", "rationality": 5}
    batch = comity.play(name, [me], worlds=9, seed=40, **params)
    for b in (0, 4, 8):
        alone = comity.play(name, [me], worlds=1, seed=40 + b, **params)
        steps = alone.rewards.shape[1]
        assert np.array_equal(alone.intended[0], batch.intended[b, :steps], equal_nan=True)
        assert np.array_equal(alone.rewards[0], batch.rewards[b, :steps])


def test_norms_of_a_batch_are_those_of_its_worlds():
    names = ["selfish", "kind", "universal", "brahmavihara"]
    batch = comity.play(
        "fishery", [{"agent": "deliberator", "norms": names, "rationality": 10}], worlds=4, growth_noise=0.2
    )
    for b, name in enumerate(names):
        alone = comity.play(
            "fishery", [{"agent": "deliberator", "norms": name, "rationality": 10}], seed=b, growth_noise=0.2
        )
        steps = alone.rewards.shape[1]
        assert np.array_equal(alone.rewards[0], batch.rewards[b, :steps])


def test_rationality_is_logit():
    """Two candidates differ by exactly the range of utilities: P(worse) = 1/(1 + e^λ)."""
    worlds = 20_000
    for rationality in (0.0, 2.0):
        me = {"agent": "deliberator", "rationality": rationality}
        cooperates = comity.play("matrix", [me, "allc"], worlds=worlds, horizon=1).cooperation[:, 0, 0].mean()
        expected = 1 / (1 + np.exp(rationality))
        assert cooperates == pytest.approx(expected, abs=4 * 0.5 / worlds**0.5)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"agent": "deliberater"}, ("deliberater", "deliberator")),
        ({"agent": "deliberator", "depth": 0}, ("deliberator.depth", "0")),
        ({"agent": "deliberator", "dept": 3}, ("dept", "depth")),
        ({"agent": "greedy"}, ("greedy", "matrix", "tft")),
        ({"agent": "gtft", "q": 2}, ("gtft.q", "2", "[0, 1]")),
        ({"norms": "kind"}, ("agent",)),
        ({"agent": "gtft", "conduct": "loose"}, ("conduct", "loose", "fixed")),
        ({"agent": "deliberator", "norms": ["kind"] * 3}, ("3 norms", "2 worlds")),
        ({"agent": "deliberator", "depth": np.array([2, 3])}, ("deliberator.depth", "one value for all worlds")),
        ({"agent": "deliberator", "rationality": np.ones(3)}, ("rationality", "(3,)", "2 numbers")),
        ({"agent": ["tft"]}, ("names no agent",)),
        (7, ("seats", "7", "{agent: gtft, q: 0.3}")),
        (Greedy(), ("greedy", "matrix", "tft")),
    ],
)
def test_wrong_seats_say_what_is_allowed(spec, words):
    with pytest.raises(SettingError) as error:
        comity.play("matrix", [spec], worlds=2)
    assert all(word in str(error.value) for word in words)


def test_a_role_that_nobody_plays_is_said(monkeypatch):
    monkeypatch.setitem(ROLES, "reciprocator", {"fishery": "conditional"})
    assert "reciprocator" not in agents_for("matrix")
    with pytest.raises(SettingError, match="nobody plays the reciprocator in matrix: name an agent, one of .*tft"):
        comity.play("matrix", ["reciprocator"])


def test_payoffs_beyond_all_numbers_are_said():
    with pytest.raises(ValueError, match="matrix: a utility is not a finite number"):
        comity.play("matrix", ["deliberator"], payoffs=[1e308, 1e308, 0, 0, 0, 0, 1, 1], horizon=4)


def test_conduct_reaches_knobs_and_can_be_fixed():
    def forgives(spec):
        record = comity.play("matrix", [spec, "alld"], worlds=4000, horizon=2)
        return record.cooperation[:, 1, 0].mean()

    assert forgives({"agent": "gtft", "norms": "kind"}) == pytest.approx(0.8, abs=0.03)
    assert forgives({"agent": "gtft", "norms": "kind", "conduct": "fixed"}) == pytest.approx(1 / 3, abs=0.03)
    assert forgives({"agent": "tft", "norms": "kind"}) == 0, "a strategy without knobs ignores norms"
