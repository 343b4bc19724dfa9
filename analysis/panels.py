"""The panel of reciprocity (METRICS.md §2.2) of every setting of a run, or of a table of anybody's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from ..envs.record import Record
from .measuring import CELL, is_run, keys_of, table_of, told
from .reading import whole
from .reciprocity import TERMS, panel, panel_null
from .traces import Traces

_DIRECT = TERMS[0]


def panels(
    source: Any,
    *,
    by: str | Sequence[str] = (),
    cooperation: str | pl.Expr | None = None,
    lag: int = 1,
    draws: int = 0,
    seed: int = 0,
) -> pl.DataFrame:
    """Direct, generalised and indirect reciprocity, and the weight of one's own last act, of every setting.

    Args:
        source: as for :func:`comity.measures`; of a stored run the steps must have been recorded.
        by: of a table, the columns that name a setting; a stored run has its cells.
        cooperation: of a table, as for :func:`comity.measures`.
        lag: in steps, of what others did.
        draws: shuffles of the null beside the direct term (:func:`.reciprocity.panel_null`); 0 for none.
        seed: of the shuffles.

    Returns:
        One row per setting and term: ``by`` (or ``cell``), ``term``, ``value``, ``low``, ``high`` (95 %, clustered by
        episode), ``error``, ``uncorrected`` (plain least squares), ``n`` clusters in which the term varies, ``rows``,
        ``flags``, and with ``draws`` of the direct term the ``null_mean``, the ``excess`` of ``uncorrected`` over it,
        and ``p``, the share of shuffles that reach ``uncorrected`` (METRICS.md's β is the uncorrected one).
        A term that is not in the panel, or not identified, has no row.

    Raises:
        ValueError: for a table without labels, or that lacks a column; for a run without steps.

    >>> import comity
    >>> record = comity.play("matrix", ["tft"], worlds=40, horizon=60, action_noise=0.1)
    >>> panels(record).select("term", pl.col("value").round(1)).rows()
    [('direct', 0.8), ('own', 0.0)]
    """
    keys = keys_of(by)
    settings = keys[:-1]
    if isinstance(source, Record):
        source = source.frame().rename({"seed": "episode"})
    if is_run(source):
        if source.steps is None:
            raise ValueError("the run kept no steps: play it with record=all")
        settings, table = ["cell"], source.steps
        keys = [name for name in CELL if name in table.columns]
        table = table.with_columns(pl.lit(0.0).alias("reward")) if "reward" not in table.columns else table
    else:
        table = table_of(source)
    steps = told(table, keys, cooperation)
    if "cooperation" not in steps.columns:
        raise ValueError("the table has no cooperation labels: name their column, or say how they follow from others")
    found = steps.partition_by(settings, as_dict=True, maintain_order=True) if settings else {(): steps}
    rows = []
    for setting, part in found.items():
        traces = None if part.is_empty() else whole(part, keys)
        if traces is not None and traces.n_agents > 1:
            beside = dict(zip(settings, setting, strict=True))
            rows += [{**beside, **row} for row in _rows(traces, lag, draws, seed)]
    numbers = dict.fromkeys(("value", "low", "high", "error", "uncorrected"), pl.Float64)
    schema = {name: steps.schema[name] for name in settings} | {"term": pl.String, **numbers}
    schema |= {"n": pl.Int64, "rows": pl.Int64, "flags": pl.String}
    null = dict.fromkeys(("null_mean", "excess", "p"), pl.Float64)
    return pl.DataFrame(rows, schema=schema | (null if draws else {}))


def _rows(traces: Traces, lag: int, draws: int, seed: int) -> list[dict[str, Any]]:
    """Of one setting."""
    acts = traces.acts
    assert acts is not None
    fit = panel(acts, lag)
    rows = []
    for k, term in enumerate(TERMS):
        if np.isnan(fit.value[k]):
            continue
        row: dict[str, Any] = {"term": term, "n": int(fit.n[k]), "rows": fit.rows}
        row |= {name: _known(getattr(fit, name)[k]) for name in ("value", "low", "high", "error", "uncorrected")}
        flags = fit.flags
        if draws and term == _DIRECT:
            null = panel_null(acts, lag, draws, seed, traces.lengths)
            row |= {"null_mean": _known(null.null_mean), "excess": _known(null.excess), "p": _known(null.p)}
            flags = tuple(dict.fromkeys((*flags, *null.flags)))
        rows.append({**row, "flags": ", ".join(flags)})
    return rows


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
