"""Chunks: the points that are stepped as one batch, how they are cut, and how one is played."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from ..agents.agent import Agent
from ..agents.deliberator import SAMPLES, Deliberator
from ..agents.llm.agent import LLM
from ..agents.sharing import Entering, Mixed, Shuffled
from ..analysis.episodes import episode_measures
from ..envs.catalogue import make
from ..envs.chance import keys
from ..envs.game import Game
from ..envs.record import Record
from .cells import Cell, digest, seat_agents
from .designs.design import Design, point_ids
from .play import run

CHUNK_SECONDS = 2.0
"""What a chunk should take: long enough to be worth a batch, short enough to show progress and to lose little."""
SCRIPTED_SECONDS = 3e-7
DELIBERATION_SECONDS = 3e-6
ROLLOUT_SECONDS = 4e-8
POINT_SECONDS = 2e-5
ASKED_SECONDS = 0.1
"""Rough costs of a scripted move, of a move of a deliberator, of one step that it imagines, of measuring and keeping an
episode, and of a call to a language model, of which several are in flight (``benchmarks/chunks.py``)."""
FEWEST, BYTES = 32, 1 << 28
"""A smaller batch gains nothing; the record of a larger one would not fit in memory."""
_LANE = -7  # of the lots that are drawn among a cell's worlds: no seat has it
STEP_BYTES = 80
"""Of one seat's step in a record, and once more while it is turned round."""


class Chunk(NamedTuple):
    """Points of one batch: world b is ``cells[which[b]]`` of the design under ``seeds[b]``; ``sampled`` ones are kept
    step by step when only a sample is. ``seconds`` is a guess."""

    id: str
    cells: list[Cell]
    which: npt.NDArray[np.intp]
    seeds: npt.NDArray[np.uint64]
    sampled: npt.NDArray[np.bool_]
    points: list[str]
    seconds: float

    @property
    def game(self) -> Game:
        """The game that all its worlds play."""
        return make(self.cells[0].game, **self.cells[0].params)


