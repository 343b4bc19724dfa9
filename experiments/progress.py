"""How far a sweep is: points done, rate and time left, whatever launcher is at work.

It looks at the chunks that are settled, not at who plays them.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from . import store
from .chunks import Chunk

LOOK_SECONDS = 0.25
"""Between two looks at the directory."""
LINE_SECONDS = 10.0
"""Between two lines where there is no terminal to draw a bar on."""


_silent = False


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing is said, and no bar drawn, until the block ends; errors are not said here."""
    global _silent
    before, _silent = _silent, True
    try:
        yield
    finally:
        _silent = before


def say(text: str) -> None:
    """A line for whoever watches; results alone go to standard output."""
    if not _silent:
        print(text, file=sys.stderr, flush=True)


class Watch(AbstractContextManager["Watch"]):
    """Shows, from a thread, how many points of a sweep are done, until the block ends."""

    def __init__(self, directory: Path, chunks: Sequence[Chunk], points: int) -> None:
        self._directory, self._chunks = directory, {chunk.id: chunk for chunk in chunks}
        self._points = points
        self._before = points - sum(len(chunk.points) for chunk in chunks)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)

    def __enter__(self) -> Self:
        self._begun = time.monotonic()
        if not _silent:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def status(self) -> tuple[float, str]:
        """The share of the work that is done, and the same in words."""
        done = [self._chunks[name] for name in store.settled(self._directory) if name in self._chunks]
        played, work = sum(len(chunk.points) for chunk in done), sum(chunk.seconds for chunk in done)
        share = work / (sum(chunk.seconds for chunk in self._chunks.values()) or 1.0)
        passed = time.monotonic() - self._begun
        left = clock(passed * (1 - share) / share) if done else "-:--"
        return share, f"{self._before + played:,}/{self._points:,} points, {played / passed:,.0f}/s, {left} left"

    def _show(self) -> None:
        console = Console(stderr=True)
        if console.is_terminal and not console.is_dumb_terminal:
            self._draw(console)
        else:
            self._tell()

    def _draw(self, console: Console) -> None:
        columns = BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=1.0)
            self._until_over(LOOK_SECONDS, lambda share, words: bar.update(task, completed=share, description=words))

    def _tell(self) -> None:
        self._until_over(
            LINE_SECONDS, lambda share, words: say(f"{share:4.0%} of the work  {words}") if share else None
        )

    def _until_over(self, seconds: float, show: Callable[[float, str], None]) -> None:
        while not self._over.wait(seconds):
            show(*self.status())


def clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> clock(75)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def counted(number: int, what: str = "point") -> str:
    """So many of them.

    >>> counted(1), counted(2000), counted(0, "job")
    ('1 point', '2,000 points', '0 jobs')
    """
    return f"{number:,} {what}{'s' * (number != 1)}"
