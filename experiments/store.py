"""What a sweep leaves on disk, and how to read it.

::

    runs/<name>-<hash of the design>/
      manifest.json              what was asked for, by which versions, and how far it got
      cells.json                 every cell with all its settings
      prereg.yaml                the hypotheses that were registered, if any were
      episodes/<chunk>.parquet   one row per episode
      steps/<chunk>.parquet      one row per step and agent, as ``record`` says
      messages/<chunk>.parquet   what was said where there is talk, one row per message, as ``record`` says
      calls/<chunk>.json         what asking language models came to
      ledger.sqlite              every call to a language model, unless ``llm.ledger`` says otherwise
      failures/<chunk>.json      the points of a chunk that failed, each with its traceback
      report.html

A chunk is finished when its episodes stand under their final name. Files are written aside, flushed to the disk and
renamed, steps before episodes, so that whatever is there is whole.
"""

import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from ..envs.settings import SettingError, refuse
from . import locks

MANIFEST, CELLS, LOCK, REPORT = "manifest.json", "cells.json", ".lock", "report.html"
EPISODES, STEPS, MESSAGES, CALLS, PLAN, FAILURES = "episodes", "steps", "messages", "calls", "plan", "failures"
CALLS_PLAN = "calls.settings"
"""How the jobs of a sweep ask language models."""
SWEEP = "sweep"
"""What a directory holds whose manifest names no other kind of work."""
BEGUN = ".begun"
ASIDE = ".aside"
"""Ends the names of files that are not yet whole."""


class NoSweep(FileNotFoundError, SettingError):
    """A directory that holds no sweep."""


class Results(NamedTuple):
    """What a sweep found out: ``episodes`` sorted by (cell, seed); ``steps`` by (cell, seed, step, agent), None if none
    were kept; ``messages`` by (cell, seed, step, round, agent), None where there was no talk or none was kept."""

    manifest: dict[str, Any]
    episodes: pl.DataFrame
    steps: pl.DataFrame | None
    messages: pl.DataFrame | None = None


FRONT = (
    "point", "cell", "game", "seats", "norms", "varied", "bearers", "seed",
    "episode", "length", "outcome", "step", "agent", "who", "prompts", "addressee",
    "action", "intended", "reward", "cooperation",
)  # fmt: skip
"""Columns that come first in a table, in this order."""


def load(path: str | Path, keep: Callable[[pl.DataFrame], pl.DataFrame] | None = None) -> Results:
    """Reads the directory of a sweep, finished or not; of the episodes only what ``keep`` makes of them, some rows at a
    time. Raises ``FileNotFoundError`` where there is none.
    """
    directory = Path(path)
    manifest = manifest_of_sweep(directory)
    episodes = _table(directory / EPISODES, ["cell", "seed"], keep)
    steps = _table(directory / STEPS, ["cell", "seed", "step", "agent"])
    messages = _table(directory / MESSAGES, ["cell", "seed", "step", "round", "agent"])
    return Results(manifest, pl.DataFrame() if episodes is None else episodes, steps, messages)


def _table(
    folder: Path, order: list[str], keep: Callable[[pl.DataFrame], pl.DataFrame] | None = None
) -> pl.DataFrame | None:
    """All rows of finished chunks; steps without episodes belong to none."""
    paths = shards_of(folder.parent, folder.name)
    shards = [read_shard(path) if keep is None else keep(read_shard(path)) for path in paths]
    # games differ in their columns; in this order these stand the same, however the points were cut into chunks
    shards.sort(key=lambda shard: (str(shard["cell"].min()), shard["seed"].min()))
    if not shards:
        return None
    table = pl.concat(shards, how="diagonal_relaxed")
    del shards
    names = sorted(table.columns, key=_place)
    rows = table.select(pl.arg_sort_by(order)).to_series()
    keys = table.select(order)[rows]
    again = keys.select(pl.all_horizontal(pl.all() == pl.all().shift()).fill_null(False)).to_series()
    if again.any():  # played by a job that outlived its sweep, and by the next one too: both are the same
        rows = rows.filter(~again)
    placed = len(rows) == table.height and rows.is_sorted()
    # column by column, so that there are never two tables in memory
    columns = (table.drop_in_place(name) for name in names)
    return pl.DataFrame([column.rechunk() if placed else column.gather(rows) for column in columns])


def shards_of(directory: Path, table: str) -> list[Path]:
    """The files of a table that belong to finished chunks."""
    paths = [directory / table / f"{chunk}.parquet" for chunk in finished(directory)]
    return [path for path in paths if path.exists()]


