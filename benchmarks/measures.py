"""How long a table of steps takes to become the full set of measures, and how much memory.

    uv run python benchmarks/measures.py [ROWS]

Each line is a process of its own: tables of ROWS rows (10⁷ unless told otherwise) of random play, as a user would bring
them, with agents by name and labels. Memory is the peak of the process, the table itself included.
"""

import subprocess
import sys

SHAPES = ((200, 5), (50, 2), (1000, 10))
"""Steps and agents of an episode."""
CHILD = """
import resource, sys, time
import numpy as np, polars as pl
rows, steps, agents = map(int, sys.argv[1:])
worlds = rows // (steps * agents)
rows = worlds * steps * agents
rng = np.random.default_rng(0)
table = pl.DataFrame({
    "episode": np.repeat(np.arange(worlds), steps * agents),
    "step": np.tile(np.repeat(np.arange(steps), agents), worlds),
    "agent": np.tile(np.array([f"agent_{i}" for i in range(agents)]), worlds * steps),
    "reward": rng.random(rows),
    "cooperation": rng.integers(0, 2, rows).astype(float),
})
import comity
from comity.analysis.panels import panels
t = time.perf_counter()
columns = comity.measures(table, anchors=(0.0, float(steps * agents))).width
measured = time.perf_counter() - t
panels(table)
whole = time.perf_counter() - t
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(f"{rows:>12,} {worlds:>9,} {steps:>6,} {agents:>7} {columns:>8} {measured:>9.1f} {whole:>11.1f} {peak:>8.2f}")
"""


def main() -> None:
    """Prints the table."""
    rows = sys.argv[1] if len(sys.argv) > 1 else "10000000"
    print("        rows  episodes  steps  agents  columns  seconds  with panel  peak GiB")
    for steps, agents in SHAPES:
        subprocess.run([sys.executable, "-c", CHILD, rows, str(steps), str(agents)], check=True)


if __name__ == "__main__":
    main()
