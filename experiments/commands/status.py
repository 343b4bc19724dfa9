"""How far a sweep is, told by its directory alone: whoever plays it, here or elsewhere, now or a week ago."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table
from rich.text import Text

from .. import store
from ..calls import tallies_of
from ..chunks import size_of_plan
from ..failures import Failure, recorded
from ..jobs.launch import SKIPPED
from ..manifest import RUNNING
from ..progress import clock, counted

SHOWN = 3
"""Kinds of errors of which a sweep tells at its end."""
KILLED = "killed"
"""What a sweep is that says it is running while nobody works at it."""


class Status(NamedTuple):
    """Of a sweep: its ``state`` (running, complete, failed, interrupted, terminated or killed), its points in all, and
    those that are ``done``, have ``failed``, and are in chunks being played now (``running``).

    ``rate`` is the points a second of this session, or of all where none is at work; ``left_seconds`` a guess. ``usd``
    is what language models have cost so far (None: none is asked), ``unknown_usd`` whether some prices are not known.
    """

    directory: Path
    name: str
    state: str
    points: int
    done: int
    failed: int
    running: int
    rate: float | None
    left_seconds: float | None
    usd: float | None
    unknown_usd: bool
    failures: list[Failure]


def status(directory: Path) -> Status:
    """Raises ``SettingError`` for a directory that holds no sweep."""
    manifest = store.manifest_of_sweep(directory)
    at_work = store.is_locked(directory)
    state = manifest["status"] if at_work or manifest["status"] != RUNNING else KILLED
    failures = recorded(directory)
    done, lost = store.count_finished(directory), sum(len(one.points) for one in failures)
    pace = _pace(directory, manifest) if at_work else _Pace()
    points, spent = manifest["counts"]["points"], _spent(directory)
    rate = pace.rate if at_work else done / manifest["wall_seconds"] if manifest["wall_seconds"] else None
    told = (manifest["name"], state, points, done, lost, pace.running, rate, pace.left_seconds, *spent, failures)
    return Status(directory, *told)


class _Pace(NamedTuple):
    running: int = 0
    rate: float | None = None
    left_seconds: float | None = None


def _pace(directory: Path, manifest: dict[str, Any]) -> _Pace:
    """Of the session that is at work: what its plan foresaw, and what of it is settled."""
    settled = store.settled(directory)
    passed = time.time() - datetime.fromisoformat(manifest["sessions"][-1]["started"]).timestamp()
    running, played, work_done, work_left = 0, 0, 0.0, 0.0
    for path in (directory / store.PLAN).glob("*.json"):
        points, seconds = size_of_plan(json.loads(path.read_text()))
        if path.stem in settled:
            played, work_done = played + points, work_done + seconds
        else:
            running += points if store.is_begun(directory, path.stem) else 0
            work_left += seconds
    if not played or passed <= 0:
        return _Pace(running)
    return _Pace(running, played / passed, passed * work_left / work_done)


def _spent(directory: Path) -> tuple[float | None, bool]:
    """US dollars that language models have cost so far, None where none was asked, and whether some prices are not
    known.
    """
    tallies = tallies_of(directory)
    if not tallies:
        return None, False
    return sum(one.usd for one in tallies), any(one.unknown_cost for one in tallies)


def failure_lines(failures: Sequence[Failure], directory: Path) -> list[str]:
    """What a sweep says of its failures: each error once, with how many points it took, the most frequent first."""
    counts: Counter[str] = Counter()
    for one in failures:
        if one.error != SKIPPED:
            counts[one.error] += len(one.points)
    lines = [
        f"{error} ({counted(points)})" if points else f"not played to the end: {error}"
        for error, points in counts.most_common(SHOWN)
    ]
    if len(counts) > SHOWN:
        lines.append(f"… and {len(counts) - SHOWN} other errors")
    if any(one.points for one in failures):
        lines.append(f"comity status --failures {directory} tells where, and --retry-failed plays these points again")
    return lines


def page(told: Status) -> Table:
    """The same for a reader."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    left = told.points - told.done - told.failed
    rows = [
        ("sweep", f"{told.name}, {told.state}"),
        ("points", f"{told.points:,}"),
        ("done", f"{told.done:,} ({told.done / told.points:.1%})"),
        ("failed", f"{told.failed:,}"),
    ]
    if told.state == RUNNING:
        rows.append(("running", f"{told.running:,}, and {left - told.running:,} waiting"))
    if told.rate is not None:
        rows.append(("rate", f"{told.rate:,.3g} points/s"))
    if told.left_seconds is not None:
        rows.append(("time left", clock(told.left_seconds)))
    if told.usd is not None:
        rows.append(("cost", f"{told.usd:,.4f} US$" + (", and calls of unknown price" if told.unknown_usd else "")))
    rows += [("", line) for line in failure_lines(told.failures, told.directory)]
    if left and told.state != RUNNING:
        rows.append(("", f"{left:,} points are left: the same command again plays them"))
    for name, words in rows:
        table.add_row(name, Text(words))
    return table
