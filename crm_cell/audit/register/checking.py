"""Checks that every registered tenant and shard still exists."""

from collections.abc import Iterable

import msgspec

from crm_cell.audit.register import registering, store
from crm_cell.audit.register.store import EVERYBODY, Registered
from crm_cell.storage.engine import EVERY_TENANT, NO_KEYS, ChainKeys, Database, Reader

_PAGE = 5_000


class State(msgspec.Struct):
    """Faults of rows in the register, as messages for people, and whether a row has no key."""

    faults: list[str] = msgspec.field(default_factory=list)
    is_unkeyed: bool = False


def missing_shards(row: Registered | None, keys: ChainKeys, shards: Iterable[int]) -> State:
    """Check the tenant's row. `shards` are those of the tenant that have a head or entries."""
    state = State()
    there = set(shards)
    if row is None:
        if there:
            state.faults.append("the tenant has been removed from the register")
        return state
    _check_mac(state, row, keys)
    state.faults += [
        f"shard {shard} has been removed: its entries and its head are gone"
        for shard in row.shards
        if shard not in there
    ]
    state.faults += [
        f"shard {shard} has been removed from the register"
        for shard in sorted(there - {*row.shards})
    ]
    return state


async def missing_tenants(database: Database, keys: ChainKeys) -> State:
    """Check that each tenant that was ever registered is still in the register."""
    everybody = await database.read(
        "audit.register", EVERY_TENANT, lambda tx: store.find(tx, EVERYBODY), long=True
    )
    numbers = await _numbers(database)
    state = State()
    if everybody is None:
        if numbers:
            state.faults.append("the count of tenants has been removed from the register")
        return state
    _check_mac(state, everybody, keys)
    # Tenants that were registered after the count was read have higher numbers.
    missing = set(range(1, everybody.number + 1)) - numbers
    state.faults += [
        f"tenant number {number} has been removed from the register" for number in sorted(missing)
    ]
    return state


async def _numbers(database: Database) -> set[int]:
    numbers: set[int] = set()
    after = EVERYBODY

    async def page(tx: Reader) -> list[Registered]:
        return await store.page(tx, after, _PAGE)

    while rows := await database.read("audit.register", EVERY_TENANT, page, long=True):
        numbers.update(row.number for row in rows)
        after = rows[-1].tenant_id
    return numbers


def _check_mac(state: State, row: Registered, keys: ChainKeys) -> None:
    own = tuple(key for key in keys if key)
    if registering.is_authentic(own or NO_KEYS, row):
        return
    if registering.is_unkeyed(row):
        state.is_unkeyed = bool(own)
    else:
        state.faults.append("the register is not as it was written, or is under another key")
