"""Verifying beside a running service holds no snapshot for long, and is not misled by writers."""

import asyncio
import time

import pytest

from crm_cell.audit import incremental_verification, verification
from crm_cell.audit.incremental_verification import verify_beside
from crm_cell.audit.retention import delete_old
from crm_cell.audit.verification import Verdict
from tests.audit.conftest import CUT_OFF, KEYS, NOT_AS_WRITTEN, verdict
from tests.processes import PATIENCE_SECONDS
from tests.world import Caller, Running


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two entries each, and none of them too young."""
    monkeypatch.setattr(verification, "_PAGE", 2)
    monkeypatch.setattr(incremental_verification, "_SETTLED_MS", -60_000)


async def look(cell: Running, seen: list[int] | None = None) -> Verdict:
    counted = [] if seen is None else seen
    return await verify_beside(cell.service.database, "acme", KEYS, {}, counted.append)


async def test_in_slices_the_verdict_is_the_same(cell: Running, trail: list[str]) -> None:
    seen: list[int] = []
    assert await look(cell, seen) == await verdict(cell)
    assert seen == [2, 2, 1]


async def test_what_is_wrong_is_found_in_slices_too(cell: Running, trail: list[str]) -> None:
    cell.change("UPDATE audit_logs SET actor = 'mallory' WHERE id = ?", trail[2])
    found = await look(cell)
    assert found == await verdict(cell)
    assert [(fault.entry_id, fault.what) for fault in found.faults] == [(trail[2], NOT_AS_WRITTEN)]


async def test_a_tail_that_was_cut_off_is_found(cell: Running, trail: list[str]) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    assert [fault.what for fault in (await look(cell)).faults] == [CUT_OFF]


async def test_while_others_write_and_retention_cuts_nothing_is_wrong(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    async def write() -> None:
        for _ in range(5):
            await acme.customer()

    async def verify_again() -> list[str]:
        return [fault.what for _ in range(6) for fault in (await look(cell)).faults]

    writers = [asyncio.create_task(write()) for _ in range(4)]
    found, _ = await asyncio.gather(verify_again(), delete_old(cell.service.database, -1))
    await asyncio.gather(*writers)
    assert found == []
    assert (await look(cell)).faults == []


async def test_between_slices_nothing_is_held(cell: Running, trail: list[str]) -> None:
    """A snapshot would keep SQLite's log, and PostgreSQL's dead rows, from being cleaned up."""
    database = cell.service.database
    walk = verification.Walk("acme", KEYS, {}, lambda many: None)
    assert await database.read("slice", "acme", walk.step, long=True)
    cell.change("UPDATE customers SET version = version")
    if cell.datastore.url.startswith("sqlite"):
        assert cell.rows("PRAGMA wal_checkpoint(TRUNCATE)") == [(0, 0, 0)]
    else:
        held = "SELECT pid FROM pg_stat_activity WHERE backend_xmin IS NOT NULL"
        own = "datname = current_database() AND pid <> pg_backend_pid()"
        ends = time.monotonic() + PATIENCE_SECONDS  # a periodic task may read at this moment
        while cell.rows(f"{held} AND {own}"):
            assert time.monotonic() < ends
            await asyncio.sleep(0.05)
    assert (await database.read("rest", "acme", walk.finish, long=True)).faults == []
