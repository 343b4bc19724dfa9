"""GAMES.md §4.3: known answers of the crisis ladder."""

from itertools import product

import numpy as np
import pytest

import comity
from comity.agents.agent import View
from comity.agents.seats import seat
from comity.analysis.episodes import episode_measures
from comity.envs.chance import world_seeds
from comity.envs.deescalation.actions import CLASSES, COLUMNS, DE, NU, NV, PO, SHIPPED, SQ, VI
from comity.envs.deescalation.crisis import NOBODY, Crisis
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

CALM = {"accident_prob": 0}
ARMED = {"weapons": 3}
GAME = Crisis()
ACTS = {name: k for k, name in enumerate(GAME.actions.names)}
RANKS = GAME.actions.ranks
PULL_BACK, WAIT, EXERCISE, SANCTION, STRIKE, INVADE = (
    ACTS[name] for name in ("pull_back", "wait", "exercise", "sanction", "strike", "invade")
)
TARGETED = GAME.actions.targeted


def step_once(moves, **params):
    """The worlds after a step from the start, one for each row of moves."""
    worlds = Worlds(Crisis(**{**CALM, **params}), len(moves))
    worlds.reset(0)
    worlds.step(np.array(moves, float))
    return worlds


def table(n=2, **params):
    """(m, …, m, n): payoffs of the first step of every profile of moves."""
    m = Crisis(n_agents=n).n_moves
    worlds = step_once(list(product(range(m), repeat=n)), n_agents=n, **params)
    return worlds.rewards.reshape(*[m] * n, n)


def run(*acts, steps=14, **params):
    """One world in which both repeat an act, after so many steps or the end."""
    worlds = Worlds(Crisis(**{**CALM, "horizon": steps, **params}), 1)
    worlds.reset(0)
    total = np.zeros(2)
    while not worlds.ended.any():
        worlds.step(np.array([acts], float))
        total += worlds.rewards[0]
    return worlds.state[0], total


# -- the first step ----------------------------------------------------------------------------------------------------


def test_the_table_of_first_steps():
    rows = [
        [(3, 3), (-1, 1), (-2.5, 0), (-7, 1.25), (-16, 4)],
        [(1, -1), (0, 0), (-1, -1), (-4, -1.4), (-10, -1.4)],
        [(0, -2.5), (-1, -1), (-1.6, -1.6), (-3.4, -2.8), (-7, -3.6)],
        [(1.25, -7), (-1.4, -4), (-2.8, -3.4), (-5.2, -5.2), (-10, -5.4)],
        [(4, -16), (-1.4, -10), (-3.6, -7), (-5.4, -10), (-9, -9)],
    ]
    acts = [PULL_BACK, WAIT, EXERCISE, SANCTION, STRIKE]
    assert table()[np.ix_(acts, acts)] == pytest.approx(np.array(rows))


def test_nuclear_strikes():
    tactical = ACTS["tactical_nuclear"]
    worlds = Worlds(Crisis(**CALM), 1)
    worlds.reset(0)
    worlds.state["weapons"][0] = [1, 0]
    worlds.step(np.array([[tactical, WAIT]], float))
    assert worlds.rewards[0].tolist() == [-4, -40]
    assert worlds.state["weapons"][0].tolist() == [0, 0]
    assert step_once([[tactical, WAIT]], **ARMED).rewards[0].tolist() == [-39, -40]
    assert step_once([[tactical, tactical]], **ARMED).rewards[0].tolist() == [-63, -63]


def test_violence_without_military_does_no_harm():
    for name in ("blockade", "strike", "invade"):
        worlds = step_once([[ACTS[name], WAIT]], military=0)
        assert worlds.rewards[0, 1] == pytest.approx(0.5), "what it saves on upkeep"


