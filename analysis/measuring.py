"""Every measure as a column: of a stored run, of a record, of episodes of a user's own, of a plain table."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from ..envs.record import Record
from .columns import Columns, conduct, core, paths, plural
from .definitions import MEANINGS
from .episodes import episode_measures
from .measure import total
from .reading import Part, episodes_of, in_order, parts
from .traces import Traces, of_record

NEEDED = ("step", "agent", "reward")
_LABELS = "cooperation"
_TOLD = (_LABELS, "addressee", "truncated")  # what a table may have beside them
_PLACE = "place of the episode"
THREADS = min(4, os.cpu_count() or 1)
CELL = ("cell", "seed", "episode")
"""What names an episode of a stored run."""


def measures(
    source: Any,
    *,
    by: str | Sequence[str] = (),
    cooperation: str | pl.Expr | None = None,
    horizon: int | str | None = None,
    anchors: tuple[float, float] | None = None,
    need: float | None = None,
) -> pl.DataFrame:
    """Every measure that is a number of an episode and that the source allows, one row per episode, one column each.

    Args:
        source: a stored run as :func:`comity.load` reads it; a :class:`comity.Record`; an environment wrapped by
            :func:`comity.RecordEpisodes`; or a table (polars, pandas, or a mapping of columns) with one row per
            episode, step and agent: ``episode``, ``step``, ``agent``, ``reward``, and if they are known ``action``,
            ``cooperation`` (label in [0, 1], null: no choice), ``addressee``, and ``truncated`` (true where an episode
            was cut off; without it the rules ended all of them).
        by: columns of a table that name the setting; with ``episode`` they tell episodes apart, and are kept. None may
            be called as a measure is.
        cooperation: of a table, the column of the labels, or an expression over its columns, such as
            ``pl.col("action") == 1``; the column ``cooperation`` if there is one.
        horizon: of a table, the nominal horizon in steps, or the column that has it; its longest episode if left out.
        anchors: of a table, (W_N, W_O): welfare of the worst symmetric equilibrium and of the optimum, for the
            normalised measures.
        need: z, what an agent needs over an episode, for ``sufficiency``, ``shortfall`` and ``fgt``.

    Returns:
        What names each episode, then the measures: float64, bool for events, lists over agents where the key ends in
        ``_by_seat``. Undefined is null. A run without recorded steps has the columns that need none. What a column
        means: ``comity.analysis.MEANINGS``.

    Raises:
        ValueError: for a table that lacks a column, has a row twice or a reward too few, and for an option that is
            wrong, or that the source does not take.
        TypeError: for what is none of these.

    >>> table = measures({"episode": [0] * 4, "step": [0, 0, 1, 1], "agent": ["a", "b"] * 2, "reward": [3, 3, 0, 5.0]})
    >>> table.select("episode", "welfare", "rawls", "gini").rows()
    [(0, 11.0, 3.0, 0.22727272727272727)]
    """
    if need is not None and not need > 0:
        raise ValueError(f"need must be above 0, got {need}")
    options = {"by": by, "cooperation": cooperation, "horizon": horizon, "anchors": anchors}
    if isinstance(source, Record):
        _refuse("a record", options)
        return _table(pl.DataFrame({"seed": source.seeds}), episode_measures(source) | _more(of_record(source), need))
    if is_run(source):
        _refuse("a stored run", options)
        return _of_run(source.episodes, source.steps, need)
    if anchors is not None and not (len(anchors) == 2 and anchors[0] < anchors[1]):
        raise ValueError(f"anchors must be (worst equilibrium, optimum), the first below the second, got {anchors}")
    return _of_table(table_of(source), keys_of(by), cooperation, horizon, anchors, need)


def is_run(source: Any) -> bool:
    """Is it a stored run, as :func:`comity.load` reads one?"""
    return hasattr(source, "manifest") and hasattr(source, "episodes")


def _refuse(what: str, options: Mapping[str, Any]) -> None:
    given = [name for name, value in options.items() if value is not None and value != ()]
    if given:
        raise ValueError(f"{', '.join(given)} cannot be given for {what}, which knows it already")


def _more(traces: Traces, need: float | None) -> Columns:
    """The measures beyond those that every table of episodes has."""
    return plural(total(traces.rewards), need) | conduct(traces) | paths(traces)


# -- a plain table -----------------------------------------------------------------------------------------------------


def keys_of(by: str | Sequence[str]) -> list[str]:
    """The columns that name an episode, of which the last is ``episode``. Raises ValueError for a name that a column of
    the result has.
    """
    names = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    taken = [name for name in names if name in MEANINGS or name in (*NEEDED, *_TOLD)]
    if taken:
        raise ValueError(
            f"by must not name {', '.join(taken)}, which a measure, or what it is made of, is called: rename"
        )
    return [*(name for name in names if name != "episode"), "episode"]


def _of_table(
    steps: pl.DataFrame,
    keys: list[str],
    cooperation: str | pl.Expr | None,
    horizon: int | str | None,
    anchors: tuple[float, float] | None,
    need: float | None,
) -> pl.DataFrame:
    horizons = horizon
    steps = told(steps, keys, cooperation, [horizon] if isinstance(horizon, str) else [])
    if isinstance(horizon, str):
        horizons = steps.group_by(keys, maintain_order=True).agg(pl.col(horizon).max())[horizon].to_numpy()
    worst, optimum = anchors or (np.nan, np.nan)

    def measured(part: Part) -> Columns:
        worlds = len(part.episodes)
        known = replace(part.traces, worst=np.full(worlds, worst), optimum=np.full(worlds, optimum))
        return core(known) | _more(known, need)

    found = parts(steps, keys, horizons, apart=None if isinstance(horizons, int | None) else horizons)  # type: ignore[arg-type]
    return _gathered(episodes_of(steps, keys), list(_each(found, measured)))


def told(
    steps: pl.DataFrame, keys: Sequence[str], cooperation: str | pl.Expr | None, more: Sequence[str] = ()
) -> pl.DataFrame:
    """What measures need of a plain table, and ``more`` of it, its labels under their own name, episode by episode.
    Raises ValueError for a table that lacks a column.
    """
    wanted = (*keys, *NEEDED, *more)
    lacking = [name for name in wanted if name not in steps.columns]
    if lacking:
        raise ValueError(f"the table lacks {', '.join(lacking)}; it must have {', '.join(wanted)}")
    if cooperation is not None:
        if isinstance(cooperation, str) and cooperation not in steps.columns:
            raise ValueError(f"cooperation must be a column of the table, got {cooperation!r}; it has {steps.columns}")
        found = pl.col(cooperation) if isinstance(cooperation, str) else cooperation
        steps = steps.with_columns(found.cast(pl.Float64).alias(_LABELS))
    return in_order(steps.select(*wanted, *(name for name in _TOLD if name in steps.columns)), keys)


def table_of(source: Any) -> pl.DataFrame:
    """The rows of a recorded environment, or of anything that polars takes for a table."""
    table = getattr(source, "episodes", source)
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, pl.DataFrame):
        return table
    if hasattr(table, "step") and hasattr(table, "reset"):
        raise TypeError("an environment is measured by what was played in it: wrap it in comity.RecordEpisodes first")
    try:
        return pl.DataFrame(table, strict=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{type(source).__name__} is no run, record, recorded environment or table") from error


# -- a stored run ------------------------------------------------------------------------------------------------------


def _of_run(episodes: pl.DataFrame, steps: pl.DataFrame | None, need: float | None) -> pl.DataFrame:
    """The table of episodes, with the columns that it lacks."""
    seats = episodes["payoff_by_seat"].list.len().to_numpy()
    shared = [np.flatnonzero(seats == n) for n in np.unique(seats)]
    payoffs = [(some, np.array(episodes["payoff_by_seat"].gather(some).to_list(), np.float64)) for some in shared]
    found = _gathered(episodes, [(some, plural(paid, need)) for some, paid in payoffs])
    if steps is None:
        return found
    keys = [name for name in CELL if name in episodes.columns and name in steps.columns]
    steps = in_order(steps, keys)
    kept = episodes_of(steps, keys).join(episodes.select(*keys, *_facts(episodes)), on=keys, maintain_order="left")
    apart = kept.select(pl.struct("horizon", "rates").rank("dense")).to_series().to_numpy()
    horizons = kept["horizon"].to_numpy()

    def measured(part: Part) -> Columns:
        known = replace(part.traces, rates=bool(kept["rates"][int(part.episodes[0])]))
        return conduct(known) | paths(known)

    beside = _gathered(kept.select(keys), list(_each(parts(steps, keys, horizons, apart=apart), measured)))
    return found.join(beside, on=keys, how="left", maintain_order="left")


def _each(found: Iterable[Part], measured: Callable[[Part], Columns]) -> Iterator[tuple[np.ndarray, Columns]]:
    """The columns of each part. NumPy lets threads work side by side; no more parts than these are in memory."""
    waiting: deque[tuple[np.ndarray, Future[Columns]]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for part in found:
            waiting.append((part.episodes, pool.submit(measured, part)))
            if len(waiting) > THREADS:
                places, columns = waiting.popleft()
                yield places, columns.result()
        for places, columns in waiting:
            yield places, columns.result()


def _facts(episodes: pl.DataFrame) -> list[pl.Expr]:
    """What the steps do not tell: the horizon, and whether payoffs come step by step."""
    if "horizon" not in episodes.columns:
        raise ValueError("the run's episodes lack their horizon, as an older comity played them: play it again")
    rate = "welfare_per_step"
    return [
        pl.col("horizon"),
        (pl.col(rate).is_not_null() if rate in episodes.columns else pl.lit(False)).alias("rates"),
    ]


# -- columns -----------------------------------------------------------------------------------------------------------


def _table(named: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """The columns beside what names the episodes; what is undefined is null."""
    return _gathered(named, [(np.arange(len(named)), columns)])


def _gathered(named: pl.DataFrame, found: Sequence[tuple[np.ndarray, Columns]]) -> pl.DataFrame:
    """The columns of some episodes each, in the places of these; null where a column is not of an episode."""
    tables = []
    for places, columns in found:
        series = [_series(name, values) for name, values in columns.items()]
        tables.append(pl.DataFrame([pl.Series(_PLACE, places), *series]))
    if not tables:
        return named
    whole = pl.concat(tables, how="diagonal_relaxed").sort(_PLACE)
    return named.with_columns(whole.drop(_PLACE)) if len(whole) == len(named) else _beside(named, whole)


def _beside(named: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    placed = named.with_row_index(_PLACE).with_columns(pl.col(_PLACE).cast(pl.Int64))
    return placed.join(columns, on=_PLACE, how="left", maintain_order="left").drop(_PLACE)


def _series(name: str, values: np.ndarray) -> pl.Series:
    """(W,) as a column, (W, N) as one of lists."""
    if values.ndim == 1:
        return pl.Series(name, values, nan_to_null=True)
    worlds, n = values.shape
    flat = pl.Series(name, values.ravel(), nan_to_null=True)
    return flat.reshape((worlds, n)).arr.to_list()
