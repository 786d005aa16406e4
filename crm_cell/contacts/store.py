"""Contacts in SQL."""

from itertools import starmap
from typing import Any

import msgspec

from crm_cell.contacts.rules import Contact
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Kept
from crm_cell.kernel.errors import Conflict
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage import counters
from crm_cell.storage.changes import assignments
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.errors import UniqueViolation
from crm_cell.storage.pages import newest_first
from crm_cell.storage.scope import counted, owned, owned_among, readable
from crm_cell.storage.seals import sealed_table, sought

SEALED = sealed_table("contacts", Contact)
_COLUMNS = (
    "tenant_id, id, version, created_at, updated_at, customer_id, owner_id, name, phone, email,"
    " is_primary"
)
_RESTORED = ("tenant_id", "id", "version", "updated_at", "owner_id", "is_primary")


Wanted = dict[str, str | None]
"""By column, the number or address that is looked for, if any is."""


async def insert(tx: Tx, contact: Contact) -> None:
    """Raises Conflict where another primary contact was made at the same moment."""
    [row] = await tx.seals.keep(tx, SEALED, [msgspec.structs.asdict(contact)])
    try:
        await tx.run(
            f"INSERT INTO contacts ({_COLUMNS}, {SEALED.keys}) VALUES (:tenant_id, :id, :version,"
            " :created_at, :updated_at, :customer_id, :owner_id, :name, :phone, :email,"
            f" :is_primary, {SEALED.key_parameters})",
            **row,
        )
    except UniqueViolation as violation:
        raise Conflict from violation
    await _count(tx, contact, 1)


async def find(tx: Reader, actor: Actor, contact_id: str, lock: str = "") -> Contact | None:
    """The contact, if this caller reads it."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM contacts WHERE tenant_id = :tenant AND id = :id"
        f" AND deleted_at IS NULL{readable(actor, 'contacts')}{lock}",
        tenant=actor.tenant,
        id=contact_id,
        owner=actor.owner,
    )
    return tx.seals.opening(SEALED, _contact)(*row) if row else None


async def primary_of(tx: Reader, tenant: str, customer_id: str) -> Contact | None:
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM contacts WHERE tenant_id = :tenant AND customer_id = :customer"
        " AND is_primary = 1 AND deleted_at IS NULL"
        f"{tx.for_update}",
        tenant=tenant,
        customer=customer_id,
    )
    return tx.seals.opening(SEALED, _contact)(*row) if row else None


async def reads(tx: Reader, actor: Actor, contact_id: str) -> bool:
    """Whether the caller reads it or, deleted, did."""
    row = await tx.one(
        "SELECT 1 FROM contacts WHERE tenant_id = :tenant AND id = :id"
        + readable(actor, "contacts"),
        tenant=actor.tenant,
        id=contact_id,
        owner=actor.owner,
    )
    return row is not None


async def page(
    tx: Reader,
    actor: Actor,
    customer_id: str | None,
    asked: PageRequest,
    wanted: Wanted | None = None,
) -> Slice[Contact]:
    """Of a customer all: whoever asks for them reads the customer."""
    if wanted:
        return await _found(tx, actor, customer_id, wanted, asked)
    narrowed = " AND customer_id = :customer" if customer_id else owned(actor)
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM contacts WHERE tenant_id = :tenant AND deleted_at IS NULL"
        f"{narrowed}",
        tx.seals.opening(SEALED, _contact),
        asked,
        total=await total(tx, actor, customer_id),
        counter=_counter(actor, customer_id),
        tenant=actor.tenant,
        customer=customer_id,
        owner=actor.owner,
    )


async def _found(
    tx: Reader, actor: Actor, customer_id: str | None, wanted: Wanted, asked: PageRequest
) -> Slice[Contact]:
    """Few have one number, so they are counted."""
    conditions, params = await sought(tx, SEALED, wanted)
    params |= {"tenant": actor.tenant, "owner": actor.owner, "customer": customer_id}
    conditions += " AND customer_id = :customer" if customer_id else owned_among(actor)
    count = await tx.one(
        f"SELECT count(*) FROM contacts WHERE tenant_id = :tenant AND deleted_at IS NULL"
        f"{conditions}",
        **params,
    )
    return await newest_first(
        tx,
        f"SELECT {_COLUMNS} FROM contacts WHERE tenant_id = :tenant AND deleted_at IS NULL"
        f"{conditions}",
        tx.seals.opening(SEALED, _contact),
        asked,
        total=count[0] if count else 0,
        counter=None,
        **params,
    )


async def kept_with_reach(tx: Reader, tenant: str, *, after: str, most: int) -> list[Kept[Contact]]:
    """Those with a number or an address, hidden ones too, in the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS}, deleted_at FROM contacts WHERE tenant_id = :tenant AND id > :after"
        " AND (phone IS NOT NULL OR email IS NOT NULL) ORDER BY id LIMIT :most",
        tenant=tenant,
        after=after,
        most=most,
    )
    return _kept(tx, rows)