def test_nobody_captures_from_one_that_is_violent_to_it():
    capture = (0.5, 0.2, 0, 0, 0.3, 0.3)
    with_both = step_once([[STRIKE, STRIKE]], capture=capture).rewards[0]
    assert with_both.tolist() == step_once([[STRIKE, STRIKE]]).rewards[0].tolist()
    at = Crisis(n_agents=3).move_for
    elsewhere = [[at(STRIKE, 0, 1), at(STRIKE, 1, 2), WAIT * 2]]
    more, less = (step_once(elsewhere, n_agents=3, capture=c).rewards[0, 0] for c in (capture, GAME.params.capture))
    assert more - less == pytest.approx(0.3 * 0.6 * 8)


# -- the ten conditions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [0, 0.25, 0.5, 1, 3])
def test_mutual_deescalation_is_the_optimum(f):
    for params in ({}, ARMED):
        joint = table(first_strike_advantage=f, **params).sum(axis=2)
        conceding = RANKS == DE
        mutual = conceding[:, None] & conceding
        assert joint.max() == pytest.approx(6)
        assert joint[mutual].min() >= 4 - 1e-9
        assert joint[~mutual].max() <= 1e-9


def test_the_optimum_of_three():
    game = Crisis(n_agents=3)
    joint = table(3, **ARMED).sum(axis=3)
    ranks = RANKS[game.p["act_of"]]
    assert joint.max() == pytest.approx(6)
    for profile in zip(*np.nonzero(joint > 6 - 1e-9), strict=True):
        here = ranks[list(profile)]
        assert (here == DE).sum() >= 2
        assert (here <= SQ).all()


def test_the_ladder_falls():
    diagonal = [table(**ARMED)[act, act] for act in (GAME.actions.of_class(rank) for rank in range(6))]
    assert np.array(diagonal)[:, 0] == pytest.approx([3, 0, -1.6, -5.2, -9, -63])


def test_conceding_to_a_threat_is_dangerous():
    pays = table()[:, :, 0]
    threats = np.flatnonzero(np.isin(RANKS, (PO, NV, VI)) & TARGETED)
    for d, e in product(np.flatnonzero(RANKS == DE), threats):
        assert pays[d, e] < pays[WAIT, e]
        assert pays[d, e] < pays[EXERCISE, e]


@pytest.mark.parametrize("f", [0, 0.1, 0.25, 0.3, 0.5, 0.9, 1, 1.1, 2])
def test_temptation(f):
    pays = table(first_strike_advantage=f)[:, :, 0]
    assert pays[[STRIKE, INVADE, PULL_BACK], PULL_BACK] == pytest.approx([2 + 4 * f, 6 * f, 3])
    best = pays[:, PULL_BACK].max()
    assert (pays[PULL_BACK, PULL_BACK] >= best - 1e-9) == (f <= 0.25)
    assert (pays[STRIKE, PULL_BACK] >= best - 1e-9) == (0.25 <= f <= 1)
    assert (pays[INVADE, PULL_BACK] >= best - 1e-9) == (f >= 1)
    assert pays[WAIT, WAIT] >= pays[:, WAIT].max() - 1e-9


def test_posture_is_the_safe_answer():
    pays = table()[:, :, 0]

    def best_replies(act):
        best = (pays[:, act] > pays[:, act].max() - 1e-9) & (RANKS != NU)  # which is not legal without weapons
        return {GAME.actions.names[k] for k in np.flatnonzero(best)}

    assert best_replies(WAIT) == best_replies(EXERCISE) == {"wait", "message"}
    assert best_replies(SANCTION) == best_replies(STRIKE) == {"exercise", "build_up"}


def test_a_stag_hunt_and_a_prisoners_dilemma_within():
    pays = table()[:, :, 0]
    stag = pays[np.ix_([PULL_BACK, WAIT], [PULL_BACK, WAIT])]
    fear, gain = stag[1, 1] - stag[0, 1], stag[0, 0] - stag[1, 0]
    assert gain > 0
    assert fear / (fear + gain) == pytest.approx(1 / 3)
    dilemma = pays[np.ix_([PULL_BACK, STRIKE], [PULL_BACK, STRIKE])]
    assert dilemma[1, 0] == 4 and dilemma[0, 0] == 3 and dilemma[1, 1] == -9 and dilemma[0, 1] == -16


