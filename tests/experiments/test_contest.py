"""``comity tournament``: what it prints, keeps and refuses."""

import json
from pathlib import Path

import polars as pl
import pytest

MEET = "comity.experiments.tournaments.tournament.meet"
SEVEN = "allc,alld,tft,grim,alternator,wsls,suspicious_tft"


def test_a_tournament_is_told_and_kept(comity):
    told = comity(
        "tournament", "matrix", "--preset", "axelrod_1980", "--entrants", SEVEN, "--repetitions", "2",
        "--no-self-play", "--out", "here",
    )  # fmt: skip
    assert told.code == 0
    lines = [line.split() for line in told.out.splitlines()]
    assert lines[0] == ["matrix:", "7", "entrants,", "2", "repetitions"]
    assert lines[2] == ["1", "tft", "2.4975", "–", "0.668", "0.0"]
    assert [line[1] for line in lines[2:9]] == ["tft", "alld", "grim", "wsls", "allc", "alternator", "suspicious_tft"]
    assert lines[-1] == ["here"]
    kept = {path.name for path in Path("here").iterdir()}
    assert kept == {
        ".lock", "manifest.json", "ranking.parquet", "payoffs.parquet", "tournament.svg", "tournament.png"
    }  # fmt: skip
    assert pl.read_parquet("here/ranking.parquet")["entrant"][0] == "tft"
    assert pl.read_parquet("here/payoffs.parquet").height == 42
    manifest = json.loads(Path("here/manifest.json").read_text())
    assert (manifest["kind"], manifest["status"], manifest["params"]["horizon"]) == ("tournament", "complete", 200)
    assert manifest["overrides"] == ["preset=axelrod_1980"]
    assert manifest["seeds"] == {"count": 2, "values": "range(0, 2)"}


def test_institutions_that_are_named_are_in_force(comity):
    shared = "institutions=[{institution:redistribution,rate:1}]"
    typed = ("tournament", "matrix", "horizon=4", "--entrants", "allc,alld", "--repetitions", "1", "--out")
    assert comity(*typed, "bare").code == comity(*typed, "ruled", shared).code == 0
    for place, payoff in (("bare", 0.0), ("ruled", 2.5)):
        payoffs = pl.read_parquet(f"{place}/payoffs.parquet")
        assert payoffs.filter(entrant="allc", opponent="alld")["payoff"].to_list() == [payoff]
    told = json.loads(Path("ruled/manifest.json").read_text())["params"]["institutions"]
    assert told == [{"institution": "redistribution", "rate": 1}]


def test_the_same_command_again_finds_its_place(comity):
    typed = ("tournament", "matrix", "horizon=5", "--entrants", "allc,{agent:gtft,q:0.3}", "--repetitions", "1")
    first, second = comity(*typed), comity(*typed)
    assert first.code == second.code == 0
    place = first.out.splitlines()[-1]
    assert place.startswith("runs/tournament-matrix-") and second.out == first.out
    assert "gtft(q=0.3)" in first.out
    other = comity("tournament", "matrix", "horizon=6", "--entrants", "allc,alld", "--out", place)
    assert (other.code, len(other.complaints)) == (2, 1)
    assert "it holds the tournament" in other.complaints[0]
    report = comity("report", place)
    assert report.code == 2
    assert report.complaints == [f"error: {place} holds no sweep, but a tournament: its tables are read one by one"]


def test_exact_payoffs_are_called_so(comity):
    told = comity("tournament", "matrix", "action_noise=0.05", "--exact", "--entrants", "alld,tft", "--out", "here")
    assert [line.split()[3] for line in told.out.splitlines()[2:4]] == ["exact", "exact"]
    assert "4 of 4 payoffs are exact" in told.out


@pytest.mark.parametrize(
    ("process", "words"), [("moran", ("runs fixed", "20 generations")), ("replicator", ("0.500",))]
)
def test_entrants_may_evolve(comity, process, words):
    generations = 20 if process == "moran" else 2000
    told = comity(
        "tournament", "matrix", f"evolve.generations={generations}", "--preset", "hawk_dove", "--entrants", "allc,alld",
        "--evolve", process, "--out", "here",
    )  # fmt: skip
    assert told.code == 0
    assert all(word in told.out for word in (f"{process}: {generations} generations", *words))
    assert pl.read_parquet("here/course.parquet").height == 2 * (generations + 1)
    assert set(pl.read_parquet("here/outcome.parquet")["entrant"]) == {"allc", "alld"}
    assert json.loads(Path("here/manifest.json").read_text())["evolution"]["generations"] == generations


WRONG = {
    "matrx --entrants allc,alld": "unknown game 'matrx'. Did you mean 'matrix'?",
    "matrix --entrants allc": "entrants = ['allc'] is not allowed: it must be a list of two or more agents",
    "matrix --entrants allc,aldd": "unknown agent for matrix 'aldd'. Did you mean 'alld'?",
    "matrix --entrants allc,alld,allc": "entrants: allc is there twice",
    "matrix --entrants allc,{agent:gtft,q:2}": "seats.gtft.q = 2 is not allowed: it must be a number in [0, 1]",
    "matrix --entrants allc,{": "cannot read 'entrants=[allc,{]'",
    "matrix --entrants allc,alld --preset axelrod": "unknown preset of matrix 'axelrod'. Did you mean 'axelrod_1980'?",
    "matrix horzon=5 --entrants allc,alld": "unknown setting of matrix 'horzon'. Did you mean 'horizon'?",
    "matrix horizon=5,6 --entrants allc,alld": "horizon = '5,6' is not allowed: it must be one value",
    "matrix +horizon=5 --entrants allc,alld": "'+horizon=5' is not allowed: a setting is written key=value",
    "matrix --entrants allc,alld --repetitions 0": "repetitions = 0 is not allowed: it must be a whole number >= 1",
    "fishery --entrants greedy,conditional --exact": "exact = True is not allowed: it must be left out",
    "matrix --entrants allc,alld --evolve morn": "unknown process 'morn'. Did you mean 'moran'?",
    "matrix evolve.mutation=2 --entrants allc,alld --evolve moran": "moran.mutation = 2 is not allowed",
    "matrix evolve.start=[1] --entrants allc,alld --evolve moran": "moran.start = [1.0] is not allowed",
    "matrix evolve.mutation=0.1 --entrants allc,alld": "evolve.mutation is given, but no --evolve",
    "matrix --entrants allc,alld --no-self-play --evolve moran": "leave out --no-self-play",
}


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_wrong_is_said_in_one_line_before_any_work(comity, monkeypatch, typed):
    monkeypatch.setattr(MEET, lambda *_: pytest.fail("something was played"))
    told = comity("tournament", *typed.split())
    assert told.code == 2
    assert len(told.complaints) == 1
    assert told.complaints[0].startswith("error: ") and WRONG[typed] in told.complaints[0]
    assert list(Path().iterdir()) == []


def test_a_place_that_cannot_be_used_is_refused_before_any_work(comity, monkeypatch):
    monkeypatch.setattr(MEET, lambda *_: pytest.fail("something was played"))
    Path("full").mkdir()
    Path("full/thesis.tex").touch()
    told = comity("tournament", "matrix", "--entrants", "allc,alld", "--out", "full")
    assert told.complaints == [
        "error: out = 'full' is not allowed: it must be new, empty, or the directory of this same tournament"
    ]
    assert [path.name for path in Path("full").iterdir()] == ["thesis.tex"]
