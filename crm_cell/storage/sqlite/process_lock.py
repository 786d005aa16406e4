"""A process lock: only one service may use a database file, since two would block each other.

There are two locks: one on a file beside the database, which can exist before the database does,
and one on the database file itself, which is the same file under all its names (hard links, bind
mounts). SQLite's own locks are of another kind and do not conflict with it. The descriptor stays
open as long as SQLite has the file open, because closing it would release all of SQLite's locks on
that file in this process.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog

from crm_cell.kernel.private_files import FILE_MODE, make_folder, open_private
from crm_cell.storage.errors import CannotOpen

log = structlog.get_logger()

_HEADER = b"SQLite format 3\0"
_SUFFIXES = ("", "-wal", "-shm", "-journal", "-lock")


@contextmanager
def sole_service(path: Path, *, create: bool = False) -> Iterator[None]:
    """Hold the locks; the end of the process releases them too. Raises CannotOpen.

    `create` makes an empty file if there is none, so that it can be locked, and removes it again
    if it is still empty.
    """
    real = real_path(path)
    lock_path = _lock_path(real)
    with ExitStack() as stack:
        try:
            database = _open_existing(real)
            if database is not None:
                stack.callback(os.close, database)
                _lock(database, path, lock_path)
            make_folder(real.parent)
            lock = open_private(lock_path, os.O_RDWR | os.O_NOFOLLOW)
            stack.callback(os.close, lock)
            _lock(lock, path, lock_path)
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            if database is None and create:
                database = open_private(real, os.O_RDWR | os.O_NOFOLLOW)
                stack.callback(os.close, database)
                stack.callback(_remove_if_empty, real)
                _lock(database, path, lock_path)
        except OSError as error:
            raise CannotOpen(f"{error.filename}: {error.strerror}") from error
        _make_private(real)
        yield


def check_name(path: Path) -> None:
    """Check that a running service uses the same name for the file, for commands beside it. Under
    another name SQLite would not find the service's write-ahead log and would damage the file. Call
    it while this process has no connection to the file. Raises CannotOpen."""
    real = real_path(path)
    lock = _lock_path(real)
    if real.is_file() and _is_locked(real) and not (lock.is_file() and _is_locked(lock)):
        raise CannotOpen(f"{path}: is served under another name; use that")


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise CannotOpen(f"{error.filename}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def real_path(path: Path) -> Path:
    """The path without symbolic links. Raises CannotOpen if they form a loop."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise CannotOpen(f"{path}: a link that leads to itself") from error


def _open_existing(path: Path) -> int | None:
    """A descriptor of the database, or None if there is no file. Raises CannotOpen if it is not a
    database, before any file is made beside it; and OSError."""
    if not path.exists():
        return None
    if path.is_dir():
        raise CannotOpen(f"{path}: is a folder; name a file in it")
    if not path.is_file():
        raise CannotOpen(f"{path}: is no regular file")
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    if os.pread(descriptor, len(_HEADER), 0) not in (b"", _HEADER):
        os.close(descriptor)
        raise CannotOpen(f"{path}: file is not a database")
    return descriptor


def _lock(descriptor: int, path: Path, lock_path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotOpen(f"{path}: {_holder(lock_path)}") from None


def _holder(lock_path: Path) -> str:
    """Describes the service that uses the file, by the lock file beside this name."""
    if lock_path.is_file() and _is_locked(lock_path):
        return f"process {lock_path.read_text('ascii', 'replace') or '?'} serves it already"
    return "another process serves it already, perhaps under another name"


def _lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}-lock")


def _remove_if_empty(path: Path) -> None:
    if path.exists() and path.stat().st_size == 0:
        path.unlink()


def _make_private(path: Path) -> None:
    """Files of earlier releases and copied files may be readable for other users."""
    for suffix in _SUFFIXES:
        file = path.with_name(path.name + suffix)
        if file.is_file() and not file.is_symlink():
            mode = stat.S_IMODE(file.stat().st_mode)
            if mode & ~FILE_MODE:
                _tighten(file, mode)


def _tighten(file: Path, mode: int) -> None:
    try:
        file.chmod(FILE_MODE)
    except PermissionError:  # the file belongs to another user, who has to change it
        log.warning("file_open_to_others", path=str(file), mode=f"{mode:o}")
    else:
        log.warning("file_made_private", path=str(file), mode=f"{mode:o}")
