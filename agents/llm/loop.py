"""The event loop that carries all calls of a process, in a thread of its own.

There is one, as long as the process lives: litellm keeps connections and tasks by loop, and complains when it changes.
"""

import asyncio
import atexit
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE = 5.0
"""Seconds that the end of the process waits for what is in flight to let go."""

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_closing: list[Callable[[], Awaitable[object]]] = []


def submit(work: Coroutine[Any, Any, T]) -> "Future[T]":
    """Runs ``work`` there."""
    global _loop
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            thread = threading.Thread(target=_loop.run_forever, name="comity-llm", daemon=True)
            thread.start()
            atexit.register(_stop, _loop, thread)
    return asyncio.run_coroutine_threadsafe(work, _loop)


def at_end(close: Callable[[], Awaitable[object]]) -> None:
    """Has ``close`` called there when the process ends."""
    _closing.append(close)


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """Ends the thread, and what is left in its loop, which is litellm's own."""
    with suppress(TimeoutError):
        asyncio.run_coroutine_threadsafe(_end(), loop).result(PATIENCE)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE)


async def _end() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(close() for close in _closing), return_exceptions=True)
