"""Seconds, memory and size of the report of a study of 200 cells: ten norms, ten kindnesses, two games, 20 seeds.

    python benchmarks/report.py [--keep DIR]

The study is played first, every step recorded. Then ``comity report`` is run on it in a process of its own, start-up
and loading included: first the page alone, then the page and each figure as SVG, PNG and PDF.
"""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sweep import Cost, cost_of

NORMS = (
    *("selfish", "kind", "compassionate", "reciprocal", "universal", "equanimous", "brahmavihara", "joyful"),
    *("inequity_averse", "pitying"),
)
STUDY = (
    "game=fishery,matrix",
    "seats=reciprocators",
    f"norms={','.join(NORMS)}",
    f"norms.kindness={','.join(f'{k / 10:g}' for k in range(10))}",
    "seed=range(20)",
    "record=all",
)
FIGURES = ("--figures", "--format", "svg,png,pdf")


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--keep", type=Path, help="where the study is left, or was left before")
    keep = told.parse_args().keep
    with tempfile.TemporaryDirectory() as made:
        folder = (keep or Path(made) / "study").absolute()
        cost_of("-m", "comity", "sweep", "--quiet", *STUDY, f"out={folder}", folder=Path(made))
        table = Table("", "seconds", "processor seconds", "MB of memory", "MB written", box=None)
        for name, options in (("page", ()), ("page and files", FIGURES)):
            cost = cost_of("-m", "comity", "report", str(folder), *options, folder=Path(made))
            files = [folder / "report.html", *((folder / "figures").glob("*") if options else ())]
            table.add_row(name, *_row(cost), f"{sum(file.stat().st_size for file in files) / 1e6:.2f}")
        Console().print(table)


def _row(cost: Cost) -> list[str]:
    return [f"{cost.wall:.1f}", f"{cost.processors:.1f}", f"{cost.memory:.0f}"]


if __name__ == "__main__":
    main()
