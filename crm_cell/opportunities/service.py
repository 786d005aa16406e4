"""What can be done with opportunities, and what they add up to."""

from crm_cell.kernel.actor import Actor
from crm_cell.opportunities import store
from crm_cell.opportunities.rules import STAGES as STAGES  # noqa: PLC0414 - reports name them
from crm_cell.opportunities.rules import FunnelRow as FunnelRow  # noqa: PLC0414 - likewise
from crm_cell.storage.engine import Reader


async def funnel_rows(
    tx: Reader, actor: Actor, *, owner: str | None = None, currency: str | None = None
) -> list[FunnelRow]:
    """The funnel as it stands, by stage, status and currency: sums that are kept, not scanned."""
    if owner is not None and not actor.may_see(owner):
        return []
    return await store.funnel(tx, actor.tenant, owner=actor.owner or owner, currency=currency)


async def funnel_rows_between(
    tx: Reader,
    actor: Actor,
    begin: int | None,
    end: int | None,
    *,
    owner: str | None = None,
    currency: str | None = None,
) -> list[FunnelRow]:
    """The same of what was created in a half-open range of times. Scans: for `long` reads."""
    if owner is not None and not actor.may_see(owner):
        return []
    return await store.funnel_between(
        tx, actor.tenant, begin, end, owner=actor.owner or owner, currency=currency
    )
