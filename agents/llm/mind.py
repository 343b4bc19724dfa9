"""What one language model is told and asked in one world: prompts out, answers in, and all of it counted.

Everything that asks is a generator (:mod:`.calls`); an :class:`Asker` turns a text into a request.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from ...envs.faces.talk import Said
from ...envs.neutral import Neutral
from . import prompt
from .calls import ASSISTANT, FAILED, MESSAGE, MOVE, OK, SYSTEM, USER, Asking, Message, Place, Request
from .comprehension import ask
from .facts import Question
from .memory import Memory, Moment
from .reflection import Reflection
from .reply import Answer, Forecast, Meaning, Unusable, message_schema, move_schema, read_message, read_move
from .settings import Params
from .simplest import answer_to
from .strategies import Advice, Writing, write
from .tally import Tally
from .words import name_of

QUOTED = 2000
"""Characters of an answer that are quoted back where it could not be used."""
SEED_BITS = 0x7FFFFFFF

T = TypeVar("T")


class Now(NamedTuple):
    """What a decision is about: the ``view`` in words, the JSON ``schema`` of the move and what an answer means, those
    of a forecast where one is asked for, what was ``heard`` from others and ``said`` by the seat itself, and ``advice``
    of its stance. ``hint`` is what a scripted model answers.
    """

    turn: int
    view: str
    schema: Mapping[str, Any]
    move_of: Meaning
    heard: Sequence[Said] = ()
    said: Sequence[Said] = ()
    advice: str = ""
    forecast: Mapping[str, Any] | None = None
    forecast_of: Meaning | None = None
    hint: str | None = None


class _Found(NamedTuple, Generic[T]):
    """What came of asking: the ``result``, None where nothing could be used; was it there ``at_once``?"""

    result: T | None
    at_once: bool


class Mind:
    """One model in one seat of one world.

    ``system`` is what it is told once; ``labels`` stand in the place of the game's words for moves, None: these do.
    """

    def __init__(
        self,
        params: Params,
        seed: int,
        seat: int,
        others: int,
        system: str,
        paraphrase: int,
        labels: Neutral | None,
        memory: Memory,
        reflection: Reflection,
        stages: bool,
    ) -> None:
        self.params, self.seed, self.seat, self.others = params, seed, seat, others
        self.system = Message(SYSTEM, system)
        self.paraphrase, self._labels = paraphrase, labels
        self.memory, self.reflection = memory, reflection
        self.tally = Tally(stages)
        self._steps = 0
        self.hinted = False
        """Is it said with each call what a scripted model would answer?"""
        self.score = ""
        """The line that tells the score, where it is shown."""
        self._sampling = _sampling(params)

    @property
    def prompt_hash(self) -> str:
        """16 hexadecimal digits of what it is told once."""
        return hashlib.blake2b(self.system.content.encode(), digest_size=8).hexdigest()

    # -- labels of moves ---------------------------------------------------------------------------------------------

    def words(self, text: str) -> str:
        """A text of the game's, as it is told."""
        return text if self._labels is None else self._labels.text(text)

    def labelled(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema of a move, as it is told."""
        return schema if self._labels is None else self._labels.schema(schema)

    def named(self, told: Any) -> Any:
        """What an answer is in the game's own words."""
        return told if self._labels is None else self._labels.answer(told)

    def meaning(self, move_of: Meaning) -> Meaning:
        """``move_of`` for answers as they are told; what it says of one that means nothing is told so, too."""

        def meant(told: Any) -> float:
            try:
                return move_of(self.named(told))
            except ValueError as error:
                raise ValueError(self.words(str(error))) from None

        return meant

    def label(self, own: Any) -> Any:
        """An answer in the game's own words, as it is told."""
        return own if self._labels is None else self._labels.label(own)

    # -- asking ------------------------------------------------------------------------------------------------------

    def _request(
        self,
        purpose: str,
        messages: Sequence[Message],
        schema: Mapping[str, Any] | None,
        place: Place,
        hint: str | None = None,
    ) -> Request:
        digest = hashlib.blake2b(f"{purpose}{place}".encode(), digest_size=4).digest()
        sampling = {**self._sampling, "seed": int.from_bytes(digest, "big") & SEED_BITS}
        told = (self.system, *messages)
        return Request(self.params.model, told, sampling, schema, purpose, place, hint)

    def asker(self, turn: int, hint: str | None = None) -> Callable[..., Request]:
        """``request(purpose, text, schema, attempt=0)``: for those who ask aside of the decisions."""

        def request(purpose: str, text: str, schema: Mapping[str, Any] | None, attempt: int = 0) -> Request:
            place = Place(self.seed, self.seat, turn, 0, attempt)
            answer = answer_to(schema) if hint is None and self.hinted else hint
            return self._request(purpose, [Message(USER, text)], schema, place, answer)

        return request

    def decide(self, now: Now) -> Asking[Answer | None]:
        """The answer that can be used, None where there is none after all that it was asked again."""
        yield from self._keep_up(now.turn)
        self.tally.sums["asked"] += 1
        schema = move_schema(now.schema, self.params.reasoning, now.forecast)
        ask_for = self._asked_for_move(now)
        found = yield from self._ask(
            MOVE, self._told(now, ask_for), schema, Place(self.seed, self.seat, now.turn), now.hint,
            lambda text: read_move(text, now.move_of, now.forecast_of),
        )  # fmt: skip
        self.tally.sums["first_try_invalid"] += not found.at_once
        self.tally.sums["invalid"] += found.result is None
        return found.result

    def _asked_for_move(self, now: Now) -> str:
        """The end of the prompt: what to answer, and in which form."""
        keys = ["reasoning"] * self.params.reasoning + ["forecast"] * (now.forecast is not None) + ["move"]
        lines = [prompt.how_to_answer(keys, self.paraphrase), prompt.asked_for_move(now.schema, self.paraphrase)]
        if now.forecast is not None:
            other = name_of((self.seat + 1) % (1 + self.others), self.seat, self.others)
            lines.insert(1, prompt.whose_forecast(other, self.paraphrase))
        return "\n".join(lines)

    def speak(self, now: Now, number: int, last: bool) -> Asking[str]:
        """The message of a round of talk; silence where the answer cannot be used."""
        if number == 0:
            yield from self._keep_up(now.turn)
        ask_for = prompt.asked_for_message(last, self.paraphrase)
        place = Place(self.seed, self.seat, now.turn, 1 + number)
        schema = message_schema(reasoning=False)
        found = yield from self._ask(MESSAGE, self._told(now, ask_for), schema, place, now.hint, read_message)
        self.tally.sums["messages"] += 1
        self.tally.sums["messages_lost"] += found.result is None
        return found.result or ""

    def _ask(
        self,
        purpose: str,
        text: str,
        schema: Mapping[str, Any],
        place: Place,
        hint: str | None,
        read: Callable[[str], T],
    ) -> "Asking[_Found[T]]":
        """Asks, and after an answer that ``read`` cannot use again, with the reason."""
        messages = [Message(USER, text)]
        for attempt in range(1 + self.params.re_ask):
            reply = yield self._request(purpose, messages, schema, place._replace(attempt=attempt), hint)
            self.tally.count(reply)
            if reply.status == FAILED:
                break
            try:
                return _Found(read(reply.text if reply.status == OK else ""), attempt == 0)
            except Unusable as error:
                given = reply.text[:QUOTED] or "(no answer)"
                again = prompt.asked_again(str(error), self.paraphrase)
                messages += [Message(ASSISTANT, given), Message(USER, again)]
        return _Found(None, False)

    def answer(self, questions: Sequence[Question], hint: str | None = None) -> Asking[None]:
        """The comprehension questions, before play."""
        score = yield from self._counted(ask(self.asker(-1, hint), questions))
        self.tally.comprehension = score.share

    def strategy(self, advice: Sequence[Advice], words: int, hint: str | None = None) -> Asking[str]:
        """The strategy that it writes down before play, of at most so many ``words``; empty where no answer can be
        used.
        """
        how = Writing(words, self.params.reasoning, 1 + self.params.re_ask)
        return (yield from self._counted(write(self.asker(-1, hint), advice, how, self.paraphrase)))

    def _counted(self, asking: Asking[Any]) -> Asking[Any]:
        """Somebody else's asking, whose calls are counted here."""
        try:
            request = next(asking)
            while True:
                reply = yield request
                self.tally.count(reply)
                request = asking.send(reply)
        except StopIteration as ended:
            return ended.value

    def _keep_up(self, turn: int) -> Asking[None]:
        """Summaries and reflections that are due."""
        if self.memory.due():
            yield from self._counted(self.memory.update(self.asker(turn)))
        if self.reflection.due(self._steps):
            yield from self._counted(self.reflection.update(self.asker(turn), self._steps, self.memory.tell()))

    def _told(self, now: Now, ask_for: str) -> str:
        """What stands before a decision."""
        spoken = prompt.heard(now.heard, now.said, self.seat, self.others)
        known = (self.reflection.tell(), self.memory.tell(), self.score)
        parts = (*known, self.words(now.view), now.advice, spoken, ask_for)
        return "\n\n".join(part for part in parts if part)

    # -- remembering -------------------------------------------------------------------------------------------------

    def remember(self, moment: Moment) -> None:
        """A step that is over."""
        self.memory.add(moment)
        self._steps = moment.step

    def told(self) -> dict[str, float]:
        """What was counted, by name."""
        lost = {"summaries_lost": self.memory.unusable, "reflections_lost": self.reflection.unusable}
        return {**self.tally.told(), **lost}

    def foretold(self, forecast: Forecast, act: float) -> None:
        """A forecast, and what the other did."""
        self.tally.sums["forecasts"] += 1
        self.tally.sums["brier_sum"] += (forecast.probability - float(act == forecast.move)) ** 2


def _sampling(params: Params) -> dict[str, Any]:
    """What decides an answer beside the prompt; what is left to the provider is not sent."""
    named = {name: getattr(params, name) for name in ("temperature", "top_p", "max_tokens", "api_base")}
    return {name: value for name, value in named.items() if value is not None}