def cut(design: Design, finished: set[str], most_points: int | None = None) -> list[Chunk]:
    """The points of a design that are not ``finished``, as chunks; the same points give the same chunks."""
    batches: dict[str, list[int]] = {}
    for k, cell in enumerate(design.cells):
        batches.setdefault(cell.batch_key(), []).append(k)
    chunks: list[Chunk] = []
    for members in batches.values():
        left = _left(design, members, finished)
        if left.points:
            per_point = _seconds_per_point(left)
            size = most_points or _points_of_a_chunk(left.game, per_point)
            size = len(left.points) if left.cells[0].whole else size
            parts = np.array_split(np.arange(len(left.points)), -(-len(left.points) // size))
            left = left._replace(seconds=len(left.points) * per_point)
            chunks += [part_of(left, part) for part in parts]
    return chunks


def _left(design: Design, members: list[int], finished: set[str]) -> Chunk:
    """All unfinished points of these cells, as one chunk."""
    cells = [design.cells[k] for k in members]
    names = [point_ids(cell.id, design.seeds[k]) for k, cell in zip(members, cells, strict=True)]
    keep = np.array([name not in finished for of_cell in names for name in of_cell], np.bool_)
    which = np.repeat(np.arange(len(members)), [len(of_cell) for of_cell in names])
    seeds = np.concatenate([design.seeds[k] for k in members])
    sampled = np.concatenate([drawn(design.seeds[k], design.sample) for k in members])
    points = [name for of_cell in names for name in of_cell if name not in finished]
    return Chunk("", cells, which[keep], seeds[keep], sampled[keep], points, 0.0)


def drawn(seeds: npt.NDArray[np.uint64], n: int) -> npt.NDArray[np.bool_]:
    """Which ``n`` of a cell's worlds (W,) are kept when a sample is: those whose seeds have the lowest hashes, whatever
    else is played, so that cells of the same seeds keep the same.
    """
    chosen = np.zeros(len(seeds), np.bool_)
    chosen[np.argsort(np.asarray(keys(seeds, _LANE)), kind="stable")[:n]] = True
    return chosen


def part_of(whole: Chunk, part: npt.NDArray[np.intp]) -> Chunk:
    """Some points of a chunk, by their places in it, with only the cells that they belong to."""
    used, which = np.unique(whole.which[part], return_inverse=True)
    points, cells = [whole.points[k] for k in part], [whole.cells[k] for k in used]
    seconds = whole.seconds * len(points) / len(whole.points)
    return Chunk(digest(points, 6), cells, which, whole.seeds[part], whole.sampled[part], points, seconds)


def _points_of_a_chunk(game: Game, per_point: float) -> int:
    in_memory = BYTES // (STEP_BYTES * game.n_agents * int(np.ceil(game.expected_steps)))
    return max(1, min(in_memory, max(FEWEST, int(CHUNK_SECONDS / per_point))))


def _seconds_per_point(batch: Chunk) -> float:
    """A rough estimate, for cutting and for the time left; nothing else depends on it."""
    game = batch.game
    agents = seat_agents(game, batch.cells[:1], np.zeros(1, np.intp))
    turns = game.expected_steps * game.turns_per_step
    return POINT_SECONDS + turns * sum(_seconds_per_move(game, agent) for agent in agents)


def _seconds_per_move(game: Game, agent: Agent) -> float:
    if isinstance(agent, Mixed):
        parts = zip(agent.shares, agent.agents, strict=True)
        return sum(share * _seconds_per_move(game, one) for share, one in parts)
    if isinstance(agent, Shuffled):
        return sum(_seconds_per_move(game, agent.agents[k]) for k in agent.listed) / len(agent.listed)
    if isinstance(agent, Entering):
        return _seconds_per_move(game, agent.before) + _seconds_per_move(game, agent.after)
    agent = agent.itself
    if isinstance(agent, LLM):
        return ASKED_SECONDS
    if not isinstance(agent, Deliberator):
        return SCRIPTED_SECONDS
    q = agent.params
    moves = min(q.limit, game.n_moves or q.limit)
    samples = q.samples or (SAMPLES if game.stochastic else 1)
    imagined = moves * samples * min(q.depth, game.max_steps) * game.turns_per_step
    return DELIBERATION_SECONDS + imagined * ROLLOUT_SECONDS


def as_plan(chunk: Chunk) -> dict[str, Any]:
    """The chunk as plain values, for whoever plays it."""
    return {
        "cells": [cell.plain() for cell in chunk.cells],
        "which": chunk.which.tolist(),
        "seeds": chunk.seeds.tolist(),
        "sampled": chunk.sampled.tolist(),
        "seconds": chunk.seconds,
    }


def size_of_plan(plan: Mapping[str, Any]) -> tuple[int, float]:
    """The points of a chunk that was written down, and the seconds that they may take."""
    return len(plan["seeds"]), plan["seconds"]


def from_plan(name: str, plan: Mapping[str, Any]) -> Chunk:
    """The chunk that :func:`as_plan` wrote down."""
    cells = [Cell.from_plain(told) for told in plan["cells"]]
    which, seeds = np.array(plan["which"], np.intp), np.array(plan["seeds"], np.uint64)
    points = [point_ids(cells[k].id, [seed])[0] for k, seed in zip(which, plan["seeds"], strict=True)]
    return Chunk(name, cells, which, seeds, np.array(plan["sampled"], np.bool_), points, plan["seconds"])


def play_chunk(chunk: Chunk) -> Record:
    """One episode of every point."""
    game = chunk.game
    return run(game, seat_agents(game, chunk.cells, chunk.which), chunk.seeds)


def episode_rows(
    chunk: Chunk, record: Record, measure: Callable[[Record], dict[str, np.ndarray]] = episode_measures
) -> pl.DataFrame:
    """One row per episode: point, cell, the factors, for each seat whether norms reach it, seed, episode, length,
    outcome, who sat in each seat, then every measure.

    What is undefined (NaN) becomes null; a measure of each seat, (W, N), becomes a column of lists.
    """
    lists = {"varied": pl.List(pl.String)}
    told = [cell.told() for cell in chunk.cells]
    factors = pl.DataFrame(told, schema_overrides=lists, infer_schema_length=None)[chunk.which]
    ended = {
        "bearers": _column(_bearing(chunk, record)),
        "seed": chunk.seeds,
        "episode": record.final["episode"],
        "length": record.lengths,
        "outcome": np.array(record.outcomes)[record.outcome],
        "who": pl.Series(record.who.tolist(), dtype=pl.List(pl.String)),
    }
    if record.prompts is not None:
        ended["prompts"] = pl.Series(record.prompts.tolist(), dtype=pl.List(pl.String))
    measures = {name: _column(values) for name, values in measure(record).items()}
    return pl.DataFrame({"point": chunk.points}).hstack(factors).with_columns(**{**ended, **measures})


def _bearing(chunk: Chunk, record: Record) -> npt.NDArray[np.bool_]:
    """(W, N): do the norms of its cell reach what whoever sits there does?"""
    bears = np.array([[cell.bearers[kind] for kind in record.kinds] for cell in chunk.cells])
    return bears[chunk.which[:, None], record.sat]


def _column(values: np.ndarray) -> pl.Series:
    flat = pl.Series(np.ascontiguousarray(values).ravel())
    if flat.dtype.is_float():
        flat = flat.fill_nan(None)
    return flat if values.ndim == 1 else flat.reshape((len(values), -1)).arr.to_list()


def step_rows(chunk: Chunk, record: Record, kept: npt.NDArray[np.bool_]) -> pl.DataFrame:
    """``record.frame()`` of the worlds ``kept`` (W,), with the cell of each row."""
    rows = record.lengths * record.game.n_agents
    cells = np.array([cell.id for cell in chunk.cells])[chunk.which]
    frame = record.frame().select(pl.Series("cell", np.repeat(cells, rows)), pl.all())
    return frame if kept.all() else frame.filter(np.repeat(kept, rows))


def message_rows(chunk: Chunk, record: Record, kept: npt.NDArray[np.bool_]) -> pl.DataFrame | None:
    """What was said in the worlds ``kept`` (W,), one row per message; None where nothing was."""
    said = [one for one in record.messages if kept[one.world]]
    if not said:
        return None
    world = np.array([one.world for one in said])
    cells = np.array([cell.id for cell in chunk.cells])[chunk.which]
    return pl.DataFrame(
        {
            "cell": cells[world],
            "seed": chunk.seeds[world],
            "step": np.array([one.step + 1 for one in said]),
            "round": np.array([one.round + 1 for one in said], np.int16),
            "agent": np.array([one.seat for one in said], np.int16),
            "words": [one.words for one in said],
        }
    )
