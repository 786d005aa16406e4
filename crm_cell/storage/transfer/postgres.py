"""A PostgreSQL database as source or target of a transfer.

Rows are read and written with the maintenance role, the only one that may see all tenants. It may
insert only during a transfer. COPY would be a fifth faster, but PostgreSQL refuses it on tables
with row-level security.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any

import asyncpg

from crm_cell.storage.engine import Row
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.postgres import catalog
from crm_cell.storage.postgres.server import MAINTENANCE_ROLE, connected, place_of
from crm_cell.storage.transfer.tables import (
    DERIVED,
    Key,
    Step,
    Sums,
    Table,
    TransferRefused,
    insert_statement,
    page_statement,
    sums_of,
    sums_statement,
    values_statement,
)

# PostgreSQL allows 32 767 parameters, but larger statements are not faster.
_MOST_PARAMETERS = 8_192
_PROGRESS = """
CREATE TABLE unfinished_move (
    table_name text PRIMARY KEY, source text NOT NULL,
    rows bigint NOT NULL, done bigint NOT NULL, last_key text,
    had_right boolean NOT NULL DEFAULT true
)
"""
# The maintenance role may always insert into some tables and keeps that right after the transfer.
_WITHOUT_RIGHT = f"""
UPDATE unfinished_move SET had_right = false
WHERE NOT has_table_privilege('{MAINTENANCE_ROLE}', quote_ident(table_name), 'INSERT')
RETURNING table_name
"""


@asynccontextmanager
async def postgres_endpoint(url: str) -> AsyncIterator["PostgresEndpoint"]:
    """Raises CannotOpen for all errors of the server."""
    async with connected(url) as connection:
        yield PostgresEndpoint(place_of(url), connection)


class PostgresEndpoint:
    def __init__(self, place: str, connection: "asyncpg.Connection[Any]") -> None:
        self._place = place
        self._connection = connection
        self._on_citus: frozenset[str] | None = None

    async def tables(self) -> list[Table]:
        async with self._transaction():
            found = await catalog.tables(self._connection)
        return [table for table in found if table.name not in DERIVED]

    async def sums(self, table: Table) -> Sums:
        async with self._maintenance():
            row = await self._connection.fetchrow(sums_statement(table))
        assert row is not None
        return sums_of(table, tuple(row))

    async def page(self, table: Table, last: Key | None, rows: int) -> list[Row]:
        statement = page_statement(table, behind=last is not None, rows=rows)
        async with self._maintenance():
            found = await self._connection.fetch(statement, *(last or ()))
        return [tuple(row) for row in found]

    async def lock(self) -> None:
        """The lock is taken before the snapshot, so that no committed row is missed."""
        names = _list(await self.tables())
        async with self._translated_errors():
            await self._connection.transaction(isolation="repeatable_read").start()
            await self._connection.execute(f"LOCK TABLE {names} IN SHARE MODE NOWAIT")

    async def unfinished(self) -> list[Step]:
        async with self._transaction():
            if await self._connection.fetchval("SELECT to_regclass('unfinished_move')") is None:
                return []
            rows = await self._connection.fetch(
                "SELECT source, table_name, rows, done, last_key FROM unfinished_move"
            )
        return [Step(*row) for row in rows]

    async def begin(self, steps: list[Step]) -> None:
        async with self._transaction():
            await self._connection.execute(_PROGRESS)
            await self._connection.executemany(
                "INSERT INTO unfinished_move (table_name, source, rows, done)"
                " VALUES ($1, $2, $3, 0)",
                [(step.table, step.source, step.rows) for step in steps],
            )
            names = _quoted(await self._connection.fetch(_WITHOUT_RIGHT))
            await self._connection.execute(f"GRANT INSERT ON {names} TO {MAINTENANCE_ROLE}")

    async def add(self, table: Table, rows: list[Row], before: Step, after: Step) -> None:
        async with self._transaction():
            status = await self._connection.execute(
                "UPDATE unfinished_move SET done = $1, last_key = $2"
                " WHERE table_name = $3 AND done = $4",
                *(after.done, after.last_key, table.name, before.done),
            )
            if status != "UPDATE 1":
                raise TransferRefused("another move into the same target is under way")
            # A server crash may lose the last rows together with their step, which is consistent.
            # The end of the transfer waits for the disk, and so for all earlier commits.
            await self._connection.execute(
                f"SET LOCAL synchronous_commit = off; SET LOCAL ROLE {MAINTENANCE_ROLE}"
            )
            await self._insert(table, rows)

    async def _insert(self, table: Table, rows: list[Row]) -> None:
        """On Citus, inserts VALUES, which it sends to the shards. An INSERT … SELECT without a
        table would run on the coordinator with COPY, which row-level security refuses."""
        if table.name in await self._distributed():
            for some in _chunks(rows, _MOST_PARAMETERS // len(table.columns)):
                await self._connection.execute(
                    values_statement(table, len(some)), *chain.from_iterable(some)
                )
            return
        arrays = ", ".join(
            f"${number}::{column.type}[]" for number, column in enumerate(table.columns, 1)
        )
        # A third faster than VALUES on a local table.
        await self._connection.execute(
            f"{insert_statement(table)} SELECT * FROM unnest({arrays})",
            *map(list, zip(*rows, strict=True)),
        )

    async def _distributed(self) -> frozenset[str]:
        if self._on_citus is None:
            self._on_citus = await catalog.distributed(self._connection)
        return self._on_citus

    async def gather_statistics(self, tables: list[Table]) -> None:
        """VACUUM also sets the visibility map, which saves the first readers that work."""
        async with self._translated_errors():
            await self._connection.execute(f"VACUUM (ANALYZE) {_list(tables)}")

    async def finish(self) -> None:
        async with self._transaction():
            names = _quoted(
                await self._connection.fetch(
                    "SELECT table_name FROM unfinished_move WHERE NOT had_right"
                )
            )
            await self._connection.execute(f"REVOKE INSERT ON {names} FROM {MAINTENANCE_ROLE}")
            await self._connection.execute("DROP TABLE unfinished_move")

    @asynccontextmanager
    async def _maintenance(self) -> AsyncIterator[None]:
        async with self._transaction():
            await self._connection.execute(f"SET LOCAL ROLE {MAINTENANCE_ROLE}")
            yield

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        """A transaction without a timeout. After `lock` it is a savepoint of that transaction."""
        async with self._translated_errors(), self._connection.transaction():
            await self._connection.execute("SET LOCAL statement_timeout = 0")
            yield

    @asynccontextmanager
    async def _translated_errors(self) -> AsyncIterator[None]:
        try:
            yield
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise CannotOpen(f"{self._place}: {error}") from error


def _chunks(rows: list[Row], most: int) -> Iterator[list[Row]]:
    for begin in range(0, len(rows), most):
        yield rows[begin : begin + most]


def _quoted(rows: list[asyncpg.Record]) -> str:
    return ", ".join(f'"{row[0]}"' for row in rows)


def _list(tables: list[Table]) -> str:
    return ", ".join(f'"{table.name}"' for table in tables)
