"""Seconds of a round robin of twenty strategies × 200 turns × 10 repetitions, beside the same in Axelrod's library.

    uv run python benchmarks/tournament.py [--repetitions 10] [--times 5]

Both play in this process, self-play included, with nothing printed, written or drawn; both end with a ranking. Axelrod
is timed with and without building its result set; numba's kernels are compiled before, as Axelrod is imported before
(which takes 15 to 25 seconds). Of the times of each the shortest counts.
"""

import argparse
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

import comity
from comity.agents.scripted.axelrod_bridge import library

TURNS = 200
AT_LEAST = 3.0  # seconds of runs, or one busy moment of the machine would decide


class Strategy(NamedTuple):
    """One entrant in both laboratories: our seat, and what makes Axelrod's player."""

    seat: Any
    player: Callable[[ModuleType], Any]


STRATEGIES = (
    Strategy("tft", lambda axl: axl.TitForTat()),
    Strategy("tideman_chieruzzi", lambda axl: axl.FirstByTidemanAndChieruzzi()),
    Strategy("nydegger", lambda axl: axl.FirstByNydegger()),
    Strategy("grofman", lambda axl: axl.FirstByGrofman()),
    Strategy("shubik", lambda axl: axl.FirstByShubik()),
    Strategy("stein_rapoport", lambda axl: axl.FirstBySteinAndRapoport()),
    Strategy("grim", lambda axl: axl.Grudger()),
    Strategy("davis", lambda axl: axl.FirstByDavis()),
    Strategy("graaskamp", lambda axl: axl.FirstByGraaskamp()),
    Strategy("downing", lambda axl: axl.FirstByDowning()),
    Strategy("feld", lambda axl: axl.FirstByFeld()),
    Strategy("joss", lambda axl: axl.FirstByJoss()),
    Strategy("tullock", lambda axl: axl.FirstByTullock()),
    Strategy("anonymous", lambda axl: axl.FirstByAnonymous()),
    Strategy("random", lambda axl: axl.Random()),
    Strategy("allc", lambda axl: axl.Cooperator()),
    Strategy("alld", lambda axl: axl.Defector()),
    Strategy("wsls", lambda axl: axl.WinStayLoseShift()),
    Strategy("alternator", lambda axl: axl.Alternator()),
    Strategy("tf2t", lambda axl: axl.TitFor2Tats()),
)
"""The fifteen of Axelrod's first tournament, and five more; a line more is an entrant more."""
ROUNDING = 1e-9
AGREE = 4.0  # standard errors of a difference: how far mean scores may be apart by chance


def shortest(play: Callable[[], Any], times: int) -> tuple[float, Any]:
    """The shortest of some runs in seconds, and what the last one found; short ones are repeated for a while."""
    seconds, found = [], None
    while len(seconds) < times or sum(seconds) < AT_LEAST:
        begun = time.perf_counter()
        found = play()
        seconds.append(time.perf_counter() - begun)
    return min(seconds), found


def ours(repetitions: int, exact: bool = False) -> dict[str, tuple[float, float]]:
    """Mean score of each entrant, and its standard error; the interval of each is computed, too."""
    seats = [one.seat for one in STRATEGIES]
    found = comity.tournament("matrix", seats, repetitions, preset="axelrod_1980", exact=exact)
    scores = dict(found.ranking().select("entrant", "score").iter_rows())
    errors = (found.totals.paid.mean(axis=2) / TURNS).std(axis=0, ddof=1) / repetitions**0.5
    return {name: (scores[name], float(error)) for name, error in zip(found.entrants, errors, strict=True)}


def theirs(axl: ModuleType, repetitions: int, results: bool) -> list[float]:
    """Mean score of each player; nothing without ``results``."""
    players = [one.player(axl) for one in STRATEGIES]
    contest = axl.Tournament(players, turns=TURNS, repetitions=repetitions, seed=0)
    found = contest.play(progress_bar=False, build_results=results)
    if not results:
        return []
    # its scores leave self-play out; the payoff matrix has it
    return [sum(row) / len(row) for row in found.payoff_matrix]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--times", type=int, default=5, help="runs of each, at least, of which the shortest counts")
    given = parser.parse_args()
    console = Console()
    axl = library()
    ours(2)  # compiles
    rows = [
        (f"comity {comity.__version__}", *shortest(lambda: ours(given.repetitions), given.times)),
        ("comity, exact where it can be", *shortest(lambda: ours(given.repetitions, exact=True), given.times)),
        (f"Axelrod {axl.__version__}", *shortest(lambda: theirs(axl, given.repetitions, True), given.times)),
        ("Axelrod, matches only", *shortest(lambda: theirs(axl, given.repetitions, False), given.times)),
    ]
    matches = len(STRATEGIES) * (len(STRATEGIES) + 1) // 2 * given.repetitions
    table = Table("round robin", "seconds", "matches a second", "times ours")
    for name, seconds, _ in rows:
        table.add_row(name, f"{seconds:.3f}", f"{matches / seconds:,.0f}", f"{seconds / rows[0][1]:.1f}")
    console.print(f"{len(STRATEGIES)} strategies × {TURNS} turns × {given.repetitions} repetitions", highlight=False)
    console.print(table)
    apart = {
        name: (mine, float(other)) for (name, (mine, error)), other in zip(rows[0][2].items(), rows[2][2], strict=True)
        if abs(mine - other) > ROUNDING + AGREE * 2**0.5 * error
    }  # fmt: skip
    console.print(f"mean scores that differ by more than {AGREE:g} standard errors: {apart or 'none'}", highlight=False)


if __name__ == "__main__":
    main()