@pytest.mark.parametrize(("f", "least"), [(0.5, 0.25), (1, 0.5), (0.7, 1.8 / 4.8)])
def test_grim_reversion_sustains_concessions_iff_patient(f, least):
    """3/(1 − δ) ≥ temptation + δ·0/(1 − δ), in a crisis that is the same in every step."""
    static = {"preset": "crisis_static", "first_strike_advantage": f}
    deviation = table(first_strike_advantage=f, growth=0, upkeep=0, tension_cost=0)[:, PULL_BACK, 0].max()
    assert 1 - 3 / deviation == pytest.approx(least)
    assert (4 * f - 1) / (4 * f + 2) == pytest.approx(least)
    record = comity.play("crisis", ["pull_back"], horizon=50, **static)
    assert (record.rewards == 3).all()
    assert (comity.play("crisis", ["wait"], horizon=50, **static).rewards == 0).all()


def test_runs_of_fourteen_steps():
    quiet, none = run(WAIT, WAIT)
    assert none.tolist() == [0, 0]
    assert (quiet["economy"].tolist(), quiet["stability"].tolist(), quiet["tension"][0, 1]) == ([100] * 2, [15] * 2, 20)
    assert run(PULL_BACK, PULL_BACK)[1] == pytest.approx([53, 53])
    tensions = [run(PULL_BACK, PULL_BACK, steps=k)[0]["tension"][0, 1] for k in range(1, 8)]
    assert tensions == [16, 12, 8, 4, 0, 0, 0]
    posed, paid = run(EXERCISE, EXERCISE)
    assert paid == pytest.approx([-56.4, -56.4])
    assert (posed["economy"][0], posed["stability"][0]) == pytest.approx((52, 6.6))
    assert [run(EXERCISE, EXERCISE, steps=k)[0]["tension"][0, 1] for k in (9, 10, 14)] == [92, 100, 100]


@pytest.mark.parametrize(
    ("name", "step"),
    [("strike", 12), ("sanction", 13), ("cyber_operation", 6), ("blockade", 10), ("invade", 8), ("exercise", 25)],
)
def test_mutual_collapse(name, step):
    world, _ = run(ACTS[name], ACTS[name], steps=60)
    assert world["step"] == step
    assert not world["present"].any()
    assert Crisis.outcomes[world["outcome"]] == "collapse"


def test_a_conceder_falls_to_strikes():
    world, paid = run(STRIKE, PULL_BACK)
    assert world["step"] == 8
    assert paid == pytest.approx([-7.2, -109.2])
    assert world["present"].tolist() == [1, 0]


IDLE = "\n".join([",".join(COLUMNS), *(f"{c.lower()},{c},no" + ",0" * 10 for c in CLASSES)])


@pytest.fixture
def idle(tmp_path):
    """A table of six acts without any effect, one for each class."""
    path = tmp_path / "idle.csv"
    path.write_text(IDLE)
    return str(path)


def mirrors(idle, noise, classes, steps, worlds):
    """(steps,) and (steps,): mean severity of two mirrors in every step, all harm off, and four standard errors."""
    allowed = [k < classes for k in range(6)]
    still = {"growth": 0, "upkeep": 0, "tension_cost": 0, "accident_prob": 0}
    setting = {**still, "actions": idle, "perception_noise": noise, "allowed": allowed, "horizon": steps}
    record = comity.play("crisis", ["mirror"], worlds=worlds, **setting)
    severity = np.array(record.game.params.severity)
    acts = severity[record.actions.astype(int)]
    return acts.mean(axis=(0, 2)), 4 * acts.std(axis=(0, 2)) / (2 * worlds) ** 0.5


def test_two_mirrors_walk_at_random(idle):
    """Mean severity after 10, 50, 200 perceptions, ν = .05, five classes."""
    path, error = mirrors(idle, 0.05, 5, 201, 6000)
    assert path[0] == -2
    for step, expected in ((10, -1.4966), (50, 0.7176), (200, 6.4172)):
        assert path[step] == pytest.approx(expected, abs=error[step])


