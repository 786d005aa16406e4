"""Opportunities, their history and their funnel in SQL."""

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Kept
from crm_cell.kernel.ids import lowest_at, surely_since
from crm_cell.kernel.money import SPLIT, join
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.opportunities.funnel import Step, shifts
from crm_cell.opportunities.rules import Change, FunnelRow, Opportunity, Status
from crm_cell.storage import counters
from crm_cell.storage.changes import assignments
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.pages import newest_first
from crm_cell.storage.scope import counted, owned, owned_among, readable

_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, customer_id, title, amount_cents, currency,"
    " stage, status, owner_id"
)
_COUNTED_BY = {"opportunities.owner": "owner_id", "opportunities.customer": "customer_id"}
"""Counters besides that of all, and whose values they are kept for."""
_CHANGE_COLUMNS = (
    "tenant_id, id, opportunity_id, from_stage, to_stage, from_status, to_status, actor, created_at"
)
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


async def insert(tx: Tx, opportunity: Opportunity) -> None:
    await tx.run(
        f"INSERT INTO opportunities ({_COLUMNS}) VALUES (:tenant_id, :id, :version, :created_at,"
        " :updated_at, :customer_id, :title, :amount_cents, :currency, :stage, :status, :owner_id)",
        **msgspec.structs.asdict(opportunity),
    )
    await _count(tx, opportunity, 1)
    await _add_to_funnel(tx, [(None, opportunity)])


async def find(tx: Reader, actor: Actor, opportunity_id: str, lock: str = "") -> Opportunity | None:
    """The opportunity, if it exists for this caller."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM opportunities WHERE tenant_id = :tenant AND id = :id"
        f" AND deleted_at IS NULL{readable(actor, 'opportunities')}{lock}",
        tenant=actor.tenant,
        id=opportunity_id,
        owner=actor.owner,
    )
    return Opportunity(*row) if row else None


async def reads(tx: Reader, actor: Actor, opportunity_id: str) -> bool:
    """Whether the caller sees it or, deleted, did."""
    row = await tx.one(
        "SELECT 1 FROM opportunities WHERE tenant_id = :tenant AND id = :id"
        + readable(actor, "opportunities"),
        tenant=actor.tenant,
        id=opportunity_id,
        owner=actor.owner,
    )
    return row is not None


async def page_of_customer(
    tx: Reader, actor: Actor, customer_id: str, asked: PageRequest, *, whole: bool
) -> Slice[Opportunity]:
    """All of a customer's or, unless `whole`, the caller's own among them."""
    counter = ("opportunities.customer", customer_id) if whole else None
    narrowed = "" if whole else owned_among(actor)
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM opportunities WHERE tenant_id = :tenant AND deleted_at IS NULL"
        f" AND customer_id = :customer{narrowed}",
        Opportunity,
        asked,
        total=await counters.read(tx, actor.tenant, *counter)
        if counter
        else await _count_of_customer(tx, actor, customer_id),
        counter=counter,
        tenant=actor.tenant,
        customer=customer_id,
        owner=actor.owner,
    )


async def page(tx: Reader, actor: Actor, asked: PageRequest) -> Slice[Opportunity]:
    """The caller's own, or all of the tenant."""
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM opportunities WHERE tenant_id = :tenant AND deleted_at IS NULL"
        f"{owned(actor)}",
        Opportunity,
        asked,
        total=await total(tx, actor),
        counter=counted(actor, "opportunities"),
        tenant=actor.tenant,
        owner=actor.owner,
    )


async def total(tx: Reader, actor: Actor) -> int:
    return await counters.read(tx, actor.tenant, *counted(actor, "opportunities"))


async def _count_of_customer(tx: Reader, actor: Actor, customer_id: str) -> int:
    """A customer's opportunities may have several owners, but they are few."""
    row = await tx.one(
        "SELECT count(*) FROM opportunities WHERE tenant_id = :tenant"
        f" AND customer_id = :customer AND deleted_at IS NULL{owned_among(actor)}",
        tenant=actor.tenant,
        customer=customer_id,
        owner=actor.owner,
    )
    return int(row[0]) if row else 0


async def update(tx: Tx, before: Opportunity, after: Opportunity) -> None:
    await tx.run(
        f"UPDATE opportunities SET {assignments(before, after)}"
        " WHERE tenant_id = :tenant_id AND id = :id",
        **msgspec.structs.asdict(after),
    )
    await counters.recount(tx, before, after, _COUNTED_BY)
    await _add_to_funnel(tx, [(before, after)])


