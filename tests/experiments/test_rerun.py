"""A run is repeated from its own directory, and whatever is not the same is named."""

import dataclasses
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from comity.experiments import store
from comity.experiments.chunks import play_chunk
from comity.experiments.content import content
from comity.experiments.jobs import task

SMALL = (
    "game=matrix",
    "game.horizon=5",
    "game.action_noise=0.2",
    "seats.agents=[tft,alld]",
    "seed=range(12)",
    "chunk_points=3",
)
FAMILIES = {
    "matrix": ["seats.agents=[{agent:gtft,q:0.3},tft]", "game.horizon=4,6", "game.action_noise=0.1", "norms=kind,none"],
    "donor": ["norms=kind,selfish", "deliberator.rationality=inf,20", "game.horizon=6"],
    "fishery": [
        "seats.agents=[greedy]",
        "game.horizon=10",
        "game.growth_noise=0.1",
        "institutions=redistribution,none",
    ],
    "alternating_offers": ["norms=selfish", "norms.kindness=0,0.5", "game.horizon=4", "game.delta=[0.9,0.6]"],
    "standoff": ["seats.agents=[{agent:grit,k:2},tft]", "game.horizon=10"],
}


@pytest.fixture
def old(comity) -> Path:
    """A small finished sweep."""
    assert comity("sweep", *SMALL, "record=all", "out=old").code == 0
    return Path("old")


@pytest.mark.parametrize(
    "game", [pytest.param(game, marks=[pytest.mark.slow] * (game != "matrix")) for game in FAMILIES]
)
def test_a_rerun_is_identical(comity, game: str):
    assert comity("sweep", f"game={game}", *FAMILIES[game], "seed=3,5,6", "record=all", "out=old").code == 0
    told = comity("rerun", "old/manifest.json", "chunk_points=2")
    assert told.code == 0
    before, after = store.load("old"), store.load("old-rerun")
    assert told.out.startswith(f"identical: {before.episodes.height} episodes, ")
    assert before.manifest["content"]["hash"] in told.out
    assert after.episodes.equals(before.episodes)
    assert after.steps is not None
    assert before.steps is not None
    assert after.steps.equals(before.steps)
    same = ("design", "grids", "axes", "settings", "cells", "seeds", "counts", "question", "content")
    assert {name: after.manifest[name] for name in same} == {name: before.manifest[name] for name in same}
    assert after.manifest["rerun_of"]["content"] == before.manifest["content"]


def test_one_world_is_repeated_too(comity):
    assert comity("run", "game=matrix", "seats.agents=[tft,alld]", "game.horizon=4", "seed=9", "out=one").code == 0
    assert comity("rerun", "one").code == 0


def test_it_takes_neither_the_users_files_nor_the_tables(comity):
    Path("my/norms").mkdir(parents=True)
    Path("my/norms/stern.yaml").write_text("preset: kind\nkindness: 0.3\n")
    typed = ["game=matrix", "game.horizon=5", "norms=stern", "seed=range(3)", "out=old"]
    assert comity("sweep", "--config-dir", "my", *typed).code == 0
    shutil.rmtree("my")
    shutil.rmtree("old/episodes")
    told = comity("rerun", "old", "--out", "new")
    assert told.code == 0
    assert store.load("new").episodes["norms"].unique().to_list() == ["stern"]


def test_language_models_are_not_asked_again(comity):
    typed = ["game=matrix", "game.horizon=3", "seats.agents=[llm,tft]", "llm.model=scripted/gtft", "seed=range(2)"]
    assert comity("sweep", *typed, "record=all", "out=old").code == 0
    told = comity("rerun", "old")
    assert told.code == 0
    assert "language models are not asked" in told.err
    asked = store.load("old-rerun").manifest["llm"]
    assert (asked["answers"], asked["live"]) == ("replay", 0)
    assert asked["cached"] == store.load("old").manifest["llm"]["calls"] > 0
    told = comity("rerun", "old", "llm.answers=live", "--out", "live")
    assert told.code == 0
    assert store.load("live").manifest["llm"]["live"] > 0
    Path("old/ledger.sqlite").unlink()
    told = comity("rerun", "old", "--out", "third")
    assert told.code == 2
    assert "llm.ledger" in told.complaints[-1]
    assert not Path("third").exists()


def test_a_changed_number_is_found_and_named(comity, old: Path):
    path = sorted(old.glob("steps/*.parquet"))[1]
    shard = pl.read_parquet(path)
    changed = shard.with_columns(reward=pl.col("reward") + pl.Series([0.0] * 7 + [0.25] + [0.0] * (shard.height - 8)))
    changed.write_parquet(path)
    cell, seed, step, agent = shard.select("cell", "seed", "step", "agent").row(7)
    told = comity("rerun", "old")
    assert told.code == 1
    assert "the tables in old were changed after they were finished" in told.out
    (line,) = [line for line in told.out.splitlines() if line.startswith("steps")]
    assert line.split()[:5] == ["steps", "reward", "1", "0.25", "cell"]
    assert f"cell {cell} seed {seed} step {step} agent {agent} " in line
    assert line.split()[-2:] == [str(changed["reward"][7]), str(shard["reward"][7])]


