"""Work that a running service does for ever, beside the requests."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from crm_cell.kernel.errors import CrmError

log = structlog.get_logger()

BATCH = 500
# Between batches the writer is free for everybody else.
_PAUSE_SECONDS = 0.05


async def repeat(name: str, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Work at once, and again each time so many seconds after. What the world does, a database
    that is away or a disk that is full, is left to the next round."""
    while True:
        try:
            await work()
        except (CrmError, OSError) as error:
            log.warning("upkeep_postponed", work=name, error=str(error))
        await asyncio.sleep(seconds)


async def in_batches(work: Callable[[], Awaitable[int]]) -> int:
    """Work until less than a BATCH was left to do; gives how much was done in all."""
    total = 0
    while True:
        done = await work()
        total += done
        if done < BATCH:
            return total
        await asyncio.sleep(_PAUSE_SECONDS)
