"""The options of tenants, for those who write, read and describe records."""

from collections.abc import Mapping
from typing import Final

from crm_cell.options import store
from crm_cell.options.options import OptionField, TenantOptions
from crm_cell.storage.engine import Reader

# A tenant with changed options takes some 20 KB.
_MOST_TENANTS: Final = 1_000
_MEMO: Final = "options"


class Catalogue:
    """Each transaction that asks reads the revision of its tenant's options, once; the options
    themselves are read only where the revision is another than the cached one. So a change in
    another process counts from its commit on, and a tenant that has changed nothing has no row to
    read."""

    def __init__(self, fields: Mapping[str, OptionField]) -> None:
        self.fields = fields
        """By name, e.g. `customer.level`."""
        self._unchanged = TenantOptions(fields, {})
        self._cached: dict[str, tuple[str, TenantOptions]] = {}

    async def of(self, tx: Reader, tenant: str) -> TenantOptions:
        found: TenantOptions | None = tx.settings.get((_MEMO, tenant))
        if found is None:
            found = tx.settings[_MEMO, tenant] = await self._read(tx, tenant)
        return found

    def changed(self, tx: Reader, tenant: str) -> None:
        """This transaction has changed them."""
        tx.settings.pop((_MEMO, tenant), None)

    async def _read(self, tx: Reader, tenant: str) -> TenantOptions:
        revision = await store.revision(tx, tenant)
        if revision is None:
            return self._unchanged
        cached = self._cached.get(tenant)
        if cached is not None and cached[0] == revision:
            return cached[1]
        found = TenantOptions(self.fields, await store.changed(tx, tenant))
        if len(self._cached) >= _MOST_TENANTS:
            self._cached.clear()
        self._cached[tenant] = revision, found
        return found
