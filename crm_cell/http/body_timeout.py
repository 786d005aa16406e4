"""Cutting off who announces a body and sends nothing of it, or too slowly.

A timer for each request costs more than reading most bodies. Here one timer looks, now and then,
at all who are waiting: they stand in the order in which they came.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")

# A body that has not arrived by then is not coming; the caller's connection is worth more.
BODY_SECONDS = 30.0
# Once it has begun to arrive, it brings so much in each interval, or ends: a caller on the worst of
# connections does, and who sends a byte a second to hold a place does not.
PACE_SECONDS = 5.0
PACE_BYTES = 2_560
_LOOK_SECONDS = 1.0
_ENDING_LOOK_SECONDS = 0.1


class BodyTimeouts:
    """The requests of one event loop whose bodies are still to begin."""

    def __init__(self, patience_seconds: float = BODY_SECONDS) -> None:
        self._patience = patience_seconds
        self._look_every = min(_LOOK_SECONDS, patience_seconds)
        self._since: dict[asyncio.Task[Any], float] = {}
        self._cut_off: set[asyncio.Task[Any]] = set()
        self._looking = False
        self._ends = float("inf")
        self._paces: set[Pace] = set()

    async def first(self, receive: Callable[[], Awaitable[T]], since: float) -> T:
        """What `receive` gives; raises TimeoutError when that takes too long since then, by the
        event loop's clock."""
        task = asyncio.current_task()
        assert task is not None
        self._since[task] = since
        if not self._looking:
            self._look_later()
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
    async def rest(self, since: float) -> AsyncIterator["Pace"]:
        """A block in which the rest of a body arrives; raises TimeoutError when that takes too
        long since then, or falls below the least pace."""
        async with asyncio.timeout(None) as timeout:
            pace = Pace(timeout, self._deadline(since))
            self._paces.add(pace)
            try:
                yield pace
            finally:
                self._paces.discard(pace)

    def end_by(self, moment: float) -> None:
        """Wait for no body past it, by the event loop's clock: the process ends."""
        self._ends = moment
        self._look_every = _ENDING_LOOK_SECONDS
        for pace in self._paces:
            pace.end_by(moment)

    def _deadline(self, since: float) -> float:
        return min(since + self._patience, self._ends)

    def _look_later(self) -> None:
        self._looking = True
        asyncio.get_running_loop().call_later(self._look_every, self._look)

    def _look(self) -> None:
        self._looking = False
        now = asyncio.get_running_loop().time()
        for task, since in list(self._since.items()):
            if self._deadline(since) > now:
                break
            del self._since[task]
            self._cut_off.add(task)
            task.cancel()
        if self._since:
            self._look_later()


class Pace:
    """Holds the sender of one body to the least pace, while it is the sender who is waited for."""

    def __init__(self, timeout: asyncio.Timeout, deadline: float) -> None:
        self._timeout = timeout
        self._deadline = deadline
        self._brought = 0
        self.go_on()

    def received(self, size: int) -> None:
        self._brought += size
        if self._brought >= PACE_BYTES:
            self.go_on()

    def go_on(self) -> None:
        """Begin an interval."""
        self._brought = 0
        self._end(asyncio.get_running_loop().time() + PACE_SECONDS)

    def pause(self) -> None:
        """It is now the sender who waits, for a place."""
        self._end(self._deadline)

    def end_by(self, moment: float) -> None:
        self._deadline = min(self._deadline, moment)
        self._end(self._timeout.when() or moment)

    def _end(self, moment: float) -> None:
        if not self._timeout.expired():
            self._timeout.reschedule(min(moment, self._deadline))
