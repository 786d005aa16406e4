"""Connections of one event loop to one server, lent to one piece of work at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import asyncpg
import structlog

from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage.engine import EVERY_TENANT, Tenant
from crm_cell.storage.postgres_pool import AllBusy, Pool
from crm_cell.storage.postgres_server import Link
from crm_cell.storage.postgres_session import Session, connect
from crm_cell.storage.postgres_shares import NoShare, Shares
from crm_cell.storage.postgres_weather import weather

T = TypeVar("T")
log = structlog.get_logger()

# The server has given up on a statement, or nothing has come from it.
_NO_ANSWER = (asyncpg.QueryCanceledError, TimeoutError)
# What comes while so many pieces of work run or wait for a connection is turned away at once.
_MAX_ACTIVE = 2_048


class Connections:
    """A server of which nothing is heard for `silence_seconds` is taken for gone."""

    def __init__(self, link: Link, most: int, silence_seconds: float) -> None:
        self._link = link
        self._most = most
        self._silence_seconds = silence_seconds
        self._shares = Shares(most)
        self._active = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._heard = float("-inf")

    async def open(self) -> None:
        """Connections are made when they are needed, so this succeeds without a server too."""
        self._pool = Pool(partial(connect, self._link, self._silence_seconds), self._most)

    async def close(self) -> None:
        """Let what is under way come to its end."""
        await self._quiet.wait()
        await self._pool.close(self._silence_seconds)

    async def ping(self) -> None:
        """Raises Unavailable. A server that answers others is there, however busy."""

        async def run(connection: Session) -> None:
            sql = "SELECT 1 FROM alembic_version"
            await connection.execute(sql, timeout=self._silence_seconds)

        try:
            await self.lend("ping", EVERY_TENANT, run)
        except RateLimited as error:
            if _now() - self._heard > self._silence_seconds:
                raise Unavailable from error

    async def lend(self, name: str, tenant: Tenant, run: Callable[[Session], Awaitable[T]]) -> T:
        """Raises RateLimited or Unavailable for what the world does; else what `run` raises."""
        if self._active >= _MAX_ACTIVE:
            raise RateLimited
        self._active += 1
        self._quiet.clear()
        try:
            if tenant is None:
                return await self._cleared(await self._acquire(name, _now()), run)
            return await self._of_tenant(name, tenant, run)
        except Exception as error:
            if (told := weather(error)) is None:
                raise
            log.warning("database_failed", unit=name, error=repr(error))
            raise told from error
        finally:
            self._active -= 1
            if not self._active:
                self._quiet.set()

    async def begin(self, connection: Session, sql: str) -> None:
        """The first statement of a transaction, which a pooler may keep waiting for a session."""
        began = _now()
        try:
            await connection.execute(sql, timeout=self._silence_seconds)
        except TimeoutError as error:
            raise self._no_turn(began) from error

    async def _of_tenant(self, name: str, tenant: str, run: Callable[[Session], Awaitable[T]]) -> T:
        began = _now()
        try:
            share = await self._shares.take(tenant, self._silence_seconds)
        except NoShare as error:
            log.warning("no_connection", unit=name, why="the tenant has its share")
            raise self._no_turn(began) from error
        try:
            result = await self._cleared(await self._acquire(name, began), run)
        except Exception as error:
            if isinstance(error, _NO_ANSWER) or isinstance(error.__cause__, _NO_ANSWER):
                self._shares.got_no_answer(tenant)
            raise
        finally:
            self._shares.leave(share)
        self._shares.answered(tenant)
        return result

    async def _acquire(self, name: str, began: float) -> Session:
        """Within the time that may pass since `began`."""
        try:
            return await self._pool.acquire(max(0.0, began + self._silence_seconds - _now()))
        except AllBusy as error:
            log.warning("no_connection", unit=name)
            raise self._no_turn(began) from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("cannot_connect", unit=name, error=repr(error))
            raise Unavailable from error

    async def _cleared(self, connection: Session, run: Callable[[Session], Awaitable[T]]) -> T:
        """Whatever happens, nobody inherits a transaction."""
        try:
            result = await run(connection)
        except BaseException as error:
            # Time is up, or the network is broken: nothing more will come.
            if isinstance(error, OSError) or isinstance(error.__cause__, OSError):
                connection.terminate()
            else:
                await self._roll_back(connection)
            raise
        else:
            self._heard = _now()
            return result
        finally:
            self._pool.release(connection)

    async def _roll_back(self, connection: Session) -> None:
        """Also where no transaction seems to be open: its BEGIN may have been cut off halfway."""
        try:
            if not connection.is_closed():
                await connection.execute("ROLLBACK", timeout=self._silence_seconds)
                self._heard = _now()
        except BaseException as error:
            connection.terminate()
            if not isinstance(error, Exception):
                raise
            log.warning("connection_dropped", error=repr(error))

    def _no_turn(self, since: float) -> RateLimited | Unavailable:
        """Whoever waited in vain: for others who had their turn, or for a silent server?"""
        return RateLimited() if self._heard > since else Unavailable()


def _now() -> float:
    return asyncio.get_running_loop().time()
