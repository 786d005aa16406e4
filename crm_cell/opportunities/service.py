"""What can be done with opportunities, and what they add up to."""

from typing import Any

from crm_cell.audit import service as audit
from crm_cell.customers import service as customers
from crm_cell.events import service as events
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Kept
from crm_cell.kernel.errors import NotFound, RuleViolation
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.opportunities import rules, store
from crm_cell.opportunities.rules import STAGES as STAGES  # noqa: PLC0414 - reports name them
from crm_cell.opportunities.rules import Change, Opportunity
from crm_cell.opportunities.rules import FunnelRow as FunnelRow  # noqa: PLC0414 - likewise
from crm_cell.storage.engine import Reader, Tx

# Opportunities are hidden with their customer this many at a time, in constant memory.
_BATCH = 500


async def create(tx: Tx, actor: Actor, *, customer_id: str, **members: Any) -> Opportunity:
    """Raises RuleViolation where there is no such customer, or stage and status disagree."""
    customer = await customers.named_in_body(tx, actor, customer_id)
    opportunity = rules.new_opportunity(
        actor,
        new_id(tx.id_time),
        tx.now,
        customer_id=customer.id,
        customers_owner=customer.owner_id,
        **members,
    )
    await store.insert(tx, opportunity)
    await audit.record(tx, actor, "created", after=opportunity)
    await events.emit(tx, actor, "crm.opportunity.created", opportunity)
    await _follow(tx, actor, None, opportunity)
    return opportunity


async def get(tx: Reader, actor: Actor, opportunity_id: str) -> Opportunity:
    """Raises NotFound, for another owner's opportunity with another owner's customer too."""
    opportunity = await store.find(tx, actor, opportunity_id, tx.for_update)
    if opportunity is None:
        raise NotFound("opportunity_not_found")
    return opportunity


async def reads(tx: Reader, actor: Actor, opportunity_id: str) -> bool:
    """Whether it is there, and the caller sees it."""
    return await store.find(tx, actor, opportunity_id) is not None


async def named_in_body(tx: Reader, actor: Actor, opportunity_id: str) -> Opportunity:
    """The opportunity that a body refers to; raises RuleViolation where there is none."""
    opportunity = await store.find(tx, actor, opportunity_id)
    if opportunity is None:
        raise RuleViolation("opportunity_not_found")
    return opportunity


async def list_(
    tx: Reader, actor: Actor, customer_id: str | None, asked: PageRequest
) -> Slice[Opportunity]:
    """The caller's own; of a customer of theirs all, whoever owns them."""
    if customer_id is None:
        return await store.page(tx, actor, asked)
    whole = await customers.owns(tx, actor, customer_id)
    return await store.page_of_customer(tx, actor, customer_id, asked, whole=whole)


async def history(
    tx: Reader, actor: Actor, opportunity_id: str, asked: PageRequest
) -> Slice[Change]:
    return await store.history(tx, await get(tx, actor, opportunity_id), asked)


async def update(tx: Tx, actor: Actor, before: Opportunity, changes: dict[str, Any]) -> Opportunity:
    if not changes:
        return before
    last_open = await store.stage_when_last_open(tx, before) if "status" in changes else None
    after = rules.changed(actor, before, changes, tx.now, last_open=last_open)
    await store.update(tx, before, after)
    await audit.record(tx, actor, "updated", before=before, after=after)
    await events.emit(tx, actor, "crm.opportunity.updated", after)
    await _follow(tx, actor, before, after)
    return after


async def delete(tx: Tx, actor: Actor, opportunity: Opportunity) -> None:
    await _hide(tx, actor, [opportunity])


async def restore(tx: Tx, actor: Actor, opportunity_id: str) -> Opportunity:
    """One that is not deleted stays as it is.

    Raises NotFound, and Conflict where its customer is deleted or has been erased.
    """
    hidden, deleted_at = await _kept_of(tx, actor, opportunity_id)
    if deleted_at is None:
        return hidden
    await customers.parent_of_restored(tx, actor.tenant, hidden.customer_id)
    hidden, deleted_at = await _kept_of(tx, actor, opportunity_id, tx.for_update)
    if deleted_at is None:
        return hidden
    opportunity = rules.restored(hidden, tx.now)
    await _restore(tx, actor, [opportunity])
    return opportunity


async def _kept_of(tx: Tx, actor: Actor, opportunity_id: str, lock: str = "") -> Kept[Opportunity]:
    """Hidden or not; raises NotFound as `get` does."""
    kept = await store.kept(tx, actor.tenant, opportunity_id, lock)
    if kept is None or not await store.reads(tx, actor, opportunity_id):
        raise NotFound("opportunity_not_found")
    return kept


