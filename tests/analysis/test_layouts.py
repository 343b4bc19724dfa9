"""What a design's own settings did: pooled tables, main effects, means over bins."""

import numpy as np
import polars as pl
import pytest

from comity.analysis import figures
from comity.analysis.figures import sheets
from comity.analysis.layouts import (
    COMBINATION,
    POOLED,
    SEED,
    Line,
    lines,
    main_effects,
    mean_ci,
    picked,
    pool,
    two_way_ci,
)
from comity.analysis.report import write_report
from comity.analysis.summary import cells, effects, summarise, worlds

KINDNESS, NOISE = "norms.kindness", "game.noise"


def table(values, seeds=4, independent=False, norms=("selfish", "kind")):
    """Episodes of each combination of kindness and noise under each norm: cooperation as ``values`` says it."""
    found = []
    for norm in norms:
        for k, (kindness, noise) in enumerate(values.x):
            for s in range(seeds):
                row = {"point": f"{norm}{k}{s}", "cell": f"{norm}-{k}", "game": "matrix", "seats": "deliberators"}
                row |= {"norms": norm, KINDNESS: kindness, NOISE: noise, "varied": [KINDNESS, NOISE]}
                row |= {"seed": s + 100 * k * independent, "episode": 0, "outcome": "horizon"}
                row["coop_rate_agent"] = row["normalised_welfare"] = values.y[k, s] + (norm == "kind")
                row["coop_by_seat"] = [row["coop_rate_agent"]] * 2
                found.append(row)
    return pl.DataFrame(found).cast({"seed": pl.UInt64})


def line(x, y, shared=True):
    return Line("deliberators", "selfish", "selfish", x, np.asarray(y, np.float64), shared)


FOUR = [(0.0, 0.0), (1.0, 0.0), (0.0, 0.5), (1.0, 0.5)]


def test_main_effects_are_those_that_made_the_data():
    # y = 2 + 3·kindness − 1·(noise at its upper level) + a seed's own level, which is in every combination alike
    y = [[2 + 3 * a - (b > 0) + level for level in (0.0, 0.1, 0.7)] for a, b in FOUR]
    first, second = main_effects(line(FOUR, y), [KINDNESS, NOISE])
    assert (first["lower"], first["upper"], first["n"]) == (0.0, 1.0, 3)
    assert first["value"] == pytest.approx(3)
    assert second["value"] == pytest.approx(-1)
    assert first["low"] is None, "the same under every seed: nothing to resample"
    # Box, Hunter & Hunter 2005, §5.2, a 2^3 pilot plant: main effects 23, −5 and 1.5 on the yield
    plant = [60, 72, 54, 68, 52, 83, 45, 80]
    runs = [(t, c, k) for k in (0.0, 1.0) for c in (20.0, 40.0) for t in (160.0, 180.0)]
    found = main_effects(line(runs, [[y] for y in plant], shared=False), ["T", "C", "K"])
    assert [row["value"] for row in found] == pytest.approx([23, -5, 1.5])


def test_effects_are_resampled_by_seed_or_within_combinations():
    rng = np.random.default_rng(0)
    level = rng.normal(size=40) * 5
    y = np.array([[a + one for one in level] for a, _ in FOUR]) + 0.1 * rng.normal(size=(4, 40))
    shared, apart = (main_effects(line(FOUR, y, of), [KINDNESS, NOISE])[0] for of in (True, False))
    assert shared["value"] == pytest.approx(apart["value"])
    widths = [row["high"] - row["low"] for row in (shared, apart)]
    # the seed's level is in all combinations: paired it cancels, 2·1.96·0.1/√40; apart it does not, 2·1.96·5/√40
    assert widths[0] == pytest.approx(2 * 1.96 * 0.1 / np.sqrt(40), rel=0.3)
    assert widths[1] == pytest.approx(2 * 1.96 * 5 / np.sqrt(40), rel=0.3)
    assert (shared["n"], apart["n"]) == (40, 160)
    y[2, 5] = np.nan
    assert main_effects(line(FOUR, y), [KINDNESS, NOISE])[0]["n"] == 39
    assert main_effects(line([(0.0,), (0.5,), (1.0,)], y[:3]), [KINDNESS]) == []


def test_a_band_holds_the_chance_of_seeds_and_of_combinations():
    rng = np.random.default_rng(1)
    seeds, combinations = rng.normal(size=30), rng.normal(size=25)
    only_seeds = two_way_ci(np.tile(seeds, (25, 1)))
    assert float(only_seeds.high - only_seeds.low) == pytest.approx(2 * 1.96 * seeds.std() / np.sqrt(30), rel=0.15)
    only_rows = two_way_ci(np.tile(combinations[:, None], (1, 30)))
    expected = 2 * 1.96 * combinations.std() / np.sqrt(25)
    assert float(only_rows.high - only_rows.low) == pytest.approx(expected, rel=0.15)
    apart = mean_ci(np.tile(combinations[:, None], (1, 3)), shared=False)
    assert float(apart.high - apart.low) == pytest.approx(expected, rel=0.15)
    holes = np.array([[1.0, np.nan], [3.0, 5.0]])
    assert float(two_way_ci(holes).value) == 3


