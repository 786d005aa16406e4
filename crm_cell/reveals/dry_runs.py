"""A dry run tells which names are taken, also by customers that its caller does not see.

So each is put on record, and a caller who is narrowed to an owner's records has only so many rows
tested a day. Whoever sees the whole tenant can read the names anyway, and is not bounded.
"""

from crm_cell.audit import service as audit
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RateLimited
from crm_cell.reveals import store
from crm_cell.storage.engine import Tx

DAILY_ROWS = 20_000
_DAY_MS = 86_400_000

_limits = [DAILY_ROWS]


def set_daily_rows(most: int) -> None:
    """Called once by app.py."""
    _limits[:] = [most]


async def put_on_record(tx: Tx, actor: Actor, *, rows: int, taken: int) -> None:
    """Raises RateLimited for the rest of the day, in UTC: then the report must not be given."""
    day = tx.now // _DAY_MS
    if not actor.sees_all:
        who = actor.owner or ""
        if not await store.count_tested(tx, actor.tenant, who, day, rows, _limits[0]):
            raise spent((day + 1) * _DAY_MS - tx.now)
    await audit.record_test(tx, actor, "customer", {"rows": rows, "taken": taken})


def spent(milliseconds_left: int) -> RateLimited:
    return RateLimited(-(-milliseconds_left // 1000), message="dry_runs_spent")
