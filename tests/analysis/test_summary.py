"""Cells, worlds, intervals and differences."""

import numpy as np
import polars as pl
import pytest

from comity.analysis.statistics import bootstrap_ci
from comity.analysis.summary import (
    MANY,
    cells,
    condensed,
    effects,
    interval,
    summarise,
    tracks,
    value_axes,
    worlds,
)


def frame(rows, *names):
    return pl.DataFrame(rows, schema=["cell", "game", "seats", "norms", "seed", *names], orient="row")


def test_norms_and_arms_stand_in_their_order():
    given = [("a", "zoo", "x", "kind", 0), ("b", "matrix", "with_exploiter", "odd", 0), ("c", "matrix", "x", "kind", 0)]
    given += [("d", "matrix", "x", "selfish", 0), ("e", "matrix", "with_reciprocator", "kind", 0)]
    order = cells(frame([(*row, [row[2] == "x", True]) for row in given], "bearers"))
    assert order["cell"].to_list() == ["d", "c", "e", "b", "a"]
    assert order["mixed"].to_list() == [False, False, True, True, False]


def test_an_axis_is_constant_in_its_cell_and_varies_between_cells():
    table = frame(
        [("a", "matrix", "x", "kind", 0, 1.0, 5), ("b", "matrix", "x", "kind", 0, 2.0, 5)], "norms.kindness", "other"
    )
    assert value_axes(table) == ["norms.kindness"]
    varies = frame([("a", "matrix", "x", "kind", 0, 1.0), ("a", "matrix", "x", "kind", 1, 2.0)], "wall")
    assert value_axes(varies) == []


def test_base_cells_set_nothing_that_others_of_their_arm_leave_as_it_is():
    axis = "norms.kindness"
    rows = [("a", "matrix", "x", "selfish", 0, 0.0, []), ("b", "matrix", "x", "selfish", 0, 0.5, [axis])]
    rows += [("c", "matrix", "x", "kind", 0, 0.8, []), ("d", "matrix", "y", "selfish", 0, 0.0, [axis])]
    found = cells(frame(rows, axis, "varied"))
    assert dict(found.select("cell", "base").iter_rows()) == {"a": True, "b": False, "c": True, "d": True}
    conditions = dict(found.select("cell", "condition").iter_rows())
    assert conditions == {
        "a": "selfish", "b": "selfish · kindness=0.5", "c": "kind", "d": "selfish · kindness=0"
    }  # fmt: skip


def test_a_table_that_does_not_tell_what_varied_set_what_is_not_null():
    rows = [("a", "matrix", "x", "selfish", 0, None), ("b", "matrix", "x", "selfish", 0, 0.5)]
    found = cells(frame(rows, "norms.kindness"))
    assert found["base"].to_list() == [True, False]
    assert found["condition"].to_list() == ["selfish", "selfish · kindness=0.5"]


def test_where_every_cell_sets_an_axis_every_cell_is_shown():
    rows = [(f"{norm}{noise}", "matrix", "x", norm, 0, noise) for norm in ("selfish", "kind") for noise in (0.0, 0.1)]
    found = cells(frame(rows, "game.action_noise"))
    assert found["base"].all()
    assert found["condition"].to_list()[:2] == ["selfish · action_noise=0", "selfish · action_noise=0.1"]


def test_measures_of_the_norms_bearers():
    table = frame([("a", "matrix", "with_exploiter", "kind", 0)]).with_columns(
        bearers=pl.Series([[False, True, True]]),
        coop_by_seat=pl.Series([[0.0, 0.5, None]]),
        payoff_by_seat=pl.Series([[9.0, 1.0, 3.0]]),
    )
    found = worlds(table).row(0, named=True)
    assert found["coop_focal"] == 0.5
    assert (found["payoff_focal"], found["payoff_others"], found["exploitation"]) == (2, 9, 7)
    nobody = pl.Series("bearers", [[False, False, False]])
    for untold in (table.drop("bearers"), table.with_columns(nobody)):
        everybody = worlds(untold).row(0, named=True)
        assert everybody["payoff_focal"] == pytest.approx(13 / 3)
        assert everybody["exploitation"] is None


