"""SIGTERM as what it is meant for: a request to come to an end, with everything finished kept."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM), as by a scheduler or a shutdown. Whoever cleans up after a keyboard
    interrupt does so after this, too.
    """


@contextmanager
def terminable() -> Iterator[None]:
    """Inside, the first SIGTERM raises :class:`Terminated`; the second one ends the process at once. Does nothing
    outside the main thread, which alone may say what signals do.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, before)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
