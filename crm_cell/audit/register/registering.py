"""Registers shards, and authenticates rows of the register with a MAC."""

from collections.abc import Iterable

import msgspec
import structlog

from crm_cell.audit.hashing import keyed_hash, name_of
from crm_cell.audit.register import store
from crm_cell.audit.register.store import EVERYBODY, Registered
from crm_cell.storage.engine import NO_KEYS, ChainKeys, Tx

log = structlog.get_logger()


async def register(tx: Tx, tenant: str, shard: int) -> bool:
    """Register a shard without a head. Returns False if it was registered already: its head has
    been removed, or another writer has just inserted it."""
    while True:
        # In this order: a concurrent registration of the tenant changes the count that was read.
        everybody = await store.find(tx, EVERYBODY)
        known = await store.find(tx, tenant)
        if known is None:
            if await _add_tenant(tx, everybody, tenant, shard):
                return True
        elif shard in known.shards:
            return False
        elif await _change(tx, known, shards=tuple(sorted({*known.shards, shard}))):
            return True


async def authenticate(tx: Tx, tenant: str) -> bool:
    """Authenticate a row that has no key. Verify the audit log first."""
    row = await store.find(tx, tenant)
    if row is None or not is_unkeyed(row):
        return False
    return await store.put(tx, row, with_mac(tx.chain_keys[0], row))


def is_authentic(keys: Iterable[bytes], row: Registered) -> bool:
    return any(row.mac == _mac_of(key, row) for key in keys)


def is_unkeyed(row: Registered) -> bool:
    """Whether the row is from before there was a register, or was written without a key."""
    return not row.mac or is_authentic(NO_KEYS, row)


def with_mac(key: bytes, row: Registered) -> Registered:
    return msgspec.structs.replace(row, mac=_mac_of(key, row))


async def _add_tenant(tx: Tx, everybody: Registered | None, tenant: str, shard: int) -> bool:
    number = (everybody.number if everybody else 0) + 1
    if everybody is None:
        counted = await store.put(tx, None, with_mac(tx.chain_keys[0], Registered(EVERYBODY, 1)))
    else:
        counted = await _change(tx, everybody, number=number)
    row = Registered(tenant, number, (shard,))
    return counted and await store.put(tx, None, with_mac(tx.chain_keys[0], row))


async def _change(tx: Tx, before: Registered, **members: object) -> bool:
    after = msgspec.structs.replace(before, **members)
    return await store.put(tx, before, _with_mac_like(tx.chain_keys, before, after))


def _with_mac_like(keys: ChainKeys, before: Registered, after: Registered) -> Registered:
    """Authenticate a row only if it was authentic before, so that the next registration does not
    make a forged row authentic."""
    if is_authentic(keys, before):
        return with_mac(keys[0], after)
    if is_unkeyed(before):
        return with_mac(b"", after)
    log.error("audit_register_broken", tenant=before.tenant_id)
    return msgspec.structs.replace(
        after, mac=name_of(keys[0]) + keyed_hash(b"", b"broken", _encoded(after))
    )


def _mac_of(key: bytes, row: Registered) -> bytes:
    """The name of the key, followed by the MAC."""
    return name_of(key) + keyed_hash(key, b"register", _encoded(row))


def _encoded(row: Registered) -> bytes:
    return msgspec.json.encode((row.tenant_id, row.number, row.shards))
