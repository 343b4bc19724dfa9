"""Answers in JSON: what they mean in every game and institution. The oracle of schemas is the library jsonschema."""

import contextlib
import json
import math
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import comity
from comity.agents.agent import Agent
from comity.envs.answers import forced, listed, told, validated
from comity.envs.catalogue import game_class, games, make
from comity.envs.chance import keys
from comity.envs.institutions.layers import INSTITUTIONS
from comity.envs.institutions.staged import GAME
from comity.envs.monte_carlo import random_moves
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

MOST_SEATS, MOST_MOVES = 3, 30
JUNK = (None, True, False, "", "no such word", "0", "5", -1, 0, 1, 5, 5.0, 0.5, 1e300, 10**400, math.inf, [], [1, 2, 3])
JUNK += ({}, {"offer": True}, {"offer": "1"}, {"price": 3}, {"keep": [0, 0]}, {"keep": [0, 0, 0]}, {"have": {"X": 1}})


def episode(game, steps, seed=3):
    """World, legal moves of each seat (all, or for real numbers a grid of them), step by step of random play."""
    worlds = Worlds(game, 1)
    worlds.reset(seed)
    seat_keys = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
    for step in range(steps):
        yield worlds.state[0], [legal_moves(game, worlds, seat) for seat in range(min(MOST_SEATS, game.n_agents))]
        worlds.step(random_moves(game, worlds, seat_keys, step))
        if worlds.ended[0]:
            return


def legal_moves(game, worlds, seat):
    act = worlds.state["mediator_act"][0, seat] if "mediator_act" in worlds.state.dtype.names else np.nan
    if not np.isnan(act) and worlds.state["stage"][0] == GAME:
        return [act]
    if worlds.masks is not None and game.name != "fishery":  # its mask says nothing of the stock
        return np.flatnonzero(worlds.masks[0, seat]).tolist()
    moves, legal = game.candidates(worlds.state, seat)
    return moves[0][legal[0]].tolist()


def some(moves):
    """All of them, or an even sample with both ends."""
    return [moves[k] for k in np.unique(np.linspace(0, len(moves) - 1, min(len(moves), MOST_MOVES)).astype(int))]


def spoilt(answer):
    """What is like the answer, and most often none."""
    if isinstance(answer, str):
        return [answer.upper(), f" {answer}", [answer], {answer: 1}]
    if isinstance(answer, dict):
        return [{**answer, "more": 1}, dict(list(answer.items())[1:]), list(answer.values()), json.dumps(answer)]
    return [
        str(answer),
        answer + 0.5,
        answer + 10**6,
        -answer - 1,
        [answer],
        float(answer),
        math.nextafter(answer, 1e9),
    ]


def check(game, steps):
    """Every legal move is what its answer means, and whatever the oracle refuses is refused."""
    known = {}
    for world, moves in episode(game, steps):
        for seat, legal in enumerate(moves):
            schema = game.move_schema(world, seat)
            oracle = known.get(str(schema))
            new = oracle is None
            if new:
                Draft202012Validator.check_schema(schema)
                oracle = known[str(schema)] = Draft202012Validator(json.loads(json.dumps(schema)))
            choices = listed(schema)
            assert choices is None or len(choices) == len(legal)
            assert (forced(schema) is None) == (len(set(legal)) > 1), (schema, legal)
            for move in some(legal):
                answer = json.loads(json.dumps(game.answer_of(world, seat, move)))
                assert oracle.is_valid(answer), (schema, answer)
                assert game.move_of(world, seat, answer) == move, (schema, answer)
            if new:
                check_junk(game, world, seat, oracle, legal, (*JUNK, *spoilt(answer)))


def check_junk(game, world, seat, oracle, legal, junk):
    """Refused is exactly what the oracle refuses, and what is no number; and in trust a third decimal."""
    for answer in (*junk, math.nan, [math.nan], {"offer": math.nan}):
        finer = game.name == "trust" and isinstance(answer, float) and round(answer, 2) != answer
        if oracle.is_valid(answer) and "nan" not in str(answer) and not finer:
            assert game.move_of(world, seat, answer) in legal or not game.n_moves, answer
        else:
            with pytest.raises(ValueError, match=r"^must be .+") as error:
                game.move_of(world, seat, answer)
            assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", games())