async def open_of(
    tx: Reader, tenant: str, customer_id: str, owner: str | None
) -> list[Opportunity]:
    """A customer's open ones of one owner, or of nobody."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM opportunities WHERE tenant_id = :tenant"
        " AND customer_id = :customer AND deleted_at IS NULL AND status = :open"
        f" AND coalesce(owner_id, '') = :whose ORDER BY id{tx.for_update}",
        tenant=tenant,
        customer=customer_id,
        open=Status.OPEN,
        whose=owner or "",
    )
    return [Opportunity(*row) for row in rows]


async def some_of(tx: Reader, tenant: str, customer_id: str, *, most: int) -> list[Opportunity]:
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM opportunities WHERE tenant_id = :tenant"
        " AND customer_id = :customer AND deleted_at IS NULL ORDER BY id LIMIT :most"
        f"{tx.for_update}",
        tenant=tenant,
        customer=customer_id,
        most=most,
    )
    return [Opportunity(*row) for row in rows]


async def kept(
    tx: Reader, tenant: str, opportunity_id: str, lock: str = ""
) -> Kept[Opportunity] | None:
    """The opportunity, also when it is hidden."""
    row = await tx.one(
        f"SELECT {_COLUMNS}, deleted_at FROM opportunities WHERE tenant_id = :tenant AND id = :id"
        f"{lock}",
        tenant=tenant,
        id=opportunity_id,
    )
    return (Opportunity(*row[:-1]), row[-1]) if row else None


async def hidden_with(
    tx: Tx, tenant: str, customer_id: str, *, after: str, most: int
) -> list[Opportunity]:
    """Some of those that were deleted along with their customer, in the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM opportunities WHERE tenant_id = :tenant"
        " AND customer_id = :customer AND deleted_with = :customer AND id > :after ORDER BY id"
        f" LIMIT :most{tx.for_update}",
        tenant=tenant,
        customer=customer_id,
        after=after,
        most=most,
    )
    return [Opportunity(*row) for row in rows]


async def restore(tx: Tx, opportunities: list[Opportunity]) -> None:
    await tx.many(
        "UPDATE opportunities SET deleted_at = NULL, deleted_with = NULL, version = :version,"
        " updated_at = :now WHERE tenant_id = :tenant AND id = :id",
        [
            {"version": each.version, "now": tx.now, "tenant": each.tenant_id, "id": each.id}
            for each in opportunities
        ],
    )
    for each in opportunities:
        await counters.bring_back(tx, each.tenant_id, _counters_of(each))
    await _add_to_funnel(tx, [(None, each) for each in opportunities])


async def hide(tx: Tx, opportunities: list[Opportunity], deleted_with: str | None) -> None:
    """`deleted_with` is their customer, where that is deleted too."""
    await tx.many(
        "UPDATE opportunities SET deleted_at = :now, deleted_with = :with, version = version + 1"
        " WHERE tenant_id = :tenant AND id = :id",
        [
            {"now": tx.now, "with": deleted_with, "tenant": each.tenant_id, "id": each.id}
            for each in opportunities
        ],
    )
    for each in opportunities:
        await _count(tx, each, -1)
    await _add_to_funnel(tx, [(each, None) for each in opportunities])


