"""The keys of tenants, and what is under them, in SQL."""

from collections.abc import Iterable

import msgspec

from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.seals import SealedTable, Values


class Wrapped(msgspec.Struct, frozen=True):
    """The keys of a tenant as they are stored."""

    tenant: str
    number: int
    cipher: str
    master: str
    """The name of the key that they are under."""
    data_key: bytes
    index_key: bytes
    complete: bool
    """All that the tenant has is under these, and under no others."""
    retired: bool
    """Nothing new is put under these."""


State = frozenset[tuple[int, bool, bool]]
"""By number, whether keys are complete and whether they are retired."""

_COLUMNS = "tenant_id, number, cipher, master, data_key, index_key, complete"


async def keys(tx: Reader, tenant: str) -> list[Wrapped]:
    rows = await tx.all(
        f"SELECT {_COLUMNS}, retired_at FROM tenant_keys WHERE tenant_id = :tenant"
        " ORDER BY number DESC",
        tenant=tenant,
    )
    return [_wrapped(row) for row in rows]


def state_of(stored: Iterable[Wrapped]) -> State:
    return frozenset((each.number, each.complete, each.retired) for each in stored)


async def read_state(tx: Reader, tenant: str) -> State:
    rows = await tx.all(
        "SELECT number, complete, retired_at FROM tenant_keys WHERE tenant_id = :tenant",
        tenant=tenant,
    )
    return frozenset((row[0], bool(row[1]), row[2] is not None) for row in rows)


async def hold(tx: Tx, tenant: str, number: int) -> bool:
    """Whether the keys are current, and then they are until the transaction has ended."""
    found = await tx.one(
        "SELECT 1 FROM tenant_keys WHERE tenant_id = :tenant AND number = :number"
        f" AND retired_at IS NULL{tx.for_share}",
        tenant=tenant,
        number=number,
    )
    return found is not None


async def add(tx: Tx, made: Wrapped) -> None:
    """Nothing happens where another process has been faster."""
    await tx.run(
        f"INSERT INTO tenant_keys ({_COLUMNS}, created_at) VALUES (:tenant, :number, :cipher,"
        " :master, :data_key, :index_key, :complete, :now) ON CONFLICT DO NOTHING",
        **_values(made),
        now=tx.now,
    )


async def retire(tx: Tx, tenant: str) -> None:
    """Waits for whoever is writing under the keys."""
    await tx.run(
        "UPDATE tenant_keys SET retired_at = :now WHERE tenant_id = :tenant AND retired_at IS NULL",
        now=tx.now,
        tenant=tenant,
    )


async def complete(tx: Tx, tenant: str, number: int) -> None:
    await tx.run(
        "UPDATE tenant_keys SET complete = 1 WHERE tenant_id = :tenant AND number = :number",
        tenant=tenant,
        number=number,
    )


async def forget_retired(tx: Tx, before: int) -> None:
    """Keys that were retired before a moment, and that no row is under any more."""
    await tx.run(
        "DELETE FROM tenant_keys WHERE retired_at < :before AND EXISTS (SELECT 1"
        " FROM tenant_keys AS newer WHERE newer.tenant_id = tenant_keys.tenant_id"
        " AND newer.retired_at IS NULL AND newer.complete = 1)",
        before=before,
    )


async def rewrap(tx: Tx, made: Wrapped) -> None:
    await tx.run(
        "UPDATE tenant_keys SET master = :master, data_key = :data_key, index_key = :index_key"
        " WHERE tenant_id = :tenant AND number = :number",
        **_values(made),
    )


async def masters(tx: Reader) -> list[str]:
    """The names of the keys that keys of tenants are under."""
    # every tenant: one key of the installation is over all of them
    rows = await tx.all("SELECT DISTINCT master FROM tenant_keys ORDER BY master")
    return [row[0] for row in rows]


async def has_keys(tx: Reader, tenant: str) -> bool:
    row = await tx.one("SELECT 1 FROM tenant_keys WHERE tenant_id = :tenant LIMIT 1", tenant=tenant)
    return row is not None


async def any_keys(tx: Reader) -> bool:
    # every tenant: whoever has no key may work only where nobody has one
    return await tx.one("SELECT 1 FROM tenant_keys LIMIT 1") is not None


async def tenants(tx: Reader, tables: Iterable[SealedTable]) -> list[str]:
    """All that have keys, or rows that should be under some, in order."""
    found: set[str] = set()
    for name in ("tenant_keys", *(table.name for table in tables)):
        # every tenant: a rotation goes through the whole installation
        found.update(row[0] for row in await tx.all(f"SELECT DISTINCT tenant_id FROM {name}"))
    return sorted(found)


async def unfinished(tx: Reader, tables: Iterable[SealedTable]) -> list[str]:
    """The tenants that have rows in the open, or may have, or rows under retired keys."""
    # every tenant: whoever keeps the installation asks for all of it
    rows = await tx.all(
        "SELECT tenant_id FROM tenant_keys WHERE complete = 1 AND retired_at IS NULL"
    )
    return sorted(set(await tenants(tx, tables)) - {row[0] for row in rows})


async def count(tx: Reader, tenant: str, table: SealedTable) -> int:
    row = await tx.one(
        f"SELECT count(*) FROM {table.name} WHERE tenant_id = :tenant", tenant=tenant
    )
    return row[0] if row else 0


async def has_rows(tx: Reader, tenant: str, table: SealedTable) -> bool:
    row = await tx.one(
        f"SELECT 1 FROM {table.name} WHERE tenant_id = :tenant LIMIT 1", tenant=tenant
    )
    return row is not None


async def batch(tx: Tx, tenant: str, table: SealedTable, after: str, limit: int) -> list[Row]:
    """Tenant, id and the sealed columns of rows, deleted ones too, in the order of their ids."""
    names = ", ".join(column.name for column in table.columns)
    return await tx.all(
        f"SELECT tenant_id, id, {names} FROM {table.name} WHERE tenant_id = :tenant"
        f" AND id > :after ORDER BY id LIMIT :limit{tx.for_update}",
        tenant=tenant,
        after=after,
        limit=limit,
    )


async def replace(tx: Tx, table: SealedTable, rows: list[Values]) -> None:
    """What is stored of the sealed columns, and nothing else: a version stays as it is."""
    changes = ", ".join(
        f"{name} = :{name}" for column in table.columns for name in (column.name, column.key)
    )
    await tx.many(
        f"UPDATE {table.name} SET {changes} WHERE tenant_id = :tenant_id AND id = :id", rows
    )


def _values(made: Wrapped) -> dict[str, object]:
    values = msgspec.structs.asdict(made)
    del values["retired"]
    return values | {"complete": int(made.complete)}


def _wrapped(row: Row) -> Wrapped:
    return Wrapped(
        tenant=row[0],
        number=row[1],
        cipher=row[2],
        master=row[3],
        data_key=bytes(row[4]),
        index_key=bytes(row[5]),
        complete=bool(row[6]),
        retired=row[7] is not None,
    )
