"""Writes and reads the audit log."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from crm_cell.audit import chain, store
from crm_cell.audit.store import Entry as Entry  # noqa: PLC0414 - readers of the log name it
from crm_cell.audit.store import Filter
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.ids import new_ids
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage.engine import Reader, Tx


class Action(msgspec.Struct, frozen=True):
    """An action on one record. `details` has the changes by member, or other details."""

    resource_type: str
    resource_id: str | None
    """None if the action concerns no record: the entry then has its own id here."""
    resource_name: str | None
    details: Mapping[str, object] | msgspec.Struct


async def record(tx: Tx, actor: Actor, action: str, actions: Sequence[Action]) -> None:
    """Append an entry for each record: created, updated, deleted, restored, revealed …"""
    if not actions:
        return
    entries = [
        Entry(
            actor.tenant,
            identifier,
            actor.user,
            action,
            each.resource_type,
            each.resource_id or identifier,
            each.resource_name,
            msgspec.json.encode(each.details).decode(),
            actor.request_id or None,
            actor.trace_id or None,
            tx.now,
            None,
            origin=actor.origin,
        )
        for identifier, each in zip(new_ids(tx.id_time, len(actions)), actions, strict=True)
    ]
    await store.count(tx, entries)
    await tx.before_commit(chain.extend, entries)


async def redact(tx: Tx, tenant: str, ids: Iterable[str]) -> int:
    """Permanently remove the contents of these entries. Returns how many. Actor, action and record
    remain, and the chain stays valid."""
    many = 0
    for identifier in ids:
        entry = await store.entry(tx, tenant, identifier)
        if entry is not None and entry.redacted is None:
            await chain.redact(tx, entry)
            many += 1
    return many


async def list_(
    tx: Reader, actor: Actor, wanted: Filter, page_request: PageRequest
) -> Slice[Entry]:
    """A caller who is restricted to their own records gets only their own actions, on records that
    they may see."""
    if not actor.sees_all:
        if wanted.actor not in (None, actor.owner):
            return Slice([], 0, None)
        wanted = msgspec.structs.replace(wanted, actor=actor.owner, seen=True)
    return await store.page(tx, actor, wanted, page_request)


async def of_record(
    tx: Reader, tenant: str, resource_type: str, resource_id: str, *, after: str, most: int
) -> list[Entry]:
    """The entries of a record, oldest first."""
    return await store.of_record(tx, tenant, resource_type, resource_id, after=after, most=most)
