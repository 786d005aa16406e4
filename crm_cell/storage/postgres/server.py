"""Checks a PostgreSQL server before it is used: reachable, new enough, with the service's roles."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import msgspec

from crm_cell.storage.errors import UNFINISHED_TRANSFER, CannotOpen
from crm_cell.storage.postgres import catalog

APP_ROLE = "crm_app"
"""The role of requests: it owns no table and sees the rows of one tenant at a time."""
MAINTENANCE_ROLE = "crm_upkeep"
"""The role that purges old idempotency keys and checks counters, for every tenant."""

LOCAL = (
    "on this node only, while other tables are distributed: crm-cell distribute --apply distributes"
    " what is empty"
)
# The oldest release that the tests run on.
_OLDEST = 150_000
CONNECT_SECONDS = 5.0
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^:]*)(:[0-9]+)?")


class Link(msgspec.Struct, frozen=True):
    """How to reach the server. Behind a pooler each transaction may get another session, so
    prepared statements cannot be reused between transactions."""

    url: str
    pooled: bool
    spread: bool = False
    """Citus has distributed the tables."""


async def find_server(url: str) -> Link:
    """Raises CannotOpen, whose reason tells the operator what to do."""
    async with _read_transaction(url) as connection:
        row = await connection.fetchrow(
            "SELECT pg_backend_pid(), current_setting('server_version_num')::int,"
            " ARRAY(SELECT r FROM unnest($1::text[]) AS r WHERE NOT EXISTS"
            "  (SELECT FROM pg_roles WHERE rolname = r AND pg_has_role(oid,"
            "   CASE WHEN current_setting('server_version_num')::int < 160000"
            "   THEN 'MEMBER' ELSE 'SET' END))),"
            " to_regclass('unfinished_move') IS NOT NULL",
            [APP_ROLE, MAINTENANCE_ROLE],
        )
        assert row is not None
        backend, version, missing, unfinished = row
        if version < _OLDEST:
            raise CannotOpen(f"{place_of(url)}: PostgreSQL 15 or newer is needed")
        if missing:
            roles = " and ".join(missing)
            raise CannotOpen(f"{place_of(url)}: its user may not act as the role {roles}")
        if unfinished:
            raise CannotOpen(f"{place_of(url)}: {UNFINISHED_TRANSFER}")
        if local := await catalog.local_tables(connection):
            names = ", ".join(local)
            raise CannotOpen(f"{place_of(url)}: {names}: {LOCAL}")
        # A pooler invents the backend number that clients use to cancel statements.
        spread = bool(await catalog.distributed(connection))
        return Link(url, pooled=backend != connection.get_server_pid(), spread=spread)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A short-lived connection without prepared statements. Raises CannotOpen."""
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, statement_cache_size=0)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CannotOpen(f"{place_of(url)}: {str(error) or 'no answer'}") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=CONNECT_SECONDS)


@asynccontextmanager
async def _read_transaction(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection in one transaction, so that a pooler uses one session. Raises CannotOpen."""
    async with connected(url) as connection, connection.transaction(readonly=True):
        yield connection


def schema_version(url: str) -> str | None:
    """The revision of the database, None for an empty one. Raises CannotOpen."""
    return asyncio.run(_schema_version(url))


async def _schema_version(url: str) -> str | None:
    async with _read_transaction(url) as connection:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
        return str(found) if found else None


def place_of(url: str) -> str:
    """The URL without password and options, for display. Raises ValueError where it is ambiguous
    which part is the password."""
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    rest = parts.path + parts.fragment + ("" if at else parts.query)
    if "@" in rest or not all(_HOST.fullmatch(host) for host in hosts.split(",")):
        raise ValueError("a password may have ended too early")
    user = login.partition(":")[0]
    return f"postgresql://{user}{at if user else ''}{hosts}{parts.path}"


def faults_in(url: str) -> list[str]:
    """The tables without forced row-level security, where a tenant could see others' rows."""
    return asyncio.run(_faults_in(url))


async def _faults_in(url: str) -> list[str]:
    async with _read_transaction(url) as connection:
        rows = await connection.fetch(
            "SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
            " WHERE c.relkind IN ('r', 'p') AND a.attname = 'tenant_id'"
            " AND c.relnamespace = (SELECT relnamespace FROM pg_class"
            "  WHERE oid = 'alembic_version'::regclass)"
            " AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1"
        )
    return [f"{row[0]}: row-level security is not forced" for row in rows]
