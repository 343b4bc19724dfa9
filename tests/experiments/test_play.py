"""``comity.play`` says what is wrong with its arguments before it plays."""

import numpy as np
import pytest

import comity
from comity.envs.catalogue import make
from comity.envs.settings import SettingError


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"worlds": 0}, "worlds = 0 is not allowed: it must be a whole number >= 1"),
        ({"worlds": 2.0}, "worlds = 2.0 is not allowed"),
        ({"worlds": True}, "worlds = True is not allowed"),
        ({"worlds": "many"}, "worlds = 'many' is not allowed"),
        ({"seed": 1.5}, "seed = 1.5 is not allowed: it must be a whole number, or a list of them"),
        ({"seed": "one"}, "seed = 'one' is not allowed"),
        ({"seats": "tft"}, "seats = 'tft' is not allowed: it must be a list of agents"),
        ({"seats": []}, r"seats = \[\] is not allowed: it must be 1 to 2 agents"),
        ({"seats": ["tft"] * 3}, "it must be 1 to 2 agents, for 2 seats of matrix"),
        ({"game": make("matrix"), "horizon": 3}, "params = {'horizon': 3} is not allowed: it must be left out"),
    ],
)
def test_a_wrong_argument_is_said(given, words):
    with pytest.raises(SettingError, match=words):
        comity.play(**{"game": "matrix", "seats": ["tft"], **given})


def test_numpy_numbers_are_numbers():
    record = comity.play("matrix", ["tft"], worlds=np.int64(2), seed=np.array([7, 9]), horizon=3)
    assert record.seeds.tolist() == [7, 9]
