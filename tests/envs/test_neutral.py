"""Neutral labels: no word for a move is left wherever an agent reads, and each answer leads back to its move."""

import contextlib
import itertools
import re

import numpy as np
import pytest

from comity.envs.answers import validated
from comity.envs.catalogue import game_class, games, make
from comity.envs.chance import keys
from comity.envs.institutions.layers import INSTITUTIONS
from comity.envs.monte_carlo import random_moves
from comity.envs.neutral import Neutral, label_of, neutral_order
from comity.envs.paraphrases import PARAPHRASES
from comity.envs.settings import SettingError
from comity.envs.worlds import Worlds

COOPERATES = r"cooperat\w*"
NO_LONGER_THERE = {
    "matrix": rf"{COOPERATES}|defect\w*",
    "donor": rf"{COOPERATES}|keep\w*|kept|giv\w+|gave|gift\w*|donor\w*|refusal\w*",
    "public_goods": r"SI|SFI",
    "standoff": rf"{COOPERATES}|hold\w*|held|press\w*",
    "crisis": rf"{COOPERATES}|" + "|".join(map(re.escape, make("crisis").actions.names)),
}
"""What stands for the moves of each game in its ordinary words."""
BINARY = {"binary": True, "n_agents": 4}
SETTINGS = {
    "matrix": [{}, {"n_agents": 5, "pairing": "random", "action_noise": 0.1, "perception_noise": 0.1}],
    "donor": [{**BINARY, "information": known} for known in ("none", "trace", "image", "standing")]
    + [{**BINARY, "endowment": 1.5, "action_noise": 0.5}],
    "public_goods": [{"preset": "sanctsim"}],
    "standoff": [{"stalemate": 0}, {"stalemate": 3, "crash_prob": 0.1, "perception_noise": 0.1}],
    "crisis": [{"n_agents": 3, "weapons": 3}],
}


def reads(game, steps, seed=5):
    """(text, schema or None) of all that the first seats read in an episode of random play."""
    for seat, paraphrase in itertools.product(range(min(3, game.n_agents)), range(PARAPHRASES)):
        yield game.brief(seat, paraphrase), None
    worlds = Worlds(game, 1)
    worlds.reset(seed)
    seat_keys = np.stack([keys(worlds.state["seed"], seat) for seat in range(game.n_agents)])
    for step in range(steps):
        world = worlds.state[0]
        for seat in range(min(3, game.n_agents)):
            yield game.view(world, seat), game.move_schema(world, seat)
        if worlds.ended[0]:
            return
        worlds.step(random_moves(game, worlds, seat_keys, step))


def check(game, steps):
    """Under labels as listed, and in the contrary order."""
    gone = re.compile(rf"\b(?:{NO_LONGER_THERE[game.name]})\b", re.IGNORECASE if game.name != "crisis" else 0)
    count = len(game.move_words)
    found = set()
    for order in (range(count), range(count)[::-1]):
        neutral = Neutral(game, order)
        assert [neutral.label(game.move_words[place]) for place in order] == [label_of(rank) for rank in range(count)]
        for text, schema in reads(game, steps):
            assert (left := gone.search(neutral.text(text))) is None, (left, neutral.text(text))
            found |= set(gone.findall(text))
            if schema is None:
                continue
            labelled = neutral.schema(schema)
            assert not gone.search(str(labelled))
            if "enum" in schema:
                assert sorted(map(str, map(neutral.answer, labelled["enum"]))) == sorted(map(str, schema["enum"]))
                for label in labelled["enum"]:
                    assert neutral.label(neutral.answer(label)) == validated(labelled, label) == label
    assert found  # else nothing was there to be replaced


@pytest.mark.parametrize("name", SETTINGS)
def test_no_word_for_a_move_is_left(name):
    for setting in SETTINGS[name]:
        check(make(name, **setting), 12)


@pytest.mark.parametrize("layer", ["mediator", "communication", "sanctions"])
def test_nor_under_an_institution(layer, layers):
    check(make("matrix", institutions=layers[layer]), 6)


@pytest.mark.slow
@pytest.mark.parametrize("layer", [None, *INSTITUTIONS])
@pytest.mark.parametrize("name", SETTINGS)
def test_nor_in_any_preset_under_any_institution(name, layer, layers):
    for setting in (*SETTINGS[name], *({"preset": preset} for preset in game_class(name).presets)):
        with contextlib.suppress(SettingError):
            game = make(name, **setting, institutions=[] if layer is None else layers[layer])
            if game.move_words:
                check(game, 60)


