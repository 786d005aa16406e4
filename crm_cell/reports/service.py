"""Reading what other domains have summed up."""

from crm_cell.customers import service as customers
from crm_cell.kernel.actor import Actor
from crm_cell.opportunities import service as opportunities
from crm_cell.opportunities.service import FunnelRow
from crm_cell.storage.engine import Reader


async def funnel(
    tx: Reader,
    actor: Actor,
    *,
    begin: int | None = None,
    end: int | None = None,
    owner: str | None = None,
    currency: str | None = None,
) -> list[FunnelRow]:
    """The kept sums, or, within a range of creation times, a scan: then for a `long` read."""
    if begin is None and end is None:
        return await opportunities.funnel_rows(tx, actor, owner=owner, currency=currency)
    return await opportunities.funnel_rows_between(
        tx, actor, begin, end, owner=owner, currency=currency
    )


async def customer_total(tx: Reader, actor: Actor) -> int:
    return await customers.total(tx, actor)
