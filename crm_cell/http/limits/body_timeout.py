"""Timeouts for request bodies that do not arrive, or arrive too slowly.

A timer for each request would cost more than reading most bodies. Instead, one timer periodically
checks all waiting requests, in the order of their arrival.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")

# The time for the whole body.
BODY_SECONDS = 30.0
# The least that must arrive per interval. Slow connections manage it; an attacker who sends a byte
# per second to occupy a slot does not.
RATE_SECONDS = 5.0
RATE_BYTES = 2_560
_CHECK_SECONDS = 1.0
_SHUTDOWN_CHECK_SECONDS = 0.1


class BodyTimeouts:
    """Tracks the requests of one event loop that wait for their body."""

    def __init__(self, timeout_seconds: float = BODY_SECONDS) -> None:
        self._timeout_seconds = timeout_seconds
        self._interval = min(_CHECK_SECONDS, timeout_seconds)
        self._since: dict[asyncio.Task[Any], float] = {}
        self._cut_off: set[asyncio.Task[Any]] = set()
        self._is_scheduled = False
        self._ends = float("inf")
        self._rates: set[MinimumRate] = set()

    async def first(self, receive: Callable[[], Awaitable[T]], since: float) -> T:
        """The result of `receive`. Raises TimeoutError if it takes too long since `since`, in the
        event loop's time."""
        task = asyncio.current_task()
        assert task is not None
        self._since[task] = since
        if not self._is_scheduled:
            self._schedule_check()
        try:
            return await receive()
        except asyncio.CancelledError:
            if task not in self._cut_off:
                raise
            self._cut_off.discard(task)
            task.uncancel()
            raise TimeoutError from None
        finally:
            self._since.pop(task, None)

    @asynccontextmanager
    async def rest(self, since: float) -> AsyncIterator["MinimumRate"]:
        """A block in which the rest of a body arrives. Raises TimeoutError if it takes too long
        since `since`, or falls below the minimum rate."""
        async with asyncio.timeout(None) as timeout:
            rate = MinimumRate(timeout, self._deadline(since))
            self._rates.add(rate)
            try:
                yield rate
            finally:
                self._rates.discard(rate)

    def end_by(self, moment: float) -> None:
        """Cut off all bodies at `moment`, in the event loop's time: the process shuts down."""
        self._ends = moment
        self._interval = _SHUTDOWN_CHECK_SECONDS
        for rate in self._rates:
            rate.end_by(moment)

    def _deadline(self, since: float) -> float:
        return min(since + self._timeout_seconds, self._ends)

    def _schedule_check(self) -> None:
        self._is_scheduled = True
        asyncio.get_running_loop().call_later(self._interval, self._check)

    def _check(self) -> None:
        self._is_scheduled = False
        now = asyncio.get_running_loop().time()
        for task, since in list(self._since.items()):
            if self._deadline(since) > now:
                break
            del self._since[task]
            self._cut_off.add(task)
            task.cancel()
        if self._since:
            self._schedule_check()


class MinimumRate:
    """Enforces the minimum rate of one body, except while the service makes the client wait."""

    def __init__(self, timeout: asyncio.Timeout, deadline: float) -> None:
        self._timeout = timeout
        self._deadline = deadline
        self._received = 0
        self.resume()

    def received(self, size: int) -> None:
        self._received += size
        if self._received >= RATE_BYTES:
            self.resume()

    def resume(self) -> None:
        """Start a new interval."""
        self._received = 0
        self._end(asyncio.get_running_loop().time() + RATE_SECONDS)

    def pause(self) -> None:
        """Suspend the minimum rate: the client waits for a slot."""
        self._end(self._deadline)

    def end_by(self, moment: float) -> None:
        self._deadline = min(self._deadline, moment)
        self._end(self._timeout.when() or moment)

    def _end(self, moment: float) -> None:
        if not self._timeout.expired():
            self._timeout.reschedule(min(moment, self._deadline))
