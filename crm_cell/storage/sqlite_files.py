"""Whether the files at a database's path are still those that its connections have open.

SQLite writes on to a file that was deleted, moved or replaced, and each commit succeeds; nothing
of it is there when the service starts again. So the files' identities are compared before any
write is acknowledged, and twice a second when there is none.
"""

from pathlib import Path

import structlog

log = structlog.get_logger()

Identity = tuple[int, int]
_SUFFIXES = ("-wal", "-shm")
LOST = "its file was deleted, moved or replaced"


class FileLost(Exception):
    """Why the database cannot be used."""


class OpenFiles:
    """The database file, its write-ahead log and the log's index, while connections hold them."""

    def __init__(self, path: Path) -> None:
        """Call it when the connections are open: in WAL mode all three files exist then."""
        # SQLite follows links to the database and puts the others beside the file itself.
        real = path.resolve()
        beside = [real.with_name(real.name + suffix) for suffix in _SUFFIXES]
        self._names = [path.absolute(), *beside]
        self._opened = [_identity(name) for name in self._names]
        self.lost = False
        """What the last comparison found: reads look at it, since it costs nothing."""

    def are_lost(self) -> bool:
        """Compare now; the log says when the answer changes."""
        found = [_identity(name) for name in self._names]
        if (found != self._opened) != self.lost:
            self.lost = not self.lost
            self._report(found)
        return self.lost

    def commit_is_lost(self) -> bool:
        """The same for what was just committed, in half the time: without the index, which SQLite
        makes anew from the write-ahead log."""
        database, wal, _ = self._names
        if _identity(database) == self._opened[0] and _identity(wal) == self._opened[1]:
            return self.lost
        return self.are_lost()

    def _report(self, found: list[Identity | None]) -> None:
        if not self.lost:
            log.warning("database_file_back", path=str(self._names[0]))
            return
        changes = {
            str(name): "gone" if now is None else "replaced"
            for name, opened, now in zip(self._names, self._opened, found, strict=True)
            if now != opened
        }
        log.error("database_file_lost", files=changes)


def _identity(path: Path) -> Identity | None:
    try:
        found = path.stat()
    except OSError:  # deleted, or its folder was, or nobody may look
        return None
    return found.st_dev, found.st_ino
