"""The statements by which Citus spreads every table over its workers, by tenant.

They are worked out from the catalog of a migrated database, so a later table is among them.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import asyncpg

from crm_cell.storage import postgres_catalog
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.moving_tables import Table, parents_first
from crm_cell.storage.postgres_catalog import ForeignKey
from crm_cell.storage.postgres_server import UPKEEP_ROLE, connected, place_of

# Policies name roles and call functions, which have to be on the workers before a table comes.
# Acting as a role, Citus connects to its workers as that role: there it has to be let in.
_WORKERS = """SELECT * FROM run_command_on_workers($workers$
DO $do$ BEGIN
    PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
{commands}
END $do$
$workers$)"""
_UNLESS_THERE = "    BEGIN CREATE ROLE {}; EXCEPTION WHEN duplicate_object THEN NULL; END;"
_ROLES = """
SELECT quote_ident(rolname) FROM pg_roles
WHERE oid IN (SELECT unnest(polroles) FROM pg_policy) ORDER BY rolname
"""
_FUNCTIONS = """
SELECT DISTINCT pg_get_functiondef(refobjid) FROM pg_depend
WHERE classid = 'pg_policy'::regclass AND refclassid = 'pg_proc'::regclass ORDER BY 1
"""


def statements(url: str) -> list[str]:
    """In the order in which they work; nothing where every table is distributed already."""
    return asyncio.run(_statements(url))


def distribute(url: str) -> list[str]:
    """Run them, and tell which. Raises CannotOpen."""
    return asyncio.run(_distribute(url))


async def _statements(url: str) -> list[str]:
    async with connected(url) as connection:
        return await plan(connection)


async def _distribute(url: str) -> list[str]:
    place = place_of(url)
    async with connected(url) as connection:
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_extension WHERE extname = 'citus'"):
                raise CannotOpen(f"{place}: Citus is not installed in this database")
            await _refuse_rows(place, connection)
            planned = await plan(connection)
            await run(place, connection, planned)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise CannotOpen(f"{place}: {error}") from error
    return planned


async def plan(connection: "asyncpg.Connection[Any]") -> list[str]:
    done = await postgres_catalog.distributed(connection)
    tables = parents_first(await postgres_catalog.tables(connection))
    left = [table for table in tables if table.name not in done]
    if not left:
        return []
    names = {table.name for table in left}
    keys = [
        key
        for key in await postgres_catalog.foreign_keys(connection)
        if key.table in names or key.parent in names
    ]
    return [
        await _settings(connection),
        await _on_workers(connection),
        "BEGIN",
        # References and shards of one transaction are made over the same connections.
        "SET LOCAL citus.multi_shard_modify_mode = 'sequential'",
        *(f"ALTER TABLE {key.place} DROP CONSTRAINT {key.name}" for key in keys),
        *_shards(left, first=_root(tables)),
        *map(_again, keys),
        "COMMIT",
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


async def _settings(connection: "asyncpg.Connection[Any]") -> str:
    """So that SET LOCAL, by which a transaction names its role and its tenant, reaches workers."""
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    return f"ALTER DATABASE {name} SET citus.propagate_set_commands = 'local'"


async def _on_workers(connection: "asyncpg.Connection[Any]") -> str:
    roles = [row[0] for row in await connection.fetch(_ROLES)]
    functions = [row[0] for row in await connection.fetch(_FUNCTIONS)]
    commands = [
        *(_UNLESS_THERE.format(role) for role in roles),
        *(f"    ALTER ROLE {role} LOGIN;" for role in roles),
        *(f"{function.rstrip()};" for function in functions),
    ]
    return _WORKERS.format(commands="\n".join(commands))


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


async def run(place: str, connection: "asyncpg.Connection[Any]", planned: list[str]) -> None:
    """Raises CannotOpen where a worker says no, which is no error of the statement."""
    for statement in planned:
        for row in await connection.fetch(statement):
            if row.get("success") is False:
                raise CannotOpen(f"{place}: {row['nodename']}:{row['nodeport']}: {row['result']}")
