"""The register of tenants and lanes, in SQL."""

import msgspec

from crm_cell.storage.engine import Reader, Row, Tx

_COLUMNS = "tenant_id, number, lanes, seal"

EVERYBODY = ""
"""Stands for the tenant in the row that counts the tenants."""


class Registered(msgspec.Struct, frozen=True):
    """A tenant, as the `number`th of all, with its lanes; or how many tenants there are."""

    tenant_id: str
    number: int = 0
    lanes: tuple[int, ...] = ()
    seal: bytes = b""


async def find(tx: Reader, tenant: str) -> Registered | None:
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM audit_register WHERE tenant_id = :tenant", tenant=tenant
    )
    return _registered(row) if row else None


async def page(tx: Reader, after: str, limit: int) -> list[Registered]:
    # every tenant: that none is missing shows only in all of them.
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM audit_register WHERE tenant_id > :after"
        " ORDER BY tenant_id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [_registered(row) for row in rows]


async def put(tx: Tx, before: Registered | None, after: Registered) -> bool:
    """Whether the row was still as it was `before`, and is `after` now. Others wait their turn."""
    values = {
        "tenant": after.tenant_id,
        "number": after.number,
        "lanes": ",".join(map(str, after.lanes)),
        "seal": after.seal,
    }
    if before is None:
        changed = await tx.run(
            f"INSERT INTO audit_register ({_COLUMNS}) VALUES (:tenant, :number, :lanes, :seal)"
            " ON CONFLICT DO NOTHING",
            **values,
        )
    else:
        changed = await tx.run(
            "UPDATE audit_register SET number = :number, lanes = :lanes, seal = :seal"
            " WHERE tenant_id = :tenant AND seal = :before AND number = :counted",
            **values,
            before=before.seal,
            counted=before.number,
        )
    return bool(changed)


def _registered(row: Row) -> Registered:
    tenant, number, lanes, seal = row
    return Registered(
        tenant, number, tuple(int(lane) for lane in lanes.split(",") if lane), bytes(seal)
    )
