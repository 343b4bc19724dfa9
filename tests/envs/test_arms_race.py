"""GAMES.md §4.2: known answers of the arms race."""

import numpy as np
import pytest

import comity
from comity.envs.deescalation.arms_race import ArmsRace
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

FREE = {"continuous": True, "max_arms": 1e6, "max_build": 1e5}
"""Richardson's own equations: no caps but the one at 0."""


def richardson(a=0.9, m=1.0, g=0.0, dt=0.1):
    return {"agent": "richardson", "a": a, "m": m, "g": g, "dt": dt}


def arms(seats, steps, worlds=1, **params):
    """(worlds, N) arms after so many steps."""
    return comity.play("arms_race", seats, worlds=worlds, horizon=steps, **{**FREE, **params}).final["arms"]


def step_once(moves, **params):
    """Payoffs of a step in as many worlds as there are rows of moves."""
    game = ArmsRace(**params)
    worlds = Worlds(game, len(moves))
    worlds.reset(0)
    worlds.step(np.array(moves, float))
    return worlds


# -- Richardson's equations --------------------------------------------------------------------------------------------


def test_the_stable_pair():
    """Eigenvalues −.151472 and −1.848528; Euler's steps of .1, and where they lead."""
    a, b, m, n, g, h = 0.9, 0.8, 1, 1, 2, 1
    assert np.sort(np.linalg.eigvals([[-m, a], [b, -n]])) == pytest.approx([-1.848528, -0.151472], abs=5e-7)
    pair = [richardson(a, m, g), richardson(b, n, h)]
    assert arms(pair, 10, initial_arms=0)[0] == pytest.approx([1.651291, 1.139814], abs=1e-6)
    assert arms(pair, 2000, initial_arms=0)[0] == pytest.approx([10.357143, 9.285714], abs=2e-5)
    preset = comity.play("arms_race", pair, preset="richardson_stable", horizon=10)
    assert preset.final["arms"][0] == pytest.approx([1.651291, 1.139814], abs=1e-6)


def test_a_pair_is_stable_iff_fatigue_outweighs_defence():
    """mn > ab, over random coefficients; equilibrium ((ah + ng), (bg + mh))/(mn − ab)."""
    rng = np.random.default_rng(0)
    a, b, m, n = rng.uniform(0.1, 1.5, (4, 400))
    g, h = rng.uniform(0.1, 1, (2, 400))
    clear = np.abs(m * n - a * b) > 0.3
    a, b, m, n, g, h = (x[clear] for x in (a, b, m, n, g, h))
    stable = m * n > a * b
    assert 20 < stable.sum() < clear.sum() - 20
    pair = [
        {"agent": "richardson", "a": a, "m": m, "g": g, "dt": np.full(len(a), 0.1)},
        {"agent": "richardson", "a": b, "m": n, "g": h, "dt": np.full(len(a), 0.1)},
    ]
    found = arms(pair, 1500, worlds=len(a))
    rest = np.stack([a * h + n * g, b * g + m * h], axis=1) / (m * n - a * b)[:, None]
    assert found[stable] == pytest.approx(rest[stable], rel=1e-4)
    assert (found[~stable].max(axis=1) > 1000).all()


@pytest.mark.parametrize(("share", "settles"), [(0.98, True), (1.02, False)])
def test_eulers_steps_must_be_short(share, settles):
    """dt < 2/|λ|max, here 2/1.848528."""
    dt = share * 2 / 1.848528
    found = arms([richardson(0.9, 1, 2, dt), richardson(0.8, 1, 1, dt)], 2000, initial_arms=10)
    assert (found[0] == pytest.approx([10.357143, 9.285714], abs=1e-3)) == settles


def test_goodwill_disarms():
    pair = [richardson(0.9, 1, -0.5)]
    assert (arms(pair, 68) > 0).all()
    assert (arms(pair, 69) == 0).all()
    assert (arms(pair, 100) == 0).all()


def test_a_race_without_end():
    pair = [richardson(1.2), richardson(1.0)]
    free = [arms(pair, steps, initial_arms=1)[0].max() >= 100 for steps in (479, 480)]
    assert free == [False, True]
    preset = [
        comity.play("arms_race", pair, preset="richardson_unstable", horizon=steps).final["arms"].max() == 100
        for steps in (479, 480)
    ]
    assert preset == [False, True]


def test_three_nations():
    """Stable iff every eigenvalue of A − diag(m) has a negative real part."""
    system = np.where(np.eye(3) == 1, -1, 0.4)
    assert np.sort(np.linalg.eigvals(system)) == pytest.approx([-1.4, -1.4, -0.2])
    assert arms([richardson(0.4, 1, 1)], 1000, n_agents=3)[0] == pytest.approx([5, 5, 5], abs=1e-5)
    assert (arms([richardson(0.6, 1, 1)], 1000, n_agents=3) > 1e5).all(), "with a = .6 the largest is +.2"


