"""Threads for work that takes long, with the tenants in turn."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter
from crm_cell.storage.engine import Tenant

T = TypeVar("T")

# More only slow each other down: what they do in Python takes turns anyway.
THREADS = 2
# For a thread, and well before a gateway loses patience.
LONG_PATIENCE_SECONDS = 10.0


class LongWork:
    """What runs here is a slice of some milliseconds, or can be stopped."""

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=name)
        self.limiter = ConcurrencyLimiter(THREADS, patience=LONG_PATIENCE_SECONDS)

    async def run(
        self, tenant: Tenant, function: Callable[..., T], *args: Any, stop: Callable[[], None]
    ) -> T:
        """Whoever is cancelled has `stop` called, and returns when the thread has come to its end:
        until then its place is taken. Raises RateLimited."""
        await self.limiter.enter(tenant or "")
        try:
            work = asyncio.get_running_loop().run_in_executor(self._threads, function, *args)
            return await until_ended(work, stop)
        finally:
            self.limiter.leave(tenant or "")

    def close(self) -> None:
        self._threads.shutdown()


async def until_ended(work: "asyncio.Future[T]", stop: Callable[[], None]) -> T:
    """What `work` gives. Whoever is cancelled meanwhile stops it, and waits for its end."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop()
        while not work.done():
            await _ended(work)
        if not work.cancelled():
            work.exception()  # nobody else asks for it
        raise


async def _ended(work: "asyncio.Future[T]") -> None:
    """A second cancellation changes nothing: the thread does not hear of it."""
    try:
        await asyncio.wait([work])
    except asyncio.CancelledError:
        return
