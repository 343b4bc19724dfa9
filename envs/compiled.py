"""Compiled code on disk must be that of the source on disk.

numba keeps compiled kernels beside the source, or where that cannot be written in the user's cache, and checks the file
a kernel stands in, but not the files whose functions it calls. After a ``git pull`` that changes ``chance.py`` alone,
``matrix.py`` would go on with the old chance, silently.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("envs", "agents")
"""Where compiled functions live."""
PLACE = "NUMBA_CACHE_DIR"
"""The variable by which a user tells numba where to keep what it compiles."""


def drop_stale(root: Path) -> int:
    """Removes what numba keeps of ``root`` if any source there is newer, and returns how many index files went."""
    sources = [path for folder in FOLDERS for path in (root / folder).rglob("*.py")]
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    kept = [index for folder in {path.parent for path in sources} for index in kept_of(folder)]
    stale = [index for index in kept if index.stat().st_mtime < newest]
    for index in stale:
        index.unlink(missing_ok=True)  # another process may have been faster
    return len(stale)


def kept_of(folder: Path) -> Iterator[Path]:
    """What numba keeps of a folder's sources, wherever (numba's ``_CacheLocator`` names the places)."""
    named = f"{folder.name}_{hashlib.sha1(str(folder).encode()).hexdigest()}"
    yield from (folder / "__pycache__").glob("*.nbi")
    for place in filter(None, (os.environ.get(PLACE), str(user_cache()))):
        yield from (Path(place) / named).glob("*.nbi")


def user_cache() -> Path:
    """Where numba keeps what it may not keep beside the source (numba's ``appdirs.user_cache_dir``)."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "numba"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "numba" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "numba"


def find_place(root: Path) -> None:
    """Where neither the source's folder nor the user's cache can be written, numba would refuse to work: gives it a
    directory of this process.
    """
    nearest = next(path for path in (user_cache(), *user_cache().parents) if path.exists())
    if PLACE not in os.environ and not any(os.access(place, os.W_OK) for place in (root / "envs", nearest)):
        os.environ[PLACE] = tempfile.mkdtemp(prefix="comity-")  # not a shared one: what lies there is executed
