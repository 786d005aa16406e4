"""Follow-ups in SQL."""

from enum import Enum

import msgspec

from crm_cell.follow_ups.rules import EVERY, Filter, FollowUp, Of
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Kept
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.changes import assignments
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.pages import newest_first
from crm_cell.storage.scope import OWN_DEALS_OF_CUSTOMER, counted, owned, readable

_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, customer_id, opportunity_id, contact_id,"
    " owner_id, content, follow_up_type, created_by"
)
_RESTORED = ("tenant_id", "id", "version", "updated_at", "owner_id")
_COUNTED_BY = {
    "follow_ups.owner": "owner_id",
    "follow_ups.customer": "customer_id",
    "follow_ups.opportunity": "opportunity_id",
}
"""Counters besides that of all, and whose values they are kept for."""


class Sight(Enum):
    """How many of the follow-ups that are asked for the caller sees."""

    ALL = 1
    OF_OWN_DEALS = 2
    """Of a colleague's customer, those that name an opportunity of the caller's."""
    NONE = 3


async def insert(tx: Tx, follow_up: FollowUp) -> None:
    await tx.run(
        f"INSERT INTO follow_ups ({_COLUMNS}) VALUES (:tenant_id, :id, :version, :created_at,"
        " :updated_at, :customer_id, :opportunity_id, :contact_id, :owner_id, :content,"
        " :follow_up_type, :created_by)",
        **msgspec.structs.asdict(follow_up),
    )
    await _count(tx, follow_up, 1)


async def find(tx: Reader, actor: Actor, follow_up_id: str) -> FollowUp | None:
    """The follow-up, if it exists for this caller."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM follow_ups WHERE tenant_id = :tenant AND id = :id"
        f" AND deleted_at IS NULL{readable(actor, 'follow_ups')}{tx.for_update}",
        tenant=actor.tenant,
        id=follow_up_id,
        owner=actor.owner,
    )
    return FollowUp(*row) if row else None


async def reads(tx: Reader, actor: Actor, follow_up_id: str) -> bool:
    """Whether the caller sees it or, deleted, did."""
    row = await tx.one(
        "SELECT 1 FROM follow_ups WHERE tenant_id = :tenant AND id = :id"
        + readable(actor, "follow_ups"),
        tenant=actor.tenant,
        id=follow_up_id,
        owner=actor.owner,
    )
    return row is not None


async def page(tx: Reader, actor: Actor, wanted: Filter, asked: PageRequest) -> Slice[FollowUp]:
    sight = await _sight(tx, actor, wanted)
    counter = _counter(actor, wanted) if sight is Sight.ALL else None
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM follow_ups WHERE tenant_id = :tenant AND deleted_at IS NULL"
        f"{_narrowed(wanted, actor, sight)}",
        FollowUp,
        asked,
        total=await _total(tx, actor, wanted, sight),
        counter=counter,
        tenant=actor.tenant,
        customer=wanted.customer_id,
        opportunity=wanted.opportunity_id,
        owner=actor.owner,
    )


async def total(tx: Reader, actor: Actor) -> int:
    return await counters.read(tx, actor.tenant, *_counter(actor, EVERY))


async def _total(tx: Reader, actor: Actor, wanted: Filter, sight: Sight) -> int:
    if sight is Sight.NONE:
        return 0
    if sight is Sight.ALL:
        return await counters.read(tx, actor.tenant, *_counter(actor, wanted))
    row = await tx.one(
        "SELECT coalesce(sum(value), 0) FROM counters WHERE tenant_id = :tenant"
        f" AND name = 'follow_ups.opportunity' AND key IN ({OWN_DEALS_OF_CUSTOMER})",
        tenant=actor.tenant,
        customer=wanted.customer_id,
        owner=actor.owner,
    )
    return int(row[0]) if row else 0


def _counter(actor: Actor, wanted: Filter) -> Counter:
    """What counts the follow-ups that are wanted, where the caller sees all of them."""
    if wanted.opportunity_id is not None:
        return "follow_ups.opportunity", wanted.opportunity_id
    if wanted.customer_id is not None:
        return "follow_ups.customer", wanted.customer_id
    return counted(actor, "follow_ups")


async def _sight(tx: Reader, actor: Actor, wanted: Filter) -> Sight:
    """All follow-ups of an opportunity have its customer, and all of a customer have its owner, so
    any one of them tells for all. Its owner may be the caller's colleague."""
    if wanted == EVERY:
        return Sight.ALL
    by_one = Filter(opportunity_id=wanted.opportunity_id) if wanted.opportunity_id else wanted
    row = await tx.one(
        "SELECT customer_id, owner_id FROM follow_ups WHERE tenant_id = :tenant"
        f" AND deleted_at IS NULL{_filtered(by_one)} LIMIT 1",
        tenant=actor.tenant,
        customer=wanted.customer_id,
        opportunity=wanted.opportunity_id,
    )
    if row is None or wanted.customer_id not in (None, row[0]):
        return Sight.NONE
    if actor.may_see(row[1]):
        return Sight.ALL
    return await _sight_by_deals(tx, actor, wanted, row[0])


async def _sight_by_deals(
    tx: Reader, actor: Actor, wanted: Filter, customer_id: str | None
) -> Sight:
    rows = await tx.all(
        OWN_DEALS_OF_CUSTOMER, tenant=actor.tenant, customer=customer_id, owner=actor.owner
    )
    if wanted.opportunity_id is None:
        return Sight.OF_OWN_DEALS if rows else Sight.NONE
    return Sight.ALL if wanted.opportunity_id in {row[0] for row in rows} else Sight.NONE


