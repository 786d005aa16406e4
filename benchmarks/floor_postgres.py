"""The floor on PostgreSQL: the service's statements, in transactions with the same settings.

A create writes the same rows as the service's create. PostgreSQL itself shares syncs between
commits, so a single row would not be much faster, and the comparison shows the service's own cost.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from benchmarks.floor import COLUMNS, NEW_COLUMNS, PAGE, New, Row, customer_of, encode
from benchmarks.seed_rows import TENANT
from crm_cell.kernel.ids import new_id
from crm_cell.storage.open import CONNECTIONS

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = PoolConnectionProxy[asyncpg.Record]

# The service reserves a third of its connections for long work.
_POOL = CONNECTIONS * 2 // 3
_SETTINGS = (
    f"SET LOCAL ROLE crm_app; SET LOCAL app.tenant_id = '{TENANT}';"
    " SET LOCAL statement_timeout = 5000; SET LOCAL lock_timeout = 2500;"
    " SET LOCAL idle_in_transaction_session_timeout = 20000"
)
_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_SETTINGS}"
_WRITE = f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {_SETTINGS}"

_GET = f"SELECT {COLUMNS} FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL"
_LIST = (
    f"SELECT {COLUMNS} FROM customers WHERE tenant_id = $1 AND deleted_at IS NULL"
    f" ORDER BY id DESC LIMIT {PAGE + 1} OFFSET $2"
)
_TOTAL = (
    "SELECT coalesce(sum(value), 0) FROM counters"
    " WHERE tenant_id = $1 AND name = 'customers' AND key = ''"
)
_CLAIM = (
    "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, created_at)"
    " VALUES ($1, 'POST', '/customers', $2, $3, $4) ON CONFLICT DO NOTHING"
)
_INSERT = (
    f"INSERT INTO customers ({NEW_COLUMNS})"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
)
_AUDIT = (
    "INSERT INTO audit_logs (tenant_id, id, action, resource_type, resource_id, resource_name,"
    " changes, request_id, created_at, lane, link)"
    " VALUES ($1, $2, 'created', 'customer', $3, $4, $5, $6, $7, $8, $9)"
)
_HEAD = (
    "INSERT INTO audit_heads (tenant_id, lane, last_id, last_link, cut_id, cut_link, seal)"
    " VALUES ($1, $2, $3, $4, '', '', $4)"
    " ON CONFLICT (tenant_id, lane) DO UPDATE SET last_id = $3, last_link = $4, seal = $4"
)
_EVENT = (
    "INSERT INTO events (tenant_id, id, event_type, data, created_at)"
    " VALUES ($1, $2, 'crm.customer.created', $3, $4)"
)
_COUNT = (
    "INSERT INTO counters (tenant_id, name, key, stripe, value) VALUES ($1, $2, $3, $4, 1)"
    " ON CONFLICT (tenant_id, name, key, stripe)"
    " DO UPDATE SET value = counters.value + excluded.value"
)
_STORE_ANSWER = (
    "UPDATE idempotency_keys SET status = 201, body = $3, location = $4, etag = '\"1\"',"
    " resource_id = $5"
    " WHERE tenant_id = $1 AND method = 'POST' AND path = '/customers' AND key = $2"
)
_COUNTERS = (
    ("audit_logs.actor", "/seen"),
    ("audit_logs.deed", "customer.created"),
    ("customers", ""),
    ("customers.owner", ""),
)
_STRIPES = 64
_FINGERPRINT = bytes(32)
_HASH = bytes(32)


class _Session(asyncpg.Connection):
    """Sessions have no state after a transaction, so they need no reset, as in the service."""

    def get_reset_query(self) -> str:
        return ""


class PostgresStore:
    def __init__(self, url: str) -> None:
        self._url = url

    async def open(self) -> None:
        self._pool = await asyncpg.create_pool(
            self._url, min_size=_POOL, max_size=_POOL, connection_class=_Session
        )

    async def get(self, identifier: str) -> Row:
        async with self._transaction(_READ) as connection:
            row = await connection.fetchrow(_GET, TENANT, identifier)
        assert row is not None
        return tuple(row)

    async def list_(self, offset: int) -> tuple[int, list[Row]]:
        async with self._transaction(_READ) as connection:
            total = await connection.fetchval(_TOTAL, TENANT)
            rows = await connection.fetch(_LIST, TENANT, offset)
        return int(total), [tuple(row) for row in rows]

    async def create(self, new: New, request_id: str) -> Row:
        now = time.time_ns() // 1_000_000
        contact = (new.contact_phone, new.contact_email)
        row = (TENANT, new_id(now), 1, now, now, new.name, new.name.casefold(), *contact, 1, None)
        async with self._transaction(_WRITE) as connection:
            await connection.execute(_CLAIM, TENANT, request_id, _FINGERPRINT, now)
            await connection.execute(_INSERT, *row, *contact)
            stripe = connection.get_server_pid() % _STRIPES
            await self._record(connection, row, request_id, now, stripe)
            await self._count(connection, stripe)
        return row

    async def _record(
        self, connection: "Connection", row: Row, request_id: str, now: int, shard: int
    ) -> None:
        identifier, name = row[1], row[5]
        shown = encode(customer_of(row))
        text = shown.decode()
        entry = (TENANT, new_id(now), identifier, name, text, request_id, now, shard, _HASH)
        await connection.execute(_HEAD, TENANT, shard, identifier, _HASH)
        await connection.execute(_AUDIT, *entry)
        await connection.execute(_EVENT, TENANT, new_id(now), text, now)
        location = f"/customers/{identifier}"
        await connection.execute(_STORE_ANSWER, TENANT, request_id, shown, location, identifier)

    async def _count(self, connection: "Connection", stripe: int) -> None:
        rows = [(TENANT, name, key, stripe) for name, key in _COUNTERS]
        await connection.executemany(_COUNT, rows)

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator["Connection"]:
        connection = await self._pool.acquire()
        try:
            await connection.execute(begin)
            yield connection
            await connection.execute("COMMIT")
        finally:
            await self._pool.release(connection)
