"""POST /opportunities/{opportunity_id}/restore."""

from crm_cell.storage.engine import EVERY_TENANT
from tests.counters import differences
from tests.world import Caller, Json, Running, audit, events, nothing_changes, refused


def path(opportunity: Json) -> str:
    return f"/opportunities/{opportunity['opportunityId']}"


async def test_it_comes_back_with_its_place_in_the_funnel(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    won = await acme.opportunity(customer, stage=5, amountCents=7_00, ownerId="alice")
    funnel, metrics = await acme.get("/reports/funnel"), await acme.get("/metrics")
    history = await acme.rows(f"{path(won)}/history")
    await acme.delete(path(won))
    answer = await acme.post(f"{path(won)}/restore")
    restored = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert restored == won | {"updatedAt": restored["updatedAt"]}
    assert (await acme.get(path(won))).json() == restored
    assert await acme.rows(f"{path(won)}/history") == history
    assert (await acme.get("/reports/funnel")).content == funnel.content
    assert (await acme.get("/metrics")).content == metrics.content
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceId"]) == ("restored", won["opportunityId"])
    assert (event["eventType"], event["data"]) == ("crm.opportunity.restored", restored)
    assert await cell.service.database.read("check", EVERY_TENANT, differences, long=True) == []


async def test_its_follow_ups_still_name_it(acme: Caller) -> None:
    deal = await acme.opportunity(await acme.customer())
    noted = await acme.follow_up(opportunityId=deal["opportunityId"])
    await acme.delete(path(deal))
    await acme.post(f"{path(deal)}/restore")
    assert await acme.rows("/follow-ups", opportunityId=deal["opportunityId"]) == [noted]


async def test_its_owner_restores_it_whoever_owns_the_customer_and_so_does_the_customers(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    deal = await acme.opportunity(await alice.customer(), ownerId="bob")
    await bob.delete(path(deal))
    async with nothing_changes(cell):
        refused(await charlie.post(f"{path(deal)}/restore"), 404, "NOT_FOUND")
    assert (await bob.post(f"{path(deal)}/restore")).json()["ownerId"] == "bob"
    await bob.delete(path(deal))
    assert (await alice.post(f"{path(deal)}/restore")).json()["ownerId"] == "bob"
    assert (await bob.get("/opportunities")).json()["total"] == 1


async def test_its_customer_has_to_be_restored_first(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    deal = await acme.opportunity(customer, ownerId="bob")
    await alice.delete(f"/customers/{customer['customerId']}")
    async with nothing_changes(cell):
        for caller in (acme, alice, bob):
            answer = await caller.post(f"{path(deal)}/restore")
            assert refused(answer, 409, "CONFLICT")["message"] == "客户已删除，请先恢复客户"


async def test_one_that_is_not_deleted_stays_as_it_is(acme: Caller, cell: Running) -> None:
    deal = await acme.opportunity(await acme.customer())
    answer = await acme.post(f"{path(deal)}/restore")
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, deal, '"1"')
    assert [deed["action"] for deed in audit(cell)] == ["created", "created"]
