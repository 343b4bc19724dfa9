"""A memory that counts: who did what towards whom, over the whole episode, without asking a model."""

from ...envs.acts import Act
from .memory import Memory, Moment, Remembering, capital, parties


class _Count:
    """Of one kind of act of one towards another."""

    __slots__ = ("high", "low", "number", "total")

    def __init__(self) -> None:
        self.number, self.total, self.low, self.high = 0, 0.0, float("inf"), float("-inf")

    def told(self, terms: str) -> str:
        """How often, and how much."""
        often = times(self.number)
        if self.low > self.high:  # it has no amount
            return often
        unit = terms and f" {terms}"
        return f"{often}, {self.total:g}{unit} in all, each from {self.low:g} to {self.high:g}"


class _Pair:
    """What one was seen to do towards another: ``kinds`` of acts, and the ``last``. ``line`` tells it, empty where it
    must be written anew.
    """

    __slots__ = ("kinds", "last", "line", "who")

    def __init__(self, who: str, act: Act) -> None:
        self.who, self.last, self.line = who, act, ""
        self.kinds: dict[str, _Count] = {}

    def add(self, act: Act) -> None:
        count = self.kinds.get(act.what)
        if count is None:
            count = self.kinds[act.what] = _Count()
        count.number += 1
        amount = act.amount
        if amount is not None:
            count.total += amount
            if amount < count.low:
                count.low = amount
            if amount > count.high:
                count.high = amount
        self.last, self.line = act, ""

    def told(self) -> str:
        if not self.line:
            counts = ", ".join([f"{what} ({count.told(self.last.terms)})" for what, count in self.kinds.items()])
            self.line = f"{self.who}: {counts}; last: {self.last.words}."
        return self.line


class Ledger(Memory):
    """How often who did what towards whom, how much of it in all, and what came last; and what one was paid."""

    def __init__(self, seat: int, others: int, how: Remembering) -> None:
        super().__init__(seat, others, how)
        self._pairs: dict[tuple[int, int | None], _Pair] = {}
        self._steps = self._paid_steps = self._invalid = 0
        self._paid = self._score = 0.0
        self._last: Moment | None = None

    def add(self, moment: Moment) -> None:
        """Counts its acts."""
        self._steps += 1
        self._invalid += moment.invalid
        if moment.paid is not None:
            self._paid_steps += 1
            self._paid += moment.paid
            self._score += moment.score or 0.0
            self._last = moment
        for act in moment.acts:
            actor, addressee = act.actor, act.addressee
            pair = self._pairs.get((actor, addressee))
            if pair is None:
                who = capital(parties(actor, addressee, self.seat, self.others))
                pair = self._pairs[actor, addressee] = _Pair(who, act)
            pair.add(act)

    def tell(self) -> str:
        """A line for each pair that was seen to act, then what was paid."""
        if not self._steps:
            return ""
        told = [pair.told() for pair in self._pairs.values()]
        lines = ["What was done so far, as far as you saw it:", *told] if told else []
        if self._last is not None:
            lines.append(self._told_pay(self._last))
        if self._invalid:
            lines.append(
                f"Your reply could not be used {times(self._invalid)}; then another answer was played for you."
            )
        return "\n".join(lines)

    def _told_pay(self, last: Moment) -> str:
        counts = "" if last.score is None else f", which counts as {self._score:g} for you"
        steps = "1 step" if self._paid_steps == 1 else f"{self._paid_steps} steps"
        return f"In {steps} you were paid {self._paid:g} in all{counts}; last: {last.paid:g}."


def times(number: int) -> str:
    """How often.

    >>> times(1), times(3)
    ('once', '3 times')
    """
    return "once" if number == 1 else f"{number} times"
