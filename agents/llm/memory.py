"""What an agent remembers of one world, and tells itself before it answers: its own perception, in words.

The kinds of memory are in :mod:`.memories`. What others said stands in quotes, escaped: it is data, whatever is in it.
"""

from abc import ABC, abstractmethod
from typing import Annotated, NamedTuple

from ...envs.acts import Act
from ...envs.settings import Choice, Range
from .asking import Asker
from .calls import Asking
from .words import capital, name_of, quoted


class Moment(NamedTuple):
    """What a seat perceived of one step.

    ``step`` its number, from 1; ``saw`` the view before it. ``answer`` the own answer as JSON text, None where there
    was no choice; ``invalid``: the reply could not be used, and ``answer`` was played in its place. ``said`` the own
    messages, ``heard`` those of others with who sent them; ``acts`` who did what as far as the seat saw it; ``paid``
    and ``score`` (what that is worth under its norms), None where it is not told.
    """

    step: int
    saw: str = ""
    answer: str | None = None
    invalid: bool = False
    said: tuple[str, ...] = ()
    heard: tuple[tuple[int, str], ...] = ()
    acts: tuple[Act, ...] = ()
    paid: float | None = None
    score: float | None = None


class Remembering(NamedTuple):
    """How an agent remembers."""

    kind: Annotated[str, Choice("none", "window", "summary", "ledger"), "what is remembered"] = "window"
    steps: Annotated[
        int, Range(1, 1000), "window: steps that are told; summary: steps after which it is written anew"
    ] = 10
    words: Annotated[int, Range(10, 1000), "of a summary, at most"] = 120


class Memory(ABC):
    """Of one agent in one world: ``seat`` is its own, beside ``others`` others."""

    def __init__(self, seat: int, others: int, how: Remembering) -> None:
        self.seat, self.others, self.how = seat, others, how
        self.unusable = 0
        """How often the model was asked, and nothing that it answered could be used."""

    @abstractmethod
    def add(self, moment: Moment) -> None:
        """Takes in a step."""

    @abstractmethod
    def tell(self) -> str:
        """What is remembered, for a prompt; empty if there is nothing yet."""

    def due(self) -> bool:
        """Should the model be asked to update it now? Default: it never is."""
        return False

    def update(self, request: Asker) -> Asking[None]:
        """Asks the model."""
        yield from ()


def told(moment: Moment, seat: int, others: int) -> str:
    """A step in words."""
    lines = [f"Step {moment.step}."]
    if moment.saw:
        lines.append("You saw: " + moment.saw.replace("\n", "\n    "))
    lines += [f"You said: {quoted(text)}" for text in moment.said]
    lines += [f"{capital(name_of(who, seat, others))} said: {quoted(text)}" for who, text in moment.heard]
    if moment.invalid:
        lines.append(f"Your reply could not be used; {moment.answer} was played for you.")
    elif moment.answer is not None:
        lines.append(f"You answered: {moment.answer}")
    if moment.acts:
        acts = "; ".join(f"{parties(act.actor, act.addressee, seat, others)}: {act.words}" for act in moment.acts)
        lines.append(f"What was done: {acts}.")
    if moment.paid is not None:
        lines.append(f"You were paid {moment.paid:g}{_scored(moment.score)}.")
    return "\n  ".join(lines)


def _scored(score: float | None) -> str:
    return "" if score is None else f"; the step counts as {score:g} for you"


def parties(actor: int, addressee: int | None, seat: int, others: int) -> str:
    """Who did it, and towards whom."""
    who = name_of(actor, seat, others)
    return who if addressee is None else f"{who} to {name_of(addressee, seat, others)}"
