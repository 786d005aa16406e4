"""A statement that takes longer than it is given is stopped, in the database too."""

import asyncio
from time import perf_counter

import pytest

from crm_cell.storage.engine import Reader, Row
from crm_cell.storage.errors import TakesLong, TooSlow
from tests.world import Running

# For some minutes, and without a table.
ENDLESS = (
    "WITH RECURSIVE numbers(n) AS"
    " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 4000000000)"
    " SELECT count(*) FROM numbers"
)


async def endless(tx: Reader) -> list[Row]:
    return await tx.fetch_within(0.2, ENDLESS)


async def test_it_is_stopped_when_its_time_is_up(cell: Running) -> None:
    database = cell.service.database
    began = perf_counter()
    with pytest.raises(TooSlow):
        await database.read("test", "acme", endless, long=True)
    assert perf_counter() - began < 2

    async def one(tx: Reader) -> list[Row]:
        return await tx.fetch_within(1.0, "SELECT 1")

    assert await database.read("test", "acme", one, long=True) == [(1,)]
    if cell.datastore.url.startswith("postgresql"):
        active = cell.rows(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
            " AND query LIKE 'WITH RECURSIVE%'"
        )
        assert active == [(0,)]


async def test_where_it_holds_up_others_it_goes_on_elsewhere(cell: Running) -> None:
    database = cell.service.database
    with pytest.raises(TakesLong):
        await database.read("test", "acme", endless, long=None)
    with pytest.raises(TooSlow):  # without being asked to, it goes where it holds up nobody
        await database.read("test", "acme", endless)


async def test_a_caller_who_leaves_stops_it_as_well(cell: Running) -> None:
    async def patient(tx: Reader) -> list[Row]:
        return await tx.fetch_within(60.0, ENDLESS)

    reading = asyncio.create_task(cell.service.database.read("test", "acme", patient, long=True))
    await asyncio.sleep(0.2)
    began = perf_counter()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert perf_counter() - began < 2
