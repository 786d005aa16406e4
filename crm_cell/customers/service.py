"""What can be done with customers, and who else must hear of it."""

from collections.abc import Iterable
from typing import Any, Protocol

from crm_cell.audit import service as audit
from crm_cell.customers import rules, store
from crm_cell.customers.rules import Access
from crm_cell.customers.rules import Customer as Customer  # noqa: PLC0414 - what belongs to one names it
from crm_cell.customers.rules import Handover as Handover  # noqa: PLC0414 - likewise
from crm_cell.events import service as events
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Kept, snapshot
from crm_cell.kernel.errors import Conflict, DuplicateName, Forbidden, NotFound, RuleViolation
from crm_cell.kernel.ids import new_id, new_ids
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.reveals import service as reveals
from crm_cell.storage.engine import Reader, Tx

SEALED = store.SEALED


class Dependent(Protocol):
    """What hangs on customers. Outer domains, which customers must not know, stand behind this."""

    async def customer_deleted(self, tx: Tx, actor: Actor, customer: Customer) -> None:
        """Hide what belongs to the customer, or raise Conflict where it must stay."""
        ...

    async def customer_restored(self, tx: Tx, actor: Actor, customer: Customer) -> None:
        """Restore what was deleted along with the customer."""
        ...

    async def customer_handed_over(self, tx: Tx, handover: Handover) -> None:
        """Let what belongs to the customer be seen by its new owner."""
        ...


_dependents: list[Dependent] = []


def set_dependents(*dependents: Dependent) -> None:
    """Called once by app.py, those that may refuse a deletion first."""
    _dependents[:] = dependents


async def create(tx: Tx, actor: Actor, **members: Any) -> Customer:
    customer = rules.new_customer(actor, new_id(tx.id_time), tx.now, **members)
    await store.insert(tx, customer)
    await audit.record(tx, actor, "created", after=customer)
    await events.emit(tx, actor, "crm.customer.created", customer)
    return customer


async def create_new_names(
    tx: Tx, actor: Actor, rows: list[dict[str, Any]]
) -> list[Customer | None]:
    """Create what has a name of its own, in one pass; None stands where the name is taken."""
    ids = new_ids(tx.id_time, len(rows))
    customers = [
        rules.new_customer(actor, identifier, tx.now, **members)
        for identifier, members in zip(ids, rows, strict=True)
    ]
    inserted = await store.insert_new_names(tx, actor.tenant, customers)
    created = [customer for customer in customers if customer.id in inserted]
    shown = [snapshot(customer) for customer in created]
    await audit.record_created(tx, actor, created, shown)
    await events.emit_shown(tx, actor, "crm.customer.created", shown)
    return [customer if customer.id in inserted else None for customer in customers]


async def get(tx: Reader, actor: Actor, customer_id: str) -> Customer:
    """Raises NotFound, for another owner's customer too, unless the caller has a deal with it."""
    customer = await store.find(tx, actor, customer_id, tx.for_update)
    if customer is None:
        raise NotFound("customer_not_found")
    return customer


async def get_own(tx: Reader, actor: Actor, customer_id: str) -> Customer:
    """As `get`, for what only its owner may do; raises Forbidden to others who read it."""
    customer = await get(tx, actor, customer_id)
    if not actor.may_see(customer.owner_id):
        raise Forbidden("customer_of_colleague")
    return customer


async def those_of(tx: Reader, actor: Actor, ids: Iterable[str]) -> dict[str, Customer]:
    """The customers of these ids that the caller sees."""
    return {customer.id: customer for customer in await store.find_many(tx, actor, ids)}


async def named_in_body(
    tx: Reader, actor: Actor, customer_id: str, *, alone: bool = False
) -> Customer:
    """The customer that a body refers to; raises RuleViolation where there is none, or where it is
    a colleague's.

    It is not deleted or handed over before what will belong to it is there. `alone` keeps others
    from adding to it meanwhile.
    """
    customer = await read_for_body(tx, actor, customer_id, alone=alone)
    if not actor.may_see(customer.owner_id):
        raise RuleViolation("customer_of_colleague")
    return customer


async def read_for_body(
    tx: Reader, actor: Actor, customer_id: str, *, alone: bool = False
) -> Customer:
    """As `named_in_body`, and a colleague's too that the caller has a deal with."""
    lock = tx.for_update if alone else tx.for_share
    customer = await store.find(tx, actor, customer_id, lock)
    if customer is None:
        raise RuleViolation("customer_not_found")
    return customer


async def owns(tx: Reader, actor: Actor, customer_id: str) -> bool:
    """Whether the caller sees all that belongs to the customer."""
    if actor.sees_all:
        return True
    found = await store.owner_if_read(tx, actor, customer_id)
    return found is not None and actor.may_see(found[0])


async def reads(tx: Reader, actor: Actor, customer_id: str) -> bool:
    """Whether the caller sees the customer, by owning it or an opportunity with it."""
    return actor.sees_all or await store.owner_if_read(tx, actor, customer_id) is not None


async def access(tx: Reader, actor: Actor, customer_id: str, user: str | None) -> Access:
    """Why `user`, or with None the caller, sees the customer or does not; raises NotFound."""
    customer = await get(tx, actor, customer_id)
    user = user or actor.owner
    has_deal = user is not None and await store.reads(
        tx, Actor(actor.tenant, owner=user), customer_id
    )
    return Access(customer, user, rules.access_rule(customer, user, has_deal=has_deal))


async def list_(
    tx: Reader,
    actor: Actor,
    asked: PageRequest,
    *,
    phone: str | None = None,
    email: str | None = None,
) -> Slice[Customer]:
    """All, or those of a number and an address."""
    wanted = {"contact_phone": phone, "contact_email": email} if phone or email else None
    return await store.page(tx, actor, asked, wanted)


