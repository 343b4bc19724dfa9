"""Agent-steps per second of every game, through every face, beside PettingZoo's own in the same run.

    python benchmarks/throughput.py [--quick]

One agent-step is one act of one agent (in a turn-based game only the mover acts). Whole episodes are timed, resets
included, under the default settings and moves that let episodes last; the first episode, which compiles, is left
out; the best of several runs counts. One process, one thread.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pettingzoo
from gymnasium import spaces
from pettingzoo.env_registry.exceptions import FailedToImport
from rich.console import Console
from rich.table import Table

from comity.envs.catalogue import games, make, parallel_env, vector_env
from comity.envs.game import Floats, Game
from comity.envs.worlds import Worlds
from comity.experiments.play import play

WORLDS = (1, 64, 1024, 16384)
SEATS = {
    "matrix": "tft",
    "donor": "copying",
    "trust": "fair_trust",
    "fishery": "conditional",
    "public_goods": "conditional_cooperator",
    "appropriation": "conditional_appropriator",
    "climate": "conditional_giver",
    "harvest": "forager",
    "cleanup": "turn_taker",
    **dict.fromkeys(("alternating_offers", "ultimatum", "division", "buy_sell", "exchange"), "tough"),
    "scorable": "compromise",
    "standoff": "tft",
    "arms_race": "richardson",
    "crisis": "mirror",
}
NOOP, RPS = "no-op ×5", "rps_v2"
Episode = Callable[[], int]
"""Plays whole episodes and returns the number of agent-steps."""


class Effort(NamedTuple):
    """How long each number is measured: seconds per run, and the number of runs of which the best counts."""

    seconds: float
    runs: int


class Row(NamedTuple):
    """One kind of measurement: agent-steps/s by game."""

    what: str
    worlds: int
    numbers: dict[str, float | None]


def best_rate(episode: Episode, effort: Effort) -> float:
    """Agent-steps per second: the best run."""
    episode()
    best = 0.0
    for _ in range(effort.runs):
        steps, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < effort.seconds or not steps:
            steps += episode()
        best = max(best, steps / spent)
    return best


def lasting_moves(game: Game) -> Floats:
    """(steps, N): one episode's moves, under which it lasts to its horizon."""
    moves = np.zeros((game.max_steps, game.n_agents))
    if game.name == "fishery":
        moves[:] = 10  # the sustainable share of the full lake
    if game.name in ("harvest", "cleanup"):
        moves[:] = np.random.default_rng(0).integers(0, game.n_moves, moves.shape)  # too clumsy to eat everything
    if game.name == "scorable":
        moves[:] = 1  # whoever has the word proposes the second deal, and nobody listens to the others
    elif game.turn_based:
        moves[:] = game.n_moves - 1  # pass
        moves[np.arange(len(moves)), np.arange(len(moves)) % game.n_agents] = 1  # each in turn makes a stingy offer
    return moves


def acts(game: Game, worlds: int) -> int:
    """Agent-steps of one episode of ``lasting_moves``."""
    return game.max_steps * worlds * (1 if game.turn_based else game.n_agents)


def kernel(game: Game, num: int) -> Episode:
    """The rules and observations, with nothing around them."""
    worlds = Worlds(game, num)
    worlds.reset(0)
    steps = [np.repeat(row[None], num, axis=0) for row in lasting_moves(game)]

    def episode() -> int:
        worlds.reset()
        for moves in steps:
            worlds.step(moves)
        return acts(game, num)

    return episode


def parallel(game: Game) -> Episode:
    """PettingZoo's parallel interface."""
    env = parallel_env(game.name)
    steps = [dict(zip(game.agents, row, strict=True)) for row in lasting_moves(game).astype(int).tolist()]

    def episode() -> int:
        env.reset()
        for moves in steps:
            env.step(moves)
        return acts(game, 1)

    return episode


def vector(game: Game, num: int) -> Episode:
    """Gymnasium's vector interface; the step that resets is timed and not counted."""
    envs = vector_env(game.name, num)
    envs.reset(seed=0)
    steps = [np.repeat(row[None], num, axis=0) for row in lasting_moves(game).astype(int)]
    steps += [steps[0]] * (game.max_steps - len(steps) + 1)

    def episode() -> int:
        for moves in steps:
            envs.step(moves)
        return acts(game, num)

    return episode