def test_grit_leads_a_responder_down():
    start = {"initial_arms": 10, "continuous": True, "max_arms": 20, "max_build": 1}
    assert arms([richardson()], 60, **start)[0] == pytest.approx([5.471566, 5.471566], abs=1e-6)
    led = arms([{"agent": "grit_step", "cut": 0.1, "k": 3}, richardson()], 60, **start)
    assert led[0] == pytest.approx([0.017970, 0.125791], abs=1e-6)


def test_grit_waits_for_an_answer():
    record = comity.play("arms_race", [{"agent": "grit_step", "k": 2}, "hold"], horizon=7, **FREE)
    cuts = record.actions[0, :, 0]
    assert (cuts < 0).tolist() == [True, True, False, True, False, True, False]
    assert cuts[0] == pytest.approx(-0.5)
    levels = comity.play("arms_race", ["grit_step", "disarm"], horizon=20)
    assert (levels.final["arms"] == 0).all(), "on a grid of levels it never stalls"


@pytest.mark.parametrize(
    ("me", "other", "changes"),
    [
        ("deterrer", "build", [0, 1, 1, 1, 1]),
        ("deterrer", "disarm", [0, -1, -1, -1, 0]),
        ({"agent": "deterrer", "least": 0}, "disarm", [0, -1, -1, -1, -1]),
        ({"agent": "deterrer", "ratio": 1.3}, "hold", [1, 0.5, 0, 0, 0]),
        ({"agent": "crisis_prone", "unprovoked": 0}, "build", [0, 1, 1, 1, 1]),
        ({"agent": "crisis_prone", "unprovoked": 0}, "hold", [0] * 5),
        ({"agent": "crisis_prone", "unprovoked": 0}, "disarm", [0] * 5),
        ({"agent": "crisis_prone", "unprovoked": 1}, "disarm", [1] * 5),
    ],
)
def test_deterrers_and_the_crisis_prone(me, other, changes):
    """From 5 each, by at most 1; the other's arms are seen with a step's delay."""
    record = comity.play("arms_race", [me, other], horizon=5, continuous=True)
    assert record.actions[0, :, 0].tolist() == pytest.approx(changes)


def test_a_deterrer_looks_at_the_mean_of_its_rivals():
    record = comity.play("arms_race", ["deterrer", "build", "hold"], horizon=4, n_agents=3, continuous=True)
    assert record.actions[0, :, 0].tolist() == pytest.approx([0, 0.5, 0.5, 0.5])


# -- the static game ---------------------------------------------------------------------------------------------------


def static(**params):
    """(21, 21, 2): payoffs of a step in which both choose arms 0..20 freely."""
    grid = np.arange(21.0)
    profiles = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)
    worlds = step_once(profiles, continuous=True, initial_arms=0, max_build=20, **params)
    assert (worlds.state["arms"] == profiles).all()
    return worlds.rewards.reshape(21, 21, 2)


def symmetric_equilibria(table):
    return [x for x in range(21) if table[x, x, 0] >= table[:, x, 0].max() - 1e-12]


def test_security_dilemma():
    table = static(**ArmsRace.presets["security_dilemma"])
    assert symmetric_equilibria(table) == list(range(21))
    assert np.unravel_index(table.sum(axis=2).argmax(), (21, 21)) == (0, 0)
    assert table[0, 0].tolist() == [10, 10]
    assert table[20, 20] == pytest.approx([6, 6])


def test_arms_dilemma():
    assert symmetric_equilibria(static(**ArmsRace.presets["arms_dilemma"])) == [20]


@pytest.mark.parametrize(
    "over", [{}, {"advantage": 0.3}, {"advantage": 0.9}, {"vulnerability": 0.1}, {"vulnerability": 0, "advantage": 1}]
)
def test_anchors_are_those_of_the_static_game(over):
    table = static(**over)
    worst = [table[x, x].sum() for x in symmetric_equilibria(table)]
    found = ArmsRace(**over).anchors()
    assert found.optimum == pytest.approx(100 * table.sum(axis=2).max())
    assert found.worst_equilibrium == pytest.approx(100 * min(worst, default=np.nan), nan_ok=True)


def test_anchors_per_step():
    found = ArmsRace("security_dilemma").anchors()
    assert (found.worst_equilibrium / 100, found.optimum / 100) == pytest.approx((12, 20))


