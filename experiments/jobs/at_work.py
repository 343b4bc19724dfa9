"""Which jobs of a sweep are still at work, wherever they run and whoever launched them.

A sweep that was killed leaves jobs behind: workers that have not noticed yet, or what Slurm has taken in. Every job
holds a shared lock on one file of the directory, and stops when the plan that it works on is gone. The next sweep
takes the plan away, waits until nobody holds the lock, and only then looks at what is finished, so that no point is
kept twice. Where a file system has no such locks, it does not wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import locks
from ..progress import say

JOBS = ".jobs"
"""The file that jobs hold; it is there while there may be any."""


@contextmanager
def job(directory: Path) -> Iterator[bool]:
    """Is the sweep of ``directory`` still on? If so, it knows of this job until the block ends."""
    try:
        opened = (directory / JOBS).open()
    except FileNotFoundError:
        yield False
        return
    with opened as file:
        locks.take(file, shared=True, wait=True)
        yield (directory / JOBS).exists()  # a sweep may have ended while this one asked


def begin(directory: Path) -> None:
    """Before the first job is launched."""
    (directory / JOBS).touch()


def wait(directory: Path) -> None:
    """Returns when no job is at work any more."""
    try:
        file = (directory / JOBS).open("r+")
    except FileNotFoundError:
        return
    with file:
        if not locks.take(file):
            say("jobs are still at work here: they end what they are at")
            locks.take(file, wait=True)
        (directory / JOBS).unlink(missing_ok=True)
