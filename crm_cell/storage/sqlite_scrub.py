"""Getting rid of what deleted rows leave behind in an SQLite file.

A page that was split or rebuilt may still hold, where it is unused, bytes of rows that lay there
once, so overwriting rows as they are deleted is not enough: only a file that is written anew holds
nothing else than its rows.
"""

from contextlib import closing
from pathlib import Path

import apsw

from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.sole_service import sole_service
from crm_cell.storage.sqlite_connection import connect

# Readers of a service are done within this time, but for long exports. Writers wait as long.
_PATIENCE_MILLISECONDS = 1_000


def scrub(path: Path) -> bool:
    """Whether nothing of deleted rows is left in the file or its log. Raises CannotOpen.

    Beside a service only the log is emptied, where its readers let it be.
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
        # The new file is made up beside the old one, which may be larger than memory.
        connection.execute("PRAGMA temp_store = FILE")
        try:
            connection.execute("VACUUM")
        except (apsw.BusyError, apsw.FullError):  # another command is at work, or no room for it
            return False
        return _checkpoint(connection)


def _empty_log(path: Path) -> bool:
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MILLISECONDS}")
        return _checkpoint(connection)


def _checkpoint(connection: apsw.Connection) -> bool:
    [(busy, _, _)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return not busy
