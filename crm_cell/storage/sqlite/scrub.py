"""Removes the remains of deleted rows from an SQLite file.

The unused part of a page that was split or rebuilt may still hold bytes of old rows, so
overwriting rows when they are deleted is not enough: only a rewritten file (VACUUM) contains
nothing but its rows.
"""

from contextlib import closing
from pathlib import Path

import apsw

from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.sqlite.connection import connect
from crm_cell.storage.sqlite.process_lock import sole_service

# Readers of a service, except long exports, finish within this time. Writers wait as long.
_PATIENCE_MILLISECONDS = 1_000


def scrub(path: Path) -> bool:
    """Returns whether the file and its log are free of deleted rows. Raises CannotOpen.

    While a service runs, only the log is emptied, unless readers prevent it.
    """
    try:
        with sole_service(path):
            return _vacuum(path)
    except CannotOpen:
        _empty_log(path)
        return False


def _vacuum(path: Path) -> bool:
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MILLISECONDS}")
        # The new file is built on disk, because it may be larger than memory.
        connection.execute("PRAGMA temp_store = FILE")
        try:
            connection.execute("VACUUM")
        except (apsw.BusyError, apsw.FullError):  # another command writes, or the disk is full
            return False
        return _checkpoint(connection)


def _empty_log(path: Path) -> bool:
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MILLISECONDS}")
        return _checkpoint(connection)


def _checkpoint(connection: apsw.Connection) -> bool:
    [(busy, _, _)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return not busy
