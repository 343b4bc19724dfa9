"""Calls that go to a model, in the thread of the calls (:mod:`.loop`)."""

import asyncio
import threading
from collections.abc import Mapping

from .backends import backend_for
from .backends.backend import Backend
from .backends.litellm_backend import Litellm
from .backends.openai_backend import Direct
from .budget import Budget
from .calls import Reply, Request
from .ledger import Ledger
from .prices import Prices
from .retries import Lane, Patience
from .scrub import check_sampling, without_values


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
        self.lanes: dict[tuple[str, str | None], Lane] = {}
        self.flying: dict[str, asyncio.Task[Reply]] = {}
        self._lock = threading.Lock()

    def lane(self, request: Request) -> Lane:
        """The lane of a request. Raises ``SettingError`` where there can be none."""
        check_sampling(request.sampling)
        which = request.model, request.sampling.get("api_base")
        if which not in self.lanes:
            with self._lock:
                if which not in self.lanes:
                    self.lanes[which] = Lane(backend_for(request, self.own), self.concurrency)
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
        rough, listed = not isinstance(lane.backend, Litellm), not isinstance(lane.backend, Direct)
        async with self.budget.room_for(request, rough, listed):
            reply = await self.patience.ask(lane, request)
            if request.model in self.prices.own:
                priced = self.prices.price(request.model, reply.prompt_tokens, reply.completion_tokens)
                reply = reply if priced is None else reply._replace(cost=priced)
            reply = reply._replace(text=without_values(reply.text))
            self.ledger.put(request, reply)
        return reply

    async def end(self) -> None:
        """Lets go of all calls."""
        tasks = list(self.flying.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
