"""Real processes: killed in the middle, or several at once."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.experiments import store
from comity.experiments.sweep import sweep

pytestmark = pytest.mark.slow
MANY = (
    "game=matrix,fishery",
    "norms=kind,selfish",
    "seed=range(40)",
    "seats=with_reciprocator",
    "record=all",
    "chunk_points=2",
)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


def started(*arguments: str) -> subprocess.Popen:
    """A sweep of its own, once it has finished three chunks."""
    process = subprocess.Popen([sys.executable, "-m", "comity", "sweep", *arguments], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while len(store.finished(Path("parts"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
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


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_sweep_goes_on(kind: signal.Signals):
    process = started(*MANY, "out=parts")
    process.send_signal(kind)
    _, told = process.communicate(timeout=60)
    assert process.returncode == (130 if kind == signal.SIGINT else -kind)
    assert ("interrupted" in told) == (kind == signal.SIGINT)
    before, kept = stamps(), store.load("parts").episodes.height
    assert 0 < kept < 160
    assert sweep([*MANY, "out=parts"]).played == 160 - kept
    after = stamps()
    assert {name: after[name] for name in before} == before
    sweep([*MANY, "out=whole", "chunk_points=1000"])
    assert_equal_tables(Path("parts"), Path("whole"))


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
