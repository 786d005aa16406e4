"""Each entry is linked to the one before it by a keyed hash, so that whoever changes, removes or
moves one without the key is found out.

A tenant has a chain for each lane: writers that do not share a commit write in lanes of their own,
and none waits for another. Behind each chain stands its head, sealed with the same key, without
which the newest entries could be cut off unseen.
"""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

import msgspec
import structlog

from crm_cell.audit import store
from crm_cell.audit.hashing import NAME_BYTES, keyed_hash, name_of
from crm_cell.audit.register import registering
from crm_cell.audit.store import Entry, Head
from crm_cell.kernel.ids import is_id, new_id, time_of
from crm_cell.storage.engine import NO_KEYS, ChainKeys, Reader, Tx

log = structlog.get_logger()

# Heads that one connection remembers.
_MOST_HEADS = 1_000
_HINT = "audit_heads"
_LOOKED_AT = 100


async def keep(tx: Tx, entries: list[Entry]) -> None:
    """Write entries at the end of their chains, in the order that they are in."""
    for tenant, own in groupby(sorted(entries, key=_TENANT), key=_TENANT):
        await _extend(tx, tenant, list(own))


class _Seen(msgspec.Struct, frozen=True):
    """What a connection remembers of a head."""

    meant: Head
    """As its last transaction wrote it, which may have been rolled back."""
    found: Head | None
    """As the database had it before that: it cannot have gone, nor have become an earlier one."""


async def _extend(tx: Tx, tenant: str, entries: list[Entry]) -> None:
    """What this connection remembers of the head is mostly right, and the database says so."""
    known: dict[str, _Seen] = tx.hints.setdefault(_HINT, {})
    seen = known.get(tenant)
    before, is_lost = (seen.meant, False) if seen else await _head_now(tx, tenant, None)
    while True:
        after, linked = _linked(tx.chain_keys[0], before or Head(tenant, tx.stripe), entries)
        after = (
            _unsealed(tx.chain_keys, after) if is_lost else _sealed_as(tx.chain_keys, before, after)
        )
        if await store.advance(tx, before, after):
            break
        before, is_lost = await _head_now(tx, tenant, seen)
    if is_lost:
        log.error("audit_head_lost", tenant=tenant, lane=tx.stripe)
    if len(known) >= _MOST_HEADS:
        known.clear()
    known[tenant] = _Seen(after, before)
    await store.insert(tx, linked)


async def _head_now(tx: Tx, tenant: str, seen: _Seen | None) -> tuple[Head | None, bool]:
    """The head, and whether somebody has removed the one that was there, or put back an earlier
    one. Where there is none the lane is new, and is registered."""
    now = await store.head(tx, tenant, tx.stripe)
    if now is None and not await registering.register(tx, tenant, tx.stripe):
        now = await store.head(tx, tenant, tx.stripe)  # others may have written it just now
        return now, now is None
    if seen is None or seen.found is None:
        return now, False
    return now, now is None or now.last_id < seen.found.last_id


def _linked(key: bytes, head: Head, entries: Iterable[Entry]) -> tuple[Head, list[Entry]]:
    """The entries with their place in the chain, and its new head."""
    last_id, last_link, linked = head.last_id, head.last_link, []
    for entry in entries:
        identifier = entry.id if entry.id > last_id else _behind(last_id, entry.id)
        placed = msgspec.structs.replace(entry, id=identifier, lane=head.lane)
        last_id, last_link = identifier, link_of(key, placed, last_link)
        linked.append(msgspec.structs.replace(placed, link=last_link))
    return msgspec.structs.replace(head, last_id=last_id, last_link=last_link), linked


def _behind(last_id: str, own: str) -> str:
    """Ids rise along a chain, whatever the clocks of the hosts say: their order is the chain's. Of
    a head that somebody has written into nothing is expected, but that requests go on."""
    return new_id(time_of(last_id) + 1) if is_id(last_id) else own


async def cut(tx: Tx, tenant: str, before: str, limit: int) -> int:
    """Cut off the oldest entries, of those with lower ids than `before`; tells how many."""
    gone = await store.take_oldest(tx, tenant, before, limit)
    newest = {entry.lane: entry for entry in gone if entry.lane is not None}
    for lane, entry in sorted(newest.items()):
        await _begin_behind(tx, tenant, lane, entry)
    return len(gone)


