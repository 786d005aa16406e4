"""Every record has the entry of its creation: a trail that was removed with its head is found.

All entries of a tenant and their head could be deleted, and verifying said "ok, 0 entries"; on
PostgreSQL the same held for one lane.
"""

from crm_cell.audit.coverage.store import Unrecorded, unrecorded
from crm_cell.audit.retention import delete_old
from tests.audit.conftest import COUNTED, GONE, faults, verdict
from tests.world import Beside, Caller, Running

TABLES = ("audit_logs", "audit_heads")


async def missing(cell: Running, days: int = 3650) -> list[Unrecorded]:
    cut_id = (await verdict(cell)).cut_id
    return await unrecorded(cell.service.database, "acme", cut_id=cut_id, retention_days=days)


async def test_every_kind_of_record_has_its_entry_and_misses_it(
    cell: Running, acme: Caller
) -> None:
    customer = await acme.customer()
    contact = await acme.contact(customer)
    opportunity = await acme.opportunity(customer)
    follow_up = await acme.follow_up()
    contract = await acme.contract(customer)
    payment = await acme.payment(contract)
    assert await missing(cell) == []
    [(lane,)] = cell.rows("SELECT lane FROM audit_heads")
    for table in TABLES:
        cell.change(f"DELETE FROM {table}")
    assert await faults(cell) == [GONE.format(lane)]
    assert await missing(cell) == [
        Unrecorded("customer", customer["customerId"]),
        Unrecorded("contact", contact["contactId"]),
        Unrecorded("opportunity", opportunity["opportunityId"]),
        Unrecorded("follow_up", follow_up["followUpId"]),
        Unrecorded("contract", contract["contractId"]),
        Unrecorded("payment", payment["paymentId"]),
    ]


async def test_what_is_written_afterwards_makes_nothing_good(
    cell: Running, acme: Caller, beside: Beside
) -> None:
    gone = await acme.customer()
    for table in TABLES:
        cell.change(f"DELETE FROM {table}")
    async with beside() as other:
        await Caller(other.client, "acme").customer()
    assert await missing(cell) == [Unrecorded("customer", gone["customerId"])]


async def test_one_lane_that_is_gone_with_its_head_is_found(
    cell: Running, acme: Caller, beside: Beside
) -> None:
    """On PostgreSQL each session has its lane; on SQLite there is one in all."""
    async with beside() as other:
        await Caller(other.client, "acme").customer()
        await acme.customer()
    [(lane,)] = cell.rows("SELECT max(lane) FROM audit_heads")
    gone = cell.rows("SELECT resource_id FROM audit_logs WHERE lane = ? ORDER BY id", lane)
    for table in TABLES:
        cell.change(f"DELETE FROM {table} WHERE lane = ?", lane)
    assert await faults(cell) == [GONE.format(lane)]
    assert await missing(cell) == [Unrecorded("customer", identifier) for (identifier,) in gone]


async def test_a_record_that_was_deleted_has_its_entry_as_well(cell: Running, acme: Caller) -> None:
    follow_up = (await acme.follow_up())["followUpId"]
    assert (await acme.delete(f"/follow-ups/{follow_up}")).status_code == 204
    cell.change("DELETE FROM audit_logs WHERE action = 'created'")
    assert await missing(cell) == [Unrecorded("follow_up", follow_up)]


async def test_entries_that_are_counted_and_not_there_are_missed(
    cell: Running, acme: Caller
) -> None:
    """Where all that could tell of them was removed, the counters still do."""
    await acme.customer()
    await acme.customer()
    for table in (*TABLES, "audit_register"):
        cell.change(f"DELETE FROM {table}")
    assert await faults(cell) == [COUNTED.format(2, 0)]


async def test_what_retention_has_removed_is_not_missed(cell: Running, acme: Caller) -> None:
    await acme.customer()
    assert await delete_old(cell.service.database, -1) == 1
    assert await missing(cell) == []
    late = await acme.customer()
    cell.change("DELETE FROM audit_logs")
    assert await missing(cell) == [Unrecorded("customer", late["customerId"])]
    assert await missing(cell, days=-1) == []
