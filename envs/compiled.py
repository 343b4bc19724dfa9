"""Compiled code on disk must be that of the source on disk, and of the types that it was compiled for.

numba keeps compiled kernels beside the source, or where that cannot be written in the user's cache. It checks the file
a kernel stands in, but not the files whose functions it calls: after a ``git pull`` that changes ``chance.py`` alone,
``matrix.py`` would go on with the old chance, silently. And it numbers the files of a kernel's types: two processes
that compile at once give one number to different code, and the next one runs the code of the wrong types.
"""

import glob
import hashlib
import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDERS = ("envs", "agents", "experiments/replications")
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
        for code in index.parent.glob(f"{glob.escape(index.stem)}.*.nbc"):
            code.unlink(missing_ok=True)  # another process may have been faster
        index.unlink(missing_ok=True)
    return len(stale)


def name_apart() -> None:
    """Lets numba give every piece of compiled code a file name that no other process will give to another."""
    from numba.core.caching import IndexDataCacheFile

    IndexDataCacheFile.save = _save


def _save(self: Any, key: Any, data: Any) -> None:
    """In place of ``IndexDataCacheFile.save``. The code comes first: an index never names a file that is not there; of
    two indexes written at once one is lost, and what it named is compiled again.
    """
    name = f"{Path(self._index_name).stem}.{uuid.uuid4().hex[:16]}.nbc"
    self._save_data(name, data)
    self._save_index({**self._load_index(), key: name})


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
