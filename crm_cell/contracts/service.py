"""What can be done with contracts, and what they forbid to be done with customers."""

from typing import Any

from crm_cell.audit import service as audit
from crm_cell.contracts import rules, store
from crm_cell.contracts.rules import Contract
from crm_cell.customers import service as customers
from crm_cell.customers.service import Customer, Handover
from crm_cell.events import service as events
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, NotFound, RuleViolation
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.opportunities import service as opportunities
from crm_cell.storage.engine import Reader, Tx


async def create(
    tx: Tx, actor: Actor, *, customer_id: str, opportunity_id: str | None = None, **members: Any
) -> Contract:
    customer = await customers.read_for_body(tx, actor, customer_id)
    _check_that_a_deal_is_named(actor, customer.owner_id, opportunity_id)
    if opportunity_id is not None:
        await _check_opportunity(tx, actor, opportunity_id, customer.id)
    contract = rules.new_contract(
        actor,
        new_id(tx.id_time),
        tx.now,
        customer_id=customer.id,
        owner_id=customer.owner_id,
        opportunity_id=opportunity_id,
        **members,
    )
    await store.insert(tx, contract)
    await audit.record(tx, actor, "created", after=contract)
    await events.emit(tx, actor, "crm.contract.created", contract)
    await _tell_if_signed(tx, actor, None, contract)
    return contract


async def get(tx: Reader, actor: Actor, contract_id: str) -> Contract:
    """Raises NotFound, also for one of another owner's customer that names no deal of the
    caller's."""
    contract = await store.find(tx, actor, contract_id)
    if contract is None:
        raise NotFound("contract_not_found")
    return contract


async def named_in_body(tx: Reader, actor: Actor, contract_id: str) -> Contract:
    """The contract that a payment is for; raises RuleViolation where there is none, or where its
    customer is a colleague's."""
    contract = await store.find(tx, actor, contract_id)
    if contract is None:
        raise RuleViolation("contract_not_found")
    if not actor.may_see(contract.owner_id):
        raise RuleViolation("customer_of_colleague")
    return contract


async def list_(
    tx: Reader, actor: Actor, asked: PageRequest, *, customer_id: str | None = None
) -> Slice[Contract]:
    return await store.page(tx, actor, asked, customer_id)


async def update(tx: Tx, actor: Actor, before: Contract, changes: dict[str, Any]) -> Contract:
    if not changes:
        return before
    deal = changes.get("opportunity_id", before.opportunity_id)
    _check_that_a_deal_is_named(actor, before.owner_id, deal)
    if changes.get("opportunity_id") is not None:
        await _check_opportunity(tx, actor, changes["opportunity_id"], before.customer_id)
    after = rules.changed(before, changes, tx.now)
    await store.update(tx, before, after)
    await audit.record(tx, actor, "updated", before=before, after=after)
    await _tell_if_signed(tx, actor, before, after)
    return after


async def add_payment(tx: Tx, contract: Contract, amount_cents: int) -> None:
    """Count a payment towards the contract; its audit entry is the payment's."""
    if not await store.add_paid(tx, contract, amount_cents):
        raise RuleViolation("paid_too_large")


async def recheck(tx: Reader, actor: Actor, contract_id: str) -> None:
    """Raises NotFound where a stored answer shows a contract that is no longer the caller's."""
    if not await store.reads(tx, actor, contract_id):
        raise NotFound("contract_not_found")


async def ids_of_customer(tx: Reader, tenant: str, customer_id: str) -> list[str]:
    return await store.ids_of_customer(tx, tenant, customer_id)


async def of_customer(
    tx: Reader, tenant: str, customer_id: str, *, after: str, most: int
) -> list[Contract]:
    """In the order of their ids."""
    return await store.of_customer(tx, tenant, customer_id, after=after, most=most)


async def customer_has_any(tx: Reader, tenant: str, customer_id: str) -> bool:
    return await store.customer_has_any(tx, tenant, customer_id)


async def customer_deleted(tx: Tx, actor: Actor, customer: Customer) -> None:
    """Raises Conflict where there are contracts: money records never vanish."""
    if await store.customer_has_any(tx, actor.tenant, customer.id):
        raise Conflict("customer_has_contracts")


async def customer_restored(tx: Tx, actor: Actor, customer: Customer) -> None:
    """Nothing to restore: a customer with contracts is not deleted."""


async def customer_handed_over(tx: Tx, handover: Handover) -> None:
    before, after = handover.before, handover.after
    await store.hand_over(tx, after.tenant_id, after.id, before.owner_id, after.owner_id)


def _check_that_a_deal_is_named(actor: Actor, owner: str | None, deal: str | None) -> None:
    """With a colleague's customer one writes contracts for one's own opportunities only."""
    if deal is None and not actor.may_see(owner):
        raise RuleViolation("name_your_opportunity")


async def _check_opportunity(
    tx: Reader, actor: Actor, opportunity_id: str, customer_id: str
) -> None:
    opportunity = await opportunities.named_in_body(tx, actor, opportunity_id)
    if opportunity.customer_id != customer_id:
        raise RuleViolation("opportunity_of_other_customer")


async def _tell_if_signed(tx: Tx, actor: Actor, before: Contract | None, after: Contract) -> None:
    if rules.becomes_signed(before, after):
        await events.emit(tx, actor, "crm.contract.signed", after)
