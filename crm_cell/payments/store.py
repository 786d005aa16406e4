"""Payments in SQL."""

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import IdempotentConflict
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.payments.rules import Payment
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.pages import newest_first
from crm_cell.storage.scope import counted, owned, owned_among

_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, contract_id, owner_id, amount_cents,"
    " currency, payment_at, remark, request_key, request_id"
)


async def insert(tx: Tx, payment: Payment) -> None:
    """Raises IdempotentConflict for a key or request id that was used before, however long ago."""
    inserted = await tx.run(
        f"INSERT INTO payments ({_COLUMNS}) VALUES (:tenant_id, :id, :version, :created_at,"
        " :updated_at, :contract_id, :owner_id, :amount_cents, :currency, :payment_at, :remark,"
        " :request_key, :request_id) ON CONFLICT DO NOTHING",
        **msgspec.structs.asdict(payment),
    )
    if not inserted:
        raise IdempotentConflict("idempotent_money")
    await _count(tx, payment)


async def find(tx: Reader, actor: Actor, payment_id: str) -> Payment | None:
    """The payment, if it exists for this caller."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM payments WHERE tenant_id = :tenant AND id = :id{owned(actor)}",
        tenant=actor.tenant,
        id=payment_id,
        owner=actor.owner,
    )
    return Payment(*row) if row else None


async def owner_of(tx: Reader, tenant: str, payment_id: str) -> str | None:
    row = await tx.one(
        "SELECT owner_id FROM payments WHERE tenant_id = :tenant AND id = :id",
        tenant=tenant,
        id=payment_id,
    )
    return row[0] if row else None


async def page(
    tx: Reader, actor: Actor, asked: PageRequest, contract_id: str | None
) -> Slice[Payment]:
    narrowed = owned(actor)
    if contract_id is not None:
        narrowed = f" AND contract_id = :contract{owned_among(actor)}"
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM payments WHERE tenant_id = :tenant{narrowed}",
        Payment,
        asked,
        total=await _total(tx, actor, contract_id),
        counter=_counter(actor, contract_id),
        tenant=actor.tenant,
        contract=contract_id,
        owner=actor.owner,
    )


async def of_contract(
    tx: Reader, tenant: str, contract_id: str, *, after: str, most: int
) -> list[Payment]:
    """In the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM payments WHERE tenant_id = :tenant AND contract_id = :contract"
        " AND id > :after ORDER BY id LIMIT :most",
        tenant=tenant,
        contract=contract_id,
        after=after,
        most=most,
    )
    return [Payment(*row) for row in rows]


async def hand_over(
    tx: Tx, tenant: str, contract_ids: list[str], before: str | None, after: str | None
) -> None:
    """Let the payments of these contracts be seen by `after`, no longer by `before`."""
    moved = await tx.many(
        "UPDATE payments SET owner_id = :owner, version = version + 1"
        " WHERE tenant_id = :tenant AND contract_id = :contract RETURNING id",
        ({"owner": after, "tenant": tenant, "contract": contract} for contract in contract_ids),
    )
    await counters.hand_over(tx, tenant, "payments.owner", before, after, len(moved))


async def _total(tx: Reader, actor: Actor, contract_id: str | None) -> int:
    if contract_id is not None and not await _sees_payments_of(tx, actor, contract_id):
        return 0
    return await counters.read(tx, actor.tenant, *_counter(actor, contract_id))


def _counter(actor: Actor, contract_id: str | None) -> Counter:
    """What counts the payments that the caller sees, of a contract that they see."""
    if contract_id is not None:
        return "payments.contract", contract_id
    return counted(actor, "payments")


async def _sees_payments_of(tx: Reader, actor: Actor, contract_id: str) -> bool:
    """All payments for a contract have its owner, so any one of them tells."""
    if actor.sees_all:
        return True
    row = await tx.one(
        "SELECT owner_id FROM payments WHERE tenant_id = :tenant AND contract_id = :contract"
        " LIMIT 1",
        tenant=actor.tenant,
        contract=contract_id,
    )
    return row is not None and actor.may_see(row[0])


async def _count(tx: Tx, payment: Payment) -> None:
    keys = [
        ("payments", None),
        ("payments.owner", payment.owner_id),
        ("payments.contract", payment.contract_id),
    ]
    await counters.add_all(tx, payment.tenant_id, keys)
