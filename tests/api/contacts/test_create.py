"""POST /contacts."""

import pytest

from crm_cell.kernel.ids import is_id, lowest_at
from tests.world import Caller, Running, audit, events, faults, nothing_changes, refused


async def test_it_answers_with_the_contact_and_where_it_is(acme: Caller) -> None:
    customer = await acme.customer()
    answer = await acme.post(
        "/contacts",
        {
            "customerId": customer["customerId"],
            "name": " 韩梅梅 ",
            "phone": "13812345678",
            "email": "han@example.com",
            "isPrimary": True,
        },
    )
    body = answer.json()
    assert answer.status_code == 201
    assert is_id(body["contactId"])
    assert answer.headers["location"] == f"/api/v1/crm/contacts/{body['contactId']}"
    assert answer.headers["etag"] == '"1"'
    assert body == {
        "contactId": body["contactId"],
        "tenantId": "acme",
        "customerId": customer["customerId"],
        "name": "韩梅梅",
        "phone": "138****5678",
        "email": "han@example.com",
        "isPrimary": True,
        "ownerId": None,
        **dict.fromkeys(("title", "department", "wechat", "role", "birthday", "remark")),
        "tags": [],
        "createdAt": body["createdAt"],
        "updatedAt": body["createdAt"],
    }


async def test_only_customer_and_name_are_needed(acme: Caller) -> None:
    created = await acme.contact(await acme.customer())
    assert (created["phone"], created["email"], created["isPrimary"]) == (None, None, False)


async def test_it_is_put_on_record_as_its_detail_shows_it(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer(), phone="13812345678", isPrimary=True)
    detail = await acme.get(f"/contacts/{created['contactId']}")
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceType"]) == ("created", "contact")
    assert deed["changes"]["phone"] == {"after": "138****5678"}
    assert deed["changes"]["isPrimary"] == {"after": True}
    assert deed["changes"]["ownerId"] == {"after": None}
    assert (event["eventType"], event["data"]) == ("crm.contact.created", detail.json())


async def test_the_full_number_is_stored(acme: Caller, cell: Running) -> None:
    await acme.contact(await acme.customer(), phone="13812345678")
    assert cell.rows("SELECT phone FROM contacts") == [("13812345678",)]


async def test_a_second_primary_contact_takes_over_from_the_first(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    first = await acme.contact(customer, isPrimary=True)
    second = await acme.contact(customer, isPrimary=True)
    before = await acme.get(f"/contacts/{first['contactId']}")
    assert before.json()["isPrimary"] is False
    assert before.headers["etag"] == '"2"'
    assert before.json()["updatedAt"] == second["createdAt"]
    assert (await acme.get(f"/contacts/{second['contactId']}")).json()["isPrimary"] is True
    assert [event["eventType"] for event in events(cell)[-2:]] == [
        "crm.contact.updated",
        "crm.contact.created",
    ]
    assert events(cell)[-2]["data"] == before.json()
    assert audit(cell)[-2]["resourceId"] == first["contactId"]
    assert audit(cell)[-2]["changes"] == {"isPrimary": {"before": True, "after": False}}


async def test_each_customer_has_a_primary_contact_of_its_own(acme: Caller) -> None:
    first = await acme.contact(await acme.customer(), isPrimary=True)
    await acme.contact(await acme.customer(), isPrimary=True)
    assert (await acme.get(f"/contacts/{first['contactId']}")).json() == first


async def test_a_further_contact_leaves_the_primary_one_alone(acme: Caller) -> None:
    customer = await acme.customer()
    first = await acme.contact(customer, isPrimary=True)
    await acme.contact(customer)
    assert (await acme.get(f"/contacts/{first['contactId']}")).json() == first


async def test_the_successor_of_a_deleted_primary_contact_is_free_to_come(acme: Caller) -> None:
    customer = await acme.customer()
    first = await acme.contact(customer, isPrimary=True)
    await acme.delete(f"/contacts/{first['contactId']}")
    assert (await acme.contact(customer, isPrimary=True))["isPrimary"] is True


async def test_a_copy_of_the_request_gets_the_same_answer_once(acme: Caller, cell: Running) -> None:
    body = {"customerId": (await acme.customer())["customerId"], "name": "李雷", "isPrimary": True}
    first = await acme.post("/contacts", body, key="again")
    async with nothing_changes(cell):
        second = await acme.post("/contacts", body, key="again")
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["idempotent-replayed"] == "true"


async def test_a_copy_is_not_answered_to_whom_the_customer_has_left(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    body = {"customerId": customer["customerId"], "name": "李雷"}
    await alice.post("/contacts", body, key="again")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    async with nothing_changes(cell):
        answer = refused(await alice.post("/contacts", body, key="again"), 404, "NOT_FOUND")
    assert answer["message"] == "联系人不存在"


@pytest.mark.parametrize("customer_id", [lowest_at(1_795_000_000_000), "no-such-customer"])
async def test_a_customer_that_does_not_exist_is_refused(
    customer_id: str, acme: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/contacts", {"customerId": customer_id, "name": "李雷"})
        body = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
    assert body["message"] == "客户不存在"


async def test_the_customer_of_another_owner_or_tenant_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    body = {"customerId": (await alice.customer())["customerId"], "name": "李雷"}
    async with nothing_changes(cell):
        refused(await bob.post("/contacts", body), 400, "BUSINESS_RULE_VIOLATION")
        refused(await charlie.post("/contacts", body), 400, "BUSINESS_RULE_VIOLATION")


async def test_a_deleted_customer_does_not_exist(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.delete(f"/customers/{customer['customerId']}")
    async with nothing_changes(cell):
        answer = await acme.post(
            "/contacts", {"customerId": customer["customerId"], "name": "李雷"}
        )
        refused(answer, 400, "BUSINESS_RULE_VIOLATION")


async def test_every_fault_is_named(acme: Caller, cell: Running) -> None:
    body = {
        "name": "  ",
        "phone": "call me",
        "email": "nowhere",
        "isPrimary": "yes",
        "ownerId": "alice",
    }
    async with nothing_changes(cell):
        answer = await acme.post("/contacts", body)
    assert faults(answer) == {
        ("customerId", "required"),
        ("name", "too_short"),
        ("phone", "not_a_phone"),
        ("email", "not_an_email"),
        ("isPrimary", "type"),
        ("ownerId", "unknown"),
    }


async def test_a_name_has_at_most_200_characters(acme: Caller) -> None:
    customer = await acme.customer()
    assert (await acme.contact(customer, name="雷" * 200))["name"] == "雷" * 200
    answer = await acme.post(
        "/contacts", {"customerId": customer["customerId"], "name": "雷" * 201}
    )
    assert faults(answer) == {("name", "too_long")}
