"""A database around another one, for what changes how units read and write."""

from collections.abc import Callable
from typing import TypeVar

from crm_cell.storage.engine import Database, OnCommit, Tenant

T = TypeVar("T")


class WrappedDatabase:
    """Passes on what is neither a read nor a write."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner

    @property
    def spread(self) -> bool:
        return self._inner.spread

    async def stop(self) -> None:
        await self._inner.stop()

    async def ping(self) -> None:
        await self._inner.ping()

    async def ready(self) -> None:
        await self._inner.ready()

    def on_commit(self, call: OnCommit) -> None:
        self._inner.on_commit(call)

    async def run_long(self, tenant: Tenant, function: Callable[[], T], /) -> T:
        return await self._inner.run_long(tenant, function)

    async def overwrite_deleted(self) -> None:
        await self._inner.overwrite_deleted()

    async def refresh_statistics(self) -> None:
        await self._inner.refresh_statistics()
