"""Concession by resources and by imitation: exact offers, by the formulas of Faratin, Sierra & Jennings 1998."""

from itertools import pairwise
from math import ceil, exp

import numpy as np
import pytest

import comity
from comity.envs.settings import SettingError

UNITS = 100
LINEAR = {"agent": "conceder", "floor": 0.5, "speed": 1}
"""Asks for 90, 81, 72, … percent of the pie, of 100 units: it leaves 10, 19 (of 18.9), 28, 37, 46, 50."""
OFFERED = [10, 19, 28, 37, 46, 50]


def offers(first, second, game="alternating_offers", horizon=12, **params):
    """What both leave the other, turn by turn until one of them answers otherwise."""
    record = comity.play(game, [first, second], horizon=horizon, **params)
    return (record.actions[0, ::2, 0].tolist(), record.actions[0, 1::2, 1].tolist()), record


def left_by(second, opponent=LINEAR, **params):
    (_, found), _ = offers(opponent, second, delta=(1, 1), **params)
    return found


def leaves(demand):
    return ceil((1 - demand) * UNITS - 1e-6)


def imitation(window, answer, start=0.9, floor=0.1):
    """The formulas by index: t_n is the other's last offer, and the offers of one side are two steps apart."""
    demands, heard = [start], []
    for n, offer in enumerate(OFFERED):
        heard.append(offer / UNITS)
        if n:
            enough = n >= window
            demands.append(min(max(answer(demands[-1], heard, n), floor), start) if enough else start)
    return [leaves(x) for x in demands]


@pytest.mark.parametrize("window", [1, 2])
def test_relative_tit_for_tat(window):
    me = {"agent": "relative_tft", "floor": 0.1, "window": window}
    expected = imitation(window, lambda x, y, n: x * y[n - window] / y[n - window + 1])
    found = left_by(me)
    wanted_two = {1: [10, 53, 68], 2: [10, 10, 53]}[window]
    assert expected[:3] == found[:3] == wanted_two
    deal = next(k for k, (offer, later) in enumerate(zip(OFFERED, expected, strict=True)) if offer + later >= UNITS)
    assert found[:deal] == expected[:deal]


@pytest.mark.parametrize(("window", "first"), [(1, [10, 53, 68]), (2, [10, 10, 68]), (3, [10, 10, 10])])
def test_averaged_tit_for_tat(window, first):
    """With a window of one offer it is relative tit-for-tat."""
    me = {"agent": "averaged_tft", "floor": 0.1, "window": window}
    expected = imitation(window, lambda x, y, n: x * y[n - window] / y[n])
    assert left_by(me)[:3] == expected[:3] == first


@pytest.mark.parametrize("window", [1, 2, 3])
def test_absolute_tit_for_tat_without_chance(window):
    """It answers 9 units by 9."""
    me = {"agent": "absolute_tft", "floor": 0.1, "window": window, "extra": 0}
    found = left_by(me)
    assert found[:5] == imitation(window, lambda x, y, n: x + y[n - window] - y[n - window + 1])[:5]
    assert found[:5] == [10] * window + [19, 28, 37, 46][: 5 - window]


def test_absolute_tit_for_tat_by_chance():
    """Beyond what the other conceded, 0 … M percent, each as likely; against who never moves, too."""
    me = {"agent": "absolute_tft", "floor": 0.1, "extra": 4}
    stubborn = {"agent": "conceder", "start": 0.9, "floor": 0.9}
    record = comity.play("alternating_offers", [stubborn, me], worlds=5000, horizon=12, delta=(1, 1))
    left = record.actions[:, 1::2, 1]
    assert (left[:, 0] == 10).all()
    for before, after in pairwise(left[:, :5].T):
        steps = np.round(after - before).astype(int)
        assert np.bincount(steps, minlength=5) / 5000 == pytest.approx(np.full(5, 0.2), abs=5 * (0.16 / 5000) ** 0.5)
    alone = comity.play("alternating_offers", [stubborn, me], worlds=3, horizon=12, delta=(1, 1))
    np.testing.assert_array_equal(alone.actions, record.actions[:3])


def test_imitators_stay_within_their_bounds():
    assert left_by({"agent": "relative_tft", "floor": 0.4})[:2] == [10, 53]
    assert left_by({"agent": "relative_tft", "floor": 0.6})[:3] == [10, 40, 40]
    tough = {"agent": "conceder", "start": 0.9, "floor": 0.9}
    assert left_by("relative_tft", tough)[:5] == [10] * 5, "nothing for nothing"
    nothing = {"agent": "conceder", "start": 1, "floor": 1}
    assert left_by("relative_tft", nothing)[:5] == [10] * 5, "nothing, of nothing, is no concession"


def test_imitators_take_what_is_as_good_as_what_they_would_ask_for():
    _, record = offers(LINEAR, {"agent": "relative_tft", "floor": 0.1}, delta=(1, 1))
    assert record.rewards[0].sum(axis=0) == pytest.approx([0.68, 0.32])
    # over a table of deals the same, by shares of the largest gain; here demands are rounded in one's own favour
    (_, found), record = offers(LINEAR, {"agent": "relative_tft", "floor": 0.1}, "ultimatum")
    assert found[:3] == [10, 50, 66], "90·10/18, and of that 18/27"
    assert record.rewards[0].sum(axis=0).tolist() == [66, 34]


def test_concession_by_the_time_that_is_left():
    """α = exp(−(10 − t)): 29 units are left three periods before the end is 10."""
    me = {"agent": "resource_conceder"}
    (found, _), _ = offers(me, "tough", delta=(1, 1))
    assert found[:6] == [leaves(0.4 + 0.5 * (1 - exp(-max(0, 10 - t)))) for t in (1, 3, 5, 7, 9, 11)]
    assert found[:6] == [11, 11, 11, 13, 29, 60]
    half = {"agent": "resource_conceder", "initial": 0.5}
    assert offers(half, "tough", delta=(1, 1))[0][0][:6] == [36, 36, 36, 37, 45, 60]


def test_concession_by_the_length_of_the_thread():
    """α = exp(−1/m) after m offers of both."""
    me = {"agent": "resource_conceder", "resource": "thread"}
    (found, _), _ = offers(me, "tough", delta=(1, 1))
    assert found[:6] == [10] + [leaves(0.4 + 0.5 * (1 - exp(-1 / m))) for m in (2, 4, 6, 8, 10)]
    assert found[:6] == [10, 41, 49, 53, 55, 56]


def test_a_window_is_one_for_all_worlds():
    with pytest.raises(SettingError, match=r"relative_tft.window.*one value for all worlds"):
        me = {"agent": "relative_tft", "window": np.array([1, 2])}
        comity.play("alternating_offers", [me, "tough"], worlds=2)
