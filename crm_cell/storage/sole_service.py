"""One service to a file: a second would starve the first of its turns to write."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_cell.storage.errors import CannotOpen


@contextmanager
def sole_service(path: Path) -> Iterator[None]:
    """Hold the file's lock, which ends with the process at the latest. Raises CannotOpen."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f"{path.name}-lock").open("a+", encoding="ascii")
    except OSError as error:
        raise CannotOpen(f"{error.filename}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotOpen(f"{path}: process {lock.read() or '?'} serves it already") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
