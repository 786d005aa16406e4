"""POST /customers/{customer_id}/restore."""

import asyncio

import pytest

from crm_cell.contacts.resource import contacts
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.opportunities.resource import opportunities
from crm_cell.storage.engine import EVERY_TENANT
from tests.counters import differences
from tests.world import Caller, Json, Running, audit, events, nothing_changes, refused


def path(customer: Json) -> str:
    return f"/customers/{customer['customerId']}"


async def assert_counters_hold(cell: Running) -> None:
    check = cell.service.database.read("check", EVERY_TENANT, differences, long=True)
    assert await check == []


async def lists(caller: Caller, customer: Json) -> dict[str, list[str]]:
    """What each list of the customer shows, the totals being just as many."""
    found = {}
    for where, query in (
        ("/customers", {}),
        ("/contacts", {"customerId": customer["customerId"]}),
        ("/opportunities", {"customerId": customer["customerId"]}),
        ("/follow-ups", {"customerId": customer["customerId"]}),
    ):
        page = (await caller.get(where, **query)).json()
        assert page["total"] == len(page["data"])
        found[where] = [next(iter(row.values())) for row in page["data"]]
    return found


async def test_it_comes_back_as_it_was(acme: Caller) -> None:
    customer = await acme.customer(contactPhone="13812345678", ownerId="alice")
    await acme.delete(path(customer))
    answer = await acme.post(f"{path(customer)}/restore")
    restored = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert "location" not in answer.headers
    assert restored == customer | {"updatedAt": restored["updatedAt"]}
    assert (await acme.get(path(customer))).json() == restored
    assert await acme.rows("/customers") == [restored]
    assert await acme.rows("/customers", phone="13812345678") == [restored]


async def test_it_is_put_on_record_in_both_languages(alice: Caller, cell: Running) -> None:
    customer = await alice.customer(name="云图", contactPhone="13812345678")
    await alice.delete(path(customer))
    restored = (await alice.post(f"{path(customer)}/restore", key="back")).json()
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceId"]) == ("restored", customer["customerId"])
    assert (deed["actor"], deed["requestId"]) == ("alice", "back")
    assert deed["changes"] == {name: {"after": value} for name, value in restored.items()}
    assert (event["eventType"], event["data"]) == ("crm.customer.restored", restored)
    for language, summary in (
        ("zh", "alice 恢复了客户「云图」"),
        ("en", "alice restored customer “云图”"),
    ):
        told = await alice.get("/audit-logs", {"Accept-Language": language}, action="restored")
        assert [entry["summary"] for entry in told.json()["data"]] == [summary]


async def test_what_was_deleted_along_with_it_comes_back_and_nothing_else(
    acme: Caller, cell: Running
) -> None:
    customer, other = await acme.customer(), await acme.customer()
    for owner in (customer, other):
        contact = await acme.contact(owner, isPrimary=True)
        deal = await acme.opportunity(owner, stage=3)
        await acme.follow_up(opportunityId=deal["opportunityId"], contactId=contact["contactId"])
    gone = [
        f"/contacts/{(await acme.contact(customer))['contactId']}",
        f"/opportunities/{(await acme.opportunity(customer))['opportunityId']}",
        f"/follow-ups/{(await acme.follow_up(customerId=customer['customerId']))['followUpId']}",
    ]
    for each in gone:
        await acme.delete(each)
    before, funnel = await lists(acme, customer), (await acme.get("/reports/funnel")).json()
    rows = [await acme.rows(where) for where in ("/contacts", "/opportunities", "/follow-ups")]
    await acme.delete(path(customer))
    told = len(events(cell))
    assert (await acme.post(f"{path(customer)}/restore")).status_code == 200
    assert await lists(acme, customer) == before
    assert (await acme.get("/reports/funnel")).json() == funnel
    shown = [await acme.rows(where) for where in ("/contacts", "/opportunities", "/follow-ups")]
    assert [[row | {"updatedAt": ""} for row in each] for each in shown] == [
        [row | {"updatedAt": ""} for row in each] for each in rows
    ]
    # It is restored before what its figures follow from.
    figures = ("lastFollowUpAt", "openOpportunityCount", "openOpportunityCents")
    back = (await acme.get(path(customer))).json() | dict.fromkeys(figures)
    assert [(event["eventType"], event["data"]) for event in events(cell)[told:]] == [
        ("crm.customer.restored", back),
        *(
            (f"crm.{kind}.restored", each[-1])
            for kind, each in zip(("contact", "opportunity", "follow_up"), shown, strict=True)
        ),
    ]
    assert [deed["action"] for deed in audit(cell)[-4:]] == ["restored"] * 4
    for each in gone:
        refused(await acme.get(each), 404, "NOT_FOUND")
    await assert_counters_hold(cell)