@pytest.mark.parametrize(
    ("name", "setting", "acts", "told"),
    [
        ("matrix", {}, [0, 1], "In the last step you chose A and your partner chose B."),
        ("standoff", {"action_noise": 0}, [1, 0], "In the last step you chose B and the other chose A."),
        ("donor", {"binary": True}, [1, 1], "In the last step you chose B: your units changed by -1."),
        ("crisis", {}, [0, 5], "Last you did: A agent 1; it paid"),
    ],
)
def test_it_still_reads_well(name, setting, acts, told):
    worlds = Worlds(make(name, **setting), 1)
    worlds.reset(0)
    if name == "donor" and not worlds.state["donates"][0, 0]:
        worlds.step(np.array([[2.0, 0.0]]))
    worlds.step(np.array([acts], float))
    assert told in Neutral(worlds.game).text(worlds.game.view(worlds.state[0], 0))


def test_what_was_done_is_labelled_where_an_agent_remembers_it():
    neutral = Neutral(make("crisis"))
    told = "agent 1 to you: strike (3 times), pull_back (once); last: strike. Agent 1 said: a message to wait"
    assert neutral.text(told) == (
        "agent 1 to you: O (3 times), A (once); last: O. Agent 1 said: a message to wait"  # words of its own
    )
    game = make("donor", binary=True)
    assert Neutral(game).text("you to agent 1: give (2 times), keep (once); last: keep.") == (
        "you to agent 1: B (2 times), A (once); last: A."
    )


def test_the_order_says_which_word_is_a():
    game = make("matrix")
    neutral = Neutral(game, [1, 0])
    assert neutral.schema(game.move_schema(None, 0)) == {"type": "string", "enum": ["A", "B"]}
    assert (neutral.answer("A"), neutral.label("cooperate")) == ("defect", "B")
    assert "If you choose B and your partner chooses A, you get 0" in neutral.text(game.brief(0))
    with pytest.raises(ValueError, match="must be one of A, B"):
        neutral.answer("cooperate")
    for wrong in ([0], [0, 0], [1, 2]):
        with pytest.raises(SettingError, match="order"):
            Neutral(game, wrong)


@pytest.mark.parametrize("name", sorted(set(games()) - set(SETTINGS)))
def test_elsewhere_nothing_changes(name):
    game = make(name)
    neutral = Neutral(game)
    for text, schema in reads(game, 2):
        assert neutral.text(text) == text
        assert schema is None or neutral.schema(schema) == schema
    for answer in ("accept", 3, {"offer": 3}):
        assert neutral.answer(answer) == neutral.label(answer) == answer


def test_many_acts_have_labels_of_more_letters(tmp_path):
    table = tmp_path / "acts.csv"
    rows = make("crisis").actions
    columns = "action,class,targeted," + "own_economy,own_stability,gift_economy,gift_stability,harm_economy,"
    columns += "harm_stability,own_military,own_weapons,needs_military,needs_weapons"
    lines = [f"{name} {k},{cls},yes" + ",0" * 10 for k in range(15) for name, cls in (("the", "DE"), ("an act", "VI"))]
    table.write_text("\n".join([columns, "wait,SQ,no" + ",0" * 10, *lines]))
    game = make("crisis", actions=str(table))
    assert len(rows.names) < 26 < len(game.actions.names)
    neutral = Neutral(game)
    brief = neutral.text(game.brief(0))
    assert "AE (VI, towards another): no effect." in brief
    assert "Two who de-escalate towards each other" in brief  # common words that are no acts stay
    assert neutral.answer("AE agent 1") == "an act 14 agent 1"
    assert neutral.answer("A") == "wait"


def test_orders_are_even_and_the_same_alone_and_in_a_batch():
    orders = neutral_order(np.arange(6000), 3)
    assert (np.sort(orders, axis=1) == np.arange(3)).all()
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 6
    assert counts == pytest.approx(1000, abs=4 * np.sqrt(6000 / 6 * 5 / 6))
    assert neutral_order(17, 3).tolist() == orders[17].tolist()