def test_an_answer_means_the_move_that_it_came_from(name):
    check(make(name), 5)


@pytest.mark.parametrize("layer", ["punishment", "mediator", "communication"])
@pytest.mark.parametrize("name", ["matrix", "arms_race", "public_goods"])
def test_under_institutions(name, layer, layers):
    real = {"arms_race": {"continuous": True}}.get(name, {})
    check(make(name, **real, institutions=layers[layer]), 5)


@pytest.mark.slow
@pytest.mark.parametrize("layer", [None, *INSTITUTIONS])
@pytest.mark.parametrize("name", games())
def test_in_every_preset_under_every_institution(name, layer, layers, noisy):
    played = 0
    for setting in ({}, noisy[name], *({"preset": preset} for preset in game_class(name).presets)):
        with contextlib.suppress(SettingError):
            game = make(name, **setting, institutions=[] if layer is None else layers[layer])
            check(game, 15)
            played += 1
    assert played or layer is not None


# -- what fits a schema ------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["a", "b", "A", "c", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
NUMBER = {"type": "number", "minimum": -1.5, "maximum": 2}
COUNT = {"type": "integer", "minimum": -2, "maximum": 6, "multipleOf": 2}
WORD = {"type": "string", "enum": ["a", "b"]}
LEVEL = {"type": "number", "enum": [-1, 0, 0.5]}
PAIR = {"type": "array", "prefixItems": [COUNT, WORD], "minItems": 2, "maxItems": 2}
BOTH = {"type": "object", "properties": {"a": COUNT, "b": WORD}, "required": ["a", "b"], "additionalProperties": False}
SCHEMAS = [NUMBER, COUNT, WORD, LEVEL, PAIR, BOTH, {"type": "string", "const": "a"}, {"anyOf": [WORD, BOTH]}]
ALIKE = st.fixed_dictionaries({"a": st.sampled_from([0, 2, 2.0, 3, 8, True]), "b": st.sampled_from(["a", "c", 0])})


@pytest.mark.parametrize("schema", SCHEMAS)
@settings(deadline=None, max_examples=50)
@given(
    VALUES | ALIKE | st.tuples(st.integers(-3, 7), st.sampled_from("abc")).map(list) | st.sampled_from([0.5, -2, 2.0])
)
def test_what_fits_is_what_the_library_says(schema, value):
    if Draft202012Validator(schema).is_valid(value):
        found = validated(schema, value)
        assert found == (tuple(value) if isinstance(value, list) else value)
    else:
        with pytest.raises(ValueError, match="^must be "):
            validated(schema, value)


def test_what_is_allowed_is_told_in_one_line():
    count = "a whole number from -2 to 6 in steps of 2"
    lines = {
        "one of a, b": WORD,
        "a": {"type": "string", "const": "a"},
        "a number from -1.5 to 2": NUMBER,
        count: COUNT,
        "one of -1, 0, 0.5": LEVEL,
        f"one of a, b or an object with a ({count}), b (one of a, b) and nothing else": {"anyOf": [WORD, BOTH]},
        f"a list of 2: {count}, one of a, b": PAIR,
        "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more": {"type": "integer", "enum": list(range(15))},
    }
    for line, schema in lines.items():
        assert told(schema) == line


def test_nobody_need_be_asked_for_what_is_forced():
    assert forced(WORD) is forced(NUMBER) is forced(BOTH) is None
    assert forced({"type": "string", "enum": ["keep"]}) == "keep"
    assert forced({"type": "integer", "minimum": 0, "maximum": 0}) == 0
    recipient = Worlds(make("donor", n_agents=2), 1)
    recipient.reset(0)
    schemas = [recipient.game.move_schema(recipient.state[0], seat) for seat in range(2)]
    assert sorted(str(forced(schema)) for schema in schemas) == ["None", "pass"]


# -- in some games -----------------------------------------------------------------------------------------------------


