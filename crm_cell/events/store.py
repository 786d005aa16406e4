"""The outbox: what happened, in order, waiting to be delivered."""

from collections.abc import Mapping

import msgspec

from crm_cell.storage.engine import Reader, Tx


class Event(msgspec.Struct, frozen=True):
    """One thing that happened. `data` is the record as JSON, phones masked."""

    tenant_id: str
    id: str
    event_type: str
    trace_id: str | None
    data: str
    created_at: int


async def append(tx: Tx, events: list[Event]) -> None:
    await tx.append(
        "INSERT INTO events (tenant_id, id, event_type, trace_id, data, created_at)"
        " VALUES (:tenant_id, :id, :event_type, :trace_id, :data, :created_at)",
        map(msgspec.structs.astuple, events),
    )


async def page(tx: Reader, tenant: str, *, after: str, most: int) -> list[Event]:
    """In their order."""
    rows = await tx.all(
        "SELECT tenant_id, id, event_type, trace_id, data, created_at FROM events"
        " WHERE tenant_id = :tenant AND id > :after ORDER BY id LIMIT :most",
        tenant=tenant,
        after=after,
        most=most,
    )
    return [Event(*row) for row in rows]


async def replace(tx: Tx, tenant: str, data: Mapping[str, str]) -> None:
    """What some of them say, by their ids. They stay where they are."""
    await tx.many(
        "UPDATE events SET data = :data WHERE tenant_id = :tenant AND id = :id",
        [{"tenant": tenant, "id": event, "data": said} for event, said in data.items()],
    )


async def tenants(tx: Reader) -> list[str]:
    """All that have events, each found by one step on the primary key."""
    found: list[str] = []
    after = ""
    # every tenant: retention is the installation's.
    sql = "SELECT min(tenant_id) FROM events WHERE tenant_id > :after"
    while (row := await tx.one(sql, after=after)) and row[0] is not None:
        found.append(after := row[0])
    return found


async def purge(tx: Tx, tenant: str, before: str, most: int) -> int:
    """Delete at most so many of a tenant's events with lower ids, the oldest first."""
    old = await tx.all(
        "SELECT id FROM events WHERE tenant_id = :tenant AND id < :before ORDER BY id LIMIT :most",
        tenant=tenant,
        before=before,
        most=most,
    )
    await tx.many(
        "DELETE FROM events WHERE tenant_id = :tenant AND id = :id",
        [{"tenant": tenant, "id": row[0]} for row in old],
    )
    return len(old)
