"""A database whose transactions have the seals of their tenant."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog

from crm_cell.kernel.errors import Unavailable
from crm_cell.secrets import store
from crm_cell.secrets.masters import Masters
from crm_cell.secrets.seals import KeysWanted, Opened, StaleKeys, TenantSeals
from crm_cell.secrets.sources import KeyRefused, unknown
from crm_cell.storage.across_tenants import ask
from crm_cell.storage.engine import EVERY_TENANT, Database, ReadUnit, Tenant, Tx, WriteUnit
from crm_cell.storage.seals import SealedTable

T = TypeVar("T")
log = structlog.get_logger()

# A few hundred bytes each; all are read anew, one by one, when there are more.
_MOST_TENANTS = 10_000
# Keys are made once and rotated now and then: twice in one request is a coincidence.
_TRIES = 5


class SealedDatabase:
    """Keys are made and read in transactions of their own, so that a unit which is rolled back
    leaves nothing sealed under keys that nobody has."""

    def __init__(self, inner: Database, masters: Masters, tables: Sequence[SealedTable]) -> None:
        self.masters = masters
        self.tables = tables
        self._inner = inner
        self._seals: dict[str, TenantSeals] = {}
        self._opened: Opened = {}
        self._asking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises CannotOpen, and KeyRefused where data is under a key that is not there."""
        await self._inner.start()
        try:
            self._asking = await ask(self._inner, "keys.check", self._check_keys)
        except KeyRefused:
            await self._inner.stop()
            raise

    @property
    def spread(self) -> bool:
        return self._inner.spread

    async def _check_keys(self) -> None:
        """A tenant whose key comes to light later is refused by itself: see `load`."""
        names = await self._inner.read("keys.check", EVERY_TENANT, store.masters)
        if missing := [name for name in names if not self.masters.knows(name)]:
            raise KeyRefused(unknown(missing))

    async def stop(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        await self._inner.stop()

    async def ping(self) -> None:
        await self._inner.ping()

    async def ready(self) -> None:
        await self._inner.ready()

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        return await self._inner.run_long(tenant, function)

    async def overwrite_deleted(self) -> None:
        await self._inner.overwrite_deleted()

    async def refresh_statistics(self) -> None:
        await self._inner.refresh_statistics()

    async def read(
        self, name: str, tenant: Tenant, unit: ReadUnit[T], /, *, long: bool | None = False
    ) -> T:
        if tenant is None:
            return await self._inner.read(name, tenant, unit, long=long)
        for _ in range(_TRIES):
            seals = self._seals.get(tenant) or await self.load(tenant)
            try:
                return await self._inner.read(name, tenant, seals.around(unit), long=long)
            except StaleKeys:
                await self.load(tenant)
        raise Unavailable

    async def write(
        self,
        name: str,
        tenant: Tenant,
        unit: WriteUnit[T],
        /,
        *,
        long: bool = False,
        now: int | None = None,
    ) -> T:
        if tenant is None:
            return await self._inner.write(name, tenant, unit, long=long, now=now)
        for _ in range(_TRIES):
            seals = self._seals.get(tenant) or await self.load(tenant)
            try:
                return await self._inner.write(name, tenant, seals.around(unit), long=long, now=now)
            except StaleKeys:
                await self.load(tenant)
            except KeysWanted:
                await self.make_keys(tenant)
        raise Unavailable

    async def load(self, tenant: str) -> TenantSeals:
        """The tenant's keys as they are now. Raises Unavailable for those of an unknown key."""
        stored = await self._inner.read("keys.load", tenant, lambda tx: store.keys(tx, tenant))
        try:
            seals = TenantSeals(tenant, stored, self.masters, self._opened)
        except KeyRefused as refused:
            log.exception("key_refused")
            raise Unavailable from refused
        if len(self._seals) >= _MOST_TENANTS:
            self._seals.clear()
        self._seals[tenant] = seals
        return seals

    async def make_keys(self, tenant: str) -> TenantSeals:
        """The tenant's first keys, unless another process was faster."""

        async def unit(tx: Tx) -> None:
            if not await store.keys(tx, tenant):
                rows = [await store.has_rows(tx, tenant, table) for table in self.tables]
                made = self.masters.new_keys(tenant, 1, complete=not any(rows))
                await store.add(tx, made)

        await self._inner.write("keys.make", tenant, unit)
        return await self.load(tenant)
