"""How many calls may be in flight at once: as many as allowed, fewer while a server is overloaded.

Additive increase, multiplicative decrease (Chiu & Jain 1989, Computer Networks and ISDN Systems 17(1)).
"""

import asyncio
from collections import deque
from types import TracebackType


class Limit:
    """The number of calls that may be in flight: from 1 to ``most``.

    Halved when a call is told of overload, but once for all the calls that had begun before (they tell of the same
    overload); one more after as many successes as it allows.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.level = float(most)
        self.cuts = 0

    @property
    def allowed(self) -> int:
        """Calls that may be in flight."""
        return int(self.level)

    def succeeded(self) -> None:
        """A call was answered."""
        self.level = min(self.level + 1 / self.level, float(self.most))

    def overloaded(self, begun: int) -> None:
        """A call that began when ``cuts`` was ``begun`` was told of overload."""
        if begun == self.cuts:
            self.level = max(self.level / 2, 1.0)
            self.cuts += 1


class Gate:
    """Lets calls to one server through, first come first served, within its limit. Belongs to one event loop."""

    def __init__(self, most: int) -> None:
        self.limit = Limit(most)
        self.flying = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed_until = 0.0

    async def __aenter__(self) -> int:
        """Waits for a place; what it gives is for ``Limit.overloaded``."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()  # it had its place already
            raise
        return self.limit.cuts

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def close_for(self, seconds: float) -> None:
        """Lets nobody through for some time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        if until > self._closed_until:
            self._closed_until = until
            loop.call_at(until, self._admit)

    def _leave(self) -> None:
        self.flying -= 1
        self._admit()

    def _admit(self) -> None:
        if asyncio.get_running_loop().time() < self._closed_until:
            return
        while self._waiting and self.flying < self.limit.allowed:
            turn = self._waiting.popleft()
            if not turn.done():
                self.flying += 1
                turn.set_result(None)
