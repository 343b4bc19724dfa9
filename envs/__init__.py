"""What the world does: the rules of the games, many worlds of them, and their public faces."""

from contextlib import suppress
from pathlib import Path

from .compiled import drop_stale

with suppress(OSError):  # an installation that cannot be written to is never changed file by file
    drop_stale(Path(__file__).parent.parent)
