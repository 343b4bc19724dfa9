"""Asking until there is an answer: which failures are tried again, when, and what becomes of the others."""

import asyncio
import time
from typing import TYPE_CHECKING

from .backends.backend import AccessError, Backend, Unanswered
from .calls import FAILED, Reply, Request
from .limits import Gate
from .scrub import scrub

if TYPE_CHECKING:
    from tenacity import RetryCallState

LONGEST_WAIT = 60.0
"""Seconds between two tries, whatever a server asks for."""


class Lane:
    """Calls to one model at one address: who answers, how many at once, and once it is known why none can succeed."""

    def __init__(self, backend: Backend, most: int) -> None:
        self.backend = backend
        self.gate = Gate(most)
        self.denied: AccessError | None = None


class Patience:
    """How long one try is waited for, how many there are, and how long after the first failure the second comes: up to
    ``backoff``, drawn by chance, then up to twice as much, and so on. All in seconds.
    """

    def __init__(self, timeout: float, tries: int, backoff: float) -> None:
        from tenacity import retry_if_exception, stop_after_attempt, wait_random_exponential

        self.timeout = timeout
        self.stop = stop_after_attempt(tries)
        self.retry = retry_if_exception(lambda error: isinstance(error, Unanswered) and error.again)
        self.growing = wait_random_exponential(multiplier=backoff, max=LONGEST_WAIT)

    def wait(self, state: "RetryCallState") -> float:
        """Seconds until the next try: those that the server asked for, and some by chance."""
        error = state.outcome.exception() if state.outcome is not None else None
        asked = min(getattr(error, "wait", None) or 0.0, LONGEST_WAIT)
        return asked + self.growing(state)

    async def ask(self, lane: Lane, request: Request) -> Reply:
        """The reply, with the cost of the try that was answered; after the last try one that says why there is none.

        Raises what else the backend raises.
        """
        from tenacity import AsyncRetrying

        retrying = AsyncRetrying(stop=self.stop, retry=self.retry, wait=self.wait, reraise=True)
        failures: list[Unanswered] = []
        try:
            reply = await retrying(self._once, lane, request, failures)
        except Unanswered as error:
            reply = Reply("", FAILED, scrub(error), cost=None if any(one.billed for one in failures) else 0.0)
        return reply._replace(tries=retrying.statistics["attempt_number"])

    async def _once(self, lane: Lane, request: Request, failures: list[Unanswered]) -> Reply:
        """One try, in its turn, added to ``failures`` if it is one. The place is given back before any wait."""
        async with lane.gate as begun:
            if lane.denied is not None:
                raise lane.denied
            start = time.perf_counter()
            try:
                async with asyncio.timeout(self.timeout):
                    reply = await lane.backend.answer(request)
            except TimeoutError:
                failures.append(Unanswered(f"no answer within {self.timeout:g} s", True, billed=True))
                raise failures[-1] from None
            except AccessError as error:
                lane.denied = error
                raise
            except Unanswered as error:
                failures.append(error)
                if error.overload:
                    lane.gate.limit.overloaded(begun)
                if error.wait:
                    lane.gate.close_for(min(error.wait, LONGEST_WAIT))
                raise
            lane.gate.limit.succeeded()
            return reply._replace(latency=time.perf_counter() - start)
