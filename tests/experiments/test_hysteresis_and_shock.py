"""Parameters that change under worlds that go on, and shocks from outside, against courses that are known."""

import numpy as np
import pytest

from comity.analysis.attractors import places, return_time
from comity.envs.catalogue import make
from comity.envs.settings import SettingError
from comity.experiments.play import play
from comity.experiments.probes import hysteresis, shock
from comity.experiments.probes.driven import become

LOGISTIC = {"growth": "logistic", "integer": False, "rationing": "proportional", "collapse_threshold": 0}
RANGES = {"driver_range": (0.0, 1.0), "state_range": (0.0, 100.0)}


def settled(rate, take, stock, steps):
    """The stock after so many steps of logistic growth under a fixed harvest."""
    for _ in range(steps):
        left = max(0.0, stock - take)
        stock = min(100.0, left + rate * left * (1 - left / 100))
    return stock


def test_the_state_is_carried_from_value_to_value():
    found = hysteresis(
        "fishery", [{"agent": "fixed_harvest", "amount": 2}], "growth_rate", [0.2, 0.5, 0.9], state="stock", steps=7,
        last=1, **RANGES, **LOGISTIC, initial_stock=60,
    )  # fmt: skip
    stock, expected = 60.0, []
    for rate in [0.2, 0.5, 0.9, 0.9, 0.5, 0.2]:
        stock = settled(rate, 10, stock, 7)
        expected.append(stock)
    assert found.forward[0] == pytest.approx(expected[:3], abs=1e-9)
    assert found.backward[0] == pytest.approx(expected[:2:-1], abs=1e-9)
    heights = np.abs(found.forward[0] - found.backward[0]) / 100
    assert found.area.value[0] == pytest.approx(0.3 * heights[:2].mean() + 0.4 * heights[1:].mean())
    assert found.course.shape == (1, 42) and found.course[0, 6::7] == pytest.approx(expected)
    frame = found.frame()
    assert frame.shape == (6, 8) and frame["direction"].to_list() == ["forward"] * 3 + ["backward"] * 3
    assert frame["driver"].to_list() == [0.2, 0.5, 0.9] * 2


def test_a_driver_may_fall_first():
    take = [{"agent": "fixed_harvest", "amount": 2}]
    given = {"state": "stock", "steps": 7, "last": 1, **RANGES, **LOGISTIC, "initial_stock": 60}
    found = hysteresis("fishery", take, "growth_rate", [0.9, 0.5, 0.2], **given)
    assert found.driver.tolist() == [0.9, 0.5, 0.2] and found.forward[0, 0] == pytest.approx(settled(0.9, 10, 60, 7))
    heights = np.abs(found.forward[0] - found.backward[0]) / 100
    assert found.area.value[0] == pytest.approx(0.4 * heights[:2].mean() + 0.3 * heights[1:].mean())


def test_regimes_do_not_come_back_by_the_way_they_went():
    """A degraded stock grows by .1, so that the rate of a healthy one no longer matters: it stays where it fell."""
    regimes = {**LOGISTIC, "growth": "regimes", "growth_rate_degraded": 0.1}
    take = [{"agent": "fixed_harvest", "amount": 2}]
    found = hysteresis("fishery", take, "growth_rate", [0.2, 0.6], state="stock", steps=60, **RANGES, **regimes)
    assert found.forward[0, 0] == pytest.approx(0) and found.backward[0, 0] == pytest.approx(0)
    smooth = hysteresis(
        "fishery", ["sustainable_threshold"], "growth_rate", [0.2, 0.6], state="cooperation", steps=5, **RANGES,
        **LOGISTIC,
    )  # fmt: skip
    assert smooth.forward.tolist() == smooth.backward.tolist() == [[1, 1]] and smooth.area.value.tolist() == [0]


def test_whoever_thinks_sees_the_rules_change_and_a_stag_hunt_does_not_come_back():
    """Below T = R = 3 the game is a stag hunt, above it a dilemma: who was driven to defect goes on when it is over."""
    ranges = {"driver_range": (1.0, 5.0), "state_range": (0.0, 1.0)}
    found = hysteresis("matrix", ["deliberator"], "temptation", [2, 4], state="cooperation", steps=3, last=2, **ranges)
    assert found.forward.tolist() == [[1, 0]] and found.backward.tolist() == [[0, 0]]
    assert found.area.value.tolist() == [0.25] and found.area.flags == ()