@pytest.mark.parametrize(("classes", "mean"), [(6, 17), (5, 8.4)])
def test_in_the_long_run_all_classes_are_alike(idle, classes, mean):
    path, error = mirrors(idle, 0.6, classes, 200, 5000)
    assert path[-1] == pytest.approx(mean, abs=error[-1])


def test_accidents():
    """.02 × 20/100 per pair in the first step; both lose 10 and 2, and the tension rises by 28."""
    worlds = 50_000
    state = step_once(np.full((worlds, 2), WAIT), accident_prob=0.02).state
    hit = state["economy"][:, 0] < 100
    assert hit.mean() == pytest.approx(0.004, abs=4 * (0.004 / worlds) ** 0.5)
    assert (state["economy"][hit] == 90).all() and (state["stability"][hit] == 13).all()
    assert (state["tension"][hit, 0, 1] == 48).all() and (state["reckoned"][hit, 0, 1] == 48).all()


# -- moves, presence, labels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 8])
def test_a_move_is_an_act_and_a_target(n):
    game = Crisis(n_agents=n)
    assert game.n_moves == 13 * (n - 1) + 5
    for i in range(n):
        seen = set()
        for move in range(game.n_moves):
            act, target = game.act_and_target(move, i)
            assert game.move_for(act, i, target) == move
            assert target != i and (target == NOBODY) == (not TARGETED[act])
            seen.add((act, target))
        assert len(seen) == game.n_moves


def test_what_is_legal():
    game = Crisis(**CALM)
    worlds = Worlds(game, 3)
    worlds.reset(0)
    worlds.state["weapons"][:, 0] = [0, 1, 3]
    worlds.state["military"][2, 0] = 0
    worlds.look()
    without = [{game.actions.names[k] for k in np.flatnonzero(mask == 0)} for mask in worlds.masks[:, 0]]
    assert without == [{"tactical_nuclear", "full_nuclear"}, {"full_nuclear"}, {"disarm"}]
    calm = Worlds(Crisis(allowed=(True, True, True, False, False, False)), 1)
    calm.reset(0)
    assert set(RANKS[np.flatnonzero(calm.masks[0, 0])]) == {DE, SQ, PO}


@pytest.mark.parametrize("asked", [16, 17, 18, -1, 3.5, np.nan, np.inf])
def test_what_is_not_legal_is_waiting_and_counted(asked):
    worlds = step_once([[asked, WAIT]])
    assert worlds.state["action"][0].tolist() == [WAIT, WAIT]
    assert worlds.state["illegal"][0].tolist() == [1, 0]
    assert worlds.rewards[0].tolist() == [0, 0]


def fallen():
    """Three nations, the second of which has just collapsed."""
    game = Crisis(n_agents=3, **CALM)
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.state["economy"][0, 1] = 5
    at = game.move_for
    worlds.step(np.array([[at(STRIKE, 0, 1), game.p["neutral"], at(PULL_BACK, 2, 1)]], float))
    return game, worlds


def test_a_nation_that_collapses_leaves():
    game, worlds = fallen()
    assert worlds.ended[0] == 0
    assert game.present(worlds.state).tolist() == game.movers(worlds.state).tolist() == [[True, False, True]]
    assert np.isfinite(worlds.state["cooperation"][0]).all(), "its last act was one"
    assert np.flatnonzero(worlds.masks[0, 1]).tolist() == [game.p["neutral"]]
    at = game.move_for
    assert worlds.masks[0, 0, at(STRIKE, 0, 1)] == 0 and worlds.masks[0, 0, at(STRIKE, 0, 2)] == 1
    worlds.step(np.array([[at(STRIKE, 0, 1), at(STRIKE, 1, 0), at(PULL_BACK, 2, 0)]], float))
    now = worlds.state[0]
    assert np.isnan(now["action"][1]) and np.isnan(now["cooperation"][1]) and now["payoff"][1] == 0
    assert now["illegal"].tolist() == [1, 0, 0], "who is gone is no target, and does nothing wrong"
    assert now["cooperation"][[0, 2]].tolist() == [0.5, 1]
    assert game.view(now, 0).count("is gone") == 1
    seen = worlds.observations[0, 0, [game.field_index[name] for name in ("present_1", "class_1", "economy_1")]]
    assert seen.tolist() == [0, -1, 0]


