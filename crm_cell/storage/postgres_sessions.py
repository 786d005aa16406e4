"""Transactions on a pool of connections that belong to one event loop.

Whatever holds for a transaction (its tenant, its role, its timeouts) goes along with its BEGIN, in
one round trip. Nothing is left behind in a session, so any pooler may stand in between.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import asyncpg
import msgspec
import structlog

from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import CrmError, RateLimited, Unavailable
from crm_cell.storage import counters
from crm_cell.storage.engine import ReadUnit, Tenant, WriteUnit
from crm_cell.storage.errors import Locked
from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.postgres_pool import AllBusy, Pool
from crm_cell.storage.postgres_server import APP_ROLE, CONNECT_SECONDS, UPKEEP_ROLE, Link
from crm_cell.storage.postgres_tx import PostgresTx

if TYPE_CHECKING:
    from crm_cell.storage.postgres_pool import Connection

T = TypeVar("T")
log = structlog.get_logger()

# Waiting for one of the pool's connections longer than this is overload.
_ACQUIRE_SECONDS = 5.0
# What comes while so many units run or wait for a connection is turned away at once.
_MAX_ACTIVE = 2_048
# Whoever waits for a row waits for other transactions of this service, each of them short.
LOCK_MILLISECONDS = 4_000
_GRACE_SECONDS = 3.0
# Counting everything anew may take as long as it takes.
_UPKEEP_SECONDS = 3_600.0
_TRIES = 8
_PAUSE_SECONDS = 0.005
_STRIPES = 64
_STATEMENTS_KEPT = 1_000

_TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

# The world changed under a transaction; the same again may well succeed.
_TRY_AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,
)
# SQLSTATE classes of a server that is away, only a replica, full or going down.
_AWAY = ("08", "25006", "53", "57P", "58")


class Limits(msgspec.Struct, frozen=True):
    """How much of the database one kind of work may have."""

    connections: int
    statement_seconds: float
    may_take_long: bool = False


class Sessions:
    def __init__(self, link: Link, limits: Limits, clock: Clock, boundaries: Boundaries) -> None:
        self._link = link
        self._limits = limits
        self._clock = clock
        self._boundaries = boundaries
        self._active = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._began = dict[tuple[str, Tenant], str]()
        self._first_stripe = random.randrange(_STRIPES)  # noqa: S311 - spreads load, hides nothing

    async def open(self) -> None:
        """Connections are made when they are needed, so this succeeds without a server too."""
        self._pool = Pool(self._connect, self._limits.connections)

    async def _connect(self) -> "Connection":
        return await asyncpg.connect(
            self._link.url,
            timeout=CONNECT_SECONDS,
            statement_cache_size=0 if self._link.pooled else _STATEMENTS_KEPT,
            max_cached_statement_lifetime=0,
        )

    async def close(self) -> None:
        """Let what is under way come to its end."""
        await self._quiet.wait()
        await self._pool.close()

    async def ping(self) -> None:
        async def run(connection: "Connection") -> None:
            await connection.execute("SELECT 1 FROM alembic_version", timeout=CONNECT_SECONDS)

        await self._on_connection("ping", run)

    async def read(self, name: str, tenant: Tenant, unit: ReadUnit[T], now: int) -> T:
        seconds = self._patience_with(tenant)

        async def run(connection: "Connection") -> T:
            await connection.execute(self._begin(_READ, tenant), timeout=seconds)
            try:
                result = await unit(self._reader(connection, now, seconds))
            except asyncpg.ReadOnlySQLTransactionError as error:
                raise RuntimeError(f"{name} was declared to read only") from error
            await connection.execute("COMMIT", timeout=seconds)
            return result

        return await self._until_it_succeeds(name, run)

    def _reader(self, connection: "Connection", now: int, seconds: float) -> PostgresTx:
        may_take_long = self._limits.may_take_long
        return PostgresTx(
            connection, now, seconds, boundaries=self._boundaries, may_take_long=may_take_long
        )

    async def write(self, name: str, tenant: Tenant, unit: WriteUnit[T], now: int) -> T:
        seconds = self._patience_with(tenant)

        async def run(connection: "Connection") -> T:
            await connection.execute(self._begin(_WRITE, tenant), timeout=seconds)
            stripe = self._stripe_of(connection)
            tx = PostgresTx(connection, now, seconds, stripe=stripe, locks=True)
            result = await unit(tx)
            # In one order for everybody: two who wait for each other would be a deadlock.
            tally = counters.settled(tx.tally, now, self._clock.now())
            if rows := sorted(counters.rows(tally, stripe), key=_place):
                await tx.many(counters.ADD, rows)
            await _commit(name, connection, seconds)
            return result

        return await self._until_it_succeeds(name, run)

    async def analyze(self) -> None:
        async def run(connection: "Connection") -> None:
            await connection.execute("ANALYZE", timeout=_UPKEEP_SECONDS)

        await self._on_connection("statistics", run)

    async def _until_it_succeeds(self, name: str, run: Callable[["Connection"], Awaitable[T]]) -> T:
        """Try anew what failed for no fault of its own; raises RateLimited after too many times."""
        for number in range(_TRIES):
            try:
                return await self._on_connection(name, run)
            except _TRY_AGAIN as error:
                log.info("transaction_repeated", unit=name, why=error.sqlstate, number=number)
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS * 2**number))  # noqa: S311 - jitter
        raise RateLimited

    async def _on_connection(self, name: str, run: Callable[["Connection"], Awaitable[T]]) -> T:
        """Raises RateLimited or Unavailable for what the world does; else what `run` raises."""
        if self._active >= _MAX_ACTIVE:
            raise RateLimited
        self._active += 1
        self._quiet.clear()
        try:
            return await self._lent(await self._acquire(name), run)
        except Exception as error:
            if (weather := _weather(error)) is None:
                raise
            log.warning("database_failed", unit=name, error=repr(error))
            raise weather from error
        finally:
            self._active -= 1
            if not self._active:
                self._quiet.set()

    async def _lent(
        self, connection: "Connection", run: Callable[["Connection"], Awaitable[T]]
    ) -> T:
        try:
            result = await run(connection)
        except BaseException:
            await self._take_back(connection)
            raise
        self._pool.release(connection)
        return result

    async def _acquire(self, name: str) -> "Connection":
        try:
            return await self._pool.acquire(_ACQUIRE_SECONDS)
        except AllBusy as error:
            log.warning("no_connection", unit=name)
            raise RateLimited from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("cannot_connect", unit=name, error=repr(error))
            raise Unavailable from error

    async def _take_back(self, connection: "Connection") -> None:
        """After a failure: nobody inherits a transaction. One may be under way of which there was
        no answer yet, when a request is cancelled at its BEGIN."""
        rolled_back = False
        try:
            await connection.execute("ROLLBACK", timeout=CONNECT_SECONDS)
            rolled_back = True
        except Exception as error:  # noqa: BLE001 - a connection that cannot roll back is of no use
            log.warning("connection_dropped", error=repr(error))
        finally:
            if not rolled_back:
                connection.terminate()
            self._pool.release(connection)

    def _begin(self, how: str, tenant: Tenant) -> str:
        """All that a transaction needs to be told, worked out once for each tenant."""
        text = self._began.get((how, tenant))
        if text is None:
            if len(self._began) >= _STATEMENTS_KEPT:
                self._began.clear()
            text = self._began[how, tenant] = "; ".join([how, *self._settings(tenant)])
        return text

    def _settings(self, tenant: Tenant) -> list[str]:
        milliseconds = round(self._limits.statement_seconds * 1000)
        if tenant is None:
            return [f"SET LOCAL ROLE {UPKEEP_ROLE}", "SET LOCAL statement_timeout = 0"]
        return [
            f"SET LOCAL ROLE {APP_ROLE}",
            f"SET LOCAL app.tenant_id = {_literal(tenant)}",
            f"SET LOCAL statement_timeout = {milliseconds}",
            f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}",
        ]

    def _stripe_of(self, connection: "Connection") -> int:
        """Of its own for each connection, as long as there are no more than stripes: then no two
        transactions wait for one row of a sum. The server numbers its connections in a row."""
        return (self._first_stripe + connection.get_server_pid()) % _STRIPES

    def _patience_with(self, tenant: Tenant) -> float:
        """The server gives up first; this is for one that has fallen silent."""
        if tenant is None:
            return _UPKEEP_SECONDS
        return self._limits.statement_seconds + _GRACE_SECONDS


async def _commit(name: str, connection: "Connection", seconds: float) -> None:
    try:
        status = await connection.execute("COMMIT", timeout=seconds)
    except asyncpg.PostgresError as error:
        if _is_away(error):
            raise Unavailable("commit_unknown") from error
        raise
    except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
        log.warning("commit_unknown", unit=name, error=repr(error))
        raise Unavailable("commit_unknown") from error
    if status != "COMMIT":
        raise RuntimeError(f"{name} went on after one of its statements had failed")


def _weather(error: Exception) -> CrmError | None:
    """What to tell the caller when it is nobody's mistake, ours included."""
    if isinstance(error, asyncpg.LockNotAvailableError):
        return Locked()
    if isinstance(error, asyncpg.QueryCanceledError):
        return RateLimited()
    if isinstance(error, OSError | asyncpg.PostgresError) and _is_away(error):
        return Unavailable()
    # asyncpg raises InterfaceError for a connection that is gone, and with ValueError for a value
    # that does not fit, which is a bug.
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):
        return Unavailable()
    return None


def _is_away(error: OSError | asyncpg.PostgresError) -> bool:
    return isinstance(error, OSError) or (error.sqlstate or "").startswith(_AWAY)


def _place(row: dict[str, object]) -> tuple[str, ...]:
    return (str(row["tenant"]), str(row["name"]), str(row["key"]))


def _literal(tenant: str) -> str:
    """SET takes no parameters. Tenants have been checked at the door; this is the second lock."""
    if not _TENANT.fullmatch(tenant):
        raise ValueError("no tenant is called that")
    return f"'{tenant}'"
