"""Removes the journal of merges that can no longer be undone, with the values that it has."""

from crm_cell.customers.merged.store import undoable_since
from crm_cell.merges import store
from crm_cell.storage.background import BATCH, in_batches, run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Tx

_INTERVAL_SECONDS = 3_600.0


async def purge_forever(database: Database) -> None:
    await run_periodically("merges", _INTERVAL_SECONDS, lambda: purge_old(database))


async def purge_old(database: Database) -> int:
    """Returns of how many merges."""
    purged = 0
    for tenant in await database.read("merges.tenants", EVERY_TENANT, store.tenants, long=True):
        purged += await _purge_of(database, tenant)
    return purged


async def _purge_of(database: Database, tenant: str) -> int:
    async def purge_batch(tx: Tx) -> int:
        return await store.purge(tx, tenant, undoable_since(tx.now), BATCH)

    return await in_batches(lambda: database.write("merges.purge", EVERY_TENANT, purge_batch))
