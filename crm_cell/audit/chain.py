"""A hash chain over audit entries: each contains a keyed hash of itself and its predecessor, so
that nobody can change, remove or move one undetected without the key.

A tenant has one chain for each shard: writers that do not share a commit use different shards, so
that none waits for another. The head of each chain records its end and is authenticated with a
MAC, without which the newest entries could be removed undetected.
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

# How many heads a connection caches.
_MOST_HEADS = 1_000
_HINT = "audit_heads"
_LOOKED_AT = 100


async def extend(tx: Tx, entries: list[Entry]) -> None:
    """Append entries to the chains of their tenants, in the given order."""
    for tenant, own in groupby(sorted(entries, key=_TENANT), key=_TENANT):
        await _extend_tenant(tx, tenant, list(own))


class _Seen(msgspec.Struct, frozen=True):
    """A head in the cache of a connection."""

    written: Head
    """As the last transaction wrote it, which may have been rolled back."""
    found: Head | None
    """As the database had it before that transaction. It can neither disappear nor become older
    unless somebody manipulates the database."""


async def _extend_tenant(tx: Tx, tenant: str, entries: list[Entry]) -> None:
    """Append to the cached head, which is mostly current; the database checks it."""
    known: dict[str, _Seen] = tx.connection_cache.setdefault(_HINT, {})
    seen = known.get(tenant)
    before, is_lost = (seen.written, False) if seen else await _head_now(tx, tenant, None)
    while True:
        after, chained = _chained(tx.chain_keys[0], before or Head(tenant, tx.stripe), entries)
        after = (
            _marked_broken(tx.chain_keys, after)
            if is_lost
            else _with_mac_like(tx.chain_keys, before, after)
        )
        if await store.append(tx, before, after, chained):
            break
        before, is_lost = await _head_now(tx, tenant, seen)
    if is_lost:
        log.error("audit_head_lost", tenant=tenant, lane=tx.stripe)
    if len(known) >= _MOST_HEADS:
        known.clear()
    known[tenant] = _Seen(after, before)


async def _head_now(tx: Tx, tenant: str, seen: _Seen | None) -> tuple[Head | None, bool]:
    """The stored head, and whether somebody has removed it or replaced it by an earlier one. If
    there is no head, the shard is new and gets registered."""
    now = await store.head(tx, tenant, tx.stripe)
    if now is None and not await registering.register(tx, tenant, tx.stripe):
        now = await store.head(tx, tenant, tx.stripe)  # another writer may just have inserted it
        return now, now is None
    if seen is None or seen.found is None:
        return now, False
    return now, now is None or now.last_id < seen.found.last_id


def _chained(key: bytes, head: Head, entries: Iterable[Entry]) -> tuple[Head, list[Entry]]:
    """The new head, and the entries with their shard and hash."""
    last_id, last_hash, chained = head.last_id, head.last_hash, []
    for entry in entries:
        identifier = entry.id if entry.id > last_id else _id_after(last_id, entry.id)
        placed = msgspec.structs.replace(entry, id=identifier, shard=head.shard)
        last_id, last_hash = identifier, hash_of(key, placed, last_hash)
        chained.append(msgspec.structs.replace(placed, hash=last_hash))
    return msgspec.structs.replace(head, last_id=last_id, last_hash=last_hash), chained


def _id_after(last_id: str, own: str) -> str:
    """An id after `last_id`: the order of ids is the order of the chain, even if the clocks of
    hosts differ. If `last_id` was manipulated and is no id, returns `own`, so that requests still
    succeed."""
    return new_id(time_of(last_id) + 1) if is_id(last_id) else own


async def truncate(tx: Tx, tenant: str, before: str, limit: int) -> int:
    """Delete the oldest entries with lower ids than `before`. Returns how many."""
    gone = await store.take_oldest(tx, tenant, before, limit)
    newest = {entry.shard: entry for entry in gone if entry.shard is not None}
    for shard, entry in sorted(newest.items()):
        await _record_truncation(tx, tenant, shard, entry)
    return len(gone)


async def _record_truncation(tx: Tx, tenant: str, shard: int, entry: Entry) -> None:
    """Record the truncation in the head. If the head was removed there is nothing to update, and
    verification reports it."""
    while head := await store.head(tx, tenant, shard):
        shorter = msgspec.structs.replace(head, cut_id=entry.id, cut_hash=entry.hash or b"")
        if await store.advance(tx, head, _with_mac_like(tx.chain_keys, head, shorter)):
            break


async def matches_keys(tx: Reader, keys: ChainKeys) -> bool:
    """Whether the audit log uses these keys, by the key names of some heads. Their MACs
    are not verified, because a manipulated log must not keep the service from starting."""
    some = await store.some_heads(tx, _LOOKED_AT)
    names = {name_of(key) for key in (*keys, b"")} if keys[0] else {name_of(b"")}
    return not some or any(head.mac[:NAME_BYTES] in names for head in some)


async def authenticate(tx: Tx, tenant: str) -> int:
    """Authenticate the tenant's heads without a key, and its row in the register, with the current
    key. Returns the number of heads. Verify the chains first (`audit.verification`)."""
    many = 0
    for head in await store.heads(tx, tenant):
        if is_authentic(NO_KEYS, head):
            many += await store.advance(tx, head, with_mac(tx.chain_keys[0], head))
    await registering.authenticate(tx, tenant)
    return many


async def redact(tx: Tx, entry: Entry) -> None:
    """Permanently remove the contents of an entry. The chain contains only a hash of them, under
    the key of the entry, so it stays valid."""
    key = None if entry.shard is None else await _key_of_entry(tx, entry, entry.shard)
    details = contents_of(tx.chain_keys[0] if key is None else key, entry)
    await store.redact(tx, entry, details)


async def _key_of_entry(tx: Tx, entry: Entry, shard: int) -> bytes | None:
    """The key of an entry: empty if it was chained without one, None if no key matches."""
    before = await store.hash_before(tx, entry)
    if before is None:
        head = await store.head(tx, entry.tenant_id, shard)
        before = head.cut_hash if head else b""
    return key_of((*tx.chain_keys, b""), entry, before)


def key_of(keys: Iterable[bytes], entry: Entry, before: bytes) -> bytes | None:
    """The key with which the entry's hash is valid, None if the entry was changed."""
    for key in keys:
        if entry.hash == hash_of(key, entry, before):
            return key
    return None