def scripted_play(game: Game, num: int) -> Episode:
    """Scripted agents in all seats, everything recorded."""
    seats = [SEATS[game.name]]

    def episode() -> int:
        lengths = play(game.name, seats, worlds=num, seed=0).lengths
        return int(lengths.sum()) * (1 if game.turn_based else game.n_agents)

    return episode


class NoOp(pettingzoo.ParallelEnv[str, np.ndarray, int]):
    """The least that a ParallelEnv of five agents can do."""

    metadata = {"name": "noop_v0", "render_modes": []}  # noqa: RUF012

    def __init__(self) -> None:
        self.possible_agents = [f"agent_{i}" for i in range(5)]
        self._space, self._moves = spaces.Box(0, 1, (8,), np.float32), spaces.Discrete(101)
        self.agents: list[str] = []

    def reset(self, seed=None, options=None):
        self.agents = self.possible_agents[:]
        return self._fresh(), {agent: {} for agent in self.agents}

    def step(self, actions):
        rewards = {agent: 0.0 for agent in self.agents}  # noqa: C420, as users write it
        terminations = {agent: False for agent in self.agents}  # noqa: C420
        truncations = {agent: False for agent in self.agents}  # noqa: C420
        return self._fresh(), rewards, terminations, truncations, {agent: {} for agent in self.agents}

    def _fresh(self):
        return {agent: np.zeros(8, np.float32) for agent in self.agents}

    def observation_space(self, agent):
        return self._space

    def action_space(self, agent) -> spaces.Space[Any]:
        return self._moves


def peer(env: pettingzoo.ParallelEnv, steps: int) -> Episode:
    """Episodes of so many steps of somebody else's environment."""

    def episode() -> int:
        env.reset()
        moves = dict.fromkeys(env.agents, 0)
        for _ in range(steps):
            env.step(moves)
        return steps * len(moves)

    return episode


def rock_paper_scissors() -> pettingzoo.ParallelEnv | None:
    """PettingZoo's own, None where pygame, which it draws with, is not installed."""
    try:
        return pettingzoo.make("parallel", "classic/rps-v2", max_cycles=201)
    except FailedToImport:
        return None


def rows(effort: Effort, counts: tuple[int, ...]) -> Iterator[Row]:
    """The table, one kind of measurement after the other."""
    all_games = [make(name) for name in games()]
    for worlds in counts:
        yield Row("kernel", worlds, {game.name: best_rate(kernel(game, worlds), effort) for game in all_games})
    numbers: dict[str, float | None] = {game.name: best_rate(parallel(game), effort) for game in all_games}
    rps = rock_paper_scissors()
    numbers[NOOP] = best_rate(peer(NoOp(), 200), effort)
    numbers[RPS] = best_rate(peer(rps, 200), effort) if rps is not None else None
    yield Row("parallel", 1, numbers)
    for what, face in (("vector", vector), ("play", scripted_play)):
        for worlds in counts:
            yield Row(what, worlds, {game.name: best_rate(face(game, worlds), effort) for game in all_games})


def processor() -> str:
    """The name of the CPU."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def shown(number: float | None) -> str:
    """Thousands of agent-steps/s."""
    return "not installed" if number is None else f"{number / 1000:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, up to 1,024 worlds")
    quick = parser.parse_args().quick
    effort, counts = (Effort(0.05, 2), WORLDS[:3]) if quick else (Effort(0.3, 5), WORLDS)
    packages = ("comity", "numpy", "numba", "gymnasium", "pettingzoo")
    console = Console(width=110)
    console.print(", ".join(f"{name} {version(name)}" for name in packages), highlight=False)
    console.print(f"Python {sys.version.split()[0]}, {processor()}, {os.cpu_count()} cores", highlight=False)
    caption = "kernel: rules, observations and masks; by turns only whoever moves counts as an agent"
    table = Table("", title="thousand agent-steps per second, by number of worlds", caption=caption)
    measured = list(rows(effort, counts))
    for row in measured:
        table.add_column(f"{row.what}\n{row.worlds:,}", justify="right")
    for name in (*games(), NOOP, RPS):
        table.add_row(name, *(shown(row.numbers[name]) if name in row.numbers else "" for row in measured))
    console.print(table)


if __name__ == "__main__":
    main()
