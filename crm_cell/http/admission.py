"""How many requests are at work at once, and who waits: few enough that none waits for long.

A slot is held from the moment a request has been read and understood until its answer is made. When
all are taken a request waits a moment for one, and is refused before its caller would give up: work
on an answer that nobody waits for is all that overload needs to last.
"""

import asyncio
from collections import OrderedDict, deque

from crm_cell.kernel.errors import RateLimited

# More at a time are no faster on SQLite, whose writes are committed in groups.
SLOTS = 256
# Past it, the answer is worth less to the caller than an early refusal.
_PATIENCE_SECONDS = 0.5
# Of the slots, and of each tenant's. What remains is for reads: people look while machines write.
_WRITES = 0.8
# Of the slots, and of the places in line: so whoever floods leaves room for at least one more.
_ONE_TENANT = 0.4
_MOST_WAITING = 1_024

Place = asyncio.Future[None]


class Line:
    """Who waits, the tenants in turn, each one's requests in their order."""

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, deque[Place]] = OrderedDict()

    def add(self, tenant: str, place: Place, most: int) -> bool:
        """False when the tenant has as many as it may."""
        places = self._tenants.setdefault(tenant, deque())
        while places and places[0].done():
            places.popleft()
        if len(places) >= most:
            return False
        places.append(place)
        return True

    def next(self, at_work: dict[str, int], most: int) -> tuple[str, Place] | None:
        """Whose turn it is, of the tenants below their share: there are few others."""
        while True:
            tenants = (name for name in self._tenants if at_work.get(name, 0) < most)
            if (tenant := next(tenants, None)) is None:
                return None
            places = self._tenants.pop(tenant)
            place = _first_waiting(places)
            if places:
                self._tenants[tenant] = places
            if place is not None:
                return tenant, place


def _first_waiting(places: deque[Place]) -> Place | None:
    while places:
        if not (place := places.popleft()).done():
            return place
    return None


class Admission:
    """To each `enter` belongs a `leave`. Whoever waits is let in as soon as there is room for them,
    so who comes and finds room has overtaken nobody."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._slots = slots
        self._for_writes = round(slots * _WRITES)
        of_a_tenant = round(slots * _ONE_TENANT)
        self._for_a_tenant = {False: of_a_tenant, True: round(of_a_tenant * _WRITES)}
        self._most_of_a_tenant = round(_MOST_WAITING * _ONE_TENANT)
        self._at_work = 0
        self._writing = 0
        self._of_tenants: dict[str, int] = {}
        self._waiting = 0
        self._lines = {False: Line(), True: Line()}

    async def enter(self, tenant: str, *, writes: bool) -> None:
        """Raises RateLimited when there is no room, in line or soon enough."""
        if not self.has_taken(tenant, writes=writes):
            await self._wait(tenant, writes=writes)

    def has_taken(self, tenant: str, *, writes: bool) -> bool:
        """What `enter` does where nobody has to wait: nearly always, and for half of its price."""
        of_tenant = self._of_tenants.get(tenant, 0)
        if of_tenant >= self._for_a_tenant[writes] or not self._has_room(writes=writes):
            return False
        self._take(tenant, writes=writes)
        return True

    def leave(self, tenant: str, *, writes: bool) -> None:
        self._at_work -= 1
        self._writing -= writes
        left = self._of_tenants.pop(tenant) - 1
        if left:
            self._of_tenants[tenant] = left
        if self._waiting:
            self._let_in()

    def _has_room(self, *, writes: bool) -> bool:
        return self._at_work < self._slots and not (writes and self._writing >= self._for_writes)

    def _take(self, tenant: str, *, writes: bool) -> None:
        self._at_work += 1
        self._writing += writes
        self._of_tenants[tenant] = self._of_tenants.get(tenant, 0) + 1

    async def _wait(self, tenant: str, *, writes: bool) -> None:
        loop = asyncio.get_running_loop()
        place: Place = loop.create_future()
        if self._waiting >= _MOST_WAITING or not self._lines[writes].add(
            tenant, place, self._most_of_a_tenant
        ):
            raise RateLimited
        self._waiting += 1
        lost_patience = loop.call_later(_PATIENCE_SECONDS, _give_up, place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled() and place.exception() is None:
                self.leave(tenant, writes=writes)  # let in, and gone in the same moment
            raise
        finally:
            self._waiting -= 1
            lost_patience.cancel()

    def _let_in(self) -> None:
        """All for whom there is room, reads first."""
        for writes, line in self._lines.items():
            while self._has_room(writes=writes):
                found = line.next(self._of_tenants, self._for_a_tenant[writes])
                if found is None:
                    break
                tenant, place = found
                self._take(tenant, writes=writes)
                place.set_result(None)


def _give_up(place: Place) -> None:
    if not place.done():
        place.set_exception(RateLimited())
