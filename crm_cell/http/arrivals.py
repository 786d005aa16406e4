"""Cutting off who announces a body and sends nothing of it, for the price of an entry in a dict.

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
_LOOK_SECONDS = 1.0
_ENDING_LOOK_SECONDS = 0.1


class Arrivals:
    """The requests of one event loop whose bodies are still to begin."""

    def __init__(self, patience_seconds: float = BODY_SECONDS) -> None:
        self._patience = patience_seconds
        self._look_every = min(_LOOK_SECONDS, patience_seconds)
        self._since: dict[asyncio.Task[Any], float] = {}
        self._cut_off: set[asyncio.Task[Any]] = set()
        self._looking = False
        self._ends = float("inf")
        self._timeouts: set[asyncio.Timeout] = set()

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
    async def rest(self, since: float) -> AsyncIterator[None]:
        """A block in which the rest of a body arrives; raises TimeoutError when that takes too
        long since then."""
        async with asyncio.timeout_at(self._deadline(since)) as timeout:
            self._timeouts.add(timeout)
            try:
                yield
            finally:
                self._timeouts.discard(timeout)

    def end_by(self, moment: float) -> None:
        """Wait for no body past it, by the event loop's clock: the process ends."""
        self._ends = moment
        self._look_every = _ENDING_LOOK_SECONDS
        for timeout in self._timeouts:
            when = timeout.when()
            if not timeout.expired() and when is not None and when > moment:
                timeout.reschedule(moment)

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