async def _begin_behind(tx: Tx, tenant: str, lane: int, entry: Entry) -> None:
    """Where somebody has removed the head there is none to change, and verifying tells of it."""
    while head := await store.head(tx, tenant, lane):
        shorter = msgspec.structs.replace(head, cut_id=entry.id, cut_link=entry.link or b"")
        if await store.advance(tx, head, _sealed_as(tx.chain_keys, head, shorter)):
            break


async def fits(tx: Reader, keys: ChainKeys) -> bool:
    """Whether the trail is under these keys, as far as some heads tell. Whether they are as they
    were written is another question, which must not keep the service from starting."""
    some = await store.some_heads(tx, _LOOKED_AT)
    names = {name_of(key) for key in (*keys, b"")} if keys[0] else {name_of(b"")}
    return not some or any(head.seal[:NAME_BYTES] in names for head in some)


async def seal(tx: Tx, tenant: str) -> int:
    """Put the heads that are sealed without a key under it, and what the register says of the
    tenant; tells of how many heads. They have to be looked at first: see `verifying`."""
    many = 0
    for head in await store.heads(tx, tenant):
        if is_sealed(NO_KEYS, head):
            many += await store.advance(tx, head, sealed(tx.chain_keys[0], head))
    await registering.seal(tx, tenant)
    return many


async def wipe(tx: Tx, entry: Entry) -> None:
    """Take away for good what an entry says. In the chain stands its hash, under the key that the
    entry is under."""
    key = None if entry.lane is None else await _key_under(tx, entry, entry.lane)
    told = contents_of(tx.chain_keys[0] if key is None else key, entry)
    await store.wipe(tx, entry, told)


async def _key_under(tx: Tx, entry: Entry, lane: int) -> bytes | None:
    """Which may be an empty one, of a time without any; None where it is under none of them."""
    before = await store.link_before(tx, entry)
    if before is None:
        head = await store.head(tx, entry.tenant_id, lane)
        before = head.cut_link if head else b""
    return key_of((*tx.chain_keys, b""), entry, before)


def key_of(keys: Iterable[bytes], entry: Entry, before: bytes) -> bytes | None:
    """The key that an entry is linked with to the one before; None where it is not the one that
    was written there."""
    for key in keys:
        if entry.link == link_of(key, entry, before):
            return key
    return None


def link_of(key: bytes, entry: Entry, before: bytes) -> bytes:
    """What an entry says goes in as a hash of its own: it may be wiped, and the chain stays."""
    told = msgspec.json.encode(
        (
            entry.tenant_id,
            entry.lane,
            entry.id,
            entry.actor,
            entry.action,
            entry.resource_type,
            entry.resource_id,
            entry.request_id,
            entry.trace_id,
            entry.created_at,
            entry.unseen,
        )
    )
    return keyed_hash(key, b"link", told + (entry.wiped or contents_of(key, entry)) + before)


def contents_of(key: bytes, entry: Entry) -> bytes:
    told = (entry.id, entry.resource_name, entry.changes)
    return keyed_hash(key, b"contents", msgspec.json.encode(told))


def _sealed_as(keys: ChainKeys, before: Head | None, after: Head) -> Head:
    """Under the key only where the head was under one before, or is new. Whoever cuts a chain off
    and puts another head behind it must not have that made good by the next who writes: in the
    place of a seal stands the last link then."""
    if before is None or is_sealed(keys, before):
        return sealed(keys[0], after)
    if is_sealed(NO_KEYS, before):
        return sealed(b"", after)
    if before.seal[NAME_BYTES:] != before.last_link:  # it is said once, not with every write
        log.error("audit_head_broken", tenant=before.tenant_id, lane=before.lane)
    return msgspec.structs.replace(after, seal=before.seal[:NAME_BYTES] + after.last_link)


def _unsealed(keys: ChainKeys, head: Head) -> Head:
    """Marked as one that is not to be made good."""
    return msgspec.structs.replace(head, seal=name_of(keys[0]) + head.last_link)


def is_sealed(keys: Iterable[bytes], head: Head) -> bool:
    return any(head.seal == _seal_of(key, head) for key in keys)


def sealed(key: bytes, head: Head) -> Head:
    return msgspec.structs.replace(head, seal=_seal_of(key, head))


def _seal_of(key: bytes, head: Head) -> bytes:
    """Behind the name of its key."""
    told = msgspec.json.encode((head.tenant_id, head.lane, head.last_id, head.cut_id))
    return name_of(key) + keyed_hash(key, b"head", told + head.last_link + head.cut_link)


_TENANT = attrgetter("tenant_id")