async def update(tx: Tx, before: FollowUp, after: FollowUp) -> None:
    await tx.run(
        f"UPDATE follow_ups SET {assignments(before, after)}"
        " WHERE tenant_id = :tenant_id AND id = :id",
        **msgspec.structs.asdict(after),
    )
    await counters.recount(tx, before, after, _COUNTED_BY)


async def kept(tx: Reader, tenant: str, follow_up_id: str, lock: str = "") -> Kept[FollowUp] | None:
    """The follow-up, also when it is hidden."""
    row = await tx.one(
        f"SELECT {_COLUMNS}, deleted_at FROM follow_ups WHERE tenant_id = :tenant AND id = :id"
        f"{lock}",
        tenant=tenant,
        id=follow_up_id,
    )
    return (FollowUp(*row[:-1]), row[-1]) if row else None


async def hidden_with(
    tx: Tx, tenant: str, customer_id: str, *, after: str, most: int
) -> list[FollowUp]:
    """Some of those that were deleted along with their customer, in the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM follow_ups WHERE tenant_id = :tenant AND customer_id = :customer"
        f" AND deleted_with = :customer AND id > :after ORDER BY id LIMIT :most{tx.for_update}",
        tenant=tenant,
        customer=customer_id,
        after=after,
        most=most,
    )
    return [FollowUp(*row) for row in rows]


async def restore(tx: Tx, follow_ups: list[FollowUp]) -> None:
    await tx.many(
        "UPDATE follow_ups SET deleted_at = NULL, deleted_with = NULL, version = :version,"
        " updated_at = :updated_at, owner_id = :owner_id"
        " WHERE tenant_id = :tenant_id AND id = :id",
        [{name: getattr(each, name) for name in _RESTORED} for each in follow_ups],
    )
    for each in follow_ups:
        await counters.bring_back(tx, each.tenant_id, _counters_of(each))


async def keep_hidden(tx: Tx, tenant: str, contact_id: str) -> None:
    """Those that name a contact no longer come back with the customer that they went with."""
    await tx.run(
        "UPDATE follow_ups SET deleted_with = NULL"
        " WHERE tenant_id = :tenant AND contact_id = :contact AND deleted_with IS NOT NULL",
        tenant=tenant,
        contact=contact_id,
    )


async def hide(tx: Tx, follow_ups: list[FollowUp], deleted_with: str | None) -> None:
    """`deleted_with` is their customer, where that is deleted too."""
    await tx.many(
        "UPDATE follow_ups SET deleted_at = :now, deleted_with = :with, version = version + 1"
        " WHERE tenant_id = :tenant AND id = :id",
        [
            {"now": tx.now, "with": deleted_with, "tenant": each.tenant_id, "id": each.id}
            for each in follow_ups
        ],
    )
    for each in follow_ups:
        await _count(tx, each, -1)


async def live_of(tx: Reader, tenant: str, of: Of, *, most: int) -> list[FollowUp]:
    """Some that are not hidden."""
    by = "customer_id" if of.customer_id else "contact_id"
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM follow_ups WHERE tenant_id = :tenant AND {by} = :of"
        f" AND deleted_at IS NULL ORDER BY id LIMIT :most{tx.for_update}",
        tenant=tenant,
        of=of.customer_id or of.contact_id,
        most=most,
    )
    return [FollowUp(*row) for row in rows]


async def kept_of(
    tx: Reader, tenant: str, of: Of, *, after: str, most: int, lock: str = ""
) -> list[Kept[FollowUp]]:
    """Hidden ones too, in the order of their ids."""
    by = "customer_id" if of.customer_id else "contact_id"
    rows = await tx.all(
        f"SELECT {_COLUMNS}, deleted_at FROM follow_ups WHERE tenant_id = :tenant"
        f" AND {by} = :of AND id > :after ORDER BY id LIMIT :most{lock}",
        tenant=tenant,
        of=of.customer_id or of.contact_id,
        after=after,
        most=most,
    )
    return [(FollowUp(*row[:-1]), row[-1]) for row in rows]


async def erase(tx: Tx, kept: list[Kept[FollowUp]]) -> None:
    """For good."""
    await tx.many(
        "DELETE FROM follow_ups WHERE tenant_id = :tenant AND id = :id",
        [{"tenant": each.tenant_id, "id": each.id} for each, _ in kept],
    )
    for each, deleted_at in kept:
        if deleted_at is None:
            await _count(tx, each, -1)


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
    await counters.hand_over(tx, tenant, "follow_ups.owner", before, after, moved)


def _narrowed(wanted: Filter, actor: Actor, sight: Sight) -> str:
    if wanted == EVERY:
        return owned(actor)
    return _filtered(wanted) + ("" if sight is Sight.ALL else readable(actor, "follow_ups"))


def _filtered(wanted: Filter) -> str:
    by_customer = " AND customer_id = :customer" if wanted.customer_id else ""
    return by_customer + (" AND opportunity_id = :opportunity" if wanted.opportunity_id else "")


async def _count(tx: Tx, follow_up: FollowUp, delta: int) -> None:
    await counters.add_all(tx, follow_up.tenant_id, _counters_of(follow_up), delta)


def _counters_of(follow_up: FollowUp) -> list[Counter]:
    by = [(name, getattr(follow_up, column)) for name, column in _COUNTED_BY.items()]
    return [("follow_ups", None), *by]