async def update(
    tx: Tx,
    actor: Actor,
    before: Customer,
    changes: dict[str, Any],
    *,
    with_opportunities: bool = False,
) -> Customer:
    """`with_opportunities`: to another owner, its open ones of the former owner go along."""
    if not changes:
        return before
    after = rules.changed(actor, before, changes, tx.now)
    await store.update(tx, before, after)
    if before.owner_id != after.owner_id:
        handover = Handover(actor, before, after, with_opportunities)
        for dependent in _dependents:
            await dependent.customer_handed_over(tx, handover)
    await audit.record(tx, actor, "updated", before=before, after=after)
    await events.emit(tx, actor, "crm.customer.updated", after)
    return after


async def reveal(
    tx: Tx, actor: Actor, customer_id: str, members: list[str], reason: str
) -> Customer:
    """Raises NotFound, and RateLimited for the rest of the day."""
    customer = await get_own(tx, actor, customer_id)
    await reveals.reveal(tx, actor, customer, members, reason)
    return customer


async def delete(tx: Tx, actor: Actor, customer: Customer) -> None:
    for dependent in _dependents:
        await dependent.customer_deleted(tx, actor, customer)
    await store.hide(tx, customer)
    await audit.record(tx, actor, "deleted", before=customer)
    await events.emit(tx, actor, "crm.customer.deleted", customer)


async def restore(tx: Tx, actor: Actor, customer_id: str) -> Customer:
    """With all that was deleted along with it. One that is not deleted stays as it is.

    Raises as `get_own` does, Conflict for one that has been erased, and DuplicateName.
    """
    kept = await store.kept(tx, actor.tenant, customer_id, tx.for_update)
    if kept is None or not actor.may_see(kept[0].owner_id):
        return await get_own(tx, actor, customer_id)
    hidden, deleted_at = kept
    if deleted_at is None:
        return hidden
    await _check_restorable(tx, actor, hidden)
    customer = rules.restored(hidden, tx.now)
    await store.restore(tx, customer)
    await audit.record(tx, actor, "restored", after=customer)
    await events.emit(tx, actor, "crm.customer.restored", customer)
    for dependent in _dependents:
        await dependent.customer_restored(tx, actor, customer)
    return customer


async def _check_restorable(tx: Tx, actor: Actor, hidden: Customer) -> None:
    if await store.is_erased(tx, hidden):
        raise Conflict("restore_erased")
    taker = await store.of_name(tx, actor.tenant, hidden.name_key)
    if taker is not None and actor.may_see(taker.owner_id):
        raise DuplicateName(details="name_taken_by", name=taker.name, id=taker.id)
    if taker is not None:
        raise DuplicateName


async def parent_of_restored(
    tx: Tx, tenant: str, customer_id: str, *, alone: bool = False
) -> Customer:
    """The customer of what is to be restored; raises Conflict where nothing of it can be.

    `alone` as in `named_in_body`.
    """
    kept = await store.kept(tx, tenant, customer_id, tx.for_update if alone else tx.for_share)
    assert kept is not None, "a foreign key holds it"
    customer, deleted_at = kept
    if await store.is_erased(tx, customer):
        raise Conflict("restore_erased")
    if deleted_at is not None:
        raise Conflict("restore_customer_first")
    return customer


async def owner_of(tx: Reader, tenant: str, customer_id: str) -> str | None:
    """Whose it is or, deleted, was."""
    return await store.owner_of(tx, tenant, customer_id)


async def mark_erased(tx: Tx, customer: Customer) -> None:
    """From now on neither it nor what belongs to it can be restored."""
    await store.mark_erased(tx, customer)


async def kept_with_reach(
    tx: Reader, tenant: str, *, after: str, most: int
) -> list[Kept[Customer]]:
    """Those with a number or an address, hidden ones too, in the order of their ids."""
    return await store.kept_with_reach(tx, tenant, after=after, most=most)


async def kept(tx: Reader, tenant: str, customer_id: str) -> Kept[Customer] | None:
    """The customer, also when it is hidden."""
    return await store.kept(tx, tenant, customer_id)


async def held_for_deletion(tx: Tx, tenant: str, customer_id: str) -> Kept[Customer] | None:
    """As `kept`; nothing comes to belong to it before the transaction has ended."""
    return await store.kept(tx, tenant, customer_id, tx.for_deletion)


async def erase(tx: Tx, customer: Customer, deleted_at: int | None) -> None:
    """Delete it for good. Nothing may belong to it any more."""
    await store.erase(tx, customer, deleted_at)


async def make_anonymous(tx: Tx, customer: Customer) -> bool:
    """Leave the shell that money records need; False where nothing else was left before."""
    return await _strip(tx, customer, rules.anonymous(customer, tx.now))


async def forget_reach(tx: Tx, customer: Customer) -> bool:
    """Take its number and its address away; False where it had none."""
    return await _strip(tx, customer, rules.without_reach(customer, tx.now))


async def _strip(tx: Tx, before: Customer, after: Customer) -> bool:
    """No audit entry says what was there, nor does an event."""
    stays = before.name, before.contact_phone, before.contact_email
    if stays == (after.name, after.contact_phone, after.contact_email):
        return False
    await store.update(tx, before, after)
    return True


async def recheck(tx: Reader, actor: Actor, customer_id: str) -> None:
    """Raises NotFound where a stored answer shows a customer that is no longer the caller's."""
    if not await store.reads(tx, actor, customer_id):
        raise NotFound("customer_not_found")


async def total(tx: Reader, actor: Actor) -> int:
    return await store.total(tx, actor)
