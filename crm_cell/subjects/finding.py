"""All that is kept of a person, by a number, an address or a record."""

import msgspec

from crm_cell.audit import service as audit
from crm_cell.contacts import service as contacts
from crm_cell.customers import service as customers
from crm_cell.follow_ups.service import Of
from crm_cell.kernel.entity import Entity
from crm_cell.kernel.masking import mask_email, mask_phone
from crm_cell.kernel.text import name_key
from crm_cell.storage.engine import Database, Reader
from crm_cell.subjects.belongings import (
    contacts_of,
    contacts_with_reach,
    contracts_of,
    customers_with_reach,
    follow_ups_of,
    opportunities_of,
    payments_of,
)
from crm_cell.subjects.matching import Match, Matching, matching_email, matching_phone
from crm_cell.subjects.rules import Found, Similar, Subject
from crm_cell.subjects.walking import ids, records

_ENTRIES = 500


async def find(database: Database, tenant: str, subject: Subject) -> Found:
    """Empty where there is nothing."""
    if subject.customer_id is not None:
        return await _customer(database, tenant, subject.customer_id)
    if subject.contact_id is not None:
        found = await _contact(database, tenant, subject.contact_id)
    else:
        found = await _reached(database, tenant, subject)
    for contact in found.contacts:
        of = Of(contact_id=contact)
        found.follow_ups += await ids(database, tenant, follow_ups_of(tenant, of))
    found.follow_ups.sort()
    return found


async def _contact(database: Database, tenant: str, contact_id: str) -> Found:
    kept = await database.read(
        "subject.contact", tenant, lambda tx: contacts.kept(tx, tenant, contact_id), long=True
    )
    return Found(contacts=[contact_id] if kept else [])


async def _reached(database: Database, tenant: str, subject: Subject) -> Found:
    """Goes through all numbers or addresses of the tenant."""
    match = _matching(subject)
    found = Found()
    for of, same in (
        (customers_with_reach(tenant), found.reached),
        (contacts_with_reach(tenant), found.contacts),
    ):
        async for page in records(database, tenant, of):
            for each, _ in page:
                members = each.emails if subject.phone is None else each.phones
                _sort_in(each, members, match, same, found.similar)
    return found


def _matching(subject: Subject) -> Matching:
    if subject.phone is not None:
        return matching_phone(subject.phone)
    assert subject.email is not None, "one of them is given"
    return matching_email(subject.email)


def _sort_in(
    each: Entity,
    members: frozenset[str],
    match: Matching,
    same: list[str],
    similar: list[Similar],
) -> None:
    for member in members:
        value = getattr(each, member)
        found = match(value) if value is not None else None
        if found is Match.SAME:
            same.append(each.id)
        elif found is Match.SIMILAR:
            shown = mask_phone(value) if member in each.phones else mask_email(value)
            similar.append(Similar(each.resource, each.id, shown or ""))


async def _customer(database: Database, tenant: str, customer_id: str) -> Found:
    names = await database.read(
        "subject.customer", tenant, lambda tx: _names(tx, tenant, customer_id), long=True
    )
    if names is None:
        return Found()
    found = Found(
        customers=[customer_id],
        contacts=await ids(database, tenant, contacts_of(tenant, customer_id)),
        opportunities=await ids(database, tenant, opportunities_of(tenant, customer_id)),
        follow_ups=await ids(database, tenant, follow_ups_of(tenant, Of(customer_id=customer_id))),
        contracts=await ids(database, tenant, contracts_of(tenant, customer_id)),
        names=names,
    )
    for contract in found.contracts:
        found.payments += await ids(database, tenant, payments_of(tenant, contract))
    return found


async def _names(tx: Reader, tenant: str, customer_id: str) -> set[str] | None:
    """What the customer is called and, as far as the trail still tells, was called before; None
    where there is no customer."""
    kept = await customers.kept(tx, tenant, customer_id)
    if kept is None:
        return None
    names = {kept[0].name_key}
    after = ""
    while entries := await audit.of_record(
        tx, tenant, "customer", customer_id, after=after, most=_ENTRIES
    ):
        for entry in entries:
            told = msgspec.json.decode(entry.changes).get("name", {})
            names |= {name_key(name) for name in told.values() if isinstance(name, str)}
        after = entries[-1].id
    return names
