"""GAMES.md §2.3: known answers of the common pool."""

from itertools import product

import numpy as np
import pytest

import comity
from comity.agents.agent import Agent
from comity.agents.seats import seat
from comity.envs.commons.appropriation import Appropriation
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

PRESETS = ("ogw_e10", "ogw_e25")


def paid(profiles, **params):
    """(P, N) payoffs of one step of each of the profiles (P, N), played by the kernel."""
    profiles = np.asarray(profiles, float)
    worlds = Worlds(Appropriation(**params), len(profiles))
    worlds.reset(0)
    worlds.step(profiles)
    assert (worlds.state["illegal"] == 0).all()
    return worlds.rewards.copy()


def is_equilibrium(profile, **params):
    """Does nobody gain by another whole number of tokens? Every deviation of every seat is played."""
    game = Appropriation(**params)
    deviations = np.repeat(np.array([profile], float), game.n_agents * game.n_moves, axis=0)
    seats = np.repeat(np.arange(game.n_agents), game.n_moves)
    deviations[np.arange(len(seats)), seats] = np.tile(np.arange(game.n_moves), game.n_agents)
    gains = paid(deviations, **params)[np.arange(len(seats)), seats] - paid([profile], **params)[0][seats]
    return bool((gains <= 1e-9).all())


def rent(total, **params):
    """What all earn above the outside return, of a total that is put in as evenly as whole tokens allow."""
    game = Appropriation(**params)
    profile = total // game.n_agents + (np.arange(game.n_agents) < total % game.n_agents)
    q = game.params
    return paid([profile], **params).sum() - game.n_agents * q.outside_return * q.endowment


def test_rents():
    rents = [rent(total, preset="ogw_e25") for total in range(201)]
    assert (int(np.argmax(rents)), max(rents)) == (36, 324)
    assert rents[64] == 128
    assert rents[64] / max(rents) == pytest.approx(0.395062, abs=5e-7)
    assert rents[72] == 0
    assert all(r < 0 for r in rents[73:])


@pytest.mark.parametrize(
    ("preset", "nash", "optimum", "everything"), [("ogw_e10", 66, 90.5, 30), ("ogw_e25", 141, 165.5, -675)]
)
def test_payoffs_per_head(preset, nash, optimum, everything):
    endowment = Appropriation(preset).params.endowment
    assert (paid([[8] * 8], preset=preset) == nash).all()
    assert (paid([[4.5] * 8], preset=preset, integer=False) == optimum).all()
    assert (paid([[endowment] * 8], preset=preset) == everything).all()


@pytest.mark.parametrize(("preset", "answer"), [("ogw_e10", 10), ("ogw_e25", 20.25)])
def test_best_reply_to_the_optimum(preset, answer):
    game = Appropriation(preset, integer=False)
    grid = np.arange(0, game.params.endowment + 1e-9, 0.01)
    profiles = np.full((len(grid), 8), 4.5)
    profiles[:, 0] = grid
    assert grid[np.argmax(paid(profiles, preset=preset, integer=False)[:, 0])] == pytest.approx(answer)
    assert game.best_reply(7 * 4.5) == answer


@pytest.mark.parametrize("preset", PRESETS)
def test_eight_each_is_the_only_symmetric_equilibrium(preset):
    endowment = int(Appropriation(preset).params.endowment)
    assert [x for x in range(endowment + 1) if is_equilibrium([x] * 8, preset=preset)] == [8]


def sorted_profiles(seats, most, least=0):
    """Every way to sit at the table, up to who sits where."""
    if seats == 0:
        yield ()
        return
    for x in range(least, most + 1):
        yield from ((x, *rest) for rest in sorted_profiles(seats - 1, most, x))