def test_a_game_becomes_another_for_everyone_who_plays_it():
    game = make("fishery", growth_noise=0.1)
    believed = game.believed(0)
    become(game, {"growth_factor": 3.0})
    assert game.p.growth_factor == game.params.growth_factor == 3 and game.params.growth_noise == 0.1
    assert game.believed(0) is not believed and game.believed(0).p.growth_factor == 3


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"driver": "growth_rat"}, "Did you mean 'growth_rate'?"),
        ({"driver": "initial_stock"}, "driver = 'initial_stock' is not allowed"),
        ({"driver": "horizon"}, "driver = 'horizon' is not allowed"),
        ({"driver": "growth"}, "driver = 'growth' is not allowed"),
        ({"driver": "capacity", "values": [100, 120]}, "driver = 'capacity' is not allowed"),
        (
            {"values": [0.5, 0.2, 0.3]},
            "values = [0.5, 0.2, 0.3] is not allowed: it must be two or more numbers that rise",
        ),
        ({"values": [0.5, 9]}, "fishery.growth_rate = 9"),
        ({"last": 9, "steps": 3}, "last = 9 is not allowed"),
        ({"state": "fish"}, "unknown state of fishery 'fish'"),
        ({"game": "ultimatum"}, "game = 'ultimatum' is not allowed"),
    ],
)
def test_a_sweep_that_cannot_be(changed, message):
    given = {"game": "fishery", "driver": "growth_rate", "values": [0.2, 0.5], "state": "stock", **changed}
    with pytest.raises(SettingError) as error:
        hysteresis(seats=["greedy"], **given, **RANGES)
    assert message in str(error.value)


def test_stock_is_lost_between_two_steps_and_comes_back_as_the_law_says():
    take = [{"agent": "fixed_harvest", "amount": 1}]
    found = shock("fishery", take, 6, removed=0.5, **LOGISTIC, horizon=60, initial_stock=80, growth_rate=0.4)
    base, hit = (record.signals["stock"][0] for record in (found.base, found.shocked))
    assert np.array_equal(base[:5], hit[:5]) and hit[5] == base[5] / 2
    assert hit[6] == pytest.approx(settled(0.4, 5, hit[5], 1))
    where = places(hit[None, :-1, None] / 100, [0.1], [0.7])
    back = return_time(where, found.step)
    first = next(k for k in range(60) if settled(0.4, 5, hit[5], k) >= 70)
    assert (back.value.tolist(), back.observed.tolist()) == ([first], [True])


def test_whole_units_stay_whole_and_the_dead_are_not_struck():
    found = shock("fishery", ["sustainable_threshold"], 2, removed=0.33)
    assert found.shocked.signals["stock"][0, 1] == 67
    dead = shock("fishery", ["greedy"], 5, removed=0.5)
    assert dead.shocked.signals["stock"].tolist() == dead.base.signals["stock"].tolist()


def test_forced_defections_are_answered_and_common_chance_does_the_rest():
    found = shock("matrix", ["tft"], 4, defections=2, culprits=1, worlds=3, seed=5, horizon=12)
    assert found.base.cooperation.min() == 1
    moves = found.shocked.cooperation[0].astype(int).tolist()
    assert moves[2:8] == [[1, 1], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0]]  # an echo: each answers the other
    noisy = shock("matrix", ["gtft"], 4, defections=1, culprits=1, worlds=40, horizon=30, action_noise=0.05)
    alone = play("matrix", ["gtft"], worlds=40, horizon=30, action_noise=0.05)
    assert np.array_equal(noisy.base.actions, alone.actions)
    assert np.array_equal(noisy.base.actions[:, :3], noisy.shocked.actions[:, :3])
    same = (noisy.base.actions[:, 20:] == noisy.shocked.actions[:, 20:]).all(axis=(1, 2))
    assert same.mean() > 0.9  # forgiven, and chance is the same again


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, "there is no shock"),
        ({"removed": 1.5}, "removed = 1.5 is not allowed"),
        ({"removed": 0.5, "step": 1}, "step = 1 is not allowed: it must be a step from 2 to 12"),
        ({"defections": 1, "step": 13}, "step = 13 is not allowed"),
        ({"defections": -1}, "defections = -1 is not allowed"),
        ({"defections": 1, "culprits": 6}, "culprits = 6 is not allowed: it must be at most the 5 seats of fishery"),
        ({"removed": 0.5, "culprits": 2}, "culprits = 2 is not allowed: it must be left out without defections"),
        ({"removed": 0.5, "game": "climate"}, "removed = 0.5 is not allowed: it must be 0 in climate"),
        ({"defections": 1, "game": "ultimatum"}, "game = 'ultimatum' is not allowed"),
    ],
)
def test_a_shock_that_cannot_be(changed, message):
    given = {"game": "fishery", "step": 3, **changed}
    with pytest.raises(SettingError) as error:
        shock(seats=["greedy"], **given)
    assert message in str(error.value)
