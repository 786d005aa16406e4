"""Distributes every table over the Citus workers, by tenant.

The statements are derived from the catalog of a migrated database, so they include later tables.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from crm_cell.storage.citus import nodes
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.postgres import catalog
from crm_cell.storage.postgres.catalog import ForeignKey
from crm_cell.storage.postgres.server import MAINTENANCE_ROLE, connected, place_of
from crm_cell.storage.transfer.tables import Table, parents_first

ONE_CONNECTION = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'"
"""Foreign keys and shards of one transaction must be created over the same connections."""
VERSIONS = "alembic_version"
"""A reference table on every node, so that a service may connect to any node."""
# How many remaining faults an error message lists.
_MOST_NAMED = 5


def statements(url: str) -> list[str]:
    """The statements to run, in order; none if every table is distributed already."""
    return asyncio.run(_statements(url))


def distribute(url: str) -> list[str]:
    """Run the statements and return them. Raises CannotOpen."""
    return asyncio.run(_distribute(url))


def faults(url: str) -> list[str] | None:
    """What the nodes of a cluster lack, one line each. None if nothing is distributed."""
    return asyncio.run(_faults(url))


async def _faults(url: str) -> list[str] | None:
    async with _asking(url) as connection:
        if not await catalog.distributed(connection):
            return None
        return await nodes.faults(connection)


async def _statements(url: str) -> list[str]:
    async with _asking(url) as connection:
        return await plan(connection)


async def _distribute(url: str) -> list[str]:
    place = place_of(url)
    async with _asking(url) as connection:
        if not await catalog.has_citus(connection):
            raise CannotOpen(f"{place}: Citus is not installed in this database")
        await _refuse_rows(place, connection)
        planned = await plan(connection)
        await run(place, connection, planned)
        await _refuse_faults(place, connection)
    return planned


@asynccontextmanager
async def _asking(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Raises CannotOpen for all errors of the server."""
    async with connected(url) as connection:
        try:
            yield connection
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise CannotOpen(f"{place_of(url)}: {error}") from error


async def plan(connection: "asyncpg.Connection[Any]") -> list[str]:
    """The statements that are still needed, also on workers. None if everything is in order."""
    done = await catalog.distributed(connection)
    tables = parents_first(await catalog.tables(connection))
    left = [table for table in tables if table.name not in done]
    found = await nodes.faults(connection)
    if not left and not found:
        return []
    return [
        *await nodes.repairs(connection),
        *await nodes.missing_rights(connection, found),
        *([] if VERSIONS in done else [f"SELECT create_reference_table('{VERSIONS}')"]),
        *await _distribution(connection, tables, left),
    ]


async def _distribution(
    connection: "asyncpg.Connection[Any]", tables: list[Table], left: list[Table]
) -> list[str]:
    return ["BEGIN", *await _spread(connection, tables, left), "COMMIT"] if left else []


async def of_new_tables(connection: "asyncpg.Connection[Any]") -> list[str]:
    """The statements that distribute new tables, for the transaction that creates them. None if
    nothing is distributed."""
    local = await catalog.local_tables(connection)
    tables = parents_first(await catalog.tables(connection)) if local else []
    left = [table for table in tables if table.name in local]
    return await _spread(connection, tables, left) if left else []


async def _spread(
    connection: "asyncpg.Connection[Any]", tables: list[Table], left: list[Table]
) -> list[str]:
    names = {table.name for table in left}
    keys = [
        key
        for key in await catalog.foreign_keys(connection)
        if key.table in names or key.parent in names
    ]
    return [
        ONE_CONNECTION,
        *(f"ALTER TABLE {key.place} DROP CONSTRAINT {key.name}" for key in keys),
        *_shards(left, first=_root(tables)),
        *map(_again, keys),
    ]


def _root(tables: list[Table]) -> str:
    """The table that all others are co-located with: the first that a foreign key refers to."""
    referred = {parent for table in tables for parent in table.parents}
    return next((table.name for table in tables if table.name in referred), tables[0].name)


def _shards(tables: list[Table], first: str) -> Iterable[str]:
    for table in sorted(tables, key=lambda table: table.name != first):
        beside = "" if table.name == first else f", colocate_with => '{first}'"
        yield f"SELECT create_distributed_table('{table.name}', 'tenant_id'{beside})"


def _again(key: ForeignKey) -> str:
    return f"ALTER TABLE {key.place} ADD CONSTRAINT {key.name} {key.definition}"


async def _refuse_rows(place: str, connection: "asyncpg.Connection[Any]") -> None:
    """Raises CannotOpen for tables with rows, which would remain in the coordinator's table."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {MAINTENANCE_ROLE}")
        done = await catalog.distributed(connection)
        for table in await catalog.tables(connection):
            if table.name not in done and await connection.fetchval(
                f'SELECT 1 FROM "{table.name}" LIMIT 1'
            ):
                raise CannotOpen(
                    f"{place}: {table.name} has rows: distribute an empty database,"
                    " and crm-cell move into it"
                )


async def _refuse_faults(place: str, connection: "asyncpg.Connection[Any]") -> None:
    if found := await nodes.faults(connection):
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        raise CannotOpen(f"{place}: {'; '.join(found[:_MOST_NAMED])}{more}")


async def run(place: str, connection: "asyncpg.Connection[Any]", planned: list[str]) -> None:
    """Raises CannotOpen if a worker fails, which is not an error of the statement itself."""
    for statement in planned:
        for row in await connection.fetch(statement):
            if row.get("success") is False:
                raise CannotOpen(f"{place}: {row['nodename']}:{row['nodeport']}: {row['result']}")