def test_every_equilibrium_on_whole_tokens():
    """All 43,758 profiles of eight seats with up to 10 tokens, up to who sits where; one deviation table serves all, as
    a seat's payoff depends on the others by their total only.
    """
    game = Appropriation("ogw_e10")
    table = np.zeros((71, 11))
    for others in range(71):
        spread = others // 7 + (np.arange(7) < others % 7)
        table[others] = paid([[x, *spread] for x in range(11)], preset="ogw_e10")[:, 0]
    best = table.max(axis=1)
    profiles = np.array(list(sorted_profiles(8, 10)))
    others = profiles.sum(axis=1, keepdims=True) - profiles
    found = profiles[(table[others, profiles] >= best[others] - 1e-9).all(axis=1)]
    assert len(profiles) == 43758
    expected = [[7] * k + [8] * (8 - 2 * k) + [9] * k for k in range(5)]
    assert sorted(found.tolist()) == sorted(expected)
    assert set(found.sum(axis=1)) == {64}
    assert game.equilibrium_totals() == [64]
    assert all(is_equilibrium(profile, preset=preset) for profile in expected for preset in PRESETS)


@pytest.mark.parametrize("intercept", [9.0, 11.5, 12.3, 14.0, 17.0])
def test_equilibrium_totals_by_brute_force(intercept):
    params = {"n_agents": 3, "endowment": 5, "intercept": intercept, "slope": 0.5, "outside_return": 4.0}
    found = {sum(x) for x in product(range(6), repeat=3) if is_equilibrium(x, **params)}
    assert set(Appropriation(**params).equilibrium_totals()) == found
    symmetric = [3 * x for x in range(6) if is_equilibrium([x] * 3, **params)]
    worst = min(
        paid([[total // 3 + (i < total % 3) for i in range(3)]], **params).sum() for total in symmetric or found
    )
    assert Appropriation(**params, horizon=1).anchors().worst_equilibrium == pytest.approx(worst)


def test_anchors():
    for preset, worst, best in (("ogw_e10", 528, 724), ("ogw_e25", 1128, 1324)):
        anchors = Appropriation(preset).anchors()
        assert (anchors.worst_equilibrium / 20, anchors.optimum / 20) == (worst, best)
        assert Appropriation(preset, integer=False, horizon=1).anchors()[:2] == (worst, best)
    half = Appropriation(continuation=0.5, horizon=1000)
    assert half.anchors().optimum == pytest.approx(2 * 724)


@pytest.mark.parametrize("integer", [True, False])
def test_random_play(integer):
    game = Appropriation("ogw_e25", integer=integer, horizon=1)
    rng = np.random.default_rng(0)
    moves = rng.integers(0, 26, (200_000, 8)) if integer else 25 * rng.random((200_000, 8))
    totals = paid(moves, preset="ogw_e25", integer=integer).sum(axis=1)
    assert game.anchors().random == pytest.approx(totals.mean(), abs=4 * totals.std() / len(totals) ** 0.5)


def test_labels():
    worlds = Worlds(Appropriation("ogw_e25", integer=False), 1)
    worlds.reset(0)
    worlds.step(np.array([[0, 4.5, 5.2, 6.25, 7.3, 8, 9, 25]], float))
    assert worlds.state["cooperation"][0] == pytest.approx([1, 1, 0.8, 0.5, 0.2, 0, 0, 0])


def test_strategies():
    def welfare(*seats, **params):
        return comity.play("appropriation", seats, horizon=5, **params).rewards.sum(axis=2)[0]

    for preset, worst, best in (("ogw_e10", 528, 724), ("ogw_e25", 1128, 1324)):
        assert (welfare("nash", preset=preset) == worst).all()
        assert (welfare("planner", preset=preset) == best).all()
        assert (welfare("planner", preset=preset, integer=False) == best).all()
        assert (welfare("conditional_appropriator", preset=preset, integer=False) == best).all()
    assert (welfare("everything", preset="ogw_e25") == 8 * -675).all()
    # six who take everything are met in kind, to the nearest whole token, in the step after
    record = comity.play(
        "appropriation", ["everything"] * 6 + ["conditional_appropriator"], preset="ogw_e25", horizon=3
    )
    assert record.actions[0, :, 7].tolist() == [4, 22, 25]
    # best replies (72 − X)/2 to seven who put in 4, 8 and 9, the smaller of two; and to each other, from 8 each
    for others, answer in ((4, 22), (8, 8), (9, 4)):
        record = comity.play("appropriation", ["myopic", *[Constant(others) for _ in range(7)]], preset="ogw_e25")
        assert record.actions[0, :, 0].tolist() == [8] + [answer] * 19
    pair = comity.play("appropriation", ["myopic", "planner"], preset="ogw_e25", n_agents=2, horizon=3, integer=False)
    assert pair.actions[0].tolist() == [[24, 18], [25, 18], [25, 18]], "27 is more than all it has"
    forgiving = {"agent": "conditional_appropriator", "generosity": 1.0}
    record = comity.play("appropriation", ["everything"] * 6 + [forgiving], preset="ogw_e25", horizon=3)
    assert (record.actions[0, :, 7] == 4).all()


def test_a_selfish_deliberator_finds_the_best_reply():
    """To others of whom it knows the total only: (72 − X)/2, of two that pay alike the smaller."""
    for others, answer in ((4, 22), (5, 18), (8, 8), (9, 4)):
        me = {"agent": "deliberator", "norms": "selfish", "depth": 1}
        game = Appropriation("ogw_e25")
        worlds = Worlds(game, 1)
        worlds.reset(0)
        worlds.step(np.full((1, 8), float(others)))
        imagined = game.imagine(worlds.state, 0, np.zeros(1, np.uint64))
        assert imagined["action"].sum() == worlds.state["total"][0]
        fixed = [seat(game, me)] + [Constant(others) for _ in range(7)]
        record = comity.play(game, fixed)
        assert (record.actions[0, 1:, 0] == answer).all()


class Constant(Agent):
    """Puts in the same number of tokens each step."""

    def __init__(self, tokens):
        super().__init__()
        self.tokens = tokens

    def act(self, view):
        return np.full(len(view.active), float(self.tokens))


@pytest.mark.parametrize("integer", [True, False])
def test_of_the_others_only_the_total_is_known(integer):
    game = Appropriation("ogw_e25", integer=integer)
    one, other = Worlds(game, 1), Worlds(game, 1)
    for worlds, moves in ((one, [3, 0, 1, 2, 25, 9, 9, 0]), (other, [3, 7, 6, 6, 7, 7, 7, 6])):
        worlds.reset(0)
        worlds.step(np.array([moves], float))
    first, second = (game.imagine(w.state, 0, np.zeros(1, np.uint64)) for w in (one, other))
    for name in first.dtype.names:
        assert np.array_equal(first[name], second[name], equal_nan=first[name].dtype.kind == "f"), name
    assert first["action"][0].sum() == pytest.approx(49)
    shown = Appropriation("ogw_e25", integer=integer, identified=True)
    assert shown.imagine(one.state, 0, np.zeros(1, np.uint64))["action"].tolist() == one.state["action"].tolist()


@pytest.mark.parametrize("asked", [np.nan, np.inf, -np.inf, -3.0, 4.4, 4.5, 1e300])
def test_no_move_breaks_a_world(asked):
    worlds = Worlds(Appropriation(), 1)
    worlds.reset(0)
    worlds.step(np.array([[asked] + [4] * 7], float))
    assert np.isfinite(worlds.rewards).all()
    assert worlds.state["illegal"][0].tolist() == [1] + [0] * 7
    expected = 4 if asked == 4.4 else 5 if asked == 4.5 else 0 if asked < 0 else 10
    assert worlds.state["action"][0, 0] == expected, "what is no number is never taken for restraint"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"n_agents": 1}, ("n_agents", "1", "[2, 1000]")),
        ({"slope": 0}, ("slope", "0", "> 0")),
        ({"intercept": 5}, ("intercept", "5", "outside_return")),
        ({"endowment": 2.5}, ("endowment", "2.5", "whole number", "integer")),
        ({"endowment": -1}, ("endowment", "-1", "(0, 100000]")),
        ({"outside_return": -1}, ("outside_return", "-1", ">= 0")),
        ({"preset": "ogw"}, ("ogw", "ogw_e10")),
    ],
)
def test_bad_parameters_say_what_is_allowed(params, words):
    with pytest.raises(SettingError) as error:
        Appropriation(**params)
    assert all(word in str(error.value) for word in words)
