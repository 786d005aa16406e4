"""From a database URL to what can be done with it. Only this module knows which engines there are.

What belongs to one engine is imported when it is needed: nobody pays for a driver they do not use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_cell.storage.engine import NO_KEYS, ChainKeys, Database

_SQLITE = "sqlite:///"
_NO_PATHS = ("file:", ":memory:")
_POSTGRES = ("postgresql://", "postgres://")
CONNECTIONS = 12
"""How many connections to a server one process may have, unless told otherwise."""


class UnsupportedDatabase(ValueError):
    """The URL names a database that this service cannot use."""


def check_url(url: str) -> None:
    """Raises UnsupportedDatabase."""
    if is_postgres(url):
        from crm_cell.storage.postgres_server import place_of

        try:
            place_of(url)
        except ValueError:  # whose text may hold a part of a password
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
    """sqlite:///relative.db or sqlite:////absolute.db → the file's path."""
    return Path(url.removeprefix(_SQLITE))


def place_of(url: str) -> str:
    """Where the data lies, as people may be told: never with a password."""
    if not is_postgres(url):
        from crm_cell.storage.sole_service import real_path

        return str(real_path(sqlite_path(url)))
    from crm_cell.storage import postgres_server

    return postgres_server.place_of(url)


def open_database(
    url: str, *, connections: int = CONNECTIONS, chain_keys: ChainKeys = NO_KEYS
) -> Database:
    """`chain_keys` is what entries of the audit trail are chained with."""
    if is_postgres(url):
        from crm_cell.storage.postgres import PostgresDatabase

        return PostgresDatabase(url, connections=connections, chain_keys=chain_keys)
    from crm_cell.storage.sqlite import SqliteDatabase

    return SqliteDatabase(sqlite_path(url), chain_keys=chain_keys)


@contextmanager
def sole_service(url: str, *, create: bool = False) -> Iterator[None]:
    """Hold a file's lock while it is served; a server serves as many as come. `create` makes the
    file where there is none. Raises CannotOpen."""
    if is_postgres(url):
        yield
        return
    from crm_cell.storage.sole_service import sole_service as hold

    with hold(sqlite_path(url), create=create):
        yield


def check_name(url: str) -> None:
    """Raises CannotOpen for a file that is served under another name than this."""
    if not is_postgres(url):
        from crm_cell.storage.sole_service import check_name as check

        check(sqlite_path(url))


def scrub(url: str) -> bool:
    """Leave nothing of deleted rows in a file, which takes that nobody serves it; tells whether
    nothing is left. A server vacuums in its own time. Raises CannotOpen."""
    if is_postgres(url):
        return False
    from crm_cell.storage.sqlite_scrub import scrub as scrub_file

    return scrub_file(sqlite_path(url))


def faults_in(url: str) -> list[str]:
    """What is wrong with the database itself, nothing for a sound one."""
    if is_postgres(url):
        from crm_cell.storage.postgres_server import faults_in as found

        return found(url)
    from crm_cell.storage.sqlite_connection import integrity_faults

    return integrity_faults(sqlite_path(url))


def faults_of_nodes(url: str) -> list[str] | None:
    """What the nodes of a cluster lack, None where the database is not spread over any."""
    if not is_postgres(url):
        return None
    from crm_cell.storage.distribution import faults

    return faults(url)
