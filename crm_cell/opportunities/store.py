"""Opportunities, their history and their funnel in SQL."""

from collections.abc import Iterable

import msgspec

from crm_cell.kernel.ids import lowest_at
from crm_cell.kernel.money import SPLIT, join
from crm_cell.opportunities.funnel import Step, shifts
from crm_cell.opportunities.rules import FunnelRow
from crm_cell.storage.engine import Reader, Row, Tx

_ADD_TO_FUNNEL = """
INSERT INTO funnel
 (tenant_id, owner_id, currency, stage, status, stripe, count, amount_high, amount_low)
VALUES
 (:tenant_id, :owner_id, :currency, :stage, :status, :stripe, :count, :amount_high, :amount_low)
ON CONFLICT (tenant_id, owner_id, currency, stage, status, stripe) DO UPDATE SET
 count = funnel.count + excluded.count,
 amount_high = funnel.amount_high + excluded.amount_high,
 amount_low = funnel.amount_low + excluded.amount_low
"""


async def add_to_funnel(tx: Tx, steps: Iterable[Step]) -> None:
    rows = [
        {
            **msgspec.structs.asdict(shift.cell),
            "stripe": tx.stripe,
            "count": shift.count,
            "amount_high": shift.amount_high,
            "amount_low": shift.amount_low,
        }
        for shift in shifts(steps)
    ]
    if rows:
        await tx.many(_ADD_TO_FUNNEL, rows)


async def funnel(
    tx: Reader, tenant: str, *, owner: str | None, currency: str | None
) -> list[FunnelRow]:
    where = _narrowed(owner, currency)
    rows = await tx.all(
        "SELECT stage, status, currency, sum(count), sum(amount_high), sum(amount_low)"
        f" FROM funnel WHERE tenant_id = :tenant{where} GROUP BY stage, status, currency"
        " HAVING sum(count) > 0 ORDER BY stage, status, currency",
        tenant=tenant,
        owner=owner,
        currency=currency,
    )
    return [_funnel_row(row) for row in rows]


async def funnel_between(
    tx: Reader,
    tenant: str,
    begin: int | None,
    end: int | None,
    *,
    owner: str | None,
    currency: str | None,
) -> list[FunnelRow]:
    """Ids are made from the time of creation, so a range of times is a range of ids."""
    where = _narrowed(owner, currency)
    where += " AND id >= :first" if begin is not None else ""
    where += " AND id < :past" if end is not None else ""
    rows = await tx.all(
        "SELECT stage, status, currency, count(*), sum(amount_cents / :split),"
        f" sum(amount_cents % :split) FROM opportunities WHERE tenant_id = :tenant{where}"
        " AND deleted_at IS NULL GROUP BY stage, status, currency"
        " ORDER BY stage, status, currency",
        tenant=tenant,
        owner=owner,
        currency=currency,
        first=lowest_at(begin or 0),
        past=lowest_at(end or 0),
        split=SPLIT,
    )
    return [_funnel_row(row) for row in rows]


def _narrowed(owner: str | None, currency: str | None) -> str:
    by_owner = " AND owner_id = :owner" if owner is not None else ""
    return by_owner + (" AND currency = :currency" if currency is not None else "")


def _funnel_row(row: Row) -> FunnelRow:
    stage, status, currency, count, high, low = row
    return FunnelRow(stage, status, currency, int(count), join(int(high), int(low)))
