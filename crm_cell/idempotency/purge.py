"""Forgetting old keys, a little at a time, so that no request ever waits for it."""

import asyncio

from crm_cell.idempotency import store
from crm_cell.secrets import store as secrets
from crm_cell.storage.engine import EVERY_TENANT, Database, Tx
from crm_cell.storage.rounds import repeat

_HOUR_MILLISECONDS = 3_600_000
_BATCH = 500
# Between batches the writer is free for everybody else.
_PAUSE_SECONDS = 0.05
_INTERVAL_SECONDS = 600.0


async def purge_forever(database: Database, ttl_hours: int) -> None:
    await repeat("purge", _INTERVAL_SECONDS, lambda: purge_old(database, ttl_hours))


async def purge_old(database: Database, ttl_hours: int) -> int:
    """Forget every key older than `ttl_hours`; tells how many went."""
    gone = 0
    while True:
        batch = await database.write(
            "idempotency.purge", EVERY_TENANT, lambda tx: _purge_batch(tx, ttl_hours)
        )
        gone += batch
        if batch < _BATCH:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    # No answer is under these any more.
    await database.write("keys.forget", EVERY_TENANT, lambda tx: _forget_keys(tx, ttl_hours))
    return gone


async def _forget_keys(tx: Tx, ttl_hours: int) -> None:
    await secrets.forget_retired(tx, tx.now - ttl_hours * _HOUR_MILLISECONDS)


async def _purge_batch(tx: Tx, ttl_hours: int) -> int:
    return await store.purge(tx, tx.now - ttl_hours * _HOUR_MILLISECONDS, _BATCH)
