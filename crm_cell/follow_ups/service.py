"""What can be done with follow-ups."""

from typing import Any

from crm_cell.audit import service as audit
from crm_cell.contacts import service as contacts
from crm_cell.customers import service as customers
from crm_cell.events import service as events
from crm_cell.follow_ups import rules, store
from crm_cell.follow_ups.rules import Filter, FollowUp
from crm_cell.follow_ups.rules import Of as Of  # noqa: PLC0414 - who asks for theirs says it
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Kept
from crm_cell.kernel.errors import Conflict, NotFound, RuleViolation
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.opportunities import service as opportunities
from crm_cell.storage.engine import Reader, Tx

# Follow-ups are hidden with their customer this many at a time: one may hold 40 KB of text.
_BATCH = 100


async def create(tx: Tx, actor: Actor, **members: Any) -> FollowUp:
    """Raises RuleViolation where what it mentions does not exist, or does not agree."""
    belongs = await _belongs(tx, actor, None, members)
    follow_up = rules.new_follow_up(actor, new_id(tx.id_time), tx.now, **(members | belongs))
    await store.insert(tx, follow_up)
    await audit.record(tx, actor, "created", after=follow_up)
    await events.emit(tx, actor, "crm.follow_up.created", follow_up)
    return follow_up


async def get(tx: Reader, actor: Actor, follow_up_id: str) -> FollowUp:
    """Raises NotFound, also for one of another owner's customer that names no deal of the
    caller's."""
    follow_up = await store.find(tx, actor, follow_up_id)
    if follow_up is None:
        raise NotFound("follow_up_not_found")
    return follow_up


async def list_(tx: Reader, actor: Actor, wanted: Filter, asked: PageRequest) -> Slice[FollowUp]:
    return await store.page(tx, actor, wanted, asked)


async def update(tx: Tx, actor: Actor, before: FollowUp, changes: dict[str, Any]) -> FollowUp:
    """Raises RuleViolation where what it comes to mention does not exist, or does not agree."""
    if changes.keys() & {"customer_id", "opportunity_id", "contact_id"}:
        changes = changes | await _belongs(tx, actor, before, changes)
    after = rules.changed(before, changes, tx.now)
    if after is before:
        return before
    await store.update(tx, before, after)
    await audit.record(tx, actor, "updated", before=before, after=after)
    await events.emit(tx, actor, "crm.follow_up.updated", after)
    return after


async def delete(tx: Tx, actor: Actor, follow_up: FollowUp) -> None:
    await _hide(tx, actor, [follow_up])


async def restore(tx: Tx, actor: Actor, follow_up_id: str) -> FollowUp:
    """One that is not deleted stays as it is. A deleted opportunity or contact that it names is no
    obstacle: a live follow-up may name one, too.

    Raises NotFound, and Conflict where its customer is deleted or somebody has been erased.
    """
    hidden, deleted_at = await _kept_of(tx, actor, follow_up_id)
    if deleted_at is None:
        return hidden
    owner_id = hidden.owner_id
    if hidden.customer_id is not None:
        customer = await customers.parent_of_restored(tx, actor.tenant, hidden.customer_id)
        owner_id = customer.owner_id
    hidden, deleted_at = await _kept_of(tx, actor, follow_up_id, tx.for_update)
    if deleted_at is None:
        return hidden
    if hidden.contact_id and await contacts.is_erased(tx, actor.tenant, hidden.contact_id):
        raise Conflict("restore_erased")
    follow_up = rules.restored(hidden, owner_id, tx.now)
    await _restore(tx, actor, [follow_up])
    return follow_up


async def _kept_of(tx: Tx, actor: Actor, follow_up_id: str, lock: str = "") -> Kept[FollowUp]:
    """Hidden or not; raises NotFound as `get` does."""
    kept = await store.kept(tx, actor.tenant, follow_up_id, lock)
    if kept is None:
        raise NotFound("follow_up_not_found")
    owner_id = kept[0].owner_id
    if kept[0].customer_id is not None:
        owner_id = await customers.owner_of(tx, actor.tenant, kept[0].customer_id)
    deal = kept[0].opportunity_id
    if actor.may_see(owner_id) or (deal and await opportunities.reads(tx, actor, deal)):
        return kept
    raise NotFound("follow_up_not_found")


async def keep_hidden(tx: Tx, tenant: str, contact_id: str) -> None:
    """Those that name a contact no longer come back with the customer that they went with."""
    await store.keep_hidden(tx, tenant, contact_id)


async def kept_of(
    tx: Reader, tenant: str, of: Of, *, after: str, most: int
) -> list[Kept[FollowUp]]:
    """Hidden ones too, in the order of their ids."""
    return await store.kept_of(tx, tenant, of, after=after, most=most)


