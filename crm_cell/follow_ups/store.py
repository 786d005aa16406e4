"""Follow-ups in SQL."""

from collections import Counter

import msgspec

from crm_cell.follow_ups.rules import EVERY, Filter, FollowUp
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.changes import assignments
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.pages import newest_first
from crm_cell.storage.scope import owned, owned_among

_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, customer_id, opportunity_id, contact_id,"
    " owner_id, content, follow_up_type"
)


async def insert(tx: Tx, follow_up: FollowUp) -> None:
    await tx.run(
        f"INSERT INTO follow_ups ({_COLUMNS}) VALUES (:tenant_id, :id, :version, :created_at,"
        " :updated_at, :customer_id, :opportunity_id, :contact_id, :owner_id, :content,"
        " :follow_up_type)",
        **msgspec.structs.asdict(follow_up),
    )
    await _count(tx, [], [follow_up])


async def find(tx: Reader, actor: Actor, follow_up_id: str) -> FollowUp | None:
    """The follow-up, if it exists for this caller."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM follow_ups WHERE tenant_id = :tenant AND id = :id"
        f" AND deleted_at IS NULL{owned(actor)}{tx.for_update}",
        tenant=actor.tenant,
        id=follow_up_id,
        owner=actor.owner,
    )
    return FollowUp(*row) if row else None


async def owner_of(tx: Reader, tenant: str, follow_up_id: str) -> str | None:
    """Whose it is or, deleted, was."""
    row = await tx.one(
        "SELECT owner_id FROM follow_ups WHERE tenant_id = :tenant AND id = :id",
        tenant=tenant,
        id=follow_up_id,
    )
    return row[0] if row else None


async def page(tx: Reader, actor: Actor, wanted: Filter, asked: PageRequest) -> Slice[FollowUp]:
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM follow_ups WHERE tenant_id = :tenant AND deleted_at IS NULL"
        f"{_narrowed(wanted, actor)}",
        FollowUp,
        asked,
        total=await total(tx, actor, wanted),
        tenant=actor.tenant,
        customer=wanted.customer_id,
        opportunity=wanted.opportunity_id,
        owner=actor.owner,
    )


async def total(tx: Reader, actor: Actor, wanted: Filter = EVERY) -> int:
    if wanted == EVERY:
        name, key = ("follow_ups.owner", actor.owner) if actor.owner else ("follow_ups", "")
        return await counters.read(tx, actor.tenant, name, key)
    if not await _matches(tx, actor, wanted):
        return 0
    if wanted.opportunity_id is not None:
        return await counters.read(
            tx, actor.tenant, "follow_ups.opportunity", wanted.opportunity_id
        )
    return await counters.read(tx, actor.tenant, "follow_ups.customer", wanted.customer_id or "")


async def _matches(tx: Reader, actor: Actor, wanted: Filter) -> bool:
    """Whether the counter counts what is wanted. All follow-ups of an opportunity have its
    customer, and all of a customer have its owner, so any one of them tells for all."""
    by_one = Filter(opportunity_id=wanted.opportunity_id) if wanted.opportunity_id else wanted
    row = await tx.one(
        "SELECT customer_id, owner_id FROM follow_ups WHERE tenant_id = :tenant"
        f" AND deleted_at IS NULL{_filtered(by_one)} LIMIT 1",
        tenant=actor.tenant,
        customer=wanted.customer_id,
        opportunity=wanted.opportunity_id,
    )
    if row is None or wanted.customer_id not in (None, row[0]):
        return False
    return actor.may_see(row[1])


async def update(tx: Tx, before: FollowUp, after: FollowUp) -> None:
    await tx.run(
        f"UPDATE follow_ups SET {assignments(before, after)}"
        " WHERE tenant_id = :tenant_id AND id = :id",
        **msgspec.structs.asdict(after),
    )
    await _count(tx, [before], [after])


async def some_of(tx: Reader, tenant: str, customer_id: str, *, most: int) -> list[FollowUp]:
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM follow_ups WHERE tenant_id = :tenant"
        " AND customer_id = :customer AND deleted_at IS NULL ORDER BY id LIMIT :most"
        f"{tx.for_update}",
        tenant=tenant,
        customer=customer_id,
        most=most,
    )
    return [FollowUp(*row) for row in rows]


async def hide(tx: Tx, follow_ups: list[FollowUp]) -> None:
    await tx.many(
        "UPDATE follow_ups SET deleted_at = :now, version = version + 1"
        " WHERE tenant_id = :tenant AND id = :id",
        [{"now": tx.now, "tenant": each.tenant_id, "id": each.id} for each in follow_ups],
    )
    await _count(tx, follow_ups, [])


async def hand_over(
    tx: Tx, tenant: str, customer_id: str, *, before: str | None, after: str | None
) -> None:
    moved = await tx.run(
        "UPDATE follow_ups SET owner_id = :owner WHERE tenant_id = :tenant"
        " AND customer_id = :customer AND deleted_at IS NULL",
        owner=after,
        tenant=tenant,
        customer=customer_id,
    )
    await counters.add(tx, tenant, "follow_ups.owner", before, -moved)
    await counters.add(tx, tenant, "follow_ups.owner", after, moved)


def _narrowed(wanted: Filter, actor: Actor) -> str:
    if wanted == EVERY:
        return owned(actor)
    return _filtered(wanted) + owned_among(actor)


def _filtered(wanted: Filter) -> str:
    by_customer = " AND customer_id = :customer" if wanted.customer_id else ""
    return by_customer + (" AND opportunity_id = :opportunity" if wanted.opportunity_id else "")


async def _count(tx: Tx, gone: list[FollowUp], come: list[FollowUp]) -> None:
    deltas: Counter[tuple[str, str, str | None]] = Counter()
    for follow_ups, sign in ((gone, -1), (come, 1)):
        for each in follow_ups:
            deltas[each.tenant_id, "follow_ups", None] += sign
            deltas[each.tenant_id, "follow_ups.owner", each.owner_id] += sign
            deltas[each.tenant_id, "follow_ups.customer", each.customer_id] += sign
            deltas[each.tenant_id, "follow_ups.opportunity", each.opportunity_id] += sign
    for (tenant, name, key), delta in deltas.items():
        await counters.add(tx, tenant, name, key, delta)
