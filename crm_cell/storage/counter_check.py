"""Compares the maintained counters with the rows that they count."""

from collections.abc import Iterable

import msgspec

from crm_cell.storage import counters
from crm_cell.storage.engine import Reader


class Counted(msgspec.Struct, frozen=True):
    """What a counter counts: the rows of a table by a key, an SQL expression over its columns."""

    name: str
    table: str
    key: str = "''"
    live: bool = True
    """Deleted rows are not counted."""


AUDIT_LOG = (
    Counted(
        "audit_logs.actor",
        "audit_logs",
        "coalesce(actor, '') || CASE WHEN unseen = 1 THEN '/unseen' ELSE '/seen' END",
        live=False,
    ),
    Counted("audit_logs.deed", "audit_logs", "resource_type || '.' || action", live=False),
)


PEOPLE = (
    Counted("users", "users", live=False),
    Counted("users.status", "users", "status", live=False),
    Counted("teams", "teams", live=False),
)


class Difference(msgspec.Struct, frozen=True):
    """A counter that differs from the number of its rows."""

    tenant: str
    name: str
    key: str
    stored: int | str | None
    counted: int | str | None


async def wrong_counters(tx: Reader, counted: Iterable[Counted]) -> list[Difference]:
    """The wrong counters of every tenant, and counters that no rows belong to. Reads all rows."""
    counted = list(counted)
    found: list[Difference] = []
    for each in counted:
        found += await _wrong(tx, each)
    return [*found, *await _unknown(tx, {each.name for each in counted})]


async def _wrong(tx: Reader, counted: Counted) -> Iterable[Difference]:
    where = " WHERE deleted_at IS NULL" if counted.live else ""
    rows = await tx.fetch_all(
        "SELECT tenant_id, key, CAST(sum(stored) AS BIGINT), CAST(sum(counted) AS BIGINT) FROM"
        " (SELECT tenant_id, key, value AS stored, 0 AS counted FROM counters WHERE name = :name"
        f"  UNION ALL SELECT tenant_id, {counted.key}, 0, 1 FROM {counted.table}{where}) AS sums"
        " GROUP BY tenant_id, key HAVING sum(stored) <> sum(counted) ORDER BY tenant_id, key",
        name=counted.name,
    )
    return (
        Difference(tenant, counted.name, key, stored, rows_counted)
        for tenant, key, stored, rows_counted in rows
    )


async def _unknown(tx: Reader, names: set[str]) -> Iterable[Difference]:
    # The number of reorders cannot be counted from rows, so it is not checked.
    known = names | {counters.reorder_counter(name) for name in names}
    rows = await tx.fetch_all(
        "SELECT tenant_id, name, key, CAST(sum(value) AS BIGINT) FROM counters "
        " GROUP BY tenant_id, name, key HAVING sum(value) <> 0 ORDER BY tenant_id, name, key"
    )
    return (
        Difference(tenant, name, key, stored, 0)
        for tenant, name, key, stored in rows
        if name not in known
    )
