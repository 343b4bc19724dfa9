"""What a sweep would take, before it is played: cells, points, chunks and jobs, and how long and how large, by playing
some of every kind of batch. Nothing is written.

A **pilot** plays some points of a kind of batch, from all its cells, in this process: one point, which compiles or
loads the kernels and is timed apart; one again, then ``SOME``, and more, up to a whole chunk, as time allows. A line
through the last two sizes gives the seconds and bytes of a chunk and of a point. What a batch takes grows more slowly
than its points, so that a line from small ones says too much rather than too little. Kinds that no time is left for
take what :mod:`..chunks` guesses of them, times what it was off for those of the same game, or for all.
Kinds that ask language models are never played: their calls are counted, and priced, by :mod:`.cost`.
"""

import io
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from omegaconf import DictConfig

from ..calls import asks
from ..chunks import ASKED_SECONDS, Chunk, play_chunk
from ..composing import composer
from ..designs.design import Design
from ..designs.grids import sort_overrides
from ..jobs.launch import shared_out
from ..jobs.launchers import jobs_of
from ..jobs.task import tables_of
from ..schema import Calls
from ..study import study_of, with_default
from .cost import Estimate, estimates

KIND_SECONDS, ALL_SECONDS = 2.0, 12.0
"""More points are played where they should take no longer than the one, and no further kind after the other."""
SOME, GROWTH = 64, 16
SPREAD = 2.0
"""By this factor either way a run may well differ from what its pilot says: see docs/commands.md."""


class Line(NamedTuple):
    """Costs of a chunk: so much for itself, and so much for each of its points."""

    chunk: float
    point: float

    def of(self, chunks: int, points: int) -> float:
        """All of these."""
        return self.chunk * chunks + self.point * points


class Kind(NamedTuple):
    """The ``chunks`` of one kind of batch that are to be played, the seconds that were ``guessed`` for them, and what
    its pilot measured: seconds to get ready (``compiled``), and of play, and bytes; None where none was played."""

    chunks: list[Chunk]
    guessed: float
    compiled: float | None = None
    seconds: Line | None = None
    size: Line | None = None

    @property
    def points(self) -> int:
        """How many worlds that is."""
        return sum(len(chunk.points) for chunk in self.chunks)

    @property
    def game(self) -> str:
        """Which game it plays."""
        return self.chunks[0].cells[0].game

    @property
    def taken(self) -> float:
        """Seconds for all its chunks, as measured; 0 where no pilot was played."""
        return 0.0 if self.seconds is None else self.seconds.of(len(self.chunks), self.points)

    @property
    def asks(self) -> bool:
        """Is a language model asked?"""
        return asks(self.chunks[0].cells)


class Expected(NamedTuple):
    """Of a sweep: where it would be kept, what is left, and what that would take. ``seconds`` are those of one core,
    ``workers`` how many play at once; ``calls`` and ``estimates`` are None and empty where no model is asked."""

    design: Design
    directory: Path
    config: DictConfig
    launcher: str
    chunks: int
    jobs: int
    workers: int
    kinds: list[Kind]
    calls: Calls | None
    estimates: list[Estimate]

    @property
    def left(self) -> int:
        """Points that are to be played."""
        return sum(kind.points for kind in self.kinds)

    @property
    def seconds(self) -> float:
        """On one core, getting ready and asking models left out."""
        tried = [kind for kind in self.kinds if kind.seconds is not None]
        off = {game: _off([kind for kind in tried if kind.game == game]) for game in {kind.game for kind in tried}}
        return sum(
            kind.guessed * off.get(kind.game, _off(tried)) if kind.seconds is None else kind.taken
            for kind in self.kinds
            if not kind.asks
        )

    @property
    def waiting(self) -> float:
        """Seconds of calls to language models, a guess."""
        calls = sum(one.calls for one in self.estimates)
        return 0.0 if self.calls is None else calls * ASKED_SECONDS * Calls().concurrency / self.calls.concurrency

    @property
    def compiling(self) -> float:
        """Seconds that it took to compile, or load, the kernels of the pilots: this once, a run finds them ready."""
        return sum(kind.compiled or 0.0 for kind in self.kinds)

    @property
    def bytes(self) -> float:
        """On the disk; what was not tried is taken for as large as the rest, point by point."""
        tried = [(kind.points, kind.size.of(len(kind.chunks), kind.points)) for kind in self.kinds if kind.size]
        points = sum(count for count, _ in tried)
        return sum(size for _, size in tried) * self.left / points if points else 0.0


def _off(tried: Sequence[Kind]) -> float:
    """By how much guesses were off, over all that was tried; 1 where nothing was."""
    return sum(kind.taken for kind in tried) / sum(kind.guessed for kind in tried) if tried else 1.0


