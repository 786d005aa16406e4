"""Emits events in the transaction of the write.

A delivered event has the members eventId, eventType, timestamp, source ("crm"), traceId, tenantId,
origin and data. The order of events is that of their ids.
"""

from collections.abc import Mapping, Sequence
from itertools import repeat

import msgspec

from crm_cell.events import store
from crm_cell.events.store import Event as Event  # noqa: PLC0414 - callers use the type
from crm_cell.events.store import Head as Head  # noqa: PLC0414
from crm_cell.events.store import Numbered as Numbered  # noqa: PLC0414
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import lowest_at, new_ids
from crm_cell.storage.engine import Reader, Tx


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an event does not show, and the changes feed needs: of the record after the change, or
    of the last one before it went."""

    version: int
    fields: Sequence[str] = ()
    """The members that have changed."""
    users: Sequence[str] = ()
    """Those who may have begun or ceased to read the record; of one that is deleted, all who read
    it."""
    everyone: bool = False
    """Whether all users of the tenant but its owner are among them."""


async def emit(
    tx: Tx,
    actor: Actor,
    event_type: str,
    data: Sequence[msgspec.Struct | dict[str, str]],
    details: Sequence[Details] = (),
) -> None:
    """One event for each of `data`, e.g. `crm.customer.created` with the view of a customer. A new
    record needs no details."""
    if data:
        ids = new_ids(tx.id_time, len(data))
        await store.append(
            tx,
            [
                _event(tx, actor, event_type, identifier, each, more)
                for identifier, each, more in zip(ids, data, details or repeat(None), strict=False)
            ],
        )


async def head(tx: Reader, tenant: str) -> Head:
    """Where the feed ends."""
    return await store.head(tx, tenant)


async def numbered(tx: Reader, tenant: str, *, after: int, most: int) -> list[Numbered]:
    """In the order of the feed."""
    return await store.numbered(tx, tenant, after=after, most=most)


async def number_before(tx: Reader, tenant: str, moment: int, end: int) -> int:
    """The number behind which the events since a moment are; `end` where there are none."""
    first = await store.first_number_since(tx, tenant, lowest_at(moment))
    return end if first is None else first - 1


async def page(tx: Reader, tenant: str, *, after: str, most: int) -> list[Event]:
    """In ascending order of ids, after the id `after`."""
    return await store.page(tx, tenant, after=after, most=most)


async def replace(tx: Tx, tenant: str, data: Mapping[str, str]) -> None:
    """Replaces the data of events by id, to redact personal data."""
    await store.replace(tx, tenant, data)


def _event(
    tx: Tx,
    actor: Actor,
    event_type: str,
    identifier: str,
    data: msgspec.Struct | dict[str, str],
    details: Details | None,
) -> Event:
    return Event(
        actor.tenant,
        identifier,
        event_type,
        actor.trace_id or None,
        msgspec.json.encode(data).decode(),
        tx.now,
        actor.origin,
        None if details is None else msgspec.json.encode(details).decode(),
    )
