"""A tidy table of steps, one row per episode, step and agent, as :class:`..traces.Traces`: some episodes at a time."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from .measure import BoolArray, IntArray
from .traces import Traces

BLOCK = 1 << 19
"""Numbers of one array that are worked on at once."""
MOST_SHOWN = 3  # values that an error names
Index = npt.NDArray[np.intp]


class Part(NamedTuple):
    """Some episodes: their places among all of the table, in order of its rows, and what happened in them."""

    episodes: Index
    traces: Traces


class _Rows(NamedTuple):
    """A table in order of its episodes: where each begins, how long it was and who was in it, and its columns as
    numbers; steps count from 0 in each episode, seats are its agents in order of their names.
    """

    starts: Index
    lengths: IntArray
    seats: IntArray
    cut_off: BoolArray
    world: Index
    step: IntArray
    seat: Index
    values: dict[str, npt.NDArray[Any]]


def in_order(steps: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The table with the rows of each episode side by side: as it is where they are, else sorted by ``keys``."""
    return steps.sort(keys, maintain_order=True) if episodes_of(steps, keys).is_duplicated().any() else steps


def episodes_of(steps: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """One row for each episode of a table that is :func:`in_order`."""
    return steps.select(keys)[_starts(steps, keys)]


def parts(
    steps: pl.DataFrame,
    keys: Sequence[str],
    horizon: int | IntArray | None = None,
    apart: npt.NDArray[Any] | None = None,
) -> Iterator[Part]:
    """The episodes of a table that is :func:`in_order`, in batches of as many agents and of like lengths.

    Args:
        steps: with ``keys``, ``step`` (whole numbers without gaps, from anything on in each episode), ``agent``,
            ``reward``, and where there are such ``cooperation`` (a label, null: no choice), ``addressee`` (an agent;
            null or −1 for nobody) and ``truncated`` (the episode was cut off). An agent without a row at a step was not
            there; one without any is not of the episode.
        keys: the columns that name an episode.
        horizon: nominal, of all or of each episode; the longest of them if left out.
        apart: (episodes,), numbers by which episodes are kept apart, such as those of other horizons.

    Raises:
        ValueError: for two rows of one agent at one step of one episode, for a step at which nobody has a row, for a
            reward, step or agent that is missing, for an addressee who is nobody's name, and for an episode beyond the
            horizon.
    """
    if steps.is_empty():
        return
    rows = _rows(steps, keys)
    horizons = np.broadcast_to(rows.lengths.max() if horizon is None else np.asarray(horizon), rows.lengths.shape)
    if (short := np.flatnonzero(rows.lengths > horizons)).size:
        k = short[0]
        raise ValueError(f"horizon must be at least the {rows.lengths[k]} steps of an episode, got {horizons[k]}")
    kinds = rows.seats if apart is None else np.column_stack([rows.seats, apart])
    _, group = np.unique(kinds, axis=0, return_inverse=True)
    order = np.lexsort((rows.lengths, group.ravel()))
    for some in _batches(order, group.ravel(), rows.lengths, rows.seats):
        yield Part(some, _dense(rows, some, int(horizons[some[0]])))


def whole(steps: pl.DataFrame, keys: Sequence[str]) -> Traces:
    """All episodes of a table that is :func:`in_order` side by side, of a setting, for what can only be said of all of
    them together. A seat that an episode does not have is empty. Arguments and errors as for :func:`parts`.
    """
    rows = _rows(steps, keys)
    return _dense(rows, np.arange(len(rows.starts)), int(rows.lengths.max()))


def _starts(steps: pl.DataFrame, keys: Sequence[str]) -> Index:
    """The rows at which another episode begins."""
    changes = steps.select(pl.any_horizontal([pl.col(key).ne_missing(pl.col(key).shift()) for key in keys]))
    found = changes.to_series().to_numpy().copy()
    found[:1] = True
    return np.flatnonzero(found)


def _rows(steps: pl.DataFrame, keys: Sequence[str]) -> _Rows:
    starts = _starts(steps, keys)
    world = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(steps)]))
    step = _whole_numbers(steps["step"])
    step -= np.repeat(np.minimum.reduceat(step, starts), np.diff(np.r_[starts, len(steps)]))
    agent, names = _coded(steps["agent"])
    places = _Places(world, agent, len(starts), len(names))
    values: dict[str, npt.NDArray[Any]] = {"reward": _numbers(steps["reward"]).fill_null(np.nan).to_numpy()}
    if np.isnan(values["reward"]).any():
        raise ValueError(f"reward must be a number in every row, and is missing in {np.isnan(values['reward']).sum()}")
    if "cooperation" in steps.columns:
        values["label"] = _numbers(steps["cooperation"]).fill_null(np.nan).to_numpy()
    if "addressee" in steps.columns and steps["addressee"].is_not_null().any():
        values["addressee"] = _addressees(steps["addressee"], names, world, places)
    cut_off = np.zeros(len(starts), np.bool_)
    if "truncated" in steps.columns:
        cut_off[world[steps["truncated"].cast(pl.Boolean).fill_null(False).to_numpy()]] = True
    lengths = np.maximum.reduceat(step, starts) + 1
    return _Rows(starts, lengths, places.counts, cut_off, world, step, places.of(world, agent), values)


def _whole_numbers(column: pl.Series) -> IntArray:
    found = _numbers(column).fill_null(np.nan).to_numpy()
    if not np.isfinite(found).all() or (found != np.floor(found)).any():
        raise ValueError(f"{column.name} must be a whole number in every row")
    return found.astype(np.int64)


def _numbers(column: pl.Series) -> pl.Series:
    if not (column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null)):
        raise ValueError(f"{column.name} must hold numbers, got {column.dtype}")
    return column.cast(pl.Float64)


