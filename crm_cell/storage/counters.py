"""How many there are, kept in the same transaction as what is counted, so that no list scans.

A counter is one or more rows ("stripes") that are added up when read: on a database with
concurrent writers each adds to a stripe of its own, and none queues behind another.

Beside the counter of a list stands that of its moves: how many rows have left the list, or have
come into it among older ones. As long as it stays the same, a row has the same number of older
rows before it, and deep pages rely on that (see `storage.deep_pages`).
"""

from collections.abc import Iterable, Mapping

from crm_cell.kernel.entity import Entity
from crm_cell.storage.engine import Reader, Tally, Tx

Counter = tuple[str, str | None]
"""A counter's name, and the key that it counts for; None stands for "nobody" or "nothing"."""
ANY = "\x1a"
"""At the beginning or the end of a key, for whatever is there: counters that are read together. It
is a control character, so no user, type or id has it in its name."""
OR = "\x1b"
"""Between keys that are read together."""

ADD = """
INSERT INTO counters (tenant_id, name, key, stripe, value)
VALUES (:tenant, :name, :key, :stripe, :delta)
ON CONFLICT (tenant_id, name, key, stripe) DO UPDATE SET value = counters.value + excluded.value
"""

_OF_NAME = "SELECT coalesce(sum(value), 0) FROM counters WHERE tenant_id = :tenant AND name = :name"
_SUM = f"{_OF_NAME} AND key = :key"

# Rows of a transaction that took longer, or was dated back, come in among older ones. What is
# remembered of lists concerns rows some minutes old (`storage.deep_pages`): the difference is left
# to the commit, and to clocks that do not agree.
_LATE_MS = 30_000
_MOVES = ".moves"


async def add(tx: Tx, tenant: str, name: str, key: str | None, delta: int = 1) -> None:
    """Add new rows to the counter `name` of `key`, or take away what leaves the list.

    The engine writes what was added at the end of the transaction, once for all that share a
    commit: a read in the same transaction does not see it yet.
    """
    await add_all(tx, tenant, [(name, key)], delta)


async def add_all(tx: Tx, tenant: str, keys: Iterable[Counter], delta: int = 1) -> None:
    for name, key in keys:
        counter = (tenant, name, key or "")
        tx.tally[counter] = tx.tally.get(counter, 0) + delta
        if delta < 0:
            _count_moves(tx.tally, counter, -delta)


async def bring_back(tx: Tx, tenant: str, keys: Iterable[Counter]) -> None:
    """Count a restored row again. It comes in among older ones, so it is a move as well."""
    for name, key in keys:
        await add(tx, tenant, name, key)
        _count_moves(tx.tally, (tenant, name, key or ""), 1)


async def hand_over(
    tx: Tx, tenant: str, name: str, before: str | None, after: str | None, many: int = 1
) -> None:
    """So many rows that were counted for `before` are counted for `after` from now on."""
    await add(tx, tenant, name, before, -many)
    await add(tx, tenant, name, after, many)
    _count_moves(tx.tally, (tenant, name, after or ""), many)


async def recount(tx: Tx, before: Entity, after: Entity, by: Mapping[str, str]) -> None:
    """A record has changed; `by` tells for which of its members each counter counts."""
    for name, member in by.items():
        gone, come = getattr(before, member), getattr(after, member)
        if gone != come:
            await hand_over(tx, after.tenant_id, name, gone, come)


def moves_of(name: str) -> str:
    """The name of the counter that says how many moves a list has seen."""
    return name + _MOVES


def settled(tally: Tally, began: int, ended: int) -> Tally:
    """What a transaction adds in the end: rows that come late count as moves too.

    An engine calls it once the unit has run, with the time of its ids and the clock's time for ids,
    in milliseconds.
    """
    if ended - began > _LATE_MS:
        for counter, delta in list(tally.items()):
            if delta > 0 and not counter[1].endswith(_MOVES):
                _count_moves(tally, counter, delta)
    return tally


def _count_moves(tally: Tally, counter: tuple[str, str, str], many: int) -> None:
    tenant, name, key = counter
    merge(tally, {(tenant, moves_of(name), key): many})


def merge(into: Tally, tally: Tally) -> None:
    for counter, delta in tally.items():
        into[counter] = into.get(counter, 0) + delta


def rows(tally: Tally, stripe: int) -> list[dict[str, object]]:
    """The parameters of ADD for everything that has really moved."""
    return [
        {"tenant": tenant, "name": name, "key": key, "stripe": stripe, "delta": delta}
        for (tenant, name, key), delta in tally.items()
        if delta
    ]


async def read(tx: Reader, tenant: str, name: str, key: str | None = None) -> int:
    key = key or ""
    if OR in key:
        return sum([await read(tx, tenant, name, each) for each in key.split(OR)])
    if ANY in key:
        return await _read_many(tx, tenant, name, key)
    row = await tx.one(_SUM, tenant=tenant, name=name, key=key)
    return int(row[0]) if row else 0


async def _read_many(tx: Reader, tenant: str, name: str, key: str) -> int:
    """What comes before ANY is compared as it is. What comes behind, the name of a deed, has no
    characters that LIKE takes for others."""
    before, _, behind = key.partition(ANY)
    conditions = ""
    values: dict[str, str] = {}
    if before:
        conditions += " AND key >= :first AND key < :past"
        values |= {"first": before, "past": before[:-1] + chr(ord(before[-1]) + 1)}
    if behind := behind.removesuffix(ANY).removesuffix("."):
        conditions += " AND key LIKE :behind"
        values |= {"behind": f"%{behind}"}
    row = await tx.one(_OF_NAME + conditions, tenant=tenant, name=name, **values)
    return int(row[0]) if row else 0
