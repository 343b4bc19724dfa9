"""What stands on the disk is whole, whatever happens to whoever writes it."""

import errno
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from comity.envs.settings import SettingError
from comity.experiments import store, sweep
from comity.experiments.sweep import sweep as carry_out

SMALL = ("game=matrix", "game.horizon=5", "seats.agents=[tft,alld]", "seed=range(12)", "chunk_points=3", "record=all")


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


def test_a_file_is_whole_or_not_there(monkeypatch: pytest.MonkeyPatch):
    path = Path("a/b.txt")
    store.write_aside(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left")))
    with pytest.raises(OSError, match="No space left"):
        store.write_aside(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(Path("a").iterdir()) == [path]


def test_a_sweep_leaves_tables_and_nothing_else():
    result = carry_out(SMALL)
    assert (result.points, result.played, result.failures) == (12, 12, [])
    assert result.directory.parent == Path("runs")
    assert sorted(path.name for path in Path().iterdir()) == ["runs"]
    assert sorted(path.name for path in result.directory.iterdir()) == [
        ".lock",
        "cells.json",
        "episodes",
        "manifest.json",
        "steps",
    ]
    found = store.load(result.directory)
    assert found.episodes["seed"].to_list() == list(range(12))
    assert found.episodes["point"].n_unique() == 12
    assert found.steps is not None
    assert found.steps.columns[0] == "cell"
    assert found.steps.select("seed", "step", "agent").rows() == [
        (w, t, i) for w in range(12) for t in range(1, 6) for i in (0, 1)
    ]
    assert found.manifest["status"] == "complete"
    cells = json.loads((result.directory / "cells.json").read_text())
    assert [cell["id"] for cell in cells] == found.episodes["cell"].unique().to_list()


@pytest.mark.parametrize(("record", "worlds"), [("none", None), ("sample", 2), ("all", 8)])
def test_record(record: str, worlds: int | None):
    result = carry_out(["game=matrix", "game.horizon=5", "norms=kind,selfish", "seed=range(4)", f"record={record}"])
    steps = store.load(result.directory).steps
    assert (None if steps is None else steps.select("cell", "seed").unique().height) == worlds


def test_the_same_command_again_has_nothing_to_do(capsys: pytest.CaptureFixture[str]):
    directory = carry_out(SMALL).directory
    before = {path: path.stat().st_mtime_ns for path in directory.rglob("*") if path.is_file() and path.name != ".lock"}
    result = carry_out(SMALL)
    assert result.directory == directory
    assert result.played == 0
    assert "nothing is left to play" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_sweep_killed_before_its_last_word_is_completed():
    directory = carry_out(SMALL).directory
    manifest = store.load(directory).manifest
    store.write_json(directory / store.MANIFEST, {**manifest, "status": "running"})
    assert carry_out(SMALL).played == 0
    assert store.load(directory).manifest["status"] == "complete"


def test_an_interrupted_sweep_goes_on(request: pytest.FixtureRequest):
    whole = store.load(carry_out([*SMALL, "out=whole"]).directory)
    played = request.getfixturevalue("interrupted")
    with pytest.raises(KeyboardInterrupt):
        carry_out([*SMALL, "out=parts"])
    parts = Path("parts")
    assert store.load(parts).manifest["status"] == "interrupted"
    assert store.load(parts).manifest["counts"]["finished"] == 6
    assert store.load(parts).episodes.height == 6
    (parts / "episodes" / f".x.parquet.1{store.ASIDE}").write_bytes(b"half a sha")
    before = {path.name: path.stat().st_ino for path in parts.glob("*/*.parquet")}
    assert carry_out([*SMALL, "out=parts"]).played == 6
    assert {path.name: path.stat().st_ino for path in parts.glob("*/*.parquet") if path.name in before} == before
    assert played[2] in played[3:]
    assert len(played) == 5
    again = store.load(parts)
    assert again.episodes.equals(whole.episodes)
    assert again.steps is not None
    assert whole.steps is not None
    assert again.steps.equals(whole.steps)
    assert again.manifest["status"] == "complete"
    assert [session["status"] for session in again.manifest["sessions"]] == ["interrupted", "complete"]
    assert not list(parts.glob("**/.*.aside"))


def test_steps_without_episodes_are_no_finished_chunk():
    directory = carry_out(SMALL).directory
    victim = sorted(directory.glob("episodes/*.parquet"))[0]
    victim.unlink()
    steps = store.load(directory).steps
    assert steps is not None
    assert steps["seed"].n_unique() == 9
    assert carry_out(SMALL).played == 3


def test_a_full_disk_is_said_and_keeps_what_is_finished(comity, monkeypatch: pytest.MonkeyPatch):
    written = []

    def full(path: Path, frame: pl.DataFrame) -> None:
        written.append(path)
        if len(written) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, frame)

    write = store.write_shard
    monkeypatch.setattr(store, "write_shard", full)
    told = comity("sweep", *SMALL, "out=full")
    assert told.code == 1
    assert "No space left on device" in told.err
    assert "6 of 12 points are kept" in told.err
    assert len(written) == 5
    assert store.load("full").episodes.height == 6
    assert store.load("full").manifest["status"] == "failed"


@pytest.mark.slow
def test_a_file_size_limit_of_the_system_is_said(tmp_path: Path):
    pytest.importorskip("resource")
    code = """if True:
        import resource, sys
        from comity.experiments.cli import main
        arguments = ["game=matrix", "game.horizon=3,3000", "seats.agents=[random]", "seed=range(30)", "record=all"]
        from comity.experiments.play import play
        play("matrix", ["random"])  # whatever numba wants to keep, it keeps before there is a limit
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        sys.exit(main(["sweep", *arguments, "out=limited"]))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "30 of 60 points are kept" in done.stderr
    found = store.load("limited")
    assert found.episodes.height == 30
    assert found.steps is not None
    assert found.steps["step"].max() == 3


def test_points_that_were_played_twice_count_once():
    """As by a job that outlives its killed sweep while the next one, cut otherwise, is at work."""
    one, other = carry_out([*SMALL, "out=one"]).directory, carry_out([*SMALL, "out=other", "chunk_points=4"]).directory
    expected = store.load(one)
    for table in ("episodes", "steps"):
        shard = sorted((other / table).iterdir())[0]
        (one / table / shard.name).write_bytes(shard.read_bytes())
    found = store.load(one)
    assert found.episodes.equals(expected.episodes)
    assert found.steps is not None and expected.steps is not None
    assert found.steps.equals(expected.steps)


def test_two_sweeps_do_not_share_a_directory():
    directory = carry_out(SMALL).directory
    with (
        store.lock(directory),
        pytest.raises(SettingError, match=rf"another sweep \(process {os.getpid()}\) is at work"),
    ):
        carry_out(SMALL)
    assert carry_out(SMALL).played == 0


def test_the_lock_of_a_dead_process_is_stale():
    Path("out").mkdir()
    Path("out/.lock").write_text("999999")
    assert carry_out([*SMALL, "out=out"]).played == 12


def test_a_directory_holds_one_design():
    carry_out([*SMALL, "out=a"])
    with pytest.raises(SettingError, match="it holds the sweep matrix-"):
        carry_out([*SMALL, "game.horizon=6", "out=a"])


@pytest.mark.parametrize("out", ["res[1]", "a*b", "what?", "{one}"])
def test_a_directory_may_have_any_name(out: str):
    Path("res1").mkdir()
    assert carry_out([*SMALL, f"out='{out}'"]).directory == Path(out)
    assert store.load(out).episodes.height == 12
    assert carry_out([*SMALL, f"out='{out}'"]).played == 0


@pytest.mark.parametrize("table", ["episodes", "steps"])
def test_a_damaged_shard_is_named_and_its_points_are_played_again(table: str):
    directory = carry_out([*SMALL, "out=a"]).directory
    before = store.load(directory)
    shard = sorted((directory / table).iterdir())[1]
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(SettingError, match=rf"{table}/{shard.name} is damaged: remove it"):
        store.load(directory)
    for damaged in ("episodes", "steps"):
        (directory / damaged / shard.name).unlink()
    assert carry_out([*SMALL, "out=a"]).played == 3
    after = store.load(directory)
    assert after.episodes.equals(before.episodes)
    assert before.steps is not None
    assert before.steps.equals(after.steps)


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_damaged_manifest_is_named(text: str):
    directory = carry_out([*SMALL, "out=a"]).directory
    (directory / "manifest.json").write_text(text)
    with pytest.raises(SettingError, match=r"manifest\.json is damaged"):
        store.load(directory)
    with pytest.raises(SettingError, match=r"manifest\.json is damaged"):
        carry_out([*SMALL, "out=a"])


def test_load_says_what_is_not_there():
    with pytest.raises(FileNotFoundError, match="holds no sweep"):
        store.load(".")


def test_manifest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "not-for-the-disk")
    result = carry_out(
        ["game=matrix", "seats.agents=[tft,alld]", "game.horizon=5,6", "seed=2,4", "deliberator.rationality=inf"]
    )
    text = (result.directory / "manifest.json").read_text()
    assert "not-for-the-disk" not in text
    told = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert told["name"] == "matrix"
    assert result.directory.name == f"matrix-{told['design']}"
    assert told["axes"]["game.horizon"] == [5, 6]
    assert told["seeds"] == {"count": 2, "values": [2, 4]}
    assert told["grids"][0]["seats.agents"] == [["tft", "alld"]]
    assert told["counts"] == {"points": 4, "cells": 2, "finished": 4, "failed": 0}
    assert {"comity", "python", "numpy", "numba", "llvmlite", "scipy", "polars", "hydra-core"} <= set(told["versions"])
    hardware = {"libc", "target", "compiled", "simd", "blas"}
    assert set(told["host"]) == {"system", "machine", "processors", *hardware}
    assert f'"{platform.node()}"' not in text
    assert told["wall_seconds"] > 0
    assert told["launcher"] == "basic"
    assert told["overrides"][0] == "game=matrix"


def test_jobs_share_the_work():
    class Fake:
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds

    chunks = [Fake(s) for s in (1, 5, 2, 4)]
    shares = sweep.shared_out(chunks, 2)  # type: ignore[arg-type]
    assert [[chunk.seconds for chunk in share] for share in shares] == [[5, 1], [4, 2]]
    assert len(sweep.shared_out(chunks, 16)) == 4  # type: ignore[arg-type]
    assert sweep.shared_out(chunks, 1) == [chunks]  # type: ignore[arg-type]
