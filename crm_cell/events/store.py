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
