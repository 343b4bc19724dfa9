"""GAMES.md §1.1: exact play of memory-one strategies, against its table, and against play itself."""

import numpy as np
import pytest

import comity
from comity.agents.seats import agents_of
from comity.analysis.markov import STATES, chain, worth

TFT, GTFT, WSLS = (1, 0, 1, 0, 1), (1, 1 / 3, 1, 1 / 3, 1), (1, 0, 0, 1, 1)
ALLC, ALLD, RANDOM = (1,) * 5, (0,) * 5, (0.5,) * 5
SUSPICIOUS = (1, 0, 1, 0, 0)
EXTORT3 = (11 / 13, 1 / 2, 7 / 26, 0, 1)
AXELROD = np.array([[[3, 3], [0, 5]], [[5, 0], [1, 1]]], float)


def long_run(row, column, **noise):
    found = worth(chain(row, column, **noise).long_run(), AXELROD)
    return (*found.cooperation, *found.payoff)


def test_generous_tit_for_tat_forgives_as_much_as_leaves_defection_unpaid():
    """q = min(1 − (T−R)/(R−S), (R−P)/(T−P)) = 1/3 (Nowak & Sigmund 1992): more makes a single D pay."""
    once = (1, 1, 1, 1, 0)

    def gain(q):
        c, d, always = (chain(row, (1, q, 1, q, 1)).visits(50) @ AXELROD[:, :, 0].ravel() for row in (ALLC, once, ALLD))
        return max(d, always) - c

    assert gain(1 / 3 - 0.01) < 0
    assert gain(1 / 3) == pytest.approx(0, abs=1e-9)
    assert gain(1 / 3 + 0.01) > 0
    assert agents_of("matrix")["gtft"].Params().q == 1 / 3


@pytest.mark.parametrize(
    ("row", "column", "noise", "expected"),
    [
        *((TFT, TFT, noise, (0.5, 0.5, 2.25, 2.25)) for noise in (1e-6, 0.01, 0.05, 0.3)),
        (TFT, ALLD, 0.01, (0.0198, 0.01, 1.020002, 1.069002)),
        (TFT, ALLD, 0.05, (0.095, 0.05, 1.10025, 1.32525)),
        (GTFT, GTFT, 0.05, (0.875, 0.875, 2.859375, 2.859375)),
        (WSLS, WSLS, 0.05, (0.8645, 0.8645, 2.7765, 2.7765)),
        (GTFT, ALLD, 0.05, (0.38, 0.05, 0.801, 2.451)),
        (WSLS, ALLD, 0.05, (0.5, 0.05, 0.675, 2.925)),
        (TFT, GTFT, 0.05, (0.793478, 0.826087, 2.855388, 2.692344)),
    ],
)
def test_noisy_chains(row, column, noise, expected):
    assert long_run(row, column, action_noise=noise) == pytest.approx(expected, abs=6e-7)
    mirrored = [expected[k] for k in (1, 0, 3, 2)]
    assert long_run(column, row, action_noise=noise) == pytest.approx(mirrored, abs=6e-7)


@pytest.mark.parametrize(
    ("strategy", "cooperation", "payoff"), [(TFT, 0.5, 2.25), (GTFT, 0.916667, 2.909722), (WSLS, 0.8645, 2.7765)]
)
def test_perception_noise(strategy, cooperation, payoff):
    expected = (cooperation, cooperation, payoff, payoff)
    assert long_run(strategy, strategy, perception_noise=0.05) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(
    ("strategy", "noise", "expected"),
    [
        (GTFT, 0, 4.2),
        (WSLS, 0, 1),
        (TFT, 0, float("inf")),
        (GTFT, 0.05, 4.183673),
        (WSLS, 0.05, 1.223990),
        (TFT, 0.05, 40),
    ],
)
def test_expected_steps_from_mutual_defection_to_mutual_cooperation(strategy, noise, expected):
    found = chain(strategy, strategy, action_noise=noise).steps_to("CC", origin="DD")
    assert found == pytest.approx(expected, abs=6e-7)


