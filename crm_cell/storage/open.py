"""From a database URL to an engine. Only this module knows which engines there are."""

from pathlib import Path

from crm_cell.storage.engine import Database
from crm_cell.storage.sqlite import SqliteDatabase

_SQLITE = "sqlite:///"


class UnsupportedDatabase(ValueError):
    """The URL names a database that this service cannot use."""


def sqlite_path(url: str) -> Path:
    """sqlite:///relative.db or sqlite:////absolute.db → the file's path."""
    if not url.startswith(_SQLITE) or url == _SQLITE:
        raise UnsupportedDatabase("must be sqlite:///path/to/file.db")
    return Path(url.removeprefix(_SQLITE))


def open_database(url: str) -> Database:
    return SqliteDatabase(sqlite_path(url))
