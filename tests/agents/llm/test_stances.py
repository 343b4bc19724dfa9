"""Stances: three wordings that differ, numbers that the rules bear out, and what a user may write."""

import re

import numpy as np
import pytest

from comity.agents.llm.stances import LONGEST, NAMES, limit, stance
from comity.agents.placebo import placebo
from comity.envs.catalogue import games, make
from comity.envs.game import RUNNING
from comity.envs.paraphrases import PARAPHRASES
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

TOLD = [name for name in NAMES if name != "none"]


@pytest.mark.parametrize("name", TOLD)
def test_three_wordings(name):
    texts = [stance(name).text(k) for k in range(PARAPHRASES)]
    assert len(set(texts)) == PARAPHRASES
    lengths = [len(text.split()) for text in texts]
    assert max(lengths) <= 1.5 * min(lengths)
    for text in texts:
        assert not re.search(r"cooperat|game theory|defect|instinct", text.lower())
        assert len(placebo(text).split()) == len(text.split())
    with pytest.raises(SettingError, match="paraphrase"):
        stance(name).text(PARAPHRASES)


def test_no_stance_says_nothing():
    assert stance().text() == stance("none").text(2) == ""


def test_all_four_together():
    parts = ("mindfulness", "emptiness", "non_duality", "boundless_care")
    assert stance("contemplative").text(1) == " ".join(stance(part).text(1) for part in parts)


def test_a_text_of_ones_own():
    assert stance({"text": " Be bold.\nBe kind. "}).text(2) == "Be bold.\nBe kind."


@pytest.mark.parametrize(
    "given",
    [
        *("kindness", None, 3, {}, {"text": ""}, {"text": " \n"}, {"text": 5}, {"text": "x" * (LONGEST + 1)}),
        *({"text": "a", "more": 1}, {"text": "a\x1b[2J"}, {"text": "a\u202eb"}, {"text": "a\0"}),
    ],
)
def test_what_is_no_stance(given):
    with pytest.raises(SettingError, match=r"stance|llm\.text"):
        stance(given)


def world_of(game, **fields):
    worlds = Worlds(game, 1)
    worlds.reset(0)
    for name, value in fields.items():
        worlds.state[name] = value
    return worlds


@pytest.mark.parametrize("name", games())
def test_numbers_only_where_a_commons_says_them(name):
    game = make(name)
    told = stance("universalization").now(game, world_of(game).state[0], 0)
    assert bool(told) == (name in ("fishery", "appropriation", "climate"))
    assert stance("virtue").now(game, world_of(game).state[0], 0) == ""


@pytest.mark.parametrize("params", [{}, {"n_agents": 3}, {"growth": "logistic", "integer": True}, {"skin": "pasture"}])
@pytest.mark.parametrize("stock", [100.0, 60.0, 37.0, 12.0])
def test_the_fishery_shrinks_beyond_the_limit_and_not_at_it(params, stock):
    game = make("fishery", collapse_threshold=0, **params)
    what, most = limit(game, world_of(game, stock=stock).state[0]) or ("", 0.0)
    assert what == "fishery"
    for request in (most, most + 1):
        worlds = world_of(game, stock=stock)
        worlds.step(np.full((1, game.n_agents), request))
        assert (worlds.state["stock"][0] >= stock) == (request == most)


def test_it_goes_by_the_stock_of_now():
    game = make("fishery", institutions=["punishment"])
    lines = [stance("universalization").now(game, world_of(game, stock=h).state[0], 0, 1) for h in (100.0, 60.0)]
    assert ["10 each" in lines[0], "6 each" in lines[1]] == [True, True]
    assert len({stance("universalization").now(game, world_of(game).state[0], 0, k) for k in range(PARAPHRASES)}) == 3


def test_amounts_have_two_decimals_on_the_safe_side():
    game = make("fishery", growth="logistic", n_agents=7)
    (_, most), line = limit(game, world_of(game, stock=61.0).state[0]), ""
    line = stance("universalization").now(game, world_of(game, stock=61.0).state[0], 0)
    told = float(re.search(r"more than ([\d.]+),", line)[1])
    assert most <= told < most + 0.01
    climate = make("climate")
    told = float(re.search(r"less than ([\d.]+) ", stance("universalization").now(climate, late(climate), 0))[1])
    assert told == pytest.approx(2.85)  # 120 are missing, and 7 steps and 6 seats are left


def late(game):
    return world_of(game, step=3).state[0]


def test_the_pool_pays_all_less_beyond_the_limit():
    game = make("appropriation", integer=False)
    what, best = limit(game, world_of(game).state[0]) or ("", 0.0)
    assert (what, best) == ("appropriation", 4.5)  # GAMES.md §2.3: 36 tokens in all, of eight
    totals = []
    for tokens in (best - 0.1, best, best + 0.1):
        worlds = world_of(game)
        worlds.step(np.full((1, 8), tokens))
        totals.append(worlds.rewards.sum())
    assert totals[1] == max(totals)


def test_the_climate_target_is_missed_below_the_limit():
    game = make("climate", risk=1)
    for given, reached in ((2, True), (0, False)):
        worlds = world_of(game)
        for _ in range(3):
            worlds.step(np.full((1, 6), 2.0))  # the third level: 4 euros
        what, least = limit(game, worlds.state[0]) or ("", 0.0)
        assert (what, least) == ("climate", pytest.approx((120 - 72) / (6 * 7)))
        while worlds.ended[0] == RUNNING:
            worlds.step(np.full((1, 6), given / 2))
        assert (worlds.rewards.sum() > 0) == reached == (given >= least)
