"""Deletes audit entries that are older than the retention period."""

from crm_cell.audit import chain, store
from crm_cell.kernel.ids import lowest_at
from crm_cell.storage.background import BATCH, in_batches, run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx

_DAY_MS = 86_400_000
_INTERVAL_SECONDS = 3_600.0


async def run_retention(database: Database, days: int) -> None:
    await run_periodically("retention", _INTERVAL_SECONDS, lambda: delete_old(database, days))


async def delete_old(database: Database, days: int) -> int:
    """Delete every entry that is older than so many days. Returns how many."""

    async def who(tx: Reader) -> list[str]:
        return await store.tenants_before(tx, _oldest_retained(tx, days))

    gone = 0
    for tenant in await database.read("audit.old", EVERY_TENANT, who, long=True):
        gone += await _delete_of_tenant(database, tenant, days)
    return gone


async def _delete_of_tenant(database: Database, tenant: str, days: int) -> int:
    async def cut(tx: Tx) -> int:
        return await chain.truncate(tx, tenant, _oldest_retained(tx, days), BATCH)

    return await in_batches(lambda: database.write("audit.forget", EVERY_TENANT, cut))


def _oldest_retained(tx: Reader | Tx, days: int) -> str:
    return lowest_at(tx.now - days * _DAY_MS)
