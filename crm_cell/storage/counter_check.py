"""Counting everything anew, to see whether the maintained counters tell the truth."""

from collections.abc import Iterable, Mapping

import msgspec

from crm_cell.kernel import money
from crm_cell.storage import counters
from crm_cell.storage.engine import Reader, Row

_COUNTED: Mapping[str, tuple[str, ...]] = {
    "customers": ("", "owner"),
    "contacts": ("", "owner", "customer"),
    "opportunities": ("", "owner", "customer"),
    "follow_ups": ("", "owner", "customer", "opportunity"),
    "contracts": ("", "owner", "customer"),
    "payments": ("", "owner", "contract"),
    "audit_logs": ("actor", "deed"),
}
"""By table, what rows are counted by: ids mostly, and '' for all together."""

_BY = {
    "actor": "coalesce(actor, '') || CASE WHEN unseen = 1 THEN '/unseen' ELSE '/seen' END",
    "deed": "resource_type || '.' || action",
}
"""What is counted by something else than an id."""

_KEPT_FOR_EVER = {"contracts", "payments", "audit_logs"}


class Difference(msgspec.Struct, frozen=True):
    """A sum that is kept, and what it should be."""

    tenant: str
    name: str
    key: str
    kept: int
    true: int


async def differences(tx: Reader) -> list[Difference]:
    """Every counter of every tenant that is wrong. Reads all rows there are."""
    found: list[Difference] = []
    for table, columns in _COUNTED.items():
        for column in columns:
            found += await _counters(tx, table, column)
    return [*found, *await _unknown(tx), *await _funnel(tx), *await _paid(tx)]


async def _counters(tx: Reader, table: str, column: str) -> Iterable[Difference]:
    name = f"{table}.{column}" if column else table
    by = _BY.get(column, f"{column}_id")
    key = f"coalesce({by}, '')" if column else "''"
    where = "" if table in _KEPT_FOR_EVER else " WHERE deleted_at IS NULL"
    rows = await tx.all(
        "SELECT tenant_id, key, CAST(sum(kept) AS BIGINT), CAST(sum(counted) AS BIGINT) FROM"
        " (SELECT tenant_id, key, value AS kept, 0 AS counted FROM counters WHERE name = :name"
        f"  UNION ALL SELECT tenant_id, {key}, 0, 1 FROM {table}{where}) AS sums"
        " GROUP BY tenant_id, key HAVING sum(kept) <> sum(counted) ORDER BY tenant_id, key",
        name=name,
    )
    return (Difference(tenant, name, key, kept, true) for tenant, key, kept, true in rows)


async def _unknown(tx: Reader) -> Iterable[Difference]:
    """Counters by which nothing is counted."""
    known = {
        f"{table}.{column}" if column else table
        for table, columns in _COUNTED.items()
        for column in columns
    }
    # How often rows have moved can be read from nothing else.
    known |= {counters.moves_of(name) for name in known}
    rows = await tx.all(
        "SELECT tenant_id, name, key, CAST(sum(value) AS BIGINT) FROM counters "
        " GROUP BY tenant_id, name, key HAVING sum(value) <> 0 ORDER BY tenant_id, name, key"
    )
    return (
        Difference(tenant, name, key, kept, 0)
        for tenant, name, key, kept in rows
        if name not in known
    )


async def _funnel(tx: Reader) -> Iterable[Difference]:
    kept = await tx.all(
        "SELECT tenant_id, owner_id, currency, stage, status, CAST(sum(count) AS BIGINT),"
        " CAST(sum(amount_high) AS BIGINT), CAST(sum(amount_low) AS BIGINT) FROM funnel"
        " GROUP BY tenant_id, owner_id, currency, stage, status"
    )
    true = await tx.all(
        "SELECT tenant_id, coalesce(owner_id, ''), currency, stage, status, count(*),"
        " CAST(sum(amount_cents / :split) AS BIGINT), CAST(sum(amount_cents % :split) AS BIGINT)"
        " FROM opportunities WHERE deleted_at IS NULL"
        " GROUP BY tenant_id, coalesce(owner_id, ''), currency, stage, status",
        split=money.SPLIT,
    )
    return _compared(_cells(kept), _cells(true))


async def _paid(tx: Reader) -> Iterable[Difference]:
    rows = await tx.all(
        "SELECT c.tenant_id, c.id, c.paid_cents, CAST(coalesce(sum(p.amount_cents), 0) AS BIGINT)"
        " FROM contracts AS c LEFT JOIN payments AS p"
        " ON p.tenant_id = c.tenant_id AND p.contract_id = c.id"
        " GROUP BY c.tenant_id, c.id, c.paid_cents"
        " HAVING c.paid_cents <> coalesce(sum(p.amount_cents), 0) ORDER BY c.tenant_id, c.id"
    )
    return (Difference(tenant, "contracts.paid_cents", *rest) for tenant, *rest in rows)


_Cells = dict[tuple[str, str, str], int]


def _cells(rows: Iterable[Row]) -> _Cells:
    """Counts and amounts of the funnel by tenant, name and key, those that are not 0."""
    cells: _Cells = {}
    for tenant, owner, currency, stage, status, count, high, low in rows:
        key = f"owner={owner} currency={currency} stage={stage} status={status}"
        cells[tenant, "funnel.count", key] = count
        cells[tenant, "funnel.amount_cents", key] = money.join(high, low)
    return {place: value for place, value in cells.items() if value}


def _compared(kept: _Cells, true: _Cells) -> Iterable[Difference]:
    return (
        Difference(*place, kept.get(place, 0), true.get(place, 0))
        for place in sorted(kept.keys() | true.keys())
        if kept.get(place, 0) != true.get(place, 0)
    )
