"""Tenants and lanes are registered under the key, so what is removed altogether is missed."""

import asyncio

import pytest

from crm_cell.audit.register import registering
from crm_cell.audit.register.checking import State, missing_tenants
from crm_cell.audit.register.store import EVERYBODY
from crm_cell.kernel.errors import NotFound
from crm_cell.storage.engine import ChainKeys, Tx
from crm_cell.storage.postgres import session
from tests.audit.conftest import (
    COUNTED,
    GONE,
    HEAD_CHANGED,
    KEY,
    KEYS,
    REGISTER_CHANGED,
    faults,
    verdict,
)
from tests.storage.earlier import upgrade_from
from tests.world import Beside, Caller, Running

TRAIL = ("audit_logs", "audit_heads")
UNREGISTERED = "the tenant has been removed from the register"


async def tenants(cell: Running, keys: ChainKeys = KEYS) -> State:
    return await missing_tenants(cell.service.database, keys)


def remove(cell: Running, tenant: str, *tables: str) -> None:
    for table in tables:
        cell.change(f"DELETE FROM {table} WHERE tenant_id = ?", tenant)


def only_lane(cell: Running) -> int:
    [(lane,)] = cell.rows("SELECT lane FROM audit_heads WHERE tenant_id = 'acme'")
    return int(lane)


async def test_what_is_there_is_registered(
    cell: Running, trail: list[str], charlie: Caller, beside: Beside
) -> None:
    await charlie.customer()
    async with beside() as other:
        await Caller(other.client, "acme").customer()
    assert (await tenants(cell), await faults(cell)) == (State(), [])
    rows = cell.rows("SELECT tenant_id, number FROM audit_register ORDER BY tenant_id")
    assert rows == [("", 2), ("acme", 1), ("globex", 2)]
    [(lanes,)] = cell.rows("SELECT lanes FROM audit_register WHERE tenant_id = 'acme'")
    heads = cell.rows("SELECT lane FROM audit_heads WHERE tenant_id = 'acme' ORDER BY lane")
    assert lanes == ",".join(str(lane) for (lane,) in heads)


async def test_a_trail_that_was_removed_with_its_head_is_found(
    cell: Running, trail: list[str]
) -> None:
    lane = only_lane(cell)
    remove(cell, "acme", *TRAIL)
    assert await faults(cell) == [GONE.format(lane)]


async def test_so_is_one_lane_of_several(
    cell: Running, trail: list[str], acme: Caller, beside: Beside
) -> None:
    """Of changes only, so that no record misses the entry of its creation."""
    first = only_lane(cell)
    customer = (await acme.rows("/customers"))[0]["customerId"]
    async with beside() as other:
        changed = await Caller(other.client, "acme").patch(
            f"/customers/{customer}", {"name": "Renamed"}
        )
        assert changed.status_code == 200
    lanes = [lane for (lane,) in cell.rows("SELECT lane FROM audit_heads ORDER BY lane")]
    last = next((lane for lane in lanes if lane != first), first)
    for table in TRAIL:
        cell.change(f"DELETE FROM {table} WHERE lane = ?", last)
    assert await faults(cell) == [GONE.format(last)]


async def test_a_tenant_that_was_removed_with_its_row_is_found(
    cell: Running, trail: list[str], charlie: Caller
) -> None:
    await charlie.customer()
    remove(cell, "acme", *TRAIL, "audit_register")
    gone = "tenant number 1 has been removed from the register"
    assert (await faults(cell), (await tenants(cell)).faults) == (
        [COUNTED.format(5, 0)],
        [gone],
    )


async def test_it_does_not_come_back_under_its_number(
    cell: Running, trail: list[str], charlie: Caller, beside: Beside
) -> None:
    await charlie.customer()
    remove(cell, "acme", *TRAIL, "audit_register")
    async with beside() as other:
        await Caller(other.client, "acme").customer()
    assert (await tenants(cell)).faults == ["tenant number 1 has been removed from the register"]


