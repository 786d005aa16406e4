"""Customers in SQL."""

from collections.abc import Iterable
from itertools import islice

import msgspec

from crm_cell.customers.rules import Customer
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Kept
from crm_cell.kernel.errors import DuplicateName
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.changes import assignments
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.errors import UniqueViolation
from crm_cell.storage.pages import newest_first
from crm_cell.storage.scope import counted, owned, owned_among, readable
from crm_cell.storage.seals import sealed_table, sought

SEALED = sealed_table("customers", Customer)
_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, name, name_key, contact_phone, contact_email,"
    " status, owner_id"
)
# Put together with "+", which leaves a text that nothing is added to the same object: to find out
# what a statement is takes longer than to look up that it is known.
_LIVE = f"SELECT {_COLUMNS} FROM customers WHERE tenant_id = :tenant AND deleted_at IS NULL"
_ONE = f"{_LIVE} AND id = :id"
# A parameter's name is made of small letters.
_NAMES = [f"id_{first}{second}" for first in "abcdefg" for second in "abcdefg"]
_SOME = f"{_LIVE} AND id IN (:{', :'.join(_NAMES)})"
_INSERT = (
    f"INSERT INTO customers ({_COLUMNS}, {SEALED.keys}) VALUES (:tenant_id, :id, :version,"
    " :created_at, :updated_at, :name, :name_key, :contact_phone, :contact_email, :status,"
    f" :owner_id, {SEALED.key_parameters})"
)


Wanted = dict[str, str | None]
"""By column, the number or address that is looked for, if any is."""


async def insert(tx: Tx, customer: Customer) -> None:
    """Raises DuplicateName: the index settles which of two simultaneous creates wins."""
    [row] = await tx.seals.keep(tx, SEALED, [msgspec.structs.asdict(customer)])
    try:
        await tx.run(_INSERT, **row)
    except UniqueViolation as violation:
        raise DuplicateName from violation
    await _count(tx, customer.tenant_id, customer.owner_id, 1)


async def insert_new_names(tx: Tx, tenant: str, customers: list[Customer]) -> set[str]:
    """Insert those whose name is free; tells the ids of the ones that went in.

    All are of one owner, with rising ids: asking back for the range of ids costs half of what
    RETURNING costs row by row.
    """
    if not customers:
        return set()
    await tx.many(
        f"{_INSERT} ON CONFLICT (tenant_id, name_key) WHERE deleted_at IS NULL DO NOTHING",
        await tx.seals.keep(tx, SEALED, map(msgspec.structs.asdict, customers)),
    )
    rows = await tx.all(
        "SELECT id FROM customers WHERE tenant_id = :tenant AND id BETWEEN :first AND :last",
        tenant=tenant,
        first=customers[0].id,
        last=customers[-1].id,
    )
    inserted = {row[0] for row in rows} & {customer.id for customer in customers}
    await _count(tx, tenant, customers[0].owner_id, len(inserted))
    return inserted


async def find(tx: Reader, actor: Actor, customer_id: str, lock: str) -> Customer | None:
    """The customer, if this caller reads it."""
    row = await tx.one(
        _ONE + readable(actor, "customers") + lock,
        tenant=actor.tenant,
        id=customer_id,
        owner=actor.owner,
    )
    return tx.seals.opening(SEALED, Customer)(*row) if row else None


async def find_many(tx: Reader, actor: Actor, ids: Iterable[str]) -> list[Customer]:
    """Those that exist for this caller, so many at a time that there is one statement for all."""
    found: list[Customer] = []
    asked = iter(ids)
    while some := list(islice(asked, len(_NAMES))):
        named = dict.fromkeys(_NAMES, "") | dict(zip(_NAMES, some, strict=False))
        rows = await tx.all(_SOME + owned(actor), tenant=actor.tenant, owner=actor.owner, **named)
        found += [tx.seals.opening(SEALED, Customer)(*row) for row in rows]
    return found


async def owner_of(tx: Reader, tenant: str, customer_id: str) -> str | None:
    """Whose it is or, deleted, was."""
    row = await tx.one(
        "SELECT owner_id FROM customers WHERE tenant_id = :tenant AND id = :id",
        tenant=tenant,
        id=customer_id,
    )
    return row[0] if row else None


async def owner_if_read(tx: Reader, actor: Actor, customer_id: str) -> tuple[str | None] | None:
    """Whose it is, if this caller reads it."""
    row = await tx.one(
        "SELECT owner_id FROM customers WHERE tenant_id = :tenant AND id = :id"
        f" AND deleted_at IS NULL{readable(actor, 'customers')}",
        tenant=actor.tenant,
        id=customer_id,
        owner=actor.owner,
    )
    return (row[0],) if row else None


async def reads(tx: Reader, actor: Actor, customer_id: str) -> bool:
    """Whether the caller reads it or, deleted, did."""
    row = await tx.one(
        "SELECT 1 FROM customers WHERE tenant_id = :tenant AND id = :id"
        + readable(actor, "customers"),
        tenant=actor.tenant,
        id=customer_id,
        owner=actor.owner,
    )
    return row is not None


async def page(
    tx: Reader, actor: Actor, asked: PageRequest, wanted: Wanted | None = None
) -> Slice[Customer]:
    if wanted:
        return await _found(tx, actor, wanted, asked)
    return await newest_first(
        tx,
        _LIVE + owned(actor),
        tx.seals.opening(SEALED, Customer),
        asked,
        total=await total(tx, actor),
        counter=_counter(actor),
        tenant=actor.tenant,
        owner=actor.owner,
    )


