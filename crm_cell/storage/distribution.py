"""The statements by which Citus spreads every table over its workers, by tenant.

They are worked out from the catalog of a migrated database, so a later table is among them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from crm_cell.storage import citus_nodes, postgres_catalog
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.moving_tables import Table, parents_first
from crm_cell.storage.postgres_catalog import ForeignKey
from crm_cell.storage.postgres_server import UPKEEP_ROLE, connected, place_of

ONE_CONNECTION = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'"
"""References and shards of one transaction are made over the same connections."""
VERSIONS = "alembic_version"
"""Every node has it, so that a service may connect to any."""
# How much of what is still wrong fits into one line.
_MOST_NAMED = 5


def statements(url: str) -> list[str]:
    """In the order in which they work; nothing where every table is distributed already."""
    return asyncio.run(_statements(url))


def distribute(url: str) -> list[str]:
    """Run them, and tell which. Raises CannotOpen."""
    return asyncio.run(_distribute(url))


def faults(url: str) -> list[str] | None:
    """What the nodes of a cluster lack, a line each; None where nothing is distributed."""
    return asyncio.run(_faults(url))


async def _faults(url: str) -> list[str] | None:
    async with _asking(url) as connection:
        if not await postgres_catalog.distributed(connection):
            return None
        return await citus_nodes.faults(connection)


async def _statements(url: str) -> list[str]:
    async with _asking(url) as connection:
        return await plan(connection)


async def _distribute(url: str) -> list[str]:
    place = place_of(url)
    async with _asking(url) as connection:
        if not await postgres_catalog.has_citus(connection):
            raise CannotOpen(f"{place}: Citus is not installed in this database")
        await _refuse_rows(place, connection)
        planned = await plan(connection)
        await run(place, connection, planned)
        await _refuse_faults(place, connection)
    return planned


@asynccontextmanager
async def _asking(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Raises CannotOpen for all that goes wrong with the server."""
    async with connected(url) as connection:
        try:
            yield connection
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise CannotOpen(f"{place_of(url)}: {error}") from error


async def plan(connection: "asyncpg.Connection[Any]") -> list[str]:
    """What is still to be done, on workers too; nothing where everything is as it must be."""
    done = await postgres_catalog.distributed(connection)
    tables = parents_first(await postgres_catalog.tables(connection))
    left = [table for table in tables if table.name not in done]
    found = await citus_nodes.faults(connection)
    if not left and not found:
        return []
    return [
        *await citus_nodes.mending(connection),
        *await citus_nodes.missing_rights(connection, found),
        *([] if VERSIONS in done else [f"SELECT create_reference_table('{VERSIONS}')"]),
        *await _distribution(connection, tables, left),
    ]


async def _distribution(
    connection: "asyncpg.Connection[Any]", tables: list[Table], left: list[Table]
) -> list[str]:
    return ["BEGIN", *await _spread(connection, tables, left), "COMMIT"] if left else []


async def of_new_tables(connection: "asyncpg.Connection[Any]") -> list[str]:
    """Inside the transaction that makes them; nothing where nothing is distributed."""
    local = await postgres_catalog.local_tables(connection)
    tables = parents_first(await postgres_catalog.tables(connection)) if local else []
    left = [table for table in tables if table.name in local]
    return await _spread(connection, tables, left) if left else []


async def _spread(
    connection: "asyncpg.Connection[Any]", tables: list[Table], left: list[Table]
) -> list[str]:
    names = {table.name for table in left}
    keys = [
        key
        for key in await postgres_catalog.foreign_keys(connection)
        if key.table in names or key.parent in names
    ]
    return [
        ONE_CONNECTION,
        *(f"ALTER TABLE {key.place} DROP CONSTRAINT {key.name}" for key in keys),
        *_shards(left, first=_root(tables)),
        *map(_again, keys),
    ]


def _root(tables: list[Table]) -> str:
    """The table that the others lie beside: the first that any refers to."""
    referred = {parent for table in tables for parent in table.parents}
    return next((table.name for table in tables if table.name in referred), tables[0].name)


def _shards(tables: list[Table], first: str) -> Iterable[str]:
    for table in sorted(tables, key=lambda table: table.name != first):
        beside = "" if table.name == first else f", colocate_with => '{first}'"
        yield f"SELECT create_distributed_table('{table.name}', 'tenant_id'{beside})"


def _again(key: ForeignKey) -> str:
    return f"ALTER TABLE {key.place} ADD CONSTRAINT {key.name} {key.definition}"


async def _refuse_rows(place: str, connection: "asyncpg.Connection[Any]") -> None:
    """Rows would stay behind in the coordinator's own table, besides those in the shards."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {UPKEEP_ROLE}")
        done = await postgres_catalog.distributed(connection)
        for table in await postgres_catalog.tables(connection):
            if table.name not in done and await connection.fetchval(
                f'SELECT 1 FROM "{table.name}" LIMIT 1'
            ):
                raise CannotOpen(
                    f"{place}: {table.name} has rows: distribute an empty database,"
                    " and crm-cell move into it"
                )


async def _refuse_faults(place: str, connection: "asyncpg.Connection[Any]") -> None:
    if found := await citus_nodes.faults(connection):
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        raise CannotOpen(f"{place}: {'; '.join(found[:_MOST_NAMED])}{more}")


async def run(place: str, connection: "asyncpg.Connection[Any]", planned: list[str]) -> None:
    """Raises CannotOpen where a worker says no, which is no error of the statement."""
    for statement in planned:
        for row in await connection.fetch(statement):
            if row.get("success") is False:
                raise CannotOpen(f"{place}: {row['nodename']}:{row['nodeport']}: {row['result']}")
