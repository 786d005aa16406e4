"""The daily limit of reveals for each user, in UTC."""

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RateLimited
from crm_cell.reveals import store
from crm_cell.reveals.messages import REVEALS_SPENT
from crm_cell.storage.engine import Tx

DAY_MS = 86_400_000


async def count(tx: Tx, actor: Actor, most: int) -> None:
    """Counts one reveal. Raises RateLimited for the rest of the day after `most` reveals."""
    day = tx.now // DAY_MS
    if not await store.count(tx, actor.tenant, actor.user or "", day, most):
        raise RateLimited(seconds_left(tx.now), message=REVEALS_SPENT)


def seconds_left(now: int) -> int:
    """Seconds until the end of the day in UTC, rounded up. `now` is in milliseconds."""
    return -(-((now // DAY_MS + 1) * DAY_MS - now) // 1000)