def read_shard(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    """One shard, or some of its ``columns``. Raises ``SettingError`` for one that is damaged."""
    try:
        return pl.read_parquet(path, columns=columns, glob=False)
    except pl.exceptions.PolarsError as error:
        raise SettingError(f"{path} is damaged: remove it, and the same command plays its points again") from error


def _place(column: str) -> tuple[int, str]:
    """Where a column stands, whatever the order of the shards: keys, value axes, then the rest by name."""
    if column in FRONT:
        return FRONT.index(column), ""
    return len(FRONT) + ("." not in column), column


# -- writing -----------------------------------------------------------------------------------------------------------


def write_aside(path: Path, content: bytes) -> None:
    """Writes a whole file or nothing: aside, flushed to the disk, then under its name. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}{ASIDE}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_shard(path: Path, frame: pl.DataFrame) -> None:
    """A table, compressed; built in memory, because what fails in writing must be an ``OSError`` that says why."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    write_aside(path, buffer.getvalue())


def write_chunk(
    directory: Path,
    chunk: str,
    episodes: pl.DataFrame,
    steps: pl.DataFrame | None,
    messages: pl.DataFrame | None = None,
) -> None:
    """Finishes a chunk: its steps and messages first, so that episodes never stand without them."""
    for folder, frame in ((STEPS, steps), (MESSAGES, messages)):
        if frame is not None:
            write_shard(directory / folder / f"{chunk}.parquet", frame)
    write_shard(directory / EPISODES / f"{chunk}.parquet", episodes)


def write_json(path: Path, content: Any, indent: int | None = None) -> None:
    """Plain values as a whole file."""
    write_aside(path, json.dumps(content, indent=indent, ensure_ascii=False).encode())


# -- what is there -----------------------------------------------------------------------------------------------------


def read_manifest(directory: Path) -> dict[str, Any] | None:
    """The manifest, None where there is none."""
    try:
        found = json.loads((directory / MANIFEST).read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SettingError(f"{directory / MANIFEST} is damaged: remove it if {directory} is to be used again")
    return found


def manifest_of_sweep(directory: Path) -> dict[str, Any]:
    """The manifest of a sweep. Raises :class:`NoSweep` for a directory that holds none."""
    manifest = read_manifest(directory)
    if manifest is None:
        raise NoSweep(f"{directory} holds no sweep: it has no {MANIFEST}")
    if manifest.get("kind", SWEEP) != SWEEP:
        raise NoSweep(f"{directory} holds no sweep, but a {manifest['kind']}: its tables are read one by one")
    return manifest


def finished(directory: Path) -> list[str]:
    """The chunks that are finished."""
    return sorted(path.stem for path in (directory / EPISODES).glob("*.parquet"))


def is_finished(directory: Path, chunk: str) -> bool:
    """Is this one of them?"""
    return (directory / EPISODES / f"{chunk}.parquet").exists()


def settled(directory: Path) -> set[str]:
    """The chunks of which every point is finished or has failed, when they were last played."""
    return {*finished(directory), *(path.stem for path in (directory / FAILURES).glob("*.json"))}


def count_finished(directory: Path) -> int:
    """How many points are finished, by the heads of the shards."""
    paths = [directory / EPISODES / f"{chunk}.parquet" for chunk in finished(directory)]
    return sum(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item() for path in paths)


def finished_points(directory: Path) -> set[str]:
    """The points that are finished."""
    shards = [read_shard(directory / EPISODES / f"{chunk}.parquet", ["point"]) for chunk in finished(directory)]
    return {point for shard in shards for point in shard["point"]}


def begin(directory: Path, chunk: str) -> None:
    """Notes that a chunk is being played."""
    (directory / PLAN / f"{chunk}{BEGUN}").touch()


def is_begun(directory: Path, chunk: str) -> bool:
    """Was it noted?"""
    return (directory / PLAN / f"{chunk}{BEGUN}").exists()


def clean(directory: Path) -> None:
    """Removes what a killed sweep left half done, and the plan of the last one."""
    for path in directory.glob(f"**/.*{ASIDE}"):
        path.unlink(missing_ok=True)
    shutil.rmtree(directory / PLAN, ignore_errors=True)


# -- whose it is -------------------------------------------------------------------------------------------------------


def check_directory(directory: Path, key: str, kind: str = SWEEP) -> None:
    """Raises ``SettingError`` unless ``directory`` is new, empty, or that of the ``kind`` of work with this ``key``."""
    try:
        if not directory.exists():
            return
    except OSError as error:
        raise refuse("out", str(directory), f"a directory that can be written to ({error.strerror})") from error
    if not directory.is_dir():
        raise refuse("out", str(directory), "a directory")
    manifest = read_manifest(directory)
    if manifest is None:
        if any(path.name != LOCK and not path.name.endswith(ASIDE) for path in directory.iterdir()):
            raise refuse("out", str(directory), f"new, empty, or the directory of this same {kind}")
    elif manifest.get("design") != key:
        held = manifest.get("kind", SWEEP)
        holds = f"the {held} {manifest.get('name')}-{manifest.get('design')}, and this {kind} is another"
        raise SettingError(f"out = {str(directory)!r} is not allowed: it holds {holds}")


@contextmanager
def lock(directory: Path) -> Iterator[None]:
    """Holds the directory for this process. The system gives the lock back when its holder dies, so none is ever stale.

    Raises ``SettingError`` naming the process that works there.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        opened = (directory / LOCK).open("a+")
    except OSError as error:
        raise refuse("out", str(directory), f"a directory that can be written to ({error.strerror})") from error
    with opened as file:
        if not locks.take(file):
            file.seek(0)
            holder = file.read().strip() or "unknown"
            at_work = f"another sweep (process {holder}) is at work in {directory}"
            raise SettingError(f"{at_work}: wait for it, or choose another out=")
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def is_locked(directory: Path) -> bool:
    """Is a sweep at work there? Never known, and taken for no, where the system has no such locks."""
    if not (directory / LOCK).exists():
        return False
    with (directory / LOCK).open() as file:
        return not locks.take(file, shared=True)
