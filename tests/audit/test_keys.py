"""What is under which key, and what is under none."""

import pytest

from crm_cell.audit.verification import Verdict
from crm_cell.encryption.key_source import InvalidKey
from tests.audit.conftest import (
    COUNTED,
    HEAD_CHANGED,
    KEY,
    NEW_KEY,
    NOT_AS_WRITTEN,
    OPEN,
    REGISTER_CHANGED,
    faults,
    verdict,
)
from tests.world import Beside, Caller, Running


async def test_another_key_fits_nothing(cell: Running, trail: list[str]) -> None:
    found = await faults(cell, (bytes.fromhex(NEW_KEY),))
    assert found == [HEAD_CHANGED, *[NOT_AS_WRITTEN] * 5, REGISTER_CHANGED]


async def test_a_key_can_be_changed(cell: Running, trail: list[str], beside: Beside) -> None:
    async with beside(audit_key=NEW_KEY, audit_old_keys=KEY) as other:
        await Caller(other.client, "acme").customer()
        both = (bytes.fromhex(NEW_KEY), bytes.fromhex(KEY))
        found = await verdict(other, both)
    assert (found.entries, found.faults) == (6, [])


async def test_what_was_written_without_a_key_is_told_apart(beside: Beside) -> None:
    async with beside(audit_key=None) as cell:
        await Caller(cell.client, "acme").customer()
        assert await verdict(cell, OPEN) == Verdict("acme", 1, 0, 0, 1, [], [])
    async with beside() as cell:
        assert (await verdict(cell)).unkeyed_heads != []
        await Caller(cell.client, "acme").customer()
        found = await verdict(cell)
    assert (found.entries, found.unkeyed, found.faults) == (2, 1, [])


async def test_a_chain_made_anew_without_the_key_is_found(
    cell: Running, trail: list[str], beside: Beside
) -> None:
    """Somebody who has the database, and this program, but not the key."""
    for table in ("audit_logs", "audit_heads", "audit_register"):
        cell.change(f"DELETE FROM {table}")
    async with beside(audit_key=None) as other:
        await Caller(other.client, "acme").customer()
    found = await verdict(cell)
    assert [fault.what for fault in found.faults] == [COUNTED.format(6, 1)]
    assert len(found.unkeyed_heads) == 1


@pytest.mark.parametrize("key", [None, NEW_KEY])
async def test_nobody_writes_under_another_key_or_none(
    cell: Running, trail: list[str], beside: Beside, key: str | None
) -> None:
    with pytest.raises(InvalidKey, match="CRM_AUDIT_KEY: the audit log was written with another"):
        async with beside(audit_key=key):
            pass


async def test_entries_from_before_the_chain_are_told_apart(
    cell: Running, trail: list[str], beside: Beside
) -> None:
    """A database as an earlier release left it, in a process that has seen nothing else."""
    cell.change("UPDATE audit_logs SET lane = NULL, link = NULL")
    for table in ("audit_heads", "audit_register"):
        cell.change(f"DELETE FROM {table}")
    async with beside() as other:
        await Caller(other.client, "acme").customer()
    found = await verdict(cell)
    assert (found.entries, found.unchained, found.faults) == (6, 5, [])
