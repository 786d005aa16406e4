"""Nothing of a person is left but what money needs, and nobody else loses anything."""

import pytest

from crm_cell.storage.open import scrub
from tests.audit.conftest import faults
from tests.counters import differences
from tests.databases import Datastore, SqliteFile
from tests.privacy.person import (
    EMAIL,
    PHONE,
    Person,
    erase,
    left,
    left_in_file,
    plant,
    repeat,
)
from tests.world import Caller, Running, events, refused


async def sound(cell: Running) -> None:
    found = await cell.service.database.read("check", None, differences, long=True)
    assert found == []
    assert await faults(cell) == []


def of_tenant(cell: Running, tenant: str) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: [row for row in rows if row[0] == tenant]
        for table, rows in cell.everything().items()
    }


def money(cell: Running) -> list[list[tuple[object, ...]]]:
    return [cell.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("contracts", "payments")]


async def test_of_a_customer_without_contracts_no_mark_is_left(
    cell: Running, person: Person, datastore: Datastore
) -> None:
    in_clear = [mark for mark in person.marks if "139" not in mark and "@" not in mark]
    assert {mark for _, mark in left(cell, person.marks)} >= set(in_clear)
    await erase(cell, customer_id=person.customer["customerId"])
    assert left(cell, person.marks) == []
    for table in ("contacts", "opportunities", "opportunity_changes", "follow_ups"):
        assert cell.rows(f"SELECT * FROM {table}") == []
    assert [row[0] for row in cell.rows("SELECT name FROM customers")] == ["旁人"]
    await sound(cell)
    if isinstance(datastore, SqliteFile):
        assert scrub(datastore.url)
        assert left_in_file(datastore, person.marks) == []


async def test_money_stays_as_it_was_and_its_customer_is_a_shell(
    cell: Running, acme: Caller, person: Person
) -> None:
    agreed = {
        "customerId": person.customer["customerId"],
        "opportunityId": person.opportunity["opportunityId"],
        "contractNo": "HT-1",
        "amountCents": 1_000_00,
    }
    entered = await acme.post("/contracts", agreed, key="money-1")
    await acme.payment(entered.json())
    before = money(cell)
    customer = person.customer["customerId"]
    await erase(cell, customer_id=customer)
    assert left(cell, person.marks) == []
    assert money(cell) == before
    [shown] = await acme.rows("/contracts")
    shell = (await acme.get(f"/customers/{shown['customerId']}")).json()
    assert (shell["name"], shell["contactPhone"], shell["contactEmail"]) == (
        f"已抹除 {customer[-12:]}",
        None,
        None,
    )
    [opportunity] = await acme.rows("/opportunities")
    assert (opportunity["title"], opportunity["amountCents"]) == ("已抹除", 500)
    assert await acme.rows("/contacts") == await acme.rows("/follow-ups") == []
    await sound(cell)
    again = await acme.post("/contracts", agreed, key="money-1")
    assert (again.status_code, again.content) == (201, entered.content)
    told = cell.rows("SELECT count(*) FROM events")
    await erase(cell, customer_id=customer)
    assert cell.rows("SELECT count(*) FROM events") == told


async def test_what_was_deleted_before_is_erased_as_well(
    cell: Running, acme: Caller, person: Person
) -> None:
    customer = person.customer["customerId"]
    assert (await acme.delete(f"/customers/{customer}")).status_code == 204
    await erase(cell, phone=PHONE)
    assert cell.rows("SELECT * FROM contacts WHERE id = ?", person.contact["contactId"]) == []
    await erase(cell, email=EMAIL)
    assert left(cell, [EMAIL]) == []
    await erase(cell, customer_id=customer)
    assert left(cell, person.marks) == []
    await sound(cell)


async def test_by_a_number_its_contacts_go_and_the_customer_stays(
    cell: Running, acme: Caller, person: Person
) -> None:
    await erase(cell, phone=PHONE)
    theirs = ["赵小兰", "小兰周五有空", PHONE, "13977778888", "second.planted@example.com"]
    assert set(theirs) < set(person.marks)
    assert left(cell, theirs) == []
    assert (await acme.get("/contacts", phone=PHONE)).json()["total"] == 0
    customer = (await acme.get(f"/customers/{person.customer['customerId']}")).json()
    assert (customer["name"], customer["contactPhone"]) == ("赵铁柱改名行", "139****6666")
    await sound(cell)


async def test_by_an_address_a_customer_loses_only_that_and_its_number(
    cell: Running, acme: Caller, person: Person
) -> None:
    await erase(cell, email=EMAIL.upper())
    assert left(cell, [EMAIL, "13933334444", "13955556666"]) == []
    path = f"/customers/{person.customer['customerId']}"
    customer = (await acme.get(path)).json()
    assert (customer["name"], customer["contactPhone"], customer["contactEmail"]) == (
        "赵铁柱改名行",
        None,
        None,
    )
    assert len(await acme.rows("/contacts")) == 1
    told = [event["data"] for event in events(cell, event_type="crm.customer.updated")]
    assert [(data["name"], data["contactPhone"]) for data in told] == [("赵铁柱改名行", None)]
    await sound(cell)


