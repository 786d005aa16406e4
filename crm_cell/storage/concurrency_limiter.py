"""Concurrency limits with a bounded queue that is fair between tenants.

A place is held until the work has really ended, even on a thread. A single tenant may use all
places. As soon as others wait, each place that becomes free goes to the waiting tenant that holds
the fewest, among equals in round-robin order. A caller who would wait for too long is refused at
once: under overload, requests whose callers have given up would otherwise keep the service busy.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import perf_counter

from crm_cell.kernel.errors import RateLimited

# After this, an early refusal is better for the caller than a late answer.
PATIENCE_SECONDS = 0.5
_MOST_WAITING = 1_024
# Weight of the newest interval in the moving average of intervals between free places.
_WEIGHT = 0.01

Place = asyncio.Future[None]


class Queue:
    """Waiting callers, first in first out for each tenant."""

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, deque[Place]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._tenants)

    def turns_until(self, tenant: str) -> int:
        """How many places must become free before one more caller of the tenant would get one, if
        tenants take turns."""
        own = len(self._tenants.get(tenant, ())) + 1
        return 1 + sum(min(own, len(places)) for places in self._tenants.values())

    def add(self, tenant: str, place: Place) -> None:
        self._tenants.setdefault(tenant, deque()).append(place)

    def remove(self, tenant: str, place: Place) -> None:
        """Remove a caller who gave up or has got a place."""
        places = self._tenants.get(tenant)
        if places is not None and place in places:
            places.remove(place)
            if not places:
                del self._tenants[tenant]

    def next(self, held: Mapping[str, int], most: int) -> tuple[str, Place] | None:
        """Take the next caller: from the tenant that holds the fewest places, and fewer than
        `most`."""
        chosen, fewest = None, most
        for tenant in self._tenants:
            if (has := held.get(tenant, 0)) < fewest:
                chosen, fewest = tenant, has
                if not has:
                    break
        return None if chosen is None else (chosen, self._take(chosen))

    def make_room_for(self, tenant: str) -> Place | None:
        """Take the newest caller of the tenant with the most waiting, if `tenant` has fewer."""
        longest = max(self._tenants, key=lambda name: len(self._tenants[name]))
        own = len(self._tenants.get(tenant, ()))
        if len(self._tenants[longest]) <= own + 1:
            return None
        return self._tenants[longest].pop()

    def _take(self, tenant: str) -> Place:
        places = self._tenants.pop(tenant)
        place = places.popleft()
        if places:
            self._tenants[tenant] = places  # at the end, because it has had its turn
        return place


class ConcurrencyLimiter:
    """A limited number of places, for one kind of work or for reads and writes. Each `enter` needs
    a `leave`."""

    def __init__(
        self,
        places: int,
        *,
        for_writes: int | None = None,
        for_newcomers: int = 0,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Writes have at most `for_writes` places. `for_newcomers` places are reserved for tenants
        that hold none, so that they need not wait for long work of others."""
        self._places = places
        self._for_writes = places if for_writes is None else for_writes
        self._for_newcomers = for_newcomers
        self._patience = patience
        self._at_work = 0
        self._writing = 0
        self._held: dict[str, int] = {}
        self._waiting = 0
        self._queues = {False: Queue(), True: Queue()}
        self._freed = 0.0
        self._interval = 0.0

    async def enter(self, tenant: str, *, writes: bool = False) -> None:
        """Raises RateLimited if no place becomes free soon enough."""
        if not self.has_entered(tenant, writes=writes):
            await self._wait(tenant, writes=writes)

    def has_entered(self, tenant: str, *, writes: bool = False) -> bool:
        """Enter if that needs no wait: the common case, at half the cost of `enter`."""
        if self._at_work >= self._places or (writes and self._writing >= self._for_writes):
            return False
        if self._waiting and self._queues[writes]:
            return False
        held = self._held.get(tenant, 0)
        if held and self._at_work >= self._places - self._for_newcomers:
            return False
        self._at_work += 1
        self._writing += writes
        self._held[tenant] = held + 1
        return True

    def leave(self, tenant: str, *, writes: bool = False) -> None:
        self._at_work -= 1
        self._writing -= writes
        left = self._held.pop(tenant) - 1
        if left:
            self._held[tenant] = left
        if self._waiting:
            self._measure()
            self._let_in()

    @asynccontextmanager
    async def place(self, tenant: str) -> AsyncIterator[None]:
        """A place for the time of a block. Raises RateLimited."""
        await self.enter(tenant)
        try:
            yield
        finally:
            self.leave(tenant)

    async def _wait(self, tenant: str, *, writes: bool) -> None:
        queue = self._queues[writes]
        if queue.turns_until(tenant) * self._interval > self._patience:
            raise RateLimited
        if self._waiting >= _MOST_WAITING:
            self._make_room_for(tenant, queue)
        loop = asyncio.get_running_loop()
        place: Place = loop.create_future()
        if not self._waiting:
            self._freed = perf_counter()
        queue.add(tenant, place)
        self._waiting += 1
        self._let_in()  # a place that only newcomers may have is free
        lost_patience = loop.call_later(self._patience, _refuse, place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled() and place.exception() is None:
                self.leave(tenant, writes=writes)  # it got a place just before the cancellation
            raise
        finally:
            queue.remove(tenant, place)
            self._waiting -= 1
            lost_patience.cancel()

    def _make_room_for(self, tenant: str, queue: Queue) -> None:
        """Refuse a caller of the tenant with the most waiting, so that one tenant cannot fill the
        queue. Raises RateLimited."""
        place = queue.make_room_for(tenant) if queue else None
        if place is None:
            raise RateLimited
        _refuse(place)

    def _measure(self) -> None:
        """Update the average time until a place becomes free while callers wait."""
        now = perf_counter()
        self._interval += _WEIGHT * (now - self._freed - self._interval)
        self._freed = now

    def _let_in(self) -> None:
        """Give free places to waiting callers, reads first."""
        for writes, queue in self._queues.items():
            while queue and self._has_room(writes=writes):
                free = self._places - self._at_work
                most = 1 if free <= self._for_newcomers else self._places + 1
                if (found := queue.next(self._held, most)) is None:
                    break
                tenant, place = found
                if not place.done():
                    self._take(tenant, writes=writes)
                    place.set_result(None)

    def _has_room(self, *, writes: bool) -> bool:
        return self._at_work < self._places and not (writes and self._writing >= self._for_writes)

    def _take(self, tenant: str, *, writes: bool) -> None:
        self._at_work += 1
        self._writing += writes
        self._held[tenant] = self._held.get(tenant, 0) + 1


def _refuse(place: Place) -> None:
    if not place.done():
        place.set_exception(RateLimited())
