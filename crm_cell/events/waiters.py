"""Requests that wait for the next event of their tenant, without holding a connection."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from crm_cell.kernel.errors import RateLimited

T = TypeVar("T")

_MOST_OF_TENANT = 20
_MOST = 500


class Waiting:
    """One request's wait. What happens between `expect` and `wait` ends the wait at once."""

    def __init__(self, *, is_over: bool) -> None:
        self._woken = asyncio.Event()
        self._is_over = is_over

    @property
    def is_over(self) -> bool:
        """Whether the process ends, so that nobody waits any more."""
        return self._is_over

    @property
    def is_woken(self) -> bool:
        return self._woken.is_set()

    def expect(self) -> None:
        if not self._is_over:
            self._woken.clear()

    async def wait(self, seconds: float) -> None:
        """Until there is an event, or so many seconds have passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        self._is_over = True
        self._woken.set()


class Waiters:
    """All that wait in this process."""

    def __init__(self, of_tenant: int = _MOST_OF_TENANT, most: int = _MOST) -> None:
        self._most_of_tenant, self._most = of_tenant, most
        self._waiting: dict[str, set[Waiting]] = {}
        self._many = 0
        self._is_over = False

    @contextmanager
    def waiting(self, tenant: str) -> Iterator[Waiting]:
        """Raises RateLimited where too many wait already, of the tenant or in all."""
        own = self._waiting.get(tenant, set())
        if self._many >= self._most or len(own) >= self._most_of_tenant:
            raise RateLimited
        one = Waiting(is_over=self._is_over)
        if self._is_over:
            one.end()
        self._waiting.setdefault(tenant, own).add(one)
        self._many += 1
        try:
            yield one
        finally:
            self._many -= 1
            own.remove(one)
            if not own:
                del self._waiting[tenant]

    @property
    def tenants(self) -> list[str]:
        """Those for which somebody waits."""
        return list(self._waiting)

    def wake(self, tenant: str) -> None:
        """Called for each commit of the tenant."""
        if self._waiting:
            for one in self._waiting.get(tenant, ()):
                one.wake()

    def end(self) -> None:
        """The process ends: all are answered now, and those who come later at once."""
        self._is_over = True
        for waiting in self._waiting.values():
            for one in waiting:
                one.end()


class Watch(Generic[T]):
    """Wakes those who wait for what other processes write: each look asks for the newest mark of
    every tenant for which somebody waits, e.g. its last number."""

    def __init__(self, waiters: Waiters, newest: Callable[[str], Awaitable[T]]) -> None:
        self._waiters = waiters
        self._newest = newest
        self._seen: dict[str, T] = {}

    async def look(self) -> None:
        """Raises CrmError."""
        tenants = self._waiters.tenants
        for tenant in tenants:
            mark = await self._newest(tenant)
            if mark != self._seen.get(tenant):
                self._seen[tenant] = mark
                self._waiters.wake(tenant)
        self._seen = {each: self._seen[each] for each in tenants if each in self._seen}
