"""A function instead of a model: for tests, dry runs, and models of one's own."""

from collections.abc import Callable, Sequence

from ..calls import Message, Reply, Request
from .backend import cut

Function = Callable[[Request], str]


def hinted(request: Request) -> str:
    """What whoever asks would have answered."""
    return request.hint or ""


def tokens_of(text: str) -> int:
    """A rough count, one token for every four bytes begun. No model's own count."""
    return -(-len(text.encode("utf-8", "replace")) // 4)


def prompt_tokens(messages: Sequence[Message]) -> int:
    """The same for a prompt."""
    return sum(tokens_of(message.content) for message in messages)


class Scripted:
    """Answers with ``function(request)``, at once and at no cost. The same request has the same answer if the function
    is one, so a seed counts as honoured.

    The function must be quick: all calls wait for it.
    """

    def __init__(self, function: Function = hinted) -> None:
        self.function = function

    async def answer(self, request: Request) -> Reply:
        """What the function says."""
        text = cut(self.function(request))
        return Reply(
            text,
            model=request.model,
            finish_reason="stop",
            prompt_tokens=prompt_tokens(request.messages),
            completion_tokens=tokens_of(text),
            cost=0.0,
            seed_honoured=True if "seed" in request.sampling else None,
        )
