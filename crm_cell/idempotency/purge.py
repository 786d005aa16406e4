"""Forgetting old keys, a little at a time, so that no request ever waits for it."""

from crm_cell.idempotency import store
from crm_cell.secrets import store as secrets
from crm_cell.storage.engine import EVERY_TENANT, Database, Tx
from crm_cell.storage.rounds import BATCH, in_batches, repeat

_HOUR_MILLISECONDS = 3_600_000
_INTERVAL_SECONDS = 600.0


async def purge_forever(database: Database, ttl_hours: int) -> None:
    await repeat("purge", _INTERVAL_SECONDS, lambda: purge_old(database, ttl_hours))


async def purge_old(database: Database, ttl_hours: int) -> int:
    """Forget every key older than `ttl_hours`; tells how many went."""

    async def purge_batch(tx: Tx) -> int:
        return await store.purge(tx, tx.now - ttl_hours * _HOUR_MILLISECONDS, BATCH)

    gone = await in_batches(lambda: database.write("idempotency.purge", EVERY_TENANT, purge_batch))
    # No answer is under these any more.
    await database.write("keys.forget", EVERY_TENANT, lambda tx: _forget_keys(tx, ttl_hours))
    return gone


async def _forget_keys(tx: Tx, ttl_hours: int) -> None:
    await secrets.forget_retired(tx, tx.now - ttl_hours * _HOUR_MILLISECONDS)
