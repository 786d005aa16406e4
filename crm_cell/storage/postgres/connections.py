"""Connections of one event loop to one server. Each serves one unit of work at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import asyncpg
import structlog

from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage.engine import EVERY_TENANT, Tenant
from crm_cell.storage.postgres.connection_shares import ShareExhausted, Shares
from crm_cell.storage.postgres.error_mapping import translate_error
from crm_cell.storage.postgres.pool import AllBusy, Pool
from crm_cell.storage.postgres.server import Link
from crm_cell.storage.postgres.session import Session, connect

T = TypeVar("T")
log = structlog.get_logger()

# The server has cancelled a statement, or has not answered.
_NO_ANSWER = (asyncpg.QueryCanceledError, TimeoutError)
# While so many units run or wait for a connection, further ones are refused at once.
_MAX_ACTIVE = 2_048


class Connections:
    """A server that sends nothing for `silence_seconds` counts as unavailable."""

    def __init__(self, link: Link, most: int, silence_seconds: float) -> None:
        self._link = link
        self._most = most
        self._silence_seconds = silence_seconds
        self._shares = Shares(most)
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._last_answer = float("-inf")

    async def open(self) -> None:
        """Connections are opened on demand, so this also succeeds while the server is down."""
        self._pool = Pool(partial(connect, self._link, self._silence_seconds), self._most)

    async def close(self) -> None:
        """Wait for running units, then close."""
        await self._idle.wait()
        await self._pool.close(self._silence_seconds)

    async def ping(self) -> None:
        """Raises Unavailable. A busy server that has answered other statements is available."""

        async def run(connection: Session) -> None:
            sql = "SELECT 1 FROM alembic_version"
            await connection.execute(sql, timeout=self._silence_seconds)

        try:
            await self.lend("ping", EVERY_TENANT, run)
        except RateLimited as error:
            if _now() - self._last_answer > self._silence_seconds:
                raise Unavailable from error

    async def lend(self, name: str, tenant: Tenant, run: Callable[[Session], Awaitable[T]]) -> T:
        """Raises RateLimited or Unavailable for errors of the server or network, otherwise what
        `run` raises."""
        if self._active >= _MAX_ACTIVE:
            raise RateLimited
        self._active += 1
        self._idle.clear()
        try:
            if tenant is None:
                return await self._run_and_release(await self._acquire(name, _now()), run)
            return await self._lend_to_tenant(name, tenant, run)
        except Exception as error:
            if (translated := translate_error(error)) is None:
                raise
            log.warning("database_failed", unit=name, error=repr(error))
            raise translated from error
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()

    async def begin(self, connection: Session, sql: str, seconds: float) -> str:
        """Send the first message of a transaction, which a pooler may delay until a session is
        free. Returns the status of the last statement."""
        began = _now()
        try:
            return await connection.execute(sql, timeout=seconds)
        except TimeoutError as error:
            raise self._timeout_error(began) from error

    async def _lend_to_tenant(
        self, name: str, tenant: str, run: Callable[[Session], Awaitable[T]]
    ) -> T:
        began = _now()
        try:
            share = await self._shares.take(tenant, self._silence_seconds)
        except ShareExhausted as error:
            log.warning("no_connection", unit=name, why="the tenant has its share")
            raise self._timeout_error(began) from error
        try:
            result = await self._run_and_release(await self._acquire(name, began), run)
        except Exception as error:
            if isinstance(error, _NO_ANSWER) or isinstance(error.__cause__, _NO_ANSWER):
                self._shares.timed_out(tenant)
            raise
        finally:
            self._shares.leave(share)
        self._shares.answered(tenant)
        return result

    async def _acquire(self, name: str, began: float) -> Session:
        """Get a connection before `silence_seconds` since `began` have passed."""
        try:
            return await self._pool.acquire(max(0.0, began + self._silence_seconds - _now()))
        except AllBusy as error:
            log.warning("no_connection", unit=name)
            raise self._timeout_error(began) from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("cannot_connect", unit=name, error=repr(error))
            raise Unavailable from error

    async def _run_and_release(
        self, connection: Session, run: Callable[[Session], Awaitable[T]]
    ) -> T:
        """Run on the connection and always release it without an open transaction."""
        try:
            result = await run(connection)
        except BaseException as error:
            # After a timeout or a network error the server will not answer any more.
            if isinstance(error, OSError) or isinstance(error.__cause__, OSError):
                connection.terminate()
            else:
                await self._roll_back(connection)
            raise
        else:
            self._last_answer = _now()
            return result
        finally:
            self._pool.release(connection)

    async def _roll_back(self, connection: Session) -> None:
        """Roll back even if no transaction seems open: its BEGIN may have been interrupted."""
        try:
            if not connection.is_closed():
                await connection.execute("ROLLBACK", timeout=self._silence_seconds)
                self._last_answer = _now()
        except BaseException as error:
            connection.terminate()
            if not isinstance(error, Exception):
                raise
            log.warning("connection_dropped", error=repr(error))

    def _timeout_error(self, since: float) -> RateLimited | Unavailable:
        """The error after a wait without success: RateLimited if the server has answered others in
        the meantime, Unavailable if it has been silent."""
        return RateLimited() if self._last_answer > since else Unavailable()


def _now() -> float:
    return asyncio.get_running_loop().time()
