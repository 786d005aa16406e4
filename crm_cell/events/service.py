"""Telling the rest of the platform, from within the transaction that made it true.

Delivered, an event has the members eventId, eventType, timestamp, source ("crm"), traceId,
tenantId and data; the rows hold them in the order of their ids.
"""

import msgspec

from crm_cell.events import store
from crm_cell.events.store import Event
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, snapshot
from crm_cell.kernel.ids import new_id
from crm_cell.storage.engine import Tx


async def emit(tx: Tx, actor: Actor, event_type: str, *entities: Entity) -> None:
    """One event for each record, e.g. `crm.customer.created`."""
    if entities:
        await store.append(tx, [_event(tx, actor, event_type, entity) for entity in entities])


def _event(tx: Tx, actor: Actor, event_type: str, entity: Entity) -> Event:
    return Event(
        actor.tenant,
        new_id(tx.now),
        event_type,
        actor.trace_id or None,
        msgspec.json.encode(snapshot(entity)).decode(),
        tx.now,
    )
