"""Measures setting by setting, with intervals over worlds, of a table of anybody's."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from .definitions import MEANINGS, YES_NO
from .summary import Row, interval
from .survival import rmst_ci

CENSORED = {"coop_half_life": "coop_halved", "time_to_deescalate": "deescalated"}
"""Times that may be cut off before their event was seen, and whether it was (METRICS.md §3.6)."""


def by_setting(measured: pl.DataFrame, by: str | Sequence[str] = (), world: str | None = None) -> pl.DataFrame:
    """Every measure of every setting with its 95 % interval over worlds, as a tidy table.

    Args:
        measured: :func:`comity.measures`' table.
        by: the columns that name a setting; everything is one setting if left out.
        world: the column that names a world, whose episodes are averaged first (METRICS.md §0.2); each episode is a
            world of its own if left out.

    Returns:
        ``by``, ``measure``, ``value`` (mean over worlds), ``low``, ``high`` (Wilson for shares of yes, else the
        percentile bootstrap; null for one world, or where worlds do not differ), ``n`` worlds, ``n_nan`` worlds in
        which the measure is undefined, ``constant``. A measure that is undefined throughout a setting has no row.
        Where something can collapse, ``rmst``: the steps that an episode is expected to last, up to the horizon or the
        longest one seen. The times of ``CENSORED`` are such means, too: those that were not seen are not taken for
        observed ones, and where it cannot be told there is no row.

    Raises:
        ValueError: for a column that the table lacks.

    >>> steps = {"arm": ["x"] * 4, "episode": [0, 0, 1, 1], "step": [0] * 4, "agent": ["a", "b"] * 2}
    >>> from comity.analysis.measuring import measures
    >>> table = measures({**steps, "reward": [3.0, 3.0, 1.0, 5.0]}, by=["arm"])
    >>> by_setting(table, ["arm"]).filter(measure="rawls").select("arm", "value", "n").rows()
    [('x', 2.0, 2)]
    """
    by = [by] if isinstance(by, str) else list(by)
    keys = [*by, *([world] if world else [])]
    if lacking := [name for name in keys if name not in measured.columns]:
        raise ValueError(f"the table lacks {', '.join(lacking)}; it has {', '.join(measured.columns)}")
    there = [name for name in MEANINGS if name in measured.columns and name not in keys]
    names = [name for name in there if not measured.schema[name].is_nested()]
    named = measured.with_columns(pl.col(names).cast(pl.Float64).fill_nan(None))
    settings = named.partition_by(by, as_dict=True, maintain_order=True) if by else {(): named}
    rows = []
    for setting, episodes in settings.items():
        worlds = episodes.group_by(world, maintain_order=True).agg(pl.col(names).mean()) if world else episodes
        one_each = len(worlds) == len(episodes)
        beside = dict(zip(by, setting, strict=True))
        for name in names:
            if worlds[name].null_count() < len(worlds) and name not in CENSORED:
                values = worlds[name].fill_null(float("nan")).to_numpy()
                rows.append({**beside, "measure": name, **interval(values, name in YES_NO and one_each)})
        lasted = {name: end for name, end in {**CENSORED, "rmst": "collapsed"}.items() if end in names}
        rows += [
            {**beside, "measure": name, **row}
            for name, end in lasted.items()
            if (row := _survival(episodes, world, "length" if name == "rmst" else name, end))
        ]
    schema = {name: measured.schema[name] for name in by}
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    counts = {"n": pl.Int64, "n_nan": pl.Int64, "constant": pl.Boolean}
    return pl.DataFrame(rows, schema={**schema, "measure": pl.String, **numbers, **counts})


def _survival(episodes: pl.DataFrame, world: str | None, time: str, end: str) -> Row | None:
    """The row of the restricted mean of a time that may be censored, up to the shortest horizon of the setting, or
    the longest time seen if that is shorter."""
    known = episodes.filter(pl.col(time).is_not_null(), pl.col(end).is_not_null())
    if known.is_empty():
        return None
    times, ended = known[time].to_numpy(), known[end].to_numpy() > 0
    tau = min(int(known["horizon"].min()), max(int(times.max()), 1))  # type: ignore[arg-type]
    found = rmst_ci(times, ended, tau, known[world] if world else None)
    n = int(found.n)
    alike = bool((times == times[0]).all() and (ended == ended[0]).all())
    bare = alike or n < 2 or bool(np.isnan(found.low))
    if np.isnan(found.value):
        return None
    bounds = {"low": None if bare else float(found.low), "high": None if bare else float(found.high)}
    return {
        "value": float(found.value),
        **bounds,
        "n": n,
        "n_nan": len(episodes) - len(known),
        "constant": alike and n > 1,
    }
