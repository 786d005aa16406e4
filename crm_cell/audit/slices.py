"""Verifying a trail beside a running service, in slices with a snapshot each.

A snapshot that is held for minutes keeps SQLite's log and PostgreSQL's dead rows from being cleaned
up. So the walk reads a page of settled entries at a time. Only the last of them, what is younger
than two minutes, are read on one snapshot with the heads, since a transaction may still put in
entries with lower ids than others have.
"""

from collections.abc import Callable, Mapping

from crm_cell.audit.verifying import Place, Verdict, Walk, verify
from crm_cell.kernel.ids import lowest_at
from crm_cell.storage.engine import ChainKeys, Database, Reader

_SETTLED_MS = 120_000


async def verify_beside(
    database: Database,
    tenant: str,
    keys: ChainKeys,
    signed: Mapping[Place, bytes],
    on_entries: Callable[[int], None],
) -> Verdict:
    """As `verify`. What the slices find is looked at once more on one snapshot: between two of
    them retention may have cut a chain, or an entry may have come late."""
    walk = Walk(tenant, keys, signed, on_entries)

    async def settled(tx: Reader) -> bool:
        return await walk.step(tx, before=lowest_at(tx.now - _SETTLED_MS))

    while await database.read("audit.slice", tenant, settled, long=True):
        pass
    verdict = await database.read("audit.verify", tenant, walk.finish, long=True)
    if not verdict.faults:
        return verdict
    return await database.read(
        "audit.verify", tenant, lambda tx: verify(tx, tenant, keys, signed, on_entries), long=True
    )
