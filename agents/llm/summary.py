"""A memory that the model writes itself: every so many steps a summary takes the place of all that it was told of."""

from collections import deque

from .asking import ATTEMPTS, Asker, answered, texts_of, texts_schema
from .calls import SUMMARY, Asking
from .memory import Memory, Moment, Remembering, told

NAMES = ("summary",)


class Summary(Memory):
    """The running summary, and the steps since it was written.

    Where no answer can be used the old summary stays, and so do the steps, up to twice as many as it is due after.
    """

    def __init__(self, seat: int, others: int, how: Remembering) -> None:
        super().__init__(seat, others, how)
        self._told: deque[str] = deque(maxlen=2 * how.steps)
        self._text = ""
        self._since = self._step = self._written = 0

    def add(self, moment: Moment) -> None:
        """As it is, until it is summed up."""
        self._told.append(told(moment, self.seat, self.others))
        self._since += 1
        self._step = moment.step

    def tell(self) -> str:
        """The summary, then what came after it."""
        parts = [f"Your summary of what happened up to step {self._written}:", self._text] if self._text else []
        return "\n".join([*parts, *(["What you remember:", *self._told] if self._told else [])])

    def due(self) -> bool:
        """Every so many steps."""
        return self._since >= self.how.steps

    def update(self, request: Asker) -> Asking[None]:
        """Asks for a new summary."""
        self._since = 0
        text = (
            f"{self.tell()}\n\nWrite a summary of this for yourself: it takes the place of all that stands above, and"
            f" none of the others will read it. It has at most {self.how.words} words. Answer with a JSON object:"
            ' {"summary": "..."}'
        )
        answer = yield from answered(
            request, SUMMARY, text, texts_schema(NAMES), lambda found: texts_of(found, NAMES, self.how.words), ATTEMPTS
        )
        if answer.value is None:
            self.unusable += 1
            return
        (self._text,) = answer.value
        self._written = self._step
        self._told.clear()
