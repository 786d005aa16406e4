"""Migrates a database to the schema of this release, with Alembic.

Runs before the service opens the database: two SQLite libraries in one process (Python's own,
which SQLAlchemy uses, and apsw's) must not have one file open at the same time.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from crm_cell.kernel.private_files import make_folder, open_private
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.open import is_postgres, place_of, sqlite_path
from crm_cell.storage.schema_version import SCHEMA_VERSION

# Another process may lock the file for a moment while it recovers it after a crash.
_PATIENCE_SECONDS = 1.0


def schema_version(url: str) -> str | None:
    """The revision of the database, None for a new or empty one. Raises CannotOpen."""
    if is_postgres(url):
        from crm_cell.storage.postgres import server

        return server.schema_version(url)
    path = sqlite_path(url)
    if not path.exists():
        return None
    try:
        return _revision(path)
    except sqlite3.Error as error:
        raise CannotOpen(f"{path}: {error}") from error


def _revision(path: Path) -> str | None:
    with closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        if known.fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def is_current(url: str) -> bool:
    return schema_version(url) == SCHEMA_VERSION


def migrate(url: str) -> None:
    """Upgrade to the newest schema, if necessary. Raises CannotOpen."""
    if is_current(url):
        return
    # Imported here because Alembic and SQLAlchemy cost a third of a second and 30 MB, which a
    # start without migration can save.
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError

    place = place_of(url)
    try:
        if not is_postgres(url):
            _make_private_file(sqlite_path(url))
        _upgrade(url)
        if not is_postgres(url):
            _make_search_terms(sqlite_path(url))
    except OSError as error:
        raise CannotOpen(f"{place}: {error.strerror}") from error
    except DBAPIError as error:
        raise CannotOpen(f"{place}: {error.orig}") from error
    except CommandError as error:
        version = schema_version(url)
        raise CannotOpen(f"{place}: its schema {version} is not one of this release's") from error


def _make_private_file(path: Path) -> None:
    """Create the file with a private mode, which SQLite also uses for the files beside it."""
    make_folder(path.parent)
    os.close(open_private(path, os.O_RDWR))


def _make_search_terms(path: Path) -> None:
    from crm_cell.storage.sqlite.connection import connect
    from crm_cell.storage.sqlite.search_terms import create

    with closing(connect(path)) as connection:
        create(connection)


def _upgrade(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
