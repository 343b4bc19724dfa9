"""Regions are declared before the run, whole and right, and stay as they were declared."""

from pathlib import Path

import numpy as np
import pytest

from comity.analysis.attractors.declared import Regions, in_regions, state_paths
from comity.envs.settings import SettingError
from comity.experiments.composing import composer
from comity.experiments.designs.grids import sort_overrides
from comity.experiments.regions import declared
from comity.experiments.store import load
from comity.experiments.study import design_of

STATE = {"stock": [0, 100], "cooperation": [0, 1]}
GOOD = {"state": STATE, "floors": {"stock": 0.1}, "positive": {"abundant": {"stock": 0.5, "cooperation": 0.8}}}
PLAY = "game=fishery", "game.initial_stock=20,80", "seats.agents=[sustainable_threshold],[greedy]", "seed=0"
TOLD = "regions={state:{stock:[0,100]},floors:{stock:0.1},positive:{up:{stock:0.5}},window:5}"
WRONG = {
    "unknown setting of regions 'floor'. Did you mean 'floors'?": {"floor": {}},
    "regions.state = None is not allowed": {"state": None},
    "regions.state.stock = [100, 0] is not allowed: it must be a range": {"state": {"stock": [100, 0]}},
    "regions.state.stock = 100 is not allowed": {"state": {"stock": 100}},
    "unknown component of fishery in regions.state 'stok'. Did you mean 'stock'?": {
        "state": {"stok": [0, 100]},
        "floors": {},
        "positive": {"up": {"stok": 0.5}},
    },
    "unknown component in regions.floors 'stocks'. Did you mean 'stock'?": {"floors": {"stocks": 0.1}},
    "regions.floors.stock = 20 is not allowed: it must be a number in [0, 1]": {"floors": {"stock": 20}},
    "regions.floors.stock = True is not allowed": {"floors": {"stock": True}},
    "regions.floors = [0.1] is not allowed: it must be values by name": {"floors": [0.1]},
    "regions.positive = {} is not allowed: it must be one or more sets": {"positive": {}},
    "regions.positive = 'unsettled' is not allowed": {"positive": {"unsettled": {"stock": 0.5}}},
    "regions.positive.up = {} is not allowed": {"positive": {"up": {}}},
    "unknown component in regions.positive.up 'reward'": {"positive": {"up": {"reward": 0.5}}},
    "regions.positive.up.stock = 0.05 is not allowed: it must be at least its floor, 0.1": {
        "positive": {"up": {"stock": 0.05}}
    },
    "regions.positive.up.stock = [0.5, 0.2] is not allowed": {"positive": {"up": {"stock": [0.5, 0.2]}}},
    "regions.positive: up and high overlap": {"positive": {"up": {"stock": 0.5}, "high": {"cooperation": 0.5}}},
    "unknown setting in regions.initial 'game.capacity'": {"initial": ["game.capacity"]},
    "regions.initial = 'game.initial_stock' is not allowed": {"initial": "game.initial_stock"},
    "regions.window = 0 is not allowed": {"window": 0},
    "regions.hold = 2.5 is not allowed": {"hold": 2.5},
}


@pytest.fixture(scope="module")
def design():
    overrides = sort_overrides([*PLAY, "record=all"])
    with composer(overrides.hydra) as hydra:
        return design_of(overrides.grid, hydra.primary(overrides.whole), hydra)


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_declaration_is_told(design, message):
    with pytest.raises(SettingError) as error:
        declared({**GOOD, **WRONG[message]}, design)
    assert message in str(error.value)


def test_what_is_declared_is_read_back(design):
    two = {"rich": {"stock": 0.6}, "modest": {"stock": [0.2, 0.6], "cooperation": 0.5}}
    found = declared({**GOOD, "positive": two, "initial": ["game.initial_stock"], "window": 4}, design)
    assert found is not None and Regions.of({"regions": found._asdict()}) == found
    assert found.sets == ["N", "S", "rich", "modest"] and found.positive["rich"] == {"stock": (0.6, None)}
    floors, low, high = found.bounds
    assert floors.tolist() == [0.1, -np.inf] and low.tolist() == [[0.6, -np.inf], [0.2, 0.5]]
    assert high.tolist() == [[np.inf, np.inf], [0.6, np.inf]]
    assert declared(None, design) is None and Regions.of({}) is None
    turned = Regions({"-arms": (0.0, 40.0)}, {}, {"calm": {"-arms": (0.5, None)}})
    assert turned.scaled("-arms", np.array([0.0, 10.0, 40.0])).tolist() == [1, 0.75, 0]


def test_regions_are_kept_hashed_and_judge_the_worlds(comity):
    assert comity("sweep", *PLAY, "record=all", "out=a", TOLD).code == 0
    found = load("a")
    regions = found.manifest["regions"]
    assert regions["floors"] == {"stock": 0.1} and regions["positive"] == {"up": {"stock": [0.5, None]}}
    assert len(regions["sha"]) == 32 and regions["declared"] and found.steps is not None
    horizons = dict.fromkeys(found.episodes["cell"], 12)
    declared_there = Regions.of(found.manifest)
    assert declared_there is not None
    ended = in_regions(found.episodes, state_paths(found.steps, declared_there), declared_there, horizons)
    by = ended.join(found.episodes, on="cell").sort("seats", "game.initial_stock")
    assert by["end"].to_list() == ["N", "N", "S", "up"]  # what doubles and is halved stays; what is emptied is gone
    assert by["in N"].to_list() == pytest.approx([11 / 12, 11 / 12, 0, 0])
    assert by["viability"].to_list() == [1, 1, 12, 12] and by["viable"].to_list() == [False, False, True, True]


@pytest.mark.slow
def test_regions_cannot_change_or_come_late_and_a_rerun_has_them(comity):
    assert comity("sweep", *PLAY, "record=all", "out=a", TOLD).code == 0
    regions = load("a").manifest["regions"]
    assert comity("sweep", *PLAY, "record=all", "out=a", TOLD).code == 0
    other = comity("sweep", *PLAY, "record=all", "out=a", TOLD.replace("0.5", "0.6"))
    assert other.code == 2 and "regions are not those under which points of a were played" in other.err
    assert "regions are not those" in comity("sweep", *PLAY, "record=all", "out=a").err
    assert load("a").manifest["regions"] == regions
    assert comity("sweep", *PLAY, "record=all", "out=b").code == 0
    assert "were played (none)" in comity("sweep", *PLAY, "record=all", "out=b", TOLD).err
    assert comity("rerun", "a", "--out", "c").code == 0
    assert load("c").manifest["regions"] == regions
    assert comity("rerun", "a", "--out", "d", "regions=null").code == 2
    assert not Path("d").exists()
    assert comity("run", *PLAY[:1], "seats.agents=[greedy]", TOLD).code == 0
