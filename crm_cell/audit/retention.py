"""Forgetting what is older than the time that it has to be kept for."""

from crm_cell.audit import chain, store
from crm_cell.kernel.ids import lowest_at
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx
from crm_cell.storage.rounds import BATCH, in_batches, repeat

_DAY_MS = 86_400_000
_INTERVAL_SECONDS = 3_600.0


async def forget_forever(database: Database, days: int) -> None:
    await repeat("retention", _INTERVAL_SECONDS, lambda: forget_old(database, days))


async def forget_old(database: Database, days: int) -> int:
    """Forget every entry that is older than so many days; tells how many went."""

    async def who(tx: Reader) -> list[str]:
        return await store.tenants_before(tx, _oldest_kept(tx, days))

    gone = 0
    for tenant in await database.read("audit.old", EVERY_TENANT, who, long=True):
        gone += await _forget_of(database, tenant, days)
    return gone


async def _forget_of(database: Database, tenant: str, days: int) -> int:
    async def cut(tx: Tx) -> int:
        return await chain.cut(tx, tenant, _oldest_kept(tx, days), BATCH)

    return await in_batches(lambda: database.write("audit.forget", EVERY_TENANT, cut))


def _oldest_kept(tx: Reader | Tx, days: int) -> str:
    return lowest_at(tx.now - days * _DAY_MS)
