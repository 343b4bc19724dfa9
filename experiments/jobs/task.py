"""What a Hydra job does: plays the chunks that it is given, and keeps each as soon as it is played."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ...envs.record import Record
from .. import failures, store
from ..calls import opened, tallied
from ..chunks import Chunk, episode_rows, from_plan, message_rows, play_chunk, step_rows
from ..failures import STOPS, Failure, failure, play_sparing
from ..schema import Calls
from . import at_work


def play_chunks(config: Mapping[str, Any]) -> list[Failure]:
    """The task of a job: plays ``config.chunks`` of the plan in ``config.out`` and returns what failed.

    What is finished is left as it is, so that a job that was cut off can be started again. A point that cannot be
    played does not stop the others; a disk that takes nothing more does, and so do language models that may not be
    asked any more.
    """
    directory = Path(config["out"])
    with at_work.job(directory) as wanted:
        return _account_and_play(config, directory) if wanted else []


def _account_and_play(config: Mapping[str, Any], directory: Path) -> list[Failure]:
    told = directory / store.PLAN / store.CALLS_PLAN
    if told.exists():
        with opened(Calls(**json.loads(told.read_text())), directory) as exchange:
            return _play(config, lambda name: tallied(exchange, directory, name))
    return _play(config, lambda name: nullcontext())


def _play(config: Mapping[str, Any], accounted: Callable[[str], AbstractContextManager[None]]) -> list[Failure]:
    directory, told = Path(config["out"]), []
    for name in config["chunks"]:
        if store.is_finished(directory, name):
            continue
        try:
            chunk = _planned(directory, name)
            store.begin(directory, name)
            with accounted(name):
                played, failed = play_sparing(chunk, play_chunk)
            told += failed
            if failed:  # before the episodes, without which the others of the chunk are played again
                failures.write(directory, name, failed)
            if played:
                keep(directory, name, played, config["record"])
        except STOPS as error:
            return [*told, failure(name, error)]
        except Exception as error:
            told.append(failure(name, error))
    return told


def _planned(directory: Path, name: str) -> Chunk:
    return from_plan(name, json.loads((directory / store.PLAN / f"{name}.json").read_text()))


def kept_worlds(chunk: Chunk, record: str) -> npt.NDArray[np.bool_]:
    """(W,): which worlds of a chunk are kept step by step."""
    w = len(chunk.seeds)
    return {"none": np.zeros(w, np.bool_), "sample": chunk.sampled, "all": np.ones(w, np.bool_)}[record]


def tables_of(
    chunk: Chunk, played: Record, record: str
) -> tuple[pl.DataFrame, pl.DataFrame | None, pl.DataFrame | None]:
    """The rows of a chunk: its episodes, and the steps and messages that ``record`` keeps; None: there are none."""
    kept = kept_worlds(chunk, record)
    steps = step_rows(chunk, played, kept) if kept.any() else None
    return episode_rows(chunk, played), steps, message_rows(chunk, played, kept)


def keep(directory: Path, name: str, played: Sequence[tuple[Chunk, Record]], record: str) -> None:
    """Writes the tables of a chunk, played in one or several parts; ``record`` says which episodes are kept step by
    step.
    """
    found = zip(*(tables_of(chunk, part, record) for chunk, part in played), strict=True)
    rows = [[some for some in table if some is not None] for table in found]
    episodes, *others = (pl.concat(table, how="diagonal_relaxed") if table else None for table in rows)
    assert episodes is not None
    store.write_chunk(directory, name, episodes, *others)
