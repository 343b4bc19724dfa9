"""Compiled code on disk must be that of the source on disk.

numba keeps compiled kernels beside the source and checks the file a kernel stands in, but not the files whose functions
it calls. After a ``git pull`` that changes ``chance.py`` alone, ``matrix.py`` would go on with the old chance,
silently.
"""

from pathlib import Path

FOLDERS = ("envs", "agents")
"""Where compiled functions live."""


def drop_stale(root: Path) -> int:
    """Removes what numba keeps under ``root`` if any source there is newer, and returns how many index files went."""
    places = [root / folder for folder in FOLDERS]
    newest = max((path.stat().st_mtime for place in places for path in place.rglob("*.py")), default=0.0)
    stale = [path for place in places for path in place.rglob("__pycache__/*.nbi") if path.stat().st_mtime < newest]
    for index in stale:
        index.unlink(missing_ok=True)  # another process may have been faster
    return len(stale)
