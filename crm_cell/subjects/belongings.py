"""What belongs to a customer or to a contact, hidden records too, in one form for all domains."""

from crm_cell.contacts import service as contacts
from crm_cell.contracts import service as contracts
from crm_cell.customers import service as customers
from crm_cell.follow_ups import service as follow_ups
from crm_cell.follow_ups.service import Of
from crm_cell.kernel.entity import Entity, Kept
from crm_cell.opportunities import service as opportunities
from crm_cell.payments import service as payments
from crm_cell.storage.engine import Reader
from crm_cell.subjects.walking import OfParent

Page = OfParent[Kept[Entity]]


def customers_with_reach(tenant: str) -> Page:
    async def page(tx: Reader, after: str, most: int) -> list[Kept[Entity]]:
        return list(await customers.kept_with_reach(tx, tenant, after=after, most=most))

    return page


def contacts_with_reach(tenant: str) -> Page:
    async def page(tx: Reader, after: str, most: int) -> list[Kept[Entity]]:
        return list(await contacts.kept_with_reach(tx, tenant, after=after, most=most))

    return page


def contacts_of(tenant: str, customer_id: str) -> Page:
    async def page(tx: Reader, after: str, most: int) -> list[Kept[Entity]]:
        found = await contacts.kept_of_customer(tx, tenant, customer_id, after=after, most=most)
        return list(found)

    return page


def opportunities_of(tenant: str, customer_id: str) -> Page:
    async def page(tx: Reader, after: str, most: int) -> list[Kept[Entity]]:
        kept = opportunities.kept_of_customer
        return list(await kept(tx, tenant, customer_id, after=after, most=most))

    return page


def follow_ups_of(tenant: str, of: Of) -> Page:
    async def page(tx: Reader, after: str, most: int) -> list[Kept[Entity]]:
        return list(await follow_ups.kept_of(tx, tenant, of, after=after, most=most))

    return page


def contracts_of(tenant: str, customer_id: str) -> Page:
    async def page(tx: Reader, after: str, most: int) -> list[Kept[Entity]]:
        found = await contracts.of_customer(tx, tenant, customer_id, after=after, most=most)
        return [(each, None) for each in found]

    return page


def payments_of(tenant: str, contract_id: str) -> Page:
    async def page(tx: Reader, after: str, most: int) -> list[Kept[Entity]]:
        found = await payments.of_contract(tx, tenant, contract_id, after=after, most=most)
        return [(each, None) for each in found]

    return page
