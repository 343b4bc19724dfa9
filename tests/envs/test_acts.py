"""Who did what towards whom, as a seat saw it: known answers of every game, and nothing that it could not see."""

import numpy as np
import pytest

from comity.envs.acts import SOMEBODY, Act
from comity.envs.catalogue import games, make
from comity.envs.chance import keys
from comity.envs.game import RUNNING
from comity.envs.monte_carlo import random_moves
from comity.envs.worlds import Worlds


def after(name, *moves, seed=0, **params):
    """The game, and its world after these moves of all seats, step by step."""
    game = make(name, **params)
    worlds = Worlds(game, 1)
    worlds.reset(seed)
    for step in moves:
        worlds.step(np.array([step], float))
    return game, worlds.state[0]


def told(name, *moves, seat=0, **params):
    game, world = after(name, *moves, **params)
    return game.acts_seen(world, seat)


def test_matrix():
    acts = told("matrix", (0, 1), seat=1)
    assert acts == [Act(1, 0, "defect"), Act(0, 1, "cooperate")]
    assert told("matrix", (0, 1), perception_noise=1.0) == [Act(0, 1, "cooperate"), Act(1, 0, "cooperate")]
    assert told("matrix", (0, 1), action_noise=1.0) == [Act(0, 1, "defect"), Act(1, 0, "cooperate")]
    assert told("matrix", (0, 1, 1), seat=2, n_agents=3) == []  # sits out


def test_standoff():
    quiet = {"action_noise": 0.0, "perception_noise": 1.0}
    assert told("standoff", (0, 1), **quiet) == [Act(0, 1, "hold"), Act(1, 0, "hold")]


def test_donor():
    two = {"n_agents": 2, "shuffle": False}
    assert told("donor", (30, 101), **two) == [Act(0, 1, "give", 30.0, "percent")]
    assert told("donor", (30, 101), seat=1, **two) == [Act(0, 1, "give", 30.0, "percent")]
    assert told("donor", (0, 2), seat=1, binary=True, **two) == [Act(0, 1, "keep")]
    game, world = after("donor", (1, 0, 2, 2), n_agents=4, shuffle=False, binary=True)
    met = world["met"].tolist()
    assert game.acts_seen(world, 0) == [Act(0, met[0], "give")]
    assert game.acts_seen(world, met[1]) == [Act(1, met[1], "keep")]


def test_trust():
    rounds = {"horizon": 3, "endowment": 10, "multiplier": 3, "integer": False}
    game = make("trust", **rounds)
    skip = game.n_moves - 1
    sent = [(450, skip)]
    assert told("trust", *sent, **rounds) == [Act(0, 1, "send", 4.5)]
    assert told("trust", *sent, (skip, 725), **rounds) == [Act(1, 0, "return", 7.25)]
    swapped = told("trust", *sent, (skip, 725), swap_roles=True, **rounds)
    assert swapped == [Act(1, 0, "return", 7.25)]
    assert told("trust", *sent, (skip, 725), (skip, 200), swap_roles=True, **rounds) == [Act(1, 0, "send", 2.0)]


def test_fishery():
    assert told("fishery", (3, 4, 5), seat=1, n_agents=3) == [
        Act(1, None, "catch", 4.0, "tons"),
        Act(0, None, "catch", 3.0, "tons"),
        Act(2, None, "catch", 5.0, "tons"),
    ]
    alone = told("fishery", (3, 4), n_agents=2, catches_public=False, skin="pasture")
    assert alone == [Act(0, None, "graze", 3.0, "hectares")]
    newcomer = {"n_agents": 3, "newcomer_step": 2}
    assert told("fishery", seat=2, **newcomer) == []
    assert [act.actor for act in told("fishery", (3, 4, 5), seat=2, **newcomer)] == [0, 1]


def test_public_goods():
    assert told("public_goods", (1, 2, 3, 4), seat=2)[:2] == [
        Act(2, None, "give", 3.0, "tokens"),
        Act(0, None, "give", 1.0, "tokens"),
    ]
    gifts = np.arange(8.0)
    game, world = after("public_goods", gifts, matching="stranger", population=8)
    mates = sorted(j for j in range(8) if world["gave_in"][j] == world["gave_in"][5] and j != 5)
    acts = game.acts_seen(world, 5)
    assert acts[0] == Act(5, None, "give", 5.0, "tokens")
    assert [(act.actor, act.amount) for act in acts[1:]] == [(SOMEBODY, float(j)) for j in mates]
    chosen = told("public_goods", [22] * 7, preset="sanctsim")
    assert chosen == [Act(0, None, "choose", terms="SI")]


def test_the_other_commons():
    assert told("appropriation", range(8)) == [Act(0, None, "put in", 0.0, "tokens")]
    assert len(told("appropriation", range(8), identified=True)) == 8
    assert told("climate", (0, 1, 2, 0, 0, 0), seat=1)[0] == Act(1, None, "give", 2.0, "euros")
    assert told("climate", (0, 1, 2, 0, 0, 0), seat=1)[2] == Act(2, None, "give", 4.0, "euros")
    assert [act.words for act in told("harvest", [1] * 10, n_agents=10)] == ["north"]