def test_the_world_is_the_unit():
    table = frame([("a", "matrix", "x", "kind", seed, float(seed)) for seed in (0, 0, 1)], "welfare")
    (row,) = summarise(table).to_dicts()
    assert (row["value"], row["n"]) == (0.5, 2)


def test_intervals():
    assert interval(np.array([1.0, 1.0, 1.0])) == {
        "value": 1,
        "low": None,
        "high": None,
        "n": 3,
        "n_nan": 0,
        "constant": True,
    }
    alone = interval(np.array([2.0]))
    assert alone["low"] is None and not alone["constant"]
    shares = interval(np.ones(20), yes_no=True)
    assert shares["low"] == pytest.approx(1 - 0.161125, abs=1e-6)
    some = interval(np.array([1.0, 2.0, 4.0, np.nan]))
    assert some["low"] < some["value"] < some["high"] and some["n"] == 3 and some["n_nan"] == 1


def test_what_no_report_reads_is_left_out_and_nothing_else(small):
    table = small[0].sort("cell", "seed")
    fewer = condensed(table)
    assert not {"point", "coop_by_seat", "rho_by_seat"} & set(fewer.columns)
    assert {"coop_focal", "payoff_focal"} <= set(fewer.columns)
    for told in (summarise, cells, lambda rows: effects(rows, ["welfare", "coop_focal"])):
        assert told(fewer).equals(told(table))
        assert told(fewer.sample(fraction=1.0, shuffle=True, seed=1)).equals(told(table))


def test_many_worlds_have_the_intervals_of_few_code_paths():
    values = np.random.default_rng(0).normal(size=MANY)
    one = {"cell": "a", "game": "matrix", "seats": "s", "norms": "kind"}
    table = pl.DataFrame({"seed": np.arange(MANY), "welfare": values, "rawls": values**2}).with_columns(
        **{name: pl.lit(value) for name, value in one.items()}
    )
    found = summarise(table)
    for name, expected in (("welfare", bootstrap_ci(values, 1000)), ("rawls", bootstrap_ci(values**2, 1000))):
        row = found.row(by_predicate=pl.col("measure") == name, named=True)
        np.testing.assert_allclose([row["low"], row["high"]], [expected.low, expected.high], rtol=1e-9)
        assert (row["value"], row["n"], row["n_nan"]) == (float(expected.value), MANY, 0)


def test_differences_are_paired_where_the_seeds_agree():
    noise = np.array([0.0, 10.0, 20.0, 30.0])
    rows = [("a", "matrix", "x", "selfish", k, v) for k, v in enumerate(noise)]
    rows += [("b", "matrix", "x", "kind", k, v + 1 + 0.1 * k) for k, v in enumerate(noise)]
    rows += [("c", "matrix", "x", "universal", k + 9, v + 1) for k, v in enumerate(noise)]
    paired, unpaired = effects(frame(rows, "welfare"), ["welfare"]).to_dicts()
    assert paired["paired"] and paired["value"] == pytest.approx(1.15) and paired["low"] > 0.9
    assert not unpaired["paired"] and unpaired["low"] < 0 < unpaired["high"]
    assert paired["reference"] == 15


def test_differences_keep_to_their_variant_and_need_a_baseline():
    rows = [
        (f"{n}{e}", "matrix", "x", n, s, e, e + (n == "kind"))
        for n in ("selfish", "kind")
        for e in (0.0, 0.1)
        for s in (0, 1)
    ]
    found = effects(frame(rows, "game.action_noise", "welfare"), ["welfare"])
    assert found["value"].to_list() == pytest.approx([1, 1])
    assert found["low"].null_count() == 2  # the same in every world
    assert effects(frame(rows[4:], "game.action_noise", "welfare"), ["welfare"]).is_empty()


def test_tracks():
    steps = pl.DataFrame({"cell": "a", "seed": [7, 7, 9], "step": [1, 2, 1], "agent": [0, 1, 1], "x": [1.0, None, 3.0]})
    (track,) = tracks(steps, "x").values()
    assert track.shape == (2, 2, 2)
    assert track[0, 0, 0] == 1 and track[1, 0, 1] == 3 and np.isnan(track[0, 1, 1])
