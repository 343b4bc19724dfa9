"""GAMES.md §1.1: known answers of the iterated 2×2 games."""

import itertools

import nashpy
import numpy as np
import pytest

import comity
from comity.agents.seats import agents_of
from comity.envs.chance import world_seeds
from comity.envs.dilemmas.binary import equilibria, noisy
from comity.envs.dilemmas.matrix import Matrix
from comity.envs.game import TERMINATED
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

VECTORS = {
    "tft": (1, 0, 1, 0),
    "gtft": (1, 1 / 3, 1, 1 / 3),
    "wsls": (1, 0, 0, 1),
    "alld": (0, 0, 0, 0),
    "allc": (1, 1, 1, 1),
    "random": (0.5,) * 4,
    "extort3": (11 / 13, 1 / 2, 7 / 26, 0),
}
PAYOFFS = np.array([[3, 3], [0, 5], [5, 0], [1, 1]], float)  # CC, CD, DC, DD


def stationary(row, column, action_noise=0.0, perception_noise=0.0):
    """Cooperation and payoff of two memory-one players, from the definition of the chain."""

    def slipped(p):
        return np.asarray(p) * (1 - action_noise) + (1 - np.asarray(p)) * action_noise

    def misread(vector):  # what a player does on average if it may have seen the other's move wrongly
        cc, cd, dc, dd = vector
        nu = perception_noise
        return (cc * (1 - nu) + cd * nu, cd * (1 - nu) + cc * nu, dc * (1 - nu) + dd * nu, dd * (1 - nu) + dc * nu)

    p, q = slipped(misread(row)), slipped(misread(column))
    q = q[[0, 2, 1, 3]]  # the column player's own state is mirrored
    transition = np.stack([p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)], axis=1)
    values, vectors = np.linalg.eig(transition.T)
    weights = np.real(vectors[:, np.argmin(abs(values - 1))])
    weights /= weights.sum()
    return weights[[0, 1]].sum(), weights[[0, 2]].sum(), *(weights @ PAYOFFS)


CHAINS = [
    ("tft", "alld", 0.01, (0.0198, 0.01, 1.020002, 1.069002)),
    ("tft", "tft", 0.05, (0.5, 0.5, 2.25, 2.25)),
    ("tft", "alld", 0.05, (0.095, 0.05, 1.10025, 1.32525)),
    ("gtft", "gtft", 0.05, (0.875, 0.875, 2.859375, 2.859375)),
    ("wsls", "wsls", 0.05, (0.8645, 0.8645, 2.7765, 2.7765)),
    ("gtft", "alld", 0.05, (0.38, 0.05, 0.801, 2.451)),
    ("wsls", "alld", 0.05, (0.5, 0.05, 0.675, 2.925)),
    ("tft", "gtft", 0.05, (0.793478, 0.826087, 2.855388, 2.692344)),
]


@pytest.mark.parametrize(("row", "column", "noise", "expected"), CHAINS)
def test_noisy_chains(row, column, noise, expected):
    assert stationary(VECTORS[row], VECTORS[column], noise) == pytest.approx(expected, abs=6e-7)
    record = comity.play("matrix", [row, column], worlds=200, seed=1, horizon=1100, action_noise=noise)
    late = slice(100, None)  # 200,000 steps after the start has been forgotten
    assert record.cooperation[:, late].mean(axis=(0, 1)) == pytest.approx(expected[:2], abs=0.02)
    assert record.rewards[:, late].mean(axis=(0, 1)) == pytest.approx(expected[2:], abs=0.02)