def test_the_last_one_ends_it():
    game, worlds = fallen()
    worlds.state["stability"][0, 2] = 1
    worlds.step(np.array([[game.move_for(STRIKE, 0, 2), game.p["neutral"], game.p["neutral"]]], float))
    assert worlds.ended[0] == 1
    assert game.outcomes[worlds.state["outcome"][0]] == "collapse"


def test_labels_say_towards_whom():
    game = Crisis(n_agents=3, **CALM)
    at, nan = game.move_for, np.nan
    worlds = Worlds(game, 1)
    for acts, expected in (
        (
            [at(PULL_BACK, 0, 2), at(STRIKE, 1, 0), at(ACTS["message"], 2, 0)],
            [[nan, 0.5, 1], [0, nan, 0.5], [0.5, 0.5, nan]],
        ),
        (
            [at(ACTS["disarm"], 0, NOBODY), at(ACTS["build_up"], 1, NOBODY), at(WAIT, 2, NOBODY)],
            [[nan, 1, 1], [0, nan, 0], [0.5, 0.5, nan]],
        ),
    ):
        worlds.reset(0)
        worlds.step(np.array([acts], float))
        np.testing.assert_array_equal(game.cooperation_pairs(worlds.state)[0], expected)
        assert worlds.state["cooperation"][0] == pytest.approx(np.nanmean(expected, axis=1))


def test_dividends_of_concessions_without_a_target():
    game = Crisis(n_agents=3, **CALM)
    inspect, back = game.move_for(ACTS["accept_inspection"], 0, NOBODY), game.move_for
    both = step_once([[inspect, back(PULL_BACK, 1, 0), game.p["neutral"]]], n_agents=3)
    assert both.rewards[0] == pytest.approx([-1 + 1 + 1.5, -1 + 1.5, 0]), "one half, for there are two others"


# -- what is seen and believed -----------------------------------------------------------------------------------------


def test_without_noise_the_tension_is_known():
    worlds = Worlds(Crisis(n_agents=3, accident_prob=0.5), 20)
    worlds.reset(0)
    rng = np.random.default_rng(0)
    for _ in range(6):
        worlds.step(rng.integers(0, worlds.game.n_moves, (20, 3)).astype(float))
        assert np.array_equal(worlds.state["tension"], worlds.state["reckoned"])
        assert np.array_equal(worlds.state["tension"], worlds.state["tension"].swapaxes(1, 2))


@pytest.mark.parametrize(("act", "rank"), [(PULL_BACK, DE), (SANCTION, NV)])
def test_a_class_is_seen_one_rank_off(act, rank):
    worlds, noise = 20_000, 0.3
    state = step_once(np.full((worlds, 2), act), perception_noise=noise).state
    seen, error = state["seen"][:, 0, 1], 4 * 0.5 / worlds**0.5
    assert (seen == rank + 1).mean() == pytest.approx(noise / 2, abs=error)
    assert (seen == rank).mean() == pytest.approx(1 - noise / 2 if rank == DE else 1 - noise, abs=error)
    severity = np.array(GAME.params.severity)
    assert state["reckoned"][:, 0, 1] == pytest.approx(np.maximum(0, 20 + severity[rank] + severity[seen]))
    assert abs(np.corrcoef(seen, state["seen"][:, 1, 0])[0, 1]) < 0.03


def played(n=3, seeds=40, **params):
    """Worlds after a step of random moves."""
    game = Crisis(n_agents=n, weapons=3, **params)
    worlds = Worlds(game, seeds)
    worlds.reset(0)
    worlds.step(np.random.default_rng(1).integers(0, game.n_moves, (seeds, n)).astype(float))
    return game, worlds


