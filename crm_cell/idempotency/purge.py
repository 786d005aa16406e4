"""Purges old keys in small batches, so that requests do not wait."""

from crm_cell.encryption import store as secrets
from crm_cell.idempotency import store
from crm_cell.storage.background import BATCH, in_batches, run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Tx

_HOUR_MILLISECONDS = 3_600_000
_INTERVAL_SECONDS = 600.0


async def purge_forever(database: Database, ttl_hours: int) -> None:
    await run_periodically("purge", _INTERVAL_SECONDS, lambda: purge_old(database, ttl_hours))


async def purge_old(database: Database, ttl_hours: int) -> int:
    """Deletes all keys older than `ttl_hours` and returns how many it deleted."""

    async def purge_batch(tx: Tx) -> int:
        return await store.purge(tx, tx.now - ttl_hours * _HOUR_MILLISECONDS, BATCH)

    gone = await in_batches(lambda: database.write("idempotency.purge", EVERY_TENANT, purge_batch))
    # Encryption keys that were retired so long ago that no stored response uses them.
    await database.write("keys.forget", EVERY_TENANT, lambda tx: _forget_keys(tx, ttl_hours))
    return gone


async def _forget_keys(tx: Tx, ttl_hours: int) -> None:
    await secrets.forget_retired(tx, tx.now - ttl_hours * _HOUR_MILLISECONDS)
