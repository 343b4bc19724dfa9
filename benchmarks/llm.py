"""What decisions of language models cost us beside the models' own time: whole agents play the fishery, 64 worlds of
five seats, against a server on this machine that answers at once, or after 50 ms.

    uv run python benchmarks/llm.py [--worlds 64] [--months 4] [--times 3]

Overhead is processor time of this process (the server is another one), so that others at work here do not count, beyond
that of the same prompts sent bare by litellm alone, by turns in the same run; the least of several rounds counts.
Decisions per second are by the clock, their share is of what the limit and the latency allow, and how many calls were
in flight is what the server saw. A replay takes every answer from a file, and its decisions are counted for each second
of the processor.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from rich.console import Console
from rich.table import Table

import comity
from comity.agents.llm.backends.backend import Backend
from comity.agents.llm.backends.litellm_backend import Litellm, imported
from comity.agents.llm.exchange import Exchange, using
from comity.agents.llm.ledger import Ledger
from comity.agents.llm.loop import submit

SERVER = Path(__file__).parents[1] / "tests" / "agents" / "llm" / "server.py"
MODEL = "openai/some-model"
CATCH = '{"reasoning": "Let some fish grow.", "move": 5}'
LATENCY = 0.05
LIMITS = (8, 16, 32)
PATHS = "litellm", "direct"
REPLAYS: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("fishery", 5, {}),
    ("matrix", 2, {"horizon": 20}),
    ("alternating_offers", 2, {}),
)


class Spent(NamedTuple):
    """Seconds by the clock and of the processor."""

    clock: float
    processor: float


def spent(work: Callable[[], Any]) -> Spent:
    """By ``work``."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


class Server:
    """A server in a process of its own, which answers after ``latency`` seconds."""

    def __init__(self, latency: float) -> None:
        command = [sys.executable, str(SERVER), str(latency), CATCH]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = f"http://127.0.0.1:{self._line()}/v1"

    def in_flight(self) -> tuple[int, float]:
        """Peak and mean since the last time."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        peak, mean = self._line().split()
        return int(peak), float(mean)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def own(path: str) -> dict[str, Backend]:
    """What an exchange needs to go by litellm even where it would not."""
    return {"openai/": Litellm(MODEL)} if path == "litellm" else {}


class Study(NamedTuple):
    """So many months of the fishery in so many worlds."""

    worlds: int
    months: int
    directory: str

    @property
    def decisions(self) -> int:
        """Of all seats."""
        return 5 * self.worlds * self.months

    def ledger(self) -> Path:
        """A file that is not there yet."""
        return Path(tempfile.mkdtemp(dir=self.directory), "ledger.sqlite")

    def played(self, address: str, file: Path, **settings: Any) -> Spent:
        """What it took to play it live."""
        seats = [{"agent": "llm", "model": MODEL, "api_base": address}]
        with Exchange(Ledger(file), **settings) as exchange, using(exchange):
            took = spent(lambda: comity.play("fishery", seats, worlds=self.worlds, horizon=self.months))
            assert exchange.tallies.live == self.decisions and not exchange.tallies.failed
        return took


def bare(calls: pl.DataFrame, limit: int) -> None:
    """The same calls by litellm alone, in the same thread."""
    litellm = imported(MODEL)

    async def one(messages: Any, sampling: Mapping[str, Any], places: asyncio.Semaphore) -> None:
        async with places:
            await litellm.acompletion(
                model=MODEL,
                messages=messages,
                response_format={"type": "json_object"},
                api_key="none",
                num_retries=0,
                max_retries=0,
                **sampling,
            )

    async def all_of_them() -> None:
        places = asyncio.Semaphore(limit)
        told = zip(calls["messages"].to_list(), map(json.loads, calls["sampling"]), strict=True)
        await asyncio.gather(*(one(messages, sampling, places) for messages, sampling in told))

    submit(all_of_them()).result()


def overheads(study: Study, times: int) -> dict[str, float]:
    """Milliseconds of the processor for a decision, "bare" and by path: the least of ``times`` rounds after a first."""
    rounds: dict[str, list[float]] = {name: [] for name in ("bare", *PATHS)}
    with Server(0.0) as server:
        for _ in range(times + 1):
            files = {path: study.ledger() for path in PATHS}
            for path, file in files.items():
                rounds[path].append(study.played(server.address, file, backends=own(path)).processor)
            ledger = Ledger(files["direct"], read_only=True)
            calls = ledger.calls()
            ledger.close()
            rounds["bare"].append(spent(lambda calls=calls: bare(calls, 16)).processor)
    return {name: 1e3 * min(seconds[1:]) / study.decisions for name, seconds in rounds.items()}


def in_flight(study: Study, times: int, path: str, limit: int) -> str:
    """The fastest of ``times`` rounds, in words."""
    told: list[tuple[float, str]] = []
    with Server(LATENCY) as server:
        for _ in range(times):
            took = study.played(server.address, study.ledger(), backends=own(path), concurrency=limit)
            peak, mean = server.in_flight()
            rate = study.decisions / took.clock
            share = rate * LATENCY / limit
            busy = took.processor / took.clock
            told.append((rate, f"{rate:.0f}/s ({share:.0%}), {mean:.1f}, {peak}, {busy:.0%}"))
    return max(told)[1]


def replayed(study: Study, game: str, seats: int, settings: Mapping[str, Any], times: int) -> float:
    """Decisions replayed for each second of the processor, at the best."""
    file = study.ledger()

    def play() -> None:
        comity.play(game, [{"agent": "llm", "model": "scripted/random"}] * seats, worlds=study.worlds, **settings)

    with Exchange(Ledger(file)) as exchange, using(exchange):
        play()
    rates = []
    for _ in range(times):
        with Exchange(Ledger(file, read_only=True), "replay") as exchange, using(exchange):
            took = spent(play)
            rates.append(exchange.tallies.cached / took.processor)
    return max(rates)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=64)
    parser.add_argument("--months", type=int, default=4)
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as directory:
        study = Study(args.worlds, args.months, directory)
        costs = overheads(study, args.times)
        table = Table("calls by", "processor ms a decision", "beyond litellm alone", title="Live", title_justify="left")
        for name, cost in costs.items():
            table.add_row(name, f"{cost:.2f}", "" if name == "bare" else f"{cost - costs['bare']:+.2f}")
        console.print(table)
        title = f"Decisions at {LATENCY * 1e3:.0f} ms (share of the limit), mean and peak in flight, processor in use"
        table = Table("limit", *PATHS, title=title, title_justify="left")
        for limit in LIMITS:
            table.add_row(str(limit), *(in_flight(study, args.times, path, limit) for path in PATHS))
        console.print(table)
        table = Table("replay of", "decisions for a second of the processor", title_justify="left")
        for game, seats, settings in REPLAYS:
            table.add_row(game, f"{replayed(study, game, seats, settings, args.times):,.0f}")
        console.print(table)
    console.print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
