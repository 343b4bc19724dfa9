"""Measures setting by setting, with intervals over worlds, of a table of anybody's."""

from collections.abc import Sequence

import polars as pl

from .definitions import MEANINGS, YES_NO
from .summary import Row, interval
from .survival import rmst_ci


def by_setting(measured: pl.DataFrame, by: Sequence[str] = (), world: str | None = None) -> pl.DataFrame:
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
        Where something can collapse, ``rmst``: the steps that an episode is expected to last up to the horizon.

    Raises:
        ValueError: for a column that the table lacks.

    >>> steps = {"arm": ["x"] * 4, "episode": [0, 0, 1, 1], "step": [0] * 4, "agent": ["a", "b"] * 2}
    >>> from comity.analysis.measuring import measures
    >>> table = measures({**steps, "reward": [3.0, 3.0, 1.0, 5.0]}, by=["arm"])
    >>> by_setting(table, ["arm"]).filter(measure="rawls").select("arm", "value", "n").rows()
    [('x', 2.0, 2)]
    """
    keys = [*by, *([world] if world else [])]
    if lacking := [name for name in keys if name not in measured.columns]:
        raise ValueError(f"the table lacks {', '.join(lacking)}; it has {', '.join(measured.columns)}")
    names = [name for name in MEANINGS if name in measured.columns and not measured.schema[name].is_nested()]
    named = measured.with_columns(pl.col(names).cast(pl.Float64).fill_nan(None))
    settings = named.partition_by(by, as_dict=True, maintain_order=True) if by else {(): named}
    rows = []
    for setting, episodes in settings.items():
        worlds = episodes.group_by(world, maintain_order=True).agg(pl.col(names).mean()) if world else episodes
        one_each = len(worlds) == len(episodes)
        beside = dict(zip(by, setting, strict=True))
        for name in names:
            if worlds[name].null_count() < len(worlds):
                values = worlds[name].fill_null(float("nan")).to_numpy()
                rows.append({**beside, "measure": name, **interval(values, name in YES_NO and one_each)})
        if "collapsed" in names and episodes["collapsed"].null_count() == 0:
            rows.append({**beside, "measure": "rmst", **_survival(episodes, world)})
    schema = {name: measured.schema[name] for name in by}
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    counts = {"n": pl.Int64, "n_nan": pl.Int64, "constant": pl.Boolean}
    return pl.DataFrame(rows, schema={**schema, "measure": pl.String, **numbers, **counts})


def _survival(episodes: pl.DataFrame, world: str | None) -> Row:
    """The row of the restricted mean survival time, up to the shortest horizon of the setting."""
    lengths, collapsed = episodes["length"].to_numpy(), episodes["collapsed"].to_numpy() > 0
    horizon = int(episodes["horizon"].min())  # type: ignore[arg-type]
    found = rmst_ci(lengths, collapsed, horizon, episodes[world] if world else None)
    alike = bool((lengths == lengths[0]).all() and (collapsed == collapsed[0]).all())
    bare = alike or int(found.n) < 2
    bounds = {"low": None if bare else float(found.low), "high": None if bare else float(found.high)}
    return {
        "value": float(found.value),
        **bounds,
        "n": int(found.n),
        "n_nan": 0,
        "constant": alike and int(found.n) > 1,
    }
