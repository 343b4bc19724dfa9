"""Advisory locks on open files, which the system gives back when their holder dies, so that none is ever stale."""

from typing import IO, Any

try:
    import fcntl
except ImportError:  # Windows has no advisory locks of this kind
    fcntl = None


def take(file: IO[Any], shared: bool = False, wait: bool = False) -> bool:
    """Takes the lock of a file until it is closed; False where another holds it and this one does not ``wait``.

    A file system without such locks gives every one.
    """
    if fcntl is None:
        return True
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(file, how if wait else how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
