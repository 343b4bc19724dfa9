"""From the text of a reply to what was answered. The text is untrusted: it is parsed strictly and never evaluated.

The answer is a JSON object: the whole text, else the last fenced block that holds one, else the last one in the text.
Nothing is mended: no word is guessed from its beginning, no number is read out of a sentence, and a key given twice, a
NaN or anything that does not fit makes the reply unusable.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError

from ...envs.answers import object_of
from .calls import LONGEST

LONGEST_MESSAGE = 1000
"""Characters of a message to others; a longer one makes the reply unusable."""
MOST_STARTS = 1000
"""Braces in a text at which an object is looked for, so that no text takes long."""
_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
M = TypeVar("M", bound=BaseModel)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Unusable(ValueError):
    """A reply that cannot be used; says why in one line that can be quoted to whoever answered."""


class Forecast(NamedTuple):
    """What another is expected to do: its ``move`` (a number of the game's) and how ``probable`` that is."""

    move: float
    probability: float


class Answer(NamedTuple):
    """A reply that can be used: the ``move`` as a number of the game's and as it was ``told`` (JSON), and what else was
    asked for.
    """

    move: float
    told: Any
    reasoning: str = ""
    forecast: Forecast | None = None


class _Forecast(BaseModel):
    model_config = ConfigDict(extra="ignore")
    move: Any
    probability: Annotated[StrictFloat | StrictInt, Field(ge=0, le=1)]


class _Reply(BaseModel):
    model_config = ConfigDict(extra="ignore")
    reasoning: StrictStr = ""


class _Move(_Reply):
    move: Any


class _MoveAndForecast(_Move):
    forecast: _Forecast


class _Message(_Reply):
    message: Annotated[StrictStr, Field(max_length=LONGEST_MESSAGE)]


Meaning = Callable[[Any], float]
"""The number that a told move means; raises ``ValueError`` in words where it means none."""


def read_move(text: str, move_of: Meaning, forecast_of: Meaning | None = None) -> Answer:
    """The move that a reply names, and the forecast where one is asked for. Raises :class:`Unusable`."""
    if forecast_of is None:
        found = _fitted(_Move, text)
        return Answer(_meant(move_of, found.move, "move"), found.move, found.reasoning)
    both = _fitted(_MoveAndForecast, text)
    expected = Forecast(_meant(forecast_of, both.forecast.move, "forecast.move"), float(both.forecast.probability))
    return Answer(_meant(move_of, both.move, "move"), both.move, both.reasoning, expected)


def read_message(text: str) -> str:
    """The message that a reply holds, in one line, without control characters. Raises :class:`Unusable`."""
    return " ".join(_CONTROL.sub(" ", _fitted(_Message, text).message).split())


def _meant(meaning: Meaning, told: Any, key: str) -> float:
    try:
        return meaning(told)
    except ValueError as error:
        raise Unusable(f'"{key}": {error}') from None


def _fitted(shape: type[M], text: str) -> M:
    try:
        return shape.model_validate(read_object(text))
    except ValidationError as error:
        raise Unusable(_in_words(error)) from None


def _in_words(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    told = [(".".join(map(str, one["loc"])), one["msg"]) for one in problems]
    return "; ".join(f'"{key}": {message[:1].lower()}{message[1:]}' for key, message in told)


def read_object(text: str) -> dict[str, Any]:
    """The JSON object that a text holds. Raises :class:`Unusable`.

    >>> read_object('Let me think … {"move": 1} no: {"move": 2}')
    {'move': 2}
    """
    if len(text) > LONGEST:
        raise Unusable(f"it is longer than {LONGEST} characters")
    if not text.strip():
        raise Unusable("it is empty")
    for part in (text, *reversed(_FENCE.findall(text))):
        found = _parsed(part.strip())
        if found is not None:
            return found
    found = list(_objects(text))
    if not found:
        raise Unusable("there is no JSON object in it")
    return found[-1]


class _Twice(ValueError):
    """A key stands twice, or a number is none."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice("a key of the JSON object stands twice")
    return found


def _no_number(word: str) -> float:
    raise _Twice(f"{word} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _parsed(text: str) -> dict[str, Any] | None:
    """The object that is the whole of a text, None where it is none."""
    if not text.startswith("{"):
        return None
    try:
        return _DECODER.decode(text)
    except _Twice as error:
        raise Unusable(str(error)) from None
    except (ValueError, RecursionError):
        return None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The outermost objects in a text, in order."""
    start, tries = text.find("{"), 0
    while start >= 0 and tries < MOST_STARTS:
        tries += 1
        try:
            found, end = _DECODER.raw_decode(text, start)
        except _Twice as error:
            raise Unusable(str(error)) from None
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield found
        start = text.find("{", end)


def move_schema(move: Mapping[str, Any], reasoning: bool, forecast: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON schema of a reply that names a ``move``: reasoning first, so that it comes before what it is about."""
    parts: dict[str, Any] = {"reasoning": {"type": "string"}} if reasoning else {}
    if forecast is not None:
        parts["forecast"] = object_of({"move": forecast, "probability": {"type": "number", "minimum": 0, "maximum": 1}})
    return object_of({**parts, "move": move})


def message_schema(reasoning: bool) -> dict[str, Any]:
    """The JSON schema of a reply that holds a message."""
    parts: dict[str, Any] = {"reasoning": {"type": "string"}} if reasoning else {}
    return object_of({**parts, "message": {"type": "string", "maxLength": LONGEST_MESSAGE}})
