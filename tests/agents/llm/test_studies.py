"""Studies with language models: their ledger, budget, price, replay, manifest, and what is never written."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import comity
from comity.agents.llm.agent import LLM
from comity.agents.llm.ledger import Ledger
from comity.experiments.cli import main

STUDY = ["game=matrix", "game.horizon=4", "seats.agents=[llm,tft]", "seed=range(3)", "record=all", "llm.window=2"]
SCRIPTED = [*STUDY, "llm.model=scripted/gtft"]
PRICED = "scripted/gtft: {input: 1000, output: 0}\n"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Whatever is written goes to a directory of the test's own."""
    monkeypatch.chdir(tmp_path)


def swept(*typed: str) -> int:
    return main(["sweep", *typed])


def test_a_study_is_replayed_from_its_ledger_with_identical_tables(tmp_path, capsys):
    study = [*SCRIPTED, "llm.talk=1", "llm.labels=given,swapped", "llm.questions=2", "norms=none,kind"]
    assert swept(*study, "out=first") == 0
    assert swept(*study, "out=again", "llm.answers=replay", "llm.ledger=first/ledger.sqlite") == 0
    first, again = comity.load("first"), comity.load("again")
    assert first.episodes.equals(again.episodes)
    for name in ("steps", "messages"):
        assert getattr(first, name).equals(getattr(again, name))
    assert first.manifest["llm"]["live"] == again.manifest["llm"]["cached"] == first.manifest["llm"]["calls"]
    assert again.manifest["llm"]["live"] == 0 and again.manifest["llm"]["cache_share"] == 1
    assert first.manifest["llm"]["scripted"] and first.manifest["llm"]["models"] == ["scripted/gtft"]
    hashes = first.episodes["prompts"].list.get(0)
    assert hashes.str.len_chars().eq(16).all() and hashes.n_unique() > 2
    assert not (tmp_path / "again" / "ledger.sqlite").exists()
    capsys.readouterr()
    assert swept(*study, "out=other", "llm.answers=replay", "llm.ledger=first/ledger.sqlite", "llm.memory=ledger") == 1
    assert "of scripted/gtft for seed 0, seat 0, step 1" in capsys.readouterr().err


def test_a_second_study_pays_for_nothing_that_was_answered():
    assert swept(*SCRIPTED, "out=first", "llm.ledger=kept.sqlite") == 0
    assert swept(*SCRIPTED, "out=more", "llm.ledger=kept.sqlite", "seed=range(5)") == 0
    told = comity.load("more").manifest["llm"]
    assert (told["cached"], told["live"]) == (12, 8)


def test_a_budget_stops_cleanly_and_a_higher_one_goes_on(tmp_path, capsys):
    Path("prices.yaml").write_text(PRICED)
    study = [*SCRIPTED, "out=study", "llm.prices=prices.yaml", "chunk_points=1"]
    assert swept(*study, "llm.budget_usd=2") == 1
    assert "llm.budget_usd = 2 is reached" in capsys.readouterr().err
    spent = Ledger("study/ledger.sqlite").spent()
    manifest = json.loads(Path("study/manifest.json").read_text())
    assert 1 < spent <= 2 and manifest["status"] == "failed" and 0 < manifest["counts"]["finished"] < 3
    asked = manifest["llm"]["live"]
    assert swept(*study, "llm.budget_usd=100") == 0
    manifest = json.loads(Path("study/manifest.json").read_text())
    assert manifest["status"] == "complete" and manifest["llm"]["live"] == 12 > asked
    assert manifest["llm"]["spent_usd"] == pytest.approx(Ledger("study/ledger.sqlite").spent())