@pytest.mark.parametrize(
    ("name", "expected"), [("tft", (0.5, 2.25)), ("gtft", (0.916667, 2.909722)), ("wsls", (0.8645, 2.7765))]
)
def test_perception_noise(name, expected):
    c, _, payoff, _ = stationary(VECTORS[name], VECTORS[name], perception_noise=0.05)
    assert (c, payoff) == pytest.approx(expected, abs=6e-7)
    record = comity.play("matrix", [name, name], worlds=200, seed=5, horizon=1100, perception_noise=0.05)
    assert record.cooperation[:, 100:].mean() == pytest.approx(expected[0], abs=0.02)
    assert record.rewards[:, 100:].mean() == pytest.approx(expected[1], abs=0.02)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("tft", "alld"), (0.995, 1.02)),
        (("tft", "alternator"), (2.49, 2.515)),
        (("grim", "alternator"), (2.985, 0.535)),
        (("wsls", "alld"), (0.5, 3)),
        (("wsls", "alternator"), (2.25, 2.25)),
        (("tft", "suspicious_tft"), (2.5, 2.5)),
        (("suspicious_tft", "suspicious_tft"), (1, 1)),
    ],
)
def test_two_hundred_steps_without_noise(pair, expected):
    assert comity.play("matrix", pair).rewards.mean(axis=1)[0] == pytest.approx(expected, abs=1e-12)


def test_round_robin_of_seven():
    field = ["allc", "alld", "tft", "grim", "alternator", "wsls", "suspicious_tft"]
    score, cooperation = np.zeros(7), np.zeros(7)
    for i, j in itertools.combinations(range(7), 2):
        record = comity.play("matrix", [field[i], field[j]])
        score[[i, j]] += record.rewards.mean(axis=1)[0] / 6
        cooperation[[i, j]] += record.cooperation.mean(axis=1)[0] / 6
    assert score == pytest.approx([2.2475, 2.34, 2.4975, 2.3325, 2.05, 2.2925, 2.005], abs=5e-5)
    assert cooperation == pytest.approx([1, 0, 0.6683, 0.5033, 0.5, 0.7225, 0.3892], abs=5e-5)


@pytest.mark.parametrize(("opponent", "expected"), [("allc", (3.727273, 1.909091)), ("random", (2.5625, 1.520833))])
def test_extortion_enforces_its_line(opponent, expected):
    _, _, mine, theirs = stationary(VECTORS["extort3"], VECTORS[opponent])
    assert (mine, theirs) == pytest.approx(expected, abs=6e-7)
    assert mine - 1 == pytest.approx(3 * (theirs - 1))
    record = comity.play("matrix", ["extort3", opponent], worlds=400, horizon=1000)
    assert record.rewards[:, 100:].mean(axis=(0, 1)) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("name", "noise", "expected"),
    [("gtft", 0, 4.2), ("wsls", 0, 1), ("gtft", 0.05, 4.183673), ("wsls", 0.05, 1.223990), ("tft", 0.05, 40)],
)
def test_expected_steps_from_mutual_defection_to_mutual_cooperation(name, noise, expected):
    # a standoff begins in mutual defection, with the same payoffs and noise
    worlds = 4000
    record = comity.play(
        "standoff", [name], worlds=worlds, stage_game="pd", stalemate=1, action_noise=noise, horizon=600
    )
    both = (record.cooperation == 1).all(axis=2)
    assert both.any(axis=1).all()
    steps = 1 + both.argmax(axis=1)
    assert steps.mean() == pytest.approx(expected, abs=4 * steps.std() / worlds**0.5 + 1e-9)


def discounted(game, mine, theirs, delta, steps=400):
    """Exact discounted payoff of a deviation against a strategy, by the kernel."""
    worlds = Worlds(Matrix(horizon=steps, **game), 1)
    worlds.reset(0)
    other = agents_of("matrix")[theirs]()
    other.begin(worlds.game, 1, world_seeds(0, 1))
    from comity.agents.agent import View

    total = 0.0
    for t in range(steps):
        view = View(worlds.game, 1, worlds.state, worlds.observations[:, 1], None, np.ones(1, bool))
        worlds.step(np.array([[mine(t), other.act(view)[0]]]))
        total += delta**t * worlds.rewards[0, 0]
    return total


