"""POST /follow-ups/{follow_up_id}/restore."""

from crm_cell.storage.engine import EVERY_TENANT
from tests.counters import differences
from tests.world import Caller, Json, Running, audit, events, nothing_changes, refused


def path(follow_up: Json) -> str:
    return f"/follow-ups/{follow_up['followUpId']}"


async def test_it_comes_back_as_it_was_and_is_put_on_record(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    noted = await alice.follow_up(customerId=(await alice.customer())["customerId"])
    await alice.delete(path(noted))
    answer = await acme.post(f"{path(noted)}/restore")
    restored = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert restored == noted | {"updatedAt": restored["updatedAt"]}
    assert restored["createdBy"] == "alice"
    assert await alice.rows("/follow-ups", customerId=noted["customerId"]) == [restored]
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceId"]) == ("restored", noted["followUpId"])
    assert (event["eventType"], event["data"]) == ("crm.follow_up.restored", restored)
    for language, summary in (
        ("zh", "系统恢复了跟进记录「电话沟通需求」"),
        ("en", "The system restored follow-up “电话沟通需求”"),
    ):
        told = await acme.get("/audit-logs", {"Accept-Language": language}, action="restored")
        assert [each["summary"] for each in told.json()["data"]] == [summary]
    assert await cell.service.database.read("check", EVERY_TENANT, differences, long=True) == []


async def test_one_without_a_customer_is_restored_by_whoever_wrote_it(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    noted = await alice.follow_up()
    await alice.delete(path(noted))
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            refused(await stranger.post(f"{path(noted)}/restore"), 404, "NOT_FOUND")
    assert (await alice.post(f"{path(noted)}/restore")).status_code == 200
    assert (await alice.get("/follow-ups")).json()["total"] == 1


async def test_a_deleted_deal_or_contact_that_it_names_is_no_obstacle(acme: Caller) -> None:
    customer = await acme.customer()
    deal, contact = await acme.opportunity(customer), await acme.contact(customer)
    noted = await acme.follow_up(
        opportunityId=deal["opportunityId"], contactId=contact["contactId"]
    )
    for each in (
        path(noted),
        f"/opportunities/{deal['opportunityId']}",
        f"/contacts/{contact['contactId']}",
    ):
        await acme.delete(each)
    restored = (await acme.post(f"{path(noted)}/restore")).json()
    assert restored == noted | {"updatedAt": restored["updatedAt"]}


async def test_it_belongs_to_whom_its_customer_belongs_to_by_now(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    noted = await alice.follow_up(customerId=customer["customerId"])
    await alice.delete(path(noted))
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    refused(await alice.post(f"{path(noted)}/restore"), 404, "NOT_FOUND")
    assert (await bob.post(f"{path(noted)}/restore")).status_code == 200
    assert (await bob.get("/follow-ups")).json()["total"] == 1
    assert await cell.service.database.read("check", EVERY_TENANT, differences, long=True) == []


async def test_its_customer_has_to_be_restored_first(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    noted = await acme.follow_up(customerId=customer["customerId"])
    await acme.delete(f"/customers/{customer['customerId']}")
    async with nothing_changes(cell):
        answer = await acme.post(f"{path(noted)}/restore")
        assert refused(answer, 409, "CONFLICT")["message"] == "客户已删除，请先恢复客户"


async def test_one_that_is_not_deleted_stays_as_it_is(acme: Caller, cell: Running) -> None:
    noted = await acme.follow_up()
    answer = await acme.post(f"{path(noted)}/restore")
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, noted, '"1"')
    assert [deed["action"] for deed in audit(cell)] == ["created"]
