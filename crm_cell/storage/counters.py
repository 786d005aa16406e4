"""How many there are, kept in the same transaction as what is counted, so that no list scans.

A counter is one or more rows ("stripes") that are added up when read: on a database with
concurrent writers each adds to a stripe of its own, and none queues behind another.
"""

from collections.abc import Iterable

from crm_cell.storage.engine import Reader, Tally, Tx

ADD = """
INSERT INTO counters (tenant_id, name, key, stripe, value)
VALUES (:tenant, :name, :key, :stripe, :delta)
ON CONFLICT (tenant_id, name, key, stripe) DO UPDATE SET value = counters.value + excluded.value
"""


async def add(tx: Tx, tenant: str, name: str, key: str | None, delta: int = 1) -> None:
    """Add to the counter `name` of `key`; the key None stands for "nobody" or "nothing".

    The engine writes what was added at the end of the transaction, once for all that share a
    commit: a read in the same transaction does not see it yet.
    """
    await add_all(tx, tenant, [(name, key)], delta)


async def add_all(
    tx: Tx, tenant: str, keys: Iterable[tuple[str, str | None]], delta: int = 1
) -> None:
    for name, key in keys:
        counter = (tenant, name, key or "")
        tx.tally[counter] = tx.tally.get(counter, 0) + delta


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


async def read(tx: Reader, tenant: str, name: str, key: str = "") -> int:
    row = await tx.one(
        "SELECT coalesce(sum(value), 0) FROM counters"
        " WHERE tenant_id = :tenant AND name = :name AND key = :key",
        tenant=tenant,
        name=name,
        key=key,
    )
    return int(row[0]) if row else 0
