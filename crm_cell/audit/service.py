"""Writing the audit trail, and reading it back."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from crm_cell.audit import chain, store
from crm_cell.audit.store import Entry as Entry  # noqa: PLC0414 - who reads the trail names them
from crm_cell.audit.store import Filter
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, Snapshot, as_after, as_before, difference, snapshot
from crm_cell.kernel.ids import new_id, new_ids
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.storage.engine import Reader, Tx

Told = Mapping[str, object] | Snapshot
"""What an entry says beside who did what: by member."""
Deed = tuple[Entity, Told]
"""What it was done to, and what there is to say."""


async def record(
    tx: Tx, actor: Actor, action: str, *, before: Entity | None = None, after: Entity | None = None
) -> None:
    """Put one deed on record: created, updated or deleted, with what it changed."""
    await _record(tx, actor, action, [_deed(before, after)])


async def record_reading(
    tx: Tx, actor: Actor, action: str, subject: Entity, told: dict[str, object]
) -> None:
    """Put on record that something was looked at, which changes nothing."""
    await _record(tx, actor, action, [(subject, told)])


async def record_test(tx: Tx, actor: Actor, resource: str, told: dict[str, object]) -> None:
    """Put on record that records were tested without being written. There is none that the entry
    could name: it names itself."""
    identifier = new_id(tx.id_time)
    changes = msgspec.json.encode(told).decode()
    await _append(
        tx,
        [
            Entry(
                actor.tenant,
                identifier,
                actor.user,
                "tested",
                resource,
                identifier,
                None,
                changes,
                actor.request_id or None,
                actor.trace_id or None,
                tx.now,
                None,
            )
        ],
    )


async def record_erasure(tx: Tx, actor: Actor, subject: Entity, told: dict[str, object]) -> None:
    """Put on record that somebody was erased, but not who it was."""
    entry = _entry(tx, new_id(tx.id_time), actor, "erased", subject, told)
    await _append(tx, [msgspec.structs.replace(entry, resource_name=None)])


async def record_created(
    tx: Tx, actor: Actor, records: Sequence[Entity], shown: Sequence[Snapshot]
) -> None:
    """Put many on record. Their events tell the same, so the snapshots are there."""
    await _record(tx, actor, "created", [*zip(records, map(as_after, shown), strict=True)])


async def record_deleted(tx: Tx, actor: Actor, records: Sequence[Entity]) -> None:
    await _record(tx, actor, "deleted", [_deed(each, None) for each in records])


async def record_restored(tx: Tx, actor: Actor, records: Sequence[Entity]) -> None:
    await _record(tx, actor, "restored", [_deed(None, each) for each in records])


async def wipe(tx: Tx, tenant: str, ids: Iterable[str]) -> int:
    """Take away for good what these entries say, and tell of how many. Who did what to which record
    stays, and so does the chain."""
    many = 0
    for identifier in ids:
        entry = await store.entry(tx, tenant, identifier)
        if entry is not None and entry.wiped is None:
            await chain.wipe(tx, entry)
            many += 1
    return many


async def list_(tx: Reader, actor: Actor, wanted: Filter, asked: PageRequest) -> Slice[Entry]:
    """A caller who is narrowed to an owner's records reads of that owner's deeds only, and of what
    these did to records that the owner sees."""
    if not actor.sees_all:
        if wanted.actor not in (None, actor.owner):
            return Slice([], 0, None)
        wanted = msgspec.structs.replace(wanted, actor=actor.owner, seen=True)
    return await store.page(tx, actor, wanted, asked)


async def of_record(
    tx: Reader, tenant: str, resource_type: str, resource_id: str, *, after: str, most: int
) -> list[Entry]:
    """What was done to a record, in order."""
    return await store.of_record(tx, tenant, resource_type, resource_id, after=after, most=most)


async def _record(tx: Tx, actor: Actor, action: str, deeds: Sequence[Deed]) -> None:
    if deeds:
        ids = new_ids(tx.id_time, len(deeds))
        await _append(
            tx,
            [
                _entry(tx, identifier, actor, action, subject, told)
                for identifier, (subject, told) in zip(ids, deeds, strict=True)
            ],
        )


async def _append(tx: Tx, entries: list[Entry]) -> None:
    await store.count(tx, entries)
    await tx.finish(chain.keep, entries)


def _entry(
    tx: Tx, identifier: str, actor: Actor, action: str, subject: Entity, told: Told
) -> Entry:
    return Entry(
        actor.tenant,
        identifier,
        actor.user,
        action,
        subject.resource,
        subject.id,
        subject.label,
        msgspec.json.encode(told).decode(),
        actor.request_id or None,
        actor.trace_id or None,
        tx.now,
        None,
    )


def _deed(before: Entity | None, after: Entity | None) -> Deed:
    if after is None:
        assert before is not None, "a deed is done to something"
        return before, as_before(snapshot(before))
    return after, as_after(snapshot(after)) if before is None else difference(before, after)
