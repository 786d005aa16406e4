"""DELETE /follow-ups/{follow_up_id}, and what becomes of them when their customer is deleted."""

from tests.world import Caller, Running, audit, events, nothing_changes, refused


async def test_it_is_gone_and_the_second_time_not_found(acme: Caller, cell: Running) -> None:
    created = await acme.follow_up()
    path = f"/follow-ups/{created['followUpId']}"
    answer = await acme.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    async with nothing_changes(cell):
        refused(await acme.get(path), 404, "NOT_FOUND")
        refused(await acme.patch(path, {"content": "x"}), 404, "NOT_FOUND")
        refused(await acme.delete(path), 404, "NOT_FOUND")
    assert (await acme.get("/follow-ups")).json()["total"] == 0


async def test_it_is_put_on_record(acme: Caller, cell: Running) -> None:
    created = await acme.follow_up()
    await acme.delete(f"/follow-ups/{created['followUpId']}")
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceId"]) == ("deleted", created["followUpId"])
    assert deed["changes"]["content"] == {"before": "电话沟通需求"}
    assert (event["eventType"], event["data"]) == ("crm.follow_up.deleted", created)


async def test_a_copy_of_the_request_is_answered_alike(acme: Caller, cell: Running) -> None:
    path = f"/follow-ups/{(await acme.follow_up())['followUpId']}"
    await acme.delete(path, key="gone")
    async with nothing_changes(cell):
        assert (await acme.delete(path, key="gone")).status_code == 204


async def test_a_stale_etag_is_refused(acme: Caller, cell: Running) -> None:
    created = await acme.follow_up()
    async with nothing_changes(cell):
        answer = await acme.delete(
            f"/follow-ups/{created['followUpId']}", headers={"If-Match": '"2"'}
        )
        refused(answer, 412, "PRECONDITION_FAILED")


async def test_another_owners_or_tenants_follow_up_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    created = await alice.follow_up()
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            answer = await stranger.delete(f"/follow-ups/{created['followUpId']}")
            refused(answer, 404, "NOT_FOUND")


async def test_follow_ups_go_with_their_customer_each_on_record(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    opportunity, contact = await acme.opportunity(customer), await acme.contact(customer)
    gone = [
        await acme.follow_up(customerId=customer["customerId"]),
        await acme.follow_up(opportunityId=opportunity["opportunityId"]),
        await acme.follow_up(contactId=contact["contactId"]),
    ]
    stays = await acme.follow_up()
    customer = (await acme.get(f"/customers/{customer['customerId']}")).json()
    told, recorded = len(events(cell)), len(audit(cell))
    assert (await acme.delete(f"/customers/{customer['customerId']}")).status_code == 204
    assert [(event["eventType"], event["data"]) for event in events(cell)[told:]] == [
        ("crm.contact.deleted", contact),
        ("crm.opportunity.deleted", opportunity),
        *[("crm.follow_up.deleted", each) for each in gone],
        ("crm.customer.deleted", customer),
    ]
    assert [deed["action"] for deed in audit(cell)[recorded:]] == ["deleted"] * 6
    page = (await acme.get("/follow-ups")).json()
    assert (page["data"], page["total"]) == ([stays], 1)
    refused(await acme.get(f"/follow-ups/{gone[0]['followUpId']}"), 404, "NOT_FOUND")


async def test_more_than_one_batch_goes_with_the_customer(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    for number in range(101):
        await acme.follow_up(customerId=customer["customerId"], content=f"第 {number} 次")
    await acme.delete(f"/customers/{customer['customerId']}")
    assert len(events(cell, event_type="crm.follow_up.deleted")) == 101
    assert cell.rows(
        "SELECT sum(value) FROM counters WHERE name LIKE 'follow_ups%' AND name NOT LIKE '%.moves'"
    ) == [(0,)]


async def test_a_customer_with_contracts_keeps_all_that_belongs_to_it(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    await acme.contact(customer)
    await acme.opportunity(customer)
    await acme.follow_up(customerId=customer["customerId"])
    await acme.contract(customer)
    async with nothing_changes(cell):
        answer = await acme.delete(f"/customers/{customer['customerId']}")
        refused(answer, 409, "CONFLICT")
