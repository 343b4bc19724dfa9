"""Vallinder & Hughes 2024 played again: strategies are written, played, selected and handed on."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import comity
from comity.agents.llm.backends.scripted import Scripted
from comity.agents.llm.calls import MOVE, STRATEGY, Request
from comity.agents.llm.exchange import Exchange, using
from comity.agents.llm.ledger import Ledger
from comity.envs.chance import keys, uniforms, world_seeds
from comity.envs.settings import SettingError, check
from comity.experiments.replications.vallinder_hughes_2024 import Settings, Societies, societies

NAME = "vallinder_hughes_2024"
SEATS, KEPT = 12, 6
MODEL = "scripted/copying"


def settings(**given) -> Settings:
    return check(Settings, {"model": "mine/giver", "runs": 2, "generations": 3, **given}, f"{NAME}.")


def played(function: Callable[[Request], str], ledger: Ledger | None = None, **given) -> Societies:
    with using(Exchange(ledger, backends={"mine/": Scripted(function)})):
        return societies(settings(**given))


def percent_of(seed: int, seat: int) -> int:
    """The first strategy of a seat."""
    return 5 * int(20 * uniforms(np.uint64(seed), 0, 0, seat))


def copier(request: Request) -> str:
    """Without advice a percentage by seed and seat, with advice the best one's; then it gives that."""
    told = request.messages[0 if request.purpose == MOVE else 1].content
    found = re.search(r'"give (\d+) percent"', told)
    if request.purpose == MOVE:
        assert found is not None
        return json.dumps({"reasoning": "", "move": int(found[1])})
    assert request.purpose == STRATEGY
    percent = percent_of(request.place.seed, request.place.seat) if found is None else int(found[1])
    return json.dumps({"reasoning": "", "strategy": f"give {percent} percent"})


def by_hand(runs: int, generations: int) -> tuple[np.ndarray, np.ndarray]:
    """The same without a model: percentages (G, R, N) and final holdings (G, R, N)."""
    own, course, ends = np.asarray(keys(world_seeds(0, runs), -6)), [], []
    for g in range(1, generations + 1):
        seeds = np.asarray(keys(own, g))
        if g == 1:
            percent = np.array([[percent_of(seed, i) for i in range(SEATS)] for seed in seeds.tolist()])
        seats = [{"agent": "fixed_gift", "fraction": percent[:, i] / 100} for i in range(SEATS)]
        plays = [comity.play("donor", seats, worlds=runs, seed=seeds, class_swap=swap) for swap in (False, True)]
        final = sum(10 + one.rewards.sum(axis=1) for one in plays) / 2
        course.append(percent)
        ends.append(final)
        lots = uniforms(own[:, None], g, 0, np.arange(SEATS))
        percent = percent.copy()
        for r in range(runs):
            best = sorted(range(SEATS), key=lambda i: (-final[r, i], lots[r, i]))
            percent[r, best[KEPT:]] = percent[r, best[0]]
    return np.array(course), np.array(ends)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generations") / "ledger.sqlite"


@pytest.fixture(scope="module")
def copied(ledger: Path) -> Societies:
    return played(copier, Ledger(ledger))


def test_whoever_copies_the_best_is_selected_as_reckoned_by_hand(copied):
    percent, final = by_hand(2, 3)
    lines = copied.strategies.sort("generation", "run", "seat")
    assert lines["strategy"].to_list() == [f"give {p} percent" for p in percent.ravel()]
    np.testing.assert_array_equal(lines["holdings"], final.ravel())
    np.testing.assert_allclose(copied.generations["holdings"], final.mean(axis=(1, 2)), rtol=1e-12)
    np.testing.assert_allclose(copied.generations["given"], percent.mean(axis=(1, 2)) / 100, rtol=1e-12)
    assert percent[-1].mean() < percent[0].mean(), "nobody heeds the past, so that free riding pays"


def test_the_better_half_stays_in_its_seats(copied):
    assert copied.generations["survivors"].to_list() == [0, 0.5, 0.5]
    for _, of_run in copied.strategies.group_by("run"):
        for g in (1, 2):
            now, then = (of_run.filter(generation=one).sort("seat") for one in (g, g + 1))
            assert now["stays"].sum() == KEPT
            assert now.filter("stays")["holdings"].min() >= now.filter(~pl.col("stays"))["holdings"].max()
            assert ((then["since"] <= g) == now["stays"]).all()


