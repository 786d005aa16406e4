"""Contracts and payments of an earlier release keep their one key as both request id and key."""

from tests.storage.earlier import upgrade_from
from tests.world import Caller, Running


async def test_they_get_their_key_as_the_request_id(
    acme: Caller, charlie: Caller, cell: Running
) -> None:
    for caller in (acme, charlie):
        contract = await caller.contract(await caller.customer())
        await caller.payment(contract)
    await upgrade_from(cell, "0012")
    for table in ("contracts", "payments"):
        rows = cell.rows(f"SELECT request_key, request_id FROM {table}")
        assert len({key for key, _ in rows}) == 2
        assert all(key == request_id for key, request_id in rows)
