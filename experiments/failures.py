"""Points that fail: they are found among those of their chunk, recorded with their traceback, and spare the others."""

import json
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..agents.llm.budget import BudgetReached
from ..agents.llm.retries import AccessError
from ..envs.record import Record
from . import store
from .chunks import Chunk, part_of

STOPS = (OSError, BudgetReached, AccessError)
"""What no other point would be spared from: a disk that takes nothing more, models that may not be asked any more."""
MOST_FOUND = 8
"""Failures of a chunk that are traced to single points; what else fails with them is recorded as a group."""


class Failure(NamedTuple):
    """What went wrong in a chunk: the error in one line, and in full. ``points`` failed with it, each of the cell and
    with the seed that stand in the same place of ``cells`` and ``seeds``; without points, the chunk was not played to
    its end, and the same command tries it again.
    """

    chunk: str
    error: str
    details: str
    points: Sequence[str] = ()
    cells: Sequence[str] = ()
    seeds: Sequence[int] = ()


def failure(chunk: str, error: BaseException) -> Failure:
    """That a chunk was not played to its end."""
    return Failure(chunk, f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


def play_sparing(chunk: Chunk, play: Callable[[Chunk], Record]) -> tuple[list[tuple[Chunk, Record]], list[Failure]]:
    """Plays a chunk; where it fails, in ever smaller parts, until only what cannot be played is left out.

    A world is the same alone and in any company, so the parts are what the whole would have been. Worlds that must be
    stepped together fail together. Raises whatever ``STOPS``.
    """
    played: list[tuple[Chunk, Record]] = []
    failures: list[Failure] = []
    left = [chunk]
    while left:
        part = left.pop()
        try:
            played.append((part, play(part)))
        except STOPS:
            raise
        except Exception as error:
            if len(part.points) == 1 or part.cells[0].whole or len(failures) >= MOST_FOUND:
                failures.append(_failed(chunk.id, part, error))
            else:
                left += reversed(_halves(part))
    return played, failures


def _halves(chunk: Chunk) -> list[Chunk]:
    return [part_of(chunk, half) for half in np.array_split(np.arange(len(chunk.points)), 2)]


def _failed(name: str, part: Chunk, error: Exception) -> Failure:
    cells = [part.cells[k].id for k in part.which]
    return failure(name, error)._replace(points=part.points, cells=cells, seeds=part.seeds.tolist())


def write(directory: Path, chunk: str, failures: Sequence[Failure]) -> None:
    """Keeps the failures of a chunk, those that it had before included."""
    earlier = read(directory, chunk)
    told = [one._asdict() for one in (*earlier, *failures)]
    store.write_json(_path(directory, chunk), told, indent=1)


def read(directory: Path, chunk: str) -> list[Failure]:
    """Those that were kept of a chunk."""
    path = _path(directory, chunk)
    return [Failure(**told) for told in json.loads(path.read_text())] if path.exists() else []


def recorded(directory: Path) -> list[Failure]:
    """All that were kept."""
    return [one for path in sorted((directory / store.FAILURES).glob("*.json")) for one in read(directory, path.stem)]


def points(directory: Path) -> set[str]:
    """The names of those that failed."""
    return {point for one in recorded(directory) for point in one.points}


def forget(directory: Path) -> None:
    """Lets all failed points be played again."""
    for path in (directory / store.FAILURES).glob("*"):
        path.unlink(missing_ok=True)
    if (directory / store.FAILURES).exists():
        (directory / store.FAILURES).rmdir()


def _path(directory: Path, chunk: str) -> Path:
    return directory / store.FAILURES / f"{chunk}.json"
