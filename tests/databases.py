"""The databases that the service is tested on, and a way to look into them from outside."""

import asyncio
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import apsw
import asyncpg

from crm_cell.storage.migrate import migrate
from scripts.throwaway_postgres import throwaway_postgres

Row = tuple[Any, ...]
_POLL_SECONDS = 0.01
ROLES = ("crm_app", "crm_upkeep")


class Datastore(Protocol):
    """What the service keeps, as somebody sees it who is not the service."""

    url: str

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Run one statement, its values at the question marks, and commit it."""
        ...

    def tables(self) -> list[str]: ...

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table, by the names of its columns, as of one moment."""
        ...

    def wait_until_alone(self) -> None:
        """After a service was killed: until nobody works for it any more."""
        ...

    def held(self) -> AbstractContextManager[Callable[[str], object]]:
        """Keep the service from writing, as another process would that is in the middle of a
        transaction of its own; gives what runs a statement in that."""
        ...


_SQLITE_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table'"


def _named(cursor: apsw.Cursor) -> list[dict[str, Any]]:
    found = list(map(tuple, itertools.islice(cursor, 1)))
    names = [column[0] for column in cursor.description] if found else []
    return [dict(zip(names, row, strict=True)) for row in itertools.chain(found, cursor)]


class SqliteFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    def rows(self, sql: str, *values: object) -> list[Row]:
        with closing(apsw.Connection(str(self.path))) as connection:
            return connection.execute(sql, values).fetchall()

    def tables(self) -> list[str]:
        return [row[0] for row in self.rows(_SQLITE_TABLES)]

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """On one connection: to open one means to read the whole schema."""
        with closing(apsw.Connection(str(self.path))) as connection:
            connection.execute("BEGIN")
            names = [row[0] for row in connection.execute(_SQLITE_TABLES)]
            return {name: _named(connection.execute(f'SELECT * FROM "{name}"')) for name in names}

    def wait_until_alone(self) -> None:
        """Nobody ever works for a process that is gone."""

    @contextmanager
    def held(self) -> Iterator[Callable[[str], object]]:
        with closing(apsw.Connection(str(self.path))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield other.execute
            other.execute("COMMIT")


class PostgresServer(Protocol):
    """A server that tests may make databases and roles on."""

    def url(self, database: str = ..., user: str = ..., password: str = ...) -> str:
        """For its superuser, unless told otherwise."""
        ...


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """The one that $CRM_TEST_DATABASE_URL names, for a superuser, or else one of our own."""
    if named := os.environ.get("CRM_TEST_DATABASE_URL"):
        yield NamedServer(named)
    else:
        with throwaway_postgres() as server:
            yield server


class NamedServer:
    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def url(self, database: str = "", user: str = "", password: str = "") -> str:
        parts = self._parts
        netloc = f"{user}:{password}@{parts.netloc.rpartition('@')[2]}" if user else parts.netloc
        path = f"/{database}" if database else parts.path
        return parts._replace(netloc=netloc, path=path).geturl()


class PostgresDatastore:
    """A database of a server, as its superuser sees it, whom no wall between tenants holds."""

    def __init__(self, server: PostgresServer, template: str = "template0") -> None:
        self.server = server
        # A server that was there before may serve several runs of the tests at once.
        self.name = _unique_name()
        self.url = server.url(self.name)
        """The superuser's, until there are others."""
        self._logins: list[str] = []
        self._deletions = ""
        # Copied file by file, which is eight times faster than page by page.
        self.on_server(f"CREATE DATABASE {self.name} TEMPLATE {template} STRATEGY FILE_COPY")
        self._outside = Outside(self.url)

    def migrate(self) -> None:
        """As on a server of somebody else's: the owner is no superuser, and not the service."""
        owner = self.login("CREATEROLE")
        self.on_server(f"ALTER DATABASE {self.name} OWNER TO {owner}")
        known = self.on_server("SELECT rolname FROM pg_roles WHERE rolname = ANY($1)", ROLES)
        for (role,) in known:  # made for another database of this server, by another owner
            self.on_server(f"GRANT {role} TO {owner}")
        migrate(self.url_for(owner))
        self.url = self.url_for(self.login(f"IN ROLE {', '.join(ROLES)}"))

    def copy(self) -> "PostgresDatastore":
        copy = PostgresDatastore(self.server, self.name)
        if self.url != self.server.url(self.name):
            copy.url = copy.url_for(urlsplit(self.url).username or "")
        return copy

    def login(self, may: str) -> str:
        """The name of a new one, whose password is the same."""
        name = _unique_name()
        self.on_server(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' {may}")
        self._logins.append(name)
        return name

    def url_for(self, login: str) -> str:
        return self.server.url(self.name, login, login)

    def rows(self, sql: str, *values: object) -> list[Row]:
        numbers = itertools.count(1)
        parts = sql.split("?")
        text = "".join(f"{part}${next(numbers)}" for part in parts[:-1]) + parts[-1]
        return self._outside.run(text, *values)

    def tables(self) -> list[str]:
        return [
            row[0] for row in self.rows("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        ]

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """By one statement: a statement for each table would take ten times as long."""
        names = self.tables()
        columns = [f'(SELECT array_agg("{name}") FROM "{name}")' for name in names]
        statement = f"SELECT {', '.join(columns)}"
        try:
            [row] = self._outside.run(statement)
        except asyncpg.OutdatedSchemaCacheError:  # a test has changed a table since the last time
            [row] = self._outside.run(statement)
        return {
            name: [dict(each) for each in rows or ()] for name, rows in zip(names, row, strict=True)
        }

    def wait_until_alone(self) -> None:
        others = (
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
        )
        while self.rows(others):
            time.sleep(_POLL_SECONDS)

    @contextmanager
    def held(self) -> Iterator[Callable[[str], object]]:
        other = Outside(self.server.url(self.name))
        other.run("BEGIN")
        other.run("LOCK TABLE idempotency_keys IN EXCLUSIVE MODE")
        yield other.run
        other.run("COMMIT")
        other.close()

    def empty(self) -> None:
        """Row by row, of which a test leaves few: TRUNCATE would make fifty new files."""
        if not self._deletions:
            tables = self.rows("SELECT relname FROM pg_class WHERE relkind='r' AND relrowsecurity")
            self._deletions = " ".join(f"DELETE FROM {row[0]};" for row in tables)
        # References are not looked at, so the order of the tables does not matter.
        self._outside.run(
            f"DO $$ BEGIN SET LOCAL session_replication_role = replica; {self._deletions} END $$"
        )

    def on_server(self, sql: str, *values: object) -> list[Row]:
        outside = Outside(self.server.url())
        try:
            return outside.run(sql, *values)
        finally:
            outside.close()

    def close(self) -> None:
        self._outside.close()
        self.on_server(f"DROP DATABASE {self.name} WITH (FORCE)")
        for login in self._logins:
            self.on_server(f"DROP ROLE {login}")


def _unique_name() -> str:
    return f"crm_test_{uuid4().hex}"


class Outside:
    """A connection for callers who cannot wait: asyncpg on a thread of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection[Any] | None = None

    def run(self, sql: str, *values: object) -> list[Row]:
        return asyncio.run_coroutine_threadsafe(self._run(sql, values), self._loop).result()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _run(self, sql: str, values: tuple[object, ...]) -> list[Row]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url, statement_cache_size=0)
        return [tuple(row) for row in await self._connection.fetch(sql, *values)]

    async def _close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
