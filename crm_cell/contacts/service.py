"""What can be done with contacts."""

from typing import Any

from crm_cell.audit import service as audit
from crm_cell.contacts import rules, store
from crm_cell.contacts.rules import Contact as Contact  # noqa: PLC0414 - follow-ups name it
from crm_cell.customers import service as customers
from crm_cell.events import service as events
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Kept
from crm_cell.kernel.errors import Conflict, Forbidden, NotFound, RuleViolation
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.reveals import service as reveals
from crm_cell.storage.engine import Reader, Tx

# Contacts are hidden with their customer this many at a time, in constant memory.
_BATCH = 500

SEALED = store.SEALED


async def create(tx: Tx, actor: Actor, *, customer_id: str, **members: Any) -> Contact:
    """Raises RuleViolation where there is no such customer."""
    primary = members.get("is_primary", False)
    customer = await customers.named_in_body(tx, actor, customer_id, alone=primary)
    contact = rules.new_contact(
        actor,
        new_id(tx.id_time),
        tx.now,
        customer_id=customer.id,
        owner_id=customer.owner_id,
        **members,
    )
    if contact.is_primary:
        await _clear_primary(tx, actor, customer.id)
    await store.insert(tx, contact)
    await audit.record(tx, actor, "created", after=contact)
    await events.emit(tx, actor, "crm.contact.created", contact)
    return contact


async def get(tx: Reader, actor: Actor, contact_id: str) -> Contact:
    """Raises NotFound, also for a contact of another owner's customer that the caller has no deal
    with."""
    contact = await store.find(tx, actor, contact_id, tx.for_update)
    if contact is None:
        raise NotFound("contact_not_found")
    return contact


async def get_own(tx: Reader, actor: Actor, contact_id: str) -> Contact:
    """As `get`, for what only its customer's owner may do; raises Forbidden to others who read
    it."""
    contact = await get(tx, actor, contact_id)
    if not actor.may_see(contact.owner_id):
        raise Forbidden("customer_of_colleague")
    return contact


async def named_in_body(tx: Reader, actor: Actor, contact_id: str) -> Contact:
    """The contact that a body refers to; raises RuleViolation where there is none."""
    contact = await store.find(tx, actor, contact_id)
    if contact is None:
        raise RuleViolation("contact_not_found")
    return contact


async def list_(
    tx: Reader,
    actor: Actor,
    customer_id: str | None,
    asked: PageRequest,
    *,
    phone: str | None = None,
    email: str | None = None,
) -> Slice[Contact]:
    """All, or those of a customer, of a number, of an address: what is given must all hold."""
    if customer_id is not None and not await customers.reads(tx, actor, customer_id):
        return Slice([], 0, None)
    wanted = {"phone": phone, "email": email} if phone or email else None
    return await store.page(tx, actor, customer_id, asked, wanted)


async def update(tx: Tx, actor: Actor, before: Contact, changes: dict[str, Any]) -> Contact:
    if not changes:
        return before
    after = rules.changed(before, changes, tx.now)
    if after.is_primary and not before.is_primary:
        await customers.named_in_body(tx, actor, before.customer_id, alone=True)
        await _clear_primary(tx, actor, before.customer_id)
    await _replace(tx, actor, before, after)
    return after


async def reveal(tx: Tx, actor: Actor, contact_id: str, members: list[str], reason: str) -> Contact:
    """Raises NotFound, and RateLimited for the rest of the day."""
    contact = await get_own(tx, actor, contact_id)
    await reveals.reveal(tx, actor, contact, members, reason)
    return contact


async def delete(tx: Tx, actor: Actor, contact: Contact) -> None:
    await _hide(tx, actor, [contact])


async def restore(tx: Tx, actor: Actor, contact_id: str) -> Contact:
    """One that is not deleted stays as it is. A primary contact comes back as another one where
    its customer has a primary contact by now.

    Raises NotFound, and Conflict where its customer is deleted or it has been erased.
    """
    hidden, deleted_at = await _kept_of(tx, actor, contact_id)
    if deleted_at is None:
        return hidden
    customer = await customers.parent_of_restored(
        tx, actor.tenant, hidden.customer_id, alone=hidden.is_primary
    )
    hidden, deleted_at = await _kept_of(tx, actor, contact_id, tx.for_update)
    if deleted_at is None:
        return hidden
    if await store.is_erased(tx, actor.tenant, contact_id):
        raise Conflict("restore_erased")
    primary = hidden.is_primary and not await store.primary_of(tx, actor.tenant, customer.id)
    contact = rules.restored(hidden, customer.owner_id, tx.now, is_primary=primary)
    await _restore(tx, actor, [contact])
    return contact


