"""Row counts that are updated in the same transaction as the rows, so that no list scans a table.

A counter is one or more rows ("stripes") that are added up when read. On a database with
concurrent writers each writer adds to its own stripe, so that none waits for another.

Each list also has a counter of reorders: how many rows have left the list or have been inserted
among older ones. While it stays the same, each row has the same number of older rows before it;
deep pages rely on that (see `storage.paging.deep_offsets`).
"""

from collections.abc import Iterable

import msgspec

from crm_cell.storage.engine import CounterDeltas, Reader, Tx

Counter = tuple[str, str | None]
"""A counter's name and its key, for example an owner. None stands for "no owner"."""
ANY = "\x1a"
"""A wildcard at the beginning or the end of a key: all matching counters are added up. It is a
control character, so no user, type or id contains it."""
OR = "\x1b"
"""Separates keys whose counters are added up."""

ADD = """
INSERT INTO counters (tenant_id, name, key, stripe, value)
VALUES (:tenant, :name, :key, :stripe, :delta)
ON CONFLICT (tenant_id, name, key, stripe) DO UPDATE SET value = counters.value + excluded.value
"""

_OF_NAME = "SELECT coalesce(sum(value), 0) FROM counters WHERE tenant_id = :tenant AND name = :name"
_SUM = f"{_OF_NAME} AND key = :key"

_OF_KEYS = {
    "sqlite": f"{_OF_NAME} AND key IN (SELECT value FROM json_each(:keys))",
    "postgresql": f"{_OF_NAME} AND key = ANY(:keys)",
}

# A transaction that takes longer, or is backdated, inserts its rows among older ones. The rank
# index only uses rows that are some minutes old (`storage.paging.deep_offsets`); the difference
# leaves room for the commit and for clocks that disagree.
_LATE_MS = 30_000
_REORDERS = ".moves"


async def add(tx: Tx, tenant: str, name: str, key: str | None, delta: int = 1) -> None:
    """Count new rows in the counter `name` of `key`, or subtract rows that leave the list.

    The engine writes the sum at the end of the transaction, once for all transactions that share
    a commit, so a read in the same transaction does not see it yet.
    """
    await add_all(tx, tenant, [(name, key)], delta)


async def add_all(tx: Tx, tenant: str, keys: Iterable[Counter], delta: int = 1) -> None:
    for name, key in keys:
        counter = (tenant, name, key or "")
        tx.pending_deltas[counter] = tx.pending_deltas.get(counter, 0) + delta
        if delta < 0:
            _count_reorders(tx.pending_deltas, counter, -delta)


async def restore(tx: Tx, tenant: str, keys: Iterable[Counter]) -> None:
    """Count a restored row again. It returns among older rows, so it also counts as a reorder."""
    for name, key in keys:
        await add(tx, tenant, name, key)
        _count_reorders(tx.pending_deltas, (tenant, name, key or ""), 1)


async def transfer(
    tx: Tx, tenant: str, name: str, before: str | None, after: str | None, many: int = 1
) -> None:
    """Move `many` rows from the counter of `before` to that of `after`."""
    await add(tx, tenant, name, before, -many)
    await add(tx, tenant, name, after, many)
    _count_reorders(tx.pending_deltas, (tenant, name, after or ""), many)


def reorder_counter(name: str) -> str:
    """The name of the counter of a list's reorders."""
    return name + _REORDERS


def settled(deltas: CounterDeltas, began: int, ended: int) -> CounterDeltas:
    """The final deltas of a transaction. After a long transaction new rows count as reorders too.

    An engine calls it after the unit, with the transaction's `id_time` and the current time for
    ids, both in milliseconds.
    """
    if ended - began > _LATE_MS:
        for counter, delta in list(deltas.items()):
            if delta > 0 and not counter[1].endswith(_REORDERS):
                _count_reorders(deltas, counter, delta)
    return deltas


def _count_reorders(deltas: CounterDeltas, counter: tuple[str, str, str], many: int) -> None:
    tenant, name, key = counter
    merge(deltas, {(tenant, reorder_counter(name), key): many})


def merge(into: CounterDeltas, deltas: CounterDeltas) -> None:
    for counter, delta in deltas.items():
        into[counter] = into.get(counter, 0) + delta


def rows(deltas: CounterDeltas, stripe: int) -> list[tuple[str, str, str, int, int]]:
    """The parameters of ADD, in the order of their names, for all deltas that are not zero."""
    return [(*counter, stripe, delta) for counter, delta in deltas.items() if delta]


async def read(tx: Reader, tenant: str, name: str, key: str | None = None) -> int:
    key = key or ""
    if OR in key:
        return await _read_several(tx, tenant, name, key.split(OR))
    if ANY in key:
        return await _read_many(tx, tenant, name, key)
    row = await tx.fetch_one(_SUM, tenant=tenant, name=name, key=key)
    return int(row[0]) if row else 0


async def _read_several(tx: Reader, tenant: str, name: str, keys: list[str]) -> int:
    """In one statement: a team has hundreds of owners."""
    total = sum([await _read_many(tx, tenant, name, key) for key in keys if ANY in key])
    if some := [key for key in keys if ANY not in key]:
        wanted = msgspec.json.encode(some).decode() if tx.dialect == "sqlite" else some
        row = await tx.fetch_one(_OF_KEYS[tx.dialect], tenant=tenant, name=name, keys=wanted)
        total += int(row[0]) if row else 0
    return total


async def _read_many(tx: Reader, tenant: str, name: str, key: str) -> int:
    """The sum over a key with a wildcard. The part before ANY may hold any character. The part
    after it is the name of an action, which has none that LIKE treats as a wildcard."""
    before, _, behind = key.partition(ANY)
    conditions = ""
    values: dict[str, str] = {}
    if before:
        conditions += " AND key >= :first AND key < :past"
        values |= {"first": before, "past": before[:-1] + chr(ord(before[-1]) + 1)}
    if behind := behind.removesuffix(ANY).removesuffix("."):
        conditions += " AND key LIKE :behind"
        values |= {"behind": f"%{behind}"}
    row = await tx.fetch_one(_OF_NAME + conditions, tenant=tenant, name=name, **values)
    return int(row[0]) if row else 0
