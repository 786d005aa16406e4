"""Requests that wait until their user's notifications change, without holding a connection.

Notifications may come from any process, so each looks at the newest one of the tenants for which
somebody waits here: one step on an index a second, however many wait.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog

from crm_cell.events.waiters import Waiters, Waiting, Watch
from crm_cell.inbox import store
from crm_cell.kernel.errors import CrmError, RateLimited
from crm_cell.notifications.service import State
from crm_cell.storage.engine import Database

log = structlog.get_logger()

_LOOK_SECONDS = 1.0
# What is read on another device, and what was committed late, is seen after this.
_LOOK_ANYWAY_SECONDS = 10.0
# A desk and a phone.
_MOST_OF_USER = 2
_MOST_OF_TENANT = 500
_MOST = 1_000
# So that the page of one more device does not ask all the time.
_RETRY_SECONDS = 60


class UserWaiters:
    """All that wait in this process."""

    def __init__(self) -> None:
        self._waiters = Waiters(_MOST_OF_TENANT, _MOST)
        self._of_users: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def waiting(self, tenant: str, user: str) -> Iterator[Waiting]:
        """Raises RateLimited where too many wait already, of the user or in all."""
        key = tenant, user
        if self._of_users[key] >= _MOST_OF_USER:
            raise RateLimited(_RETRY_SECONDS)
        with self._waiters.waiting(tenant) as one:
            self._of_users[key] += 1
            try:
                yield one
            finally:
                self._of_users[key] -= 1
                if not self._of_users[key]:
                    del self._of_users[key]

    async def watch_forever(self, database: Database) -> None:
        async def newest(tenant: str) -> str | None:
            return await database.read(
                "notifications.newest", tenant, lambda tx: store.newest_of_all(tx, tenant)
            )

        watch = Watch(self._waiters, newest)
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await watch.look()
            except CrmError as error:
                log.warning("notifications_not_looked_for", error=str(error))

    def end(self) -> None:
        """The process ends: all are answered now, and those who come later at once."""
        self._waiters.end()


async def until_changed(
    read: Callable[[], Awaitable[State]], waiting: Waiting, known: str | None, seconds: int
) -> State:
    """Read again until the state is another one, the time is up, or the process ends."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while True:
        waiting.expect()
        state = await read()
        left = ends - loop.time()
        if state.mark != known or left <= 0 or waiting.is_over:
            return state
        await waiting.wait(min(left, _LOOK_ANYWAY_SECONDS))
