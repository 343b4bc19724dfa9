"""Features are those of the deliberator's own look-ahead, and give its norms back."""

import numpy as np
import pytest

from comity.analysis.recovery import recover
from comity.envs.catalogue import make
from comity.envs.chance import world_seeds
from comity.envs.settings import SettingError
from comity.experiments.probes.recovery import GAMES, WEIGHTS, recovery, reveal

THETA = {"kindness": 0.4, "positive": 0.3, "negative": 0.6}


def revealed(name, rationality, worlds=10, steps=8, **params):
    game = make(name, **{**GAMES.get(name, {}), **params}, horizon=steps)
    known = {"rationality": np.full(worlds, rationality)} | {key: np.full(worlds, one) for key, one in THETA.items()}
    return reveal(game, known, world_seeds(0, worlds))


@pytest.mark.parametrize("name", ["appropriation", "matrix"])
def test_who_never_slips_takes_the_best_by_these_features(name):
    choices, features = revealed(name, np.inf)
    values = features[..., 0] + features[..., 1:] @ np.array(list(THETA.values()))
    picked = np.take_along_axis(values, choices[..., None], axis=-1)[..., 0]
    assert (choices >= 0).all()
    np.testing.assert_allclose(picked, np.nanmax(values, axis=-1), rtol=0, atol=1e-8)
    assert len(np.unique(choices)) > 1


def test_kindness_and_reciprocity_come_back():
    found = recover(*revealed("appropriation", 20.0, worlds=30, steps=15), WEIGHTS)
    true = np.array([20.0, *THETA.values()])
    assert (np.abs(found.value - true) < 4 * found.error).all()
    assert all(map(found.told, found.names))


def test_two_acts_tell_nothing():
    found = recover(*revealed("matrix", 2.0, worlds=20, steps=15), WEIGHTS)
    assert not any(map(found.told, found.names))
    assert {f"flat:{name}" for name in WEIGHTS} <= set(found.flags)


def test_games_by_turns_are_refused():
    with pytest.raises(SettingError, match="all move at once"):
        recovery(["alternating_offers"], 1)


@pytest.mark.slow
def test_the_table_of_simulations(comity, tmp_path):
    told = comity("recover", "appropriation", "--simulations=2", "--worlds=6", "--steps=6", "--out=found")
    assert told.code == 0
    assert "rationality" in told.out
    names = {path.name for path in (tmp_path / "found").iterdir()}
    assert names == {"estimates.parquet", "accuracy.parquet", "recovery.png", "recovery.svg"}
    assert comity("recover", "appropriation", "--worlds", "0").code == 2
