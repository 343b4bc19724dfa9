"""METRICS.md §2.4: what a planted error does, against the closed forms of memory-one pairs."""

import numpy as np
import pytest

import comity
from comity.analysis import rmst
from comity.analysis.reciprocity import echo_length, echo_mass, irf
from comity.envs.settings import SettingError

STEP = 4


def twice(seats, worlds=3, horizon=30, game="matrix", **options):
    found = comity.planted(game, seats, worlds, step=STEP, horizon=horizon, **options)
    return found.base.choices, found.planted.choices, found.step, found.seat


def test_the_worked_example():
    outcomes = [[0, 1], [1, 0], [0, 1], [1, 1], [1, 1], [1, 1]]  # the error, CD, DC, CC, CC, CC
    found = echo_length(np.ones((1, 6, 2)), [outcomes], 1)
    assert (found.value.item(), found.observed.item()) == (2, True)
    assert echo_mass(np.ones((1, 6, 2)), [outcomes], 1).value.item() == 2
    short = echo_length(np.ones((1, 5, 2)), [outcomes[:5]], 1)
    assert (short.value.item(), short.observed.item()) == (4, False), "two calm steps are not three"


def test_tit_for_tat_echoes_for_ever():
    k = np.arange(21)
    change = irf(*twice(["tft"]))
    assert change.value[1].tolist() == (-(k % 2)).tolist()
    assert change.value[0].tolist() == (-(1 - k % 2)).tolist()
    length = echo_length(*twice(["tft"]))
    assert not length.observed.any()
    assert length.value.tolist() == [30 - STEP] * 3
    assert echo_mass(*twice(["tft"])).value.tolist() == [30 - STEP] * 3
    assert rmst(length.value, length.observed, tau=20).value == 20


def test_win_stay_lose_shift_mends_at_once():
    change = irf(*twice(["wsls"]))
    assert change.value[:, :4].tolist() == [[-1, -1, 0, 0], [0, -1, 0, 0]]
    assert echo_length(*twice(["wsls"])).value.tolist() == [1] * 3
    assert echo_mass(*twice(["wsls"])).value.tolist() == [2] * 3


def test_generosity_damps_the_echo():
    worlds = 4000
    base, planted, step, seat = twice(["gtft"], worlds)
    change = irf(base, planted, step, seat, longest=6, draws=100)
    expected = (2 / 3) ** np.arange(7)
    for k in range(1, 7):
        error = np.sqrt(expected[k] * (1 - expected[k]) / worlds)
        assert change.value[k % 2, k] == pytest.approx(-expected[k], abs=4 * error)
        assert change.value[1 - k % 2, k] == 0
    mass = echo_mass(base, planted, step, seat).value
    assert mass.mean() == pytest.approx(2, abs=4 * mass.std() / np.sqrt(worlds))


def test_chance_is_shared_and_slips_of_the_game_stay():
    found = comity.planted("matrix", ["tft", "bernoulli"], 200, step=STEP, horizon=10, action_noise=0.3)
    one, two = found.base.choices, found.planted.choices
    np.testing.assert_array_equal(one[:, : STEP - 1], two[:, : STEP - 1])
    assert (two[:, STEP - 1, 0] == 0).all(), "also where noise would have turned it into cooperation"
    np.testing.assert_array_equal(one[:, :, 1], two[:, :, 1])
    np.testing.assert_array_equal(one[:, STEP:, 0], two[:, STEP:, 0])
    np.testing.assert_array_equal(found.base.intended[:, STEP - 1], found.planted.intended[:, STEP - 1])
    again = comity.planted("matrix", ["tft", "bernoulli"], 1, seed=7, step=STEP, horizon=10, action_noise=0.3)
    np.testing.assert_array_equal(again.planted.rewards[0], found.planted.rewards[7])


def test_worlds_without_a_spell_do_not_count():
    base, planted, step, seat = twice(["tft", "alld"])
    assert np.isnan(irf(base, planted, step, seat).value).all()
    assert np.isnan(echo_length(base, planted, step, seat).value).all()
    assert np.isnan(echo_mass(base, planted, step, seat).value).all()


@pytest.mark.parametrize("game", ["public_goods", "fishery"])
def test_groups_have_echoes_too(game):
    base, planted, step, seat = twice(["reciprocator"], game=game, horizon=10, seat=1)
    assert (planted[:, step - 1, seat] < 0.5).all()
    assert (np.delete(planted - base, seat, axis=2)[:, step - 1] == 0).all()


@pytest.mark.parametrize(
    ("game", "wrong", "word"),
    [
        ("matrix", {"step": 0}, "step"),
        ("matrix", {"step": 11}, "step"),
        ("matrix", {"seat": 2}, "seat"),
        ("ultimatum", {}, "game"),
    ],
)
def test_wrong_settings_are_named(game, wrong, word):
    options = {"horizon": 10, **wrong} if game == "matrix" else wrong
    with pytest.raises(SettingError, match=word):
        comity.planted(game, ["random"], **options)