async def kept(tx: Reader, tenant: str, contact_id: str, lock: str = "") -> Kept[Contact] | None:
    """The contact, also when it is hidden."""
    rows = await tx.all(
        f"SELECT {_COLUMNS}, deleted_at FROM contacts WHERE tenant_id = :tenant AND id = :id{lock}",
        tenant=tenant,
        id=contact_id,
    )
    return _kept(tx, rows)[0] if rows else None


async def kept_of_customer(
    tx: Reader, tenant: str, customer_id: str, *, after: str, most: int
) -> list[Kept[Contact]]:
    """Hidden ones too, in the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS}, deleted_at FROM contacts WHERE tenant_id = :tenant"
        " AND customer_id = :customer AND id > :after ORDER BY id LIMIT :most",
        tenant=tenant,
        customer=customer_id,
        after=after,
        most=most,
    )
    return _kept(tx, rows)


def _kept(tx: Reader, rows: list[Row]) -> list[Kept[Contact]]:
    contact = tx.seals.opening(SEALED, _contact)
    return [(contact(*row[:-1]), row[-1]) for row in rows]


async def total(tx: Reader, actor: Actor, customer_id: str | None = None) -> int:
    return await counters.read(tx, actor.tenant, *_counter(actor, customer_id))


def _counter(actor: Actor, customer_id: str | None) -> Counter:
    """What counts the contacts that the caller sees, of a customer that they see."""
    if customer_id is not None:
        return "contacts.customer", customer_id
    return counted(actor, "contacts")


async def update(tx: Tx, before: Contact, after: Contact) -> None:
    """Raises Conflict where another primary contact was made at the same moment."""
    sealed = SEALED.changed(before, after)
    [row] = await tx.seals.keep(tx, SEALED, [msgspec.structs.asdict(after)], sealed)
    try:
        await tx.run(
            f"UPDATE contacts SET {assignments(before, after, sealed)}"
            " WHERE tenant_id = :tenant_id AND id = :id",
            **row,
        )
    except UniqueViolation as violation:
        raise Conflict from violation


async def some_of(tx: Reader, tenant: str, customer_id: str, *, most: int) -> list[Contact]:
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM contacts WHERE tenant_id = :tenant AND customer_id = :customer"
        " AND deleted_at IS NULL ORDER BY id LIMIT :most"
        f"{tx.for_update}",
        tenant=tenant,
        customer=customer_id,
        most=most,
    )
    contact = tx.seals.opening(SEALED, _contact)
    return [contact(*row) for row in rows]


async def hide(tx: Tx, contacts: list[Contact], deleted_with: str | None) -> None:
    """One or more, all of the same customer; `deleted_with` is that, where it is deleted too."""
    await tx.many(
        "UPDATE contacts SET deleted_at = :now, deleted_with = :with, version = version + 1"
        " WHERE tenant_id = :tenant AND id = :id",
        [
            {"now": tx.now, "with": deleted_with, "tenant": each.tenant_id, "id": each.id}
            for each in contacts
        ],
    )
    await _count(tx, contacts[0], -len(contacts))


async def hidden_with(
    tx: Tx, tenant: str, customer_id: str, *, after: str, most: int
) -> list[Contact]:
    """Some of those that were deleted along with their customer, in the order of their ids."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM contacts WHERE tenant_id = :tenant AND customer_id = :customer"
        " AND deleted_with = :customer AND erased_at IS NULL AND id > :after ORDER BY id"
        f" LIMIT :most{tx.for_update}",
        tenant=tenant,
        customer=customer_id,
        after=after,
        most=most,
    )
    return list(starmap(tx.seals.opening(SEALED, _contact), rows))