def test_a_state_that_may_never_come_takes_for_ever():
    """Grim's memory-one kin never forgives; whoever is there already need not wait."""
    kin = (1, 0, 0, 0, 1)
    assert chain(kin, RANDOM).steps_to("CC", origin="DD") == float("inf")
    assert chain(kin, RANDOM).steps_to("CC", origin="CC") == 0


@pytest.mark.parametrize(
    ("opponent", "expected"), [(ALLC, (3.727273, 1.909091)), (RANDOM, (2.5625, 1.520833)), (GTFT, None), (WSLS, None)]
)
def test_extortion_enforces_its_line(opponent, expected):
    _, _, mine, theirs = long_run(EXTORT3, opponent)
    assert mine - 1 == pytest.approx(3 * (theirs - 1))
    if expected is not None:
        assert (mine, theirs) == pytest.approx(expected, abs=6e-7)


def test_without_noise_the_start_decides_and_cycles_are_averaged():
    assert long_run(TFT, TFT) == pytest.approx((1, 1, 3, 3))
    assert long_run(SUSPICIOUS, SUSPICIOUS) == pytest.approx((0, 0, 1, 1))
    assert long_run(TFT, SUSPICIOUS) == pytest.approx((0.5, 0.5, 2.5, 2.5))


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (TFT, ALLD, (0.995, 1.02)),
        (WSLS, ALLD, (0.5, 3)),
        (TFT, SUSPICIOUS, (2.5, 2.5)),
        (SUSPICIOUS, SUSPICIOUS, (1, 1)),
    ],
)
def test_two_hundred_steps_without_noise(row, column, expected):
    visits = chain(row, column).visits(200)
    assert visits.sum() == pytest.approx(200)
    assert worth(visits, AXELROD).payoff == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("delta", [0.5, 0.8, 0.99])
def test_a_discounted_game(delta):
    """Tit-for-tat against a defector gets S once and then P, and it T once and then P: textbook sums."""
    visits = chain(TFT, ALLD).visits(10_000, delta)
    assert visits.sum() == pytest.approx(1 / (1 - delta))
    assert worth(visits, AXELROD).payoff == pytest.approx((delta, 5 * (1 - delta) + delta))


def test_visits_are_a_sum_over_steps():
    found, delta = chain(GTFT, EXTORT3, action_noise=0.1, perception_noise=0.2), 0.9
    now, visits = found.start, np.zeros(len(STATES))
    for t in range(7):
        visits += delta**t * now
        now = now @ found.moves
    assert found.visits(7, delta) == pytest.approx(visits, abs=1e-14)


def test_many_steps_approach_the_long_run():
    found = chain(GTFT, WSLS, action_noise=0.05)
    assert found.visits(10**9) / 10**9 == pytest.approx(found.long_run(), abs=1e-6)


@pytest.mark.parametrize("noise", [{}, {"action_noise": 0.05}, {"perception_noise": 0.1}, {"continuation": 0.9}])
@pytest.mark.parametrize("pair", [("gtft", "extort3"), ("wsls", "random")])
def test_play_agrees(pair, noise):
    """Within five standard errors of the mean over 4,000 worlds, from the first step on."""
    vectors = {"gtft": GTFT, "extort3": EXTORT3, "wsls": WSLS, "random": RANDOM}
    worlds, horizon = 4000, 12
    record = comity.play("matrix", pair, worlds=worlds, seed=3, horizon=horizon, **noise)
    delta = noise.get("continuation", 1.0)
    slips = {name: value for name, value in noise.items() if name != "continuation"}
    visits = chain(*(vectors[name] for name in pair), **slips).visits(horizon, delta)
    assert record.lengths.mean() == pytest.approx(visits.sum(), abs=5 * record.lengths.std() / worlds**0.5 + 1e-9)
    paid = record.rewards.sum(axis=1)
    expected = worth(visits, AXELROD).payoff * visits.sum()
    assert (np.abs(paid.mean(axis=0) - expected) < 5 * paid.std(axis=0) / worlds**0.5).all()
