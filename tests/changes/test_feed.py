"""GET /changes: what has changed, in order, for those who may read it."""

import asyncio
import time
from typing import Any

import pytest

from tests.changes.following import Copy, follow, settled, start_of
from tests.world import Beside, Caller, Running, faults, refused


async def purge(cell: Running, sql: str, *values: object) -> None:
    """What only time or an accident does. Reads of one turn of the event loop share a snapshot."""
    cell.change(sql, *values)
    await asyncio.sleep(0.01)


async def test_every_change_of_a_record_is_a_line(acme: Caller, cell: Running) -> None:
    start = await start_of(acme)
    customer = await acme.customer(name="云图")
    path = f"/customers/{customer['customerId']}"
    await acme.patch(path, {"name": "云图科技", "status": 2})
    await acme.delete(path)
    await acme.post(f"{path}/restore")
    changes, _ = await follow(acme, start)
    assert [(each["type"], each["id"], each["op"], each["version"]) for each in changes] == [
        ("customer", customer["customerId"], "created", 1),
        ("customer", customer["customerId"], "updated", 2),
        ("customer", customer["customerId"], "deleted", 3),
        ("customer", customer["customerId"], "restored", 4),
    ]
    assert [each["fields"] for each in changes] == [[], ["name", "status"], [], []]
    assert {each["origin"] for each in changes} == {None}
    assert len({each["change"] for each in changes}) == 4
    assert all("data" not in each for each in changes)


async def test_data_is_the_record_as_get_shows_it(acme: Caller) -> None:
    start = await start_of(acme)
    customer = await acme.customer(contactPhone="13812345678")
    gone = await acme.customer()
    await acme.delete(f"/customers/{gone['customerId']}")
    changes, _ = await follow(acme, start, include="data")
    shown = (await acme.get(f"/customers/{customer['customerId']}")).json()
    assert shown["contactPhone"] == "138****5678"
    assert [each.get("data") for each in changes] == [shown, None, None]


async def test_a_page_ends_where_the_next_one_begins(acme: Caller) -> None:
    start = await start_of(acme)
    created = [(await acme.customer())["customerId"] for _ in range(5)]
    changes, pages = await follow(acme, start, limit=2)
    assert [each["id"] for each in changes] == created
    assert [(len(page["data"]), page["caughtUp"]) for page in pages] == [
        (2, False),
        (2, False),
        (1, True),
    ]
    again = (await acme.get("/changes", after=pages[-1]["next"])).json()
    assert again == {"data": [], "next": pages[-1]["next"], "caughtUp": True}


async def test_types_narrow_it(acme: Caller) -> None:
    start = await start_of(acme)
    customer = await acme.customer()
    contact = await acme.contact(customer)
    await acme.opportunity(customer)
    changes, _ = await follow(acme, start, types="contact,follow_up")
    assert [(each["type"], each["id"]) for each in changes] == [("contact", contact["contactId"])]


async def test_collapsed_it_has_the_last_line_of_each_record(acme: Caller) -> None:
    one, other = await acme.customer(), await acme.customer()
    start = await start_of(acme)
    for name in ("甲", "乙"):
        await acme.patch(f"/customers/{one['customerId']}", {"name": name})
    await acme.patch(f"/customers/{other['customerId']}", {"status": 2})
    await acme.patch(f"/customers/{one['customerId']}", {"status": 2})
    new = await acme.customer()
    await acme.patch(f"/customers/{new['customerId']}", {"name": "丙"})
    changes, _ = await follow(acme, start, collapse="true")
    assert [(each["id"], each["op"], each["version"], each["fields"]) for each in changes] == [
        (other["customerId"], "updated", 2, ["status"]),
        (one["customerId"], "updated", 4, ["name", "status"]),
        (new["customerId"], "created", 2, ["name"]),
    ]


async def test_without_a_cursor_it_begins_with_the_oldest_change(acme: Caller) -> None:
    customer = await acme.customer()
    await settled()
    page = (await acme.get("/changes")).json()
    assert [each["id"] for each in page["data"]] == [customer["customerId"]]


