"""What a user has in hand: customers, open opportunities and open tasks.

Closed opportunities and finished tasks say who did what, so they stay with their user.
"""

from collections.abc import Mapping
from typing import Any, Final

from crm_cell.customers.resource import customers
from crm_cell.kernel.messages import Message
from crm_cell.opportunities.resource import opportunities
from crm_cell.opportunities.stages import Status
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader
from crm_cell.tasks.resource import tasks

IN_HAND: Final[Mapping[AnyResource, Mapping[str, Any]]] = {
    customers: {},
    opportunities: {"status": Status.OPEN},
    tasks: {"status": "open"},
}
"""By resource, which of its records are in their owner's hand."""


class Holdings:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def counts(self, tx: Reader, tenant: str, user: str) -> dict[AnyResource, int]:
        """How many of each resource."""
        found = {}
        for resource, values in IN_HAND.items():
            owned = {resource.record.owner_field: user, **values}
            found[resource] = await self._services.of(resource).store.number_of(tx, tenant, owned)
        return found

    async def in_words(self, tx: Reader, tenant: str, user: str) -> Message | None:
        """None where there is nothing."""
        counts = {
            resource: many
            for resource, many in (await self.counts(tx, tenant, user)).items()
            if many
        }
        if not counts:
            return None
        return Message(
            "owned",
            "、".join(f"{resource.label[0]} {many}" for resource, many in counts.items()),
            ", ".join(f"{resource.tag} {many}" for resource, many in counts.items()),
        )
