"""Chooses the engine for a database URL. Only this module knows which engines there are.

Engines are imported on demand, so that no process loads a driver that it does not use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_cell.storage.engine import NO_KEYS, ChainKeys, Database

_SQLITE = "sqlite:///"
_NO_PATHS = ("file:", ":memory:")
_POSTGRES = ("postgresql://", "postgres://")
CONNECTIONS = 12
"""The default number of connections of one process to a server."""


class UnsupportedDatabase(ValueError):
    """The URL names a database that this service cannot use."""


def check_url(url: str) -> None:
    """Raises UnsupportedDatabase."""
    if is_postgres(url):
        from crm_cell.storage.postgres.server import place_of

        try:
            place_of(url)
        except ValueError:  # its text may contain a part of the password
            raise UnsupportedDatabase(
                "is no URL of a PostgreSQL database; write a password's / ? # @ as %2F %3F %23 %40"
            ) from None
    elif not url.startswith(_SQLITE) or url == _SQLITE:
        raise UnsupportedDatabase(
            "must be sqlite:///path/to/file.db or postgresql://user@host/database"
        )
    elif "?" in url or url.removeprefix(_SQLITE).startswith(_NO_PATHS):
        raise UnsupportedDatabase(
            "takes a plain path after sqlite:///, without file:, :memory: or ?parameters"
        )


def is_postgres(url: str) -> bool:
    return url.startswith(_POSTGRES)


def sqlite_path(url: str) -> Path:
    """The file's path, from sqlite:///relative.db or sqlite:////absolute.db."""
    return Path(url.removeprefix(_SQLITE))


def place_of(url: str) -> str:
    """The database's location for display: a path, or a URL without a password."""
    if not is_postgres(url):
        from crm_cell.storage.sqlite.process_lock import real_path

        return str(real_path(sqlite_path(url)))
    from crm_cell.storage.postgres import server

    return server.place_of(url)


def open_database(
    url: str, *, connections: int = CONNECTIONS, chain_keys: ChainKeys = NO_KEYS
) -> Database:
    """`chain_keys` are the keys of the audit log."""
    if is_postgres(url):
        from crm_cell.storage.postgres.database import PostgresDatabase

        return PostgresDatabase(url, connections=connections, chain_keys=chain_keys)
    from crm_cell.storage.sqlite.database import SqliteDatabase

    return SqliteDatabase(sqlite_path(url), chain_keys=chain_keys)


@contextmanager
def sole_service(url: str, *, create: bool = False) -> Iterator[None]:
    """Hold the process lock of an SQLite file. A server needs none. `create` makes the file if
    there is none. Raises CannotOpen."""
    if is_postgres(url):
        yield
        return
    from crm_cell.storage.sqlite.process_lock import sole_service as hold

    with hold(sqlite_path(url), create=create):
        yield


def check_name(url: str) -> None:
    """Raises CannotOpen if a service uses the file under another name."""
    if not is_postgres(url):
        from crm_cell.storage.sqlite.process_lock import check_name as check

        check(sqlite_path(url))


def scrub(url: str) -> bool:
    """Remove the remains of deleted rows from an SQLite file, which must not be in use. Returns
    whether it is free of them. A server vacuums by itself. Raises CannotOpen."""
    if is_postgres(url):
        return False
    from crm_cell.storage.sqlite.scrub import scrub as scrub_file

    return scrub_file(sqlite_path(url))


def faults_in(url: str) -> list[str]:
    """The faults of the database itself, none for a sound one."""
    if is_postgres(url):
        from crm_cell.storage.postgres.server import faults_in as found

        return found(url)
    from crm_cell.storage.sqlite.connection import integrity_faults

    return integrity_faults(sqlite_path(url))


def faults_of_nodes(url: str) -> list[str] | None:
    """What the nodes of a cluster lack, None if the database is not distributed."""
    if not is_postgres(url):
        return None
    from crm_cell.storage.citus.distribution import faults

    return faults(url)