DBF = {f"dbf_r{r}": {"temptation": 50, "reward": r, "punishment": 25, "sucker": 12} for r in (32, 40, 48)}


@pytest.mark.parametrize(
    ("game", "strategy", "threshold"),
    [
        ({}, "grim", 0.5),
        ({}, "tft", 2 / 3),
        ({"temptation": 3, "reward": 2}, "grim", 0.5),
        ({"temptation": 3, "reward": 2}, "tft", 0.5),
        (DBF["dbf_r32"], "grim", 0.72),
        (DBF["dbf_r40"], "grim", 0.40),
        (DBF["dbf_r48"], "grim", 0.08),
    ],
)
def test_critical_discounts(game, strategy, threshold):
    deviations = (lambda t: 1.0, lambda t: float(t % 2 == 0))  # for ever, and every other step

    def gain(delta):
        keep = discounted(game, lambda t: 0.0, strategy, delta)
        return max(discounted(game, d, strategy, delta) for d in deviations) - keep

    assert gain(threshold - 0.005) > 0
    assert gain(threshold + 0.005) < 0


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        ({}, 0.6),
        ({"temptation": 3, "reward": 2}, 2 / 3),
        (DBF["dbf_r32"], 0.815789),
        (DBF["dbf_r40"], 0.605263),
        (DBF["dbf_r48"], 0.394737),
    ],
)
def test_risk_dominance_of_grim(game, expected):
    def dominates(delta):
        grim_grim = discounted(game, lambda t: 0.0, "grim", delta)
        grim_alld = discounted(game, lambda t: float(t > 0), "alld", delta)
        alld_grim = discounted(game, lambda t: 1.0, "grim", delta)
        alld_alld = discounted(game, lambda t: 1.0, "alld", delta)
        return grim_grim + grim_alld > alld_grim + alld_alld

    assert not dominates(expected - 0.003)
    assert dominates(expected + 0.003)


def test_subgame_perfect_play_of_a_known_horizon_is_defection_throughout():
    steps = 4
    game = Matrix(horizon=steps, horizon_known=True)

    def value(history):
        """Payoffs to go of subgame-perfect play after a history, and what is played."""
        if len(history) == steps:
            return np.zeros(2), []
        worlds, futures = {}, {}
        for move in itertools.product((0.0, 1.0), repeat=2):
            w = Worlds(game, 1)
            w.reset(0)
            for past in (*history, move):
                w.step(np.array([past]))
            future, plan = value((*history, move))
            worlds[move], futures[move] = w.rewards[0] + future, plan
        for move in worlds:  # the pure Nash equilibria of the stage with continuation values
            r, c = move
            if worlds[move][0] >= worlds[1 - r, c][0] and worlds[move][1] >= worlds[r, 1 - c][1]:
                return worlds[move], [move, *futures[move]]
        raise AssertionError("no pure equilibrium")

    payoffs, plan = value(())
    assert plan == [(1.0, 1.0)] * steps
    assert payoffs == pytest.approx([steps, steps])


@pytest.mark.parametrize(
    ("preset", "mixture", "kind"),
    [("stag_hunt", 1 / 3, "stag hunt"), ("coopeval_stag_hunt", 0.4, "stag hunt"), ("hawk_dove", 0.5, "chicken")],
)
def test_mixed_equilibria(preset, mixture, kind):
    game = Matrix(preset)
    mixed = [e for e in equilibria(game.table) if 0 < e.row < 1]
    assert [e.row for e in mixed] == pytest.approx([mixture])  # probability of D: one minus the C share x*
    assert game.stage_class == kind


def test_hawk_dove_pays_half_of_all_dove():
    game = Matrix("hawk_dove", horizon=1)
    anchors = game.anchors()
    assert (anchors.worst_equilibrium, anchors.optimum) == (1, 2)


