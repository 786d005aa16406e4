"""What is in the recycle bin, as far as the caller may see it."""

from collections.abc import Collection
from heapq import merge
from itertools import islice
from typing import Final

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.positions import END, position
from crm_cell.recycle_bin import store
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader

DAY_MS: Final = 86_400_000


class Item(msgspec.Struct, frozen=True):
    position: str
    resource: AnyResource
    id: str
    title: str | None
    deleted_at: int
    deleted_by: str | None


class RecycleBin:
    def __init__(self, services: Services, days: int) -> None:
        """`days` is how long deleted records stay, 0 for ever."""
        self.days = days
        self._resources = {each.name: each for each in binned(services.registry)}

    async def page(
        self, tx: Reader, actor: Actor, types: Collection[str], after: str | None, size: int
    ) -> tuple[list[Item], str | None]:
        """The last deleted first, and the place behind which the next page begins."""
        streams = [
            await self._newest(tx, actor, self._resources[name], after or END, size + 1)
            for name in types
        ]
        merged = merge(*streams, key=lambda each: each.position, reverse=True)
        found = list(islice(merged, size + 1))
        return found[:size], found[size - 1].position if len(found) > size else None

    async def _newest(
        self, tx: Reader, actor: Actor, resource: AnyResource, before: str, limit: int
    ) -> list[Item]:
        """A caller who does not see the whole tenant sees what they have deleted themselves."""
        found: list[Item] = []
        place: str | None = before
        while place is not None and len(found) < limit:
            rows = await store.newest(tx, actor.tenant, resource, place, limit)
            by = await store.deleters(tx, actor.tenant, resource, [each.id for each in rows])
            for row in rows:
                at = position(row.deleted_at, row.id)
                who = by.get((row.id, row.deleted_at))
                if actor.sees_all or who == actor.owner:
                    found.append(Item(at, resource, *row, who))
            place = position(rows[-1].deleted_at, rows[-1].id) if len(rows) == limit else None
        return found[:limit]


def binned(registry: Registry) -> list[AnyResource]:
    """Customers, and what belongs to them, if it can be restored."""
    return [
        each
        for each in registry
        if each.verbs & Verbs.RESTORE and (each.references or each.is_organisation)
    ]
