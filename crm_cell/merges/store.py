"""SQL of merges, and of the journal by which they are undone."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.field_encryption import encrypted_table
from crm_cell.storage.tenants import tenants_of


class Merge(msgspec.Struct, frozen=True):
    tenant_id: str
    id: str
    survivor_id: str
    merged_by: str | None
    moved: str
    """By member of answers, how many records were moved, as JSON."""
    taken: str | None
    """By field of the survivor that was changed, the value before, and the customer whose value it
    took, as JSON. Contact details have columns of their own, because they are encrypted."""
    contact_phone: str | None
    contact_email: str | None
    created_at: int
    undone_at: int | None


class Item(msgspec.Struct, frozen=True):
    """A value that a merge has changed. `kind` is a table."""

    kind: str
    record_id: str
    field: str
    before: str


MERGES = encrypted_table(
    "merges",
    Merge.__struct_fields__,
    {"contact_phone": "phone", "contact_email": "email"},
)
_COLUMNS = ", ".join(Merge.__struct_fields__)


async def insert(tx: Tx, merge: Merge, customers: Iterable[str]) -> None:
    """`customers` are those that were merged."""
    [row] = await tx.cipher.encrypt_rows(tx, MERGES, [msgspec.structs.asdict(merge)])
    await tx.execute(
        "INSERT INTO merges (tenant_id, id, survivor_id, merged_by, moved, taken, contact_phone,"
        " contact_phone_key, contact_email, contact_email_key, created_at, undone_at)"
        " VALUES (:tenant_id, :id, :survivor_id, :merged_by, :moved, :taken, :contact_phone,"
        " :contact_phone_key, :contact_email, :contact_email_key, :created_at, :undone_at)",
        **row,
    )
    await tx.execute_many(
        "INSERT INTO merged_customers (tenant_id, customer_id, merge_id, survivor_id, merged_at,"
        " undone_at) VALUES (:tenant, :customer, :merge, :survivor, :now, NULL)",
        [
            {
                "tenant": merge.tenant_id,
                "customer": each,
                "merge": merge.id,
                "survivor": merge.survivor_id,
                "now": merge.created_at,
            }
            for each in customers
        ],
    )


async def add_items(tx: Tx, merge: Merge, items: Sequence[Item]) -> None:
    await tx.execute_many(
        "INSERT INTO merge_items (tenant_id, merge_id, kind, record_id, field, value_before)"
        " VALUES (:tenant, :merge, :kind, :record, :field, :before)",
        [
            {
                "tenant": merge.tenant_id,
                "merge": merge.id,
                "kind": each.kind,
                "record": each.record_id,
                "field": each.field,
                "before": each.before,
            }
            for each in items
        ],
    )


async def find(tx: Reader, tenant: str, identifier: str) -> Merge | None:
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM merges WHERE tenant_id = :tenant AND id = :id{tx.for_update}",
        tenant=tenant,
        id=identifier,
    )
    return _merge(tx, row) if row else None


async def page(
    tx: Reader, tenant: str, survivor: str | None, before: str, limit: int
) -> list[Merge]:
    """Newest first, of all customers or of one that has survived."""
    of = "" if survivor is None else " AND survivor_id = :survivor"
    rows = await tx.fetch_all(
        f"SELECT {_COLUMNS} FROM merges WHERE tenant_id = :tenant{of} AND id < :before"
        " ORDER BY id DESC LIMIT :limit",
        tenant=tenant,
        survivor=survivor,
        before=before,
        limit=limit,
    )
    return [_merge(tx, row) for row in rows]


async def customers_of(tx: Reader, tenant: str, merge: str) -> list[str]:
    """Those that were merged."""
    rows = await tx.fetch_all(
        "SELECT customer_id FROM merged_customers WHERE tenant_id = :tenant AND merge_id = :merge"
        " ORDER BY customer_id",
        tenant=tenant,
        merge=merge,
    )
    return [row[0] for row in rows]


async def items_of(tx: Reader, merge: Merge) -> list[Item]:
    rows = await tx.fetch_all(
        "SELECT kind, record_id, field, value_before FROM merge_items WHERE tenant_id = :tenant"
        " AND merge_id = :merge ORDER BY kind, record_id, field",
        tenant=merge.tenant_id,
        merge=merge.id,
    )
    return [Item(*row) for row in rows]


async def mark_undone(tx: Tx, merge: Merge) -> None:
    """The customers that it has merged are their own again."""
    await forget(tx, merge.tenant_id, [merge.id])
    for table, column in (("merges", "id"), ("merged_customers", "merge_id")):
        await tx.execute(
            f"UPDATE {table} SET undone_at = :now WHERE tenant_id = :tenant AND {column} = :merge",
            now=tx.now,
            tenant=merge.tenant_id,
            merge=merge.id,
        )


async def forget(tx: Tx, tenant: str, merges: Iterable[str]) -> None:
    """Remove the values that the survivor had."""
    await tx.execute_many(
        "UPDATE merges SET taken = NULL, contact_phone = NULL, contact_phone_key = NULL,"
        " contact_email = NULL, contact_email_key = NULL WHERE tenant_id = :tenant AND id = :merge",
        [{"tenant": tenant, "merge": each} for each in merges],
    )


async def ids_of(tx: Reader, tenant: str, customers: Iterable[str]) -> list[str]:
    """Of merges in which one of these has survived or was merged."""
    found: set[str] = set()
    for each in customers:
        rows = await tx.fetch_all(
            "SELECT id FROM merges WHERE tenant_id = :tenant AND survivor_id = :customer"
            " UNION SELECT merge_id FROM merged_customers WHERE tenant_id = :tenant"
            " AND customer_id = :customer",
            tenant=tenant,
            customer=each,
        )
        found.update(row[0] for row in rows)
    return sorted(found)


async def merged_into(tx: Reader, tenant: str, survivor: str) -> list[str]:
    """The customers that were merged into one, also by way of others."""
    found = [survivor]
    for each in found:
        rows = await tx.fetch_all(
            "SELECT m.customer_id FROM merges AS s JOIN merged_customers AS m"
            " ON m.tenant_id = s.tenant_id AND m.merge_id = s.id"
            " WHERE s.tenant_id = :tenant AND m.tenant_id = :tenant AND s.survivor_id = :survivor"
            " AND m.undone_at IS NULL ORDER BY m.customer_id",
            tenant=tenant,
            survivor=each,
        )
        found += [row[0] for row in rows if row[0] not in found]
    return found[1:]


async def tenants(tx: Reader) -> list[str]:
    return await tenants_of(tx, "merges")


async def purge(tx: Tx, tenant: str, before: int, limit: int) -> int:
    """Remove the journal of merges that can no longer be undone. Returns of how many."""
    rows = await tx.fetch_all(
        "SELECT id FROM merges WHERE tenant_id = :tenant AND created_at < :before"
        " AND (taken IS NOT NULL OR EXISTS (SELECT 1 FROM merge_items AS i"
        " WHERE i.tenant_id = merges.tenant_id AND i.merge_id = merges.id)) LIMIT :limit",
        tenant=tenant,
        before=before,
        limit=limit,
    )
    ids = [row[0] for row in rows]
    await forget(tx, tenant, ids)
    await tx.execute_many(
        "DELETE FROM merge_items WHERE tenant_id = :tenant AND merge_id = :merge",
        [{"tenant": tenant, "merge": each} for each in ids],
    )
    return len(ids)


def _merge(tx: Reader, row: Sequence[Any]) -> Merge:
    return tx.cipher.decrypting(MERGES, Merge)(*row)