@pytest.mark.parametrize("noise", [0.0, 0.4])
def test_a_seat_believes_what_it_sees(noise):
    game, worlds = played(perception_noise=noise)
    index = game.field_index
    believed = game.imagine(worlds.state, 0, np.zeros(worlds.num, np.uint64))
    seen = worlds.observations[:, 0]
    ranks = RANKS[game.p["act_of"]]
    for j in (1, 2):
        assert (ranks[believed["action"][:, j].astype(int)] == seen[:, index[f"class_{j}"]]).all()
        aim = np.where(believed["target"][:, j] == 0, 1, np.where(believed["target"][:, j] == NOBODY, 0, -1))
        assert (aim == seen[:, index[f"aim_{j}"]]).all()
        there = worlds.state["present"][:, j] == 1
        assert (believed["tension"][there, 0, j] == seen[there, index[f"tension_{j}"]]).all()
    assert (believed["tension"][:, 1, 2] == 20).all()
    towards_me = game.cooperation_pairs(believed)[:, 1:, 0]
    assert (believed["cooperation"][:, 1:] == towards_me).all()
    if noise:
        assert (believed["economy"][:, 1:] == 100).all() and np.isnan(believed["payoff"][:, 1:]).all()
        assert "economy_1" not in index
    else:
        assert (towards_me == game.cooperation_pairs(worlds.state)[:, 1:, 0]).all()
        assert (believed["economy"] == worlds.state["economy"]).all()


@pytest.mark.parametrize("noise", [0.0, 0.4])
def test_what_is_hidden_changes_no_choice(noise):
    def decide(game, worlds):
        me = seat(game, {"agent": "deliberator", "norms": "brahmavihara"}, worlds.num)
        me.begin(game, 0, world_seeds(99, worlds.num))
        return me.act(View(game, 0, worlds.state, worlds.observations[:, 0], worlds.masks[:, 0], worlds.ended == 0))

    game, worlds = played(seeds=10, perception_noise=noise)
    before = decide(game, worlds)
    hidden = worlds.state
    act_of, ahead_of = game.p["act_of"], game.p["ahead_of"]
    for b, j in product(range(10), (1, 2)):
        move = int(hidden["action"][b, j])
        same = (RANKS[act_of] == RANKS[act_of[move]]) & ((ahead_of == 0) == (ahead_of[move] == 0))
        hidden["action"][b, j] = hidden["intended"][b, j] = np.flatnonzero(same)[-1]  # another act of its class
    hidden["seen"][:, 1:] = VI
    hidden["reckoned"][:, 1:] = 77
    hidden["tension"][:, 1, 2] = hidden["tension"][:, 2, 1] = 5
    if noise:
        hidden["tension"][:] = 3
        hidden["action"][:, 1:] = 7
        hidden["cooperation"][:, 1:] = 0.25
        hidden["payoff"][:, 1:] += 9
        for name in ("economy", "stability", "military", "weapons"):
            hidden[name][:, 1:] = 4
    assert (decide(game, worlds) == before).all()


# -- strategies --------------------------------------------------------------------------------------------------------


def acts_of(seats, **params):
    record = comity.play("crisis", seats, **{**CALM, "horizon": 8, **params})
    act_of = record.game.p["act_of"]
    return [[record.game.actions.names[act_of[int(m)]] for m in record.actions[0, :, i]] for i in (0, 1)]


def test_strategies_against_a_hawk():
    mirror, hawk = acts_of(["mirror", "hawk"], horizon=4)
    assert mirror == ["pull_back", "strike", "strike", "strike"]
    assert hawk == acts_of(["strike"], horizon=4)[0] == acts_of(["tactical_nuclear"], horizon=4)[0]
    grit, _ = acts_of([{"agent": "grit", "k": 2}, "sanction"])
    assert grit == ["pull_back", "pull_back", "exercise"] + ["pull_back", "exercise"] * 2 + ["pull_back"]
    assert acts_of(["hold"])[0] == acts_of(["wait"])[0] == ["wait"] * 8
    assert acts_of(["tactical_nuclear", "hold"], weapons=2)[0] == ["tactical_nuclear"]


