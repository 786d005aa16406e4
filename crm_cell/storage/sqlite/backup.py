"""Online backup of an SQLite database, and the check of a backup before it is restored.

The backup contains what was committed when it began. It reads one snapshot, so writers do not wait
for it.
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw

from crm_cell.kernel.private_files import atomic_file
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.sqlite.connection import connect

_PAGES_AT_ONCE = 1_000
# It pauses after each step for as long as the step took, which leaves half of the disk's time to
# the service.
_LONGEST_PAUSE_SECONDS = 0.1
_BLOCK_BYTES = 1 << 20

Progress = Callable[[int, int], object]
"""Called with the number of remaining pages and of all pages."""


def back_up(source: Path, target: Path, show: Progress) -> str:
    """Copy the database into the new file `target` and write its checksum beside it. Returns the
    checksum. Raises CannotOpen and OSError."""
    if target.is_symlink() or target.exists():
        raise CannotOpen(f"{target}: there is a file already")
    with atomic_file(target, replace=False) as unfinished:
        try:
            _copy(source, unfinished, show)
        except apsw.FullError as error:
            raise CannotOpen(f"{target}: there is no room for it") from error
        except apsw.Error as error:
            raise CannotOpen(f"{target}: {error}") from error
        checksum = checksum_of(unfinished)
        # Written before the backup gets its name, so that no backup is without a checksum.
        with atomic_file(checksum_path(target), replace=True) as line:
            line.write_text(f"{checksum}  {target.name}\n", encoding="utf-8")
    return checksum


def _copy(source: Path, unfinished: Path, show: Progress) -> None:
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
    with (
        closing(connect(source, read_only=True)) as origin,
        closing(apsw.Connection(str(unfinished.absolute()), flags=flags)) as copy,
    ):
        origin.execute("BEGIN")
        # The first read takes the snapshot. Without one, every write would restart the backup.
        origin.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        # The file is new, and is synced as a whole before it gets its name.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        with copy.backup("main", origin, "main") as backup:
            while not backup.done:
                began = time.monotonic()
                backup.step(_PAGES_AT_ONCE)
                show(backup.remaining, backup.page_count)
                time.sleep(min(time.monotonic() - began, _LONGEST_PAUSE_SECONDS))
        origin.execute("COMMIT")
        # One file, with no log beside it. The service sets its own mode when it opens a file.
        copy.execute("PRAGMA journal_mode = DELETE")


def checksum_path(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.sha256")


def checksum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_checked(backup: Path, target: Path) -> None:
    """Copy the backup over the empty file `target`. Raises CannotOpen if the copied bytes do not
    have the checksum that stands beside the backup, and OSError."""
    expected = checksum_path(backup).read_text(encoding="utf-8").partition(" ")[0].strip()
    digest = hashlib.sha256()
    with backup.open("rb") as source, target.open("r+b") as file:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
            file.write(block)
    if digest.hexdigest() != expected:
        raise CannotOpen(f"{backup}: is not what {checksum_path(backup).name} says")
