"""What the journal of merges has of a person."""

from crm_cell.customers.resource import customers
from crm_cell.merges import store as merges
from crm_cell.privacy.data_subject import Fate, Found
from crm_cell.storage.engine import Tx


async def forget_merges(tx: Tx, tenant: str, found: Found) -> None:
    """Remove the former values of customers that are erased."""
    fates = (fate for fate in Fate if fate is not Fate.UNTOUCHED)
    ids = [each for fate in fates for each in found.of(fate, customers.table)]
    of_customers = await merges.ids_of(tx, tenant, ids)
    await merges.forget(tx, tenant, [*of_customers, *found.merges])
