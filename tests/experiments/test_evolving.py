"""Evolution among entrants of a tournament: GAMES.md §1.1 for hawk–dove and the stag hunt, theory for the rest."""

import numpy as np
import polars as pl
import pytest

import comity
from comity.analysis.evolution import fixation
from comity.envs.settings import SettingError


def field(preset, entrants=("allc", "alld")):
    return comity.tournament("matrix", list(entrants), repetitions=1, preset=preset)


def shares(found):
    return dict(found.outcome.select("entrant", "share").iter_rows())


def test_hawks_are_half():
    """p(D) = V/C = .5, whatever the start."""
    for start in ([0.9, 0.1], [0.1, 0.9]):
        assert shares(comity.evolve(field("hawk_dove"), "replicator", start=start))["alld"] == pytest.approx(0.5)


@pytest.mark.parametrize(("preset", "threshold"), [("stag_hunt", 2 / 3), ("coopeval_stag_hunt", 0.6)])
def test_the_basin_of_the_stag(preset, threshold):
    game = field(preset)
    for start, end in ((threshold - 0.01, 0), (threshold + 0.01, 1)):
        found = comity.evolve(game, "replicator", start=[start, 1 - start])
        assert shares(found)["allc"] == pytest.approx(end, abs=1e-6)


def test_tit_for_tat_feeds_on_nobody_and_outlives_defectors():
    found = comity.evolve(field("axelrod_1980", ["alld", "tft"]), "replicator", start=[0.95, 0.05])
    assert found.outcome["entrant"][0] == "tft"
    assert shares(found)["tft"] == pytest.approx(1, abs=1e-6)
    assert found.course.height == 2 * 1001
    assert found.course.filter(pl.col("generation") == 0)["share"].to_list() == [0.95, 0.05]


def test_one_stag_hunter_among_hares():
    game = field("stag_hunt")
    found = comity.evolve(game, "moran", population=10, start=[0.1, 0.9], runs=2000, intensity=0.3, seed=7)
    row = found.outcome.row(by_predicate=pl.col("entrant") == "allc", named=True)
    expected = fixation(game.payoff, 10, intensity=0.3)[0, 1]
    assert found.outcome["fixed"].sum() == 1
    assert abs(row["fixed"] - expected) < 4 * (expected * (1 - expected) / 2000) ** 0.5
    assert found.settings["population"] == 10


def test_abundance_has_an_interval_and_nobody_is_fixed_under_mutation():
    found = comity.evolve(field("hawk_dove"), "moran", population=20, mutation=0.05, generations=200, runs=50)
    row = found.outcome.row(0, named=True)
    assert row["low"] < row["share"] < row["high"]
    assert row["fixed"] is None
    assert found.outcome["share"].sum() == pytest.approx(1)
    by_generation = found.course.group_by("generation", maintain_order=True).agg(pl.col("share").sum())
    assert by_generation["generation"].to_list() == list(range(201))
    assert by_generation["share"].to_list() == pytest.approx(np.ones(201).tolist())


@pytest.mark.parametrize(
    ("process", "settings", "words"),
    [
        ("morann", {}, ("morann", "moran")),
        ("moran", {"populaton": 5}, ("populaton", "population")),
        ("moran", {"mutation": 2}, ("moran.mutation", "2", "[0, 1]")),
        ("replicator", {"start": [0.5, 0.6]}, ("replicator.start", "2 shares")),
        ("replicator", {"start": [1.0]}, ("replicator.start", "2 shares")),
        ("replicator", {"population": 5}, ("population",)),
    ],
)
def test_wrong_settings_are_refused(process, settings, words):
    with pytest.raises(SettingError) as error:
        comity.evolve(field("hawk_dove"), process, **settings)
    assert all(word in str(error.value) for word in words)


def test_like_must_have_met_like():
    apart = comity.tournament("matrix", ["allc", "alld"], 1, self_play=False, horizon=5)
    with pytest.raises(SettingError, match="self_play"):
        comity.evolve(apart)