@pytest.mark.parametrize(("independent", "unit"), [(False, SEED), (True, COMBINATION)])
def test_pooled_tables_have_one_cell_a_line(independent, unit):
    y = np.arange(16.0).reshape(4, 4)
    episodes = table(line(FOUR, y), independent=independent)
    pooled = pool(episodes, None, [KINDNESS, NOISE])
    assert pooled.unit == unit
    assert pooled.episodes.columns == episodes.columns
    assert cells(pooled.episodes)["condition"].to_list() == ["selfish", "kind"]
    assert set(pooled.episodes[KINDNESS]) == {POOLED}
    found = worlds(pooled.episodes).filter(pl.col("cell") == "selfish-0")["coop_focal"].to_list()
    assert sorted(found) == y.mean(axis=0 if unit == SEED else 1).tolist()
    (row,) = effects(pooled.episodes, ["coop_focal"]).to_dicts()
    assert (row["value"], row["paired"], row["n"]) == (1, True, 4)
    assert summarise(pooled.episodes, ["coop_focal"])["n"].to_list() == [4, 4]


def test_cells_that_no_design_picked_stay_as_they_are():
    episodes = table(line(FOUR, np.zeros((4, 4))))
    other = episodes.filter(pl.col("cell") == "kind-0").with_columns(
        cell=pl.lit("x"), game=pl.lit("standoff"), varied=pl.lit([], pl.List(pl.String))
    )
    pooled = pool(pl.concat([episodes, other]), None, [KINDNESS, NOISE])
    assert sorted(set(pooled.episodes["cell"])) == ["kind-0", "selfish-0", "x"]
    assert pooled.episodes.filter(pl.col("cell") == "x")[KINDNESS].to_list() == ["0.0"] * 4


def test_steps_of_a_pooled_cell_keep_their_worlds_apart():
    episodes = table(line(FOUR, np.zeros((4, 4))))
    steps = episodes.select("cell", "seed", step=pl.lit(1), agent=pl.lit(0), cooperation=pl.col("coop_rate_agent"))
    for independent in (False, True):
        there = table(line(FOUR, np.zeros((4, 4))), independent=independent)
        pooled = pool(there, steps.with_columns(there["seed"]), [KINDNESS, NOISE]).steps
        assert pooled is not None
        assert pooled.select(pl.struct("cell", "seed", "episode").n_unique()).item() == 32
        assert pooled["cell"].n_unique() == 2


def test_figures_and_page(tmp_path):
    rng = np.random.default_rng(2)
    x = [(float(a), float(b)) for a, b in rng.random((32, 2)).round(6)]
    y = np.clip(np.array([[a] * 4 for a, _ in x]) + 0.1 * rng.normal(size=(32, 4)), 0, 1)
    episodes = table(line(x, y))
    assert picked(episodes, [KINDNESS, NOISE, "norms.patience"]) == [KINDNESS, NOISE]
    (of, _) = lines(episodes, "matrix", [KINDNESS, NOISE], "coop_focal")
    assert of.shared
    assert of.x == sorted(x)
    np.testing.assert_allclose(of.y, y[sorted(range(32), key=x.__getitem__)])
    figure = sheets.response(episodes, "matrix", {KINDNESS: "interval(0,1)", NOISE: "tag(log,interval(0.001,1))"})
    drawn = {ax.get_xlabel(): ax for ax in figure.axes}
    assert drawn[NOISE].get_xscale() == "log"
    course = next(one for one in drawn[KINDNESS].get_lines() if one.get_label() == "selfish")
    assert np.corrcoef(np.asarray(course.get_xdata(), float), np.asarray(course.get_ydata(), float))[0, 1] > 0.95
    with pytest.raises(figures.NothingToDraw):
        sheets.response(episodes, "fishery", {KINDNESS: "interval(0,1)"})
    other = episodes.filter(pl.col("cell") == "kind-0").with_columns(
        pl.lit(None, pl.Float64).alias(NOISE),
        cell=pl.lit("x"),
        game=pl.lit("standoff"),
        varied=pl.lit([], pl.List(pl.String)),
    )
    episodes = pl.concat([episodes, other])
    told = {"axes": {KINDNESS: "interval(0,1)", NOISE: "interval(0,1)"}, "runs": 32}
    page = write_report(tmp_path / "a.html", episodes, None, {"layout": {"kind": "sobol", "grids": [told]}}).read_text()
    assert "Sobol of norms.kindness in interval(0,1) and game.noise in interval(0,1): 32 combinations" in page
    assert page.count("<h3>Over the range of the settings</h3>") == 1
    assert "no design picked settings in standoff" in page
    assert page.count("<tr>") < 30, "a row for each norm, not for each combination"


def test_a_fraction_says_what_it_cannot_tell_apart(tmp_path):
    y = np.array([[a + 0.1 * s for s in range(4)] for a, _ in FOUR])
    told = {"axes": {KINDNESS: "0,1", NOISE: "0,0.5"}, "runs": 4, "letters": {"A": NOISE, "B": KINDNESS}}
    told |= {"generators": [], "resolution": None, "aliases": ["A = BC"]}
    manifest = {"layout": {"kind": "fractional_factorial", "grids": [told]}, "pairing": "independent"}
    page = write_report(tmp_path / "a.html", table(line(FOUR, y)), None, manifest).read_text()
    assert "Main effects" in page
    assert "Aliased, so that one may be the other: A = BC (A game.noise, B norms.kindness)." in page
    assert "Every cell has seeds of its own." in page
    figure = sheets.effects(table(line(FOUR, y)), "matrix", [KINDNESS, NOISE])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["kindness: 0 → 1", "noise: 0 → 0.5"]
