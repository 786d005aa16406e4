"""Files that only their owner may read, written atomically."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700

# O_EXCL does not follow links either: any existing file is an error.
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def atomic_file(path: Path, *, replace: bool) -> Iterator[Path]:
    """A new, empty file in the folder of `path`, which is synced and renamed to `path` at the end.

    Any exception deletes it. Raises OSError: FileExistsError where `path` exists and `replace` is
    false.
    """
    with temporary_file(path) as file:
        yield file
        publish(file, path, replace=replace)


@contextmanager
def temporary_file(path: Path) -> Iterator[Path]:
    """A new, empty file in the folder of `path`, which is deleted at the end. Raises OSError."""
    file = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        os.close(os.open(file, _NEW, FILE_MODE))
    except OSError as error:
        error.filename = str(path)  # the name that the caller knows
        raise
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def publish(file: Path, path: Path, *, replace: bool) -> None:
    """Rename the file atomically and durably. Raises OSError."""
    sync(file)
    if replace:
        file.replace(path)
    else:
        path.hardlink_to(file)  # fails if `path` exists
    sync(path.parent)


def sync(path: Path) -> None:
    """Sync a file or folder to disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create the folder and missing parents. Raises OSError."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.is_dir()]):
        missing.mkdir(mode=FOLDER_MODE, exist_ok=True)


def open_private(path: Path, flags: int) -> int:
    """Open or create a file and return its descriptor. A new file is private, an existing one keeps
    its mode. Raises OSError."""
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
