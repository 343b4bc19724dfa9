"""Asks a model for an answer in JSON, again if it cannot be used, and never takes anything else for one."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

from ...envs.answers import object_of
from .calls import OK, Asking, Request
from .reply import Unusable, read_object

V = TypeVar("V")
ATTEMPTS = 2
"""How often the same is asked before the answer is given up."""


class Asker(Protocol):
    """Makes a request of what is asked: the model, its sampling, what it is told beside ``text`` and the place of the
    call are the agent's business.
    """

    def __call__(self, purpose: str, text: str, schema: Mapping[str, Any] | None, attempt: int) -> Request:
        """What is asked for ``purpose``, for the time number ``attempt``, from 0."""
        ...


class Answer(NamedTuple):
    """What came of a question: the ``value``, None if no reply could be used, and why each of the others could not."""

    value: Any
    complaints: tuple[str, ...]


def answered(
    request: Asker, purpose: str, text: str, schema: Mapping[str, Any], read: Callable[[Any], V], attempts: int
) -> Asking[Answer]:
    """Asks at most ``attempts`` times; ``read`` makes a value of the JSON object of a reply, or raises
    :class:`Unusable`.
    """
    complaints: list[str] = []
    for attempt in range(attempts):
        again = f"\n\nYour last answer could not be used: {complaints[-1]}." if complaints else ""
        reply = yield request(purpose, text + again, schema, attempt)
        try:
            if reply.status != OK:
                raise Unusable("there was no answer")
            return Answer(read(read_object(reply.text)), tuple(complaints))
        except Unusable as why:
            complaints.append(str(why))
    return Answer(None, tuple(complaints))


def texts_of(found: dict[str, Any], names: tuple[str, ...], most: int) -> tuple[str, ...]:
    """The texts under ``names``, which must be all that there is, each of 1 to ``most`` words.

    >>> texts_of({"summary": " All  quiet. "}, ("summary",), 5)
    ('All quiet.',)
    """
    if set(found) != set(names):
        raise Unusable(f"it must hold {' and '.join(names)}, and nothing else")
    return tuple(_text(name, found[name], most) for name in names)


def _text(name: str, value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise Unusable(f"{name} must be a text")
    words = "".join(c if c.isprintable() else " " for c in value).split()
    if not words:
        raise Unusable(f"{name} is empty")
    if len(words) > most or sum(map(len, words)) > CHARACTERS * most:
        raise Unusable(f"{name} is longer than {most} words")
    return " ".join(words)


CHARACTERS = 20
"""Of a word on average at most, so that a text of few words is short."""


def texts_schema(names: tuple[str, ...]) -> dict[str, Any]:
    """Of an object that holds a text under each of ``names``."""
    return object_of({name: {"type": "string"} for name in names})
