"""What entries say can be taken away for good, and the chain holds."""

from crm_cell.audit import service
from crm_cell.storage.engine import EVERY_TENANT
from tests.audit.conftest import KEY, NEW_KEY, NOT_AS_WRITTEN, faults, verdict
from tests.world import Beside, Caller, Running


async def test_what_entries_say_can_be_wiped_and_the_chain_holds(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    assert await redact(cell, trail[:1] + trail[3:]) == 3
    assert await redact(cell, trail[:1]) == 0
    await acme.customer()
    found = await verdict(cell)
    assert (found.entries, found.redacted, found.faults) == (6, 3, [])
    said = {entry["auditLogId"]: entry for entry in await acme.rows("/audit-logs")}
    assert [said[each]["changes"] != {} for each in trail] == [False, True, True, False, False]
    assert [said[each]["actor"] for each in trail] == [None] * 5


async def test_what_was_wiped_is_held_to_its_key(
    cell: Running, trail: list[str], beside: Beside
) -> None:
    async with beside(audit_key=NEW_KEY, audit_old_keys=KEY) as other:
        await redact(other, trail[1:2])
    found = await verdict(cell)
    assert (found.redacted, found.faults) == (1, [])
    cell.change("UPDATE audit_logs SET actor = 'mallory' WHERE id = ?", trail[1])
    assert await faults(cell) == [NOT_AS_WRITTEN]


async def test_what_was_chained_without_a_key_is_wiped_under_one(
    cell: Running, beside: Beside
) -> None:
    """Its hash is found among those of a time without a key: the chain holds."""
    async with beside(audit_key=None) as keyless:
        for _ in range(2):
            await Caller(keyless.client, "acme").customer()
    [(first,), _] = cell.rows("SELECT id FROM audit_logs ORDER BY id")
    assert await redact(cell, [first]) == 1
    found = await verdict(cell)
    assert (found.redacted, found.unkeyed, found.faults) == (1, 2, [])


async def redact(cell: Running, ids: list[str]) -> int:
    return await cell.service.database.write(
        "wipe", EVERY_TENANT, lambda tx: service.redact(tx, "acme", ids)
    )
