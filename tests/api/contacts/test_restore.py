"""POST /contacts/{contact_id}/restore."""

import asyncio

from crm_cell.storage.engine import EVERY_TENANT
from tests.counters import differences
from tests.world import Caller, Json, Running, audit, events, nothing_changes, refused


def path(contact: Json) -> str:
    return f"/contacts/{contact['contactId']}"


async def test_it_comes_back_as_it_was_and_is_put_on_record(acme: Caller, cell: Running) -> None:
    contact = await acme.contact(await acme.customer(), phone="13812345678", isPrimary=True)
    await acme.delete(path(contact))
    answer = await acme.post(f"{path(contact)}/restore")
    restored = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert restored == contact | {"updatedAt": restored["updatedAt"]}
    assert (await acme.get(path(contact))).json() == restored
    page = (await acme.get("/contacts", customerId=contact["customerId"])).json()
    assert (page["data"], page["total"]) == ([restored], 1)
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceId"]) == ("restored", contact["contactId"])
    assert (event["eventType"], event["data"]) == ("crm.contact.restored", restored)
    told = await acme.get("/audit-logs", {"Accept-Language": "en"}, action="restored")
    assert [each["summary"] for each in told.json()["data"]] == [
        "The system restored contact “李雷”"
    ]
    assert await cell.service.database.read("check", EVERY_TENANT, differences, long=True) == []


async def test_a_primary_contact_that_was_replaced_comes_back_as_another_one(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    first = await acme.contact(customer, isPrimary=True)
    await acme.delete(path(first))
    second = await acme.contact(customer, isPrimary=True)
    restored = (await acme.post(f"{path(first)}/restore")).json()
    assert restored["isPrimary"] is False
    assert events(cell)[-1]["data"] == restored
    assert audit(cell)[-1]["changes"]["isPrimary"] == {"after": False}
    assert (await acme.get(path(second))).json() == second


async def test_a_primary_contact_made_meanwhile_leaves_one(acme: Caller) -> None:
    customer = await acme.customer()
    first = await acme.contact(customer, isPrimary=True)
    await acme.delete(path(first))
    answers = await asyncio.gather(
        acme.post(f"{path(first)}/restore"),
        acme.contact(customer, isPrimary=True),
    )
    assert answers[0].status_code == 200
    assert [row["isPrimary"] for row in await acme.rows("/contacts")].count(True) == 1


async def test_it_belongs_to_whom_its_customer_belongs_to_by_now(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    contact = await alice.contact(customer)
    await alice.delete(path(contact))
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    refused(await alice.post(f"{path(contact)}/restore"), 404, "NOT_FOUND")
    restored = (await bob.post(f"{path(contact)}/restore")).json()
    assert restored["ownerId"] == "bob"
    for caller, total in ((alice, 0), (bob, 1), (acme, 1)):
        assert (await caller.get("/contacts")).json()["total"] == total
    assert await cell.service.database.read("check", EVERY_TENANT, differences, long=True) == []


async def test_its_customer_has_to_be_restored_first(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    alone, along = await alice.contact(customer), await alice.contact(customer)
    await alice.delete(path(alone))
    await alice.delete(f"/customers/{customer['customerId']}")
    async with nothing_changes(cell):
        for contact in (alone, along):
            for caller in (acme, alice):
                answer = await caller.post(f"{path(contact)}/restore")
                assert refused(answer, 409, "CONFLICT")["message"] == "客户已删除，请先恢复客户"
        answer = await acme.post(f"{path(alone)}/restore", headers={"Accept-Language": "en"})
        assert answer.json()["message"] == "The customer is deleted: restore it first"
    await alice.post(f"/customers/{customer['customerId']}/restore")
    assert [row["contactId"] for row in await alice.rows("/contacts")] == [along["contactId"]]
    assert (await alice.post(f"{path(alone)}/restore")).status_code == 200
    assert (await alice.get("/contacts")).json()["total"] == 2


async def test_a_copy_of_the_request_is_answered_alike(acme: Caller, cell: Running) -> None:
    contact = await acme.contact(await acme.customer())
    await acme.delete(path(contact))
    first = await acme.post(f"{path(contact)}/restore", key="once")
    async with nothing_changes(cell):
        assert (await acme.post(f"{path(contact)}/restore", key="once")).content == first.content


async def test_one_that_is_not_deleted_stays_as_it_is(acme: Caller, cell: Running) -> None:
    contact = await acme.contact(await acme.customer())
    answer = await acme.post(f"{path(contact)}/restore")
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, contact, '"1"')
    assert [deed["action"] for deed in audit(cell)] == ["created", "created"]


async def test_another_owners_or_tenants_contact_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    contact = await alice.contact(await alice.customer())
    await alice.delete(path(contact))
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            refused(await stranger.post(f"{path(contact)}/restore"), 404, "NOT_FOUND")
