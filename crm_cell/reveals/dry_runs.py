"""Limits dry runs of imports, which reveal whether a name exists among customers of colleagues.

Each dry run is audited, and restricted callers may test only a number of rows per day. Callers who
see the whole tenant can read the names anyway, so they have no limit.
"""

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RateLimited
from crm_cell.reveals import store
from crm_cell.reveals.messages import DRY_RUNS_SPENT
from crm_cell.reveals.service import DAY_MS, seconds_left
from crm_cell.storage.engine import Tx


async def record(
    tx: Tx, actor: Actor, resource_type: str, *, rows: int, taken: int, most: int
) -> None:
    """Raises RateLimited for the rest of the day in UTC; then the caller gets no report."""
    if not actor.sees_all:
        day = tx.now // DAY_MS
        if not await store.count_tested(tx, actor.tenant, actor.owner or "", day, rows, most):
            raise RateLimited(seconds_left(tx.now), message=DRY_RUNS_SPENT)
    details = {"rows": rows, "taken": taken}
    await audit.record(tx, actor, "tested", [Action(resource_type, None, None, details)])
