"""How many of the connections one tenant may hold.

A connection is held until a statement is answered. Where a worker of a cluster hangs, each
statement of its tenants holds one until its time is up, and those of other workers must still find
some. So no tenant has all of them, and those whose last statement got no answer share a few.
"""

import asyncio
from collections import deque

# Of every four connections one tenant may hold three; all that got no answer share one.
_QUARTER = 4
_UNANSWERED = ""
"""In the place of a tenant, which is never called that."""


class NoShare(Exception):
    """The tenant holds as many as it may, and none became free in time."""


class Shares:
    """To each `take` belongs a `leave` of what it gave."""

    def __init__(self, connections: int) -> None:
        self._of_a_tenant = connections - connections // _QUARTER
        self._of_the_unanswered = max(1, connections // _QUARTER)
        self._held: dict[str, int] = {}
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._unanswered: set[str] = set()

    async def take(self, tenant: str, seconds: float) -> str:
        """Raises NoShare after `seconds`."""
        share = _UNANSWERED if tenant in self._unanswered else tenant
        if not self._has_taken(share):
            await self._turn(share, seconds)
        return share

    def leave(self, share: str) -> None:
        """Hand a place over to whoever waits for one of this share."""
        waiting = self._waiting.get(share)
        while waiting:
            place = waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._waiting.pop(share, None)
        if (held := self._held[share] - 1) == 0:
            del self._held[share]
        else:
            self._held[share] = held

    def answered(self, tenant: str) -> None:
        if self._unanswered:
            self._unanswered.discard(tenant)

    def got_no_answer(self, tenant: str) -> None:
        self._unanswered.add(tenant)

    def _has_taken(self, share: str) -> bool:
        held = self._held.get(share, 0)
        if held >= (self._of_a_tenant if share else self._of_the_unanswered):
            return False
        self._held[share] = held + 1
        return True

    async def _turn(self, share: str, seconds: float) -> None:
        """Wait in the order of coming."""
        loop = asyncio.get_running_loop()
        place = loop.create_future()
        self._waiting.setdefault(share, deque()).append(place)
        timer = loop.call_later(seconds, _give_up, place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave(share)  # it came at the moment at which nobody wanted it any more
            raise
        finally:
            timer.cancel()


def _give_up(place: "asyncio.Future[None]") -> None:
    if not place.done():
        place.set_exception(NoShare())