@pytest.mark.parametrize(
    ("me", "other", "moves"),
    [
        ("deterrer", "pull_back", ["exercise"] * 4),
        ("deterrer", "exercise", ["exercise"] * 4),
        ("deterrer", "sanction", ["exercise", "strike", "strike", "strike"]),
        ("deterrer", "strike", ["exercise", "strike", "strike", "strike"]),
        ({"agent": "deterrer", "posture": 1, "cap": 3}, "strike", ["wait", "sanction", "sanction", "sanction"]),
        ({"agent": "deterrer", "posture": 0}, "deterrer", ["pull_back"] * 4),
        ("deterrer", "mirror", ["exercise"] * 4),
        ({"agent": "crisis_prone", "unprovoked": 0}, "pull_back", ["wait"] * 4),
        ({"agent": "crisis_prone", "unprovoked": 0}, "exercise", ["wait", "sanction", "sanction", "sanction"]),
        ({"agent": "crisis_prone", "unprovoked": 0}, "sanction", ["wait", "strike", "strike", "strike"]),
        ({"agent": "crisis_prone", "unprovoked": 1}, "pull_back", ["exercise"] * 4),
        ({"agent": "crisis_prone", "unprovoked": 1}, "mirror", ["exercise", "exercise", "sanction", "sanction"]),
        ("dove", "hawk", ["pull_back"] * 4),
    ],
)
def test_deterrers_and_the_crisis_prone(me, other, moves):
    assert acts_of([me, other], horizon=4)[0] == moves


def test_deterrers_go_nuclear_only_where_they_may():
    """Of a nuclear answer to a strike: one that has the weapon and the will, and one without the weapon."""
    willing = {"agent": "deterrer", "cap": 5}
    assert acts_of([willing, "strike"], horizon=2, weapons=1)[0] == ["exercise", "tactical_nuclear"]
    assert acts_of(["deterrer", "strike"], horizon=2, weapons=1)[0] == ["exercise", "strike"]
    assert acts_of([willing, "strike"], horizon=2)[0] == ["exercise", "strike"]


def test_how_often_the_crisis_prone_escalate_unprovoked():
    record = comity.play("crisis", [{"agent": "crisis_prone", "unprovoked": 0.3}, "wait"], worlds=2000, **CALM)
    postures = record.actions[:, :, 0] == record.actions[:, :, 0].max()
    assert postures.mean() == pytest.approx(0.3, abs=5 * (0.21 / postures.size) ** 0.5)
    assert np.unique(record.actions[:, :, 0]).size == 2


def test_partners_look_at_each_other_until_one_is_gone():
    game = Crisis(n_agents=3, **CALM)
    record = comity.play(game, ["mirror"])
    targets = [[game.act_and_target(int(m), i)[1] for m in record.actions[0, :, i]] for i in range(3)]
    assert targets == [[1] * 14, [0] * 14, [0] * 14], "the odd one looks at the first after it"
    alone = Worlds(game, 1)
    alone.reset(0)
    alone.state["present"][0, 1] = 0
    alone.look()
    agent = seat(alone.game, "hawk", 1)
    agent.begin(alone.game, 0, world_seeds(0, 1))
    move = agent.act(View(alone.game, 0, alone.state, alone.observations[:, 0], alone.masks[:, 0], alone.ended == 0))
    assert alone.game.words(int(move[0]), 0) == "strike agent 2"


# -- measures and anchors ----------------------------------------------------------------------------------------------


def test_anchors_of_two():
    found = Crisis("crisis_2", **CALM).anchors()
    assert (found.worst_equilibrium, found.optimum) == pytest.approx((0, 106))
    generous = Crisis(capture=(0.5, 1, 0, 0, 0, 0), **CALM).anchors()
    assert np.isnan(generous.worst_equilibrium), "where a strike at one that waits pays, waiting is no equilibrium"


