"""Storage of customers: which are newly assigned."""

from typing import Any, Final

import sqlalchemy as sa

from crm_cell.customers.resource import NEWLY_ASSIGNED, Customer
from crm_cell.resources.listing.conditions import Typed
from crm_cell.resources.listing.members import Derived
from crm_cell.resources.resource import Resource
from crm_cell.resources.store import Store

_NEW_MS: Final = 7 * 86_400_000


class CustomerStore(Store[Customer]):
    def __init__(self, resource: Resource[Customer], tables: sa.MetaData, **options: Any) -> None:
        super().__init__(resource, tables, **options)
        self.derived = (Derived("newlyAssigned", NEWLY_ASSIGNED, "assigned_at", _newly_assigned),)


def _newly_assigned(now: int) -> Typed:
    """Given to their owner by somebody else within the last seven days."""
    return ("compare", "assigned_at", ">="), [now - _NEW_MS]