def test_asymmetric_trust_deters_the_second_player_from_125_over_200():
    game = {"payoffs": [[[10, 10], [0, 20]], [[6, 2], [4, 4]]]}
    (_, reward), (_, temptation), (_, punishment) = (Matrix(**game).table[m] for m in ((0, 0), (0, 1), (1, 1)))
    assert (temptation - reward) / (temptation - punishment) == pytest.approx(0.625)


@pytest.mark.parametrize("preset", [None, "stag_hunt", "hawk_dove", "coopeval_trust", "dbf_r40_d50"])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_equilibria_agree_with_nashpy(preset, noise):
    table = noisy(Matrix(preset).table, noise)
    ours = sorted((e.row, e.column) for e in equilibria(table))
    theirs = sorted(
        (row[1], column[1]) for row, column in nashpy.Game(table[:, :, 0], table[:, :, 1]).support_enumeration()
    )
    assert np.array(ours) == pytest.approx(np.array(theirs))


def test_anchors_of_the_table_in_games_md():
    anchors = Matrix(horizon=1).anchors()
    assert (anchors.worst_equilibrium, anchors.optimum, anchors.random) == (2, 6, 4.5)


@pytest.mark.parametrize("pairing", ["round_robin", "random", "fixed"])
@pytest.mark.parametrize("n", [2, 4, 5, pytest.param(8, marks=pytest.mark.slow)])
def test_pairings_are_matchings(pairing, n):
    worlds = Worlds(Matrix(n_agents=n, pairing=pairing, horizon=3 * n), 3)
    worlds.reset(0)
    met = {frozenset(pair) for pair in ()}
    for _ in range(n - 1 + n % 2):
        partner = worlds.state["partner"]
        for row in partner:
            sitting = np.flatnonzero(row < 0)
            assert len(sitting) == n % 2
            paired = np.flatnonzero(row >= 0)
            assert (row[row[paired]] == paired).all()
            assert (row[paired] != paired).all()
        met |= {frozenset((i, int(j))) for i, j in enumerate(partner[0]) if j >= 0}
        worlds.step(np.zeros((3, n)))
        out = np.isnan(worlds.state["cooperation"])
        assert (out.sum(axis=1) == n % 2).all()
        assert (worlds.rewards[out] == 0).all()
    if pairing == "round_robin":
        assert len(met) == n * (n - 1) // 2, "everybody meets everybody once per round"


def test_known_horizon_terminates_and_hidden_one_truncates():
    for known in (True, False):
        worlds = Worlds(Matrix(horizon=1, horizon_known=known), 1)
        worlds.reset(0)
        worlds.step(np.zeros((1, 2)))
        assert (worlds.ended[0] == TERMINATED) == known


def test_continuation_gives_geometric_lengths():
    record = comity.play("matrix", ["allc"], worlds=20_000, preset="coopeval_pd")
    assert record.lengths.mean() == pytest.approx(5, abs=4 * 20**0.5 / 20_000**0.5)
    assert set(record.outcome) == {record.outcomes.index("continuation")}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"payoffs": [[1, 2], [3, 4]]}, ("payoffs", "2×2×2")),
        ({"action_noise": 1.5}, ("action_noise", "1.5", "[0, 1]")),
        ({"n_agents": 1}, ("n_agents", "1", "[2, 1000]")),
        ({"pairing": "rond"}, ("pairing", "rond", "round_robin")),
        ({"tempation": 3}, ("tempation", "temptation")),
        ({"preset": "axelrod_1981"}, ("axelrod_1981", "axelrod_1980")),
        ({"horizon": 2.5}, ("horizon", "2.5")),
        ({"reward": "three"}, ("reward", "three")),
        ({"horizon_known": 1}, ("horizon_known", "true or false")),
        ({"continuation": float("nan")}, ("continuation", "nan")),
        ({"temptation": float("inf")}, ("temptation", "inf", "finite")),
        ({"payoffs": [3, 3, 0, 5, 5, 0, 1, 1], "reward": 4}, ("matrix.reward", "4", "payoffs")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Matrix(**params)
    assert all(word in str(error.value) for word in words)
