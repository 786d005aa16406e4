"""Events that are older than the setting says are purged, in batches, of every tenant."""

import asyncio

import pytest

from crm_cell.events.retention import purge_old
from crm_cell.kernel.ids import lowest_at
from crm_cell.storage.engine import Tx
from tests.world import Beside, Caller, Json, Running, audit, events

DAY = 86_400_000


@pytest.fixture
async def now(cell: Running) -> int:
    async def moment(tx: Tx) -> int:
        return tx.now

    return await cell.service.database.write("test.now", "acme", moment)


def age(cell: Running, event: Json, moment: int) -> None:
    """As if it had been told at another moment: ids are made from it."""
    identifier = lowest_at(moment)[:-8] + event["eventId"][-8:]
    cell.change(
        "UPDATE events SET id = ?, created_at = ? WHERE id = ?",
        identifier,
        moment,
        event["eventId"],
    )


async def test_only_what_is_older_goes(
    acme: Caller, charlie: Caller, cell: Running, now: int
) -> None:
    told = [(await caller.customer())["name"] for caller in (acme, charlie, acme, charlie)]
    for event, days in zip(events(cell), (9, 8, 1, 0), strict=True):
        age(cell, event, now - days * DAY - DAY // 2)
    purged = [await purge_old(cell.service.database, days) for days in (10, 9, 8, 2, 1)]
    assert purged == [0, 1, 1, 0, 1]
    assert [event["data"]["name"] for event in events(cell)] == [told[3]]
    assert len(audit(cell)) == 4


async def test_many_go_in_batches(acme: Caller, charlie: Caller, cell: Running, now: int) -> None:
    await charlie.customer()
    rows = [{"name": f"客户 {number}"} for number in range(1_100)]
    await acme.post("/customers/import", {"items": rows})
    assert len(events(cell)) == 1_101
    cell.change("UPDATE events SET id = '00000000' || substr(id, 9)")
    assert await purge_old(cell.service.database, 1) == 1_101
    assert events(cell) == []


async def test_a_service_that_is_told_so_purges_them(
    acme: Caller, cell: Running, beside: Beside, periodic_work: None
) -> None:
    await acme.customer()
    cell.change("UPDATE events SET id = '00000000' || substr(id, 9)")
    async with beside(events_retention_days=1), asyncio.timeout(30):
        while events(cell):  # noqa: ASYNC110 - what is awaited is in the database
            await asyncio.sleep(0)
    assert len(audit(cell)) == 1