async def restore(tx: Tx, contacts: list[Contact]) -> None:
    """Raises Conflict where another primary contact was made at the same moment."""
    try:
        await tx.many(
            "UPDATE contacts SET deleted_at = NULL, deleted_with = NULL, version = :version,"
            " updated_at = :updated_at, owner_id = :owner_id, is_primary = :is_primary"
            " WHERE tenant_id = :tenant_id AND id = :id",
            [{name: getattr(each, name) for name in _RESTORED} for each in contacts],
        )
    except UniqueViolation as violation:
        raise Conflict from violation
    for each in contacts:
        await counters.bring_back(tx, each.tenant_id, _counters_of(each))


async def mark_erased(tx: Tx, contact: Contact) -> None:
    """From now on it cannot be restored, nor can what names it."""
    await tx.run(
        "UPDATE contacts SET erased_at = :now"
        " WHERE tenant_id = :tenant AND id = :id AND erased_at IS NULL",
        now=tx.now,
        tenant=contact.tenant_id,
        id=contact.id,
    )


async def erased_of(tx: Reader, tenant: str, customer_id: str) -> set[str]:
    """The ids of those that are being erased."""
    rows = await tx.all(
        "SELECT id FROM contacts WHERE tenant_id = :tenant AND customer_id = :customer"
        " AND erased_at IS NOT NULL",
        tenant=tenant,
        customer=customer_id,
    )
    return {row[0] for row in rows}


async def is_erased(tx: Reader, tenant: str, contact_id: str, lock: str = "") -> bool:
    row = await tx.one(
        f"SELECT erased_at FROM contacts WHERE tenant_id = :tenant AND id = :id{lock}",
        tenant=tenant,
        id=contact_id,
    )
    return row is not None and row[0] is not None


async def erase(tx: Tx, contact: Contact, deleted_at: int | None) -> None:
    """For good. No follow-up may name it any more."""
    await tx.run(
        "DELETE FROM contacts WHERE tenant_id = :tenant AND id = :id",
        tenant=contact.tenant_id,
        id=contact.id,
    )
    if deleted_at is None:
        await _count(tx, contact, -1)


async def hand_over(
    tx: Tx, tenant: str, customer_id: str, *, before: str | None, after: str | None
) -> None:
    moved = await tx.run(
        "UPDATE contacts SET owner_id = :owner, version = version + 1 WHERE tenant_id = :tenant"
        " AND customer_id = :customer AND deleted_at IS NULL",
        owner=after,
        tenant=tenant,
        customer=customer_id,
    )
    await counters.hand_over(tx, tenant, "contacts.owner", before, after, moved)


async def _count(tx: Tx, contact: Contact, delta: int) -> None:
    await counters.add_all(tx, contact.tenant_id, _counters_of(contact), delta)


def _counters_of(contact: Contact) -> list[Counter]:
    return [
        ("contacts", None),
        ("contacts.owner", contact.owner_id),
        ("contacts.customer", contact.customer_id),
    ]


def _contact(*columns: Any) -> Contact:
    """Databases keep the flag as a small number."""
    *others, is_primary = columns
    return Contact(*[*others, bool(is_primary)])
