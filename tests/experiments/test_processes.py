"""Real processes: killed in the middle, or several at once."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from comity.experiments import store
from comity.experiments.commands.status import status
from comity.experiments.sweep import sweep

pytestmark = pytest.mark.slow
MANY = (
    "game=matrix,fishery",
    "norms=kind,selfish",
    "seed=range(24)",
    "seats=with_reciprocator",
    "record=all",
    "chunk_points=2",
)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


def started(*arguments: str, until: int = 3) -> subprocess.Popen:
    """A sweep of its own, once ``until`` chunks are finished."""
    process = subprocess.Popen([sys.executable, "-m", "comity", "sweep", *arguments], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while len(store.finished(Path("parts"))) < until:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
    return process


def stamps() -> dict[str, tuple[int, int]]:
    """Of the finished chunks: steps may stand without episodes, and are then written again."""
    paths = [path for path in Path("parts").glob("*/*.parquet") if path.stem in store.finished(Path("parts"))]
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


def assert_equal_tables(one: Path, other: Path) -> None:
    found, expected = store.load(one), store.load(other)
    assert found.episodes.equals(expected.episodes)
    assert found.steps is not None
    assert expected.steps is not None
    assert found.steps.equals(expected.steps)


@pytest.mark.parametrize(
    ("kind", "code", "state"),
    [(signal.SIGKILL, -9, "killed"), (signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_a_killed_sweep_goes_on(kind: signal.Signals, code: int, state: str):
    process = started(*MANY, "out=parts")
    assert status(Path("parts")).state == "running"
    process.send_signal(kind)
    _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert status(Path("parts")).state == state
    assert (told.splitlines()[-1] == state) == (kind != signal.SIGKILL)
    assert ("the same command plays the others" in told) == (kind != signal.SIGKILL)
    before, kept = stamps(), store.load("parts").episodes.height
    assert 0 < kept < 96
    assert sweep([*MANY, "out=parts"]).played == 96 - kept
    after = stamps()
    assert {name: after[name] for name in before} == before
    sweep([*MANY, "out=whole", "chunk_points=1000"])
    assert_equal_tables(Path("parts"), Path("whole"))


def test_ten_kills_lose_nothing():
    """2,000 points in 100 chunks, killed at ten moments drawn by lot."""
    study = (
        "game=matrix",
        "norms=kind,selfish",
        "seed=range(1000)",
        "game.horizon=40",
        "record=all",
        "chunk_points=20",
    )
    chance, folder = random.Random(6), Path("parts")
    stood: dict[str, tuple[int, int]] = {}
    for _ in range(10):
        process = started(*study, "out=parts", until=len(store.finished(folder)) + chance.randrange(1, 9))
        time.sleep(chance.random() * 0.1)
        process.kill()
        process.communicate()
        now = stamps()
        assert {name: now[name] for name in stood} == stood  # what is finished is not played again
        assert len(now) > len(stood)
        stood = now
        for name in stood:
            pl.read_parquet(name)
    done = status(folder)
    assert (done.state, done.failed) == ("killed", 0)
    assert 0 < done.done < 2000
    assert sweep([*study, "out=parts"]).played == 2000 - done.done
    now = stamps()
    assert {name: now[name] for name in stood} == stood
    found = store.load(folder)
    assert found.episodes["point"].n_unique() == found.episodes.height == 2000
    assert not list(folder.glob("**/.*.aside"))
    sweep([*study, "out=whole", "chunk_points=2000"])
    assert_equal_tables(folder, Path("whole"))


def test_a_second_sweep_in_the_same_directory_is_refused(comity):
    process = started(*MANY, "out=parts")
    told = comity("sweep", *MANY, "out=parts")
    process.kill()
    process.communicate()
    assert told.code == 2
    assert told.complaints == [
        f"error: another sweep (process {process.pid}) is at work in parts: wait for it, or choose another out="
    ]


def test_launchers_make_equal_tables():
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    sweep([*MANY, "out=serial"])
    result = sweep([*MANY, "out=beside", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.sweeper.jobs=3"])
    assert result.failures == []
    assert store.load("beside").manifest["launcher"] == "joblib"
    assert_equal_tables(Path("serial"), Path("beside"))
