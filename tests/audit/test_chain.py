"""Whatever is done to the trail without the key is found."""

import pytest

from crm_cell.audit.verification import Verdict
from tests.audit.conftest import (
    CUT_OFF,
    IN_NO_CHAIN,
    NO_HEAD,
    NOT_AS_WRITTEN,
    faults,
    verdict,
)
from tests.world import Caller, Running


async def test_entries_are_chained_in_the_order_of_the_deeds(
    cell: Running, trail: list[str]
) -> None:
    assert await verdict(cell) == Verdict("acme", 5, 0, 0, 0, [], [])
    [(last, moved)] = cell.rows("SELECT last_id, cut_id FROM audit_heads")
    assert (last, moved) == (trail[-1], "")


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'mallory'",
        "action = 'deleted'",
        "resource_type = 'contact'",
        "resource_id = 'another'",
        "resource_name = 'Another'",
        "changes = '{}'",
        "request_id = 'another'",
        "trace_id = 'another'",
        "created_at = created_at + 1",
    ],
)
async def test_a_changed_entry_is_found(cell: Running, trail: list[str], change: str) -> None:
    cell.change(f"UPDATE audit_logs SET {change} WHERE id = ?", trail[2])
    assert [each.entry_id for each in (await verdict(cell)).faults] == [trail[2]]


async def test_contents_that_were_wiped_by_hand_are_found(cell: Running, trail: list[str]) -> None:
    cell.change("UPDATE audit_logs SET changes = '{}', wiped = link WHERE id = ?", trail[2])
    assert [each.entry_id for each in (await verdict(cell)).faults] == [trail[2]]


@pytest.mark.parametrize(("place", "found"), [(0, 1), (2, 3), (3, 4)])
async def test_a_removed_entry_is_found_at_the_next(
    cell: Running, trail: list[str], place: int, found: int
) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[place])
    [fault] = (await verdict(cell)).faults
    assert (fault.entry_id, fault.what) == (trail[found], NOT_AS_WRITTEN)


@pytest.mark.parametrize("kept", [0, 3, 4])
async def test_a_tail_that_was_cut_off_is_found(cell: Running, trail: list[str], kept: int) -> None:
    for identifier in trail[kept:]:
        cell.change("DELETE FROM audit_logs WHERE id = ?", identifier)
    assert await faults(cell) == [CUT_OFF]


async def test_a_beginning_that_was_cut_off_by_hand_is_found(
    cell: Running, trail: list[str]
) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[0])
    assert await faults(cell) == [NOT_AS_WRITTEN]


async def test_entries_that_changed_places_are_found(cell: Running, trail: list[str]) -> None:
    for before, after in ((trail[1], "x"), (trail[2], trail[1]), ("x", trail[2])):
        cell.change("UPDATE audit_logs SET id = ? WHERE id = ?", after, before)
    assert NOT_AS_WRITTEN in await faults(cell)


async def test_an_entry_that_was_put_in_is_found(cell: Running, trail: list[str]) -> None:
    columns = (
        "actor, action, resource_type, resource_id, resource_name, changes, request_id, trace_id,"
        " created_at, lane, link"
    )
    put_in = f"{trail[2][:-1]}{'0' if trail[2][-1] != '0' else '1'}"
    cell.change(
        f"INSERT INTO audit_logs (tenant_id, id, {columns})"
        f" SELECT tenant_id, ?, {columns} FROM audit_logs WHERE id = ?",
        put_in,
        trail[2],
    )
    assert NOT_AS_WRITTEN in await faults(cell)


async def test_an_entry_taken_out_of_its_chain_is_found(cell: Running, trail: list[str]) -> None:
    cell.change("UPDATE audit_logs SET lane = NULL, link = NULL WHERE id = ?", trail[2])
    assert await faults(cell) == [IN_NO_CHAIN, NOT_AS_WRITTEN]


async def test_a_chain_without_its_head_is_found(cell: Running, trail: list[str]) -> None:
    cell.change("DELETE FROM audit_heads")
    assert await faults(cell) == [NO_HEAD]


async def test_an_entry_of_another_tenant_does_not_fit(
    cell: Running, trail: list[str], charlie: Caller
) -> None:
    await charlie.customer()
    cell.change("UPDATE audit_logs SET tenant_id = 'globex' WHERE id = ?", trail[4])
    assert await faults(cell) == [CUT_OFF]
    others = await verdict(cell, tenant="globex")
    assert [fault.what for fault in others.faults] == [NOT_AS_WRITTEN] * 2
