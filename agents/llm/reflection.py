"""What an agent holds on reflection, apart from its passing impressions.

Every so many steps it is asked in private what it holds to be right here, and what it has learned about the others.
That stands until the next reflection; impressions pass with the memory (:mod:`.memory`). The two are told under
headings of their own, so that it can be seen which of them an answer follows.
"""

from typing import Annotated, NamedTuple

from ...envs.settings import Range
from .asking import ATTEMPTS, Asker, answered, texts_of, texts_schema
from .calls import REFLECTION, Asking

NAMES = ("values", "lessons")


class Reflecting(NamedTuple):
    """When an agent reflects, and at what length."""

    every: Annotated[int | None, Range(1, 10**6), "steps after which it reflects anew; none: never"] = None
    words: Annotated[int, Range(10, 1000), "of each of its two answers, at most"] = 80


class Reflection:
    """Of one agent in one world."""

    def __init__(self, how: Reflecting) -> None:
        self.how = how
        self.values = self.lessons = ""
        """What it holds to be right, and what it has learned about the others, in its own words; empty at first."""
        self.written = 0
        """The step after which it wrote them."""
        self.unusable = 0
        """How often it was asked, and nothing that it answered could be used: then the old stays."""
        self._asked = 0

    def due(self, step: int) -> bool:
        """Should it be asked, after ``step`` steps?"""
        return self.how.every is not None and step - self._asked >= self.how.every

    def update(self, request: Asker, step: int, memory: str = "") -> Asking[None]:
        """Asks it, after ``step`` steps, of which it remembers ``memory``."""
        self._asked = step
        parts = [part for part in (self.tell(), memory) if part]
        question = (
            "Before you go on, stop for a moment. What you write now is private: none of the others will read it. On"
            " reflection, and apart from the impression of the last step, what do you hold to be right for you to do"
            " here? And what have you learned about each of the others? Write at most"
            f' {self.how.words} words for each. Answer with a JSON object: {{"values": "...", "lessons": "..."}}'
        )
        answer = yield from answered(
            request,
            REFLECTION,
            "\n\n".join([*parts, question]),
            texts_schema(NAMES),
            lambda found: texts_of(found, NAMES, self.how.words),
            ATTEMPTS,
        )
        if answer.value is None:
            self.unusable += 1
            return
        self.values, self.lessons = answer.value
        self.written = step

    def tell(self) -> str:
        """Under a heading of its own; empty before the first reflection."""
        if not self.written:
            return ""
        return (
            f"What you hold on reflection, written by you after step {self.written}:\n"
            f"What you hold to be right here: {self.values}\n"
            f"What you have learned about the others: {self.lessons}"
        )
