"""A server on this machine that speaks OpenAI's chat protocol, for tests: it counts, waits, and fails as it is told.

Alone: ``python server.py [LATENCY [TEXT]]`` prints its port and serves until its input ends; each line of its input is
answered by a line with the peak and the mean of the requests in flight since the last one.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

USAGE = MappingProxyType({"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200})


class Fault(NamedTuple):
    """What a server does instead of answering well: an HTTP ``status`` with ``headers``; ``drop`` the connection; stay
    silent for ``hang`` seconds first; or send this ``body`` as it stands.
    """

    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    error: str = "injected"
    body: bytes | None = None
    drop: bool = False
    hang: float = 0.0


class Says(NamedTuple):
    """An answer with more than its text."""

    text: str | None
    finish_reason: str = "stop"
    refusal: str | None = None
    usage: Mapping[str, Any] | None = USAGE


class Server:
    """Set ``reply`` to a function of the request's body that returns a text, ``Says`` or ``Fault``; ``faults`` come
    first, one to a request. ``bodies`` and ``headers`` are what was asked, ``peak`` the most requests at once, ``mean``
    how many there were between the first's coming and the last's going.
    """

    def __init__(self, latency: float = 0.0) -> None:
        self.reply: Callable[[dict[str, Any]], str | Says | Fault] = lambda body: '{"move": "A"}'
        self.faults: list[str | Says | Fault] = []
        self.latency = latency
        self.model: str | None = None
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.flying = self.peak = 0
        self._seconds, self._first, self._last = 0.0, 0.0, 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def asked(self) -> int:
        """Requests so far."""
        return len(self.bodies)

    @property
    def address(self) -> str:
        """For ``api_base``."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def mean(self) -> float:
        """Requests in flight, on average."""
        return self._seconds / (self._last - self._first) if self._first else 0.0

    def forget(self) -> None:
        """Counts what is in flight anew."""
        self.peak, self._seconds, self._first = self.flying, 0.0, 0.0

    def __enter__(self) -> "Server":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 24, backlog=512)

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))))
                self.bodies.append(body)
                self.headers.append(headers)
                self._fly(1)
                try:
                    answer = await self._answer(body)
                finally:
                    self._fly(-1)
                if answer is None:
                    writer.transport.abort()
                    return
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # it hung up, or the server stops
        finally:
            writer.close()

    def _fly(self, more: int) -> None:
        now = time.perf_counter()
        if self._first:
            self._seconds += self.flying * (now - self._last)
        else:
            self._first = now
        self._last = now
        self.flying += more
        self.peak = max(self.peak, self.flying)

    async def _answer(self, body: dict[str, Any]) -> bytes | None:
        told = self.faults.pop(0) if self.faults else self.reply(body)
        await asyncio.sleep(self.latency)
        if not isinstance(told, Fault):
            return _sent(200, {}, json.dumps(self._said(body, Says(told) if isinstance(told, str) else told)).encode())
        await asyncio.sleep(told.hang)
        if told.drop:
            return None
        error = {"error": {"message": told.error, "type": "injected", "code": None}}
        return _sent(told.status, told.headers, json.dumps(error).encode() if told.body is None else told.body)

    def _said(self, body: dict[str, Any], says: Says) -> dict[str, Any]:
        message = {"role": "assistant", "content": says.text, "refusal": says.refusal}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": self.model or body["model"],
            "choices": [{"index": 0, "finish_reason": says.finish_reason, "message": message}],
            **({} if says.usage is None else {"usage": dict(says.usage)}),
        }


def _sent(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} Told", "content-type: application/json", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


if __name__ == "__main__":
    with Server(float(sys.argv[1]) if sys.argv[1:] else 0.0) as server:
        if sys.argv[2:]:
            server.reply = lambda body: sys.argv[2]
        print(server.port, flush=True)
        for _ in sys.stdin:
            print(server.peak, server.mean, flush=True)
            server.forget()
