"""How many seeds a study needs, read off a pilot that was played."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from ...analysis.contrasts import Contrast, contrasts
from ...analysis.definitions import DEFINITIONS, DERIVED
from ...analysis.measure import FloatArray
from ...analysis.statistics.power import (
    EQUIVALENCE,
    MOST_SIMULATED,
    PERMUTATION,
    SIGN_FLIP,
    TESTS,
    WIDTH,
    Needed,
    seeds_needed,
    smallest_effect,
)
from ...analysis.statistics.resampling import FEW
from ...analysis.summary import BASELINE, cells, condensed, worlds
from ...envs.settings import Range, SettingError, refuse, unknown
from ..progress import LINE_SECONDS, say
from ..store import load
from .amounts import minus, with_interval

if TYPE_CHECKING:
    from rich.console import Group


class Asked(NamedTuple):
    """What a study is to find: an ``effect`` on a ``measure``."""

    measure: str
    effect: float
    power: float = 0.8
    confidence: float = 0.95
    test: str | None = None
    """None: sign flips where seeds are paired, else permutations."""
    smallest: float = 0.0
    """What the mean found must reach besides."""
    tests: int = 1
    """Hypotheses of the family: α is divided by it, as by Holm's first step."""
    factor: str | None = None
    baseline: str = BASELINE


class Row(NamedTuple):
    """One contrast of the pilot: of its ``n`` worlds (of the smaller side) the difference and standard deviation, and
    what is needed."""

    contrast: Contrast
    paired: bool
    n: int
    difference: float
    sd: float
    needed: Needed
    detectable: float
    """The smallest effect that as many seeds as the pilot's suffice for."""


class Advice(NamedTuple):
    """What a pilot says, and the first seed that it did not use."""

    asked: Asked
    rows: list[Row]
    fresh: int

    @property
    def seeds(self) -> int | None:
        """Enough for every contrast; None where some needs more than can be simulated and has no approximation."""
        each = [row.needed.seeds or row.needed.approximate for row in self.rows]
        return None if None in each else max(n for n in each if n is not None)


def advise(directory: Path, asked: Asked) -> Advice:
    """Reads a pilot. Raises ``SettingError`` for a wrong setting, and for a pilot with nothing to compare."""
    _check(asked)
    found = load(directory, condensed)
    if found.episodes.is_empty():
        raise SettingError(f"{directory} holds no finished point")
    by_world = worlds(found.episodes)
    if asked.measure not in by_world.columns:
        known = [name for name in by_world.columns if name in DEFINITIONS or name in DERIVED]
        raise unknown("--measure", asked.measure, known)
    every = list(contrasts(found.episodes, cells(found.episodes), asked.baseline))
    factors = list(dict.fromkeys(one.factor for one in every))
    if not every:
        raise SettingError(f"{directory} has no two cells that differ in one thing alone: there is nothing to compare")
    if asked.factor is not None and asked.factor not in factors:
        raise unknown("--factor", asked.factor, factors)
    wanted = [one for one in every if asked.factor in (None, one.factor)]
    simulated: dict[Any, tuple[Needed, float]] = {}
    slow = time.monotonic() + LINE_SECONDS
    rows = []
    for done, one in enumerate(wanted, 1):
        rows += [row] if (row := _row(one, by_world, asked, simulated)) is not None else []
        if time.monotonic() > slow:
            say(f"{done} of {len(wanted)} contrasts")
            slow = time.monotonic() + LINE_SECONDS
    if not rows:
        raise SettingError(f"{asked.measure} is defined in fewer than two worlds of every cell: a pilot needs two")
    return Advice(asked, rows, _fresh(found.manifest))


def _check(asked: Asked) -> None:
    for name, value, allowed in (
        ("--effect", asked.effect, Range(0, above=True)),
        ("--power", asked.power, Range(0, 1, above=True, below=True)),
        ("--confidence", asked.confidence, Range(0.5, 1, above=True, below=True)),
        ("--smallest", asked.smallest, Range(0)),
        ("--tests", asked.tests, Range(1)),
    ):
        if value not in allowed:
            raise refuse(name, value, str(allowed))
    if asked.test is not None and asked.test not in TESTS:
        raise unknown("--test", asked.test, TESTS)
    if asked.smallest and asked.test in (EQUIVALENCE, WIDTH):
        raise refuse("--smallest", asked.smallest, f"left out with --test {asked.test}, which has no such condition")


