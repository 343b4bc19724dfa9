"""Seconds and memory of whole sweeps, each a process of its own, beside the same points as jobs of Hydra's own sweeper.

    python benchmarks/sweep.py [--quick] [--large] [--joblib]

Start-up, checking, playing, measuring, writing and the report all count; kernels are compiled before (``cold`` compiles
them anew). Seconds are of the wall and of the processors (user and system, workers included), memory is the most that
the process held. Every sweep plays one fishery of 12 months and five scripted seats per point, but for the default
experiment, and for joblib, which needs work to share out: a minute of deliberators.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

import comity

FISHERY = ("game=fishery", "seats=reciprocators")
WORLDS = 4_000
DELIBERATORS = ("game=fishery", "seats=deliberators", "norms=kind", f"seed=range({WORLDS})")
STOCK = """
import hydra
from comity.experiments.play import play

@hydra.main(version_base=None, config_path=None)
def main(config):
    play("fishery", ["reciprocator"], worlds=1, seed=config.seed)

main()
"""
"""One world per job, through the sweeper and the launcher that come with Hydra."""
ROOT = Path(comity.__file__).parent


class Cost(NamedTuple):
    """Of a process: wall and processor seconds, and the most memory that it held (MB)."""

    wall: float
    processors: float
    memory: float


def cost_of(*command: str, folder: Path) -> Cost:
    """What a process that must end well takes."""
    begun, before = time.perf_counter(), os.times()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    told = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    wall, after = time.perf_counter() - begun, os.times()
    if status != 0:
        raise RuntimeError(told)
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall, spent, used.ru_maxrss / 1024)


def sweep(folder: Path, name: str, *typed: str) -> Cost:
    """A sweep into a directory of its own."""
    return cost_of("-m", "comity", "sweep", *typed, f"out={name}", folder=folder)


def stock(folder: Path, points: int) -> Cost:
    """Hydra's own sweep over as many seeds."""
    (folder / "stock.py").write_text(STOCK)
    return cost_of("stock.py", "--multirun", f"+seed=range({points})", folder=folder)


def forget_kernels() -> None:
    """Removes what numba has cached beside the sources."""
    for cached in [*ROOT.glob("**/__pycache__/*.nbi"), *ROOT.glob("**/__pycache__/*.nbc")]:
        cached.unlink()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer points, and no cold start")
    parser.add_argument("--large", action="store_true", help="a million points, too")
    parser.add_argument("--joblib", action="store_true", help="one worker and two, some minutes")
    asked = parser.parse_args()
    counts = (2_000,) if asked.quick else (20_000, 100_000, *([1_000_000] if asked.large else []))
    few = 20 if asked.quick else 100
    heads = ("sweep", "points", "seconds", "processor seconds", "MB", "ms a point")
    table = Table(*heads, title=f"comity {comity.__version__}", title_justify="left")

    def row(what: str, points: int, cost: Cost) -> None:
        numbers = f"{cost.wall:.2f}", f"{cost.processors:.2f}", f"{cost.memory:.0f}", f"{1000 * cost.wall / points:.3g}"
        table.add_row(what, f"{points:,}", *numbers)

    folder = Path(tempfile.mkdtemp(prefix="comity-"))
    try:
        if not asked.quick:
            forget_kernels()
            cold, warm = sweep(folder, "cold"), sweep(folder, "warm")
            points = comity.load(folder / "warm").manifest["counts"]["points"]
            row("default experiment, cold", points, cold)
            row("default experiment", points, warm)
        sweep(folder, "once", *FISHERY, "seed=0")
        row("comity", few, sweep(folder, "few", *FISHERY, f"seed=range({few})"))
        for many in counts:
            typed = (*FISHERY, f"seed=range({many})")
            row("comity", many, sweep(folder, f"many{many}", *typed))
            row("comity, nothing left to do", many, sweep(folder, f"many{many}", *typed))
        row("Hydra's BasicSweeper and BasicLauncher", few, stock(folder, few))
        for workers in (1, 2) if asked.joblib else ():
            beside = (*DELIBERATORS, "hydra/launcher=joblib", f"hydra.launcher.n_jobs={workers}")
            row(f"joblib, {workers} at work", WORLDS, sweep(folder, f"beside{workers}", *beside))
    finally:
        shutil.rmtree(folder)
    Console().print(table)


if __name__ == "__main__":
    main()
