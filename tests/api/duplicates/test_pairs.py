"""Pairs of customers that may be the same, which the service finds by itself."""

import asyncio
from typing import Any

import httpx

from crm_cell.duplicates.searching import PairSearch
from crm_cell.recycle_bin.purging import purge_old
from tests.world import THE_TRAIL, Caller, Json, Running, audit, nothing_changes, refused

PATH = "/duplicates"
NAMES = [f"云{one}{other}" for one in "甲乙丙丁戊己" for other in "一二三四五六"]


async def searched(cell: Running, settled_ms: int = -1000) -> int:
    """As the service does every minute; at once, for customers that have just been written."""
    service = cell.service
    return await PairSearch(service.database, service.services, settled_ms=settled_ms).run()


async def pairs(caller: Caller, **query: object) -> list[tuple[set[str], list[str]]]:
    """The names of both, and by what they are alike."""
    rows = await caller.rows(PATH, **query)
    return [({each["name"] for each in row["customers"]}, row["matchedBy"]) for row in rows]


async def test_pairs_are_found_and_vanish_when_they_are_merged_or_changed(
    acme: Caller, charlie: Caller, cell: Running
) -> None:
    number = {"contactPhone": "138 1234 1111"}
    one = await acme.customer(name="云帆科技(上海)有限公司", **number)
    two = await acme.customer(name="云帆科技有限公司")
    three = await acme.customer(name="丙", contactPhone="13812341111", contactEmail="a@b.cn")
    await acme.customer(name="丁")
    assert await searched(cell, settled_ms=60_000) == 0
    assert await searched(cell) == 4
    assert await pairs(acme) == [
        ({"丙", one["name"]}, ["phone"]),
        ({one["name"], two["name"]}, ["nameCore"]),
    ] or await pairs(acme) == [
        ({one["name"], two["name"]}, ["nameCore"]),
        ({"丙", one["name"]}, ["phone"]),
    ]
    assert await pairs(charlie) == []
    assert "1381234" not in (await acme.get(PATH)).text
    assert await searched(cell) == 0
    first = (await acme.get(PATH, pageSize=1)).json()
    second = (await acme.get(PATH, pageSize=1, cursor=first["nextCursor"])).json()
    assert second["nextCursor"] is None
    assert first["data"] + second["data"] == await acme.rows(PATH)
    # At once, although the pair is still stored; then it is removed.
    await acme.patch(f"/customers/{three['customerId']}", {"contactPhone": "13900000000"})
    alike = [({one["name"], two["name"]}, ["nameCore"])]
    assert await pairs(acme) == alike
    assert await searched(cell) == 1
    assert len(cell.rows("SELECT id FROM duplicate_pairs")) == 1
    path = f"/customers/{two['customerId']}"
    await acme.delete(path)
    assert await pairs(acme) == []
    await acme.post(f"{path}/restore")
    assert await pairs(acme) == alike
    third = await acme.customer(name="云帆科技集团")
    await searched(cell)
    assert len(cell.rows("SELECT id FROM duplicate_pairs")) == 3
    await acme.delete(f"/customers/{third['customerId']}")
    await asyncio.sleep(0.01)
    assert await purge_old(cell.service.database, cell.service.services, 0) == 1
    assert len(cell.rows("SELECT id FROM duplicate_pairs")) == 1
    merged = await acme.post(
        f"/customers/{one['customerId']}/merge", {"fromIds": [two["customerId"]]}
    )
    assert merged.is_success, merged.text
    assert await pairs(acme) == []


async def test_a_pair_is_for_those_who_read_both_and_can_be_dismissed(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    hers = await alice.customer(name="云帆有限公司")
    await bob.customer(name="云帆公司")
    await alice.customer(name="云图有限公司")
    await alice.customer(name="云图公司")
    await searched(cell)
    assert [names for names, _ in await pairs(alice)] == [{"云图有限公司", "云图公司"}]
    assert await pairs(bob) == []
    rows = await acme.rows(PATH)
    mixed = next(row for row in rows if hers["customerId"] in str(row))
    path = f"{PATH}/{mixed['pairId']}/dismiss"
    async with nothing_changes(cell):
        for stranger in (alice, bob, charlie):
            refused(await stranger.post(path), 404, "NOT_FOUND")
        refused(await acme.post(f"{PATH}/{hers['customerId']}/dismiss"), 404, "NOT_FOUND")
        refused(await acme.get(PATH, status="closed"), 400, "BAD_REQUEST")
    async with nothing_changes(cell, but=THE_TRAIL | {"duplicate_pairs", "idempotency_keys"}):
        answer = await acme.post(path, key="once")
    assert answer.status_code == 200, answer.text
    dismissed: Json = answer.json()
    assert (dismissed["dismissedBy"], dismissed["dismissedAt"] is None) == (None, False)
    assert (await acme.post(path, key="once")).content == answer.content
    assert (await acme.post(path)).json() == dismissed
    entries = [each for each in audit(cell) if each["resourceType"] == "duplicate_pair"]
    assert [each["action"] for each in entries] == ["dismissed"]
    assert (await acme.rows("/audit-logs"))[0]["summary"].startswith("系统忽略了疑似重复")
    await acme.patch(f"/customers/{hers['customerId']}", {"remark": "x"})
    assert await searched(cell) == 1
    assert [row["pairId"] for row in await acme.rows(PATH)] != [mixed["pairId"]]
    assert len(await acme.rows(PATH)) == 1
    assert await acme.rows(PATH, status="dismissed") == [dismissed]
    answer = await acme.post(f"{PATH}/{mixed['pairId']}/reopen")
    assert answer.json() == mixed
    assert len(await acme.rows(PATH)) == 2


async def test_searches_of_several_processes_find_each_pair_once(
    acme: Caller, cell: Running
) -> None:
    """And one that was interrupted goes on."""
    items: list[Any] = [{"name": f"{name}{form}"} for name in NAMES for form in ("公司", "集团")]
    answer: httpx.Response = await acme.post("/customers/import", {"items": items})
    assert answer.json()["created"] == len(items)
    await asyncio.gather(*(searched(cell) for _ in range(3)))
    await searched(cell)
    assert len(cell.rows("SELECT id FROM duplicate_pairs")) == len(NAMES)
    assert await searched(cell) == 0