def test_a_cut_by_one_and_by_both():
    hold, cut = 4, 0
    assert step_once([[hold, hold], [cut, hold], [cut, cut]]).rewards == pytest.approx(
        np.array([[9, 9], [8.7, 9.1], [9.2, 9.2]])
    )


def test_payoffs_among_three_are_means_over_the_others():
    rewards = step_once([[20.0, 10.0, 0.0]], n_agents=3, continuous=True, initial_arms=0, max_build=20).rewards[0]
    expected = [10 - 4 + 0.1 * (10 + 20) / 2, 10 - 2 + (0.1 * 10 - 0.5 * 10) / 2, 10 - 0.5 * (20 + 10) / 2]
    assert rewards == pytest.approx(expected)


# -- moves, labels, what is seen ---------------------------------------------------------------------------------------


def test_labels_and_levels():
    worlds = step_once([[0, 8], [4, 2]])
    assert worlds.state["cooperation"].tolist() == [[1, 0], [0.5, 0.75]]
    assert worlds.state["arms"].tolist() == [[4, 6], [5, 4.5]]


def test_arms_stay_between_nothing_and_the_limit():
    assert (arms(["disarm"], 30) == 0).all()
    full = comity.play("arms_race", ["build"], horizon=30)
    assert (full.final["arms"] == 20).all()
    assert full.signals["total_arms"][0, [0, 1, 30]].tolist() == [10, 12, 40]


@pytest.mark.parametrize(
    ("continuous", "asked", "played"),
    [(False, 9, 8), (False, -3, 0), (False, 3.4, 3), (False, np.nan, 8), (True, 1.5, 1), (True, np.nan, 1)],
)
def test_illegal_moves_are_clipped_and_counted(continuous, asked, played):
    worlds = step_once([[asked, 0]], continuous=continuous)
    assert worlds.state["action"][0, 0] == played
    assert worlds.state["illegal"].tolist() == [[1, 0]]


def test_noise_blurs_what_is_seen_and_nothing_else():
    params = {"perception_noise": 0.3, "horizon": 50}
    record = comity.play("arms_race", ["hold"], worlds=2000, **params)
    assert (record.final["arms"] == 5).all()
    seen = record.final["seen"][:, 0, 1, 0] / 5
    assert seen.mean() == pytest.approx(1, abs=4 * 0.3 / 3**0.5 / 2000**0.5)
    assert (0.7 <= seen.min() < 0.71) and (1.29 < seen.max() <= 1.3)


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_a_seat_believes_what_it_sees(noise):
    game = ArmsRace(perception_noise=noise, n_agents=3)
    worlds = Worlds(game, 4)
    worlds.reset(0)
    worlds.step(np.tile([0.0, 6.0, 8.0], (4, 1)))
    believed = game.imagine(worlds.state, 0, np.zeros(4, np.uint64))
    seen = worlds.observations[:, 0]
    assert believed["arms"][:, 1:] == pytest.approx(seen[:, [2, 4]])
    assert (believed["arms"][:, 0] == 4).all()
    assert believed["total_arms"] == pytest.approx(believed["arms"].sum(axis=1))
    changed = worlds.state.copy()  # the truth behind what was seen makes no difference
    for name in ("arms", "action", "intended", "cooperation", "change"):
        changed[name][:, 1:] = 1.0
    again = game.imagine(changed, 0, np.zeros(4, np.uint64))
    assert all(
        np.array_equal(again[name], believed[name], equal_nan=True) for name in ("arms", "action", "cooperation")
    )
    if noise:
        assert np.isnan(believed["payoff"]).all()
    else:
        assert (believed["action"] == [0, 6, 8]).all()
        assert (believed["cooperation"] == [1, 0.25, 0]).all()


def test_selfish_minds_arm_only_where_it_pays():
    calm = comity.play("arms_race", ["deliberator"], horizon=10)
    tense = comity.play("arms_race", ["deliberator"], horizon=10, preset="arms_dilemma")
    assert (tense.cooperation[0, 1:] == 0).all()
    assert calm.rewards.sum() > tense.rewards.sum()
    assert (calm.cooperation == 1).all()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"levels": 8}, ("levels", "8", "odd")),
        ({"initial_arms": 30}, ("initial_arms", "30", "max_arms = 20")),
        ({"max_build": 0}, ("max_build", "(0, 1e+06]")),
        ({"perception_noise": 2}, ("perception_noise", "[0, 1]")),
        ({"n_agents": 1}, ("n_agents", "[2, 100]")),
        ({"preset": "richardson"}, ("richardson", "richardson_stable")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        ArmsRace(**params)
    assert all(word in str(error.value) for word in words)