def test_hundredths_are_written_as_money():
    game = make("trust", integer=False)
    world = next(episode(game, 1))[0]
    assert [game.move_of(world, 0, sent) for sent in (0, 0.07, 0.29, 1.15, 10)] == [0, 7, 29, 115, 1000]
    assert [game.answer_of(world, 0, move) for move in (7, 29, 115)] == [0.07, 0.29, 1.15]
    with pytest.raises(ValueError, match="must be a number with at most two decimals"):
        game.move_of(world, 0, 0.005)
    with pytest.raises(ValueError, match="must be a number from 0 to 10"):
        game.move_of(world, 0, 10.01)


def test_words_that_are_told_are_the_moves_that_are_made():
    game = make("matrix")
    assert [game.move_of(None, 0, word) for word in ("cooperate", "defect")] == [0, 1]
    with pytest.raises(ValueError, match="must be one of cooperate, defect"):
        game.move_of(None, 0, "Cooperate")
    crisis = make("crisis", n_agents=3)
    world = next(episode(crisis, 1))[0]
    strike = crisis.move_of(world, 1, "strike agent 2")
    assert crisis.act_and_target(int(strike), 1) == (crisis.actions.names.index("strike"), 2)
    for wrong in ("strike", "strike agent 1", "strike agent 7", "tactical_nuclear agent 2"):  # it has no weapon
        with pytest.raises(ValueError, match="must be one of"):
            crisis.move_of(world, 1, wrong)


def test_a_fisher_may_ask_for_what_there_is():
    game = make("fishery")
    worlds = Worlds(game, 1)
    worlds.reset(0)
    worlds.step(np.full((1, 5), 12.0))  # 40 remain, and double
    assert game.move_schema(worlds.state[0], 0) == {"type": "integer", "minimum": 0, "maximum": 80}
    with pytest.raises(ValueError, match="must be a whole number from 0 to 80"):
        game.move_of(worlds.state[0], 0, 81)


@pytest.mark.parametrize("params", [{}, {"integer": False}])
def test_whoever_leaves_its_act_to_a_mediator_is_not_asked(params):
    game = make("public_goods", **params, institutions=["mediator"])
    worlds = Worlds(game, 1)
    worlds.reset(0)
    assert [game.move_of(worlds.state[0], 0, answer) for answer in (0, 1)] == worlds_moves(game, [0, 1])
    worlds.step(np.array([worlds_moves(game, [1, 0, 1, 1])]))
    schemas = [game.move_schema(worlds.state[0], seat) for seat in range(4)]
    assert [forced(schema) for schema in schemas] == [0, None, 0, 0]  # one stayed out: it gives nothing for the others
    assert schemas[1]["maximum"] == 20


def worlds_moves(game, moves):
    return game.stage_move(1, np.array(moves, float)).tolist()


class Speaks(Agent):
    """Moves by answers alone: the last that its schema lists, else the largest."""

    plays_stages = True

    def act(self, view):
        schema = view.schema(0)
        answer = listed(schema)[-1] if listed(schema) else schema["maximum"]
        move = view.move_of(0, answer)
        assert view.answer_of(0, move) == answer
        with pytest.raises(ValueError, match="must be"):
            view.move_of(0, "something else")
        return np.full(len(view.active), move)


class SpeaksInTheGame(Speaks):
    plays_stages = False
    in_stages: ClassVar = {"communication": "honest"}


def test_an_agent_can_move_by_answers():
    assert (comity.play("matrix", [Speaks(), "allc"], horizon=3).actions[0, :, 0] == 1).all()
    record = comity.play("matrix", [Speaks(), "allc"], horizon=3, institutions=["punishment"])
    assert (record.logs["punishment_spent"][0, :, 0] == 10).all()
    assert (record.actions[0, :, 0] == 1).all()


def test_an_agent_of_the_bare_game_can_move_by_answers():
    """Also where its act is asked for in a stage, before the step."""
    record = comity.play("matrix", [SpeaksInTheGame(), "allc"], horizon=3, institutions=["communication"])
    assert (record.actions[0, :, 0] == 1).all()
    assert (record.logs["communication_pledge"][0, :, 0] == 1).all()
