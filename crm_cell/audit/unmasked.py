"""Audit entries of reads that show contact details in full: the number of records, no values."""

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.kernel.actor import Actor
from crm_cell.storage.engine import Database, Tx


async def record_unmasked(database: Database, actor: Actor) -> None:
    """Writes down what has been counted since the last time, one entry for each resource."""
    counts = actor.in_full.take() if actor.in_full is not None else {}
    if not counts:
        return
    actions = [Action(name, None, None, {"records": many}) for name, many in counts.items()]

    async def unit(tx: Tx) -> None:
        await audit.record(tx, actor, "unmasked", actions)

    await database.write("unmasked.record", actor.tenant, unit)