def test_the_price_is_known_before(capsys):
    """What a dry run counts is what is asked; each call is priced by the user's table."""
    Path("prices.yaml").write_text(PRICED)
    study = [*SCRIPTED, "llm.prices=prices.yaml", "llm.questions=2", "out=study", "seed=0,1"]
    assert main(["cost", *study]) == 0
    told = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("all")).split()[1:]
    assert not Path("study").exists()
    assert swept(*study) == 0
    llm = comity.load("study").manifest["llm"]
    assert [int(word.replace(",", "")) for word in told[:3]] == [2, llm["calls"], llm["prompt_tokens"]]
    assert float(told[4].replace(",", "")) == pytest.approx(llm["spent_usd"], abs=1e-4)
    capsys.readouterr()
    assert main(["cost", *study]) == 0
    assert "0 that ask models are left" in capsys.readouterr().out
    assert main(["cost", "game=matrix"]) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["llm.model="], "llm.model = "),
        (["llm.budget_usd=1,2"], "llm.budget_usd"),
        (["llm.budget_usd=-1"], "llm.budget_usd = -1 is not allowed"),
        (["llm.concurrency=0"], "llm.concurrency = 0 is not allowed"),
        (["llm.answers=guess"], "llm.answers = 'guess' is not allowed: it must be one of live, replay"),
        (["llm.answers=replay"], "llm.ledger = 'study/ledger.sqlite' is not allowed"),
        (
            ["llm.ledger=recorded/nothing"],
            "llm.ledger = 'recorded/nothing' is not allowed: it must be a file, or one of",
        ),
        (["llm.prices=nowhere.yaml"], "nowhere.yaml"),
        (["llm.modle=x"], "'modle'. Did you mean 'model'?"),
        (["llm=x"], "llm is not one setting"),
        (["llm.api_base=http://me:hush@host"], "llm.api_base = '[hidden]' is not allowed"),
        (["llm.stance=virtuous"], "llm.stance"),
        (["llm.talk_placebo=true"], "llm.talk_placebo = True is not allowed"),
        (["norms=universal", "llm.channel=both"], "no score of a step can show"),
    ],
)
def test_wrong_settings_are_one_line_and_leave_nothing_behind(typed, said, capsys):
    assert swept(*SCRIPTED, "out=study", *typed) != 0
    error = capsys.readouterr().err.strip()
    assert said in error and "\n" not in error and "hush" not in error
    assert not Path("study").exists()


def test_a_recorded_study_comes_with_comity(capsys):
    assert swept("experiment=recorded_smollm2_dilemma", "out=class") == 0
    results = comity.load("class")
    assert results.manifest["llm"]["live"] == 0 and not results.manifest["llm"]["scripted"]
    assert 0 < results.episodes["invalid_rate"].mean() < 1
    html = Path("class/report.html").read_text()
    assert "Language models" in html and "SmolLM2-135M-Instruct" in html


@pytest.mark.slow
def test_a_study_that_is_killed_repeats_no_call_that_was_answered(server, tmp_path):
    """Through the command line and a real server, which counts."""
    server.reply = lambda body: '{"reasoning": "", "move": "defect"}'
    server.latency = 0.05
    address = f"llm.api_base=http://127.0.0.1:{server.port}/v1"
    study = [*STUDY, "llm.model=openai/some", address, "out=study", "seed=range(12)", "llm.concurrency=4"]
    command = [sys.executable, "-m", "comity", "sweep", *study]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while server.asked < 20 and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    running.wait()
    before, kept = server.asked, len(Ledger("study/ledger.sqlite"))
    assert before - kept <= 4, "no more is lost than was in flight"
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert server.asked == before + 48 - kept
    assert comity.load("study").episodes["coop_by_seat"].list.get(0).eq(0).all()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert server.asked == before + 48 - kept


@pytest.mark.slow
def test_no_key_is_in_any_file_that_a_study_leaves(server, serving, tmp_path, monkeypatch, capfd):
    """Not even where the server and the model repeat it, or a call fails."""
    key = "sk-thisKeyIsNobodysBusiness0123456789"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    faults = [serving.Fault(status=500, error=f"Bearer {key}"), f"My key is {key}.", f'{{"move": "{key}"}}']
    server.faults = faults * 3
    server.reply = lambda body: '{"reasoning": "", "move": "defect"}'
    address = f"llm.api_base=http://127.0.0.1:{server.port}/v1"
    assert swept(*STUDY, "llm.model=openai/some", address, "out=study", "llm.talk=1") == 0
    assert any(key in told.get("authorization", "") for told in server.headers), "it was sent"
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or key.encode() not in path.read_bytes(), path
    assert key not in "".join(capfd.readouterr())


def test_settings_of_the_agent_and_of_the_study_have_different_names():
    from comity.experiments.schema import Calls

    assert not set(LLM.Params._fields) & set(Calls._fields)
