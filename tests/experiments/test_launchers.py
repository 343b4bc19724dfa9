"""Every launcher makes the same tables, and what is lost on the way is said and played by the next sweep."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hydra.errors import MissingConfigException

from comity.envs.settings import SettingError
from comity.experiments import store
from comity.experiments.chunks import play_chunk
from comity.experiments.composing import composer, one_line_errors, plain
from comity.experiments.jobs import at_work
from comity.experiments.jobs.launchers import JOBS, JOBS_A_CORE, complete, jobs_of
from comity.experiments.jobs.slurm import sbatch_text
from comity.experiments.jobs.task import play_chunks
from comity.experiments.sweep import sweep

from .test_processes import assert_equal_tables

SMALL = (
    "game=matrix",
    "norms=kind,selfish",
    "seed=range(100)",
    "seats=with_reciprocator",
    "deliberator.depth=2",
    "record=all",
)
FEW, MANY = (*SMALL, "chunk_points=50"), (*SMALL, "chunk_points=2")

SLURM = {
    # returns at once, and plays the jobs of the array one after the other
    "sbatch": """#!/bin/bash
cp "$1" "$FAKE_SLURM/submitted.sh"
last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\)%.*/\\1/p' "$1")
(for k in $(seq 0 "$last"); do
  SLURM_JOB_ID=77 SLURM_ARRAY_JOB_ID=77 SLURM_ARRAY_TASK_ID=$k SLURM_JOB_NUM_NODES=1 SLURM_NTASKS=1 SLURM_NODEID=0 \\
    SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_JOB_NODELIST=here bash "$1"
done) </dev/null >/dev/null 2>&1 &
echo "Submitted batch job 77"
""",
    "srun": """#!/bin/bash
while [[ $1 == --* ]]; do [[ $1 == --unbuffered ]] && shift 1 || shift 2; done
exec "$@"
""",
    "sacct": """#!/bin/bash
echo "JobID|State|NodeList"
echo "77_0|COMPLETED|here"
echo "77_1|COMPLETED|here"
""",
    "scontrol": """#!/bin/bash
