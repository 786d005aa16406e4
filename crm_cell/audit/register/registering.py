"""Registering lanes, and the seals of what is registered."""

from collections.abc import Iterable

import msgspec
import structlog

from crm_cell.audit.hashing import keyed_hash, name_of
from crm_cell.audit.register import store
from crm_cell.audit.register.store import EVERYBODY, Registered
from crm_cell.storage.engine import NO_KEYS, ChainKeys, Tx

log = structlog.get_logger()


async def register(tx: Tx, tenant: str, lane: int) -> bool:
    """Whether the lane is new. It is asked where a lane has no head: one that is registered had
    one, unless others have written it just now."""
    while True:
        # In this order: whoever registers the tenant meanwhile changes the count that was read.
        everybody = await store.find(tx, EVERYBODY)
        known = await store.find(tx, tenant)
        if known is None:
            if await _add_tenant(tx, everybody, tenant, lane):
                return True
        elif lane in known.lanes:
            return False
        elif await _change(tx, known, lanes=tuple(sorted({*known.lanes, lane}))):
            return True


async def seal(tx: Tx, tenant: str) -> bool:
    """Put a row that is without a key under it. It has to be looked at first."""
    row = await store.find(tx, tenant)
    if row is None or not is_unsealed(row):
        return False
    return await store.put(tx, row, sealed(tx.chain_keys[0], row))


def is_sealed(keys: Iterable[bytes], row: Registered) -> bool:
    return any(row.seal == _seal_of(key, row) for key in keys)


def is_unsealed(row: Registered) -> bool:
    """From before there was a register, or of a time without a key."""
    return not row.seal or is_sealed(NO_KEYS, row)


def sealed(key: bytes, row: Registered) -> Registered:
    return msgspec.structs.replace(row, seal=_seal_of(key, row))


async def _add_tenant(tx: Tx, everybody: Registered | None, tenant: str, lane: int) -> bool:
    number = (everybody.number if everybody else 0) + 1
    if everybody is None:
        counted = await store.put(tx, None, sealed(tx.chain_keys[0], Registered(EVERYBODY, 1)))
    else:
        counted = await _change(tx, everybody, number=number)
    row = Registered(tenant, number, (lane,))
    return counted and await store.put(tx, None, sealed(tx.chain_keys[0], row))


async def _change(tx: Tx, before: Registered, **members: object) -> bool:
    after = msgspec.structs.replace(before, **members)
    return await store.put(tx, before, _sealed_as(tx.chain_keys, before, after))


def _sealed_as(keys: ChainKeys, before: Registered, after: Registered) -> Registered:
    """Under the key only where it was under one before: what somebody has put there is not made
    good by the next who registers."""
    if is_sealed(keys, before):
        return sealed(keys[0], after)
    if is_unsealed(before):
        return sealed(b"", after)
    log.error("audit_register_broken", tenant=before.tenant_id)
    return msgspec.structs.replace(
        after, seal=name_of(keys[0]) + keyed_hash(b"", b"broken", _told(after))
    )


def _seal_of(key: bytes, row: Registered) -> bytes:
    """Behind the name of its key."""
    return name_of(key) + keyed_hash(key, b"register", _told(row))


def _told(row: Registered) -> bytes:
    return msgspec.json.encode((row.tenant_id, row.number, row.lanes))
