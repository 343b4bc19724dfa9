"""Seconds for 10,000 exact bargaining solutions of generated sheets (6 parties, 720 deals); the budget is 10.

    python benchmarks/solutions.py

The sheets are drawn beforehand. One process, one thread.
"""

import time

import numpy as np

from comity.envs.negotiation.scorable import Scorable
from comity.envs.negotiation.solutions import solve
from comity.envs.worlds import Worlds

PROBLEMS, SHEETS = 10_000, 500


def main() -> None:
    worlds = Worlds(Scorable(), SHEETS)
    start = time.perf_counter()
    worlds.reset(0)
    drawn = time.perf_counter() - start
    worlds.reset(0)
    drawn = min(drawn, time.perf_counter() - start - drawn)  # the first reset compiles
    tables = [worlds.game.table(worlds.game.sheet_of(world)) for world in worlds.state]
    thresholds = worlds.state["thresholds"].astype(np.float64)
    solve(tables[0].scores, thresholds[0])
    start = time.perf_counter()
    for k in range(PROBLEMS):
        solve(tables[k % SHEETS].scores, thresholds[k % SHEETS], tables[k % SHEETS].passing)
    spent = time.perf_counter() - start
    print(f"{PROBLEMS:,} exact solutions: {spent:.2f} s; {PROBLEMS:,} sheets drawn: {drawn / SHEETS * PROBLEMS:.2f} s")


if __name__ == "__main__":
    main()
