"""Reads tables, keys and distribution from a PostgreSQL database's catalog."""

from typing import Any

import asyncpg
import msgspec

from crm_cell.storage.transfer.tables import Column, Table

_TABLES = """
SELECT c.oid, c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attname = 'tenant_id'
  AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'alembic_version'::regclass)
ORDER BY c.relname
"""
_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
_KEY = """
SELECT a.attname FROM pg_index AS i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, place)
JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
WHERE i.indrelid = $1 AND i.indisprimary ORDER BY k.place
"""
_PARENTS = """
SELECT p.relname FROM pg_constraint AS f JOIN pg_class AS p ON p.oid = f.confrelid
WHERE f.conrelid = $1 AND f.contype = 'f'
"""
_FOREIGN_KEYS = """
SELECT c.relname, p.relname, conrelid::regclass::text, quote_ident(conname),
       pg_get_constraintdef(f.oid)
FROM pg_constraint AS f
JOIN pg_class AS c ON c.oid = conrelid JOIN pg_class AS p ON p.oid = confrelid
WHERE contype = 'f' AND conparentid = 0 ORDER BY c.relname, conname
"""


class ForeignKey(msgspec.Struct, frozen=True):
    table: str
    parent: str
    place: str
    """The quoted name of the table."""
    name: str
    definition: str


async def tables(connection: "asyncpg.Connection[Any]") -> list[Table]:
    """All tables with a tenant_id."""
    return [
        Table(
            name,
            tuple(Column(*row) for row in await connection.fetch(_COLUMNS, oid)),
            tuple(row[0] for row in await connection.fetch(_KEY, oid)),
            frozenset(row[0] for row in await connection.fetch(_PARENTS, oid)),
        )
        for oid, name in await connection.fetch(_TABLES)
    ]


async def has_citus(connection: "asyncpg.Connection[Any]") -> bool:
    return await connection.fetchval("SELECT to_regclass('pg_dist_partition')") is not None


async def distributed(connection: "asyncpg.Connection[Any]") -> frozenset[str]:
    """The tables that Citus distributes over its workers; none on plain PostgreSQL."""
    if not await has_citus(connection):
        return frozenset()
    rows = await connection.fetch(
        "SELECT relname FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid"
    )
    return frozenset(row[0] for row in rows)


async def foreign_keys(connection: "asyncpg.Connection[Any]") -> list[ForeignKey]:
    return [ForeignKey(*row) for row in await connection.fetch(_FOREIGN_KEYS)]


async def local_tables(connection: "asyncpg.Connection[Any]") -> list[str]:
    """On a distributed database, the tables with a tenant_id that only this node has."""
    done = await distributed(connection)
    names = [row[1] for row in await connection.fetch(_TABLES)] if done else []
    local = [name for name in names if name not in done]
    return local if len(local) < len(names) else []
