"""Checks over all tenants at the start of the service.

On a cluster some tenants may be unavailable, so that a check cannot complete. The service starts
anyway and repeats the check in the background, while it serves the other tenants.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage.engine import Database

log = structlog.get_logger()

# A healthy cluster answers in a fraction of this.
SOON_SECONDS = 2.0
RETRY_SECONDS = 5.0

Question = Callable[[], Awaitable[None]]


async def ask(database: Database, name: str, question: Question) -> asyncio.Task[None] | None:
    """Run a check and raise what it raises. If a part of the database is unavailable, returns the
    task that repeats the check, which the caller has to cancel."""
    if not database.spread:
        await question()
        return None
    task = asyncio.create_task(_until_answered(name, question))
    await asyncio.wait({task}, timeout=SOON_SECONDS)
    if not task.done():
        task.add_done_callback(partial(_log_refusal, name))
        return task
    await task
    return None


def _log_refusal(name: str, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("refused_after_start", question=name, why=str(error))


async def _until_answered(name: str, question: Question) -> None:
    while True:
        try:
            return await question()
        except (Unavailable, RateLimited) as error:
            log.warning("some_tenants_away", question=name, error=repr(error.__cause__ or error))
        await asyncio.sleep(RETRY_SECONDS)