echo here
""",
}
"""What submitit asks of Slurm."""


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def serial() -> Path:
    return sweep([*FEW, "out=serial"]).directory


def test_jobs():
    assert jobs_of("basic", 12) == 1
    assert jobs_of("joblib", 12) == 12
    assert jobs_of("joblib", None) == max(JOBS, JOBS_A_CORE * (os.cpu_count() or 1))


def test_a_job_without_its_sweep_does_nothing_and_one_cut_off_goes_on(monkeypatch: pytest.MonkeyPatch):
    directory = sweep(["game=matrix", "game.horizon=3", "seed=range(4)", "chunk_points=2", "out=out"]).directory
    chunks = store.finished(directory)
    config = {"out": str(directory), "chunks": [*chunks, "gone"], "record": "none"}
    assert play_chunks(config) == []
    at_work.begin(directory)
    monkeypatch.setattr("comity.experiments.jobs.task.play_chunk", lambda chunk: pytest.fail("played twice"))
    (failure,) = play_chunks(config)
    assert failure.chunk == "gone"
    at_work.wait(directory)
    assert not (directory / at_work.JOBS).exists()


def test_a_lost_job_is_a_failure_and_not_the_end(comity, monkeypatch: pytest.MonkeyPatch):
    small = ["game=matrix", "game.horizon=3", "seed=range(4)", "chunk_points=2", "out=out"]

    def killed(chunk):
        if 2 in chunk.seeds:
            raise SystemExit(9)  # no Exception: whatever ends a process
        return play_chunk(chunk)

    def launch(self, jobs):
        try:
            return stock(self, jobs)
        except SystemExit as error:
            raise RuntimeError("a worker died\nand this is its log") from error

    import hydra_plugins.comity.sweeper as plugin

    stock = plugin.ChunkSweeper._launch
    with monkeypatch.context() as patched:
        patched.setattr(plugin.ChunkSweeper, "_launch", launch)
        patched.setattr("comity.experiments.jobs.task.play_chunk", killed)
        told = comity("sweep", *small)
    assert told.code == 1
    assert "not played to the end: a job was lost: RuntimeError: a worker died" in told.err
    assert "and this is its log" not in told.err
    assert "2 of 4 points are kept" in told.err
    assert comity("sweep", *small).code == 0
    assert store.load("out").episodes["seed"].to_list() == [0, 1, 2, 3]
    report = Path("out/report.html")
    written = report.stat().st_mtime_ns
    assert comity("sweep", *small).out == f"{report}\n"
    assert report.stat().st_mtime_ns == written  # nothing is new


def test_the_file_for_sbatch():
    pytest.importorskip("submitit")
    settings = [f"hydra.launcher.{one}" for one in ("partition=short", "timeout_min=240", "mem_gb=4")]
    settings += ["+hydra.launcher.additional_parameters.exclusive=user"]
    with composer(["hydra/launcher=submitit_slurm", *settings]) as hydra:
        config = hydra.primary(["game=matrix"])
        lines = sbatch_text(config, Path("runs/x"), 16).splitlines()
        assert "--array" not in sbatch_text(config, Path("runs/x"), 1)
    wanted = ["array=0-15%16", "partition=short", "time=240", "mem=4GB", "exclusive=user", "job-name=comity"]
    assert {f"#SBATCH --{one}" for one in wanted} <= set(lines)
    assert lines[-1].endswith(f"-u -m submitit.core._submit {Path('runs/x').resolve()}/.submitit/%j")


@pytest.mark.parametrize(("address", "store_size"), [(None, 78_643_200), ("here:1", None)])
def test_a_cluster_that_is_there_keeps_its_own_object_store(address: str | None, store_size: int | None):
    pytest.importorskip("hydra_plugins.hydra_ray_launcher")
    typed = ["hydra/launcher=ray"] + [f"hydra.launcher.ray.init.address='{address}'"] * (address is not None)
    with composer(typed) as hydra:
        config = hydra.primary(["game=matrix"])
    complete(config)
    init = plain(config.hydra.launcher.ray.init)
    assert init.setdefault("object_store_memory", 78_643_200) == store_size  # as the launcher does


@pytest.mark.parametrize(("launcher", "extra"), [("ray", "ray"), ("submitit_slurm", "slurm"), ("joblib", "parallel")])
def test_a_launcher_that_is_not_installed_says_what_installs_it(launcher: str, extra: str):
    missing = MissingConfigException("not found", f"hydra/launcher/{launcher}", ["basic"])
    with pytest.raises(SettingError, match=rf"installed first: pip install 'comity\[{extra}\]'"), one_line_errors():
        raise missing


@pytest.mark.slow
def test_submitit_makes_equal_tables(serial: Path):
    pytest.importorskip("submitit")
    result = sweep([*FEW, "out=local", "hydra/launcher=submitit_local", "hydra.sweeper.jobs=2"])
    assert result.failures == []
    assert_equal_tables(serial, Path("local"))
    assert sweep([*FEW, "out=local"]).played == 0  # the logs of submitit are in nobody's way


@pytest.mark.slow
def test_slurm_gets_the_file_that_we_print(serial: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("submitit")
    Path("bin").mkdir()
    for name, text in SLURM.items():
        Path("bin", name).write_text(text)
        Path("bin", name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{Path('bin').resolve()}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_SLURM", str(Path.cwd()))
    hydra_settings = ["hydra/launcher=submitit_slurm", "hydra.launcher.partition=short"]
    result = sweep([*FEW, "out=slurm", *hydra_settings, "hydra.sweeper.jobs=2"])
    assert result.failures == []
    assert_equal_tables(serial, Path("slurm"))
    with composer(hydra_settings) as hydra:
        text = sbatch_text(hydra.primary(["game=matrix"]), Path("slurm"), 2)
    assert Path("submitted.sh").read_text() == text


@pytest.mark.slow
def test_a_killed_worker_is_said_and_its_points_are_played_again(serial: Path):
    pytest.importorskip("submitit")
    beside = [*MANY, "out=parts", "hydra/launcher=submitit_local", "hydra.sweeper.jobs=2"]
    command = [sys.executable, "-m", "comity", "sweep", *beside]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while not (found := _workers("parts")) or len(store.finished(Path("parts"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)
    os.kill(found[0], signal.SIGKILL)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 1, told
    assert "a job was lost" in told
    kept = store.load("parts").episodes.height
    assert f"{kept} of 200 points are kept" in told
    assert not _workers("parts")
    assert sweep(beside).played == 200 - kept
    assert_equal_tables(serial, Path("parts"))


@pytest.mark.slow
def test_workers_that_a_killed_sweep_left_behind_keep_nothing_twice(serial: Path):
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    beside = [*MANY, "out=parts", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.sweeper.jobs=2"]
    process = subprocess.Popen([sys.executable, "-m", "comity", "sweep", *beside])
    until = time.monotonic() + 120
    while len(store.finished(Path("parts"))) < 3:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)
    process.kill()  # its workers play on
    process.wait()
    assert sweep([*MANY[:-1], "chunk_points=3", "out=parts"]).failures == []
    assert_equal_tables(serial, Path("parts"))


def _workers(out: str) -> list[int]:
    """Processes that play for the sweep in this directory."""
    place = str(Path(out).resolve() / ".submitit").encode()
    commands = {path: path.read_bytes().split(b"\0") for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()}
    return [
        int(path.parent.name)
        for path, words in commands.items()
        if b"submitit.core._submit" in words and any(word.startswith(place) for word in words)
    ]


@pytest.mark.slow
def test_ray_makes_equal_tables_on_a_cluster_of_its_own_and_on_another(serial: Path, monkeypatch: pytest.MonkeyPatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    own = ["hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=2", "hydra.sweeper.jobs=3"]
    assert sweep([*FEW, "out=own", *own]).failures == []
    ray.shutdown()
    assert_equal_tables(serial, Path("own"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ray.scripts.scripts"]
    start = ["start", "--head", f"--port={port}", "--num-cpus=2", "--include-dashboard=false", "--block"]
    with subprocess.Popen([*command, *start, "--object-store-memory=80000000"], stdout=subprocess.DEVNULL) as head:
        try:
            _until_open(port)
            there = ["hydra/launcher=ray", f"hydra.launcher.ray.init.address='127.0.0.1:{port}'"]
            assert sweep([*FEW, "out=there", *there, "hydra.sweeper.jobs=2"]).failures == []
        finally:
            ray.shutdown()
            head.terminate()
    assert_equal_tables(serial, Path("there"))


def _until_open(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the cluster did not start")
