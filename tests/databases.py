"""The databases that the service is tested on, and a way to look into them from outside."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import apsw
import asyncpg

from scripts.throwaway_postgres import Server

Row = tuple[Any, ...]

_numbers = itertools.count(1)


class Datastore(Protocol):
    """What the service keeps, as somebody sees it who is not the service."""

    url: str

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Run one statement, its values at the question marks, and commit it."""
        ...

    def tables(self) -> list[str]: ...

    def held(self) -> AbstractContextManager[Callable[[str], object]]:
        """Keep the service from writing, as another process would that is in the middle of a
        transaction of its own; gives what runs a statement in that."""
        ...


class SqliteFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    def rows(self, sql: str, *values: object) -> list[Row]:
        with closing(apsw.Connection(str(self.path))) as connection:
            return connection.execute(sql, values).fetchall()

    def tables(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]

    @contextmanager
    def held(self) -> Iterator[Callable[[str], object]]:
        with closing(apsw.Connection(str(self.path))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield other.execute
            other.execute("COMMIT")


class PostgresDatastore:
    """A database of a server, as its superuser sees it, whom no wall between tenants holds."""

    def __init__(self, server: Server, template: str = "template0") -> None:
        self.server = server
        self.name = f"crm_{next(_numbers)}"
        self.url = server.url(self.name)
        outside = Outside(server.url())
        # Copied file by file, which is eight times faster than page by page.
        outside.run(f"CREATE DATABASE {self.name} TEMPLATE {template} STRATEGY FILE_COPY")
        outside.close()
        self._outside = Outside(self.url)

    def rows(self, sql: str, *values: object) -> list[Row]:
        numbers = itertools.count(1)
        parts = sql.split("?")
        text = "".join(f"{part}${next(numbers)}" for part in parts[:-1]) + parts[-1]
        return self._outside.run(text, *values)

    def tables(self) -> list[str]:
        return [
            row[0] for row in self.rows("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        ]

    @contextmanager
    def held(self) -> Iterator[Callable[[str], object]]:
        other = Outside(self.url)
        other.run("BEGIN")
        other.run("LOCK TABLE idempotency_keys IN EXCLUSIVE MODE")
        yield other.run
        other.run("COMMIT")
        other.close()

    def empty(self) -> None:
        """A thousand times faster than to make another one."""
        tables = self.rows("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity")
        self._outside.run("TRUNCATE " + ", ".join(row[0] for row in tables))

    def close(self) -> None:
        self._outside.close()


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
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url, statement_cache_size=0)
        return [tuple(row) for row in await self._connection.fetch(sql, *values)]

    async def _close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