def test_bargaining():
    assert told("alternating_offers", (40, 104)) == [Act(0, 1, "offer", 40.0, "units")]
    assert told("alternating_offers", (40, 104), (104, 101)) == [Act(1, 0, "accept")]
    assert told("alternating_offers", (103, 104)) == [Act(0, 1, "lose the turn")]
    offers = {"horizon": 3, "pie": 10}
    assert told("ultimatum", (3, 13), seat=1, **offers)[0].words == "propose: 3 for you, 7 for the other"
    assert told("ultimatum", (3, 13), (13, 4), **offers)[0].words == "propose: 4 for you, 6 for the other"
    assert told("ultimatum", (3, 13), (13, 12), **offers) == [Act(1, 0, "reject")]
    assert told("buy_sell", (55, 103))[0].words == "propose: a price of 55"
    talks = {"preset": "small_sheet", "rounds": 0, "vote": "free"}  # 18 deals, then yes, no, pass
    assert told("scorable", (5, 20, 20, 20), seat=2, **talks) == [Act(0, None, "propose", terms="A1 B2 C3")]
    vote = told("scorable", (5, 20, 20, 20), (18, 18, 19, 18), seat=2, **talks)
    assert vote == [Act(2, None, "vote", terms="no")]


def test_conflicts():
    levels = (8, 0)  # of nine, from -1 to 1
    assert told("arms_race", levels) == [Act(0, None, "change arms by", 1.0), Act(1, None, "change arms by", -1.0)]
    game = make("crisis", n_agents=3)
    act = game.actions.names.index
    moves = (game.move_for(act("sanction"), 0, 1), game.move_for(act("disarm"), 1, 0), game.move_for(act("wait"), 2, 0))
    of = lambda seat: told("crisis", moves, seat=seat, n_agents=3)  # noqa: E731
    assert of(0)[0] == Act(0, 1, "sanction")
    assert of(1)[1] == Act(0, 1, "NV (escalates without violence)")
    assert of(2)[1] == Act(0, SOMEBODY, "NV (escalates without violence)")
    assert of(2)[2] == Act(1, None, "DE (de-escalates)")


def test_under_stages_what_the_game_shows_of_its_own_step():
    game = make("public_goods", institutions=["punishment"])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.array([[1.0, 2, 3, 4]]))
    assert [act.amount for act in game.acts_seen(worlds.state[0], 0)] == [1.0, 2.0, 3.0, 4.0]
    worlds.step(game._first[1] + np.zeros((1, 4)))
    assert game.acts_seen(worlds.state[0], 0) == []


SETTINGS = [(name, "noisy") for name in games()]
SETTINGS += [pytest.param(name, "default", marks=pytest.mark.slow) for name in games()]
KEPT = ("key", "row", "col", "timeout")  # nobody stands in two places


@pytest.mark.parametrize(("name", "kind"), SETTINGS)
def test_nothing_is_told_that_could_not_be_seen(name, kind, noisy):
    """Whatever of a world can be put in the place of what is there without changing what a seat observes, reads and
    imagines, changes nothing in the acts that it saw.
    """
    game = make(name, **(noisy[name] if kind == "noisy" else {}))
    worlds = Worlds(game, 12)
    worlds.reset(3)
    own = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
    hidden = 0
    for step in range(min(5, game.max_steps)):
        running = np.flatnonzero(worlds.ended == RUNNING)[:2]
        worlds.step(random_moves(game, worlds, own, step))
        for b in running:
            for seat in {0, game.n_agents - 1}:
                hidden += unseen_changes(game, worlds.state, b, seat)
    assert hidden


def unseen_changes(game, state, b, seat):
    """How many changes of world b the ``seat`` does not notice; each leaves the acts that it saw as they are."""
    names = [name for name in state.dtype.names if name not in KEPT]
    changed = np.concatenate([mixtures(game, state, b, seat, name) for name in names])
    if game.anonymous:
        changed = np.concatenate([changed, renamed(game, state, b, seat)])
    both = np.concatenate([state[[b]], changed])
    seen = np.zeros((len(both), game.n_agents, len(game.fields)), game.observation_dtype)
    game.kernels.observe(game.p, both, seen)
    imagined = game.imagine(both, seat, np.zeros(len(both), np.uint64))
    rows = [row.tobytes() for row in seen[:, seat]]
    beliefs, facts = contents(imagined), contents(both)
    text, acts = game.view(both[0], seat), game.acts_seen(both[0], seat)
    alike = [k for k in range(1, len(both)) if rows[k] == rows[0] and beliefs[k] == beliefs[0]]
    unnoticed = [k for k in alike if game.view(both[k], seat) == text]
    assert all(game.acts_seen(both[k], seat) == acts for k in unnoticed)
    return sum(facts[k] != facts[0] for k in unnoticed)


def contents(worlds):
    """Each world as bytes, without what lies between its fields."""
    columns = [np.ascontiguousarray(worlds[name]).reshape(len(worlds), -1) for name in worlds.dtype.names]
    return [b"".join(column[k].tobytes() for column in columns) for k in range(len(worlds))]


def mixtures(game, state, b, seat, name):
    """World b with what other worlds have under ``name``: all of it, and of each other seat alone."""
    others = [c for c in range(len(state)) if c != b][:3]
    whole = np.repeat(state[[b]], len(others))
    whole[name] = state[name][others]
    if state[name].shape[1:2] != (game.n_agents,):
        return whole
    parts = [whole]
    for j in [j for j in range(game.n_agents) if j != seat][:3]:
        part = np.repeat(state[[b]], len(others))
        part[name][:, j] = state[name][others, j]
        parts.append(part)
    return np.concatenate(parts)


def renamed(game, state, b, seat):
    """World b with each other seat in the place of the first of them, in all that is kept for each seat."""
    first, *others = [j for j in range(game.n_agents) if j != seat]
    worlds = np.repeat(state[[b]], len(others))
    for world, j in zip(worlds, others, strict=True):
        order = np.arange(game.n_agents)
        order[[first, j]] = j, first
        for name in state.dtype.names:
            if world[name].shape == (game.n_agents,):
                world[name] = order[world[name]] if name == "order" else world[name][order]
    return worlds
