"""A head that somebody has put there is never made good, and holds nobody up."""

import asyncio

import pytest
from structlog.testing import capture_logs

from crm_cell.audit import chain
from crm_cell.audit.retention import delete_old
from crm_cell.audit.store import Head
from crm_cell.storage.postgres import session
from tests.audit.conftest import COUNTED, HEAD_CHANGED, NOT_AS_WRITTEN, faults, verdict
from tests.world import Beside, Caller, Running, all_numbered


async def test_a_head_that_was_put_back_is_found(cell: Running, trail: list[str]) -> None:
    """It would have to be sealed, for which it takes the key."""
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    assert await faults(cell) == [HEAD_CHANGED]


async def test_one_broken_head_keeps_no_service_from_starting(
    cell: Running, trail: list[str], charlie: Caller, beside: Beside
) -> None:
    await charlie.customer()
    cell.change(
        "UPDATE audit_heads SET last_id = 'another', last_link = seal WHERE tenant_id = 'acme'"
    )
    async with beside() as other:
        await Caller(other.client, "acme").customer()
    assert HEAD_CHANGED in await faults(cell)


async def test_nor_its_requests_from_going_on(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    cell.change("UPDATE audit_heads SET last_id = 'nonsense', seal = last_link")
    for _ in range(2):
        await acme.customer()
    assert HEAD_CHANGED in await faults(cell)


async def test_who_remembers_the_head_links_to_what_was_there(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    """The newest entry cut off, and the head put back by hand."""
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    await acme.customer()
    assert await faults(cell) == [NOT_AS_WRITTEN]


async def test_a_write_does_not_make_a_forged_head_good(
    cell: Running, trail: list[str], beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has seen nothing of the one before goes on from it, and does not seal it."""
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    [(lane,)] = cell.rows("SELECT lane FROM audit_heads")

    async def the_same(*_: object) -> int:
        return int(lane)

    monkeypatch.setattr(session, "_stripe_for", the_same)
    with capture_logs() as logged:
        for number in (5, 6):
            async with beside() as other:
                await Caller(other.client, "acme").customer()
                found = await verdict(other)
            assert [fault.what for fault in found.faults] == [HEAD_CHANGED]
            of_lanes = cell.rows("SELECT lane, count(*) FROM audit_logs GROUP BY lane")
            assert of_lanes == [(lane, number)]
    assert [line["event"] for line in logged if line["log_level"] == "error"] == [
        "audit_head_broken"
    ]


async def test_nor_one_that_was_sealed_without_the_key(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    [(lane, link)] = cell.rows("SELECT lane, last_link FROM audit_heads")
    head = chain.with_mac(b"", Head("acme", lane, trail[3], bytes(link)))
    cell.change("UPDATE audit_heads SET seal = ?", head.mac)
    for there in (5, 6):
        await acme.customer()
        found = await verdict(cell)
        missed = [fault.what for fault in found.faults]
        assert (found.unkeyed_heads, missed) == ([lane], [COUNTED.format(there + 1, there)])


async def test_a_head_that_was_removed_under_a_running_process_is_not_sealed_anew(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    for table in ("audit_logs", "audit_heads"):
        cell.change(f"DELETE FROM {table}")
    with capture_logs() as logged:
        for _ in range(3):
            await acme.customer()
    assert await faults(cell) == [HEAD_CHANGED]
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["audit_head_lost"]


async def test_nor_is_an_earlier_one_that_was_put_back_with_its_seal(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    await all_numbered(cell)  # which would use a connection, and so another shard
    [earlier] = cell.rows("SELECT last_id, last_link, seal FROM audit_heads")
    for _ in range(3):
        await acme.customer()
        await all_numbered(cell)
    cell.change("DELETE FROM audit_logs WHERE id > ?", trail[4])
    cell.change("UPDATE audit_heads SET last_id = ?, last_link = ?, seal = ?", *earlier)
    assert await faults(cell) == [COUNTED.format(8, 5)]
    with capture_logs() as logged:
        for _ in range(3):
            await acme.customer()
    assert await faults(cell) == [HEAD_CHANGED]
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["audit_head_lost"]


async def test_what_is_rolled_back_loses_no_head(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    name = {"name": "Twice"}
    assert (await acme.post("/customers", name)).status_code == 201
    for _ in range(3):
        both = await asyncio.gather(acme.post("/customers", name), acme.customer())
        assert both[0].status_code == 409
    assert await faults(cell) == []


async def test_nor_does_retention(cell: Running, trail: list[str]) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    assert await delete_old(cell.service.database, -1) == 4
    assert await faults(cell) == [HEAD_CHANGED]


def put_back(cell: Running, identifier: str) -> None:
    cell.change(
        "UPDATE audit_heads SET last_id = ?,"
        " last_link = (SELECT link FROM audit_logs WHERE id = ?)",
        identifier,
        identifier,
    )
