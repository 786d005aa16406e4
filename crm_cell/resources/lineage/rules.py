"""Where a record may stand among those of its resource.

Deleted records count too, since they may be restored. No foreign key refers from a table to itself,
so that its rows can be copied in the order of their ids: each change of such a reference locks all
of the tenant's instead.
"""

from typing import Any, Final

from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.hierarchy import line_of, makes_cycle
from crm_cell.kernel.messages import Message
from crm_cell.resources.lineage.store import LineageStore
from crm_cell.resources.messages import above_itself, too_many_levels
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Reader, Tx

MOST_LEVELS: Final = 5


class Lineage:
    """Of one resource, by its reference `above`."""

    def __init__(self, resource: AnyResource) -> None:
        assert resource.above is not None, "callers ask where there is one"
        self._resource, self._field = resource, resource.above
        self._store = LineageStore(resource, resource.above.name)

    async def lock(self, tx: Tx, tenant: str) -> None:
        """One change at a time: two could make a cycle together."""
        await tx.lock(f"{self._resource.table} {self._field.name}", tenant=tenant)

    async def line(self, tx: Reader, tenant: str, identifier: str) -> list[str]:
        """A record and those above it, the nearest first. Empty where it does not exist."""
        parents = await self._store.parents(tx, tenant, identifier)
        return [each for each in line_of(parents, identifier) if each in parents]

    async def check(self, tx: Reader, tenant: str, identifier: str | None, parent: str) -> None:
        """Whether a record, None for a new one, may stand below `parent`. Raises BadRequest."""
        parents = await self._store.parents(tx, tenant, parent)
        if identifier is not None and makes_cycle(parents, identifier, parent):
            raise self._refused(above_itself(self._resource))
        left = MOST_LEVELS - len(parents)
        if left < 1 or (
            identifier is not None and await self._store.reaches(tx, tenant, identifier, left)
        ):
            raise self._refused(too_many_levels(self._resource), limit=MOST_LEVELS)

    async def fits(self, tx: Reader, tenant: str, identifier: str) -> bool:
        """Whether a record does not have too many above and below it."""
        left = MOST_LEVELS + 1 - len(await self.line(tx, tenant, identifier))
        return left > 0 and not await self._store.reaches(tx, tenant, identifier, left)

    def _refused(self, text: Message, **params: Any) -> BadRequest:
        field = self._field
        fault = FieldError(camel(field.name), "value", {"text": text, **params}, field.label)
        return BadRequest([fault])
