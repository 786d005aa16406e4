"""Storage of customers: which are newly assigned, and what goes with one that is erased."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from crm_cell.customers.pairs import store as pairs
from crm_cell.customers.resource import NEWLY_ASSIGNED, Customer
from crm_cell.resources.listing.conditions import Typed
from crm_cell.resources.listing.members import Derived
from crm_cell.resources.reading import RecordWithDeletion
from crm_cell.resources.resource import Resource
from crm_cell.resources.store import Store
from crm_cell.storage.engine import Tx

_NEW_MS: Final = 7 * 86_400_000


class CustomerStore(Store[Customer]):
    def __init__(self, resource: Resource[Customer], tables: sa.MetaData, **options: Any) -> None:
        super().__init__(resource, tables, **options)
        self.derived = (Derived("newlyAssigned", NEWLY_ASSIGNED, "assigned_at", _newly_assigned),)

    async def erase(self, tx: Tx, records: Sequence[RecordWithDeletion[Customer]]) -> None:
        await pairs.erase(tx, [(each.tenant_id, each.id) for each, _ in records])
        await super().erase(tx, records)


def _newly_assigned(now: int) -> Typed:
    """Given to their owner by somebody else within the last seven days."""
    return ("compare", "assigned_at", ">="), [now - _NEW_MS]