async def test_a_payment_changes_its_contract(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer())
    start = await start_of(acme)
    payment = await acme.payment(contract)
    changes, _ = await follow(acme, start, include="data")
    assert [(each["type"], each["op"], each["fields"]) for each in changes] == [
        ("contract", "updated", ["paidCents", "outstandingCents"]),
        ("payment", "created", []),
    ]
    paid = (await acme.get(f"/contracts/{contract['contractId']}")).json()
    assert [each["data"] for each in changes] == [paid, payment]
    assert changes[0]["version"] == 2


async def test_closing_an_opportunity_is_one_line(acme: Caller) -> None:
    opportunity = await acme.opportunity(await acme.customer())
    start = await start_of(acme)
    await acme.patch(f"/opportunities/{opportunity['opportunityId']}", {"status": 2})
    changes, _ = await follow(acme, start)
    assert [(each["op"], each["fields"]) for each in changes] == [
        ("updated", ["stage", "status", "closedAt", "stageSince"])
    ]


# Cursors


@pytest.mark.parametrize("cursor", ["x", "%%%", "MTIz", "a" * 22, "a" * 200, "客"])
async def test_a_garbled_cursor_is_refused(cursor: str, acme: Caller) -> None:
    assert faults(await acme.get("/changes", after=cursor)) == {("after", "malformed")}


async def test_a_cursor_of_another_tenant_is_refused(acme: Caller, charlie: Caller) -> None:
    await acme.customer()
    await charlie.customer()
    assert faults(await charlie.get("/changes", after=await start_of(acme))) == {
        ("after", "malformed")
    }


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"types": "customer,unicorn"}, ("types", "not_one_of")),
        ({"limit": 0}, ("limit", "too_small")),
        ({"limit": 1001}, ("limit", "too_large")),
        ({"wait": 26}, ("wait", "too_large")),
        ({"include": "everything"}, ("include", "not_one_of")),
        ({"collapse": "maybe"}, ("collapse", "type")),
        ({"since": "yesterday"}, ("since", "unknown")),
    ],
)
async def test_a_wrong_parameter_is_refused(
    query: dict[str, Any], fault: tuple[str, str], acme: Caller
) -> None:
    assert faults(await acme.get("/changes", **query)) == {fault}


async def test_a_cursor_before_purged_changes_is_gone(acme: Caller, cell: Running) -> None:
    start = await start_of(acme)
    await acme.customer()
    middle = await start_of(acme)
    await acme.customer()
    await settled()
    await purge(cell, "DELETE FROM events WHERE change_no = 1")
    refused(await acme.get("/changes", after=start), 410, "CHANGES_EXPIRED")
    assert len((await follow(acme, middle))[0]) == 1
    await purge(cell, "DELETE FROM events")
    body = refused(await acme.get("/changes", after=middle), 410, "CHANGES_EXPIRED")
    assert "GET /changes/now" in body["details"]
    assert (await acme.get("/changes", after=await start_of(acme))).json()["data"] == []


async def test_numbers_go_on_when_all_events_are_gone(acme: Caller, cell: Running) -> None:
    await acme.customer()
    await settled()
    await purge(cell, "DELETE FROM events")
    start = await start_of(acme)
    customer = await acme.customer()
    changes, _ = await follow(acme, start)
    assert [each["id"] for each in changes] == [customer["customerId"]]


async def test_what_is_older_than_the_setting_is_gone(acme: Caller, cell: Running) -> None:
    start = await start_of(acme)
    await acme.customer()
    await settled()
    await purge(cell, "UPDATE events SET created_at = created_at - ?", 31 * 86_400_000)
    refused(await acme.get("/changes", after=start), 410, "CHANGES_EXPIRED")