async def _kept_of(tx: Tx, actor: Actor, contact_id: str, lock: str = "") -> Kept[Contact]:
    """Hidden or not; raises NotFound, and Forbidden as `get_own`."""
    kept = await store.kept(tx, actor.tenant, contact_id, lock)
    if kept is None:
        raise NotFound("contact_not_found")
    if not actor.may_see(await customers.owner_of(tx, actor.tenant, kept[0].customer_id)):
        return await get_own(tx, actor, contact_id), None
    return kept


async def kept_with_reach(tx: Reader, tenant: str, *, after: str, most: int) -> list[Kept[Contact]]:
    """Those with a number or an address, hidden ones too, in the order of their ids."""
    return await store.kept_with_reach(tx, tenant, after=after, most=most)


async def kept(tx: Reader, tenant: str, contact_id: str) -> Kept[Contact] | None:
    """The contact, also when it is hidden."""
    return await store.kept(tx, tenant, contact_id)


async def kept_of_customer(
    tx: Reader, tenant: str, customer_id: str, *, after: str, most: int
) -> list[Kept[Contact]]:
    return await store.kept_of_customer(tx, tenant, customer_id, after=after, most=most)


async def held_for_deletion(tx: Tx, tenant: str, contact_id: str) -> Kept[Contact] | None:
    """As `kept`; nothing comes to name it before the transaction has ended."""
    return await store.kept(tx, tenant, contact_id, tx.for_deletion)


async def erase(tx: Tx, contact: Contact, deleted_at: int | None) -> None:
    """Delete it for good. No follow-up may name it any more."""
    await store.erase(tx, contact, deleted_at)


async def recheck(tx: Reader, actor: Actor, contact_id: str) -> None:
    """Raises NotFound where a stored answer shows a contact that is no longer the caller's."""
    if not await store.reads(tx, actor, contact_id):
        raise NotFound("contact_not_found")


async def total(tx: Reader, actor: Actor) -> int:
    return await store.total(tx, actor)


async def delete_some(tx: Tx, actor: Actor, customer_id: str, *, most: int = _BATCH) -> int:
    """Some of a customer's, and how many they were."""
    found = await store.some_of(tx, actor.tenant, customer_id, most=most)
    if found:
        await _hide(tx, actor, found, deleted_with=customer_id)
    return len(found)


async def customer_deleted(tx: Tx, actor: Actor, customer: customers.Customer) -> None:
    while await delete_some(tx, actor, customer.id):
        pass


async def customer_restored(tx: Tx, actor: Actor, customer: customers.Customer) -> None:
    after = ""
    while hidden := await store.hidden_with(
        tx, actor.tenant, customer.id, after=after, most=_BATCH
    ):
        after = hidden[-1].id
        await _restore(
            tx,
            actor,
            [
                rules.restored(each, customer.owner_id, tx.now, is_primary=each.is_primary)
                for each in hidden
            ],
        )


async def mark_erased(tx: Tx, contact: Contact) -> None:
    """From now on it cannot be restored, nor can what names it."""
    await store.mark_erased(tx, contact)


async def erased_of(tx: Tx, tenant: str, customer_id: str) -> set[str]:
    """The ids of a customer's contacts that are being erased."""
    return await store.erased_of(tx, tenant, customer_id)


async def is_erased(tx: Tx, tenant: str, contact_id: str) -> bool:
    """It stays as it is until the transaction has ended."""
    return await store.is_erased(tx, tenant, contact_id, tx.for_share)


async def customer_handed_over(tx: Tx, handover: customers.Handover) -> None:
    before, after = handover.before, handover.after
    await store.hand_over(
        tx, after.tenant_id, after.id, before=before.owner_id, after=after.owner_id
    )


async def _clear_primary(tx: Tx, actor: Actor, customer_id: str) -> None:
    """A customer has one primary contact at most: the one before gives way, and that is told."""
    before = await store.primary_of(tx, actor.tenant, customer_id)
    if before is not None:
        await _replace(tx, actor, before, rules.changed(before, {"is_primary": False}, tx.now))


async def _replace(tx: Tx, actor: Actor, before: Contact, after: Contact) -> None:
    await store.update(tx, before, after)
    await audit.record(tx, actor, "updated", before=before, after=after)
    await events.emit(tx, actor, "crm.contact.updated", after)


async def _restore(tx: Tx, actor: Actor, contacts: list[Contact]) -> None:
    await store.restore(tx, contacts)
    await audit.record_restored(tx, actor, contacts)
    await events.emit(tx, actor, "crm.contact.restored", *contacts)


async def _hide(
    tx: Tx, actor: Actor, contacts: list[Contact], *, deleted_with: str | None = None
) -> None:
    await store.hide(tx, contacts, deleted_with)
    await audit.record_deleted(tx, actor, contacts)
    await events.emit(tx, actor, "crm.contact.deleted", *contacts)
