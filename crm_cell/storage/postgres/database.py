"""PostgreSQL: a pool of connections and one transaction for each unit of work.

Long work (imports, exports, reports) runs on its own thread, event loop and connections, so that
its computations never delay a short request.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
import structlog

from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import Unavailable
from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter
from crm_cell.storage.engine import (
    EVERY_TENANT,
    NO_KEYS,
    ChainKeys,
    OnCommit,
    ReadUnit,
    Tenant,
    WriteUnit,
)
from crm_cell.storage.errors import TakesLong
from crm_cell.storage.health import TRIAL_TENANT, DatabaseHealth, RolledBack, trial
from crm_cell.storage.paging.rank_index import RankIndex
from crm_cell.storage.postgres.error_mapping import DAMAGE
from crm_cell.storage.postgres.server import Link, find_server
from crm_cell.storage.postgres.sessions import Limits, Sessions
from crm_cell.storage.worker_threads import LONG_PATIENCE_SECONDS, WorkerThreads, until_ended

T = TypeVar("T")
log = structlog.get_logger()

# One of every three connections is reserved for long work, so that it does not delay short work.
_LONG_SHARE = 3


class Patience(msgspec.Struct, frozen=True):
    """Timeouts, in seconds."""

    statement: float = 4.5
    """Together with the margin for a silent server, a request waits at most 5 seconds."""
    long_statement: float = 15.0
    lock: float = 2.5
    """Only short transactions of this service hold row locks. A retry of a request that another
    process is running waits four times, which makes the contract's 10 seconds."""
    idle: float = 20.0
    """A process that hangs inside a transaction holds its locks no longer than this."""
    silence: float = 5.0
    """For opening a connection, and for any answer of the server."""


class PostgresDatabase:
    def __init__(
        self,
        url: str,
        *,
        connections: int = 12,
        clock: Clock | None = None,
        patience: Patience | None = None,
        chain_keys: ChainKeys = NO_KEYS,
    ) -> None:
        self._url = url
        self._connections = connections
        self._clock = clock or Clock()
        self._patience = patience or Patience()
        self._chain_keys = chain_keys
        self._rank_index = RankIndex()
        self._health = DatabaseHealth(DAMAGE)
        self._stopping = False
        self._on_commit: OnCommit = _notify_nobody
        self.spread = False

    async def start(self) -> None:
        """Raises CannotOpen."""
        link = await find_server(self._url)
        self.spread = link.spread
        most_long = max(1, self._connections // _LONG_SHARE)
        self._short = self._sessions(link, max(1, self._connections - most_long))
        self._long = _LongSessions(self._sessions(link, most_long, long=True), most_long)
        self._blocking = WorkerThreads("blocking")
        await self._short.open()
        await self._long.open()

    def _sessions(self, link: Link, connections: int, *, long: bool = False) -> Sessions:
        patience = self._patience
        statement = patience.long_statement if long else patience.statement
        limits = Limits(
            connections, statement, patience.lock, patience.idle, patience.silence, long
        )
        return Sessions(link, limits, self._clock, self._rank_index, chain_keys=self._chain_keys)

    async def stop(self) -> None:
        """Finish the running units, then close."""
        if self._stopping:
            return
        self._stopping = True
        await self._short.close()
        await self._long.close()
        self._blocking.close()

    async def ping(self) -> None:
        await self._short.ping()

    async def ready(self) -> None:
        await self.ping()
        await self._health.check(self._try_to_write)

    async def _try_to_write(self) -> None:
        with suppress(RolledBack):
            await self.write("readiness", TRIAL_TENANT, trial)

    async def read(
        self, name: str, tenant: Tenant, unit: ReadUnit[T], /, *, long: bool | None = False
    ) -> T:
        if self._stopping:
            raise Unavailable
        now = self._clock.now()
        try:
            if not long:
                try:
                    return await self._short.read(name, tenant, unit, now)
                except TakesLong:
                    if long is None:
                        raise
                    log.debug("long_after_all", unit=name)
            return await self._long.run(tenant, lambda it: it.read(name, tenant, unit, now))
        except Unavailable as error:
            self._health.read_failed(error)
            raise

    async def write(
        self,
        name: str,
        tenant: Tenant,
        unit: WriteUnit[T],
        /,
        *,
        long: bool = False,
        now: int | None = None,
    ) -> T:
        if self._stopping:
            raise Unavailable
        moment = self._clock.write_times(now)
        try:
            if long:
                result = await self._long.run(
                    tenant, lambda it: it.write(name, tenant, unit, *moment)
                )
            else:
                result = await self._short.write(name, tenant, unit, *moment)
        except Unavailable as error:
            self._health.write_failed(error)
            raise
        if tenant is not None:
            self._on_commit(tenant)
        return result

    def on_commit(self, call: OnCommit) -> None:
        self._on_commit = call

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        return await self._blocking.run(tenant, function, stop=_cannot_stop)

    async def overwrite_deleted(self) -> None:
        """Does nothing: the server reuses the space of dead rows when it vacuums."""

    async def refresh_statistics(self) -> None:
        await self._long.run(EVERY_TENANT, lambda it: it.analyze())


class _LongSessions:
    """Sessions on a separate thread and event loop, queued fairly between tenants."""

    def __init__(self, sessions: Sessions, connections: int) -> None:
        self._sessions = sessions
        self.limiter = ConcurrencyLimiter(connections, patience=LONG_PATIENCE_SECONDS)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="long", daemon=True)

    async def open(self) -> None:
        self._thread.start()
        await self._run_there(self._sessions.open())

    async def close(self) -> None:
        await self._run_there(self._sessions.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def run(self, tenant: Tenant, work: Callable[[Sessions], Coroutine[Any, Any, T]]) -> T:
        """Cancelling the caller cancels the work and waits for its rollback. Raises RateLimited."""
        await self.limiter.enter(tenant or "")
        try:
            return await self._run_there(work(self._sessions))
        finally:
            self.limiter.leave(tenant or "")

    async def _run_there(self, work: Coroutine[Any, Any, T]) -> T:
        tasks: list[asyncio.Task[Any]] = []
        stopped = False

        async def start() -> T:
            task = asyncio.current_task()
            assert task is not None
            tasks.append(task)
            if stopped:
                work.close()
                raise asyncio.CancelledError
            return await work

        def cancel() -> None:
            nonlocal stopped
            stopped = True
            for task in tasks:
                task.cancel()

        def stop() -> None:
            self._loop.call_soon_threadsafe(cancel)

        running = asyncio.run_coroutine_threadsafe(start(), self._loop)
        return await until_ended(asyncio.wrap_future(running), stop)


def _notify_nobody(_tenant: str) -> None:
    """The default: no listener for commits."""


def _cannot_stop() -> None:
    """The function cannot be stopped, so a cancelled caller waits for its end."""
