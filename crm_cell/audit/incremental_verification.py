"""Verifies an audit log beside a running service, in slices with one snapshot each.

A snapshot that is held for minutes keeps SQLite's log and PostgreSQL's dead rows from being cleaned
up. So each slice reads one page of settled entries. Entries of the last two minutes are read on one
snapshot together with the heads, because a running transaction may still insert entries with lower
ids than existing ones.
"""

from collections.abc import Callable, Mapping

from crm_cell.audit.verification import Place, Verdict, Walk, verify
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
    """Like `verify`. Faults that the slices find are checked again on one snapshot, because between
    two slices retention may have truncated a chain, or an entry may have been inserted late."""
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
