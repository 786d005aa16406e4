"""A connection pool of one event loop that reuses the most recently used connection first.

asyncpg's own pool wraps each call of a connection, starts a timer for each acquisition and a task
for each release, which costs a sixth of the processor time of a short read. Here the common case
is a `pop` and an `append`.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from crm_cell.storage.postgres.session import Session

# A firewall or pooler in between may have dropped a connection that was idle for longer.
_IDLE_SECONDS = 300.0


class AllBusy(Exception):
    """No connection became free in time."""


class Pool:
    def __init__(self, connect: Callable[[], Awaitable[Session]], most: int) -> None:
        self._connect = connect
        self._free_places = most
        self._idle: list[tuple[float, Session]] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._loop = asyncio.get_running_loop()

    async def acquire(self, seconds: float) -> Session:
        """Raises AllBusy after `seconds`, and what connecting raises."""
        if self._free_places:
            self._free_places -= 1
        else:
            await self._wait_for_place(seconds)
        try:
            return self._last_used() or await self._connect()
        except BaseException:
            self._leave()
            raise

    def release(self, connection: Session) -> None:
        """The connection must be closed or outside any transaction."""
        if not connection.is_closed():
            self._idle.append((self._loop.time(), connection))
        self._leave()

    async def close(self, seconds: float) -> None:
        """Call this when no connection is in use. After `seconds` the rest is closed by force."""
        try:
            async with asyncio.timeout(seconds):
                while self._idle:
                    await self._idle.pop()[1].close()
        except TimeoutError:
            for _, connection in self._idle:
                connection.terminate()

    def _last_used(self) -> Session | None:
        oldest = self._loop.time() - _IDLE_SECONDS
        while self._idle:
            since, connection = self._idle.pop()
            if since >= oldest and not connection.is_closed():
                return connection
            connection.terminate()
        return None

    async def _wait_for_place(self, seconds: float) -> None:
        """Wait until a place becomes free, in the order of arrival."""
        place = self._loop.create_future()
        self._waiting.append(place)
        timer = self._loop.call_later(seconds, _give_up, place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._leave()  # the place was assigned just before the cancellation
            raise
        finally:
            timer.cancel()

    def _leave(self) -> None:
        """Pass the place on to the next caller that waits."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free_places += 1


def _give_up(place: "asyncio.Future[None]") -> None:
    if not place.done():
        place.set_exception(AllBusy())
