"""A resource that is added to the registry is found, exported and erased by its references."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_cell import app
from crm_cell.privacy.erasing import Eraser
from crm_cell.settings import Settings
from tests.audit.conftest import KEY as AUDIT_KEY
from tests.audit.conftest import faults
from tests.databases import Datastore, PostgresDatastore, SqliteFile
from tests.privacy.declared import ADDED, add_tables, more_services
from tests.privacy.person import PHONE, Person, erase, export, left
from tests.world import Caller, Json, Running, events, refused

MARKS = ["当面谈过", "带样品", "赵铁柱开票"]


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    """In the open, so that every mark that is left is seen."""
    return Settings(database_url=datastore.url, demo=False, audit_key=AUDIT_KEY)


@pytest.fixture
def sqlite_datastore(empty_database: Path, tmp_path: Path) -> SqliteFile:
    datastore = SqliteFile(Path(shutil.copy(empty_database, tmp_path / "crm.db")))
    add_tables(datastore)
    return datastore


@pytest.fixture
def postgres_datastore(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    copy = postgres_template.copy()
    add_tables(copy)
    yield copy
    copy.close()


@pytest.fixture(autouse=True)
def more_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "make_services", more_services)


async def visit(acme: Caller, note: str, **references: str) -> Json:
    """With one item."""
    made = await create(acme, "/visits", note=note, dueAt="2026-11-20T10:00:00Z", **references)
    await create(acme, "/visit-items", visitId=made["visitId"], remark="带样品")
    return made


async def create(acme: Caller, path: str, **members: object) -> Json:
    answer = await acme.post(path, members)
    assert answer.status_code == 201, answer.text
    created: Json = answer.json()
    return created


def of_added(cell: Running) -> dict[str, int]:
    return {each.table: len(cell.rows(f"SELECT 1 FROM {each.table}")) for each in ADDED}


async def test_it_is_exported(cell: Running, acme: Caller, person: Person) -> None:
    customer = person.customer["customerId"]
    made = await visit(acme, "当面谈过", customerId=customer)
    assert (await acme.delete(f"/visits/{made['visitId']}")).status_code == 204
    await create(acme, "/invoices", customerId=customer, billingName="赵铁柱开票", amountCents=5)
    document = await export(cell, customer_id=customer)
    [exported] = document["visits"]
    assert exported["deletedAt"]
    assert (exported["note"], exported["dueAt"]) == ("当面谈过", made["dueAt"])
    assert [each["remark"] for each in document["visitItems"]] == ["带样品"]
    assert [each["billingName"] for each in document["invoices"]] == ["赵铁柱开票"]
    assert {"crm.visit.created", "crm.visit_item.created", "crm.invoice.created"} <= {
        event["eventType"] for event in document["events"]
    }
    assert {"visit", "visit_item", "invoice"} <= {
        entry["resourceType"] for entry in document["auditLogs"]
    }


async def test_it_is_erased_with_a_customer(cell: Running, acme: Caller, person: Person) -> None:
    other = await acme.customer(name="隔壁老王")
    stays = await visit(acme, "老王的话", customerId=other["customerId"])
    customer, contact = person.customer["customerId"], person.contact["contactId"]
    await visit(acme, "当面谈过", customerId=customer)
    await visit(acme, "当面谈过", contactId=contact)
    await erase(cell, customer_id=customer)
    assert left(cell, [*person.marks, *MARKS[:1]]) == []
    assert [row["visitId"] for row in await acme.rows("/visits")] == [stays["visitId"]]
    assert of_added(cell) == {"leads": 0, "visits": 1, "visit_items": 1, "invoices": 0}
    [entry] = await acme.rows("/audit-logs", resourceType="customer", action="erased")
    assert (entry["changes"]["visits"], entry["changes"]["visitItems"]) == (2, 2)
    assert await faults(cell) == []


async def test_what_restricts_stays_without_its_personal_text(
    cell: Running, acme: Caller, person: Person
) -> None:
    customer = person.customer["customerId"]
    invoice = await create(
        acme, "/invoices", customerId=customer, billingName="赵铁柱开票", amountCents=5
    )
    await visit(acme, "当面谈过", customerId=customer)
    await erase(cell, customer_id=customer)
    assert left(cell, [*person.marks, *MARKS]) == []
    [shown] = await acme.rows("/invoices")
    assert (shown["invoiceId"], shown["billingName"], shown["amountCents"]) == (
        invoice["invoiceId"],
        "已抹除",
        5,
    )
    shell = (await acme.get(f"/customers/{customer}")).json()
    assert shell["name"].startswith("已抹除 ")
    [opportunity] = await acme.rows("/opportunities")
    assert opportunity["title"] == "已抹除"
    assert of_added(cell) == {"leads": 0, "visits": 0, "visit_items": 0, "invoices": 1}
    before = cell.rows("SELECT count(*) FROM events")
    await erase(cell, customer_id=customer)
    assert cell.rows("SELECT count(*) FROM events") == before


async def test_it_is_erased_with_a_contact_that_it_names(
    cell: Running, acme: Caller, person: Person
) -> None:
    customer, contact = person.customer["customerId"], person.contact["contactId"]
    stays = await visit(acme, "别的拜访", customerId=customer)
    await visit(acme, "当面谈过", customerId=customer, contactId=contact)
    await erase(cell, contact_id=contact)
    assert left(cell, ["当面谈过", "赵小兰"]) == []
    assert [row["visitId"] for row in await acme.rows("/visits")] == [stays["visitId"]]
    assert of_added(cell)["visit_items"] == 1


async def test_a_new_kind_of_person_is_found_by_its_number(cell: Running, acme: Caller) -> None:
    lead = await create(acme, "/leads", name="线索赵", phone="139-1111-2222")
    other = await create(acme, "/leads", name="线索王", phone="13800000000")
    await visit(acme, "当面谈过", leadId=lead["leadId"])
    document = await export(cell, phone=PHONE)
    assert [each["phone"] for each in document["leads"]] == ["139-1111-2222"]
    assert [each["note"] for each in document["visits"]] == ["当面谈过"]
    await erase(cell, phone=PHONE)
    assert left(cell, ["线索赵", "139-1111-2222", PHONE, "当面谈过"]) == []
    assert [row["leadId"] for row in await acme.rows("/leads")] == [other["leadId"]]
    [event] = events(cell, event_type="crm.lead.erased")
    assert event["data"] == {"leadId": lead["leadId"]}


class Interrupted(Exception):
    pass


async def test_it_is_not_restored_while_its_contact_is_erased(
    cell: Running, acme: Caller, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by itself nor with the customer that it was deleted with."""
    customer, contact = person.customer["customerId"], person.contact["contactId"]
    named = await visit(acme, "当面谈过", customerId=customer, contactId=contact)
    assert (await acme.delete(f"/customers/{customer}")).status_code == 204

    async def interrupt(*_: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr(Eraser, "_redact", interrupt)
        with pytest.raises(Interrupted):
            await erase(cell, contact_id=contact)
    assert await acme.rows("/visit-items") == []
    assert (await acme.post(f"/customers/{customer}/restore")).status_code == 200
    assert await acme.rows("/visits") == []
    refused(await acme.post(f"/visits/{named['visitId']}/restore"), 409, "CONFLICT")
    await erase(cell, contact_id=contact)
    assert left(cell, ["当面谈过", "赵小兰"]) == []
