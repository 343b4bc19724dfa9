"""The content hash of a sweep's tables: two runs found the same exactly when their hashes are equal.

It depends on what the tables say and on nothing else: not on how points were cut into chunks, the order of rows and
columns, the compression, the launcher, the version of polars, or how wide a number is stored. Per table and **lane**
ℓ ∈ {0, 1}, everything modulo 2^64:

- ``mix`` is the finaliser of splitmix64 (Steele, Lea & Flood 2014; constants by Stafford, variant 13), a bijection.
- A word w (text, or the name of a column) has as key_ℓ(w) the ℓ-th eight bytes, little-endian, of BLAKE2b-128 of its
  UTF-8.
- value_ℓ of a number is mix(bits ⊕ tag): a whole number in [0, 2^64) has its own bits and the tag NATURAL, a negative
  one in two's complement NEGATIVE, any other float its IEEE 754 bits and FRACTION (all NaN alike; -0 is 0). A float
  below 2^63 that is whole counts as that whole number. Of true and false it is mix(1 or 0 ⊕ TRUTH), of text
  key_ℓ(text). Of a list of n it is mix(LIST + n + Σ mix(value_ℓ of the k-th, a null mix(NULL), + mix(k))), k = 1…n.
- row_ℓ = Σ mix(value_ℓ + key_ℓ(column)) over the cells of a row; a null adds nothing, like a column that is not there.
- table_ℓ = Σ mix(row_ℓ) over the rows.

Columns that a stopwatch wrote (``TIMED``) are left out: they differ whenever models are asked anew. A table's hash is
table_0 and table_1 as 32 hexadecimal digits; that of all tables the BLAKE2b-128 of the JSON (keys sorted, no spaces)
of {table: {"hash": …, "rows": …}}, tables without rows left out. It finds what differs by accident, and is no seal
against whoever would forge a table.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from . import store
from .cells import digest

Words = npt.NDArray[np.uint64]

TABLES = (store.EPISODES, store.STEPS, store.MESSAGES)
TIMED = ("llm_latency", "llm_latency_by_seat")
"""How long models took to answer: of the clock, not of what was found."""
LANES = 2
NATURAL, NEGATIVE, FRACTION, TRUTH, LIST, NULL = (np.uint64(k * 0x9E3779B97F4A7C15 % 2**64) for k in range(1, 7))
_WHOLE = 2.0**63  # floats below are whole numbers of 64 bits, where they are whole


class Content(NamedTuple):
    """The hash of a table, or of some of its rows: ``rows`` and the ``sums`` of the lanes. Parts add up."""

    rows: int = 0
    sums: tuple[int, ...] = (0,) * LANES

    def plus(self, other: Self) -> Self:
        """Of the rows of both."""
        sums = tuple((one + more) % 2**64 for one, more in zip(self.sums, other.sums, strict=True))
        return self._replace(rows=self.rows + other.rows, sums=sums)

    @property
    def hash(self) -> str:
        """32 hexadecimal digits."""
        return "".join(f"{lane:016x}" for lane in self.sums)


def content_of(frames: Iterable[pl.DataFrame]) -> Content:
    """Of a table in parts, read one at a time."""
    total = Content()
    for frame in frames:
        total = total.plus(_content(frame))
    return total


def told(contents: dict[str, Content]) -> dict[str, Any]:
    """What a manifest says: the hash of all tables together, and rows and hash of each that has any rows."""
    tables = {name: {"rows": one.rows, "hash": one.hash} for name, one in contents.items() if one.rows}
    return {"hash": digest(tables, size=16), "tables": tables}


def content(directory: Path) -> dict[str, Any]:
    """The content of the tables that lie in the directory of a sweep, read anew, one shard after the other."""
    return told({name: content_of(_shards(directory, name)) for name in TABLES})


def _shards(directory: Path, table: str) -> Iterator[pl.DataFrame]:
    for path in store.shards_of(directory, table):
        yield store.read_shard(path)


def _content(frame: pl.DataFrame) -> Content:
    rows = np.zeros((LANES, frame.height), np.uint64)
    for column in frame.select(name for name in frame.columns if name not in TIMED):
        there = column.is_not_null().to_numpy()
        for row, value, key in zip(rows, _values(column), _keys([column.name])[:, 0], strict=True):
            row += np.where(there, _mixed(value + key), np.uint64(0))
    return Content(frame.height, tuple(int(row.sum(dtype=np.uint64)) for row in map(_mixed, rows)))


def _values(column: pl.Series) -> Words:
    """(LANES, rows): value_ℓ of each cell, anything where it is null."""
    kind = column.dtype
    if isinstance(kind, pl.List | pl.Array):
        return _lists(column)
    if isinstance(kind, pl.String | pl.Categorical | pl.Enum):
        return _texts(column.cast(pl.String))
    if kind == pl.Null:
        return np.zeros((LANES, len(column)), np.uint64)
    if kind == pl.Boolean:
        bits = column.fill_null(False).to_numpy().astype(np.uint64) ^ TRUTH
    elif kind.is_float():
        bits = _floats(column.cast(pl.Float64).fill_null(0.0).to_numpy())
    elif kind.is_integer():
        whole = column.fill_null(0).to_numpy()
        bits = whole.astype(np.uint64) ^ np.where(whole < 0, NEGATIVE, NATURAL)
    else:
        raise TypeError(f"the column {column.name!r} holds {kind}, of which no content hash is defined")
    return np.broadcast_to(_mixed(bits), (LANES, len(column)))


def _floats(values: npt.NDArray[np.float64]) -> Words:
    with np.errstate(invalid="ignore"):
        whole = (np.trunc(values) == values) & (np.abs(values) < _WHOLE)
        as_whole = np.where(whole, values, 0.0).astype(np.int64)
    exact = np.where(np.isnan(values), np.nan, values).view(np.uint64) ^ FRACTION
    return np.where(whole, as_whole.astype(np.uint64) ^ np.where(as_whole < 0, NEGATIVE, NATURAL), exact)


def _texts(column: pl.Series) -> Words:
    filled = column.fill_null("")
    words = filled.unique(maintain_order=True)
    if len(words) == len(filled):
        return _keys(filled.to_list())
    return _keys(words.to_list())[:, filled.cast(pl.Enum(words)).to_physical().to_numpy()]


def _lists(column: pl.Series) -> Words:
    if isinstance(column.dtype, pl.Array):
        column = column.arr.to_list()
    lengths = column.list.len().fill_null(0).to_numpy().astype(np.intp)
    parts = column.drop_nulls()
    parts = parts.filter(parts.list.len() > 0).explode()
    row = np.repeat(np.arange(len(column)), lengths)
    place = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + 1
    null, at = parts.is_null().to_numpy(), _mixed(place.astype(np.uint64))
    found = np.zeros((LANES, len(column)), np.uint64)
    for lane, value in zip(found, _values(parts), strict=True):
        np.add.at(lane, row, _mixed(np.where(null, _mixed(NULL), value) + at))
        lane[:] = _mixed(lane + LIST + lengths.astype(np.uint64))
    return found


def _keys(words: list[str]) -> Words:
    """(LANES, words): key_ℓ of each."""
    joined = b"".join(hashlib.blake2b(word.encode(), digest_size=8 * LANES).digest() for word in words)
    return np.frombuffer(joined, "<u8").astype(np.uint64).reshape(-1, LANES).T


def _mixed(words: Words | np.uint64) -> Words:
    words = np.atleast_1d(words)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
