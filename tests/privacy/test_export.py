"""Everything that is kept of a person, whole, in one document."""

import json

from tests.privacy.person import EMAIL, PHONE, Person, export
from tests.world import Caller, Running, audit


async def test_a_customer_is_handed_out_with_all_that_belongs_to_it(
    cell: Running, acme: Caller, person: Person
) -> None:
    contract = await acme.contract(person.customer)
    payment = await acme.payment(contract)
    document = await export(cell, customer_id=person.customer["customerId"])
    (customer,) = document["customers"]
    assert (customer["name"], customer["contactPhone"], customer["contactEmail"]) == (
        "赵铁柱改名行",
        "13955556666",
        EMAIL,
    )
    assert [each["phone"] for each in document["contacts"]] == [PHONE, None]
    assert ["deletedAt" in each for each in document["contacts"]] == [False, True]
    assert [each["title"] for each in document["opportunities"]] == ["铁柱的新订单"]
    assert {each["content"] for each in document["followUps"]} == {
        "铁柱喜欢红茶",
        "小兰周五有空",
        "删掉的话",
    }
    assert [each["contractId"] for each in document["contracts"]] == [contract["contractId"]]
    assert [each["paymentId"] for each in document["payments"]] == [payment["paymentId"]]
    said = json.dumps(document, ensure_ascii=False)
    assert "旁人" not in said
    former = ["赵铁柱商行", "赵小兰", "赵隐藏", "铁柱的订单", "铁柱要求"]
    assert [mark for mark in former if mark not in said] == []


async def test_by_a_number_the_contacts_and_what_names_them(cell: Running, person: Person) -> None:
    document = await export(cell, phone="139 1111-2222")
    assert [each["contactId"] for each in document["contacts"]] == [person.contact["contactId"]]
    assert [each["content"] for each in document["followUps"]] == ["小兰周五有空"]
    assert document["customers"] == document["opportunities"] == []
    paths = {answer["path"] for answer in document["answers"]}
    assert f"/contacts/{person.contact['contactId']}" in paths
    assert {event["eventType"] for event in document["events"]} == {
        "crm.contact.created",
        "crm.contact.updated",
        "crm.follow_up.created",
    }


async def test_twice_the_same_but_for_the_trail(cell: Running, person: Person) -> None:
    customer = person.customer["customerId"]
    first, second = [await export(cell, customer_id=customer) for _ in range(2)]
    trails = [document.pop("auditLogs") for document in (first, second)]
    assert [len(trail) for trail in trails] == [15, 16]
    assert {entry["auditLogId"] for entry in trails[0]} < {
        entry["auditLogId"] for entry in trails[1]
    }
    times = [document.pop("exportedAt") for document in (first, second)]
    assert times == sorted(times)
    assert json.dumps(first) == json.dumps(second)


async def test_that_it_was_handed_out_is_on_the_trail(cell: Running, person: Person) -> None:
    await export(cell, phone=PHONE)
    *_, entry = audit(cell)
    assert (entry["action"], entry["resourceType"], entry["resourceId"]) == (
        "exported",
        "contact",
        person.contact["contactId"],
    )
    assert entry["changes"]["contacts"] == 1
    assert PHONE not in json.dumps(entry)


async def test_another_tenants_are_not_in_it(
    cell: Running, charlie: Caller, person: Person
) -> None:
    theirs = await charlie.customer(contactPhone=PHONE)
    await charlie.contact(theirs, phone=PHONE)
    document = await export(cell, "globex", phone=PHONE)
    assert [each["tenantId"] for each in document["contacts"]] == ["globex"]
    assert person.contact["contactId"] not in json.dumps(document)
