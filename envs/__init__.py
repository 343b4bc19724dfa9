"""What the world does: the rules of the games, many worlds of them, and their public faces."""

from contextlib import suppress
from pathlib import Path

from .compiled import drop_stale, find_place

find_place(Path(__file__).parent.parent)
with suppress(OSError):  # a cache that cannot be written to is not changed either
    drop_stale(Path(__file__).parent.parent)