async def kept_of_customer(
    tx: Reader, tenant: str, customer_id: str, *, after: str, most: int, lock: str = ""
) -> list[Kept[Opportunity]]:
    """Hidden ones too, in the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS}, deleted_at FROM opportunities WHERE tenant_id = :tenant"
        f" AND customer_id = :customer AND id > :after ORDER BY id LIMIT :most{lock}",
        tenant=tenant,
        customer=customer_id,
        after=after,
        most=most,
    )
    return [(Opportunity(*row[:-1]), row[-1]) for row in rows]


async def erase(tx: Tx, kept: list[Kept[Opportunity]]) -> None:
    """With their history, for good. Nothing may refer to them any more."""
    ids = [{"tenant": each.tenant_id, "id": each.id} for each, _ in kept]
    await tx.many(
        "DELETE FROM opportunity_changes WHERE tenant_id = :tenant AND opportunity_id = :id", ids
    )
    await tx.many("DELETE FROM opportunities WHERE tenant_id = :tenant AND id = :id", ids)
    live = [each for each, deleted_at in kept if deleted_at is None]
    for each in live:
        await _count(tx, each, -1)
    await _add_to_funnel(tx, [(each, None) for each in live])


async def retitle(tx: Tx, opportunities: list[Opportunity], title: str) -> None:
    await tx.many(
        "UPDATE opportunities SET title = :title, version = version + 1, updated_at = :now"
        " WHERE tenant_id = :tenant AND id = :id",
        [
            {"title": title, "now": tx.now, "tenant": each.tenant_id, "id": each.id}
            for each in opportunities
        ],
    )


async def add_change(tx: Tx, change: Change) -> None:
    await tx.run(
        f"INSERT INTO opportunity_changes ({_CHANGE_COLUMNS}) VALUES (:tenant_id, :id,"
        " :opportunity_id, :from_stage, :to_stage, :from_status, :to_status, :actor, :created_at)",
        **msgspec.structs.asdict(change),
    )


async def history(tx: Reader, opportunity: Opportunity, asked: PageRequest) -> Slice[Change]:
    return await newest_first(
        tx,
        f"SELECT {_CHANGE_COLUMNS} FROM opportunity_changes WHERE tenant_id = :tenant"
        " AND opportunity_id = :opportunity",
        Change,
        asked,
        total=await _count_of_changes(tx, opportunity),
        counter=None,
        tenant=opportunity.tenant_id,
        opportunity=opportunity.id,
    )


async def _count_of_changes(tx: Reader, opportunity: Opportunity) -> int:
    """An opportunity changes its stage a handful of times: not worth a counter."""
    row = await tx.one(
        "SELECT count(*) FROM opportunity_changes WHERE tenant_id = :tenant"
        " AND opportunity_id = :opportunity",
        tenant=opportunity.tenant_id,
        opportunity=opportunity.id,
    )
    return int(row[0]) if row else 0


async def stage_when_last_open(tx: Reader, opportunity: Opportunity) -> int | None:
    row = await tx.one(
        "SELECT to_stage FROM opportunity_changes WHERE tenant_id = :tenant"
        " AND opportunity_id = :opportunity AND to_status = :open ORDER BY id DESC LIMIT 1",
        tenant=opportunity.tenant_id,
        opportunity=opportunity.id,
        open=Status.OPEN,
    )
    return int(row[0]) if row else None


async def _count(tx: Tx, opportunity: Opportunity, delta: int) -> None:
    await counters.add_all(tx, opportunity.tenant_id, _counters_of(opportunity), delta)


def _counters_of(opportunity: Opportunity) -> list[Counter]:
    by = [(name, getattr(opportunity, column)) for name, column in _COUNTED_BY.items()]
    return [("opportunities", None), *by]


async def _add_to_funnel(tx: Tx, steps: list[Step]) -> None:
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
    tx: Reader, actor: Actor, *, named: str | None, currency: str | None
) -> list[FunnelRow]:
    where = _narrowed(actor, named, currency)
    rows = await tx.all(
        "SELECT stage, status, currency, sum(count), sum(amount_high), sum(amount_low)"
        f" FROM funnel WHERE tenant_id = :tenant{where} GROUP BY stage, status, currency"
        " HAVING sum(count) > 0 ORDER BY stage, status, currency",
        tenant=actor.tenant,
        owner=actor.owner,
        named=named,
        currency=currency,
    )
    return [_funnel_row(row) for row in rows]


async def funnel_between(
    tx: Reader,
    actor: Actor,
    begin: int | None,
    end: int | None,
    *,
    named: str | None,
    currency: str | None,
) -> list[FunnelRow]:
    """Ids are made from the time of creation or, where the clock was set back, from a later one: so
    a range of times is a range of ids, but for its edges."""
    where = _narrowed(actor, named, currency)
    where += (
        " AND id >= :first AND (id >= :surely OR created_at >= :begin)" if begin is not None else ""
    )
    where += (
        " AND id < :past AND (id < :surely_not OR created_at < :end)" if end is not None else ""
    )
    rows = await tx.all(
        "SELECT stage, status, currency, count(*), sum(amount_cents / :split),"
        f" sum(amount_cents % :split) FROM opportunities WHERE tenant_id = :tenant{where}"
        " AND deleted_at IS NULL GROUP BY stage, status, currency"
        " ORDER BY stage, status, currency",
        tenant=actor.tenant,
        owner=actor.owner,
        named=named,
        currency=currency,
        begin=begin,
        end=end,
        first=lowest_at(begin or 0),
        surely=surely_since(begin or 0),
        surely_not=lowest_at(end or 0),
        past=surely_since(end or 0),
        split=SPLIT,
    )
    return [_funnel_row(row) for row in rows]


def _narrowed(actor: Actor, named: str | None, currency: str | None) -> str:
    """To what the caller sees and, of that, to what is of an owner and in a currency."""
    by_owner = " AND owner_id = :named" if named is not None else ""
    by_currency = " AND currency = :currency" if currency is not None else ""
    return owned(actor) + by_owner + by_currency


def _funnel_row(row: Row) -> FunnelRow:
    stage, status, currency, count, high, low = row
    return FunnelRow(stage, status, currency, int(count), join(int(high), int(low)))
