"""Telling the rest of the platform, from within the transaction that made it true.

Delivered, an event has the members eventId, eventType, timestamp, source ("crm"), traceId,
tenantId and data; the rows hold them in the order of their ids.
"""

from collections.abc import Mapping, Sequence

import msgspec

from crm_cell.events import store
from crm_cell.events.store import Event as Event  # noqa: PLC0414 - what goes through them names it
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, Snapshot, snapshot
from crm_cell.kernel.ids import new_ids
from crm_cell.storage.engine import Reader, Tx


async def emit(tx: Tx, actor: Actor, event_type: str, *entities: Entity) -> None:
    """One event for each record, e.g. `crm.customer.created`."""
    await emit_shown(tx, actor, event_type, [snapshot(each) for each in entities])


async def emit_ids(tx: Tx, actor: Actor, event_type: str, ids: dict[str, str]) -> None:
    """One event that says nothing but which records it is about, by their members."""
    await emit_shown(tx, actor, event_type, [ids])


async def emit_shown(
    tx: Tx, actor: Actor, event_type: str, shown: Sequence[Snapshot | dict[str, str]]
) -> None:
    """One event for each of `shown`, for whoever has snapshots of the records already."""
    if shown:
        ids = new_ids(tx.id_time, len(shown))
        await store.append(
            tx,
            [
                _event(tx, actor, event_type, identifier, data)
                for identifier, data in zip(ids, shown, strict=True)
            ],
        )


async def page(tx: Reader, tenant: str, *, after: str, most: int) -> list[Event]:
    """In their order."""
    return await store.page(tx, tenant, after=after, most=most)


async def replace(tx: Tx, tenant: str, data: Mapping[str, str]) -> None:
    """What some of them say, by their ids: for upkeep that takes away what they must not say."""
    await store.replace(tx, tenant, data)


def _event(
    tx: Tx, actor: Actor, event_type: str, identifier: str, data: Snapshot | dict[str, str]
) -> Event:
    return Event(
        actor.tenant,
        identifier,
        event_type,
        actor.trace_id or None,
        msgspec.json.encode(data).decode(),
        tx.now,
    )
