"""A call to a language model: the request, the reply, and the key under which both are kept.

Whatever asks a model (for a move, a message, a reflection) is a generator that yields a :class:`Request` and is sent a
:class:`Reply`: it does no input or output itself, so that the same code runs live, from a ledger, and dry.
"""

import hashlib
import json
from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

SYSTEM, USER, ASSISTANT = "system", "user", "assistant"
OK, REFUSED, FAILED = ("ok", "refused", "failed")
"""Of a reply: it came; the model or its provider would not answer; none came, however often it was tried."""
MOVE, MESSAGE, REFLECTION, SUMMARY, QUESTIONS, STRATEGY = (
    "move", "message", "reflection", "summary", "questions", "strategy",
)  # fmt: skip
"""What a call is for."""


LONGEST = 1 << 16
"""Characters of an answer that can be used. Of a longer one so many are kept and one more, so that this is seen."""


class Message(NamedTuple):
    """One turn of a chat."""

    role: str
    content: str


class Place(NamedTuple):
    """Where in a study a call belongs: ``seed`` of the world (the replicate), ``seat``, ``step`` of the environment
    (-1: before play), ``round`` of talk, and ``attempt`` (0, then one more each time it is asked again).
    """

    seed: int
    seat: int
    step: int
    round: int = 0
    attempt: int = 0


class Request(NamedTuple):
    """What is asked of a model.

    ``sampling`` holds everything beside the prompt that decides the answer, as it is sent (``temperature``,
    ``max_tokens``, ``seed``, ``api_base`` …); ``schema`` is the JSON schema of the answer. ``hint`` is what a scripted
    model answers: it is never sent, and no part of the key.
    """

    model: str
    messages: tuple[Message, ...]
    sampling: Mapping[str, Any]
    schema: Mapping[str, Any] | None
    purpose: str
    place: Place
    hint: str | None = None

    def key(self) -> str:
        """32 hexadecimal digits of all that makes this call another than that one: replicates, seats, steps and
        attempts are kept apart however alike their prompts are.
        """
        told = [self.model, self.messages, dict(self.sampling), self.schema, self.purpose, self.place]
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class Reply(NamedTuple):
    """What came of a request.

    ``text`` is whatever was answered, untrusted; ``error`` says in one line, without secrets, why there is none.
    ``model`` is the one that the provider says has answered. ``cost`` in US dollars and token counts are None where
    they are not known. ``latency`` in seconds is that of the try that was answered, ``tries`` how many there were.
    ``seed_honoured``: was the sampling seed taken (None: not known)? ``cached``: was it paid for before?
    """

    text: str
    status: str = OK
    error: str = ""
    model: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    latency: float = 0.0
    tries: int = 1
    seed_honoured: bool | None = None
    cached: bool = False


Asking = Generator[Request, Reply, T]
"""Asks as often as it needs to, and comes to a T."""
