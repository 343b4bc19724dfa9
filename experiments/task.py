"""What a Hydra job does: plays the chunks that it is given, and keeps each as soon as it is played."""

import json
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..agents.llm.budget import BudgetReached
from ..agents.llm.retries import AccessError
from ..envs.record import Record
from . import store
from .calls import opened, tallied
from .chunks import Chunk, episode_rows, from_plan, message_rows, play_chunk, step_rows
from .schema import Calls


class Failure(NamedTuple):
    """A chunk that could not be played or kept: the error in one line, and in full."""

    chunk: str
    error: str
    details: str


def play_chunks(config: Mapping[str, Any]) -> list[Failure]:
    """The task of a job: plays ``config.chunks`` of the plan in ``config.out`` and returns those that failed.

    A chunk that cannot be played does not stop the others; a disk that takes nothing more does, and so do language
    models that may not be asked any more.
    """
    directory = Path(config["out"])
    told = directory / store.PLAN / store.CALLS_PLAN
    if told.exists():
        with opened(Calls(**json.loads(told.read_text())), directory) as exchange:
            return _play(config, lambda name: tallied(exchange, directory, name))
    return _play(config, lambda name: nullcontext())


def _play(config: Mapping[str, Any], accounted: Callable[[str], AbstractContextManager[None]]) -> list[Failure]:
    directory, failures = Path(config["out"]), []
    for name in config["chunks"]:
        try:
            chunk = _planned(directory, name)
            with accounted(name):
                record = play_chunk(chunk)
            keep(directory, chunk, record, config["record"])
        except (OSError, BudgetReached, AccessError) as error:
            return [*failures, _failure(name, error)]
        except Exception as error:
            failures.append(_failure(name, error))
            store.write_aside(directory / store.FAILURES / f"{name}.txt", failures[-1].details.encode())
    return failures


def _planned(directory: Path, name: str) -> Chunk:
    return from_plan(name, json.loads((directory / store.PLAN / f"{name}.json").read_text()))


def keep(directory: Path, chunk: Chunk, played: Record, record: str) -> None:
    """Writes the tables of a chunk; ``record`` says which episodes are kept step by step."""
    w = len(chunk.seeds)
    kept = {"none": np.zeros(w, np.bool_), "sample": chunk.sampled, "all": np.ones(w, np.bool_)}[record]
    steps = step_rows(chunk, played, kept) if kept.any() else None
    store.write_chunk(directory, chunk.id, episode_rows(chunk, played), steps, message_rows(chunk, played, kept))


def _failure(chunk: str, error: Exception) -> Failure:
    return Failure(chunk, f"{type(error).__name__}: {error}", traceback.format_exc())
