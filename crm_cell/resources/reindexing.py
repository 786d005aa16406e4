"""Bringing the search index to what the records are, and finding where it is not.

Batch by batch, each a short transaction, so that requests go on. Nothing remembers how far it has
come: the next run looks at all records again, and writes what is missing then.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.resources.record import Record
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.search import store as entries
from crm_cell.search.store import Entry
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx

_ROWS = 500
# A service that waits for the lock of a file tries every 10 ms.
_PAUSE_SECONDS = 0.02
_LAST = "~"
"""Behind every id."""


class Gaps(msgspec.Struct, frozen=True):
    """In the index of a tenant's records of one kind."""

    tenant: str
    kind: str
    missing: int
    superfluous: int


class Reindexed(msgspec.Struct):
    """What came of it."""

    records: int = 0
    """How many were looked at."""
    written: int = 0
    removed: int = 0


class _Batch(msgspec.Struct, frozen=True):
    records: list[Any]
    known: set[str]
    """The ids that have an entry."""
    last: str

    @property
    def missing(self) -> list[Record]:
        return [each for each in self.records if each.id not in self.known]

    @property
    def superfluous(self) -> set[str]:
        return self.known - {each.id for each in self.records}


class Reindexing:
    def __init__(
        self,
        database: Database,
        services: Services,
        *,
        on_records: Callable[[int], object] = lambda _: None,
    ) -> None:
        self._database = database
        self._services = [each for each in services if each.store.index.is_searched]
        self._on_records = on_records

    async def run(self, *, everything: bool = False) -> Reindexed:
        """Write what is missing and remove what is superfluous; with `everything` write all."""
        result = Reindexed()
        for tenant in await self._tenants():
            for service in self._services:
                await self._reindex(tenant, service, result, everything=everything)
        return result

    async def gaps(self) -> list[Gaps]:
        found = []
        for tenant in await self._tenants():
            for service in self._services:
                found += await self._gaps_of(tenant, service)
        return found

    async def _tenants(self) -> list[str]:
        tables = [each.resource.table for each in self._services]
        return await self._database.read(
            "search.tenants", EVERY_TENANT, lambda tx: entries.tenants(tx, tables), long=True
        )

    async def _reindex(
        self, tenant: str, service: Service[Any], result: Reindexed, *, everything: bool
    ) -> None:
        after = ""
        while after != _LAST:

            async def unit(tx: Tx, after: str = after) -> _Batch:
                # Nobody changes the records meanwhile, and then overwrites what they wrote.
                batch = await _batch(tx, tenant, service, after, lock=tx.for_share)
                await rewrite(tx, service, batch.records if everything else batch.missing)
                kind = service.resource.name
                gone = [Entry(tenant, kind, each, removed=True) for each in batch.superfluous]
                await entries.put(tx, gone)
                return batch

            batch = await self._database.write("search.reindex", tenant, unit, long=True)
            after = batch.last
            result.records += len(batch.records)
            result.written += len(batch.records if everything else batch.missing)
            result.removed += len(batch.superfluous)
            self._on_records(len(batch.records))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _gaps_of(self, tenant: str, service: Service[Any]) -> list[Gaps]:
        after, missing, superfluous = "", 0, 0
        while after != _LAST:

            async def unit(tx: Reader, after: str = after) -> _Batch:
                return await _batch(tx, tenant, service, after)

            batch = await self._database.read("search.check", tenant, unit, long=True)
            after = batch.last
            missing += len(batch.missing)
            superfluous += len(batch.superfluous)
        if not missing and not superfluous:
            return []
        return [Gaps(tenant, service.resource.name, missing, superfluous)]


async def rewrite(tx: Tx, service: Service[Any], records: list[Any]) -> None:
    """The entries of records as they are."""
    index = service.store.index
    if index.is_searched:
        await entries.put(tx, [await index.entry(tx, each) for each in records])


async def rewrite_rows(services: Services, tx: Tx, tenant: str, table: str, ids: list[str]) -> None:
    """Of rows that were changed behind the back of their service."""
    service = services.of(services.registry.of_table(table))
    await rewrite(tx, service, await service.store.find_many(tx, Actor(tenant), ids))


async def _batch(
    tx: Reader, tenant: str, service: Service[Any], after: str, *, lock: str = ""
) -> _Batch:
    records = await service.store.live_after(tx, tenant, after, limit=_ROWS, lock=lock)
    last = records[-1].id if len(records) == _ROWS else _LAST
    kind = service.resource.name
    known = await entries.recorded(tx, tenant, kind, after=after, last=last)
    return _Batch(records, known, last)
