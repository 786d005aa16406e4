"""Limits how many of the connections one tenant may hold.

If a worker of a cluster hangs, each statement of its tenants holds a connection until the timeout,
and tenants of other workers must still get one. So no tenant may hold all connections, and tenants
whose last statement timed out share a small number.
"""

import asyncio
from collections import deque

# Of every four connections one tenant may hold three; all tenants without an answer share one.
_QUARTER = 4
_UNANSWERED = ""
"""The share of tenants whose last statement timed out. No tenant has an empty name."""


class ShareExhausted(Exception):
    """The tenant holds its maximum of connections, and none became free in time."""


class Shares:
    """Each `take` needs a `leave` with the share that it returned."""

    def __init__(self, connections: int) -> None:
        self._of_a_tenant = connections - connections // _QUARTER
        self._of_the_unanswered = max(1, connections // _QUARTER)
        self._held: dict[str, int] = {}
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._unanswered: set[str] = set()

    async def take(self, tenant: str, seconds: float) -> str:
        """Raises ShareExhausted after `seconds`."""
        share = _UNANSWERED if tenant in self._unanswered else tenant
        if not self._has_taken(share):
            await self._wait_for_place(share, seconds)
        return share

    def leave(self, share: str) -> None:
        """Pass the place on to the next caller that waits for this share."""
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

    def timed_out(self, tenant: str) -> None:
        self._unanswered.add(tenant)

    def _has_taken(self, share: str) -> bool:
        held = self._held.get(share, 0)
        if held >= (self._of_a_tenant if share else self._of_the_unanswered):
            return False
        self._held[share] = held + 1
        return True

    async def _wait_for_place(self, share: str, seconds: float) -> None:
        """Wait in the order of arrival."""
        loop = asyncio.get_running_loop()
        place = loop.create_future()
        self._waiting.setdefault(share, deque()).append(place)
        timer = loop.call_later(seconds, _give_up, place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave(share)  # the place was assigned just before the cancellation
            raise
        finally:
            timer.cancel()


def _give_up(place: "asyncio.Future[None]") -> None:
    if not place.done():
        place.set_exception(ShareExhausted())
