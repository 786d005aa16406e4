"""DELETE /opportunities/{opportunity_id}, and what becomes of them with their customer."""

from tests.world import Caller, Running, audit, events, nothing_changes, refused


async def test_it_is_gone_and_the_second_time_not_found(acme: Caller, cell: Running) -> None:
    created = await acme.opportunity(await acme.customer())
    path = f"/opportunities/{created['opportunityId']}"
    answer = await acme.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    async with nothing_changes(cell):
        refused(await acme.get(path), 404, "NOT_FOUND")
        refused(await acme.get(f"{path}/history"), 404, "NOT_FOUND")
        refused(await acme.patch(path, {"stage": 2}), 404, "NOT_FOUND")
        refused(await acme.delete(path), 404, "NOT_FOUND")


async def test_it_is_put_on_record(acme: Caller, cell: Running) -> None:
    created = await acme.opportunity(await acme.customer())
    await acme.delete(f"/opportunities/{created['opportunityId']}")
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceId"]) == ("deleted", created["opportunityId"])
    assert deed["changes"]["title"] == {"before": "年度采购"}
    assert (event["eventType"], event["data"]) == ("crm.opportunity.deleted", created)


async def test_a_copy_of_the_request_is_answered_alike(acme: Caller, cell: Running) -> None:
    path = f"/opportunities/{(await acme.opportunity(await acme.customer()))['opportunityId']}"
    await acme.delete(path, key="gone")
    async with nothing_changes(cell):
        assert (await acme.delete(path, key="gone")).status_code == 204


async def test_a_stale_etag_is_refused(acme: Caller, cell: Running) -> None:
    created = await acme.opportunity(await acme.customer())
    async with nothing_changes(cell):
        answer = await acme.delete(
            f"/opportunities/{created['opportunityId']}", headers={"If-Match": '"2"'}
        )
        refused(answer, 412, "PRECONDITION_FAILED")


async def test_follow_ups_and_contracts_that_mention_it_stay_as_they_are(acme: Caller) -> None:
    customer = await acme.customer()
    created = await acme.opportunity(customer)
    noted = await acme.follow_up(opportunityId=created["opportunityId"])
    signed = await acme.contract(customer, opportunityId=created["opportunityId"])
    await acme.delete(f"/opportunities/{created['opportunityId']}")
    assert (await acme.get(f"/follow-ups/{noted['followUpId']}")).json() == noted
    assert (await acme.get(f"/contracts/{signed['contractId']}")).json() == signed


async def test_another_owners_or_tenants_opportunity_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    created = await alice.opportunity(await alice.customer())
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            answer = await stranger.delete(f"/opportunities/{created['opportunityId']}")
            refused(answer, 404, "NOT_FOUND")


async def test_opportunities_go_with_their_customer_whoever_owns_them(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    hers = await alice.opportunity(customer)
    his = await acme.opportunity(customer, ownerId="bob", stage=5)
    stays = await bob.opportunity(await bob.customer())
    customer = (await acme.get(f"/customers/{customer['customerId']}")).json()
    told, recorded = len(events(cell)), len(audit(cell))
    assert (await alice.delete(f"/customers/{customer['customerId']}")).status_code == 204
    assert [(event["eventType"], event["data"]) for event in events(cell)[told:]] == [
        # Bob reads the customer no longer.
        ("crm.customer.access_changed", {"customerId": customer["customerId"]}),
        ("crm.opportunity.deleted", hers),
        ("crm.opportunity.deleted", his),
        ("crm.customer.deleted", customer),
    ]
    assert [(deed["action"], deed["resourceId"]) for deed in audit(cell)[recorded:]] == [
        ("deleted", hers["opportunityId"]),
        ("deleted", his["opportunityId"]),
        ("deleted", customer["customerId"]),
    ]
    for caller, rows in ((alice, []), (bob, [stays]), (acme, [stays])):
        page = (await caller.get("/opportunities")).json()
        assert (page["data"], page["total"]) == (rows, len(rows))