async def erase_some(tx: Tx, tenant: str, of: Of, *, most: int) -> list[str]:
    """Delete some for good, and tell which they were."""
    kept = await store.kept_of(tx, tenant, of, after="", most=most, lock=tx.for_deletion)
    await store.erase(tx, kept)
    return [each.id for each, _ in kept]


async def delete_some(tx: Tx, actor: Actor, of: Of, *, most: int = _BATCH) -> int:
    """Some of those, and how many they were."""
    found = await store.live_of(tx, actor.tenant, of, most=most)
    if found:
        await _hide(tx, actor, found, deleted_with=of.customer_id)
    return len(found)


async def recheck(tx: Reader, actor: Actor, follow_up_id: str) -> None:
    """Raises NotFound where a stored answer shows one that is no longer the caller's."""
    if not await store.reads(tx, actor, follow_up_id):
        raise NotFound("follow_up_not_found")


async def total(tx: Reader, actor: Actor) -> int:
    return await store.total(tx, actor)


async def customer_deleted(tx: Tx, actor: Actor, customer: customers.Customer) -> None:
    while await delete_some(tx, actor, Of(customer_id=customer.id)):
        pass


async def customer_restored(tx: Tx, actor: Actor, customer: customers.Customer) -> None:
    """But for those that name a contact who is being erased."""
    erased = await contacts.erased_of(tx, actor.tenant, customer.id)
    after = ""
    while hidden := await store.hidden_with(
        tx, actor.tenant, customer.id, after=after, most=_BATCH
    ):
        after = hidden[-1].id
        restored = [
            rules.restored(each, customer.owner_id, tx.now)
            for each in hidden
            if each.contact_id not in erased
        ]
        if restored:
            await _restore(tx, actor, restored)


async def customer_handed_over(tx: Tx, handover: customers.Handover) -> None:
    before, after = handover.before, handover.after
    await store.hand_over(
        tx, after.tenant_id, after.id, before=before.owner_id, after=after.owner_id
    )


async def _belongs(
    tx: Tx, actor: Actor, before: FollowUp | None, wanted: dict[str, Any]
) -> dict[str, str | None]:
    """The customer and the owner of a follow-up that is to mention what `wanted` says."""
    given = wanted.get("customer_id", before.customer_id if before else None)
    kept = before.customer_id if before else None
    if given not in (None, kept):
        await customers.read_for_body(tx, actor, given)
    customer_id = rules.customer_of(
        given,
        of_opportunity=await _customer_of_opportunity(tx, actor, before, wanted),
        of_contact=await _customer_of_contact(tx, actor, before, wanted),
    )
    belongs = await _customer_and_owner(tx, actor, before, customer_id)
    deal = wanted.get("opportunity_id", before.opportunity_id if before else None)
    if deal is None and not actor.may_see(belongs["owner_id"]):
        raise RuleViolation("name_your_opportunity")
    return belongs


async def _customer_and_owner(
    tx: Tx, actor: Actor, before: FollowUp | None, customer_id: str | None
) -> dict[str, str | None]:
    if before is not None and customer_id in (None, before.customer_id):
        return {"customer_id": customer_id, "owner_id": before.owner_id}
    if customer_id is None:
        return {"customer_id": None, "owner_id": actor.owner}
    customer = await customers.read_for_body(tx, actor, customer_id)
    return {"customer_id": customer.id, "owner_id": customer.owner_id}


async def _customer_of_opportunity(
    tx: Tx, actor: Actor, before: FollowUp | None, wanted: dict[str, Any]
) -> str | None:
    """An opportunity mentioned before is not looked up: it may be deleted, and did agree."""
    if "opportunity_id" not in wanted:
        return before.customer_id if before and before.opportunity_id else None
    if wanted["opportunity_id"] is None:
        return None
    return (await opportunities.named_in_body(tx, actor, wanted["opportunity_id"])).customer_id


async def _customer_of_contact(
    tx: Tx, actor: Actor, before: FollowUp | None, wanted: dict[str, Any]
) -> str | None:
    """A contact mentioned before is not looked up: it may be deleted, and did agree."""
    if "contact_id" not in wanted:
        return before.customer_id if before and before.contact_id else None
    if wanted["contact_id"] is None:
        return None
    return (await contacts.named_in_body(tx, actor, wanted["contact_id"])).customer_id


async def _restore(tx: Tx, actor: Actor, follow_ups: list[FollowUp]) -> None:
    await store.restore(tx, follow_ups)
    await audit.record_restored(tx, actor, follow_ups)
    await events.emit(tx, actor, "crm.follow_up.restored", *follow_ups)


async def _hide(
    tx: Tx, actor: Actor, follow_ups: list[FollowUp], *, deleted_with: str | None = None
) -> None:
    await store.hide(tx, follow_ups, deleted_with)
    await audit.record_deleted(tx, actor, follow_ups)
    await events.emit(tx, actor, "crm.follow_up.deleted", *follow_ups)
