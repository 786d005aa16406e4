"""SQL of the register of tenants and shards."""

import msgspec

from crm_cell.storage.engine import Reader, Row, Tx

_COLUMNS = "tenant_id, number, lanes, seal"

EVERYBODY = ""
"""The tenant id of the row that counts the tenants."""


class Registered(msgspec.Struct, frozen=True):
    """A tenant with its number and its shards. In the row of EVERYBODY, `number` is the count."""

    tenant_id: str
    number: int = 0
    shards: tuple[int, ...] = ()
    mac: bytes = b""


async def find(tx: Reader, tenant: str) -> Registered | None:
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM audit_register WHERE tenant_id = :tenant", tenant=tenant
    )
    return _registered(row) if row else None


async def page(tx: Reader, after: str, limit: int) -> list[Registered]:
    # every tenant: a missing tenant shows only when all are read.
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM audit_register WHERE tenant_id > :after"
        " ORDER BY tenant_id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [_registered(row) for row in rows]


async def put(tx: Tx, before: Registered | None, after: Registered) -> bool:
    """Replace the row if it is still `before`. Returns whether it was. Locks the row."""
    values = {
        "tenant": after.tenant_id,
        "number": after.number,
        "lanes": ",".join(map(str, after.shards)),
        "seal": after.mac,
    }
    if before is None:
        changed = await tx.execute(
            f"INSERT INTO audit_register ({_COLUMNS}) VALUES (:tenant, :number, :lanes, :seal)"
            " ON CONFLICT DO NOTHING",
            **values,
        )
    else:
        changed = await tx.execute(
            "UPDATE audit_register SET number = :number, lanes = :lanes, seal = :seal"
            " WHERE tenant_id = :tenant AND seal = :before AND number = :counted",
            **values,
            before=before.mac,
            counted=before.number,
        )
    return bool(changed)


def _registered(row: Row) -> Registered:
    tenant, number, shards, mac = row
    return Registered(
        tenant, number, tuple(int(shard) for shard in shards.split(",") if shard), bytes(mac)
    )