def hash_of(key: bytes, entry: Entry, before: bytes) -> bytes:
    """The hash of an entry. Its contents are hashed separately, so that they can be redacted while
    the chain stays valid."""
    details = msgspec.json.encode(
        (
            entry.tenant_id,
            entry.shard,
            entry.id,
            entry.actor,
            entry.action,
            entry.resource_type,
            entry.resource_id,
            entry.request_id,
            entry.trace_id,
            entry.created_at,
            entry.unseen,
            *(() if entry.origin is None else (entry.origin,)),
        )
    )
    return keyed_hash(key, b"link", details + (entry.redacted or contents_of(key, entry)) + before)


def contents_of(key: bytes, entry: Entry) -> bytes:
    details = (entry.id, entry.resource_name, entry.changes)
    return keyed_hash(key, b"contents", msgspec.json.encode(details))


def _with_mac_like(keys: ChainKeys, before: Head | None, after: Head) -> Head:
    """Authenticate a head, but only if its predecessor was authentic or it is new. Otherwise the
    next write would make a forged head authentic. Such a head gets its last hash in place of the
    MAC."""
    if before is None or is_authentic(keys, before):
        return with_mac(keys[0], after)
    if is_authentic(NO_KEYS, before):
        return with_mac(b"", after)
    if before.mac[NAME_BYTES:] != before.last_hash:  # log it once, not at every write
        log.error("audit_head_broken", tenant=before.tenant_id, lane=before.shard)
    return msgspec.structs.replace(after, mac=before.mac[:NAME_BYTES] + after.last_hash)


def _marked_broken(keys: ChainKeys, head: Head) -> Head:
    """The head with an invalid MAC, which marks it as manipulated for good."""
    return msgspec.structs.replace(head, mac=name_of(keys[0]) + head.last_hash)


def is_authentic(keys: Iterable[bytes], head: Head) -> bool:
    return any(head.mac == _mac_of(key, head) for key in keys)


def with_mac(key: bytes, head: Head) -> Head:
    return msgspec.structs.replace(head, mac=_mac_of(key, head))


def _mac_of(key: bytes, head: Head) -> bytes:
    """The name of the key, followed by the MAC."""
    details = msgspec.json.encode((head.tenant_id, head.shard, head.last_id, head.cut_id))
    return name_of(key) + keyed_hash(key, b"head", details + head.last_hash + head.cut_hash)


_TENANT = attrgetter("tenant_id")
