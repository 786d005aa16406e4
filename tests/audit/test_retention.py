"""Entries are kept as long as the setting says, and what is left is a chain still."""

from crm_cell.audit.retention import delete_old
from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.registry import make_services
from crm_cell.storage.engine import EVERY_TENANT, Tx
from tests.audit.conftest import faults, verdict
from tests.counters import differences
from tests.world import Caller, Running

CUSTOMERS = make_services().get(CustomerService)
DAY = 86_400_000
NOT_AS_WRITTEN = "the entry, or what came before it, is not as it was written"


async def fill(cell: Running, tenant: str, days: list[int]) -> None:
    """An entry from so many days ago, for each."""

    async def create(tx: Tx) -> None:
        await CUSTOMERS.create(tx, Actor(tenant, user="alice"), {"name": f"Of {tx.now}"})

    for ago in days:
        moment = now(cell) - ago * DAY - 1_000
        await cell.service.database.write("fill", tenant, create, now=moment)


def now(cell: Running) -> int:
    return cell.service.database._inner._clock.now()  # type: ignore[attr-defined, no-any-return]


async def forget(cell: Running, days: int) -> int:
    return await delete_old(cell.service.database, days)


async def test_only_what_is_older_goes(cell: Running) -> None:
    await fill(cell, "acme", [400, 300, 200, 100])
    await fill(cell, "globex", [300])
    assert [await forget(cell, days) for days in (401, 250, 250, 150)] == [0, 3, 0, 1]
    assert len(cell.rows("SELECT id FROM audit_logs")) == 1
    assert len(cell.rows("SELECT id FROM customers")) == 5


async def test_the_rest_is_a_chain_and_counted_right(cell: Running, acme: Caller) -> None:
    await fill(cell, "acme", [400, 300, 200, 100])
    assert await forget(cell, 250) == 2
    await acme.customer()
    found = await verdict(cell)
    assert (found.entries, found.faults) == (3, [])
    assert (await acme.get("/audit-logs")).json()["total"] == 3
    assert (await acme.get("/audit-logs", actor="alice")).json()["total"] == 2
    check = cell.service.database.read("check", EVERY_TENANT, differences, long=True)
    assert await check == []


async def test_a_trail_of_which_nothing_is_left_goes_on(cell: Running, acme: Caller) -> None:
    await fill(cell, "acme", [400, 300])
    assert await forget(cell, 250) == 2
    assert await faults(cell) == []
    await acme.customer()
    assert await faults(cell) == []


async def test_what_somebody_else_cut_off_is_found(cell: Running) -> None:
    await fill(cell, "acme", [400, 300, 200, 100])
    await forget(cell, 350)
    cell.change("DELETE FROM audit_logs WHERE id = (SELECT min(id) FROM audit_logs)")
    assert NOT_AS_WRITTEN in await faults(cell)


async def test_a_chain_whose_head_is_gone_does_not_stop_it(cell: Running) -> None:
    await fill(cell, "acme", [400, 300])
    cell.change("DELETE FROM audit_heads")
    assert await forget(cell, 350) == 1
    assert "the chain of this entry has no head" in await faults(cell)


async def test_many_go_in_small_batches(cell: Running) -> None:
    async def create(tx: Tx) -> None:
        for number in range(600):
            await CUSTOMERS.create(tx, Actor("acme"), {"name": f"Of {number}"})

    await cell.service.database.write("fill", "acme", create, now=now(cell) - 400 * DAY)
    await fill(cell, "acme", [1])
    assert await forget(cell, 300) == 600
    found = await verdict(cell)
    assert (found.entries, found.faults) == (1, [])
