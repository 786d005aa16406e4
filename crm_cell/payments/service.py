"""What can be done with payments: enter them and read them."""

from crm_cell.audit import service as audit
from crm_cell.contracts import service as contracts
from crm_cell.customers.service import Customer, Handover
from crm_cell.events import service as events
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import NotFound
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.payments import rules, store
from crm_cell.payments.rules import Payment
from crm_cell.storage.engine import Reader, Tx


async def register(
    tx: Tx,
    actor: Actor,
    *,
    contract_id: str,
    amount_cents: int,
    payment_at: str,
    remark: str | None = None,
) -> Payment:
    """Enter a payment, and count it towards its contract in the same transaction."""
    contract = await contracts.named_in_body(tx, actor, contract_id)
    payment = rules.new_payment(
        actor,
        new_id(tx.id_time),
        tx.now,
        contract_id=contract.id,
        owner_id=contract.owner_id,
        currency=contract.currency,
        amount_cents=amount_cents,
        payment_at=payment_at,
        remark=remark,
    )
    await store.insert(tx, payment)
    await contracts.add_payment(tx, contract, amount_cents)
    await audit.record(tx, actor, "created", after=payment)
    await events.emit(tx, actor, "crm.payment.registered", payment)
    return payment


async def get(tx: Reader, actor: Actor, payment_id: str) -> Payment:
    """Raises NotFound, for a payment of another owner's customer too."""
    payment = await store.find(tx, actor, payment_id)
    if payment is None:
        raise NotFound("payment_not_found")
    return payment


async def list_(
    tx: Reader, actor: Actor, asked: PageRequest, *, contract_id: str | None = None
) -> Slice[Payment]:
    return await store.page(tx, actor, asked, contract_id)


async def of_contract(
    tx: Reader, tenant: str, contract_id: str, *, after: str, most: int
) -> list[Payment]:
    """In the order of their ids."""
    return await store.of_contract(tx, tenant, contract_id, after=after, most=most)


async def recheck(tx: Reader, actor: Actor, payment_id: str) -> None:
    """Raises NotFound where a stored answer shows a payment that is no longer the caller's."""
    if not actor.may_see(await store.owner_of(tx, actor.tenant, payment_id)):
        raise NotFound("payment_not_found")


async def customer_deleted(tx: Tx, actor: Actor, customer: Customer) -> None:
    """Nothing to hide: a customer with payments has contracts, and those refuse."""


async def customer_restored(tx: Tx, actor: Actor, customer: Customer) -> None:
    """Nothing to restore, likewise."""


async def customer_handed_over(tx: Tx, handover: Handover) -> None:
    before, after = handover.before, handover.after
    contract_ids = await contracts.ids_of_customer(tx, after.tenant_id, after.id)
    await store.hand_over(tx, after.tenant_id, contract_ids, before.owner_id, after.owner_id)
