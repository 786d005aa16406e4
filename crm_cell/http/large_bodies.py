"""How many large bodies are held in memory at once: a few, and the others wait unread."""

import asyncio

from crm_cell.kernel.errors import RateLimited

# The size from which a body costs more than all else about its request.
LARGE = 64 * 1024
# What is on its way takes its own size, and its time. With these numbers, 32 callers with eight
# megabytes each made the process grow to 200 MB; without, to 750.
_ARRIVING = 4
# What has arrived takes many times its size until it is answered: one is read while one is written.
_AT_WORK = 2
# Whoever cannot be let in by then is told to come back, well before a gateway loses patience.
_PATIENCE_SECONDS = 10.0


class LargeBodies:
    def __init__(self) -> None:
        self._arriving = asyncio.Semaphore(_ARRIVING)
        self._at_work = asyncio.Semaphore(_AT_WORK)

    def place(self) -> "Place":
        return Place(self._arriving, self._at_work)


class Place:
    """What one request holds of them. To take raises RateLimited when all is taken for too long."""

    __slots__ = ("_arriving", "_at_work", "_taken")

    def __init__(self, arriving: asyncio.Semaphore, at_work: asyncio.Semaphore) -> None:
        self._arriving, self._at_work = arriving, at_work
        self._taken: list[asyncio.Semaphore] = []

    async def arrive(self) -> None:
        """A body turns out to be large. Only the first call takes."""
        if not self._taken:
            await self._take(self._arriving)

    async def work(self) -> None:
        """The whole of it is there."""
        if self._taken:
            await self._take(self._at_work)

    def leave(self) -> None:
        while self._taken:
            self._taken.pop().release()

    async def _take(self, semaphore: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await semaphore.acquire()
        except TimeoutError:
            raise RateLimited from None
        self._taken.append(semaphore)
