"""Public goods with and without punishment: Fehr & Gächter 2000, "Cooperation and Punishment in Public Goods
Experiments" (AER 90:980).

Groups of four have 20 tokens each in ten steps; a token given earns .4 for every member. With punishment each sees what
the others of its group gave, and may spend 0 … 10 points on each of them, at a rising price; a point takes a tenth of
what its target has earned. Partners stay together, strangers are drawn anew from 24 in each step.

People are played by two kinds of ``heedful_contributor`` in the shares of Fischbacher, Gächter & Fehr 2001 (50 and 30
of 100, the rest left out): conditional cooperators, who match the others' mean and punish whoever gave less than they
did (``strength`` points for a whole endowment less), and free riders, who give nothing and punish nobody. Both ``heed``
being punished.
"""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np

from ...analysis.statistics import bootstrap_ci
from ...envs.record import Record
from ...envs.settings import Range
from ..play import play

if TYPE_CHECKING:
    import polars

MATCHINGS = ("partner", "stranger")
STEPS = 10
GROUP, SESSION = 4, 24  # seats


class Settings(NamedTuple):
    """Of all conditions. The game's own numbers are those of the experiment."""

    runs: Annotated[int, Range(2, 10**5), "groups of partners, and sessions of strangers"] = 100
    seed: Annotated[int, Range(0, 2**63 - 1), "of the first; the next has the next one"] = 0
    cooperators: Annotated[float, Range(0, 1), "share of conditional cooperators; the others are free riders"] = 0.625
    slope: Annotated[float, Range(0, 2), "tokens that a conditional cooperator gives for each of the others' mean"] = (
        1.0
    )
    strength: Annotated[float, Range(0, 100), "points for a whole endowment less than one's own gift"] = 3.0
    heed: Annotated[float, Range(0, 1), "of the way to the largest gift seen, after being punished"] = 0.5
    error: Annotated[float, Range(0, 1), "probability that points hit another than intended"] = 0.0


def measure(q: Settings) -> "polars.DataFrame":
    """All four conditions: one row per matching, punishment and step, and one with step 0 for the mean of all steps.

    Columns: ``matching``, ``punishment``, ``step``, ``runs``; ``gift``, the mean share of the endowment, ``paid``, the
    mean payoff per head and step in tokens, all fines and their costs settled, and ``points``, the mean number spent by
    a seat in a step, each with a 95 % bootstrap interval over runs (``…_low``, ``…_high``).
    """
    import polars

    rows = []
    for matching in MATCHINGS:
        for punished in (False, True):
            record = play("public_goods", [_people(q)], worlds=q.runs, seed=q.seed, **_setting(q, matching, punished))
            told = {"matching": matching, "punishment": punished}
            rows += [{**told, "step": step, "runs": q.runs, **_row(record, step)} for step in range(STEPS + 1)]
    return polars.DataFrame(rows)


def _setting(q: Settings, matching: str, punished: bool) -> dict[str, Any]:
    layer = {"institution": "punishment", "preset": "fehr_gachter_2000", "error": q.error}
    groups = {"n_agents": GROUP, "matching": matching}
    if matching == "stranger":
        groups["population"] = SESSION
    return {**groups, "horizon": STEPS, "institutions": [layer] if punished else []}


def _people(q: Settings) -> dict[str, Any]:
    """The mix from which every seat is drawn."""
    judges = {"punishment": {"conduct": "altruistic", "strength": q.strength}}
    cooperator = {"first": 0.5, "spread": 0.5, "slope": q.slope, "heed": q.heed, "stages": judges}
    free_rider = {"first": 0.0, "slope": 0.0, "heed": q.heed}
    kinds = ((cooperator, q.cooperators), (free_rider, 1 - q.cooperators))
    return {"mix": [{"agent": "heedful_contributor", **kind, "share": share} for kind, share in kinds if share > 0]}


def _row(record: Record, step: int) -> dict[str, float]:
    """Means over seats of one step, or of all for step 0, with intervals over runs."""
    steps = slice(None) if step == 0 else slice(step - 1, step)
    spent = record.logs.get("punishment_spent", np.zeros(record.rewards.shape))
    row = {}
    for name, values in (("gift", record.cooperation), ("paid", record.rewards), ("points", spent)):
        found = bootstrap_ci(values[:, steps].mean(axis=(1, 2)))
        row |= {name: float(found.value), f"{name}_low": float(found.low), f"{name}_high": float(found.high)}
    return row
