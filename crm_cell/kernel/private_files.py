"""Files that only their owner may read, and that appear whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700

# O_EXCL follows no link either: whatever lies at the name is a reason to fail.
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def appearing(path: Path, *, replace: bool) -> Iterator[Path]:
    """A new, empty file beside `path`, which takes the name `path` at the end, on disk by then.

    What goes wrong leaves none. Raises OSError: FileExistsError where `path` is taken and not to
    be replaced.
    """
    with unfinished(path) as file:
        yield file
        publish(file, path, replace=replace)


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A new, empty file beside `path`, which is gone at the end. Raises OSError."""
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
    """Give the file its name, in one step that outlasts a power cut. Raises OSError."""
    sync(file)
    if replace:
        file.replace(path)
    else:
        path.hardlink_to(file)  # which fails where something lies there
    sync(path.parent)


def sync(path: Path) -> None:
    """Raises OSError when the file or folder cannot be brought to disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make it and its parents, where they are missing. Raises OSError."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.is_dir()]):
        missing.mkdir(mode=FOLDER_MODE, exist_ok=True)


def open_private(path: Path, flags: int) -> int:
    """A descriptor; a file that is made is private, one that is there stays as it is. Raises
    OSError."""
    return os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
