"""Seconds of whole sweeps, each a process of its own, beside the same points as jobs of Hydra's own sweeper.

    python benchmarks/sweep.py [--quick]

Start-up, checking, playing, measuring and writing all count; kernels are compiled before (``cold`` compiles them anew).
Every sweep plays one fishery of 12 months and five scripted seats per point, but for the default experiment.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

import comity

FISHERY = ("game=fishery", "seats=reciprocators")
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


def seconds_of(*command: str, folder: Path) -> float:
    """Wall time of a process that must end well."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - begun


def sweep(folder: Path, name: str, *typed: str) -> float:
    """Wall time of a sweep into a directory of its own."""
    return seconds_of("-m", "comity", "sweep", *typed, f"out={name}", folder=folder)


def stock(folder: Path, points: int) -> float:
    """Wall time of Hydra's own sweep over as many seeds."""
    (folder / "stock.py").write_text(STOCK)
    return seconds_of("stock.py", "--multirun", f"+seed=range({points})", folder=folder)


def forget_kernels() -> None:
    """Removes what numba has cached beside the sources."""
    for cached in [*ROOT.glob("**/__pycache__/*.nbi"), *ROOT.glob("**/__pycache__/*.nbc")]:
        cached.unlink()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer points, and no cold start")
    quick = parser.parse_args().quick
    few, many = (20, 2_000) if quick else (100, 20_000)
    table = Table(
        "sweep", "points", "seconds", "ms a point", title=f"comity {comity.__version__}", title_justify="left"
    )

    def row(what: str, points: int, seconds: float) -> None:
        table.add_row(what, f"{points:,}", f"{seconds:.2f}", f"{1000 * seconds / points:.3g}")

    folder = Path(tempfile.mkdtemp(prefix="comity-"))
    try:
        if not quick:
            forget_kernels()
            cold, warm = sweep(folder, "cold"), sweep(folder, "warm")
            points = comity.load(folder / "warm").manifest["counts"]["points"]
            row("default experiment, cold", points, cold)
            row("default experiment", points, warm)
        sweep(folder, "once", *FISHERY, "seed=0")
        row("comity", few, sweep(folder, "few", *FISHERY, f"seed=range({few})"))
        row("comity", many, sweep(folder, "many", *FISHERY, f"seed=range({many})"))
        row("Hydra's BasicSweeper and BasicLauncher", few, stock(folder, few))
    finally:
        shutil.rmtree(folder)
    Console().print(table)


if __name__ == "__main__":
    main()
