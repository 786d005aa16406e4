"""SQL of pairs, and of how far the search for them has come.

A pair says only that two customers were alike when they were compared. Whether they still are, and
by what, is seen from the customers when somebody looks.
"""

from collections.abc import Iterable, Sequence

import msgspec

from crm_cell.kernel.ids import new_id
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.tenants import tenants_of

Place = tuple[int, str]
"""The time of the last change of a customer, and its id."""
START: Place = (0, "")
_COLUMNS = "tenant_id, id, one_id, other_id, found_at, dismissed_at, dismissed_by"


class Pair(msgspec.Struct, frozen=True):
    tenant_id: str
    id: str
    one_id: str
    """The lesser of both ids."""
    other_id: str
    found_at: int
    dismissed_at: int | None
    dismissed_by: str | None

    @property
    def ids(self) -> tuple[str, str]:
        return self.one_id, self.other_id


async def page(tx: Reader, tenant: str, before: str, limit: int, *, dismissed: bool) -> list[Pair]:
    """The newest first."""
    status = "IS NOT NULL" if dismissed else "IS NULL"
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM duplicate_pairs WHERE tenant_id = :tenant"
        f" AND dismissed_at {status} AND id < :before ORDER BY id DESC LIMIT :limit",
        tenant=tenant,
        before=before,
        limit=limit,
    )
    return [Pair(*row) for row in rows]


async def find(tx: Reader, tenant: str, identifier: str) -> Pair | None:
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM duplicate_pairs WHERE tenant_id = :tenant AND id = :id"
        f"{tx.for_update}",
        tenant=tenant,
        id=identifier,
    )
    return Pair(*row) if row else None


async def of_customer(tx: Reader, tenant: str, customer: str) -> list[Pair]:
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM duplicate_pairs WHERE tenant_id = :tenant AND one_id = :customer"
        f" UNION ALL SELECT {_COLUMNS} FROM duplicate_pairs WHERE tenant_id = :tenant"
        " AND other_id = :customer",
        tenant=tenant,
        customer=customer,
    )
    return [Pair(*row) for row in rows]


async def add(tx: Tx, tenant: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Of the lesser id and the other. Those that are known stay as they are."""
    await tx.execute_many(
        "INSERT INTO duplicate_pairs (tenant_id, id, one_id, other_id, found_at, dismissed_at,"
        " dismissed_by) VALUES (:tenant, :id, :one, :other, :now, NULL, NULL)"
        " ON CONFLICT (tenant_id, one_id, other_id) DO NOTHING",
        [
            {
                "tenant": tenant,
                "id": new_id(tx.id_time),
                "one": one,
                "other": other,
                "now": tx.now,
            }
            for one, other in pairs
        ],
    )


async def mark(tx: Tx, pair: Pair) -> None:
    """Whether, when and by whom it is dismissed."""
    await tx.execute(
        "UPDATE duplicate_pairs SET dismissed_at = :at, dismissed_by = :by"
        " WHERE tenant_id = :tenant AND id = :id",
        at=pair.dismissed_at,
        by=pair.dismissed_by,
        tenant=pair.tenant_id,
        id=pair.id,
    )


async def drop(tx: Tx, tenant: str, pairs: Iterable[str]) -> None:
    await tx.execute_many(
        "DELETE FROM duplicate_pairs WHERE tenant_id = :tenant AND id = :id",
        [{"tenant": tenant, "id": each} for each in pairs],
    )


async def erase(tx: Tx, customers: Sequence[tuple[str, str]]) -> None:
    """Of customers that are removed for good, by tenant and id."""
    for column in ("one_id", "other_id"):
        await tx.execute_many(
            f"DELETE FROM duplicate_pairs WHERE tenant_id = :tenant AND {column} = :customer",
            [{"tenant": tenant, "customer": each} for tenant, each in customers],
        )


# How far the search has come


async def tenants(tx: Reader) -> list[str]:
    return await tenants_of(tx, "customers")


async def place_of(tx: Reader, tenant: str) -> Place:
    row = await tx.fetch_one(
        "SELECT changed_at, customer_id FROM duplicate_searches WHERE tenant_id = :tenant",
        tenant=tenant,
    )
    return (row[0], row[1]) if row else START


async def note_place(tx: Tx, tenant: str, place: Place) -> None:
    await tx.execute(
        "INSERT INTO duplicate_searches (tenant_id, changed_at, customer_id)"
        " VALUES (:tenant, :at, :customer) ON CONFLICT (tenant_id) DO UPDATE SET"
        " changed_at = excluded.changed_at, customer_id = excluded.customer_id",
        tenant=tenant,
        at=place[0],
        customer=place[1],
    )


async def changed_since(
    tx: Reader, tenant: str, place: Place, until: int, limit: int
) -> list[Place]:
    """Customers that were changed behind a place and until a time, in that order."""
    rows = await tx.fetch_all(
        "SELECT updated_at, id FROM customers WHERE tenant_id = :tenant AND deleted_at IS NULL"
        " AND (updated_at, id) > (:at, :customer) AND updated_at <= :until"
        " ORDER BY updated_at, id LIMIT :limit",
        tenant=tenant,
        at=place[0],
        customer=place[1],
        until=until,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]