def test_what_came_out_otherwise_is_named_with_the_circumstances(comity, old: Path, monkeypatch: pytest.MonkeyPatch):
    def otherwise(chunk):
        record = play_chunk(chunk)
        return dataclasses.replace(record, rewards=record.rewards + 0.5 * (chunk.seeds == 4)[:, None, None])

    manifest = json.loads((old / "manifest.json").read_text())
    manifest["versions"].update(comity="0.0.9", numpy="1.0")
    store.write_json(old / "manifest.json", manifest)
    monkeypatch.setattr(task, "play_chunk", otherwise)
    told = comity("rerun", "old")
    assert told.code == 1
    assert "warning: the run was made by comity 0.0.9" in told.err
    assert told.out.startswith(f"different: content hash {content(Path('old-rerun'))['hash']} ")
    lines = [line.split() for line in told.out.splitlines()]
    assert ["versions.numpy", "1.0"] in [line[:2] for line in lines]
    named = [line for line in lines if line[:1] == ["steps"]]
    assert named
    assert all(line[line.index("seed") + 1] == "4" for line in named)


def test_of_a_partial_run_what_was_finished_is_compared(comity, interrupted: list[str]):
    assert comity("sweep", *SMALL, "record=sample", "sample=5", "out=old").code == 130
    assert store.load("old").manifest["content"] is None
    told = comity("rerun", "old")
    assert told.code == 0
    assert "the run is not complete: 6 of its 12 points are finished and repeated" in told.err
    assert told.out.startswith("identical: 6 episodes, 10 steps;")
    shard = sorted(Path("old/episodes").iterdir())[0]
    frame = pl.read_parquet(shard)
    frame.with_columns(welfare=pl.col("welfare") * 2).write_parquet(shard)
    told = comity("rerun", "old")
    assert told.code == 1
    (line,) = [line for line in told.out.splitlines() if line.startswith("episodes")]
    assert line.split()[:3] == ["episodes", "welfare", "3"]
    assert sorted(path.name for path in Path().iterdir()) == ["old", "old-rerun", "old-rerun-2"]


def test_a_shard_that_is_gone_is_said(comity, old: Path):
    gone = sorted(old.glob("episodes/*.parquet"))[0]
    gone.unlink()
    told = comity("rerun", "old")
    assert told.code == 1
    assert "3 only in the rerun" in told.out


WRONG = {
    "nowhere": "nowhere does not exist",
    "old/cells.json": "is no manifest",
    "empty": "empty holds no sweep: it has no manifest.json",
    "contest": "contest holds a tournament: only sweeps are repeated",
    "old --out old": "--out = 'old' is not allowed: it must be a new directory",
    "old --out other": "--out = 'other' is not allowed: it must be a new directory",
    "old seed=3": "seed = '3' is not allowed: it must be left out: a rerun has the settings of its manifest",
    "old record=all": "record = 'all' is not allowed",
    "old llm.model=x": "llm.model = 'x' is not allowed",
    "old chunk_points=0": "chunk_points = 0 is not allowed",
    "old hydra/launcher=jobib": "unknown hydra/launcher 'jobib'",
}


def test_wrong_input_is_one_line_and_leaves_nothing(comity, old: Path):
    shutil.copytree("old", "other")
    Path("empty").mkdir()
    Path("contest").mkdir()
    Path("contest/manifest.json").write_text('{"kind": "tournament"}')
    before = sorted(Path().rglob("*"))
    for typed, words in WRONG.items():
        told = comity("rerun", *typed.split())
        assert (told.code, len(told.complaints)) == (2, 1), told.err
        assert told.complaints[0].startswith("error: ")
        assert words in told.complaints[0]
        assert sorted(Path().rglob("*")) == before


def test_a_damaged_directory_is_one_line(comity, old: Path):
    def complaint() -> str:
        told = comity("rerun", "old")
        assert (told.code, len(told.complaints)) == (2, 1), told.err
        assert not Path("old-rerun").exists()
        return told.complaints[0]

    cells, manifest = (old / "cells.json").read_text(), (old / "manifest.json").read_text()
    for text in ("", "[]", "{"):
        (old / "manifest.json").write_text(text)
        assert "old/manifest.json is damaged" in complaint()
    for name in ("design", "record", "name", "versions", "grids", "cells", "started"):
        told = json.loads(manifest)
        del told[name]
        (old / "manifest.json").write_text(json.dumps(told))
        assert f"'{name}'" in complaint()
    (old / "manifest.json").write_text(manifest)
    (old / "cells.json").write_text(cells.replace('"horizon":5', '"horizon":6').replace('"horizon": 5', '"horizon": 6'))
    assert "old/cells.json is not what manifest.json was written with" in complaint()
    (old / "cells.json").write_text(cells[:-1])
    assert "old/cells.json is damaged" in complaint()
    (old / "cells.json").unlink()
    assert "old/cells.json is missing" in complaint()
    (old / "cells.json").write_text(cells)
    shard = sorted(old.glob("steps/*.parquet"))[0]
    shard.write_bytes(shard.read_bytes()[:100])
    assert f"steps/{shard.name} is damaged" in complaint()


def test_a_rerun_asks_the_same_question(comity):
    assert comity("sweep", *SMALL, "experiment.measures=[welfare]", "out=old").code == 0
    assert comity("rerun", "old").code == 0
    old, new = (store.load(directory).manifest for directory in ("old", "old-rerun"))
    assert new["measures"] == old["measures"] == ["welfare"]
    assert "prereg" in new