async def test_more_than_a_batch_of_them_comes_back(
    acme: Caller, cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for resource in (contacts, opportunities, follow_ups):
        monkeypatch.setattr(resource, "batch", 2)
    customer = await acme.customer()
    for _ in range(5):
        await acme.contact(customer)
        await acme.opportunity(customer)
        await acme.follow_up(customerId=customer["customerId"])
    before = await lists(acme, customer)
    await acme.delete(path(customer))
    await acme.post(f"{path(customer)}/restore")
    assert await lists(acme, customer) == before
    await assert_counters_hold(cell)


async def test_the_colleague_whose_deal_went_with_it_has_it_again(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    deal = await acme.opportunity(customer, ownerId="bob")
    await alice.delete(path(customer))
    assert await bob.rows("/opportunities") == []
    await alice.post(f"{path(customer)}/restore")
    assert [row["opportunityId"] for row in await bob.rows("/opportunities")] == [
        deal["opportunityId"]
    ]


async def test_a_name_that_was_taken_is_refused_and_says_by_whom(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer(name="Acme Corp")
    await alice.delete(path(customer))
    taker = await acme.customer(name="ACME corp")
    async with nothing_changes(cell):
        answer = await acme.post(f"{path(customer)}/restore")
        body = refused(answer, 409, "DUPLICATE_NAME")
        assert body["message"] == "客户名称已存在"
        assert body["details"] == f"现由客户「ACME corp」（{taker['customerId']}）使用"
        english = {"Accept-Language": "en"}
        answer = await acme.post(f"{path(customer)}/restore", headers=english)
        assert answer.json()["details"] == (
            f'It is now the name of the customer "ACME corp" ({taker["customerId"]})'
        )
        answer = await alice.post(f"{path(customer)}/restore")
        assert taker["customerId"] not in refused(answer, 409, "DUPLICATE_NAME")["details"]
    await acme.patch(path(taker), {"name": "Another"})
    assert (await alice.post(f"{path(customer)}/restore")).status_code == 200


async def test_of_two_at_once_with_one_name_one_comes_back(acme: Caller, cell: Running) -> None:
    customers = []
    for _ in range(2):
        customers.append(await acme.customer(name="云图"))
        await acme.delete(path(customers[-1]))
    answers = await asyncio.gather(*(acme.post(f"{path(each)}/restore") for each in customers))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await acme.rows("/customers")) == 1
    await assert_counters_hold(cell)


async def test_a_copy_of_the_request_is_answered_alike(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.contact(customer)
    await acme.delete(path(customer))
    first = await acme.post(f"{path(customer)}/restore", key="once")
    async with nothing_changes(cell):
        again = await acme.post(f"{path(customer)}/restore", key="once")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert again.headers["idempotent-replayed"] == "true"


async def test_one_that_is_not_deleted_stays_as_it_is(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    answer = await acme.post(f"{path(customer)}/restore")
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, customer, '"1"')
    assert [deed["action"] for deed in audit(cell)] == ["created"]
    assert [event["eventType"] for event in events(cell)] == ["crm.customer.created"]


async def test_it_may_be_deleted_and_restored_again(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    first = await acme.contact(customer)
    await acme.contact(customer)
    for _ in range(2):
        await acme.delete(path(customer))
        await acme.post(f"{path(customer)}/restore")
    await acme.delete(f"/contacts/{first['contactId']}")
    await acme.delete(path(customer))
    await acme.post(f"{path(customer)}/restore")
    assert (await acme.get("/contacts")).json()["total"] == 1
    refused(await acme.get(f"/contacts/{first['contactId']}"), 404, "NOT_FOUND")
    await assert_counters_hold(cell)


async def test_another_owners_or_tenants_customer_does_not_exist(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    of_alice, of_nobody = await alice.customer(), await acme.customer()
    for customer in (of_alice, of_nobody):
        await acme.delete(path(customer))
    async with nothing_changes(cell):
        for caller, customer in ((bob, of_alice), (alice, of_nobody), (charlie, of_nobody)):
            answer = await caller.post(f"{path(customer)}/restore")
            assert refused(answer, 404, "NOT_FOUND")["message"] == "客户不存在"
    assert (await alice.post(f"{path(of_alice)}/restore")).status_code == 200


async def test_deep_pages_are_right_after_it(
    acme: Caller, every_page_is_deep: None, cell: Running
) -> None:
    customers = [await acme.customer() for _ in range(12)]
    newest_first = [each["customerId"] for each in reversed(customers)]

    async def paged() -> list[str]:
        pages = [await acme.rows("/customers", page=number, pageSize=3) for number in range(1, 5)]
        return [row["customerId"] for page in pages for row in page]

    assert await paged() == newest_first
    await acme.delete(path(customers[4]))
    assert len(await paged()) == 11
    await acme.post(f"{path(customers[4])}/restore")
    assert await paged() == newest_first
