"""Finds records without the audit entry of their creation.

Each record is inserted in one transaction with that entry, so a missing entry has been removed.
This finds what the chains alone cannot show: an audit log that was removed with its heads.
"""

from typing import NamedTuple

from crm_cell.kernel.ids import lowest_at
from crm_cell.storage.engine import Database, Reader
from crm_cell.storage.tenants import tenants_of

_RESOURCES = {
    "customers": "customer",
    "contacts": "contact",
    "opportunities": "opportunity",
    "follow_ups": "follow_up",
    "contracts": "contract",
    "payments": "payment",
    "api_keys": "api_key",
}
"""The resource type in the audit log, by table."""

# Records per snapshot: few enough that no checkpoint or vacuum has to wait for it.
_PAGE = 5_000
_DAY_MS = 86_400_000


class Unrecorded(NamedTuple):
    """A record whose `created` entry is missing."""

    resource: str
    record_id: str


async def tenants(tx: Reader) -> set[str]:
    """All tenants that have records."""
    found: set[str] = set()
    for table in _RESOURCES:
        found.update(await tenants_of(tx, table))
    return found


async def unrecorded(
    database: Database, tenant: str, *, cut_id: str, retention_days: int
) -> list[Unrecorded]:
    """The tenant's records without a `created` entry. Ignores records for which retention has
    removed it: ids up to `cut_id`, and records older than `retention_days` (0 means no limit)."""
    found: list[Unrecorded] = []
    for table, resource in _RESOURCES.items():
        found += await _of_table(database, tenant, table, resource, cut_id, retention_days)
    return found


async def _of_table(
    database: Database, tenant: str, table: str, resource: str, cut_id: str, days: int
) -> list[Unrecorded]:
    sql = (
        "SELECT r.id, EXISTS (SELECT 1 FROM audit_logs AS a WHERE a.tenant_id = r.tenant_id"
        " AND a.resource_type = :resource AND a.resource_id = r.id AND a.action = 'created')"
        f" FROM {table} AS r WHERE r.tenant_id = :tenant AND r.id > :after"
        f" ORDER BY r.id LIMIT {_PAGE}"
    )
    found: list[Unrecorded] = []
    after = cut_id

    async def page(tx: Reader) -> list[tuple[str, bool]]:
        oldest = lowest_at(tx.now - days * _DAY_MS) if days else ""
        rows = await tx.fetch_all(sql, tenant=tenant, resource=resource, after=max(after, oldest))
        return [(identifier, bool(is_there)) for identifier, is_there in rows]

    while rows := await database.read("audit.unrecorded", tenant, page, long=True):
        found += [Unrecorded(resource, each) for each, is_there in rows if not is_there]
        after = rows[-1][0]
    return found
