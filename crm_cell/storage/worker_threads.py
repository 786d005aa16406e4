"""Threads for long work, queued fairly between tenants."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from crm_cell.storage.concurrency_limiter import ConcurrencyLimiter
from crm_cell.storage.engine import Tenant

T = TypeVar("T")

# More threads only slow each other down, because the GIL lets one run at a time.
THREADS = 2
# The longest wait for a thread, well below the timeouts of gateways.
LONG_PATIENCE_SECONDS = 10.0


class WorkerThreads:
    """Runs functions that take some milliseconds or can be stopped."""

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=name)
        self.limiter = ConcurrencyLimiter(THREADS, patience=LONG_PATIENCE_SECONDS)

    async def run(
        self, tenant: Tenant, function: Callable[..., T], *args: Any, stop: Callable[[], None]
    ) -> T:
        """If the caller is cancelled, calls `stop` and waits for the function to end: until then it
        occupies its thread. Raises RateLimited."""
        await self.limiter.enter(tenant or "")
        try:
            work = asyncio.get_running_loop().run_in_executor(self._threads, function, *args)
            return await until_ended(work, stop)
        finally:
            self.limiter.leave(tenant or "")

    def close(self) -> None:
        self._threads.shutdown()


async def until_ended(work: "asyncio.Future[T]", stop: Callable[[], None]) -> T:
    """The result of `work`. A cancelled caller stops it and waits for its end."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop()
        while not work.done():
            await _ended(work)
        if not work.cancelled():
            work.exception()  # otherwise asyncio would log it as never retrieved
        raise


async def _ended(work: "asyncio.Future[T]") -> None:
    """Wait once more. A second cancellation is ignored, because it cannot reach the thread."""
    try:
        await asyncio.wait([work])
    except asyncio.CancelledError:
        return