def test_every_call_is_another_and_a_replay_finds_the_same(copied, ledger):
    calls = Ledger(ledger, read_only=True).calls(prompts=False)
    assert calls["key"].is_unique().all()
    assert len(calls) == copied.generations["calls"].sum()
    assert (calls["purpose"] == STRATEGY).sum() == 2 * (SEATS + 2 * KEPT)
    with using(Exchange(Ledger(ledger, read_only=True), answers="replay")) as replaying:
        again = societies(settings(generations=2))
    assert_frame_equal(again.generations, copied.generations.head(2))
    assert_frame_equal(again.strategies, copied.strategies.filter(pl.col("generation") <= 2))
    assert replaying.tallies.live == 0


def test_a_mutant_reads_no_advice_and_a_run_is_the_same_beside_others(copied):
    found = played(copier, seed=1, generations=2, mutation=0.5).strategies
    first, second = (one.filter(generation=1, run=run).drop("run") for one, run in ((found, 0), (copied.strategies, 1)))
    assert_frame_equal(first, second)
    own, kinds = np.asarray(keys(world_seeds(1, 2), -6)), set()
    for line in found.filter(generation=2, since=2).iter_rows(named=True):
        best = found.filter(generation=1, run=line["run"]).sort("holdings")["strategy"][-1]
        mutant = uniforms(own[line["run"]], 2, 1, line["seat"]) < 0.5
        fresh = f"give {percent_of(line['seed'], line['seat'])} percent"
        assert line["strategy"] == (fresh if mutant else best)
        kinds.add(bool(mutant))
    assert kinds == {True, False}


def test_what_cannot_be_used_is_counted_and_passed_on_to_nobody():
    advice = []

    def faulty(request: Request) -> str:
        if request.purpose == MOVE:
            return "all of it" if request.place.seat == 1 else '{"move": 50}'
        advice.append(request.messages[1].content.count('""'))
        return "none" if request.place.seat == 0 else '{"strategy": "Half."}'

    found = played(faulty, generations=2, re_ask=0)
    first = found.generations.row(0, named=True)
    assert first["unwritten"] == pytest.approx(1 / SEATS)
    assert first["invalid"] == pytest.approx(1 / SEATS)
    assert first["given"] == 0.5
    assert first["given_most"] - first["given_least"] == pytest.approx(1 / SEATS)
    assert found.strategies.filter(since=1, seat=0)["strategy"].unique().to_list() == [""]
    assert max(advice) == 0, "who has no strategy advises nobody"


def test_who_all_give_half_end_as_in_closed_form(comity, monkeypatch):
    # GAMES.md 1.2: where everyone donates .5 all end with 393.90625; whoever copies gives .5 at first
    monkeypatch.setenv("COLUMNS", "200")
    told = comity("replicate", NAME, f"model={MODEL}", "runs=2", "generations=1")
    assert told.code == 0, told.err
    row = told.out.splitlines()[1].split()
    assert row == ["1", "2", "393.906", "0.500", *["0.500"] * 2, "0.000", "0.000", "0.000", "312", "0.000", MODEL]
    assert "[393.906, 393.906]" in told.out


@pytest.mark.slow
def test_donors_may_punish_where_there_is_punishment():
    def one(request: Request) -> str:
        if request.purpose == STRATEGY:
            return '{"strategy": "One."}'
        return json.dumps({"move": min(1, request.schema["properties"]["move"]["maximum"])})

    ruled, bare = (played(one, punishment=punished, generations=1) for punished in (True, False))
    np.testing.assert_allclose(ruled.strategies["given"], 0.01)
    # of twelve steps each donates in six and spends 1 on its recipient, and is the recipient in six and loses 2
    np.testing.assert_allclose(bare.strategies["holdings"] - ruled.strategies["holdings"], 6 * 1 + 6 * 2)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, f"{NAME}.model = '' is not allowed"),
        ({"model": "scripted/tft"}, "agent 'tft' does not play donor"),
        ({"model": "mine/x", "mutation": 2}, f"{NAME}.mutation = 2 is not allowed"),
        ({"model": "mine/x", "answers": "replay"}, "llm.ledger = .* is not allowed"),
        ({"model": "mine/x", "api_base": "http://me:word@host"}, "api_base"),
    ],
)
def test_what_cannot_be_played_is_refused(given, complaint):
    with pytest.raises(SettingError, match=complaint):
        comity.replicate(NAME, **given)
