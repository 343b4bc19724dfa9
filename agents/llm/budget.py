"""What a study may cost at most."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...envs.settings import refuse
from .backends.scripted import prompt_tokens
from .calls import Request
from .ledger import Ledger
from .prices import Prices, tokens


class BudgetReached(Exception):
    """The next call might cost more than is left. Whatever was answered is kept."""


class Budget:
    """At most ``cap`` US dollars (None: no limit) for all calls in ``ledger``, of this run and those before.

    The largest price of a call (its prompt, and as long an answer as it may have) is held while it is in flight.
    Belongs to one event loop; other processes' calls count when they are done.
    """

    def __init__(self, cap: float | None, ledger: Ledger, prices: Prices) -> None:
        self.cap = cap
        self.ledger = ledger
        self.prices = prices
        self.held = 0.0
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def room_for(self, request: Request, rough: bool, listed: bool = True) -> AsyncIterator[None]:
        """Holds the price of a call, whose prompt is counted ``rough``ly where no model's own count is to be had; is it
        among those ``listed`` by litellm? Waits while what others hold is all that is in its way.

        Raises ``BudgetReached``; ``SettingError`` where the price is not known.
        """
        if self.cap is None:
            yield
            return
        price = self._largest(request, rough, listed)
        while (spent := self.ledger.spent()) + self.held + price > self.cap:
            if not self.held:
                raise BudgetReached(
                    f"llm.budget_usd = {self.cap:g} is reached: {spent:.4f} US$ are spent and the next call may cost"
                    f" {price:.4f}. Set it higher and run the same command again: whatever was answered is kept"
                )
            self._freed.clear()
            await self._freed.wait()
        self.held += price
        try:
            yield
        finally:
            self.held = max(self.held - price, 0.0)
            self._freed.set()

    def _largest(self, request: Request, rough: bool, listed: bool) -> float:
        model, sampling = request.model, request.sampling
        longest = sampling.get("max_tokens") or sampling.get("max_completion_tokens")
        if longest is None:
            raise refuse("llm.budget_usd", self.cap, "left out where no llm.max_tokens limits what an answer costs")
        asked = prompt_tokens(request.messages) if rough else tokens(model, request.messages)
        price = self.prices.price(model, asked, int(longest), listed)
        if price is None:
            raise refuse("llm.budget_usd", self.cap, f"left out while no price of {model} is known: see llm.prices")
        return price
