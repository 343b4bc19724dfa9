"""What calls to language models cost us beside the models' own time: a server on this machine answers at once, or after
50 ms; the same calls are made bare, by litellm alone, in the same run.

    uv run python benchmarks/llm.py [--calls 320] [--times 3]

Overhead is processor time of this process (the server is another one), so that others at work here do not count; the
least of several rounds counts, bare and ours by turns. Calls per second are by the clock.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from comity.agents.llm.backends.litellm_backend import imported
from comity.agents.llm.calls import MOVE, Asking, Message, Place, Reply, Request
from comity.agents.llm.exchange import Exchange
from comity.agents.llm.ledger import Ledger

TESTS = Path(__file__).parents[1] / "tests" / "agents" / "llm"
MODEL = "openai/some-model"
LATENCY = 0.05
RULES = "You sit in seat 1 of a game for two, played 20 times. " * 60
"""Some 3,000 characters, as a brief may have."""
LIMITS = (16, 32)


def request_of(seed: int, step: int, address: str = "") -> Request:
    """One request of a study."""
    sampling = {"temperature": 1.0, "max_tokens": 800, "seed": seed, **({"api_base": address} if address else {})}
    prompt = Message("system", RULES), Message("user", f"World {seed}, step {step}. " * 20)
    return Request(MODEL, prompt, sampling, {"type": "object"}, MOVE, Place(seed, 1, step))


def asking(request: Request) -> Asking[Reply]:
    """Asks once."""
    return (yield request)


class Server:
    """A server in a process of its own, which answers after ``latency`` seconds."""

    def __init__(self, latency: float) -> None:
        command = [sys.executable, str(TESTS / "server.py"), str(latency)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = f"http://127.0.0.1:{self.process.stdout.readline().strip()}/v1"

    def __enter__(self) -> str:
        return self.address

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def bare(requests: list[Request], limit: int) -> None:
    """The same calls by litellm alone."""
    litellm = imported(MODEL)

    async def one(request: Request, places: asyncio.Semaphore) -> None:
        async with places:
            await litellm.acompletion(
                model=request.model,
                messages=[message._asdict() for message in request.messages],
                response_format={"type": "json_object"},
                api_key="none",
                num_retries=0,
                max_retries=0,
                **request.sampling,
            )

    async def all_of_them() -> None:
        places = asyncio.Semaphore(limit)
        await asyncio.gather(*(one(request, places) for request in requests))

    LOOP.run_until_complete(all_of_them())


LOOP = asyncio.new_event_loop()
"""One loop for all that is bare, as there is one for ours."""


def took(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def live(calls: int, times: int, latency: float, limit: int, directory: str) -> list[tuple[float, float]]:
    """Least seconds, by the clock and of the processor, of so many calls made bare and made by us."""
    rounds: list[list[tuple[float, float]]] = []
    with Server(latency) as address, Exchange(Ledger(f"{directory}/{latency}-{limit}"), concurrency=limit) as exchange:
        for k in range(times + 1):
            requests = [request_of(k * calls + n, 0, address) for n in range(calls)]
            rounds.append([
                took(lambda requests=requests: bare(requests, limit)),
                took(lambda requests=requests: exchange.run([asking(request) for request in requests])),
            ])  # fmt: skip
    return [tuple(min(column) for column in zip(*which, strict=True)) for which in zip(*rounds[1:], strict=True)]  # pyright: ignore


def plain(calls: int, times: int, limit: int) -> float:
    """Least seconds by the clock of so many calls made by us and a backend that does next to nothing."""
    sys.path.append(str(TESTS))
    from plain import Plain  # pyright: ignore

    with Server(LATENCY) as address:
        backend = Plain(int(address.split(":")[2].split("/")[0]))
        with Exchange(concurrency=limit, backends={MODEL: backend}) as exchange:
            rounds = [[asking(request_of(k * calls + n, 0)) for n in range(calls)] for k in range(times + 1)]
            return min([took(lambda askings=askings: exchange.run(askings))[0] for askings in rounds][1:])


def kept(calls: int, directory: str) -> dict[str, float]:
    """Microseconds of a put, of a get, and of a request replayed."""
    requests = [request_of(n, 0) for n in range(calls)]
    path = f"{directory}/kept"
    ledger = Ledger(path)
    reply = Reply('{"move": "A"}', model="some-model", prompt_tokens=800, completion_tokens=9, cost=0.001)
    keys = [request.key() for request in requests]
    _, put = took(lambda: [ledger.put(request, reply) for request in requests])
    _, get = took(lambda: [ledger.get(key) for key in keys])
    ledger.close()
    with Exchange(Ledger(path, read_only=True), "replay") as exchange:
        _, replayed = took(lambda: exchange.run([asking(request) for request in requests]))
    return {name: 1e6 * seconds / calls for name, seconds in (("put", put), ("get", get), ("replay", replayed))}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=320)
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    table = Table(title=f"{args.calls} calls, the least of {args.times} rounds", title_justify="left")
    for column in ("what", "litellm alone", "ours", "ours without litellm"):
        table.add_column(column)
    with tempfile.TemporaryDirectory() as directory:
        (_, alone), (_, ours) = live(args.calls, args.times, 0.0, 1, directory)
        per_call = [1e3 * seconds / args.calls for seconds in (alone, ours)]
        table.add_row("processor ms a call, one at a time", *(f"{one:.2f}" for one in per_call))
        table.add_row("  overhead of ours, ms", "", f"{per_call[1] - per_call[0]:.2f}")
        for limit in LIMITS:
            pair = live(args.calls, args.times, LATENCY, limit, directory)
            clocks = [*(clock for clock, _ in pair), plain(args.calls, args.times, limit)]
            rates = [args.calls / clock for clock in clocks]
            told = (f"{rate:.0f} ({rate * LATENCY / limit:.0%})" for rate in rates)
            table.add_row(f"calls/s at 50 ms, limit {limit} (share of {limit / LATENCY:.0f})", *told)
        spent = kept(10 * args.calls, directory)
    table.add_row("ledger: put, processor µs", "", f"{spent['put']:.0f}")
    table.add_row("ledger: get, processor µs", "", f"{spent['get']:.0f}")
    table.add_row("replay, requests a second of the processor", "", f"{1e6 / spent['replay']:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
