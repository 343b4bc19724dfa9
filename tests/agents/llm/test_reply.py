"""Replies are untrusted: what fits is read, and everything else says why it does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agents.llm.calls import LONGEST
from comity.agents.llm.reply import (
    LONGEST_MESSAGE,
    Unusable,
    message_schema,
    move_schema,
    read_message,
    read_move,
    read_object,
)

WORDS = {"hold": 0.0, "press": 1.0}


def meaning(told: object) -> float:
    if not isinstance(told, str) or told not in WORDS:
        raise ValueError("must be one of hold, press")
    return WORDS[told]


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ('{"move": "hold"}', 0),
        ('  {"reasoning": "x", "move": "press"}\n', 1),
        ('Here it is:\n```json\n{"move": "press"}\n```\nGood luck!', 1),
        ('```\n{"move": "hold"}\n```\n```json\n{"move": "press"}\n```', 1),
        ('They said "{\\"move\\": \\"press\\"}". I answer {"move": "hold"}', 0),
        ('First {"move": "press"}, no: {"reasoning": "{braces}", "move": "hold"}.', 0),
        ('{"move": "hold", "mood": {"move": "press"}}', 0),
    ],
)
def test_what_is_read(text: str, move: float) -> None:
    assert read_move(text, meaning).move == move


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("I hold.", "no JSON object"),
        ('{"move": "Hold"}', "must be one of hold, press"),
        ('{"move": "hold "}', "must be one of hold, press"),
        ('{"move": ["hold"]}', "must be one of hold, press"),
        ('{"Move": "hold"}', '"move": field required'),
        ('{"move": "hold", "move": "press"}', "stands twice"),
        ('{"move": NaN}', "NaN is no JSON number"),
        ('["hold"]', "no JSON object"),
        ('{"move": "hold"', "no JSON object"),
        ('{"reasoning": 1, "move": "hold"}', '"reasoning": input should be a valid string'),
        ("{" * 5000, "no JSON object"),
        ('{"a":' * 5000, "no JSON object"),
        ('{"a":' + "[" * 20_000 + "]" * 20_000 + "}", "no JSON object"),
        ('{"move": ' + "9" * 5000 + "}", "no JSON object"),
        ("x" * (LONGEST + 1), "longer than"),
    ],
)
def test_what_is_not(text: str, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        read_move(text, meaning)


@given(st.text())
def test_no_text_does_more_than_be_unusable(text: str) -> None:
    try:
        assert isinstance(read_object(text), dict)
    except Unusable as why:
        assert "\n" not in str(why)


@given(st.sampled_from(list(WORDS)), st.text(st.characters(exclude_characters="{}`")), st.text())
def test_reasons_and_prose_around_an_answer_change_nothing(word: str, prose: str, reasons: str) -> None:
    told = json.dumps({"reasoning": reasons, "move": word})
    answer = read_move(f"{prose}\n{told}", meaning)
    assert (answer.move, answer.told, answer.reasoning) == (WORDS[word], word, reasons)


def test_forecasts() -> None:
    def read(forecast: object) -> object:
        return read_move(json.dumps({"move": "hold", "forecast": forecast}), meaning, meaning).forecast

    assert read({"move": "press", "probability": 0.75}) == (1.0, 0.75)
    assert read({"move": "press", "probability": 1}) == (1.0, 1.0)
    for wrong in (None, 1, {"move": "press"}, {"move": "x", "probability": 0.5}, {"move": "hold", "probability": 1.5}):
        with pytest.raises(Unusable, match="forecast"):
            read(wrong)
    with pytest.raises(Unusable, match="forecast"):
        read({"move": "hold", "probability": True})


def test_messages_are_one_line_of_limited_length() -> None:
    assert read_message(json.dumps({"message": "a\n\x00b\x1b[31m  c"})) == "a b [31m c"
    assert read_message('{"message": ""}') == ""
    for wrong in ({"message": None}, {"say": "x"}, {"message": "x" * (LONGEST_MESSAGE + 1)}):
        with pytest.raises(Unusable, match="message"):
            read_message(json.dumps(wrong))


def test_schemas_of_replies_ask_for_reasons_first() -> None:
    inner = {"type": "string", "enum": list(WORDS)}
    assert list(move_schema(inner, reasoning=True, forecast=inner)["properties"]) == ["reasoning", "forecast", "move"]
    assert move_schema(inner, reasoning=False)["required"] == ["move"]
    assert message_schema(reasoning=True)["required"] == ["reasoning", "message"]
