"""Questions about all tenants, asked where the service starts.

On a cluster a part of the tenants may be away, which is no answer. It must keep nothing from
starting: the question is asked again in the background, while the other tenants are served.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage.engine import Database

log = structlog.get_logger()

# A cluster that is well answers in a fraction of this.
SOON_SECONDS = 2.0
RETRY_SECONDS = 5.0

Question = Callable[[], Awaitable[None]]


async def ask(database: Database, name: str, question: Question) -> asyncio.Task[None] | None:
    """Raises what the question raises. Where a part of the database is away, gives the task that
    goes on asking; whoever gets it cancels it in the end."""
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
