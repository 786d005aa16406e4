"""Transactions on a pool of connections that belong to one event loop.

The settings of a transaction (tenant, role, timeouts) are sent together with its BEGIN, in one
round trip. They end with the transaction, so any pooler may stand between.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import msgspec
import structlog

from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.kernel.messages import COMMIT_UNKNOWN
from crm_cell.storage.engine import NO_KEYS, ChainKeys, ReadUnit, Tenant, WriteUnit
from crm_cell.storage.paging.rank_index import RankIndex
from crm_cell.storage.postgres.connections import Connections
from crm_cell.storage.postgres.error_mapping import TRY_AGAIN, translate_error
from crm_cell.storage.postgres.server import APP_ROLE, MAINTENANCE_ROLE, Link
from crm_cell.storage.postgres.session import Session
from crm_cell.storage.postgres.transaction import PostgresTx

T = TypeVar("T")
log = structlog.get_logger()

# Maintenance, for example counting all rows, has practically no time limit.
_MAINTENANCE_SECONDS = 3_600.0
# Time for the server's report of a statement timeout to arrive.
_MARGIN_SECONDS = 0.5
_TRIES = 8
_PAUSE_SECONDS = 0.005
_CACHED_BEGINS = 1_000

_TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"


class Limits(msgspec.Struct, frozen=True):
    """Connections and timeouts of one kind of work (short or long)."""

    connections: int
    statement_seconds: float
    lock_seconds: float
    idle_seconds: float
    silence_seconds: float
    may_take_long: bool = False


class Sessions:
    def __init__(
        self,
        link: Link,
        limits: Limits,
        clock: Clock,
        rank_index: RankIndex,
        *,
        chain_keys: ChainKeys = NO_KEYS,
    ) -> None:
        self._connections = Connections(link, limits.connections, limits.silence_seconds)
        self._spread = link.spread
        self._limits = limits
        self._clock = clock
        self._rank_index = rank_index
        self._chain_keys = chain_keys
        self._began = dict[tuple[str, Tenant], str]()
        # A statement that is sent with BEGIN may also wait for a lock.
        gives_up = min(limits.statement_seconds, limits.lock_seconds) + _MARGIN_SECONDS
        self._first_seconds = max(limits.silence_seconds, gives_up)

    async def open(self) -> None:
        await self._connections.open()

    async def close(self) -> None:
        await self._connections.close()

    async def ping(self) -> None:
        await self._connections.ping()

    async def read(self, name: str, tenant: Tenant, unit: ReadUnit[T], now: int) -> T:
        seconds = self._client_timeout(tenant)

        async def run(connection: Session) -> T:
            silence = self._limits.silence_seconds
            await self._connections.begin(connection, self._begin(_READ, tenant), silence)
            try:
                result = await unit(self._reader(connection, now, seconds))
            except asyncpg.ReadOnlySQLTransactionError as error:
                raise RuntimeError(f"{name} was declared to read only") from error
            await connection.execute("COMMIT", timeout=seconds)
            return result

        return await self._with_retries(name, tenant, run)

    def _reader(self, connection: Session, now: int, seconds: float) -> PostgresTx:
        may_take_long = self._limits.may_take_long
        return PostgresTx(
            connection, now, seconds, rank_index=self._rank_index, may_take_long=may_take_long
        )

    async def write(
        self, name: str, tenant: Tenant, unit: WriteUnit[T], now: int, id_time: int
    ) -> T:
        seconds = self._client_timeout(tenant)
        opening = self._begin(_WRITE, tenant)

        async def run(connection: Session) -> T:
            async def begin(first: str) -> str:
                sql = f"{opening}; {first}" if first else opening
                return await self._connections.begin(connection, sql, self._first_seconds)

            tx = PostgresTx(
                connection,
                now,
                seconds,
                id_time=id_time,
                may_take_long=self._limits.may_take_long,
                chain_keys=self._chain_keys,
                begin=begin,
            )
            result = await unit(tx)
            await tx.complete(self._clock.id_time(self._clock.now()))
            if tx.begun:
                await _commit(name, connection, seconds)
            return result

        return await self._with_retries(name, tenant, run)

    async def analyze(self) -> None:
        async def run(connection: Session) -> None:
            await connection.execute("ANALYZE", timeout=_MAINTENANCE_SECONDS)

        await self._connections.lend("statistics", None, run)

    async def _with_retries(
        self, name: str, tenant: Tenant, run: Callable[[Session], Awaitable[T]]
    ) -> T:
        """Retry after serialization failures and deadlocks. Raises RateLimited after too many."""
        for number in range(_TRIES):
            try:
                return await self._connections.lend(name, tenant, run)
            except TRY_AGAIN as error:
                log.info("transaction_repeated", unit=name, why=error.sqlstate, number=number)
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS * 2**number))  # noqa: S311 - jitter
        raise RateLimited

    def _begin(self, how: str, tenant: Tenant) -> str:
        """BEGIN and the transaction's settings in one message, cached for each tenant.

        On a distributed database the settings are in one DO block, although it costs the server
        twice as much: for each SET LOCAL in a message Citus sends the whole message to its workers,
        which then warn that a transaction is already open.
        """
        text = self._began.get((how, tenant))
        if text is None:
            if len(self._began) >= _CACHED_BEGINS:
                self._began.clear()
            settings = "; ".join(self._settings(tenant))
            if self._spread:
                settings = f"DO $settings$ BEGIN {settings}; END $settings$"
            text = f"{how}; {settings}"
            self._began[how, tenant] = text
        return text

    def _settings(self, tenant: Tenant) -> list[str]:
        unlimited = tenant is None and self._limits.may_take_long
        statement_seconds = 0 if unlimited else self._limits.statement_seconds
        act_as = [f"ROLE {MAINTENANCE_ROLE}"]
        if tenant is not None:
            act_as = [f"ROLE {APP_ROLE}", f"app.tenant_id = {_literal(tenant)}"]
        timeouts = {
            "statement_timeout": statement_seconds,
            "lock_timeout": self._limits.lock_seconds,
            "idle_in_transaction_session_timeout": self._limits.idle_seconds,
        }
        settings = [f"{name} = {round(1000 * s)}" for name, s in timeouts.items()]
        return [f"SET LOCAL {setting}" for setting in [*act_as, *settings]]

    def _client_timeout(self, tenant: Tenant) -> float:
        """The client's timeout, for a silent server. The server's own timeout is shorter."""
        if tenant is None and self._limits.may_take_long:
            return _MAINTENANCE_SECONDS
        return max(self._limits.statement_seconds + _MARGIN_SECONDS, self._limits.silence_seconds)


async def _commit(name: str, connection: Session, seconds: float) -> None:
    try:
        status = await connection.execute("COMMIT", timeout=seconds)
    except Exception as error:
        if not isinstance(translate_error(error), Unavailable):
            raise
        log.warning("commit_unknown", unit=name, error=repr(error))
        raise Unavailable(COMMIT_UNKNOWN) from error
    if status != "COMMIT":
        raise RuntimeError(f"{name} went on after one of its statements had failed")


def _literal(tenant: str) -> str:
    """SET takes no parameters, so the tenant becomes a part of the text. Raises ValueError for a
    name that could end the literal or the block around it; such requests are refused earlier."""
    if not _TENANT.fullmatch(tenant):
        raise ValueError("no tenant is called that")
    return f"'{tenant}'"
