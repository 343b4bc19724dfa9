"""The kinds of memory.

``none``; ``window``, the last steps as they were; ``summary``, the steps since the last summary and a running summary
that the model writes itself; ``ledger``, who did what towards whom, counted over the whole episode.
"""

from collections import deque

from .counts import Ledger
from .memory import Memory, Moment, Remembering, told
from .summary import Summary


class Nothing(Memory):
    """Nothing is remembered."""

    def add(self, moment: Moment) -> None:
        """Not taken in."""

    def tell(self) -> str:
        """Empty."""
        return ""


class Window(Memory):
    """The last steps, as they were."""

    def __init__(self, seat: int, others: int, how: Remembering) -> None:
        super().__init__(seat, others, how)
        self._told: deque[str] = deque(maxlen=how.steps)

    def add(self, moment: Moment) -> None:
        """The oldest one is forgotten."""
        self._told.append(told(moment, self.seat, self.others))

    def tell(self) -> str:
        """Step by step."""
        return "\n".join(["What you remember:", *self._told]) if self._told else ""


KINDS: dict[str, type[Memory]] = {"none": Nothing, "window": Window, "summary": Summary, "ledger": Ledger}


def memory(how: Remembering, seat: int, others: int) -> Memory:
    """An empty memory of ``seat``, beside ``others`` others, for one world."""
    return KINDS[how.kind](seat, others, how)
