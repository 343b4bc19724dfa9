"""What every backend must do: answer a request once."""

from typing import Protocol

from ....envs.settings import SettingError
from ..calls import LONGEST, Reply, Request


class AccessError(SettingError):
    """No call can succeed: the key is refused, or there is no such model. The run stops."""


class Unanswered(Exception):
    """One try came to nothing.

    ``again``: may another try succeed? ``wait``: seconds that the server asks to be left alone, None: it did not say.
    ``overload``: did it say that it has too much to do? ``billed``: may this try be paid for nevertheless?
    """

    def __init__(
        self, error: str, again: bool, wait: float | None = None, overload: bool = False, billed: bool = False
    ) -> None:
        super().__init__(error)
        self.again = again
        self.wait = wait
        self.overload = overload
        self.billed = billed


class Backend(Protocol):
    """Answers requests."""

    async def answer(self, request: Request) -> Reply:
        """One try. Its ``latency`` and ``tries`` are left to the exchange.

        Raises ``Unanswered``, or ``AccessError``; anything else is a defect, and ends the run.
        """
        ...


def cut(text: object) -> str:
    """An answer as it is kept: of limited length, and always text that can be written down."""
    if not isinstance(text, str):
        return ""
    return text[: LONGEST + 1].encode("utf-8", "replace").decode("utf-8")
