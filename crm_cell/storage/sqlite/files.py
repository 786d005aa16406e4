"""Detects that the files at a database's path are no longer those that its connections have open.

SQLite continues to write to a file that was deleted, moved or replaced, and commits succeed, but
the data is lost when the service restarts. So the files' device and inode are compared before a
write is acknowledged, and twice a second when there are no writes.
"""

import os
from pathlib import Path

import structlog

log = structlog.get_logger()

Identity = tuple[int, int]
_SUFFIXES = ("-wal", "-shm")
LOST = "its file was deleted, moved or replaced"


class FileLost(Exception):
    """The database cannot be used, because its files have changed."""


class OpenFiles:
    """The database file, its write-ahead log and the log's index."""

    def __init__(self, path: Path) -> None:
        """Call this when the connections are open: in WAL mode all three files exist then."""
        # SQLite follows symbolic links to the database and puts the other files beside its target.
        real = path.resolve()
        beside = [real.with_name(real.name + suffix) for suffix in _SUFFIXES]
        # As text: a Path takes longer than the system call, and this is asked with each commit.
        self._names = [str(path.absolute()), *map(str, beside)]
        self._opened = [_identity(name) for name in self._names]
        self.lost = False
        """The result of the last comparison, for reads, which do not compare again."""

    def are_lost(self) -> bool:
        """Compare now. A changed result is logged."""
        found = [_identity(name) for name in self._names]
        if (found != self._opened) != self.lost:
            self.lost = not self.lost
            self._report(found)
        return self.lost

    def commit_is_lost(self) -> bool:
        """A faster comparison after a commit: it skips the index, which SQLite can rebuild from the
        write-ahead log."""
        database, wal, _ = self._names
        if _identity(database) == self._opened[0] and _identity(wal) == self._opened[1]:
            return self.lost
        return self.are_lost()

    def _report(self, found: list[Identity | None]) -> None:
        if not self.lost:
            log.warning("database_file_back", path=self._names[0])
            return
        changes = {
            name: "gone" if now is None else "replaced"
            for name, opened, now in zip(self._names, self._opened, found, strict=True)
            if now != opened
        }
        log.error("database_file_lost", files=changes)


def _identity(path: str) -> Identity | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - see `_names`
    except OSError:  # the file or its folder was deleted, or permission is missing
        return None
    return found.st_dev, found.st_ino