async def test_a_cursor_from_before_a_restored_backup_is_gone(acme: Caller, cell: Running) -> None:
    await acme.customer()
    cursor = await start_of(acme)
    await purge(cell, "DELETE FROM events")
    await purge(cell, "UPDATE change_heads SET last_no = 0")
    refused(await acme.get("/changes", after=cursor), 410, "CHANGES_EXPIRED")


# Waiting


async def test_a_wait_ends_with_the_next_change(acme: Caller) -> None:
    await acme.customer()
    start = await start_of(acme)
    waiting = asyncio.create_task(acme.get("/changes", after=start, wait=20))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    customer = await acme.customer()
    page = (await asyncio.wait_for(waiting, 10)).json()
    assert [each["id"] for each in page["data"]] == [customer["customerId"]]


async def test_a_wait_ends_without_a_change(acme: Caller) -> None:
    start = await start_of(acme)
    began = time.monotonic()
    page = (await acme.get("/changes", after=start, wait=1)).json()
    assert page == {"data": [], "next": start, "caughtUp": True}
    assert 0.9 < time.monotonic() - began < 3


async def test_a_change_of_others_does_not_end_a_wait(alice: Caller, bob: Caller) -> None:
    start = await start_of(alice)
    waiting = asyncio.create_task(alice.get("/changes", after=start, wait=20))
    await asyncio.sleep(0.1)
    await bob.customer()
    await asyncio.sleep(0.5)
    assert not waiting.done()
    mine = await alice.customer()
    page = (await asyncio.wait_for(waiting, 5)).json()
    assert [each["id"] for each in page["data"]] == [mine["customerId"]]


async def test_a_wait_ends_when_the_service_drains(acme: Caller, cell: Running) -> None:
    start = await start_of(acme)
    waiting = asyncio.create_task(acme.get("/changes", after=start, wait=20))
    await asyncio.sleep(0.2)
    cell.service.drain(5)
    assert (await asyncio.wait_for(waiting, 2)).json()["data"] == []
    assert (await asyncio.wait_for(acme.get("/changes", after=start, wait=20), 2)).is_success


async def test_only_so_many_of_a_tenant_wait(acme: Caller, charlie: Caller, cell: Running) -> None:
    start, other = await start_of(acme), await start_of(charlie)
    waiting = [asyncio.create_task(acme.get("/changes", after=start, wait=20)) for _ in range(20)]
    await asyncio.sleep(0.3)
    refused(await acme.get("/changes", after=start, wait=20), 429, "RATE_LIMIT")
    assert (await acme.get("/changes", after=start)).is_success
    assert (await charlie.get("/changes", after=other, wait=1)).is_success
    cell.service.drain(5)
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}


async def test_waiting_takes_no_place_from_others(
    acme: Caller, charlie: Caller, beside: Beside
) -> None:
    """One place for all requests, and several that wait."""
    async with beside(slots=1) as narrow:
        one, other = Caller(narrow.client, "acme"), Caller(narrow.client, "globex")
        start = await start_of(one)
        waiting = [asyncio.create_task(one.get("/changes", after=start, wait=20)) for _ in range(3)]
        await asyncio.sleep(0.2)
        assert (await other.get("/customers")).is_success
        await one.customer()
        answers = await asyncio.wait_for(asyncio.gather(*waiting), 5)
        assert [len(each.json()["data"]) for each in answers] == [1, 1, 1]


async def test_a_reader_ends_with_the_state_of_the_tables(acme: Caller) -> None:
    copy = Copy(await start_of(acme))
    customers = [await acme.customer() for _ in range(4)]
    for each in customers[:2]:
        await acme.contact(each)
        await acme.opportunity(each)
    await acme.delete(f"/customers/{customers[0]['customerId']}")
    await copy.catch_up(acme)
    await acme.post(f"/customers/{customers[0]['customerId']}/restore")
    await acme.delete(f"/customers/{customers[1]['customerId']}")
    await acme.patch(f"/customers/{customers[2]['customerId']}", {"status": 2})
    await copy.catch_up(acme)
    assert copy.records == await Copy.of_lists(acme)
