"""The panel of reciprocity (METRICS.md §2.2) of every setting of a run, or of a table of anybody's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from ..envs.record import Record
from .measuring import CELL, is_run, table_of, told
from .reading import whole
from .reciprocity import TERMS, panel, panel_null

_DIRECT = TERMS[0]


def panels(
    source: Any,
    *,
    by: Sequence[str] = (),
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
        ``flags``, and with ``draws`` the ``null_mean``, ``excess`` (plain, less that) and ``p`` of the direct term.
        A term that is not in the panel, or not identified, has no row.

    Raises:
        ValueError: for a table without labels, or that lacks a column; for a run without steps.

    >>> import comity
    >>> record = comity.play("matrix", ["tft"], worlds=40, horizon=60, action_noise=0.1)
    >>> panels(record).select("term", pl.col("value").round(1)).rows()
    [('direct', 0.8), ('own', 0.0)]
    """
    settings, keys = list(by), [*by, "episode"]
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
        acts = whole(part, keys).acts
        if acts is not None and acts.shape[2] > 1:
            beside = dict(zip(settings, setting, strict=True))
            rows += [{**beside, **row} for row in _rows(acts, lag, draws, seed)]
    numbers = dict.fromkeys(("value", "low", "high", "error", "uncorrected"), pl.Float64)
    schema = {name: steps.schema[name] for name in settings} | {"term": pl.String, **numbers}
    schema |= {"n": pl.Int64, "rows": pl.Int64, "flags": pl.String}
    null = dict.fromkeys(("null_mean", "excess", "p"), pl.Float64)
    return pl.DataFrame(rows, schema=schema | (null if draws else {}))


def _rows(acts: np.ndarray, lag: int, draws: int, seed: int) -> list[dict[str, Any]]:
    """Of one setting."""
    fit = panel(acts, lag)
    rows = []
    for k, term in enumerate(TERMS):
        if np.isnan(fit.value[k]):
            continue
        numbers = {name: _known(getattr(fit, name)[k]) for name in ("value", "low", "high", "error", "uncorrected")}
        told_of = {"n": int(fit.n[k]), "rows": fit.rows, "flags": ", ".join(fit.flags)}
        row = {"term": term, **numbers, **told_of}
        if draws and term == _DIRECT:
            null = panel_null(acts, draws=draws, seed=seed)
            row |= {name: _known(getattr(null, name)) for name in ("null_mean", "excess", "p")}
        rows.append(row)
    return rows


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
