"""Purges events after the retention time, in small batches."""

from crm_cell.events import store
from crm_cell.kernel.ids import lowest_at
from crm_cell.storage.background import BATCH, in_batches, run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Tx

_DAY_MS = 86_400_000
_INTERVAL_SECONDS = 3_600.0


async def purge_forever(database: Database, days: int) -> None:
    await run_periodically("events", _INTERVAL_SECONDS, lambda: purge_old(database, days))


async def purge_old(database: Database, days: int) -> int:
    """Delete all events older than `days`. Returns how many were deleted."""
    deleted = 0
    for tenant in await database.read("events.tenants", EVERY_TENANT, store.tenants, long=True):
        deleted += await _purge_of(database, tenant, days)
    return deleted


async def _purge_of(database: Database, tenant: str, days: int) -> int:
    async def purge_batch(tx: Tx) -> int:
        oldest_retained = lowest_at(tx.now - days * _DAY_MS)
        return await store.purge(tx, tenant, oldest_retained, BATCH)

    return await in_batches(lambda: database.write("events.purge", EVERY_TENANT, purge_batch))
