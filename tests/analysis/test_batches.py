"""What is measured of an episode does not depend, to the last bit, on which others are in its batch: a resumed sweep,
which cuts its chunks elsewhere, must end with the same tables."""

import numpy as np
import pytest

import comity
from comity.analysis.episodes import episode_measures

CASES = {
    "matrix": {"action_noise": 0.1, "continuation": 0.97, "horizon": 300, "reward": 3.1, "temptation": 4.7},
    "fishery": {"growth_noise": 0.3, "horizon": 40, "integer": False, "collapse_threshold": 20},
    "alternating_offers": {"breakdown": 0.1, "delta": (0.93, 0.87)},
    "scorable": {"rounds": 6, "continuation": 0.9},
    "standoff": {"crash_prob": 0.02, "crash_payoff": -3.3},
}
SEATS = {
    "matrix": ["gtft", "random"],
    "fishery": [{"agent": "fixed_harvest", "amount": 9.37}, "conditional"],
    "alternating_offers": ["conceder", {"agent": "conceder", "floor": 0.1}],
    "scorable": ["compromise", "yielder", "hardliner"],
    "standoff": ["grit", "random"],
}


@pytest.mark.parametrize("name", CASES)
def test_measures_do_not_depend_on_the_batch(name):
    batch = episode_measures(comity.play(name, SEATS[name], worlds=40, **CASES[name]))
    assert len(np.unique(batch["length"])) > 1, "episodes of different lengths, or the test shows nothing"
    for b in range(0, 40, 3):
        alone = episode_measures(comity.play(name, SEATS[name], seed=b, **CASES[name]))
        assert alone.keys() == batch.keys()
        for key, values in alone.items():
            assert np.array_equal(values[0], batch[key][b], equal_nan=values.dtype.kind == "f"), key
