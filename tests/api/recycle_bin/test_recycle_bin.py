"""The recycle bin shows deleted records to whom they concern, and is emptied after a time."""

from typing import Any

import pytest

from crm_cell.kernel.clock import format_time, parse_time
from crm_cell.recycle_bin.purging import purge_old
from crm_cell.settings import Settings
from tests.world import Beside, Caller, Json, Running, audit, faults, nothing_changes

DAY_MS = 86_400_000


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As they are by default."""
    return settings.model_copy(update={"recycle_days": 30})


async def deleted(caller: Caller, size: int = 100, **query: Any) -> list[Json]:
    found: list[Json] = []
    while True:
        answer = await caller.get("/recycle-bin", pageSize=size, **query)
        assert answer.status_code == 200, answer.text
        found += answer.json()["data"]
        if (cursor := answer.json()["nextCursor"]) is None:
            return found
        query["cursor"] = cursor


async def delete(caller: Caller, path: str) -> None:
    assert (await caller.delete(path)).status_code == 204


async def purge(cell: Running) -> int:
    return await purge_old(cell.service.database, cell.service.services, 30)


def age(cell: Running, table: str) -> None:
    cell.change(f"UPDATE {table} SET deleted_at = deleted_at - {31 * DAY_MS}")


async def test_it_shows_what_was_deleted_by_whom_and_gives_it_back(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    customer = await alice.customer(name="云帆")
    await alice.contact(customer)
    deal = await alice.opportunity(await alice.customer(), title="试点")
    note = await bob.follow_up(content="他的")
    await delete(alice, f"/customers/{customer['customerId']}")
    await delete(acme, f"/opportunities/{deal['opportunityId']}")
    await delete(bob, f"/follow-ups/{note['followUpId']}")

    found = await deleted(acme)
    assert [(each["type"], each["title"], each["deletedBy"]) for each in found] == [
        ("follow_up", None, "bob"),
        ("opportunity", "试点", None),
        ("customer", "云帆", "alice"),
    ]
    [*_, first] = found
    assert (first["id"], first["restore"]) == (
        customer["customerId"],
        f"/customers/{customer['customerId']}/restore",
    )
    later = parse_time(first["deletedAt"]) + 30 * DAY_MS
    assert first["purgeAt"] == format_time(later)
    for size in (1, 2):
        assert await deleted(acme, size) == found
    assert await deleted(acme, types="customer,follow_up") == [found[0], found[2]]
    assert await deleted(alice) == [found[2]]
    assert await deleted(bob, 1) == [found[0]]
    assert await deleted(charlie) == []
    assert faults(await acme.get("/recycle-bin", types="contract")) == {("types", "not_one_of")}

    assert (await alice.post(first["restore"])).status_code == 200
    assert await deleted(alice) == []
    await delete(acme, f"/customers/{customer['customerId']}")
    assert [each["deletedBy"] for each in await deleted(acme, types="customer")] == [None]


async def test_what_is_purged_leaves_nothing_and_what_is_referred_to_stays(
    cell: Running, acme: Caller, alice: Caller
) -> None:
    by = "/customers/by/erp/K-1"
    made = await alice.put(by, {"name": "旧客户", "contactPhone": "13812345678"})
    gone = made.json()
    contact = await alice.contact(gone, phone="13987654321")
    deal = await alice.opportunity(gone)
    note = await alice.follow_up(customerId=gone["customerId"], contactId=contact["contactId"])
    task = await alice.post("/tasks", {"title": "回电", "customerId": gone["customerId"]})
    young = await alice.customer(name="新客户")
    keeper = await alice.customer(name="有合同")
    signed = await alice.opportunity(keeper)
    await alice.contract(keeper, opportunityId=signed["opportunityId"])
    await delete(alice, f"/customers/{gone['customerId']}")
    await delete(alice, f"/opportunities/{signed['opportunityId']}")
    for table in ("customers", "contacts", "opportunities", "follow_ups", "tasks"):
        age(cell, table)
    await delete(alice, f"/customers/{young['customerId']}")

    assert await purge(cell) == 5
    ids = {
        gone["customerId"],
        contact["contactId"],
        deal["opportunityId"],
        note["followUpId"],
        task.json()["taskId"],
    }
    traces = {"audit_logs", "events", "idempotency_keys", "counters"}  # which are zero
    tables = {name: repr(rows) for name, rows in cell.everything().items()}
    left = {name for name, text in tables.items() if any(each in text for each in ids)}
    assert left == traces
    purged = [each for each in audit(cell) if each["action"] == "purged"]
    assert {(each["resourceId"], each["actor"]) for each in purged} == {
        (each, None) for each in ids
    }
    [entry, *_] = await acme.rows("/audit-logs", action="purged", resourceType="customer")
    assert entry["summary"] == f"客户「{gone['customerId']}」已从回收站彻底清除"
    assert [each["title"] for each in await deleted(acme, types="customer")] == ["新客户"]
    # A contract refers to it: its row stays, and can be restored.
    path = f"/opportunities/{signed['opportunityId']}/restore"
    assert (await alice.post(path)).status_code == 200
    async with nothing_changes(cell):
        assert await purge(cell) == 0


async def test_without_a_time_nothing_is_purged(
    cell: Running, beside: Beside, datastore: object
) -> None:
    if type(datastore).__name__ == "SqliteFile":
        await cell.service.stop()
    async with beside(recycle_days=0) as other:
        acme = Caller(other.client, "acme")
        customer = await acme.customer()
        await delete(acme, f"/customers/{customer['customerId']}")
        assert [each["purgeAt"] for each in await deleted(acme)] == [None]
