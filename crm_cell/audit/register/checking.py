"""Whether everything that is registered is still there."""

from collections.abc import Iterable

import msgspec

from crm_cell.audit.register import registering, store
from crm_cell.audit.register.store import EVERYBODY, Registered
from crm_cell.storage.engine import EVERY_TENANT, NO_KEYS, ChainKeys, Database, Reader

_PAGE = 5_000


class State(msgspec.Struct):
    """What is wrong with a row of the register, said to a person, or that it is without a key."""

    faults: list[str] = msgspec.field(default_factory=list)
    is_unsealed: bool = False


def lanes_gone(row: Registered | None, keys: ChainKeys, lanes: Iterable[int]) -> State:
    """`lanes` are those of the tenant that have a head or entries."""
    state = State()
    there = set(lanes)
    if row is None:
        if there:
            state.faults.append("the tenant has been removed from the register")
        return state
    _check_seal(state, row, keys)
    state.faults += [
        f"lane {lane} has been removed: its entries and its head are gone"
        for lane in row.lanes
        if lane not in there
    ]
    state.faults += [
        f"lane {lane} has been removed from the register" for lane in sorted(there - {*row.lanes})
    ]
    return state


async def tenants_gone(database: Database, keys: ChainKeys) -> State:
    """Whether each tenant that was ever registered is in the register."""
    everybody = await database.read(
        "audit.register", EVERY_TENANT, lambda tx: store.find(tx, EVERYBODY), long=True
    )
    numbers = await _numbers(database)
    state = State()
    if everybody is None:
        if numbers:
            state.faults.append("the count of tenants has been removed from the register")
        return state
    _check_seal(state, everybody, keys)
    # Tenants that have come since the count was read have higher numbers.
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


def _check_seal(state: State, row: Registered, keys: ChainKeys) -> None:
    own = tuple(key for key in keys if key)
    if registering.is_sealed(own or NO_KEYS, row):
        return
    if registering.is_unsealed(row):
        state.is_unsealed = bool(own)
    else:
        state.faults.append("the register is not as it was written, or is under another key")