def _row(
    contrast: Contrast, by_world: pl.DataFrame, asked: Asked, simulated: dict[Any, tuple[Needed, float]]
) -> Row | None:
    """None where there are fewer than two worlds; ``simulated`` holds what was found for the same deviations."""
    first, second = (
        by_world.filter(pl.col("cell") == cell).select("seed", value=pl.col(asked.measure)).drop_nulls()
        for cell in (contrast.first, contrast.second)
    )
    both = first.join(second, on="seed", suffix="_to")
    paired = len(both) > 1
    sides = (
        [(both["value_to"] - both["value"]).to_numpy()]
        if paired
        else [second["value"].to_numpy(), first["value"].to_numpy()]
    )
    n = min(map(len, sides))
    if n < 2:
        return None
    test = asked.test or (SIGN_FLIP if paired else PERMUTATION)
    if (test in (SIGN_FLIP, EQUIVALENCE) and not paired) or (test == PERMUTATION and paired):
        fits = f"one for {'paired' if paired else 'independent'} seeds, which these are"
        raise refuse("--test", test, fits)
    options: dict[str, Any] = {"alpha": (1 - asked.confidence) / asked.tests, "least": asked.smallest}
    key = (test, *(((side - side.mean()).round(12) + 0.0).tobytes() for side in sides))
    if key not in simulated:
        needed = seeds_needed(sides, asked.effect, asked.power, test, **options)
        simulated[key] = needed, smallest_effect(sides, n, asked.power, test, **options)
    return Row(contrast, paired, n, _difference(sides), _sd(sides), *simulated[key])


def _difference(sides: list[FloatArray]) -> float:
    return float(sides[0].mean() - (sides[1].mean() if len(sides) > 1 else 0.0))


def _sd(sides: list[FloatArray]) -> float:
    """Of the differences, or pooled over both sides."""
    return float(np.sqrt(np.mean([side.var(ddof=1) for side in sides])))


def _fresh(manifest: dict[str, Any]) -> int:
    """The first seed after those of the pilot: a study that is to confirm does not play its pilot again."""
    numbers = re.findall(r"\d+", str(manifest["seeds"]["values"]))
    ranged = str(manifest["seeds"]["values"]).startswith("range")
    return int(numbers[1]) if ranged else max(map(int, numbers)) + 1


def page(advice: Advice) -> "Group":
    """The table by contrast, what it rests on, and the line to paste."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = ("contrast", "in", "pilot", "difference", "sd", "seeds", "power", "by t-test", "detectable")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in advice.rows:
        needed = row.needed
        seeds = f"> {MOST_SIMULATED}" if needed.seeds is None else str(needed.seeds)
        reached = "–" if needed.seeds is None else with_interval(needed.power)
        approximate = "–" if needed.approximate is None else str(needed.approximate)
        detectable = "none" if np.isinf(row.detectable) else f"{row.detectable:.3g}"
        difference = minus(f"{row.difference:.3g}")
        words = (row.contrast.words, row.contrast.where, str(row.n), difference, f"{row.sd:.3g}")
        table.add_row(*map(Text, (*words, seeds, reached, approximate, detectable)))
    return Group(table, Text("\n".join(("", *_notes(advice), _line(advice)))))


def _notes(advice: Advice) -> list[str]:
    asked = advice.asked
    kinds = {asked.test or (SIGN_FLIP if row.paired else PERMUTATION) for row in advice.rows}
    goal = {EQUIVALENCE: "margin", WIDTH: "half-width"}.get(asked.test or "", "effect")
    told = [f"{asked.measure}, {goal} {asked.effect:g}, power {asked.power:g}, confidence {asked.confidence:g}"]
    told[0] += f", by {' and '.join(sorted(kinds))}" + (f", {asked.tests} tests" if asked.tests > 1 else "")
    told.append("seeds: the fewest, by simulation; power: with these, and the interval of the simulation.")
    told.append("detectable: what as many seeds as the pilot's suffice for; difference and sd: of the pilot.")
    if not all(row.paired for row in advice.rows):
        told.append("Seeds that are independent are counted for each side, and sd is that of a side.")
    if min(row.n for row in advice.rows) < FEW:
        told.append("A pilot of fewer than 5 worlds hardly knows how much worlds differ: play more.")
    return told


def _line(advice: Advice) -> str:
    seeds = advice.seeds
    if seeds is None:
        return "No number of seeds that can be simulated is enough."
    return f"seed='range({advice.fresh},{advice.fresh + seeds})'"
