"""Where two runs of the same study differ: in their tables, cell by cell, and in what they ran on."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from .. import store
from ..content import TIMED
from ..store import Results

KEYS = {
    store.EPISODES: ["cell", "seed"],
    store.STEPS: ["cell", "seed", "step", "agent"],
    store.MESSAGES: ["cell", "seed", "step", "round", "agent"],
}
"""What names a row of each table."""
CONTEXT = ("versions", "git", "host", "launcher")
"""What a manifest says of the circumstances."""


class Difference(NamedTuple):
    """A column of a ``table`` in which ``rows`` rows differ, by ``most`` at most (None: they are not numbers).
    ``first`` names the first of them, where it ``was`` this and ``is_now`` that."""

    table: str
    column: str
    rows: int
    most: float | None
    first: dict[str, Any]
    was: Any
    is_now: Any


class Lonely(NamedTuple):
    """Rows of a ``table`` that only one run has, the old one or (``new``) the rerun; ``first`` names one of them."""

    table: str
    rows: int
    new: bool
    first: dict[str, Any]


def compare(old: Results, new: Results) -> tuple[list[Lonely], list[Difference]]:
    """What differs between the tables of two runs, in the order of tables and columns."""
    lonely: list[Lonely] = []
    found: list[Difference] = []
    for table, keys in KEYS.items():
        one, other = _or_empty(getattr(old, table), keys), _or_empty(getattr(new, table), keys)
        for rows, against, is_new in ((one, other, False), (other, one, True)):
            alone = rows.join(against, on=keys, how="anti").sort(keys)
            if alone.height:
                lonely.append(Lonely(table, alone.height, is_new, alone.select(keys).row(0, named=True)))
        both = one.select(keys).join(other.select(keys), on=keys).unique().sort(keys)
        was, now = (both.join(rows, on=keys, how="left", maintain_order="left") for rows in (one, other))
        columns = [name for name in dict.fromkeys([*was.columns, *now.columns]) if name not in (*keys, *TIMED)]
        found += [one for name in columns if (one := _difference(table, name, both, was, now)) is not None]
    return lonely, found


def _or_empty(frame: pl.DataFrame | None, keys: list[str]) -> pl.DataFrame:
    if frame is not None and frame.height:
        return frame
    return pl.DataFrame(schema={key: pl.String if key == "cell" else pl.Int64 for key in keys})


def _difference(table: str, name: str, keys: pl.DataFrame, was: pl.DataFrame, now: pl.DataFrame) -> Difference | None:
    nothing = pl.Series(name, [None] * keys.height)
    one, other = (frame[name] if name in frame.columns else nothing for frame in (was, now))
    if pl.Null not in (one.dtype, other.dtype) and one.dtype.is_numeric() != other.dtype.is_numeric():
        one, other = one.cast(pl.String), other.cast(pl.String)
    differ = one.ne_missing(other)
    if not differ.any():
        return None
    at = differ.arg_true()
    first = int(at[0])
    most = _most(one.filter(differ), other.filter(differ))
    return Difference(table, name, len(at), most, keys.row(first, named=True), one[first], other[first])


def _most(one: pl.Series, other: pl.Series) -> float | None:
    """The largest difference of numbers, or of the numbers in lists that are as long."""
    if isinstance(one.dtype, pl.List) and isinstance(other.dtype, pl.List):
        alike = (one.list.len() == other.list.len()).fill_null(False)
        one, other = one.filter(alike).explode(), other.filter(alike).explode()
    if not (one.dtype.is_numeric() and other.dtype.is_numeric()):
        return None
    most = (one.cast(pl.Float64) - other.cast(pl.Float64)).abs().max()
    return None if most is None else float(most)  # pyright: ignore[reportArgumentType]


def context(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """What two manifests say otherwise of the circumstances: its name, and both values."""
    one, other = (
        {name: value for head in CONTEXT for name, value in _flat(head, manifest.get(head))} for manifest in (old, new)
    )
    return [(name, one.get(name), other.get(name)) for name in {**one, **other} if one.get(name) != other.get(name)]


def _flat(head: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(f"{head}.{name}", part) for name, part in value.items()]
    return [(head, value)]