def expect(typed: Sequence[str], config_dir: Path | None = None) -> Expected:
    """What is left to play of what was ``typed`` would take. Raises ``SettingError`` for a wrong setting."""
    overrides = sort_overrides(typed)
    with composer(overrides.hydra, config_dir) as hydra:
        config = hydra.primary(with_default(typed, overrides.whole))
        study = study_of(overrides.grid, config, hydra)
    study.check()
    design, directory, chunks = study.design, study.directory, study.left()
    launcher = str(config.hydra.runtime.choices["hydra/launcher"])
    jobs = len(shared_out(chunks, jobs_of(launcher, config.hydra.sweeper.jobs)))
    priced = [] if study.asking is None else estimates(study)
    workers = _workers(config, launcher, jobs)
    kinds = _piloted(_kinds(chunks), design.record)
    return Expected(design, directory, config, launcher, len(chunks), jobs, workers, kinds, study.asking, priced)


def _workers(config: DictConfig, launcher: str, jobs: int) -> int:
    """How many jobs are played at once, as far as that can be known from here."""
    if launcher == "joblib":
        wanted = int(config.hydra.launcher.get("n_jobs") or 1)
        return min(jobs, wanted if wanted > 0 else os.cpu_count() or 1)
    return jobs


def _kinds(chunks: Sequence[Chunk]) -> list[Kind]:
    kinds: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        kinds.setdefault(chunk.cells[0].batch_key(), []).append(chunk)
    return [Kind(some, sum(chunk.seconds for chunk in some)) for some in kinds.values()]


def _piloted(kinds: list[Kind], record: str) -> list[Kind]:
    """The kinds with what their pilots measured, the one with most to do first, until all have had their seconds."""
    begun, found = time.monotonic(), dict(enumerate(kinds))
    for k in sorted(found, key=lambda k: -kinds[k].guessed):
        left = ALL_SECONDS - (time.monotonic() - begun)
        if left > 0 and not kinds[k].asks:
            found[k] = _tried(kinds[k], record, min(KIND_SECONDS, left))
    return list(found.values())


def _tried(kind: Kind, record: str, most: float) -> Kind:
    longest = max(len(chunk.points) for chunk in kind.chunks)
    first, _ = _measured(kind.chunks, 1, record)
    tried = [(size, *_measured(kind.chunks, size, record)) for size in sorted({1, min(SOME, longest)})]
    while (size := tried[-1][0]) < longest and tried[-1][1] * GROWTH < most:
        more = min(size * GROWTH, longest)
        tried.append((more, *_measured(kind.chunks, more, record)))
    seconds, written = (_line([(size, values[k]) for size, *values in tried[-2:]]) for k in (0, 1))
    return kind._replace(compiled=max(0.0, first - tried[0][1]), seconds=seconds, size=written)


def _line(tried: Sequence[tuple[int, float]]) -> Line:
    """Through two measurements; through nothing and the last one where they say that more points cost less."""
    (few, low), (many, high) = tried[0], tried[-1]
    slope = (high - low) / (many - few) if many > few else 0.0
    fixed = high - slope * many
    return Line(fixed, slope) if slope > 0 and fixed >= 0 else Line(0.0, high / many)


def _measured(chunks: Sequence[Chunk], points: int, record: str) -> tuple[float, float]:
    """Seconds and bytes of a chunk of so many points, played, measured and packed as for the disk."""
    part = _spread(chunks, points)
    begun = time.monotonic()
    tables = tables_of(part, play_chunk(part), record)
    written = sum(_packed(table) for table in tables if table is not None)
    return time.monotonic() - begun, float(written)


def _spread(chunks: Sequence[Chunk], points: int) -> Chunk:
    """A chunk of so many of their points, at even distances: cells differ in what they take."""
    ends = np.cumsum([len(chunk.points) for chunk in chunks])
    at = np.linspace(0, ends[-1] - 1, points).astype(np.intp)
    cells, which, seeds, sampled, names = [], [], [], [], []
    for chunk, end in zip(chunks, ends, strict=True):
        begin = end - len(chunk.points)
        here = at[(at >= begin) & (at < end)] - begin
        if len(here):
            which.append(chunk.which[here] + len(cells))
            cells += chunk.cells
            seeds.append(chunk.seeds[here])
            sampled.append(chunk.sampled[here])
            names += [chunk.points[k] for k in here]
    which, seeds, sampled = np.concatenate(which), np.concatenate(seeds), np.concatenate(sampled)
    return Chunk("pilot", cells, which, seeds, sampled, names, 0.0)


def _packed(table: pl.DataFrame) -> int:
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd")
    return buffer.tell()
