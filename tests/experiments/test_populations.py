"""Seats that several kinds share, in sweeps: resumed, in one batch or many, with tables that say who sat where."""

import json
from pathlib import Path

import polars as pl
import pytest

from comity.analysis.summary import cells, worlds
from comity.experiments import store
from comity.experiments.play import play
from comity.experiments.sweep import sweep

FEHR = "{agent:deliberator,norms:{population:fehr_schmidt_1999},share:0.25}"
MIX = f"{{mix:[{{agent:random,share:0.25}},{{agent:deliberator,share:0.5}},{FEHR}]}}"
ENTERS = "{agent:alld,from_step:3,before:deliberator}"
TYPED = (
    "game=matrix",
    "game.horizon=5",
    f"seats.agents=[{MIX},{ENTERS}]",
    "seats.seating=given,shuffled",
    "norms=kind,universal",
    "deliberator.rationality=5",
    "seed=range(8)",
    "record=all",
)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


def test_a_mixed_sweep_goes_on_where_it_was_interrupted(request: pytest.FixtureRequest):
    whole = store.load(sweep([*TYPED, "out=whole", "chunk_points=100"]).directory)
    request.getfixturevalue("interrupted")
    with pytest.raises(KeyboardInterrupt):
        sweep([*TYPED, "out=parts", "chunk_points=5"])
    assert sweep([*TYPED, "out=parts", "chunk_points=5"]).played == 32 - 2 * 4
    parts = store.load("parts")
    assert parts.episodes.equals(whole.episodes)
    assert parts.steps is not None
    assert parts.steps.equals(whole.steps)
    assert parts.episodes["cell"].n_unique() == 4
    (seats,) = parts.episodes["seats"].unique()
    assert seats.startswith(
        "mix(random:0.25,deliberator:0.5,deliberator(norms.population=fehr_schmidt_1999):0.25),alld("
    )
    told = json.loads(Path("parts/cells.json").read_text())
    assert [cell["seating"] for cell in told] == ["given", "given", "shuffled", "shuffled"]
    assert told[0]["seats"][0]["mix"][0] == {"agent": "random", "share": 0.25}
    assert parts.manifest["axes"]["seats.seating"] == ["given", "shuffled"]


@pytest.mark.slow
def test_a_mixed_sweep_is_the_same_in_parallel():
    one, many = (sweep([*TYPED, "chunk_points=5", *more]).directory for more in (["out=one"], ["out=many", *PARALLEL]))
    assert store.load(one).episodes.equals(store.load(many).episodes)


PARALLEL = ["hydra/launcher=joblib"]


def test_tables_say_who_sat_where_and_whom_the_norms_reach():
    found = store.load(sweep([*TYPED, "out=found"]).directory)
    episodes = found.episodes
    who, bearers = (episodes[name].explode() for name in ("who", "bearers"))
    reached = {"deliberator", "alld(from_step=3,before=deliberator)"}
    assert (who.is_in(sorted(reached)) == bearers).all()
    assert reached < set(who)
    seats = episodes.filter(pl.col("seats.seating") == "shuffled")["who"].list.first()
    assert seats.str.starts_with("alld").n_unique() == 2
    assert found.steps is not None
    named = found.steps.select("cell", "seed", "agent", "who").unique()
    there = episodes.select("cell", "seed", agent=pl.lit([0, 1], pl.List(pl.Int16)), sat="who").explode("agent", "sat")
    assert named.join(there, on=["cell", "seed", "agent"]).select((pl.col("who") == pl.col("sat")).all()).item()


def test_a_point_of_a_mixed_sweep_is_what_play_plays():
    found = store.load(sweep([*TYPED, "out=found"]).directory)
    one = found.episodes.filter(pl.col("norms") == "kind", pl.col("seats.seating") == "given", pl.col("seed") == 5)
    thinks = {"agent": "deliberator", "rationality": 5}
    fehr = {**thinks, "norms": {"population": "fehr_schmidt_1999"}, "share": 0.25}
    mix = {"mix": [{"agent": "random", "share": 0.25}, {**thinks, "norms": "kind", "share": 0.5}, fehr]}
    enters = {"agent": "alld", "from_step": 3, "before": {**thinks, "norms": "kind"}}
    record = play("matrix", [mix, enters], seed=5, horizon=5)
    assert one["payoff_by_seat"].to_list()[0] == pytest.approx(record.rewards[0].sum(axis=0).tolist())


def test_measures_follow_the_bearers_from_seat_to_seat():
    """One kind deliberator among free riders gives all, wherever it sits: by world, and not by seat."""
    typed = ["game=public_goods", "game.horizon=2", "seats.agents=[deliberator,{agent:free_rider,conduct:fixed}]"]
    episodes = store.load(
        sweep([*typed, "norms=altruist", "seats.seating=shuffled", "seed=range(9)"]).directory
    ).episodes
    assert episodes["bearers"].list.sum().to_list() == [1] * 9
    assert episodes["bearers"].n_unique() > 1
    order = cells(episodes)
    assert (order["mixed"].to_list(), order["bearers"].to_list()) == ([True], [[]])
    found = worlds(episodes)
    assert found["coop_focal"].to_list() == [1.0] * 9
    assert (found["exploitation"] > 0).all()
