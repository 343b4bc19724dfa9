"""Tables of measures: of records, of stored runs and of plain tables, which must agree."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.analysis.columns import COMMONS, CONDUCT
from comity.analysis.definitions import MEANINGS
from comity.analysis.measuring import measures
from comity.analysis.panels import panels
from comity.analysis.reciprocity import TERMS, panel, panel_null
from comity.analysis.settings import by_setting
from comity.analysis.survival import rmst, rmst_ci

GAMES: dict[str, tuple[str, list, dict]] = {
    "dyad": ("matrix", ["gtft", "random"], {"action_noise": 0.1, "continuation": 0.97, "horizon": 60}),
    "meetings": (
        "matrix",
        ["gtft", "random", "tft", "wsls"],
        {"n_agents": 4, "pairing": "random", "continuation": 0.95, "horizon": 50},
    ),
    "commons": (
        "fishery",
        [{"agent": "fixed_harvest", "amount": 9.37}, "conditional"],
        {"growth_noise": 0.3, "horizon": 40, "integer": False, "collapse_threshold": 20},
    ),
}


def table_of(record):
    """The record as a plain table: all that a user would have of it."""
    anchors = record.game.anchors()
    cut_off = record.outcome == record.outcomes.index("horizon")
    ended = dict(zip(record.seeds.tolist(), (cut_off & (not record.game.params.horizon_known)).tolist(), strict=True))
    table = record.frame().rename({"seed": "episode"})
    told = table.with_columns(truncated=pl.col("episode").replace_strict(ended, return_dtype=pl.Boolean))
    return told, {"horizon": record.game.max_steps, "anchors": (anchors.worst_equilibrium, anchors.optimum)}


def assert_alike(a, b, names):
    for name in names:
        one, other = (np.array(frame[name].to_list(), dtype=float) for frame in (a, b))
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("name", GAMES)
def test_a_plain_table_is_measured_as_the_record_is(name):
    game, seats, params = GAMES[name]
    record = comity.play(game, seats, worlds=12, **params)
    of_record = measures(record)
    table, told = table_of(record)
    of_table = measures(table, **told)
    assert len(np.unique(of_record["length"])) > 1
    of_the_game = {"seed", "illegal", "collapsed", "survived", *COMMONS}
    assert set(of_record.columns) - set(of_table.columns) <= of_the_game
    assert_alike(of_record, of_table, set(of_record.columns) & set(of_table.columns))


@pytest.mark.parametrize("name", GAMES)
def test_the_order_of_rows_does_not_matter(name):
    game, seats, params = GAMES[name]
    table, told = table_of(comity.play(game, seats, worlds=5, **params))
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=3)
    assert measures(shuffled, **told).sort("episode").equals(measures(table, **told))


def test_agents_may_have_any_names_and_steps_any_start():
    table, told = table_of(comity.play("fishery", GAMES["commons"][1], worlds=4, growth_noise=0.3))
    renamed = table.with_columns(
        agent=pl.format("seat_{}", pl.col("agent") + 8), step=pl.col("step") + 41, addressee=pl.lit(None, pl.Int8)
    )  # seat_8 … seat_12, in that order
    assert measures(renamed, **told).equals(measures(table, **told))


def test_what_a_stored_run_lacks_is_added_to_its_table(small):
    episodes, steps = small
    run = SimpleNamespace(manifest={}, episodes=episodes, steps=steps)
    found = measures(run)
    assert found.select(episodes.columns).equals(episodes)
    record = comity.play("matrix", ["tft"], worlds=6, action_noise=0.05, horizon=30)
    alone = measures(record)
    more = [name for name in alone.columns if name not in episodes.columns]
    assert {"rho", "niceness", "volatility", "p_c_after_cd"} <= set(more)
    assert_alike(found.filter(pl.col("cell") == "matrix-reciprocal"), alone, more)


def test_a_run_without_steps_has_the_measures_that_need_none(small):
    episodes, steps = small
    without = measures(SimpleNamespace(manifest={}, episodes=episodes, steps=None))
    some = measures(SimpleNamespace(manifest={}, episodes=episodes, steps=steps.filter(pl.col("seed") == 2)))
    assert "niceness" not in without.columns
    assert some["niceness"].is_not_null().to_list() == ((some["seed"] == 2) & some["niceness"].is_not_null()).to_list()
    assert some["niceness"].is_not_null().any()


def test_every_column_has_a_meaning(small):
    episodes, steps = small
    found = measures(SimpleNamespace(manifest={}, episodes=episodes, steps=steps))
    new = set(found.columns) - set(episodes.columns)
    assert new <= set(MEANINGS)
    for name in new & set(MEANINGS):
        assert MEANINGS[name].label and MEANINGS[name].text.endswith(".")


def test_an_agent_that_was_not_there_is_not_of_the_episode():
    rows = [(0, t, a, 1.0) for t in range(3) for a in "abc"] + [(1, t, a, 2.0) for t in range(3) for a in "ac"]
    table = pl.DataFrame(rows, schema=["episode", "step", "agent", "reward"], orient="row")
    assert measures(table)["utilitarian"].to_list() == [3.0, 6.0]
    assert measures(table)["payoff_by_seat"].to_list() == [[3, 3, 3], [6, 6]]


def test_one_who_leaves_keeps_what_it_has():
    rows = [(0, t, a, 1.0) for t in range(4) for a in "ab" if t < 2 or a == "a"]
    found = measures(pl.DataFrame(rows, schema=["episode", "step", "agent", "reward"], orient="row"))
    assert found["payoff_by_seat"].to_list() == [[4.0, 2.0]]
    assert found["length"].to_list() == [4]


def test_labels_may_be_worked_out_from_the_table():
    table, told = table_of(comity.play("matrix", ["tft", "random"], worlds=3, horizon=40))
    known = measures(table, **told)
    assert measures(table.drop("cooperation"), cooperation=pl.col("action") == 0, **told).equals(known)
    renamed = table.rename({"cooperation": "c"})
    assert measures(renamed, cooperation="c", **told).equals(known)
    assert "rho" not in measures(renamed, **told).columns


WRONG = {
    "no reward": ({"reward": None}, {}, "lacks reward"),
    "missing reward": ({"reward": [1.0, None, 1.0, 1.0]}, {}, "missing in 1"),
    "twice": ({"step": [0, 0, 0, 0]}, {}, r"2 have more .*seat 0 at step 0 of episode 0"),
    "short horizon": ({}, {"horizon": 1}, "at least the 2 steps"),
    "no such column": ({}, {"cooperation": "kind"}, "got 'kind'"),
    "no such setting": ({}, {"by": ["arm"]}, "lacks arm"),
    "gap": ({"step": [0, 0, 2, 2]}, {}, "count on by 1"),
    "half a step": ({"step": [0, 0, 0.5, 0.5]}, {}, "step must be a whole number"),
    "no step": ({"step": [0, 0, None, 1]}, {}, "step must be a whole number"),
    "words for labels": ({"cooperation": ["C", "D", "C", "D"]}, {}, "cooperation must hold numbers"),
    "nobody's name": ({"addressee": ["b", "a", "B", "a"]}, {}, "1 rows name others: 'B'"),
    "a taken name": ({"horizon": [5] * 4}, {"by": ["horizon"]}, "by must not name horizon"),
    "no need": ({}, {"need": 0}, "need must be above 0"),
    "anchors": ({}, {"anchors": (3.0, 1.0)}, "the first below the second"),
    "label": ({"cooperation": [2.0, 0, 0, 0]}, {}, r"labels must lie in \[0, 1\]"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_tables_are_refused(name):
    changes, options, message = WRONG[name]
    columns = {"episode": [0] * 4, "step": [0, 0, 1, 1], "agent": ["a", "b"] * 2, "reward": [1.0] * 4}
    table = {key: value for key, value in (columns | changes).items() if value is not None}
    if name == "twice":
        table["agent"] = ["a", "a", "b", "b"]
    with pytest.raises(ValueError, match=message):
        measures(table, **options)


@pytest.mark.parametrize("source", [3, comity.parallel_env("matrix")])
def test_what_is_no_table_is_refused(source):
    with pytest.raises(TypeError, match=r"no run, record|wrap it in comity\.RecordEpisodes"):
        measures(source)


def test_steps_may_run_on_and_horizons_differ():
    table = pl.DataFrame({"t": [4, 4, 9, 9], "episode": [0, 0, 1, 1], "step": [0, 1, 2, 3], "agent": ["a"] * 4})
    table = table.with_columns(reward=1.0, truncated=pl.Series([0, 0, 0, 1]), arm=pl.lit("x"))
    found = measures(table.lazy(), horizon="t", by="arm")
    wanted = [("x", 0, 2, 4, False, 0.5), ("x", 1, 2, 9, True, 2 / 9)]
    assert found.select("arm", "episode", "length", "horizon", "cut_off", "welfare_full_horizon").rows() == wanted


def test_what_a_record_knows_is_not_told_again():
    with pytest.raises(ValueError, match="horizon cannot be given"):
        measures(comity.play("matrix", ["tft"]), horizon=3)


# -- what a measure may not depend on ----------------------------------------------------------------------------------

HOMOGENEOUS = ("welfare", "utilitarian", "rawls", "nash", "harmonic", "sen", "prioritarian_ede", "welfare_per_step")
HOMOGENEOUS += ("welfare_full_horizon", "volatility", "welfare_d90_truncate", "welfare_d99_repeat")
SHARES = ("gini", "hoover", "atkinson_05", "atkinson_1", "atkinson_2", "s80_s20")
OF_PEOPLE = ("utilitarian", "rawls", "nash", "harmonic", "sen", "prioritarian_ede", *SHARES)


@st.composite
def plain_tables(draw):
    """Two episodes of two or three agents, played or not, with labels or without a choice."""
    agents = "abc"[: draw(st.integers(2, 3))]
    rows = [
        (e, t, agent, draw(st.integers(0, 9)), draw(st.sampled_from([0.0, 1.0, None])))
        for e in range(2)
        for t in range(draw(st.integers(2, 7)))
        for agent in agents
    ]
    names = ["episode", "step", "agent", "reward", "cooperation"]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None).cast({"cooperation": pl.Float64})


def scalars(measured):
    return [name for name, kind in measured.schema.items() if not kind.is_nested() and name != "episode"]


@settings(max_examples=30, deadline=None)
@given(plain_tables(), st.permutations("abc"), st.sampled_from([0.5, 3.0, 1000.0]))
def test_names_units_and_company_do_not_matter(table, names, unit):
    measured = measures(table, horizon=8)
    renamed = table.with_columns(pl.col("agent").replace_strict(list("abc"), names))
    assert_alike(measures(renamed, horizon=8), measured, scalars(measured))
    scaled = measures(table.with_columns(pl.col("reward") * unit), horizon=8)
    assert_alike(scaled, measured.with_columns(pl.col(HOMOGENEOUS) * unit), HOMOGENEOUS)
    assert_alike(scaled, measured, [name for name in scalars(measured) if name in (*SHARES, *CONDUCT, "max_drawdown")])
    alone = pl.concat([measures(one, horizon=8) for one in table.partition_by("episode")])
    assert_alike(alone, measured, scalars(measured))
    twins = table.with_columns(agent=pl.col("agent") + "2")
    assert_alike(measures(pl.concat([table, twins]), horizon=8), measured, OF_PEOPLE)


# -- settings ----------------------------------------------------------------------------------------------------------


def test_settings_average_the_episodes_of_a_world_first():
    columns = {"arm": ["x"] * 6, "world": [0, 0, 1, 1, 2, 2], "episode": [0, 0, 1, 1, 2, 2], "step": [0] * 6}
    table = pl.DataFrame({**columns, "agent": ["a", "b"] * 3, "reward": [1.0, 3, 5, 7, 0, 0]})
    again = table.with_columns(episode=pl.col("episode") + 10).filter(pl.col("world") == 0)
    measured = measures(pl.concat([table, again]), by=["arm", "world"])
    found = by_setting(measured, ["arm"], "world").filter(measure="utilitarian").row(0, named=True)
    assert (found["value"], found["n"], found["n_nan"]) == (pytest.approx(8 / 3), 3, 0)
    by_episode = by_setting(measured, ["arm"]).filter(measure="utilitarian").row(0, named=True)
    assert (by_episode["value"], by_episode["n"]) == (pytest.approx((2 + 2 + 6 + 0) / 4), 4)
    gini = by_setting(measured, ["arm"], "world").filter(measure="gini").row(0, named=True)
    assert (gini["n"], gini["n_nan"]) == (2, 1)
    with pytest.raises(ValueError, match="lacks seed"):
        by_setting(measured, ["arm"], "seed")


def test_survival_of_a_setting_is_that_of_its_curve():
    measured = measures(comity.play("fishery", ["greedy", "conditional"], worlds=40, growth_noise=1.0, capacity=400))
    found = by_setting(measured).filter(measure="rmst").row(0, named=True)
    lasted = np.where(measured["collapsed"], measured["length"], measured["horizon"])
    assert found["value"] == pytest.approx(lasted.mean())


def test_times_that_were_not_seen_are_not_taken_for_seen_ones():
    rows = {"length": [12, 12], "horizon": [12, 12], "coop_half_life": [5.0, 12.0], "coop_halved": [1.0, 0.0]}
    found = by_setting(pl.DataFrame(rows)).filter(measure="coop_half_life").row(0, named=True)
    assert (found["value"], found["n"]) == (5 + 7 / 2, 2)  # S is 1 up to step 4, and .5 in the 7 steps from 5 to 11
    later = pl.DataFrame({**rows, "coop_half_life": [5.0, 3.0]})  # one was cut off before the other's came
    assert by_setting(later).filter(measure="coop_half_life")["value"].to_list() == [5.0]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=9), st.integers(0, 9), st.booleans())
def test_the_bootstrap_of_survival_resamples_the_curve(lived, seed, in_pairs):
    lengths, collapsed = (np.array(column) for column in zip(*lived, strict=True))
    worlds = np.arange(len(lived)) // 2 if in_pairs else np.arange(len(lived))
    found = rmst_ci(lengths, collapsed, 8, worlds if in_pairs else None, draws=4000, seed=seed)
    rng, n = np.random.default_rng(seed + 100), worlds.max() + 1
    drawn = []
    for _ in range(1000):
        picked = np.concatenate([np.flatnonzero(worlds == w) for w in rng.integers(0, n, n)])
        drawn.append(float(rmst(lengths[picked], collapsed[picked], 8).value))
    known = np.array(drawn)[~np.isnan(drawn)]
    assert np.isnan(found.low) == (len(known) == 0) or len(known) < 20
    if len(known) > 200 and not np.isnan(found.low):
        for q, edge in ((0.025, found.low), (0.975, found.high)):
            low, high = np.quantile(known, [max(0, q - 0.02), min(1, q + 0.02)])
            assert low - 1e-9 <= edge <= high + 1e-9


# -- panels ------------------------------------------------------------------------------------------------------------


def test_the_panel_of_a_table_is_that_of_its_labels():
    game, seats, params = GAMES["meetings"]
    record = comity.play(game, seats, worlds=8, **params)
    of_labels = panel(record.cooperation_pairs())
    table, _ = table_of(record)
    found = panels(pl.concat([table.with_columns(arm=pl.lit(arm)) for arm in "ab"]), by=["arm"], draws=19)
    for arm in "ab":
        rows = found.filter(arm=arm)
        there = ~np.isnan(of_labels.value)
        assert rows["term"].to_list() == [term for term, is_there in zip(TERMS, there, strict=True) if is_there]
        assert rows["value"].to_list() == pytest.approx(of_labels.value[there].tolist(), abs=1e-9)
        assert rows["p"].is_not_null().to_list() == [True, *[False] * (len(rows) - 1)]
    null = panel_null(record.cooperation_pairs(), 2, draws=19)
    later = panels(table, lag=2, draws=19).row(0, named=True)
    assert (later["p"], later["excess"]) == pytest.approx((float(null.p), float(null.excess)), abs=1e-9)
    assert later["uncorrected"] == pytest.approx(float(null.value), abs=1e-9)


def test_the_panel_does_not_depend_on_what_agents_are_called():
    table, _ = table_of(comity.play("matrix", ["tft", "gtft"], worlds=12, horizon=30, action_noise=0.1))
    own = table.with_columns(agent=pl.format("{}_of_{}", "agent", "episode"), addressee=pl.lit(None, pl.String))
    assert panels(own).equals(panels(table.drop("addressee")))
    assert panels(own.clear()).is_empty()


def test_the_panel_of_a_run_is_told_cell_by_cell(small):
    episodes, steps = small
    found = panels(SimpleNamespace(manifest={}, episodes=episodes, steps=steps))
    record = comity.play("matrix", ["tft"], worlds=6, action_noise=0.05, horizon=30)
    row = found.filter(cell="matrix-reciprocal", term="direct").row(0, named=True)
    assert row["value"] == pytest.approx(panel(record.choices).value[0], abs=1e-9)
    with pytest.raises(ValueError, match="record=all"):
        panels(SimpleNamespace(manifest={}, episodes=episodes, steps=None))
    with pytest.raises(ValueError, match="no cooperation labels"):
        panels({"episode": [0], "step": [0], "agent": ["a"], "reward": [1.0]})