def test_the_ladder_of_realised_acts():
    record = comity.play("crisis", ["hawk", "pull_back"], **CALM)
    m = episode_measures(record)
    assert m["score"] == pytest.approx([(28 - 2) / 2])
    assert m["press_share"] == [0.5]
    refused = comity.play("crisis", [comity.agents.seats.seat(GAME, "hawk"), "hold"], horizon=1, **CALM)
    assert episode_measures(refused)["score"] == [14]
    weights = (0, 1, 2, 3, 4, 5)
    assert episode_measures(comity.play("crisis", ["hawk"], severity=weights, **CALM))["score"] == [4]


# -- a table of one's own ----------------------------------------------------------------------------------------------


def test_the_shipped_table_can_be_copied_and_changed(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(SHIPPED.read_text().replace("strike,VI,yes,-3", "strike,VI,yes,-5"))
    assert step_once([[STRIKE, WAIT]], actions=str(path)).rewards[0] == pytest.approx([-3.4, -10])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("no,0,0,0,0,0,0,0,0,0,0", "no,x,0,0,0,0,0,0,0,0,0", ("row 2", "own_economy", "'x'", "a number in")),
        ("po,PO,no,0,0,0,0,0", "po,PO,no,0,0,0,0,-1", ("row 4", "harm_economy", "'-1'", "[0, 1e+06]")),
        ("po,PO,no,0,0,0,0,0", "po,PO,no,0,0,0,0,1", ("row 4", "harm_economy", "without a target")),
        ("nv,NV", "nv,XX", ("row 5", "column class", "'XX'", "DE, SQ, PO, NV, VI, NU")),
        ("nv,NV,no", "nv,NV,maybe", ("row 5", "column targeted", "'maybe'", "yes or no")),
        ("nv,NV", "po,NV", ("row 5", "column action", "'po'", "no other row")),
        ("nv,NV", ",NV", ("row 5", "column action", "a name")),
        ("nv,NV,", "nv,", ("row 5", "13 cells")),
        ("needs_weapons", "needs_bombs", ("row 1", "needs_bombs, needs_weapons")),
        ("sq,SQ,no,0", "sq,SQ,no,1", ("no neutral act", "SQ")),
        ("nu,NU,no,0,0,0,0,0,0,0,0,0,0", "nu,NU,no,0,0,0,0,0,0,0,0,0,nan", ("row 7", "needs_weapons", "'nan'")),
    ],
)
def test_a_wrong_table_says_where(tmp_path, old, new, words):
    path = tmp_path / "own.csv"
    path.write_text(IDLE.replace(old, new, 1))
    with pytest.raises(SettingError) as error:
        Crisis(actions=str(path))
    message = str(error.value)
    assert all(word in message for word in ("crisis.actions", *words)), message


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"actions": "nowhere.csv"}, ("crisis.actions", "nowhere.csv", "CSV")),
        ({"allowed": [True, False, True, True, True, True]}, ("allowed", "SQ")),
        ({"severity": [1, 2, 3]}, ("severity", "6 values")),
        ({"guard": [1, 1, 1, 1, 1, -1]}, ("guard[5]", "-1")),
        ({"capture": [2, 0, 0, 0, 0, 0]}, ("capture[0]", "[0, 1]")),
        ({"stability": 21}, ("stability", "(0, 20]")),
        ({"n_agents": 1}, ("n_agents", "[2, 50]")),
        ({"preset": "crisis_3"}, ("crisis_3", "crisis_8")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Crisis(**params)
    assert all(word in str(error.value) for word in words)


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "tension"), [("crisis_8", 20), ("crisis_invasion", 80), ("crisis_cyber", 50)])
def test_eight_nations_and_one_hot_pair(preset, tension):
    worlds = Worlds(Crisis(preset), 1)
    worlds.reset(0)
    assert worlds.state["tension"][0, 0, 1] == worlds.state["tension"][0, 1, 0] == tension
    assert (worlds.state["tension"][0, 2:][:, :2] == 20).all()


def test_every_class_has_its_act():
    stands_for = [GAME.actions.of_class(rank) for rank in range(6)]
    names = ["pull_back", "wait", "exercise", "sanction", "strike", "tactical_nuclear"]
    assert [GAME.actions.names[act] for act in stands_for] == names
    assert RANKS[stands_for].tolist() == list(range(6)) and NU == 5