async def test_a_row_that_was_removed_is_found(cell: Running, trail: list[str]) -> None:
    remove(cell, "acme", "audit_register")
    assert await faults(cell) == [UNREGISTERED]


@pytest.mark.parametrize(
    "change", ["lanes = '63'", "number = 2", "seal = (SELECT seal FROM audit_heads)"]
)
async def test_a_row_that_was_changed_is_found(
    cell: Running, trail: list[str], change: str
) -> None:
    cell.change(f"UPDATE audit_register SET {change} WHERE tenant_id = 'acme'")
    assert REGISTER_CHANGED in await faults(cell)


async def test_a_count_of_tenants_that_was_removed_or_changed_is_found(
    cell: Running, trail: list[str]
) -> None:
    cell.change("UPDATE audit_register SET number = 0 WHERE tenant_id = ''")
    assert (await tenants(cell)).faults == [REGISTER_CHANGED]
    remove(cell, EVERYBODY, "audit_register")
    assert (await tenants(cell)).faults == [
        "the count of tenants has been removed from the register"
    ]


async def test_after_a_restart_a_lane_that_was_removed_is_not_sealed_anew(
    cell: Running, trail: list[str], beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = only_lane(cell)
    remove(cell, "acme", *TRAIL)

    async def the_same(*_: object) -> int:
        return lane

    monkeypatch.setattr(session, "_stripe_for", the_same)
    async with beside() as other:
        for _ in range(2):
            await Caller(other.client, "acme").customer()
    assert await faults(cell) == [HEAD_CHANGED]


async def test_what_was_changed_is_not_made_good_by_the_next_lane_or_tenant(
    cell: Running, trail: list[str], charlie: Caller
) -> None:
    cell.change("UPDATE audit_register SET number = 7 WHERE tenant_id = ''")
    await charlie.customer()
    assert REGISTER_CHANGED in (await tenants(cell)).faults


async def test_first_writes_at_once_register_every_lane_once(cell: Running, beside: Beside) -> None:
    names = [f"tenant-{number}" for number in range(3)]
    async with beside() as other:
        await asyncio.gather(
            *(
                Caller(client, name).customer()
                for client in (cell.client, other.client)
                for name in names
                for _ in range(8)
            )
        )
    assert await tenants(cell) == State()
    for name in names:
        found = await verdict(cell, tenant=name)
        assert (found.entries, found.faults) == (16, [])


async def test_what_is_rolled_back_registers_nothing(cell: Running, acme: Caller) -> None:
    async def fail(tx: Tx) -> None:
        await registering.register(tx, "acme", tx.stripe)
        raise NotFound

    with pytest.raises(NotFound):
        await cell.service.database.write("fail", "acme", fail)
    assert cell.rows("SELECT tenant_id FROM audit_register") == []
    await acme.customer()
    assert (await tenants(cell), await faults(cell)) == (State(), [])


async def test_a_database_of_an_earlier_release_is_registered_and_then_sealed(
    cell: Running, trail: list[str], charlie: Caller, beside: Beside
) -> None:
    await charlie.customer()
    before = cell.rows("SELECT tenant_id, number, lanes FROM audit_register ORDER BY tenant_id")
    await upgrade_from(cell, "0016")
    after = cell.rows("SELECT tenant_id, number, lanes FROM audit_register ORDER BY tenant_id")
    assert after == before
    async with beside() as again:
        found, state = await verdict(again), await tenants(again)
        assert (found.faults, found.is_register_unkeyed, state.is_unkeyed) == ([], True, True)
    async with beside(audit_key=KEY) as other:
        await Caller(other.client, "acme").customer()
        await Caller(other.client, "initech").customer()
        for tenant in ("acme", "globex", EVERYBODY):
            await seal(other, tenant)
        assert (await tenants(other), await faults(other)) == (State(), [])
        assert not (await verdict(other)).is_register_unkeyed


async def seal(cell: Running, tenant: str) -> None:
    assert await cell.service.database.write(
        "seal", tenant or None, lambda tx: registering.authenticate(tx, tenant)
    )
