"""Limits checks for duplicates, which tell of records of colleagues.

Each check is audited, without what was asked for. Callers who see the whole tenant can read the
records anyway, so they have no limit.
"""

from collections.abc import Sequence

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RateLimited
from crm_cell.reveals import store
from crm_cell.reveals.messages import DUPLICATE_CHECKS_SPENT
from crm_cell.reveals.service import DAY_MS, seconds_left
from crm_cell.storage.engine import Tx


async def count(tx: Tx, actor: Actor, most: int) -> None:
    """Raises RateLimited for the rest of the day in UTC."""
    if not actor.sees_all:
        day = tx.now // DAY_MS
        if not await store.count_check(tx, actor.tenant, actor.owner or "", day, most):
            raise RateLimited(seconds_left(tx.now), message=DUPLICATE_CHECKS_SPENT)


async def record(
    tx: Tx, actor: Actor, resource_type: str, *, keys: Sequence[str], verdict: str, matches: int
) -> None:
    details = {"keys": keys, "verdict": verdict, "matches": matches}
    await audit.record(tx, actor, "checked", [Action(resource_type, None, None, details)])
