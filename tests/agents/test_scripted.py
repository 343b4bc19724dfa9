"""Strategies by the exact moves that they play against a named opponent."""

import numpy as np
import pytest

import comity
from comity.agents.llm.agent import LLM
from comity.agents.scripted.axelrod_bridge import Axelrod
from comity.agents.seats import ROLES, agents, agents_for, carries_norms, fill
from comity.envs.catalogue import games, make

MOVES = np.array(["C", "D"])


def versus(name, opponent, steps=8, **params):
    record = comity.play("matrix", [name, opponent], horizon=steps, **params)
    return tuple("".join(MOVES[record.actions[0, :, i].astype(int)]) for i in (0, 1))


@pytest.mark.parametrize(
    ("name", "opponent", "moves", "answers"),
    [
        ("allc", "alternator", "CCCCCCCC", "CDCDCDCD"),
        ("alld", "alternator", "DDDDDDDD", "CDCDCDCD"),
        ("tft", "alternator", "CCDCDCDC", "CDCDCDCD"),
        ("suspicious_tft", "alternator", "DCDCDCDC", "CDCDCDCD"),
        ("tft", "suspicious_tft", "CDCDCDCD", "DCDCDCDC"),
        ("wsls", "alld", "CDCDCDCD", "DDDDDDDD"),
        ("wsls", "alternator", "CCDDCCDD", "CDCDCDCD"),
        ("grim", "alternator", "CCDDDDDD", "CDCDCDCD"),
        ("tf2t", "alternator", "CCCCCCCC", "CDCDCDCD"),
        ("tf2t", "alld", "CCDDDDDD", "DDDDDDDD"),
        ("contrite_tft", "alld", "CDDDDDDD", "DDDDDDDD"),
        ("contrite_tft", "alternator", "CCDCDCDC", "CDCDCDCD"),
        ("grit", "alld", "CCDCCDCC", "DDDDDDDD"),
        ({"agent": "grit", "k": 3}, "alld", "CCCDCCCD", "DDDDDDDD"),
        ({"agent": "gtft", "q": 1}, "alld", "CCCCCCCC", "DDDDDDDD"),
        ({"agent": "gtft", "q": 0}, "alternator", "CCDCDCDC", "CDCDCDCD"),
        ({"agent": "random", "p": 1}, "tft", "CCCCCCCC", "CCCCCCCC"),
        ({"agent": "bernoulli", "alpha": 0}, "tft", "DDDDDDDD", "CDDDDDDD"),
    ],
)
def test_versus(name, opponent, moves, answers):
    assert versus(name, opponent) == (moves, answers)


def test_numbers_may_differ_from_world_to_world():
    q = np.linspace(0, 1, 5)
    worlds = 5 * 2000
    record = comity.play("matrix", [{"agent": "gtft", "q": np.tile(q, 2000)}, "alld"], worlds=worlds, horizon=2)
    forgave = record.cooperation[:, 1, 0].reshape(2000, 5).mean(axis=0)
    assert forgave == pytest.approx(q, abs=0.05)


def test_an_agents_chance_is_its_own():
    """Two random players with the same world seed draw independently, and another seat's presence changes nothing."""
    record = comity.play("matrix", ["random", "random"], worlds=4000, horizon=1)
    both = record.cooperation[:, 0]
    assert abs(np.corrcoef(both.T)[0, 1]) < 0.06
    other = comity.play("matrix", ["random", "alld"], worlds=4000, horizon=1)
    assert np.array_equal(both[:, 0], other.cooperation[:, 0, 0])


def test_the_last_named_fills_the_table():
    game = make("fishery")
    assert fill(game, ["greedy", "conditional"]) == ["greedy"] + ["conditional"] * 4
    with pytest.raises(comity.SettingError, match="5 seats"):
        fill(game, ["greedy"] * 6)
    with pytest.raises(comity.SettingError):
        fill(game, [])


@pytest.mark.parametrize("name", games())
def test_roles_exist_in_every_game(name, small_maps):
    assert {"deliberator", "reciprocator", "exploiter"} <= set(agents_for(name))
    for role in ("reciprocator", "exploiter"):
        comity.play(name, [role, "deliberator"], horizon=4, **small_maps.get(name, {}))


def test_who_carries_norms():
    game = make("matrix")
    assert carries_norms(game, "deliberator")
    assert carries_norms(game, "gtft")
    assert not carries_norms(game, {"agent": "gtft", "conduct": "fixed"})
    assert not carries_norms(game, "tft")


def test_no_two_agents_of_a_game_have_one_name():
    for game in games():
        names = [cls.name for cls in agents() if not cls.games or game in cls.games]
        assert len(names) == len(set(names))
        assert not set(names) & set(ROLES)


def everyone():
    """All agents in all games that they say they play; the one that imports a library for twenty seconds is slow."""
    for cls in agents():
        for game in cls.games or games():
            yield pytest.param(cls, game, id=f"{cls.__name__}-{game}", marks=[pytest.mark.slow] * (cls is Axelrod))


@pytest.mark.parametrize("cls", [cls for cls in agents() if not cls.by_chance], ids=lambda cls: cls.__name__)
def test_whoever_never_draws_does_the_same_under_every_seed(cls):
    for game in cls.games:
        for other in ("alld", "tft", "alternator"):
            acts = comity.play(game, [cls.name, other], worlds=5, horizon=80, action_noise=0).actions
            np.testing.assert_array_equal(acts, np.repeat(acts[:1], 5, axis=0))


@pytest.mark.parametrize(("cls", "game"), list(everyone()))
def test_every_agent_plays_every_game_that_it_says(cls, game, small_maps):
    small = small_maps.get(game, {})
    model = {"model": "scripted/random"} if cls is LLM else {}
    record = comity.play(game, [{"agent": cls.name, **model}], worlds=3, horizon=4, institutions=cls.needs, **small)
    assert (record.illegal == 0).all()
    assert np.isfinite(record.rewards).all()
    assert cls.__doc__
