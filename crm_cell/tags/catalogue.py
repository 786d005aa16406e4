"""The tags of tenants, for those who write, read and describe records."""

from typing import Final

from crm_cell.storage.engine import Reader
from crm_cell.tags import store
from crm_cell.tags.tags import TenantTags

# A tenant with a hundred tags takes some 50 KB.
_MOST_TENANTS: Final = 1_000
_MEMO: Final = "tags"
_NONE: Final = TenantTags(())


class TagCatalogue:
    """As `options.catalogue.Catalogue`, which says how a change reaches other processes."""

    def __init__(self) -> None:
        self._cached: dict[str, tuple[str, TenantTags]] = {}

    async def of(self, tx: Reader, tenant: str) -> TenantTags:
        found: TenantTags | None = tx.settings.get((_MEMO, tenant))
        if found is None:
            found = tx.settings[_MEMO, tenant] = await self._read(tx, tenant)
        return found

    def changed(self, tx: Reader, tenant: str) -> None:
        """This transaction has changed them."""
        tx.settings.pop((_MEMO, tenant), None)

    async def _read(self, tx: Reader, tenant: str) -> TenantTags:
        revision = await store.revision(tx, tenant)
        if revision is None:
            return _NONE
        cached = self._cached.get(tenant)
        if cached is not None and cached[0] == revision:
            return cached[1]
        found = TenantTags(await store.every(tx, tenant))
        if len(self._cached) >= _MOST_TENANTS:
            self._cached.clear()
        self._cached[tenant] = revision, found
        return found
