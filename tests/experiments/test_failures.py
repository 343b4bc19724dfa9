"""Points that fail are found, recorded and left out; all others are played as if nothing had happened."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.envs.record import Record
from comity.experiments import failures, store
from comity.experiments.chunks import Chunk, play_chunk
from comity.experiments.jobs import task
from comity.experiments.sweep import sweep

GAME = ("game=matrix", "game.horizon=5", "seats.agents=[tft,alld]", "record=all")
SMALL = (*GAME, "seed=range(12)", "chunk_points=5")


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Makes the worlds of some seeds fail; returns how many worlds each attempt had."""

    def fail(*seeds: int) -> list[int]:
        attempts: list[int] = []

        def play(chunk: Chunk) -> Record:
            attempts.append(len(chunk.points))
            if set(seeds) & set(chunk.seeds.tolist()):
                raise ZeroDivisionError("no fish")
            return play_chunk(chunk)

        monkeypatch.setattr(task, "play_chunk", play)
        return attempts

    return fail


def seeds_of(directory: Path | str) -> list[int]:
    return store.load(directory).episodes["seed"].to_list()


def test_a_failing_point_spares_the_others(failing):
    whole = store.load(sweep([*SMALL, "out=whole"]).directory)
    failing(6)
    result = sweep([*SMALL, "out=spared"])
    (lost,) = result.failures
    assert (lost.error, list(lost.seeds), len(lost.points)) == ("ZeroDivisionError: no fish", [6], 1)
    assert 'raise ZeroDivisionError("no fish")' in lost.details
    assert failures.recorded(result.directory) == [lost]
    found = store.load(result.directory)
    assert found.steps is not None and whole.steps is not None
    assert found.episodes.equals(whole.episodes.filter(whole.episodes["seed"] != 6))
    assert found.steps.equals(whole.steps.filter(whole.steps["seed"] != 6))
    assert found.manifest["status"] == "failed"
    assert found.manifest["counts"] == {"points": 12, "cells": 1, "finished": 11, "failed": 1}
    assert found.manifest["failures"] == [{"chunk": lost.chunk, "points": lost.points, "error": lost.error}]


def test_what_failed_is_played_again_when_asked_to(failing, comity):
    failing(3, 4, 11)
    told = comity("sweep", *SMALL, "out=lost")
    assert told.code == 1
    assert "ZeroDivisionError: no fish (3 points)" in told.complaints
    assert "comity status --failures lost tells where, and --retry-failed plays these points again" in told.complaints
    attempts = failing()
    told = comity("sweep", *SMALL, "out=lost")
    assert (told.code, attempts) == (1, [])
    assert "3 points failed before: --retry-failed plays them again" in told.complaints
    assert "ZeroDivisionError: no fish (3 points)" in told.complaints
    attempts = failing(4)
    assert comity("sweep", *SMALL, "out=lost", "--retry-failed").code == 1
    assert sum(attempts) > 3
    assert seeds_of("lost") == [0, 1, 2, 3, *range(5, 12)]
    failing()
    told = comity("sweep", *SMALL, "out=lost", "--retry-failed")
    assert (told.code, seeds_of("lost")) == (0, list(range(12)))
    assert store.load("lost").manifest["status"] == "complete"
    assert not Path("lost/failures").exists()


def test_where_everything_fails_it_is_not_tried_point_by_point(failing):
    many = (*GAME, "seed=range(1000)", "chunk_points=1000")
    attempts = failing(*range(1000))
    result = sweep([*many, "out=lost"])
    lost = [seed for one in result.failures for seed in one.seeds]
    assert sorted(lost) == list(range(1000))
    assert len(attempts) < 40
    assert store.load("lost").episodes.height == 0
    assert store.load("lost").manifest["counts"]["failed"] == 1000


def test_worlds_that_hear_each_other_fail_together(failing):
    llm = "{agent:llm,model:scripted/tft,talk:1,talk_placebo:true}"
    attempts = failing(2)
    result = sweep(["game=matrix", "game.horizon=2", f"seats.agents=[{llm},tft]", "seed=range(4)", "out=talk"])
    assert attempts == [4]
    (lost,) = result.failures
    assert list(lost.seeds) == [0, 1, 2, 3]


def test_a_disk_that_takes_nothing_is_no_failure_of_a_point(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "write_shard", lambda path, frame: (_ for _ in ()).throw(OSError(28, "No space left")))
    result = sweep([*SMALL, "out=full"])
    assert {tuple(one.points) for one in result.failures} == {()}
    assert store.load("full").manifest["counts"] == {"points": 12, "cells": 1, "finished": 0, "failed": 0}
    monkeypatch.undo()


def test_failures_are_written_before_the_episodes_of_their_chunk(failing, monkeypatch: pytest.MonkeyPatch):
    failing(1)
    with monkeypatch.context() as patched:
        patched.setattr(task, "keep", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sweep([*SMALL, "out=parts"])
    manifest = json.loads(Path("parts/manifest.json").read_text())
    assert manifest["counts"] == {"points": 12, "cells": 1, "finished": 0, "failed": 1}
    assert sweep([*SMALL, "out=parts"]).played == 11
    assert seeds_of("parts") == [0, *range(2, 12)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], ["done 11 (91.7%)", "failed 1", "ZeroDivisionError: no fish (1 point)"]),
        (["--failures"], ['raise ZeroDivisionError("no fish")']),
    ],
)
def test_status_tells_of_failures(failing, comity, options: list[str], told: list[str]):
    failing(6)
    sweep([*SMALL, "out=spared"])
    page = comity("status", "spared", *options)
    assert page.code == 0
    for line in ("sweep matrix, failed", "points 12", *told):
        assert line in " ".join(page.out.split())


def test_status_of_no_sweep_is_one_line(comity):
    told = comity("status", ".")
    assert (told.code, told.complaints) == (2, ["error: . holds no sweep: it has no manifest.json"])
