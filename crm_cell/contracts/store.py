"""Contracts in SQL."""

import msgspec

from crm_cell.contracts.rules import Contract
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import DuplicateContractNo, IdempotentConflict
from crm_cell.kernel.money import MAX_CENTS
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.changes import assignments
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.errors import UniqueViolation
from crm_cell.storage.pages import newest_first
from crm_cell.storage.scope import OWN_DEALS_OF_CUSTOMER, counted, owned, readable

_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, customer_id, opportunity_id, owner_id,"
    " contract_no, contract_no_key, amount_cents, currency, status, signed_at, paid_cents,"
    " request_key, request_id"
)


async def insert(tx: Tx, contract: Contract) -> None:
    """Raises IdempotentConflict for a key or a request id that was used before, however long ago,
    else DuplicateContractNo: a repeated request repeats the number too."""
    inserted = await tx.run(
        f"INSERT INTO contracts ({_COLUMNS}) VALUES (:tenant_id, :id, :version, :created_at,"
        " :updated_at, :customer_id, :opportunity_id, :owner_id, :contract_no,"
        " :contract_no_key, :amount_cents, :currency, :status, :signed_at, :paid_cents,"
        " :request_key, :request_id) ON CONFLICT DO NOTHING",
        **msgspec.structs.asdict(contract),
    )
    if not inserted and await _is_entered(tx, contract):
        raise IdempotentConflict("idempotent_money")
    if not inserted:
        raise DuplicateContractNo
    await _count(tx, contract)


async def _is_entered(tx: Reader, contract: Contract) -> bool:
    found = await tx.one(
        "SELECT 1 FROM contracts WHERE tenant_id = :tenant AND request_key = :key"
        " UNION ALL SELECT 1 FROM contracts WHERE tenant_id = :tenant AND request_id = :request_id"
        " LIMIT 1",
        tenant=contract.tenant_id,
        key=contract.request_key,
        request_id=contract.request_id,
    )
    return found is not None


async def find(tx: Reader, actor: Actor, contract_id: str) -> Contract | None:
    """The contract, if it exists for this caller."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM contracts WHERE tenant_id = :tenant AND id = :id"
        f"{readable(actor, 'contracts')}"
        f"{tx.for_update}",
        tenant=actor.tenant,
        id=contract_id,
        owner=actor.owner,
    )
    return Contract(*row) if row else None


async def reads(tx: Reader, actor: Actor, contract_id: str) -> bool:
    row = await tx.one(
        "SELECT 1 FROM contracts WHERE tenant_id = :tenant AND id = :id"
        + readable(actor, "contracts"),
        tenant=actor.tenant,
        id=contract_id,
        owner=actor.owner,
    )
    return row is not None


async def page(
    tx: Reader, actor: Actor, asked: PageRequest, customer_id: str | None
) -> Slice[Contract]:
    counter = await _counter(tx, actor, customer_id)
    narrowed = owned(actor)
    if customer_id is not None:
        sees_all_of_it = counter is not None
        of_deals = "" if sees_all_of_it else readable(actor, "contracts")
        narrowed = f" AND customer_id = :customer{of_deals}"
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM contracts WHERE tenant_id = :tenant{narrowed}",
        Contract,
        asked,
        total=await counters.read(tx, actor.tenant, *counter)
        if counter
        else await _count_of_own_deals(tx, actor, customer_id),
        counter=counter,
        tenant=actor.tenant,
        customer=customer_id,
        owner=actor.owner,
    )


async def update(tx: Tx, before: Contract, after: Contract) -> None:
    """Raises DuplicateContractNo. What has been paid never differs here: only payments move it."""
    try:
        await tx.run(
            f"UPDATE contracts SET {assignments(before, after)}"
            " WHERE tenant_id = :tenant_id AND id = :id",
            **msgspec.structs.asdict(after),
        )
    except UniqueViolation as violation:
        raise DuplicateContractNo from violation


async def add_paid(tx: Tx, contract: Contract, amount: int) -> bool:
    """Add a payment, unless the sum would outgrow an int64: then it tells False."""
    added = await tx.run(
        "UPDATE contracts SET paid_cents = paid_cents + :amount, version = version + 1,"
        " updated_at = :now WHERE tenant_id = :tenant AND id = :id AND paid_cents <= :most",
        amount=amount,
        now=tx.now,
        tenant=contract.tenant_id,
        id=contract.id,
        most=MAX_CENTS - amount,
    )
    return added == 1


async def customer_has_any(tx: Reader, tenant: str, customer_id: str) -> bool:
    """Asks the table, not the counter: money must not vanish because a count went wrong."""
    row = await tx.one(
        "SELECT 1 FROM contracts WHERE tenant_id = :tenant AND customer_id = :customer LIMIT 1",
        tenant=tenant,
        customer=customer_id,
    )
    return row is not None


async def ids_of_customer(tx: Reader, tenant: str, customer_id: str) -> list[str]:
    rows = await tx.all(
        "SELECT id FROM contracts WHERE tenant_id = :tenant AND customer_id = :customer",
        tenant=tenant,
        customer=customer_id,
    )
    return [row[0] for row in rows]


async def of_customer(
    tx: Reader, tenant: str, customer_id: str, *, after: str, most: int
) -> list[Contract]:
    """In the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM contracts WHERE tenant_id = :tenant AND customer_id = :customer"
        " AND id > :after ORDER BY id LIMIT :most",
        tenant=tenant,
        customer=customer_id,
        after=after,
        most=most,
    )
    return [Contract(*row) for row in rows]


async def hand_over(
    tx: Tx, tenant: str, customer_id: str, before: str | None, after: str | None
) -> None:
    """Let a customer's contracts be seen by its owner `after`, no longer by `before`."""
    moved = await tx.run(
        "UPDATE contracts SET owner_id = :owner, version = version + 1"
        " WHERE tenant_id = :tenant AND customer_id = :customer",
        owner=after,
        tenant=tenant,
        customer=customer_id,
    )
    await counters.hand_over(tx, tenant, "contracts.owner", before, after, moved)


async def _counter(tx: Reader, actor: Actor, customer_id: str | None) -> Counter | None:
    """What counts the contracts that the caller sees, if anything does."""
    if customer_id is None:
        return counted(actor, "contracts")
    if await _sees_all_contracts_of(tx, actor, customer_id):
        return "contracts.customer", customer_id
    return None


async def _sees_all_contracts_of(tx: Reader, actor: Actor, customer_id: str) -> bool:
    """All contracts of a customer have its owner, so any one of them tells."""
    if actor.sees_all:
        return True
    row = await tx.one(
        "SELECT owner_id FROM contracts WHERE tenant_id = :tenant AND customer_id = :customer"
        " LIMIT 1",
        tenant=actor.tenant,
        customer=customer_id,
    )
    return row is not None and actor.may_see(row[0])


async def _count_of_own_deals(tx: Reader, actor: Actor, customer_id: str | None) -> int:
    """Of a colleague's customer those that name an opportunity of the caller's: a few."""
    row = await tx.one(
        "SELECT count(*) FROM contracts WHERE tenant_id = :tenant"
        f" AND opportunity_id IN ({OWN_DEALS_OF_CUSTOMER})",
        tenant=actor.tenant,
        customer=customer_id,
        owner=actor.owner,
    )
    return int(row[0]) if row else 0


async def _count(tx: Tx, contract: Contract) -> None:
    keys = [
        ("contracts", None),
        ("contracts.owner", contract.owner_id),
        ("contracts.customer", contract.customer_id),
    ]
    await counters.add_all(tx, contract.tenant_id, keys)
