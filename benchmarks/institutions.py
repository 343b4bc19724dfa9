"""Agent-steps per second of ``comity.play`` under institutions, beside the same game without any.

    uv run python benchmarks/institutions.py [--worlds 1024] [--times 5]

Scripted agents, recorded, one process, one thread. Moves of agents count in stages of institutions as in the game; an
agent-step of the game is one of an agent however many stages there are. Whole calls are timed, after one that compiles;
the shortest counts.
"""

import argparse
import time
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

import comity


class Arm(NamedTuple):
    """A game, who plays it, what is laid over it, and how long."""

    game: str
    seats: list[Any]
    institutions: list[Any]
    horizon: int = 100


JUDGE = {"agent": "full_contributor", "stages": {"punishment": "altruistic"}}
GIVERS = [JUDGE, "free_rider"]
PUNISHMENT = {"institution": "punishment", "error": 0.1}
ARMS = (
    *(
        Arm("public_goods", GIVERS, laid_over)
        for laid_over in (
            [], ["redistribution"], ["sanctions"], ["sanctions", "redistribution"], ["reputation"], [PUNISHMENT],
            [PUNISHMENT, "redistribution"], [PUNISHMENT, "metanorm"], ["reward"], ["communication"], ["mediator"],
            ["contract"], ["redistribution", "voting"],
        )
    ),
    Arm("matrix", ["tft", "alld"], [PUNISHMENT], 200),
    Arm("fishery", ["sustainable_threshold"], ["quota"]),
    Arm("standoff", ["mirror", "hawk"], ["cooperation_window"], 200),
)  # fmt: skip


def timed(arm: Arm, worlds: int, times: int) -> tuple[float, float]:
    """Moves of agents, and the game's agent-steps, per second."""
    shortest, record = float("inf"), None
    for _ in range(times + 1):
        start = time.perf_counter()
        record = comity.play(
            arm.game, arm.seats, worlds=worlds, institutions=arm.institutions, horizon=arm.horizon, horizon_known=False
        )
        shortest = min(shortest, time.perf_counter() - start)
    assert record is not None
    in_game = int(record.lengths.sum()) * record.game.n_agents
    turns = record.moves.shape[1] / record.rewards.shape[1] if record.moves is not None else 1.0
    return in_game * turns / shortest, in_game / shortest


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=1024)
    parser.add_argument("--times", type=int, default=5)
    args = parser.parse_args()
    table = Table(title=f"play at {args.worlds} worlds, million per second", title_justify="left")
    for column in ("game", "institutions", "moves of agents", "agent-steps of the game"):
        table.add_column(column)
    for arm in ARMS:
        moves, steps = timed(arm, args.worlds, args.times)
        names = [one if isinstance(one, str) else one["institution"] for one in arm.institutions]
        table.add_row(arm.game, ", ".join(names) or "none", f"{moves / 1e6:.1f}", f"{steps / 1e6:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
