"""The command line."""

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import comity as package
from comity.envs.catalogue import games
from comity.experiments.commands import manual
from comity.experiments.commands.episode import replayed
from comity.experiments.play import play
from comity.experiments.progress import Watch

every_game = pytest.mark.parametrize(
    "game", [pytest.param(name, marks=[pytest.mark.slow] * (name in ("harvest", "cleanup"))) for name in games()]
)
HEAVY = ("matplotlib", "litellm", "numba", "polars", "hydra", "omegaconf", "rich")


def python(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout


def test_importing_the_command_line_is_light():
    code = f"import sys, comity.experiments.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert python("-c", code).strip() == "[]"


def test_nothing_of_a_sweep_needs_matplotlib_or_litellm():
    code = "import sys, comity.experiments.sweep; print([m for m in ('matplotlib', 'litellm') if m in sys.modules])"
    assert python("-c", code).strip() == "[]"


def test_help_teaches():
    told = python("-m", "comity", "--help")
    for command in ("completion", "cost", "games", "replicate", "report", "rerun", "run", "sweep", "tournament"):
        assert re.search(rf"^  {command} ", told, re.MULTILINE)
    assert "Exit codes: 0 all is well, 1 something failed, 2 a wrong setting, 130 interrupted, 143 terminated." in told
    assert "comity sweep game=fishery,matrix" in python("-m", "comity", "sweep", "--help")


@pytest.mark.parametrize("command", ["sweep", "run", "cost", "rerun", "tournament", "replicate", "completion"])
def test_help_fits_and_has_examples(comity, command: str):
    told = comity(command, "--help")
    assert told.code == 0
    assert f"  comity {command}" in told.out
    assert max(map(len, told.out.splitlines())) <= 120


def examples(*names: str) -> list[str]:
    """What the help of commands shows after "Examples:"."""
    texts = [getattr(manual, f"{name}_HELP").split("Examples:")[1].split("\n\n")[0] for name in names]
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


SHOWN = [line for line in examples("SWEEP", "RUN", "COST", "TOURNAMENT") if "--config-dir" not in line]
CHEAP = ("comity tournament matrix --preset", "report=$(")


@pytest.mark.parametrize(
    "line", [pytest.param(line, marks=[pytest.mark.slow] * (not line.startswith(CHEAP))) for line in SHOWN]
)
def test_what_help_shows_runs(comity, line: str):
    """As it stands there, but for worlds: a few do, and no second process."""
    _, *typed = shlex.split(line.removeprefix("report=$(").removesuffix(")"))
    Path("prices.yaml").write_text("mistral/mistral-small-latest: {input: 0.1, output: 0.3}\n")
    few = {
        "seed=range(100)": "seed=range(2)",
        "seed=range(1000)": "seed=range(2)",
        "hydra/launcher=joblib": "record=none",
    }
    typed = [few.get(one, one) for one in typed]
    told = comity(
        *typed, *(["seed=range(1)"] if typed[0] == "sweep" and not any("seed" in one for one in typed) else [])
    )
    assert told.code == 0, told.err


def test_quiet_says_the_path_and_nothing_else(comity):
    typed = ["game=matrix", "game.horizon=5", "seats=reciprocators", "seed=range(3)"]
    told = comity("sweep", "--quiet", *typed, "out=here")
    assert (told.code, told.out, told.err) == (0, "here/report.html\n", "")
    told = comity("rerun", "here", "-q")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("identical: 3 episodes;")
    assert "kept in again" in comity("sweep", *typed, "out=again").err, "quiet lasts for one command"
    told = comity("sweep", "-q", "game=matrix", "norms=knd")
    assert (told.code, len(told.complaints)) == (2, 1)


@pytest.mark.parametrize("terminal", ["dumb", "xterm"])
def test_there_are_plain_lines_where_no_bar_can_be_drawn(terminal: str, capfd, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setenv("FORCE_COLOR", "1" if terminal == "dumb" else "")
    monkeypatch.setattr("comity.experiments.progress.LINE_SECONDS", 0.01)
    watch = Watch(Path("nowhere"), [], 0)
    monkeypatch.setattr(watch, "status", lambda: (0.5, "5/10 points"))
    with watch:
        time.sleep(0.2)
    lines = capfd.readouterr().err.splitlines()
    assert set(lines) == {" 50% of the work  5/10 points"}


def test_games(comity):
    told = comity("games")
    assert told.code == 0
    for game in games():
        assert game in told.out
    told = comity("games", "fishery")
    for words in (
        "renewable resource",
        "game.capacity",
        "100.0",
        "a number in",
        "logistic_msy",
        "sustainable_threshold",
    ):
        assert words in told.out
    assert "reciprocator (conditional)" in told.out
    assert comity("games", "fisheri").complaints == [
        f"error: unknown game 'fisheri'. Did you mean 'fishery'? Known: {', '.join(sorted(games()))}"
    ]


@every_game
def test_run_tells_an_episode_of_every_game(comity, game: str):
    told = comity("run", f"game={game}", "seats=with_exploiter", "game.horizon=4", "norms=kind")
    assert told.code == 0
    assert "step 1, as agent_0 sees it" in told.out
    assert re.search(r"agent_1 +deliberator", told.out)
    assert list(Path().iterdir()) == []


@every_game
def test_the_told_worlds_are_those_that_were_played(game: str):
    record = play(game, ["random" if game in ("matrix", "standoff") else "deliberator"], seed=5, horizon=8)
    worlds = [turn.world for turn in replayed(record)]
    assert len(worlds) == record.lengths[0]
    for name, values in record.signals.items():
        np.testing.assert_array_equal([world[name] for world in worlds], values[0, : len(worlds)])
    for step, world in enumerate(worlds[1:]):
        np.testing.assert_array_equal(world["payoff"], record.rewards[0, step])


def test_run_keeps_an_episode_where_it_is_told_to(comity):
    told = comity("run", "game=matrix", "seats.agents=[tft,alld]", "game.horizon=4", "seed=9", "out=one")
    assert told.code == 0
    found = package.load("one")
    assert found.episodes["seed"].to_list() == [9]
    assert found.steps is not None
    assert found.steps.height == 8
    assert found.manifest["status"] == "complete"


def test_the_path_of_the_report_comes_last(comity):
    told = comity("sweep", "game=matrix", "game.horizon=5", "seats=reciprocators", "seed=range(3)", "out=here")
    assert told.code == 0
    assert told.out.splitlines() == ["here/report.html"]
    assert "matrix: 3 points in 1 cells, kept in here" in told.err
    Path("here/report.html").unlink()
    assert comity("report", "here").out.splitlines() == ["here/report.html"]
    assert "<html" in Path("here/report.html").read_text()


def test_an_interrupt_is_130(comity, monkeypatch: pytest.MonkeyPatch):
    def interrupted(chunk: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("comity.experiments.jobs.task.play_chunk", interrupted)
    told = comity("sweep", "game=matrix", "seats=reciprocators", "out=here")
    assert told.code == 130
    assert told.complaints[-1] == "interrupted"
    assert "0 of 20 points are kept: the same command plays the others" in told.err


def test_a_report_of_no_sweep(comity):
    told = comity("report", ".")
    assert told.code == 2
    assert told.complaints == ["error: . holds no sweep: it has no manifest.json"]


def test_a_replication_is_printed_with_its_intervals(comity):
    told = comity("replicate", "axelrod_1986", "runs=20", "generations=[0]")
    assert told.code == 0
    lines = told.out.splitlines()
    assert [line.split()[:5] for line in lines[1::2]] == [
        [game, "0", "20", "0.000", "0.000"] for game in ("norms", "metanorms")
    ]
    assert lines[2].split()[:4] == ["[0.000,", "0.161]"] * 2  # Wilson's, for 0 of 20
    told = comity("replicate", "axelrod_1986", "runs=0")
    assert (told.code, told.complaints) == (
        2,
        ["error: axelrod_1986.runs = 0 is not allowed: it must be a number in [1, 1e+06]"],
    )
