"""Where questions to models meet their answers: from the ledger where it has them, else from the model.

Whoever asks is a generator (:data:`.calls.Asking`). It is driven on at once as long as the ledger knows the replies,
and in the thread of the calls (:mod:`.loop`) from the first that it does not know.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, NamedTuple, Self, TypeVar

from ...envs.settings import Choice, SettingError, number_of, refuse
from .backends.backend import Backend
from .calls import FAILED, REFUSED, Asking, Reply, Request
from .ledger import Ledger
from .live import Live
from .loop import submit
from .prices import Prices

T = TypeVar("T")
ANSWERS = Choice("live", "replay")


class NotRecorded(SettingError):
    """A replay came to a call that the ledger does not have."""


class Tallies(NamedTuple):
    """Of one run: ``live`` calls that went to a model, of which some were ``refused`` and some ``failed``; ``cached``
    ones answered by the ledger; tokens, US dollars (those known) and calls of ``unknown_cost`` of the live ones.
    """

    live: int = 0
    cached: int = 0
    refused: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0
    unknown_cost: int = 0


class Pending(Generic[T]):
    """What an asking comes to, now or later."""

    __slots__ = ("_error", "_exchange", "_future", "_value")

    def __init__(
        self,
        exchange: "Exchange",
        value: Any = None,
        error: Exception | None = None,
        future: "Future[T] | None" = None,
    ) -> None:
        self._exchange, self._value, self._error, self._future = exchange, value, error, future

    def result(self) -> T:
        """Waits for it, and raises what the asking raised. Interrupted, it cancels all that is in flight."""
        if self._error is not None:
            raise self._error
        if self._future is None:
            return self._value
        self.wait()
        return self._future.result()

    def wait(self) -> None:
        """Waits for it. Interrupted, it lets go of all that is in flight."""
        try:
            if self._future is not None:
                wait([self._future])
        except KeyboardInterrupt:
            self._exchange.cancel()
            raise


class Exchange:
    """Answers from ``ledger`` (None: a new one in memory), and ``live`` from models where it has none.

    ``concurrency``: most calls in flight to one model at one address; ``budget_usd``: most that all calls of the ledger
    may cost; ``timeout`` in seconds of one try, of which there are at most ``tries``, the second up to ``backoff``
    seconds after the first; ``backends`` by the beginning of a model's name, before the built-in ones.

    Raises ``SettingError`` for a wrong one of these.
    """

    def __init__(
        self,
        ledger: Ledger | None = None,
        answers: str = "live",
        concurrency: int = 16,
        budget_usd: float | None = None,
        prices: Prices | None = None,
        timeout: float = 60.0,
        tries: int = 6,
        backends: Mapping[str, Backend] | None = None,
        backoff: float = 1.0,
    ) -> None:
        if answers not in ANSWERS:
            raise refuse("llm.answers", answers, ANSWERS)
        if budget_usd is not None and not budget_usd >= 0:
            raise refuse("llm.budget_usd", budget_usd, "a number >= 0")
        for name, value in (("llm.timeout", timeout), ("llm.backoff", backoff)):
            if not value > 0:
                raise refuse(name, value, "a number > 0")
        concurrency, tries = number_of("llm.concurrency", concurrency), number_of("llm.tries", tries)
        self.ledger = Ledger() if ledger is None else ledger
        self.replays = answers == "replay"
        self.hinted = False
        """Is said with each call what a scripted model would answer, whichever model is asked?"""
        self._make = partial(
            Live,
            self.ledger,
            dict(backends or {}),
            concurrency,
            budget_usd,
            prices or Prices(),
            timeout,
            tries,
            backoff,
        )
        self._live: Live | None = None
        self._driven: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._counts: dict[str, Any] = Tallies()._asdict()

    @property
    def tallies(self) -> Tallies:
        """So far."""
        with self._lock:
            return Tallies(**self._counts)

    def start(self, asking: Asking[T]) -> Pending[T]:
        """Begins to drive ``asking``; it is done already where the ledger knows every reply."""
        try:
            request = next(asking)
            while (reply := self._known(request)) is not None:
                request = asking.send(reply)
            live = self._begun()
            live.lane(request)  # here, since it may be that litellm must be imported
        except StopIteration as end:
            return Pending(self, end.value)
        except Exception as error:
            return Pending(self, error=error)
        future = submit(self._drive(asking, request, live))
        self._driven.add(future)
        future.add_done_callback(self._driven.discard)
        return Pending(self, future=future)

    def run(self, askings: Sequence[Asking[T]]) -> list[T]:
        """Drives all at once and waits for all, then raises the first error if there was one."""
        started = [self.start(asking) for asking in askings]
        for pending in started:
            pending.wait()
        return [pending.result() for pending in started]

    def cancel(self) -> None:
        """Lets go of all that is in flight. What came is kept."""
        for future in list(self._driven):
            future.cancel()

    def close(self) -> None:
        """Lets go of all that is in flight, and closes the ledger."""
        self.cancel()
        if self._live is not None:
            submit(self._live.end()).result()
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _known(self, request: Request) -> Reply | None:
        """The reply without asking anybody. A replay has those that failed, too, and no others."""
        reply = self.ledger.recorded(request.key()) if self.replays else self.ledger.get(request.key())
        if reply is not None:
            self._count(reply)
        elif self.replays:
            place = request.place
            raise NotRecorded(
                f"{self.ledger.name} has no {request.purpose} of {request.model} for seed {place.seed},"
                f" seat {place.seat}, step {place.step} (round {place.round}, attempt {place.attempt}): it was recorded"
                " under other settings, or not to its end. llm.answers=live asks models"
            )
        return reply

    async def _drive(self, asking: Asking[T], request: Request, live: Live) -> T:
        """Goes on with an asking in the thread of the calls."""
        try:
            while True:
                reply = self._known(request)
                if reply is None:
                    reply = await live.ask(request)
                    self._count(reply)
                request = asking.send(reply)
        except StopIteration as end:
            return end.value
        finally:
            asking.close()

    def _begun(self) -> Live:
        with self._lock:
            if self._live is None:
                self._live = self._make()
            return self._live

    def _count(self, reply: Reply) -> None:
        with self._lock:
            counts = self._counts
            if reply.cached:
                counts["cached"] += 1
                return
            counts["live"] += 1
            counts["refused"] += reply.status == REFUSED
            counts["failed"] += reply.status == FAILED
            counts["prompt_tokens"] += reply.prompt_tokens or 0
            counts["completion_tokens"] += reply.completion_tokens or 0
            counts["usd"] += reply.cost or 0.0
            counts["unknown_cost"] += reply.cost is None


_current: Exchange | None = None


def exchange() -> Exchange:
    """The one in use in this process: that of :func:`using`, or one that is live and keeps its ledger in memory."""
    global _current
    if _current is None:
        _current = Exchange()
    return _current


@contextmanager
def using(chosen: Exchange) -> Iterator[Exchange]:
    """Makes ``chosen`` the one in use."""
    global _current
    before, _current = _current, chosen
    try:
        yield chosen
    finally:
        _current = before