async def kept_of_customer(
    tx: Reader, tenant: str, customer_id: str, *, after: str, most: int
) -> list[Kept[Opportunity]]:
    """Hidden ones too, in the order of their ids."""
    return await store.kept_of_customer(tx, tenant, customer_id, after=after, most=most)


async def erase_some(tx: Tx, tenant: str, customer_id: str, *, most: int) -> list[str]:
    """Delete some of a customer's for good, and tell which they were. Nothing may refer to them any
    more."""
    kept = await store.kept_of_customer(
        tx, tenant, customer_id, after="", most=most, lock=tx.for_deletion
    )
    await store.erase(tx, kept)
    return [each.id for each, _ in kept]


async def make_anonymous(
    tx: Tx, tenant: str, customer_id: str, *, after: str, most: int
) -> str | None:
    """Replace the titles of some of a customer's; the last one's id where there may be more.

    Their figures stay, and no audit entry says what the titles were.
    """
    kept = await store.kept_of_customer(
        tx, tenant, customer_id, after=after, most=most, lock=tx.for_update
    )
    titled = [each for each, _ in kept if each.title != rules.ERASED]
    await store.retitle(tx, titled, rules.ERASED)
    return kept[-1][0].id if len(kept) == most else None


async def recheck(tx: Reader, actor: Actor, opportunity_id: str) -> None:
    """Raises NotFound where a stored answer shows one that is no longer the caller's."""
    if not await store.reads(tx, actor, opportunity_id):
        raise NotFound("opportunity_not_found")


async def total(tx: Reader, actor: Actor) -> int:
    return await store.total(tx, actor)


async def funnel_rows(
    tx: Reader, actor: Actor, *, owner: str | None = None, currency: str | None = None
) -> list[FunnelRow]:
    """The funnel as it stands, by stage, status and currency: sums that are kept, not scanned."""
    return await store.funnel(tx, actor, named=owner, currency=currency)


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
    return await store.funnel_between(tx, actor, begin, end, named=owner, currency=currency)


async def delete_some(tx: Tx, actor: Actor, customer_id: str, *, most: int = _BATCH) -> int:
    """Some of a customer's, and how many they were."""
    found = await store.some_of(tx, actor.tenant, customer_id, most=most)
    await _hide(tx, actor, found, deleted_with=customer_id)
    return len(found)


async def customer_deleted(tx: Tx, actor: Actor, customer: customers.Customer) -> None:
    """Whoever owns them: opportunities vanish with their customer."""
    while await delete_some(tx, actor, customer.id):
        pass


async def customer_restored(tx: Tx, actor: Actor, customer: customers.Customer) -> None:
    after = ""
    while hidden := await store.hidden_with(
        tx, actor.tenant, customer.id, after=after, most=_BATCH
    ):
        after = hidden[-1].id
        await _restore(tx, actor, [rules.restored(each, tx.now) for each in hidden])


async def customer_handed_over(tx: Tx, handover: customers.Handover) -> None:
    """Opportunities have owners of their own, and stay with them unless it is asked for."""
    if handover.with_opportunities:
        customer, owner = handover.after, handover.before.owner_id
        changes = {"owner_id": customer.owner_id}
        for each in await store.open_of(tx, customer.tenant_id, customer.id, owner):
            await update(tx, handover.actor, each, changes)


async def _follow(tx: Tx, actor: Actor, before: Opportunity | None, after: Opportunity) -> None:
    """Keep the history of stage and status, and tell when it has come to an end."""
    change = rules.step(actor, new_id(tx.id_time), tx.now, before, after)
    if change is not None:
        await store.add_change(tx, change)
    if rules.has_closed(before, after):
        await events.emit(tx, actor, "crm.opportunity.closed", after)


async def _restore(tx: Tx, actor: Actor, opportunities: list[Opportunity]) -> None:
    await store.restore(tx, opportunities)
    await audit.record_restored(tx, actor, opportunities)
    await events.emit(tx, actor, "crm.opportunity.restored", *opportunities)


async def _hide(
    tx: Tx, actor: Actor, opportunities: list[Opportunity], *, deleted_with: str | None = None
) -> None:
    await store.hide(tx, opportunities, deleted_with)
    await audit.record_deleted(tx, actor, opportunities)
    await events.emit(tx, actor, "crm.opportunity.deleted", *opportunities)
