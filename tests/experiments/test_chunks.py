"""Batches: what may share one, and that sharing changes nothing."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from comity.experiments.chunks import as_plan, cut, episode_rows, from_plan, play_chunk, step_rows
from comity.experiments.play import play
from comity.experiments.store import load

from .test_grids import design


def test_norms_and_rationality_vary_inside_a_batch_and_the_rest_between():
    varied = ["norms=kind,selfish,universal", "norms.patience=0.9,1", "deliberator.rationality=5,inf", "seed=range(3)"]
    (chunk,) = cut(design("game=matrix", *varied), set())
    assert len(chunk.points) == 3 * 2 * 2 * 3
    assert len(cut(design("game=matrix,standoff", "seed=0"), set())) == 2
    assert len(cut(design("game=matrix", "game.horizon=5,6", "seed=0"), set())) == 2
    assert len(cut(design("game=matrix", "deliberator.depth=2,3", "seed=0"), set())) == 2
    assert len(cut(design("game=matrix", "seats.agents=[tft],[alld]", "seed=0"), set())) == 2


@pytest.mark.parametrize("seats", ["deliberators", "with_exploiter", "with_reciprocator"])
def test_a_batch_of_norms_equals_plays_of_their_own(seats: str):
    given = ["norms=selfish,kind,brahmavihara", "deliberator.rationality=3,20", "seed=4,9", f"seats={seats}"]
    found = design("game=matrix", "game.action_noise=0.1", "game.horizon=12", *given)
    (chunk,) = cut(found, set())
    batch = play_chunk(chunk)
    for b, (k, seed) in enumerate(zip(chunk.which, chunk.seeds, strict=True)):
        cell = chunk.cells[k]
        deliberator = {"agent": "deliberator", **cell.deliberator, "norms": cell.norms}
        agents = [deliberator if agent == "deliberator" else agent for agent in cell.seats]
        alone = play("matrix", agents, seed=int(seed), **cell.params)
        np.testing.assert_array_equal(batch.actions[b], alone.actions[0])
        np.testing.assert_array_equal(batch.rewards[b], alone.rewards[0])


def test_cutting_is_deterministic_and_leaves_out_what_is_finished():
    found = design("game=matrix", "norms=kind,selfish", "seed=range(10)")
    chunks = cut(found, set(), 6)
    assert [len(chunk.points) for chunk in chunks] == [5, 5, 5, 5]
    assert [chunk.id for chunk in cut(found, set(), 6)] == [chunk.id for chunk in chunks]
    left = cut(found, set(chunks[1].points), 6)
    assert sorted(point for chunk in left for point in chunk.points) == sorted(
        point for k in (0, 2, 3) for point in chunks[k].points
    )
    assert cut(found, {point for chunk in chunks for point in chunk.points}) == []


def test_a_plan_says_all_that_a_chunk_is():
    (chunk,) = cut(design("game=fishery", "norms=kind,selfish", "seed=range(4)", "seats=with_reciprocator"), set())
    again = from_plan(chunk.id, as_plan(chunk))
    assert again.points == chunk.points
    assert again.cells == [cell._replace(params=dict(cell.params)) for cell in chunk.cells]
    np.testing.assert_array_equal(again.which, chunk.which)
    assert again.sampled.sum() == 2
    np.testing.assert_array_equal(play_chunk(again).rewards, play_chunk(chunk).rewards)


def test_rows():
    found = design("game=matrix", "game.horizon=5", "seats.agents=[tft,alld]", "norms=kind,selfish", "seed=3,1")
    (chunk,) = cut(found, set())
    record = play_chunk(chunk)
    rows = episode_rows(chunk, record, lambda record: {"half": np.array([0.5, np.nan] * 2), "by_seat": np.ones((4, 2))})
    assert rows.columns == [
        "point",
        "cell",
        "game",
        "seats",
        "norms",
        "varied",
        "bearers",
        "seed",
        "episode",
        "length",
        "outcome",
        "who",
        "half",
        "by_seat",
    ]
    assert rows["seed"].to_list() == [1, 3, 1, 3]
    assert rows["norms"].to_list() == ["kind", "kind", "selfish", "selfish"]
    assert rows["outcome"].to_list() == ["horizon"] * 4
    assert rows["half"].to_list() == [0.5, None] * 2
    assert rows["by_seat"].dtype == pl.List(pl.Float64)
    steps = step_rows(chunk, record, np.array([True, False, False, True]))
    assert steps.height == 2 * 5 * 2
    kept = steps.select("cell", "seed").unique(maintain_order=True).rows()
    assert kept == [(chunk.cells[0].id, 1), (chunk.cells[1].id, 3)]


def test_a_sweep_over_an_institution_finds_its_threshold(comity):
    told = comity(
        "sweep", "game=public_goods", "institutions.redistribution.rate=0,0.79,0.81,1", "seed=range(2)", "out=found"
    )
    assert told.code == 0
    by_rate = load(Path("found")).episodes.group_by("institutions.redistribution.rate")
    assert dict(by_rate.agg(pl.col("coop_rate_agent").mean()).iter_rows()) == {0.0: 0.0, 0.79: 0.0, 0.81: 1.0, 1.0: 1.0}
