"""Rebuilds the search index in a running service, after an upgrade that changes its terms.

Batch by batch, oldest records first; searches use what is there meanwhile. Each batch stores how
far it has come, in its transaction and under a lock: a restart goes on from there, and several
processes share the work. Where nothing says that the index is complete, as after a transfer to
another database, all of it is written.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final

import structlog

from crm_cell.kernel.errors import CrmError
from crm_cell.resources.reindexing import rewrite
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.search import store as entries
from crm_cell.storage.background import BATCH, run_periodically
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx

log = structlog.get_logger()

INDEX_VERSION: Final = 2
"""Count on when terms change: each installation rebuilds its index then."""
_INTERVAL_SECONDS = 300.0
# A batch takes some 30 ms, so that requests have most of the time.
_PAUSE_SECONDS = 0.1
_LAST = "~"
"""Behind every id."""


class Rebuilding:
    def __init__(self, database: Database, services: Services) -> None:
        self._database = database
        self._services = [each for each in services if each.store.index.is_searched]
        self._tables = [each.resource.table for each in self._services]
        kinds = "" if not services.search_texts else " texts"
        self.version = f"{INDEX_VERSION}{kinds}"

    async def run_forever(self) -> None:
        await run_periodically("search.rebuild", _INTERVAL_SECONDS, self.run)

    async def begin(self) -> None:
        """Notes that the index of an installation without records is complete."""

        async def is_new(tx: Reader) -> bool:
            return not await entries.have_records(tx, self._tables)

        with suppress(CrmError, OSError):  # `run` goes on when the database is there again
            if not await self._is_complete() and await self._database.read(
                "search.new", EVERY_TENANT, is_new
            ):
                await self._complete()

    async def run(self) -> int:
        """Returns how many records were written."""
        if await self._is_complete():
            return 0
        log.info("search_index_rebuild_started", version=self.version)
        written = 0
        for tenant in await self._tenants():
            # Another process that has ended has also removed the notes of its progress.
            if await self._is_complete():
                break
            for service in self._services:
                written += await self._rebuild(tenant, service)
        # Also after another process, for notes of this one's progress since then.
        await self._complete()
        log.info("search_index_rebuilt", version=self.version, records=written)
        return written

    async def _rebuild(self, tenant: str, service: Service[Any]) -> int:
        written = 0
        kind = service.resource.name

        async def unit(tx: Tx) -> int | None:
            """How many, or None at the end."""
            await tx.lock("search.rebuild", tenant=tenant)
            after = await entries.progress(tx, tenant, self.version, kind)
            if after == _LAST:
                return None
            # Nobody changes the records meanwhile, and then overwrites what they wrote.
            records = await service.store.live_after(
                tx, tenant, after, limit=BATCH, lock=tx.for_share
            )
            await rewrite(tx, service, records)
            place = records[-1].id if len(records) == BATCH else _LAST
            await entries.note_progress(tx, tenant, self.version, kind, place)
            return len(records)

        while (done := await self._write(tenant, unit)) is not None:
            written += done
            await asyncio.sleep(_PAUSE_SECONDS if done else 0)
        return written

    async def _write(self, tenant: str, unit: Any) -> Any:
        return await self._database.write("search.rebuild", tenant, unit, long=True)

    async def _tenants(self) -> list[str]:
        return await self._database.read(
            "search.tenants",
            EVERY_TENANT,
            lambda tx: entries.tenants(tx, self._tables),
            long=True,
        )

    async def _is_complete(self) -> bool:
        async def unit(tx: Reader) -> bool:
            return await entries.is_complete(tx, self.version)

        return await self._database.read("search.complete", EVERY_TENANT, unit)

    async def _complete(self) -> None:
        async def unit(tx: Tx) -> None:
            await entries.note_complete(tx, self.version)

        await self._database.write("search.rebuild", EVERY_TENANT, unit)