async def test_by_its_id_a_contact_goes_and_what_names_it(
    cell: Running, acme: Caller, person: Person
) -> None:
    await erase(cell, contact_id=person.contact["contactId"])
    assert left(cell, ["赵小兰", "小兰周五有空"]) == []
    assert cell.rows("SELECT * FROM contacts WHERE id = ?", person.contact["contactId"]) == []
    assert len(await acme.rows("/follow-ups")) == 1
    await sound(cell)


async def test_a_replay_is_not_found_and_does_nothing(
    cell: Running, acme: Caller, person: Person
) -> None:
    await erase(cell, customer_id=person.customer["customerId"])
    before = cell.everything()
    for request in person.requests:
        answer = await repeat(acme, request)
        if request[0] == "DELETE":
            assert answer.status_code == 204
        else:
            refused(answer, 404, "NOT_FOUND")
    assert cell.everything() == before


async def test_tasks_go_with_the_person_whom_they_are_about(
    cell: Running, acme: Caller, person: Person
) -> None:
    contact, customer = person.contact["contactId"], person.customer["customerId"]
    stays = {"title": "别人的任务", "customerId": (await acme.customer())["customerId"]}
    for task in (
        stays,
        {"title": "给小兰回电", "contactId": contact, "customerId": customer},
        {"title": "给铁柱报价", "opportunityId": person.opportunity["opportunityId"]},
    ):
        assert (await acme.post("/tasks", task)).status_code == 201
    await erase(cell, contact_id=contact)
    assert left(cell, ["给小兰回电"]) == []
    assert len(await acme.rows("/tasks")) == 2
    await erase(cell, customer_id=customer)
    assert left(cell, ["给铁柱报价"]) == []
    assert [task["title"] for task in await acme.rows("/tasks")] == [stays["title"]]
    await sound(cell)


async def test_other_tenants_and_other_people_lose_nothing(
    cell: Running, acme: Caller, charlie: Caller, person: Person
) -> None:
    await plant(charlie)
    bystander = await acme.customer(name="隔壁老王", contactPhone="13800000000")
    contact = await acme.contact(bystander, phone="13800000001")
    await acme.follow_up(contactId=contact["contactId"], content="老王的话")
    globex, theirs = of_tenant(cell, "globex"), about(cell, "老王", "13800000001")
    await erase(cell, customer_id=person.customer["customerId"])
    await erase(cell, phone=PHONE)
    assert of_tenant(cell, "globex") == globex
    assert about(cell, "老王", "13800000001") == theirs
    await sound(cell)


def about(cell: Running, *marks: str) -> list[tuple[str, tuple[object, ...]]]:
    return [
        (table, row)
        for table, rows in cell.everything().items()
        for row in rows
        if table != "counters" and any(mark in repr(row) for mark in marks)
    ]


async def test_events_stay_in_their_order_and_tell_ids_only(cell: Running, person: Person) -> None:
    before = [(event["eventId"], event["eventType"]) for event in events(cell)]
    customer = person.customer["customerId"]
    await erase(cell, customer_id=customer)
    after = events(cell)
    assert [(event["eventId"], event["eventType"]) for event in after][: len(before)] == before
    theirs = [event for event in after if event["data"].get("customerId") == customer]
    ids = {"tenantId", "customerId", "contactId", "opportunityId", "followUpId", "parentId"}
    assert len(theirs) > 10
    assert all(set(event["data"]) <= ids for event in theirs)
    told = [event["eventType"] for event in after if event["eventType"].endswith(".erased")]
    assert told == ["crm.contact.erased", "crm.contact.erased", "crm.customer.erased"]


async def test_the_trail_says_that_it_was_done_and_how_much(
    cell: Running, acme: Caller, person: Person
) -> None:
    customer = person.customer["customerId"]
    await erase(cell, customer_id=customer)
    entries = await acme.rows("/audit-logs", resourceType="customer", resourceId=customer)
    assert entries[0]["action"] == "erased"
    assert entries[0]["changes"] == {
        "customers": 1,
        "contacts": 2,
        "opportunities": 1,
        "followUps": 3,
        "contracts": 0,
        "payments": 0,
        "tasks": 0,
        "views": 0,
        "goals": 0,
    }
    assert [entry["changes"] for entry in entries[1:]] == [{}] * (len(entries) - 1)
    assert len(entries) == 5


@pytest.mark.parametrize("subject", [{"phone": "13900000000"}, {"customer_id": "nobody"}])
async def test_of_whom_nothing_is_kept_nothing_is_erased(
    cell: Running, person: Person, subject: dict[str, str]
) -> None:
    before = cell.everything()
    await erase(cell, **subject)
    assert cell.everything() == before
