"""How many there are, kept in the same transaction as what is counted, so that no list scans.

A counter is one or more rows ("stripes") that are added up when read: on a database with
concurrent writers each adds to a stripe of its own, and none queues behind another.
"""

from collections.abc import Iterable

from crm_cell.storage.engine import Reader, Tx

_ADD = """
INSERT INTO counters (tenant_id, name, key, stripe, value)
VALUES (:tenant, :name, :key, :stripe, :delta)
ON CONFLICT (tenant_id, name, key, stripe) DO UPDATE SET value = counters.value + excluded.value
"""


async def add(tx: Tx, tenant: str, name: str, key: str | None, delta: int = 1) -> None:
    """Add to the counter `name` of `key`; the key None stands for "nobody" or "nothing"."""
    await add_all(tx, tenant, [(name, key)], delta)


async def add_all(
    tx: Tx, tenant: str, keys: Iterable[tuple[str, str | None]], delta: int = 1
) -> None:
    if delta:
        shared = {"tenant": tenant, "stripe": tx.stripe, "delta": delta}
        await tx.many(_ADD, [{**shared, "name": name, "key": key or ""} for name, key in keys])


async def read(tx: Reader, tenant: str, name: str, key: str = "") -> int:
    row = await tx.one(
        "SELECT coalesce(sum(value), 0) FROM counters"
        " WHERE tenant_id = :tenant AND name = :name AND key = :key",
        tenant=tenant,
        name=name,
        key=key,
    )
    return int(row[0]) if row else 0
