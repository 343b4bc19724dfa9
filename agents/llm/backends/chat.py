"""A reply in OpenAI's chat protocol, as every backend that speaks it reads and asks for one."""

import functools
import os
from typing import Any

from ..calls import OK, REFUSED, Reply
from ..scrub import scrub
from .backend import cut

scrubbed = functools.lru_cache(maxsize=256)(scrub)
"""For the few names that come with every reply."""
ANY_OBJECT = {"type": "json_object"}
"""The form of an answer by a model of which no more is known than that it can be held to JSON."""
NO_KEY = "none"
"""Sent to a server of one's own where the environment has no key: most such servers ask for none."""
MOST_TOKENS = 1 << 40
"""Of a call: who says more than that says nothing."""


def own_key() -> str:
    """For a server of one's own."""
    return os.environ.get("OPENAI_API_KEY") or NO_KEY


def reply_of(
    content: Any,
    refusal: Any,
    finish_reason: Any,
    model: Any,
    prompt_tokens: Any,
    completion_tokens: Any,
    cost: float | None,
    seed_honoured: bool | None,
) -> Reply:
    """What came, as far as it is what it should be: all that is ``Any`` is a stranger's."""
    reason = finish_reason if isinstance(finish_reason, str) else None
    refused = bool(refusal) or reason == "content_filter"
    return Reply(
        cut(content or refusal),
        REFUSED if refused else OK,
        "the model refused, or its provider's filter did" if refused else "",
        model=scrubbed(model) if isinstance(model, str) and model else None,
        finish_reason=None if reason is None else scrubbed(reason),
        prompt_tokens=count(prompt_tokens),
        completion_tokens=count(completion_tokens),
        cost=cost,
        seed_honoured=seed_honoured,
    )


def count(tokens: Any) -> int | None:
    """A count of tokens. Where the server gave none, some say 0; nor is it one that no ledger could hold."""
    whole = isinstance(tokens, int) and not isinstance(tokens, bool)
    return tokens if whole and 0 < tokens < MOST_TOKENS else None
