"""PostgreSQL: a pool of connections, a transaction for each unit of work.

Long work (imports, exports, reports) has a thread, an event loop and connections of its own, so
that what it computes between its statements never holds up a short request.
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
from crm_cell.storage.condition import TRIAL_TENANT, Condition, Undone, trial
from crm_cell.storage.engine import EVERY_TENANT, NO_KEYS, ChainKeys, ReadUnit, Tenant, WriteUnit
from crm_cell.storage.errors import TakesLong
from crm_cell.storage.long_work import LONG_PATIENCE_SECONDS, LongWork, until_ended
from crm_cell.storage.page_boundaries import Boundaries
from crm_cell.storage.postgres_server import Link, find_server
from crm_cell.storage.postgres_sessions import Limits, Sessions
from crm_cell.storage.postgres_weather import DAMAGE

T = TypeVar("T")
log = structlog.get_logger()

# Of every three connections one is for long work, which must not keep short work waiting.
_LONG_SHARE = 3


class Patience(msgspec.Struct, frozen=True):
    """How long anything may take, in seconds."""

    statement: float = 4.5
    """With what a silent server is given beyond it, a request waits no longer than 5 seconds."""
    long_statement: float = 15.0
    lock: float = 2.5
    """Who holds a row is another transaction of this service, and those are short. A copy of a
    request that runs elsewhere waits four times, which makes the contract's 10 seconds."""
    idle: float = 20.0
    """A process that stands still in the middle of a transaction keeps its locks no longer."""
    silence: float = 5.0
    """For a connection, and for a word of the server."""


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
        self._boundaries = Boundaries()
        self._condition = Condition(DAMAGE)
        self._stopping = False
        self.spread = False

    async def start(self) -> None:
        """Raises CannotOpen."""
        link = await find_server(self._url)
        self.spread = link.spread
        most_long = max(1, self._connections // _LONG_SHARE)
        self._short = self._sessions(link, max(1, self._connections - most_long))
        self._long = _Apart(self._sessions(link, most_long, long=True), most_long)
        self._blocking = LongWork("blocking")
        await self._short.open()
        await self._long.open()

    def _sessions(self, link: Link, connections: int, *, long: bool = False) -> Sessions:
        patience = self._patience
        statement = patience.long_statement if long else patience.statement
        limits = Limits(
            connections, statement, patience.lock, patience.idle, patience.silence, long
        )
        return Sessions(link, limits, self._clock, self._boundaries, chain_keys=self._chain_keys)

    async def stop(self) -> None:
        """Finish what is under way, then close."""
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
        await self._condition.check(self._try_to_write)

    async def _try_to_write(self) -> None:
        with suppress(Undone):
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
            self._condition.read_failed(error)
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
        moment = self._clock.of_write(now)
        try:
            if long:
                return await self._long.run(
                    tenant, lambda it: it.write(name, tenant, unit, *moment)
                )
            return await self._short.write(name, tenant, unit, *moment)
        except Unavailable as error:
            self._condition.write_failed(error)
            raise

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        return await self._blocking.run(tenant, function, stop=_let_it_end)

    async def overwrite_deleted(self) -> None:
        """Its server reuses the room of dead rows when it vacuums, in its own time."""

    async def refresh_statistics(self) -> None:
        await self._long.run(EVERY_TENANT, lambda it: it.analyze())


class _Apart:
    """Sessions on an event loop of their own, on a thread of its own, with the tenants in turn."""

    def __init__(self, sessions: Sessions, connections: int) -> None:
        self._sessions = sessions
        self.limiter = ConcurrencyLimiter(connections, patience=LONG_PATIENCE_SECONDS)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="long", daemon=True)

    async def open(self) -> None:
        self._thread.start()
        await self._there(self._sessions.open())

    async def close(self) -> None:
        await self._there(self._sessions.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def run(self, tenant: Tenant, work: Callable[[Sessions], Coroutine[Any, Any, T]]) -> T:
        """Whoever is cancelled has the work cancelled, and waits until it has rolled back. Raises
        RateLimited."""
        await self.limiter.enter(tenant or "")
        try:
            return await self._there(work(self._sessions))
        finally:
            self.limiter.leave(tenant or "")

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
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


def _let_it_end() -> None:
    """Nothing stops it: its caller waits."""
