"""Every list, however it is narrowed, walks one index in the order in which it is shown."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from crm_cell.contacts.service import ContactService
from crm_cell.customers.service import CustomerService
from crm_cell.follow_ups.service import FollowUpService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.paging import PageRequest
from crm_cell.opportunities.service import OpportunityService
from crm_cell.registry import make_services
from crm_cell.resources.service import Service
from crm_cell.storage.engine import Reader
from tests.databases import Datastore, SqliteFile
from tests.storage.explaining import Explaining
from tests.world import Caller, Json, Running

SERVICES = make_services()
CUSTOMERS = SERVICES.get(CustomerService)
CONTACTS = SERVICES.get(ContactService)
OPPORTUNITIES = SERVICES.get(OpportunityService)
FOLLOW_UPS = SERVICES.get(FollowUpService)
ACME = Actor("acme")
ALICE = Actor("acme", owner="alice")
ACTORS = pytest.mark.parametrize(
    ("actor", "own"), [(ACME, "live"), (ALICE, "by_owner")], ids=["acme", "alice"]
)
# By page, and by cursor.
PAGES = [PageRequest(), PageRequest(after="ffffffff-ffff-7fff-bfff-ffffffffffff")]

List = Callable[[Reader, PageRequest], Awaitable[object]]


@pytest.fixture
def datastore(sqlite_datastore: SqliteFile) -> Datastore:
    """Plans are each database's own."""
    return sqlite_datastore


async def plans(cell: Running, list_: List) -> set[str]:
    """The plans of all statements that a page and a cursor take."""
    found: set[str] = set()

    async def unit(tx: Reader) -> None:
        for page in PAGES:
            explaining = Explaining(tx)
            await list_(explaining, page)
            found.update(explaining.plans)

    await cell.service.database.read("test", "acme", unit)
    return found


def pages_of(service: Service[Any], actor: Actor, **filters: str) -> List:
    return lambda tx, page: service.page(tx, actor, filters, page)


def assert_walks(plans: set[str], table: str, *indexes: str) -> None:
    """The table by these indexes alone, nothing scanned or sorted."""
    assert [plan for plan in plans if plan.startswith(f"SEARCH {table} ")]
    for plan in plans:
        assert plan.startswith("SEARCH ")
        assert "TEMP B-TREE" not in plan
        served = any(f" INDEX {index} (" in plan for index in indexes)
        assert f"SEARCH {table} " not in plan or served


@pytest.fixture
async def customer(alice: Caller) -> Json:
    """With something in each list, as an empty one would not be read at all."""
    customer = await alice.customer(contactPhone="13812345678", contactEmail="a@example.com")
    await alice.contact(customer, phone="13812345678", email="a@example.com")
    opportunity = await alice.opportunity(customer)
    await alice.follow_up(opportunityId=opportunity["opportunityId"])
    return customer | {"opportunityId": opportunity["opportunityId"]}


@ACTORS
async def test_contacts(actor: Actor, own: str, customer: Json, cell: Running) -> None:
    every = await plans(cell, pages_of(CONTACTS, actor))
    assert_walks(every, "contacts", f"contacts_{own}")
    narrowed = await plans(cell, pages_of(CONTACTS, actor, customer_id=customer["customerId"]))
    assert_walks(narrowed, "contacts", "contacts_by_customer")


@ACTORS
async def test_customers_and_contacts_of_a_number_or_an_address(
    actor: Actor, own: str, customer: Json, cell: Running
) -> None:
    number, address = "13812345678", "a@example.com"
    for table, found in {
        "customers_by_contact_phone": pages_of(CUSTOMERS, actor, contact_phone=number),
        "customers_by_contact_email": pages_of(CUSTOMERS, actor, contact_email=address),
        "contacts_by_phone": pages_of(CONTACTS, actor, phone=number),
        "contacts_by_email": pages_of(CONTACTS, actor, email=address),
    }.items():
        assert_walks(await plans(cell, found), table.partition("_")[0], table)


@ACTORS
async def test_opportunities(actor: Actor, own: str, customer: Json, cell: Running) -> None:
    every = await plans(cell, pages_of(OPPORTUNITIES, actor))
    assert_walks(every, "opportunities", f"opportunities_{own}")
    customer_id = customer["customerId"]
    narrowed = await plans(cell, pages_of(OPPORTUNITIES, actor, customer_id=customer_id))
    assert_walks(narrowed, "opportunities", "opportunities_by_customer")


async def test_the_history_of_an_opportunity(customer: Json, cell: Running) -> None:
    opportunity_id = customer["opportunityId"]
    found = await plans(
        cell, lambda tx, page: OPPORTUNITIES.history(tx, ACME, opportunity_id, page)
    )
    assert_walks(found, "opportunity_changes", "opportunity_changes_by_opportunity")


@ACTORS
async def test_follow_ups(actor: Actor, own: str, customer: Json, cell: Running) -> None:
    async def narrowed(index: str, **members: str) -> None:
        found = await plans(cell, pages_of(FOLLOW_UPS, actor, **members))
        # Where the order makes no difference, that by time is as good for one customer.
        of_customer = ["follow_ups_by_customer_id_followed_at"] * ("customer_id" in members)
        assert_walks(found, "follow_ups", f"follow_ups_{index}", *of_customer)

    by_customer = {"customer_id": customer["customerId"]}
    by_opportunity = {"opportunity_id": customer["opportunityId"]}
    await narrowed(own)
    await narrowed("by_customer", **by_customer)
    await narrowed("by_opportunity", **by_opportunity)
    await narrowed("by_opportunity", **by_customer, **by_opportunity)


@ACTORS
async def test_the_funnel_of_a_range_of_times(
    actor: Actor, own: str, customer: Json, cell: Running
) -> None:
    explained: list[str] = []

    async def unit(tx: Reader) -> None:
        explaining = Explaining(tx)
        await OPPORTUNITIES.funnel_between(explaining, actor, 1, 2)
        explained.extend(explaining.plans)

    await cell.service.database.read("test", "acme", unit)
    (plan,) = explained
    assert f"opportunities_{own} (tenant_id=? AND" in plan
    assert "id>? AND id<?" in plan
