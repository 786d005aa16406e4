"""Removes deleted records for good, after the time for which they could be restored.

A record that another one refers to stays until that one is removed too. So children go first, and
a deleted opportunity that a contract mentions remains.
"""

from functools import partial

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.recycle_bin import store
from crm_cell.recycle_bin.service import DAY_MS
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.services import Services
from crm_cell.storage.background import run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx

_INTERVAL_SECONDS = 3_600.0
# Records of one transaction, for which other writers wait.
_BATCH = 100


async def purge_forever(database: Database, services: Services, days: int) -> None:
    await run_periodically(
        "recycle", _INTERVAL_SECONDS, lambda: purge_old(database, services, days)
    )


async def purge_old(database: Database, services: Services, days: int) -> int:
    """Remove what was deleted more than `days` ago. Returns how many records."""
    purged = 0
    # Resources refer to those before them.
    for resource in reversed([each for each in services.registry if each.is_deletable]):
        who = partial(store.tenants, resource=resource)
        for tenant in await database.read("recycle.tenants", EVERY_TENANT, who, long=True):
            purged += await _Purge(database, services, resource, tenant, days).run()
    return purged


class _Purge:
    """Of one resource of a tenant."""

    def __init__(
        self,
        database: Database,
        services: Services,
        resource: AnyResource,
        tenant: str,
        days: int,
    ) -> None:
        self._database, self._resource, self._tenant = database, resource, tenant
        self._service = services.of(resource)
        self._children = [
            (services.of(child).store, field.name)
            for child, field in services.registry.children(resource)
        ]
        self._days = days

    async def run(self) -> int:
        purged, after = 0, (0, "")
        while found := await self._database.read(
            "recycle.old", EVERY_TENANT, partial(self._older, after=after), long=True
        ):
            unit = partial(self._purge, ids=[identifier for _, identifier in found])
            purged += await self._database.write("recycle.purge", EVERY_TENANT, unit)
            after = found[-1]
        return purged

    async def _older(self, tx: Reader, after: tuple[int, str]) -> list[tuple[int, str]]:
        before = tx.now - self._days * DAY_MS
        return await store.older(tx, self._tenant, self._resource, before, after, _BATCH)

    async def _purge(self, tx: Tx, ids: list[str]) -> int:
        """Looks again, because a record may have been restored, or removed by another process."""
        before = tx.now - self._days * DAY_MS
        gone = []
        for identifier in ids:
            found = await self._service.store.find_including_deleted(
                tx, self._tenant, identifier, tx.for_deletion
            )
            if found is None or found[1] is None or found[1] >= before:
                continue
            if not await self._is_referred_to(tx, identifier):
                gone.append(found)
        await self._service.store.erase(tx, gone)
        actions = [
            Action(
                self._resource.name,
                record.id,
                None,
                {"deletedAt": {"before": format_time(deleted_at or 0)}},
            )
            for record, deleted_at in gone
        ]
        await audit.record(tx, Actor(self._tenant), "purged", actions)
        return len(gone)

    async def _is_referred_to(self, tx: Tx, identifier: str) -> bool:
        for child, field in self._children:
            if await child.any_of(tx, self._tenant, field, identifier):
                return True
        return False
