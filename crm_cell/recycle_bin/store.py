"""SQL of the recycle bin. Names of tables and columns are those of declared resources."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from crm_cell.customers.merged.store import NOT_MERGED, NOT_UNDOABLE, undoable_since
from crm_cell.customers.resource import customers
from crm_cell.kernel.positions import parts_of
from crm_cell.resources.listing.sql import named, parameter
from crm_cell.resources.resource import AnyResource
from crm_cell.storage.engine import Reader
from crm_cell.storage.tenants import tenants_of


class Deleted(NamedTuple):
    id: str
    title: str | None
    deleted_at: int


async def newest(
    tx: Reader, tenant: str, resource: AnyResource, before: str, limit: int
) -> list[Deleted]:
    """Those that were deleted by themselves and can be restored, the last deleted first."""
    at, rest = parts_of(before)
    rows = await tx.fetch_all(
        f"SELECT id, {resource.title or 'NULL'}, deleted_at FROM {resource.table}"
        f" WHERE tenant_id = :tenant AND deleted_at <= :at{_restorable(resource)}"
        " AND (deleted_at < :at OR substr(id, 15) < :rest)"
        " ORDER BY deleted_at DESC, substr(id, 15) DESC LIMIT :limit",
        tenant=tenant,
        at=at,
        rest=rest,
        limit=limit,
    )
    return [Deleted(*row) for row in rows]


def _restorable(resource: AnyResource) -> str:
    with_parent = " AND deleted_with IS NULL" if resource.is_deleted_with_parent else ""
    merged = NOT_MERGED if resource is customers else ""
    return with_parent + (" AND erased_at IS NULL" if resource.is_person else "") + merged


async def deleters(
    tx: Reader, tenant: str, resource: AnyResource, ids: Sequence[str]
) -> dict[tuple[str, int], str | None]:
    """By id and time of the deletion, who deleted it; as far back as the audit log reaches."""
    if not ids:
        return {}
    rows = await tx.fetch_all(
        "SELECT resource_id, created_at, actor FROM audit_logs WHERE tenant_id = :tenant"
        f" AND resource_type = :kind AND resource_id IN ({_parameters(len(ids))})"
        " AND action = 'deleted'",
        tenant=tenant,
        kind=resource.name,
        **named(list(ids)),
    )
    return {(row[0], row[1]): row[2] for row in rows}


@lru_cache(maxsize=1024)
def _parameters(many: int) -> str:
    return ", ".join(f":{parameter(number)}" for number in range(many))


async def tenants(tx: Reader, resource: AnyResource) -> list[str]:
    return await tenants_of(tx, resource.table)


async def older(
    tx: Reader,
    tenant: str,
    resource: AnyResource,
    before: int,
    after: tuple[int, str],
    limit: int,
) -> list[tuple[int, str]]:
    """Time of deletion and id of those that were deleted before a moment, the first first."""
    undoable = NOT_UNDOABLE if resource is customers else ""
    rows = await tx.fetch_all(
        f"SELECT deleted_at, id FROM {resource.table} WHERE tenant_id = :tenant"
        " AND deleted_at < :before AND deleted_at >= :at AND (deleted_at > :at OR id > :id)"
        f"{undoable}"
        " ORDER BY deleted_at, id LIMIT :limit",
        tenant=tenant,
        before=before,
        undoable_since=undoable_since(tx.now),
        at=after[0],
        id=after[1],
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]
