"""Calls that go to a model: one event loop in a thread of its own, for as long as the process asks."""

import asyncio
import threading
import weakref
from collections.abc import Mapping
from typing import Any

from .backends import backend_for
from .backends.backend import AccessError, Backend
from .budget import Budget
from .calls import Reply, Request
from .ledger import Ledger
from .limits import Gate
from .prices import Prices
from .retries import Patience
from .scrub import check_sampling, without_values


class Lane:
    """Calls to one model at one address: who answers, how many at once, and once it is known why none can succeed."""

    def __init__(self, backend: Backend, most: int) -> None:
        self.backend = backend
        self.gate = Gate(most)
        self.denied: AccessError | None = None


class Live:
    """Asks models and keeps what comes in ``ledger``. For the other arguments see ``Exchange``."""

    def __init__(
        self,
        ledger: Ledger,
        own: Mapping[str, Backend],
        concurrency: int,
        budget_usd: float | None,
        prices: Prices,
        timeout: float,
        tries: int,
        backoff: float,
    ) -> None:
        self.ledger, self.own, self.concurrency, self.prices = ledger, own, concurrency, prices
        self.patience = Patience(timeout, tries, backoff)
        self.budget = Budget(budget_usd, ledger, prices)
        self.lanes: dict[Any, Lane] = {}
        self.flying: dict[str, asyncio.Task[Reply]] = {}
        self._lock = threading.Lock()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="comity-llm", daemon=True)
        self.thread.start()
        self.close = weakref.finalize(self, _stop, self.loop, self.thread, self.flying)

    def lane(self, request: Request) -> Lane:
        """The lane of a request. Raises ``SettingError`` where there can be none."""
        sampling = request.sampling
        which = request.model, sampling.get("api_base"), frozenset(sampling)
        with self._lock:
            if which not in self.lanes:
                check_sampling(sampling)
                self.lanes[which] = Lane(backend_for(request.model, self.own), self.concurrency)
            return self.lanes[which]

    async def ask(self, request: Request) -> Reply:
        """The reply to a request that the ledger does not know; of two that are the same, one is sent."""
        key = request.key()
        if key in self.flying:
            return (await self.flying[key])._replace(cached=True)
        task = self.flying[key] = asyncio.ensure_future(self._call(request))
        task.add_done_callback(lambda _: self.flying.pop(key, None))
        return await task

    async def _call(self, request: Request) -> Reply:
        lane = self.lane(request)
        async with self.budget.room_for(request):
            if lane.denied is not None:
                raise lane.denied
            try:
                reply = await self.patience.ask(lane.backend, lane.gate, request)
            except AccessError as error:
                lane.denied = error
                raise
            if request.model in self.prices.own:
                priced = self.prices.price(request.model, reply.prompt_tokens, reply.completion_tokens)
                reply = reply._replace(cost=priced)
            reply = reply._replace(text=without_values(reply.text))
            self.ledger.put(request, reply)
        return reply

    def cancel(self) -> None:
        """Lets go of all calls."""
        self.loop.call_soon_threadsafe(_cancel, self.flying)


def _cancel(flying: Mapping[str, asyncio.Task[Reply]]) -> None:
    for task in list(flying.values()):
        task.cancel()


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread, flying: Mapping[str, asyncio.Task[Reply]]) -> None:
    """Ends the thread and what is left in its loop, which is litellm's own."""
    asyncio.run_coroutine_threadsafe(_end(), loop).result(timeout=5.0)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(timeout=5.0)
    loop.close()


async def _end() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
