"""SQL of tenants' keys and of the rows that they encrypt."""

from collections.abc import Iterable

import msgspec

from crm_cell.storage.engine import Reader, Row, Tx
from crm_cell.storage.field_encryption import EncryptedTable, Values


class Wrapped(msgspec.Struct, frozen=True):
    """The keys of a tenant as stored: encrypted with a master key."""

    tenant: str
    number: int
    cipher: str
    master: str
    """The name of the master key that encrypts them."""
    data_key: bytes
    index_key: bytes
    complete: bool
    """All of the tenant's rows are encrypted with these keys."""
    retired: bool
    """No write uses these keys any more."""


State = frozenset[tuple[int, bool, bool]]
"""Number, whether complete, whether retired: one for each pair of keys."""

_COLUMNS = "tenant_id, number, cipher, master, data_key, index_key, complete"


async def keys(tx: Reader, tenant: str) -> list[Wrapped]:
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS}, retired_at FROM tenant_keys WHERE tenant_id = :tenant"
        " ORDER BY number DESC",
        tenant=tenant,
    )
    return [_wrapped(row) for row in rows]


def state_of(stored: Iterable[Wrapped]) -> State:
    return frozenset((each.number, each.complete, each.retired) for each in stored)


async def read_state(tx: Reader, tenant: str) -> State:
    rows = await tx.fetch_all(
        "SELECT number, complete, retired_at FROM tenant_keys WHERE tenant_id = :tenant",
        tenant=tenant,
    )
    return frozenset((row[0], bool(row[1]), row[2] is not None) for row in rows)


async def lock_current(tx: Tx, tenant: str, number: int) -> bool:
    """Whether the keys are current. If so, they cannot be retired before the transaction ends."""
    found = await tx.fetch_one(
        "SELECT 1 FROM tenant_keys WHERE tenant_id = :tenant AND number = :number"
        f" AND retired_at IS NULL{tx.for_share}",
        tenant=tenant,
        number=number,
    )
    return found is not None


async def add(tx: Tx, made: Wrapped) -> None:
    """Does nothing if another process has added these keys already."""
    await tx.execute(
        f"INSERT INTO tenant_keys ({_COLUMNS}, created_at) VALUES (:tenant, :number, :cipher,"
        " :master, :data_key, :index_key, :complete, :now) ON CONFLICT DO NOTHING",
        **_values(made),
        now=tx.now,
    )


async def retire(tx: Tx, tenant: str) -> None:
    """Waits for transactions that write with the keys."""
    await tx.execute(
        "UPDATE tenant_keys SET retired_at = :now WHERE tenant_id = :tenant AND retired_at IS NULL",
        now=tx.now,
        tenant=tenant,
    )


async def complete(tx: Tx, tenant: str, number: int) -> None:
    await tx.execute(
        "UPDATE tenant_keys SET complete = 1 WHERE tenant_id = :tenant AND number = :number",
        tenant=tenant,
        number=number,
    )


async def forget_retired(tx: Tx, before: int) -> None:
    """Delete keys that were retired before a time, if the tenant's rows use newer ones."""
    await tx.execute(
        "DELETE FROM tenant_keys WHERE retired_at < :before AND EXISTS (SELECT 1"
        " FROM tenant_keys AS newer WHERE newer.tenant_id = tenant_keys.tenant_id"
        " AND newer.retired_at IS NULL AND newer.complete = 1)",
        before=before,
    )


async def rewrap(tx: Tx, made: Wrapped) -> None:
    await tx.execute(
        "UPDATE tenant_keys SET master = :master, data_key = :data_key, index_key = :index_key"
        " WHERE tenant_id = :tenant AND number = :number",
        **_values(made),
    )


async def master_names(tx: Reader) -> list[str]:
    """The names of the master keys that encrypt tenants' keys."""
    # every tenant: one master key encrypts the keys of all of them
    rows = await tx.fetch_all("SELECT DISTINCT master FROM tenant_keys ORDER BY master")
    return [row[0] for row in rows]


async def has_keys(tx: Reader, tenant: str) -> bool:
    row = await tx.fetch_one(
        "SELECT 1 FROM tenant_keys WHERE tenant_id = :tenant LIMIT 1", tenant=tenant
    )
    return row is not None


async def any_keys(tx: Reader) -> bool:
    # every tenant: a process without the key may only run if no tenant has keys
    return await tx.fetch_one("SELECT 1 FROM tenant_keys LIMIT 1") is not None


async def tenants(tx: Reader, tables: Iterable[EncryptedTable]) -> list[str]:
    """All tenants that have keys, or rows that keys should encrypt, in order."""
    found: set[str] = set()
    for name in ("tenant_keys", *(table.name for table in tables)):
        # every tenant: a rotation covers the whole installation
        found.update(row[0] for row in await tx.fetch_all(f"SELECT DISTINCT tenant_id FROM {name}"))
    return sorted(found)


async def unfinished(tx: Reader, tables: Iterable[EncryptedTable]) -> list[str]:
    """The tenants that may have plaintext rows, or rows under retired keys."""
    # every tenant: the operator checks the whole installation
    rows = await tx.fetch_all(
        "SELECT tenant_id FROM tenant_keys WHERE complete = 1 AND retired_at IS NULL"
    )
    return sorted(set(await tenants(tx, tables)) - {row[0] for row in rows})


async def count(tx: Reader, tenant: str, table: EncryptedTable) -> int:
    row = await tx.fetch_one(
        f"SELECT count(*) FROM {table.name} WHERE tenant_id = :tenant", tenant=tenant
    )
    return row[0] if row else 0


async def has_rows(tx: Reader, tenant: str, table: EncryptedTable) -> bool:
    row = await tx.fetch_one(
        f"SELECT 1 FROM {table.name} WHERE tenant_id = :tenant LIMIT 1", tenant=tenant
    )
    return row is not None


async def batch(tx: Tx, tenant: str, table: EncryptedTable, after: str, limit: int) -> list[Row]:
    """Tenant, id and the encrypted columns of rows, including deleted ones, ordered by id."""
    names = ", ".join(column.name for column in table.columns)
    return await tx.fetch_all(
        f"SELECT tenant_id, id, {names} FROM {table.name} WHERE tenant_id = :tenant"
        f" AND id > :after ORDER BY id LIMIT :limit{tx.for_update}",
        tenant=tenant,
        after=after,
        limit=limit,
    )


async def replace(tx: Tx, table: EncryptedTable, rows: list[Values]) -> None:
    """Rewrite only the encrypted columns; the records' versions do not change."""
    changes = ", ".join(
        f"{name} = :{name}" for column in table.columns for name in (column.name, column.key)
    )
    await tx.execute_many(
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
