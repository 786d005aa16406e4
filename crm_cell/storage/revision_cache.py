"""A cache of what tenants have set: a revision in the database tells when it is out of date."""

from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from crm_cell.storage.engine import Reader

T = TypeVar("T")

# What one tenant has set takes some tens of KB.
_MOST_TENANTS: Final = 1_000


class RevisionCache(Generic[T]):
    """Each transaction that asks reads the revision of its tenant, once; what the tenant has set
    is read only where the revision is another than the cached one. So a change in another process
    counts from its commit on, and a tenant that has set nothing has no row to read."""

    def __init__(
        self,
        name: str,
        revision: Callable[[Reader, str], Awaitable[str | None]],
        read: Callable[[Reader, str], Awaitable[T]],
        default: T,
    ) -> None:
        """`name` tells what is cached from what else a transaction has read; `default` is what a
        tenant without a revision has."""
        self._name = name
        self._revision, self._read = revision, read
        self._default = default
        self._cached: dict[str, tuple[str, T]] = {}

    async def of(self, tx: Reader, tenant: str) -> T:
        found: T | None = tx.settings.get((self._name, tenant))
        if found is None:
            found = tx.settings[self._name, tenant] = await self._current(tx, tenant)
        return found

    def changed(self, tx: Reader, tenant: str) -> None:
        """This transaction has changed it."""
        tx.settings.pop((self._name, tenant), None)

    async def _current(self, tx: Reader, tenant: str) -> T:
        revision = await self._revision(tx, tenant)
        if revision is None:
            return self._default
        cached = self._cached.get(tenant)
        if cached is not None and cached[0] == revision:
            return cached[1]
        found = await self._read(tx, tenant)
        if len(self._cached) >= _MOST_TENANTS:
            self._cached.clear()
        self._cached[tenant] = revision, found
        return found
