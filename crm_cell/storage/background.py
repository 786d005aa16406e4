"""Background work of a running service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from crm_cell.kernel.errors import CrmError

log = structlog.get_logger()

BATCH = 500
# Between batches other writes get their turn.
_PAUSE_SECONDS = 0.05
_CANCEL_SECONDS = 0.5
# A process that starts serves requests first: its caches are cold, and its connections are new.
FIRST_AFTER_SECONDS = 2.0


async def run_periodically(
    name: str, seconds: float, work: Callable[[], Awaitable[object]]
) -> None:
    """Run `work` soon, and then every `seconds` seconds. If the database is unavailable or the disk
    is full, the work waits for the next run."""
    await asyncio.sleep(FIRST_AFTER_SECONDS)
    while True:
        try:
            await work()
        except (CrmError, OSError) as error:
            log.warning("upkeep_postponed", work=name, error=str(error))
        await asyncio.sleep(seconds)


async def end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for their end. A cancellation that comes in the moment in which
    `asyncio.wait_for` gets its result is lost (Python 3.11), so it is repeated."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_CANCEL_SECONDS)


async def in_batches(work: Callable[[], Awaitable[int]]) -> int:
    """Repeat `work` until it does less than a BATCH. Returns the total."""
    total = 0
    while True:
        done = await work()
        total += done
        if done < BATCH:
            return total
        await asyncio.sleep(_PAUSE_SECONDS)