async def _found(tx: Reader, actor: Actor, wanted: Wanted, asked: PageRequest) -> Slice[Customer]:
    """Few have one number, so they are counted."""
    conditions, params = await sought(tx, SEALED, wanted)
    params |= {"tenant": actor.tenant, "owner": actor.owner}
    conditions += owned_among(actor)
    count = await tx.one(
        f"SELECT count(*) FROM customers WHERE tenant_id = :tenant AND deleted_at IS NULL"
        f"{conditions}",
        **params,
    )
    return await newest_first(
        tx,
        _LIVE + conditions,
        tx.seals.opening(SEALED, Customer),
        asked,
        total=count[0] if count else 0,
        counter=None,
        **params,
    )


async def kept_with_reach(
    tx: Reader, tenant: str, *, after: str, most: int
) -> list[Kept[Customer]]:
    """Those with a number or an address, hidden ones too, in the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS}, deleted_at FROM customers WHERE tenant_id = :tenant AND id > :after"
        " AND (contact_phone IS NOT NULL OR contact_email IS NOT NULL) ORDER BY id LIMIT :most",
        tenant=tenant,
        after=after,
        most=most,
    )
    customer = tx.seals.opening(SEALED, Customer)
    return [(customer(*row[:-1]), row[-1]) for row in rows]


async def kept(tx: Reader, tenant: str, customer_id: str, lock: str = "") -> Kept[Customer] | None:
    """The customer, also when it is hidden."""
    row = await tx.one(
        f"SELECT {_COLUMNS}, deleted_at FROM customers WHERE tenant_id = :tenant AND id = :id"
        f"{lock}",
        tenant=tenant,
        id=customer_id,
    )
    return (tx.seals.opening(SEALED, Customer)(*row[:-1]), row[-1]) if row else None


async def total(tx: Reader, actor: Actor) -> int:
    return await counters.read(tx, actor.tenant, *_counter(actor))


def _counter(actor: Actor) -> Counter:
    """What counts the customers that the caller sees."""
    return counted(actor, "customers")


async def update(tx: Tx, before: Customer, after: Customer) -> None:
    """Raises DuplicateName."""
    sealed = SEALED.changed(before, after)
    [row] = await tx.seals.keep(tx, SEALED, [msgspec.structs.asdict(after)], sealed)
    try:
        await tx.run(
            f"UPDATE customers SET {assignments(before, after, sealed)}"
            " WHERE tenant_id = :tenant_id AND id = :id",
            **row,
        )
    except UniqueViolation as violation:
        raise DuplicateName from violation
    await counters.recount(tx, before, after, {"customers.owner": "owner_id"})


async def hide(tx: Tx, customer: Customer) -> None:
    await tx.run(
        "UPDATE customers SET deleted_at = :now, version = version + 1"
        " WHERE tenant_id = :tenant AND id = :id",
        now=tx.now,
        tenant=customer.tenant_id,
        id=customer.id,
    )
    await _count(tx, customer.tenant_id, customer.owner_id, -1)


async def restore(tx: Tx, customer: Customer) -> None:
    """Raises DuplicateName where the name was taken in this very moment."""
    try:
        await tx.run(
            "UPDATE customers SET deleted_at = NULL, version = :version, updated_at = :now"
            " WHERE tenant_id = :tenant AND id = :id",
            version=customer.version,
            now=customer.updated_at,
            tenant=customer.tenant_id,
            id=customer.id,
        )
    except UniqueViolation as violation:
        raise DuplicateName from violation
    await counters.bring_back(tx, customer.tenant_id, _counters_of(customer.owner_id))


async def of_name(tx: Reader, tenant: str, name_key: str) -> Customer | None:
    """The one that has the name, if it is not hidden."""
    row = await tx.one(f"{_LIVE} AND name_key = :name_key", tenant=tenant, name_key=name_key)
    return tx.seals.opening(SEALED, Customer)(*row) if row else None


async def mark_erased(tx: Tx, customer: Customer) -> None:
    """From now on neither it nor what belongs to it can be restored."""
    await tx.run(
        "UPDATE customers SET erased_at = :now"
        " WHERE tenant_id = :tenant AND id = :id AND erased_at IS NULL",
        now=tx.now,
        tenant=customer.tenant_id,
        id=customer.id,
    )


async def is_erased(tx: Reader, customer: Customer) -> bool:
    row = await tx.one(
        "SELECT erased_at FROM customers WHERE tenant_id = :tenant AND id = :id",
        tenant=customer.tenant_id,
        id=customer.id,
    )
    return row is not None and row[0] is not None


async def erase(tx: Tx, customer: Customer, deleted_at: int | None) -> None:
    """For good. Nothing may refer to it any more."""
    await tx.run(
        "DELETE FROM customers WHERE tenant_id = :tenant AND id = :id",
        tenant=customer.tenant_id,
        id=customer.id,
    )
    if deleted_at is None:
        await _count(tx, customer.tenant_id, customer.owner_id, -1)


async def _count(tx: Tx, tenant: str, owner: str | None, delta: int) -> None:
    await counters.add_all(tx, tenant, _counters_of(owner), delta)


def _counters_of(owner: str | None) -> Iterable[Counter]:
    return [("customers", None), ("customers.owner", owner)]
