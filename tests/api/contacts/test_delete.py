"""DELETE /contacts/{contact_id}, and what becomes of contacts when their customer is deleted."""

from tests.world import Caller, Running, audit, events, nothing_changes, refused


async def test_it_is_gone_and_the_second_time_not_found(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer(), phone="13812345678")
    path = f"/contacts/{created['contactId']}"
    answer = await acme.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    async with nothing_changes(cell):
        refused(await acme.get(path), 404, "NOT_FOUND")
        refused(await acme.patch(path, {"name": "x"}), 404, "NOT_FOUND")
        refused(await acme.delete(path), 404, "NOT_FOUND")
    assert await acme.rows("/contacts") == []


async def test_it_is_put_on_record(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer(), phone="13812345678")
    await acme.delete(f"/contacts/{created['contactId']}")
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceId"]) == ("deleted", created["contactId"])
    assert deed["changes"]["phone"] == {"before": "138****5678"}
    assert (event["eventType"], event["data"]) == ("crm.contact.deleted", created)


async def test_a_copy_of_the_request_is_answered_alike(acme: Caller, cell: Running) -> None:
    path = f"/contacts/{(await acme.contact(await acme.customer()))['contactId']}"
    await acme.delete(path, key="gone")
    async with nothing_changes(cell):
        assert (await acme.delete(path, key="gone")).status_code == 204


async def test_a_stale_etag_is_refused(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer())
    async with nothing_changes(cell):
        answer = await acme.delete(f"/contacts/{created['contactId']}", headers={"If-Match": '"2"'})
        refused(answer, 412, "PRECONDITION_FAILED")


async def test_a_follow_up_that_mentions_it_stays_as_it_is(acme: Caller) -> None:
    created = await acme.contact(await acme.customer())
    noted = await acme.follow_up(contactId=created["contactId"])
    await acme.delete(f"/contacts/{created['contactId']}")
    assert (await acme.get(f"/follow-ups/{noted['followUpId']}")).json() == noted


async def test_another_owners_or_tenants_contact_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    created = await alice.contact(await alice.customer())
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            answer = await stranger.delete(f"/contacts/{created['contactId']}")
            refused(answer, 404, "NOT_FOUND")


async def test_contacts_go_with_their_customer_each_on_record(acme: Caller, cell: Running) -> None:
    customer, other = await acme.customer(), await acme.customer()
    gone = [await acme.contact(customer) for _ in range(3)]
    stays = await acme.contact(other)
    await acme.delete(f"/contacts/{gone[0]['contactId']}")
    told, recorded = len(events(cell)), len(audit(cell))
    assert (await acme.delete(f"/customers/{customer['customerId']}")).status_code == 204
    assert [(event["eventType"], event["data"]) for event in events(cell)[told:]] == [
        ("crm.contact.deleted", gone[1]),
        ("crm.contact.deleted", gone[2]),
        ("crm.customer.deleted", customer),
    ]
    assert [(deed["action"], deed["resourceId"]) for deed in audit(cell)[recorded:]] == [
        ("deleted", gone[1]["contactId"]),
        ("deleted", gone[2]["contactId"]),
        ("deleted", customer["customerId"]),
    ]
    page = (await acme.get("/contacts")).json()
    assert (page["data"], page["total"]) == ([stays], 1)
    refused(await acme.get(f"/contacts/{gone[1]['contactId']}"), 404, "NOT_FOUND")
