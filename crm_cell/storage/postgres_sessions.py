"""Transactions on a pool of connections that belong to one event loop.

Whatever holds for a transaction (its tenant, its role, its timeouts) goes along with its BEGIN, in
one round trip. Nothing of it is left behind in a session, so any pooler may stand in between.
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
from crm_cell.storage import counters
from crm_cell.storage.engine import NO_KEYS, ChainKeys, ReadUnit, Tenant, WriteUnit
from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.postgres_connections import Connections
from crm_cell.storage.postgres_server import APP_ROLE, UPKEEP_ROLE, Link
from crm_cell.storage.postgres_session import Session
from crm_cell.storage.postgres_tx import PostgresTx
from crm_cell.storage.postgres_weather import TRY_AGAIN, weather

T = TypeVar("T")
log = structlog.get_logger()

# Counting everything anew may take as long as it takes.
_UPKEEP_SECONDS = 3_600.0
# In which a server's word that a statement took too long arrives.
_MARGIN_SECONDS = 0.5
_TRIES = 8
_PAUSE_SECONDS = 0.005
_BEGINS_KEPT = 1_000

_TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"


class Limits(msgspec.Struct, frozen=True):
    """How much of the database one kind of work may have, and for how long."""

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
        boundaries: Boundaries,
        *,
        chain_keys: ChainKeys = NO_KEYS,
    ) -> None:
        self._connections = Connections(link, limits.connections, limits.silence_seconds)
        self._limits = limits
        self._clock = clock
        self._boundaries = boundaries
        self._chain_keys = chain_keys
        self._began = dict[tuple[str, Tenant], str]()

    async def open(self) -> None:
        await self._connections.open()

    async def close(self) -> None:
        await self._connections.close()

    async def ping(self) -> None:
        await self._connections.ping()

    async def read(self, name: str, tenant: Tenant, unit: ReadUnit[T], now: int) -> T:
        seconds = self._patience_with(tenant)

        async def run(connection: Session) -> T:
            await self._connections.begin(connection, self._begin(_READ, tenant))
            try:
                result = await unit(self._reader(connection, now, seconds))
            except asyncpg.ReadOnlySQLTransactionError as error:
                raise RuntimeError(f"{name} was declared to read only") from error
            await connection.execute("COMMIT", timeout=seconds)
            return result

        return await self._until_it_succeeds(name, tenant, run)

    def _reader(self, connection: Session, now: int, seconds: float) -> PostgresTx:
        may_take_long = self._limits.may_take_long
        return PostgresTx(
            connection, now, seconds, boundaries=self._boundaries, may_take_long=may_take_long
        )

    async def write(
        self, name: str, tenant: Tenant, unit: WriteUnit[T], now: int, id_time: int
    ) -> T:
        seconds = self._patience_with(tenant)

        async def run(connection: Session) -> T:
            await self._connections.begin(connection, self._begin(_WRITE, tenant))
            tx = PostgresTx(
                connection,
                now,
                seconds,
                id_time=id_time,
                chain_keys=self._chain_keys,
                locks=True,
            )
            result = await unit(tx)
            for late, left in tx.late.items():
                await late(tx, left)
            # In one order for everybody: two who wait for each other would be a deadlock.
            tally = counters.settled(tx.tally, id_time, self._clock.id_time(self._clock.now()))
            if rows := sorted(counters.rows(tally, tx.stripe), key=_place):
                await tx.many(counters.ADD, rows)
            await _commit(name, connection, seconds)
            return result

        return await self._until_it_succeeds(name, tenant, run)

    async def analyze(self) -> None:
        async def run(connection: Session) -> None:
            await connection.execute("ANALYZE", timeout=_UPKEEP_SECONDS)

        await self._connections.lend("statistics", None, run)

    async def _until_it_succeeds(
        self, name: str, tenant: Tenant, run: Callable[[Session], Awaitable[T]]
    ) -> T:
        """Try anew what failed for no fault of its own; raises RateLimited after too many times."""
        for number in range(_TRIES):
            try:
                return await self._connections.lend(name, tenant, run)
            except TRY_AGAIN as error:
                log.info("transaction_repeated", unit=name, why=error.sqlstate, number=number)
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS * 2**number))  # noqa: S311 - jitter
        raise RateLimited

    def _begin(self, how: str, tenant: Tenant) -> str:
        """BEGIN and the transaction's settings in one message, made once for each tenant.

        The settings stand in one DO block: for each SET LOCAL of a message Citus sends the whole
        message to its workers, which then warn that a transaction is already open.
        """
        text = self._began.get((how, tenant))
        if text is None:
            if len(self._began) >= _BEGINS_KEPT:
                self._began.clear()
            settings = "; ".join(self._settings(tenant))
            text = f"{how}; DO $settings$ BEGIN {settings}; END $settings$"
            self._began[how, tenant] = text
        return text

    def _settings(self, tenant: Tenant) -> list[str]:
        unlimited = tenant is None and self._limits.may_take_long
        statement_seconds = 0 if unlimited else self._limits.statement_seconds
        act_as = [f"ROLE {UPKEEP_ROLE}"]
        if tenant is not None:
            act_as = [f"ROLE {APP_ROLE}", f"app.tenant_id = {_literal(tenant)}"]
        timeouts = {
            "statement_timeout": statement_seconds,
            "lock_timeout": self._limits.lock_seconds,
            "idle_in_transaction_session_timeout": self._limits.idle_seconds,
        }
        settings = [f"{name} = {round(1000 * s)}" for name, s in timeouts.items()]
        return [f"SET LOCAL {setting}" for setting in [*act_as, *settings]]

    def _patience_with(self, tenant: Tenant) -> float:
        """The server gives up first; this is for one that has fallen silent."""
        if tenant is None and self._limits.may_take_long:
            return _UPKEEP_SECONDS
        return max(self._limits.statement_seconds + _MARGIN_SECONDS, self._limits.silence_seconds)


async def _commit(name: str, connection: Session, seconds: float) -> None:
    try:
        status = await connection.execute("COMMIT", timeout=seconds)
    except Exception as error:
        if not isinstance(weather(error), Unavailable):
            raise
        log.warning("commit_unknown", unit=name, error=repr(error))
        raise Unavailable("commit_unknown") from error
    if status != "COMMIT":
        raise RuntimeError(f"{name} went on after one of its statements had failed")


def _place(row: dict[str, object]) -> tuple[str, ...]:
    return (str(row["tenant"]), str(row["name"]), str(row["key"]))


def _literal(tenant: str) -> str:
    """SET takes no parameters, so the tenant becomes a part of the text. Raises ValueError for what
    could end the literal or the block around it; requests are refused long before."""
    if not _TENANT.fullmatch(tenant):
        raise ValueError("no tenant is called that")
    return f"'{tenant}'"
