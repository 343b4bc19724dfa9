"""A tidy table of steps, one row per episode, step and agent, as :class:`..traces.Traces`: some episodes at a time."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from .measure import IntArray
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
    """A table in order of its episodes: where each begins, and its columns as numbers."""

    starts: Index
    world: Index
    step: IntArray
    agent: Index
    agents: list[Any]
    values: dict[str, npt.NDArray[Any]]
    cut_off: npt.NDArray[np.bool_]


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
    """The episodes of a table that is :func:`in_order`, in batches of the same agents and of like lengths.

    Args:
        steps: with ``keys``, ``step`` (whole numbers; the least of the table is the first step of every episode),
            ``agent``, ``reward``, and where there are such ``cooperation`` (a label, null: no choice) and
            ``addressee`` (an agent; null or −1 for nobody) and ``truncated`` (the episode was cut off). An agent
            without a row at a step was not there.
        keys: the columns that name an episode.
        horizon: nominal, of all or of each episode; the longest of them if left out.
        apart: (episodes,), numbers by which episodes are kept apart, such as those of other horizons.

    Raises:
        ValueError: for two rows of one agent at one step of one episode, for a reward that is missing, and for an
            episode beyond the horizon.
    """
    if steps.is_empty():
        return
    rows = _rows(steps, keys)
    lengths = np.maximum.reduceat(rows.step, rows.starts) + 1
    horizons = np.broadcast_to(lengths.max() if horizon is None else np.asarray(horizon), lengths.shape)
    if (short := np.flatnonzero(lengths > horizons)).size:
        k = short[0]
        raise ValueError(f"horizon must be at least the {lengths[k]} steps of the longest episode, got {horizons[k]}")
    seen = np.zeros((len(rows.starts), len(rows.agents)), np.bool_)
    seen[rows.world, rows.agent] = True
    kinds = np.packbits(seen, axis=1)
    if apart is not None:
        kinds = np.column_stack([kinds, apart])
    _, group = np.unique(kinds, axis=0, return_inverse=True)
    group = group.ravel()
    order = np.lexsort((lengths, group))
    ends = np.r_[rows.starts[1:], len(rows.world)]
    for some in _batches(order, group, lengths, seen.sum(axis=1)):
        who = np.flatnonzero(seen[some[0]])
        yield Part(some, _dense(rows, some, ends, lengths[some], who, int(horizons[some[0]])))


def whole(steps: pl.DataFrame, keys: Sequence[str]) -> Traces:
    """All episodes of a table that is :func:`in_order` side by side, with every agent that is in any of them; of a
    setting, for what can only be said of all its episodes together. Arguments and errors as for :func:`parts`.
    """
    rows = _rows(steps, keys)
    lengths = np.maximum.reduceat(rows.step, rows.starts) + 1
    ends = np.r_[rows.starts[1:], len(rows.world)]
    everyone = np.arange(len(rows.agents))
    return _dense(rows, np.arange(len(lengths)), ends, lengths, everyone, int(lengths.max()))


def _starts(steps: pl.DataFrame, keys: Sequence[str]) -> Index:
    """The rows at which another episode begins."""
    changes = steps.select(pl.any_horizontal([pl.col(key).ne_missing(pl.col(key).shift()) for key in keys]))
    found = changes.to_series().to_numpy().copy()
    found[:1] = True
    return np.flatnonzero(found)


def _rows(steps: pl.DataFrame, keys: Sequence[str]) -> _Rows:
    starts = _starts(steps, keys)
    world = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(steps)]))
    step = steps["step"].to_numpy().astype(np.int64)
    agents = sorted(steps["agent"].unique().to_list(), key=_natural)
    agent = _coded(steps["agent"], agents)
    values: dict[str, npt.NDArray[Any]] = {"reward": steps["reward"].cast(pl.Float64).fill_null(np.nan).to_numpy()}
    if np.isnan(values["reward"]).any():
        raise ValueError(f"reward must be a number in every row, and is missing in {np.isnan(values['reward']).sum()}")
    if "cooperation" in steps.columns:
        values["label"] = steps["cooperation"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    if "addressee" in steps.columns and steps["addressee"].is_not_null().any():
        values["addressee"] = _coded(steps["addressee"], agents)
    cut_off = np.zeros(len(starts), np.bool_)
    if "truncated" in steps.columns:
        cut_off[world[steps["truncated"].fill_null(False).to_numpy()]] = True
    return _Rows(starts, world, step - step.min(), agent, agents, values, cut_off)


def _natural(name: Any) -> tuple[Any, ...]:
    """Agents in the order in which people count them: agent_2 before agent_10."""
    if not isinstance(name, str):
        return ("", name)
    stem = name.rstrip("0123456789")
    return (stem, int(name[len(stem) :] or -1))


def _coded(column: pl.Series, agents: Sequence[Any]) -> Index:
    """Each agent's number; −1 for what is none of them."""
    if column.dtype.is_integer() and list(agents) == list(range(len(agents))):
        codes = column.fill_null(-1).to_numpy().astype(np.intp)
        return np.where(codes < len(agents), codes, -1)
    known = pl.Series(agents, dtype=column.dtype)
    found = column.replace_strict(known, pl.Series(range(len(agents))), default=-1, return_dtype=pl.Int64)
    return found.fill_null(-1).to_numpy().astype(np.intp)


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


def _dense(rows: _Rows, some: Index, ends: Index, lengths: IntArray, who: Index, horizon: int) -> Traces:
    """The rows of some episodes as arrays."""
    counts = ends[some] - rows.starts[some]
    first = np.repeat(rows.starts[some] - np.r_[0, np.cumsum(counts)[:-1]], counts)
    here = first + np.arange(counts.sum())
    shape = (len(some), int(lengths.max()), len(who))
    place = np.full(len(rows.agents) + 1, -1)  # the last: of nobody
    place[who] = np.arange(len(who))
    world = np.repeat(np.arange(len(some)), counts)
    flat = (world * shape[1] + rows.step[here]) * shape[2] + place[rows.agent[here]]
    there = np.zeros(shape, np.bool_)
    there.ravel()[flat] = True
    if there.sum() < len(flat):
        raise ValueError(_twice(rows, here, flat))
    rewards = np.zeros(shape)
    rewards.ravel()[flat] = rows.values["reward"][here]
    labels = addressee = None
    if "label" in rows.values:
        labels = np.full(shape, np.nan)
        labels.ravel()[flat] = rows.values["label"][here]
    if "addressee" in rows.values and len(who) > 1:
        addressee = np.full(shape, -1)
        addressee.ravel()[flat] = place[rows.values["addressee"][here]]
        addressee = addressee if (addressee >= 0).any() else None
    played = np.arange(shape[1]) < lengths[:, None]
    everyone = bool((there == played[:, :, None]).all())
    present = None if everyone else there
    return Traces(rewards, lengths, horizon, labels, addressee, present, open_end=rows.cut_off[some])


def _twice(rows: _Rows, here: Index, flat: Index) -> str:
    """Which rows are there more than once."""
    _, first, times = np.unique(flat, return_index=True, return_counts=True)
    again = here[first[times > 1][:MOST_SHOWN]]
    shown = ", ".join(f"agent {rows.agents[rows.agent[k]]!r} at step {rows.step[k]}" for k in again)
    return (
        f"every agent has one row a step of an episode, but {(times > 1).sum():,} have more (steps counted from 0: "
        f"{shown}); name all columns that tell episodes apart"
    )