def _coded(column: pl.Series) -> tuple[Index, list[Any]]:
    """Each agent's number, and their names in the order in which people count: agent_2 before agent_10."""
    if column.has_nulls():
        raise ValueError(f"agent must be named in every row, and is missing in {column.null_count()}")
    names = sorted(column.unique().to_list(), key=_natural)
    known = pl.Series(names, dtype=column.dtype)
    return column.replace_strict(known, pl.Series(range(len(names))), return_dtype=pl.Int64).to_numpy(), names


def _natural(name: Any) -> tuple[Any, ...]:
    if not isinstance(name, str):
        return ("", name)
    stem = name.rstrip("0123456789")
    return (stem, int(name[len(stem) :] or -1), name)


def _addressees(column: pl.Series, names: list[Any], world: Index, places: "_Places") -> Index:
    """The seat of whom each act is towards, −1 for nobody."""
    told = column.to_frame().with_row_index("row").drop_nulls()
    if column.dtype.is_numeric():
        told = told.filter(pl.col(column.name) != -1)
    keys = pl.DataFrame({column.name: pl.Series(names).cast(column.dtype, strict=False), "code": range(len(names))})
    found = told.join(keys, on=column.name, how="left", maintain_order="left")
    at = found["row"].to_numpy()
    coded = np.full(len(column), -1)
    coded[at] = places.of(world[at], found["code"].fill_null(-1).to_numpy())
    if (strangers := at[coded[at] < 0]).size:
        shown = ", ".join(map(repr, column.gather(strangers[:MOST_SHOWN]).to_list()))
        raise ValueError(
            f"addressee must be an agent of the episode, null or -1; {len(strangers):,} rows name others: {shown}"
        )
    return coded


class _Places:
    """Which seat each agent has in each episode: its agents in order, from 0 on."""

    _LARGE = 1 << 27  # entries of a table of all episodes and agents

    def __init__(self, world: Index, agent: Index, worlds: int, agents: int) -> None:
        self._agents = agents
        self._table = self._pairs = None
        if worlds * agents <= self._LARGE:
            seen = np.zeros((worlds, agents), np.bool_)
            seen[world, agent] = True
            self._table = np.where(seen, np.cumsum(seen, axis=1, dtype=np.int32) - 1, -1)
            self.counts = seen.sum(axis=1)
        else:  # names of their own in every episode
            self._pairs = np.unique(world * agents + agent)
            of = self._pairs // agents
            self._first = np.searchsorted(of, np.arange(worlds))
            self.counts = np.bincount(of, minlength=worlds)

    def of(self, world: Index, agent: Index) -> Index:
        """The seats, −1 where an agent is none of the episode's or below 0."""
        if self._table is not None:
            return np.where(agent < 0, -1, self._table[world, agent])
        assert self._pairs is not None
        code = world * self._agents + agent
        at = np.minimum(np.searchsorted(self._pairs, code), len(self._pairs) - 1)
        return np.where((agent >= 0) & (self._pairs[at] == code), at - self._first[world], -1)


def _batches(order: Index, group: Index, lengths: IntArray, agents: IntArray) -> Iterator[Index]:
    """Episodes of one group each, as many as fit."""
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    for members in np.split(order, cuts):
        done = 0
        while done < len(members):
            size = 1
            while done + size < len(members):  # doubled as long as the longest of them leaves room
                more = min(2 * size, len(members) - done)
                last = members[done + more - 1]
                if more * int(lengths[last]) * int(agents[last]) > BLOCK:
                    break
                size = more
            yield members[done : done + size]
            done += size


def _dense(rows: _Rows, some: Index, horizon: int) -> Traces:
    """The rows of some episodes as arrays."""
    ends = np.r_[rows.starts[1:], len(rows.world)]
    counts = ends[some] - rows.starts[some]
    here = np.repeat(rows.starts[some] - np.r_[0, np.cumsum(counts)[:-1]], counts) + np.arange(counts.sum())
    lengths = rows.lengths[some]
    shape = (len(some), int(lengths.max()), int(rows.seats[some].max()))
    world = np.repeat(np.arange(len(some)), counts)
    flat = (world * shape[1] + rows.step[here]) * shape[2] + rows.seat[here]
    there = np.zeros(shape, np.bool_)
    there.ravel()[flat] = True
    if there.sum() < len(flat):
        raise ValueError(_twice(rows, here, flat))
    if (there.any(axis=2).sum(axis=1) < lengths).any():
        raise ValueError("step must count on by 1: an episode has a step at which nobody has a row")
    rewards = np.zeros(shape)
    rewards.ravel()[flat] = rows.values["reward"][here]
    labels = addressee = None
    if "label" in rows.values:
        labels = np.full(shape, np.nan)
        labels.ravel()[flat] = rows.values["label"][here]
    if "addressee" in rows.values and shape[2] > 1:
        addressee = np.full(shape, -1)
        addressee.ravel()[flat] = rows.values["addressee"][here]
        addressee = addressee if (addressee >= 0).any() else None
    played = np.arange(shape[1]) < lengths[:, None]
    present = None if (there == played[:, :, None]).all() else there
    return Traces(rewards, lengths, horizon, labels, addressee, present, cut_off=rows.cut_off[some])


def _twice(rows: _Rows, here: Index, flat: Index) -> str:
    """Which rows are there more than once."""
    _, first, times = np.unique(flat, return_index=True, return_counts=True)
    again = here[first[times > 1][:MOST_SHOWN]]
    shown = ", ".join(f"seat {rows.seat[k]} at step {rows.step[k]} of episode {rows.world[k]}" for k in again)
    return (
        f"every agent has one row a step of an episode, but {(times > 1).sum():,} have more (all counted from 0: "
        f"{shown}); name all columns that tell episodes apart"
    )
