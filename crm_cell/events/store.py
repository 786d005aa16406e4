"""The outbox: what happened, in order, waiting to be delivered."""

import msgspec

from crm_cell.storage.engine import Tx


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
        map(msgspec.structs.asdict, events),
    )
