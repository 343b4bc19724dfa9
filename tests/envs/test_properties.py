"""What holds in every game: GAMES.md §5.2."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.agents.seats import agents_of
from comity.envs.catalogue import games, make
from comity.envs.chance import keys
from comity.envs.game import RUNNING
from comity.envs.monte_carlo import random_moves
from comity.envs.worlds import Worlds

LONG = {
    "matrix": {"n_agents": 5, "pairing": "random", "action_noise": 0.1, "perception_noise": 0.1},
    "donor": {"n_agents": 4, "binary": True, "information": "image", "action_noise": 0.1},
    "trust": {"swap_roles": True},
    "fishery": {"growth_noise": 0.3, "collapse_threshold": 0},
    "public_goods": {"n_agents": 7, "multiplier": 1.6, "group_choice": True},
    "appropriation": {"endowment": 100},
    "climate": {"endowment": 50, "loss_draw": "individual"},
    "harvest": {
        **{"height": 6, "width": 8, "patches": (2, 3), "spawn_row": 4, "view": 3, "n_agents": 3},
        **{"zap": True, "zap_timeout": 2, "terminate_on_extinction": False},
    },
    "cleanup": {
        **{"height": 4, "width": 8, "river_width": 2, "orchard_width": 3, "view": 1, "n_agents": 3},
        **{"zap": True, "zap_timeout": 2},
    },
    "alternating_offers": {"breakdown": 0.0001, "outside_option": (0.1, 0.2)},
    "ultimatum": {},
    "division": {},
    "buy_sell": {"max_proposals": 5000},
    "exchange": {"max_proposals": 5000},
    "scorable": {"preset": "small_sheet", "rounds": 10_000, "vote": "free"},
    "standoff": {"crash_prob": 0.0001, "perception_noise": 0.1},
    "arms_race": {"n_agents": 3, "perception_noise": 0.2},
    "crisis": {"n_agents": 3, "perception_noise": 0.2},
}
STILL = {
    "matrix": {},
    "donor": {"shuffle": False},
    "trust": {},
    "fishery": {"rationing": "proportional", "integer": False},
    "public_goods": {},
    "appropriation": {},
    "climate": {"risk": 1},
    "harvest": {"n_agents": 1, "regrow_prob": (0, 0, 0, 0)},
    "cleanup": {"n_agents": 1, "dirt_init": 0, "dirt_spawn_prob": 0, "apple_prob": 0},
    "alternating_offers": {},
    "ultimatum": {},
    "division": {"common_knowledge": True},
    "buy_sell": {"common_knowledge": True},
    "exchange": {},
    "scorable": {"preset": "small_sheet", "common_knowledge": True},
    "standoff": {"action_noise": 0},
    "arms_race": {},
    "crisis": {"accident_prob": 0},
}
"""Settings without chance, and without anything that seats imagine by chance."""
ONE_OPTIMUM = {**STILL, "division": {"context": 0}}
"""Settings under which the optimum is that of every episode, and no mean."""
ALIKE = [
    "matrix",
    "fishery",
    "public_goods",
    "appropriation",
    "climate",
    "standoff",
    "arms_race",
    "crisis",
]
"""Games in which all move at once, and who sits where makes no difference."""
BENCHMARKED = ("harvest", "cleanup")
"""Games whose optimum nobody knows: their anchors are scripted benchmarks."""
ANYTHING = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.integers(-5, 130).map(float))


@settings(max_examples=30, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", games())
def test_no_move_breaks_a_world(name, data):
    game = make(name, **LONG[name], horizon=4)
    worlds = Worlds(game, 2)
    worlds.reset(data.draw(st.integers(0, 2**64 - 3)))
    for _ in range(6):
        moves = data.draw(st.lists(ANYTHING, min_size=2 * game.n_agents, max_size=2 * game.n_agents))
        before = worlds.state["illegal"].copy()
        worlds.step(np.array(moves).reshape(2, game.n_agents))
        labels = worlds.state["cooperation"]
        assert np.isfinite(worlds.rewards).all()
        assert ((labels >= 0) & (labels <= 1) | np.isnan(labels)).all()
        assert np.isfinite(worlds.observations).all()
        assert (worlds.observations >= game.observation_box.low).all()
        assert (worlds.observations <= game.observation_box.high).all()
        assert (worlds.state["illegal"] >= before).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", games())
def test_soak(name):
    game = make(name, **LONG[name], horizon=5000)
    worlds = Worlds(game, 2)
    worlds.reset(0)
    seat_keys = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
    for step in range(5000):
        worlds.step(random_moves(game, worlds, seat_keys, step))
        assert np.isfinite(worlds.rewards).all()
    assert (worlds.state["illegal"] == 0).all()


@pytest.mark.parametrize("name", games())
def test_after_the_end_nothing_changes_and_nothing_is_paid(name, small_maps):
    game = make(name, **small_maps.get(name, {}), horizon=1)
    worlds = Worlds(game, 3)
    worlds.reset(0)
    while not worlds.ended.all():
        worlds.step(np.zeros((3, game.n_agents)))
    before = worlds.state.tobytes()
    worlds.step(np.ones((3, game.n_agents)))
    assert worlds.state.tobytes() == before
    assert not worlds.rewards.any()


@pytest.mark.parametrize("name", ALIKE)
@pytest.mark.parametrize("cooperative", [True, False])
def test_exemplars_are_labelled_so(name, cooperative):
    game = make(name, **STILL[name])
    worlds = Worlds(game, 50)
    worlds.reset(0)
    if name == "fishery":
        worlds.state["stock"] = np.linspace(10, 100, 50).round()
    acts = np.stack([game.exemplar(worlds.state, i, cooperative) for i in range(game.n_agents)], axis=1)
    worlds.step(acts)
    assert (worlds.state["cooperation"] == (1.0 if cooperative else 0.0)).all()


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("alternating_offers", {"disagreement": (0.1, 0.3)}),
        ("ultimatum", {}),
        ("division", {}),
        ("buy_sell", {}),
        ("exchange", {"utility": "cobb_douglas"}),
    ],
)
@pytest.mark.parametrize("cooperative", [True, False])
def test_offers_that_are_labelled_so(name, params, cooperative):
    game = make(name, **params)
    worlds = Worlds(game, 50)
    worlds.reset(0)
    for mover in range(2):
        worlds.step(np.stack([game.exemplar(worlds.state, i, cooperative) for i in range(2)], axis=1))
        running = worlds.state["step"] == mover + 1
        assert (worlds.state["cooperation"][running, mover] == (1.0 if cooperative else 0.0)).all()
        if game.params.horizon == 1:
            break


@pytest.mark.parametrize("name", ALIKE)
def test_relabelling_the_seats_relabels_payoffs_and_labels(name):
    """Symmetric games without chance: who sits where makes no difference."""
    game = make(name, **STILL[name], horizon=5)
    rng = np.random.default_rng(0)
    order = rng.permutation(game.n_agents)[::-1]
    one, other = Worlds(game, 20), Worlds(game, 20)
    one.reset(0)
    other.reset(0)
    for _ in range(5):
        moves = (
            rng.integers(0, game.n_moves, (20, game.n_agents)) if game.n_moves else rng.random((20, game.n_agents)) * 30
        )
        one.step(moves.astype(float))
        other.step(moves[:, order].astype(float))
        assert other.rewards == pytest.approx(one.rewards[:, order])
        assert other.state["cooperation"] == pytest.approx(one.state["cooperation"][:, order], nan_ok=True)


@pytest.mark.parametrize("name", [name for name in games() if name not in BENCHMARKED])
def test_no_strategy_beats_the_optimum(name):
    game = make(name, **ONE_OPTIMUM[name])
    best = game.anchors().optimum
    guests = ["axelrod", "llm"]  # a library that takes long to import, and models: both play in tests of their own
    for agent in (agent for agent, kind in agents_of(name).items() if not kind.needs and agent not in guests):
        record = comity.play(game, [agent], worlds=4)
        assert record.rewards.sum(axis=(1, 2)).max() <= best + 1e-9


@pytest.mark.parametrize("chance", ["none", "default", "all"])
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in ("harvest", "cleanup"))) for name in games()]
)
def test_a_game_says_whether_chance_touches_what_follows(name, chance, noisy):
    """By ``stochastic`` or ``branches``: where both say no, whoever looks ahead imagines one future only."""
    game = make(name, **{"none": STILL[name], "default": {}, "all": noisy[name]}[chance]).believed(0)
    assert touched_by_chance(game) == (game.stochastic or len(game.branches()) > 1)


def touched_by_chance(game):
    """Do worlds that are equal, and in which all seats do the same, differ after a step if their keys do, or in what a
    seat imagines of them?"""
    fate = [name for name in game.world_dtype.names or () if name not in ("key", "seen")]
    worlds = Worlds(game, 200)
    for episode in range(20):
        worlds.reset(0)
        acting = np.repeat(keys(np.uint64(episode), np.arange(game.n_agents))[:, None], 200, axis=1)
        for step in range(12):  # to the end of the shortest game
            worlds.state[:] = worlds.state[0]
            worlds.state["key"] = np.arange(200) + 1000 * step
            imagined = game.imagine(worlds.state, step % game.n_agents, worlds.state["key"])
            if any(differs(imagined[name]) for name in fate):
                return True
            worlds.step(random_moves(game, worlds, acting, step))
            if any(differs(worlds.state[name]) for name in fate):
                return True
            if worlds.ended[0] != RUNNING:
                break
    return False


def differs(values):
    return not np.array_equal(values, np.broadcast_to(values[:1], values.shape), equal_nan=values.dtype.kind == "f")


@pytest.mark.parametrize("name", games())
def test_texts_and_numbers_never_touch_the_world(name, small_maps):
    game = make(name, **small_maps.get(name, {}))
    worlds = Worlds(game, 1)
    worlds.reset(0)
    before = worlds.state.tobytes()
    for i in range(game.n_agents):
        assert game.brief(i)
        assert game.view(worlds.state[0], i)
        assert game.move_schema(worlds.state[0], i)
        assert game.cooperation_pairs(worlds.state).shape == (1, game.n_agents, game.n_agents)
    assert worlds.state.tobytes() == before
    assert worlds.ended[0] == RUNNING


@pytest.mark.parametrize("name", games())
def test_the_page_of_a_game_is_whole(name):
    page = __import__(type(make(name)).__module__, fromlist=["x"]).__doc__
    parts = ("Models", "Rules", "Observation", "Action", "Cooperation", "Known answers", "Source", "Versions")
    assert all(f"**{part}" in page for part in parts)
