"""``comity power``: from a pilot that was played to a line of seeds."""

import re

import numpy as np
import polars as pl
import pytest

from comity.analysis.contrasts import contrasts
from comity.analysis.statistics import seeds_needed
from comity.analysis.summary import cells, worlds
from comity.experiments.store import load

PILOT = ("sweep", "-q", "game=matrix", "seats.agents=[tft,tft]", "game.action_noise=0.05,0.2", "game.horizon=10")


def test_a_pilot_says_how_many_seeds(comity, tmp_path):
    assert comity(*PILOT, "seed=range(5,17)", "out=pilot").code == 0
    told = comity("power", "pilot", "--measure", "coop_focal", "--effect", "0.3")
    assert told.code == 0
    found = worlds(load(tmp_path / "pilot").episodes)
    by_cell = [part["coop_focal"].to_numpy() for (_,), part in found.group_by("cell", maintain_order=True)]
    needed = seeds_needed([by_cell[1] - by_cell[0]], 0.3)
    assert f"seed='range(17,{17 + needed.seeds})'" in told.out
    row = next(line for line in told.out.splitlines() if line.startswith("action_noise: 0.05 → 0.2"))
    assert row.split()[5:6] == ["12"]
    assert f"{float(needed.power.value):.3f}" in row
    for wrong, words in (
        (("--effect", "0"), "--effect = 0.0 is not allowed: it must be a number > 0"),
        (("--effect", "1", "--test", "permutation"), "paired seeds, which these are"),
        (("--effect", "1", "--test", "t"), "unknown --test 't'"),
        (("--effect", "1", "--factor", "norms"), "unknown --factor 'norms'"),
        (("--effect", "1", "--test", "width", "--smallest", "1"), "--smallest = 1.0 is not allowed"),
    ):
        refused = comity("power", "pilot", "--measure", "coop_focal", *wrong)
        assert refused.code == 2
        assert words in refused.err
    assert "Did you mean 'coop_focal'?" in comity("power", "pilot", "--measure", "coop_fcal", "--effect", "1").err
    assert comity("power", str(tmp_path), "--measure", "coop_focal", "--effect", "1").code == 2


@pytest.mark.slow
def test_independent_seeds_are_counted_for_each_side(comity):
    comity(*PILOT, "pairing=independent", "seed=range(3,20)", "out=pilot")
    told = comity("power", "pilot", "--measure", "coop_focal", "--effect", "0.4", "--tests", "2")
    assert "by permutation, 2 tests" in told.out
    assert re.search(r"seed='range\(20,\d+\)'", told.out)
    assert comity("power", "pilot", "--measure", "coop_focal", "--effect", "1", "--test", "sign_flip").code == 2


def test_contrasts_differ_in_one_thing():
    rows = [
        {"cell": f"{norm}{noise}", "game": "matrix", "seats": "all", "norms": norm, "game.noise": noise, "seed": seed}
        for norm in ("kind", "selfish", "universal")
        for noise in (0.0, 0.1)
        for seed in (1, 2)
    ]
    table = pl.DataFrame(rows).with_columns(coop_rate_pooled=pl.lit(0.5))
    found = list(contrasts(table, cells(table)))
    pairs = {(one.first, one.second) for one in found}
    norms = {(f"selfish{noise}", f"{norm}{noise}") for norm in ("kind", "universal") for noise in (0.0, 0.1)}
    assert pairs == norms | {(f"{norm}0.0", f"{norm}0.1") for norm in ("kind", "selfish", "universal")}
    assert len(found) == len(pairs)
    assert {one.words for one in found if one.factor == "norms"} == {
        "norms: selfish → kind",
        "norms: selfish → universal",
    }
    other = list(contrasts(table, cells(table), "universal"))
    assert {one.first for one in other if one.factor == "norms"} == {"universal0.0", "universal0.1"}
    assert not list(
        contrasts(table.filter(pl.col("cell") == "kind0.0"), cells(table.filter(pl.col("cell") == "kind0.0")))
    )
    assert np.all([one.where.startswith("matrix") for one in found])
