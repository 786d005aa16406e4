"""Purges notifications after their retention time, in small batches."""

from crm_cell.inbox import store
from crm_cell.storage.background import BATCH, in_batches, run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Tx

_DAY_MS = 86_400_000
_INTERVAL_SECONDS = 3_600.0


async def purge_forever(database: Database, days: int) -> None:
    await run_periodically("notifications", _INTERVAL_SECONDS, lambda: purge_old(database, days))


async def purge_old(database: Database, days: int) -> int:
    """Delete all notifications older than `days`, read or not. Returns how many."""
    deleted = 0
    tenants = await database.read("notifications.tenants", EVERY_TENANT, store.tenants, long=True)
    for tenant in tenants:

        async def batch(tx: Tx, tenant: str = tenant) -> int:
            return await store.purge(tx, tenant, tx.now - days * _DAY_MS, BATCH)

        async def purge() -> int:
            return await database.write("notifications.purge", EVERY_TENANT, batch)

        deleted += await in_batches(purge)
    return deleted
