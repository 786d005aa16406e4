"""The options of tenants, for those who write, read and describe records."""

from collections.abc import Mapping

from crm_cell.options import store
from crm_cell.options.options import OptionField, TenantOptions
from crm_cell.storage.engine import Reader
from crm_cell.storage.revision_cache import RevisionCache


class Catalogue(RevisionCache[TenantOptions]):
    def __init__(self, fields: Mapping[str, OptionField]) -> None:
        async def read(tx: Reader, tenant: str) -> TenantOptions:
            return TenantOptions(fields, await store.changed(tx, tenant))

        super().__init__("options", store.revision, read, TenantOptions(fields, {}))
        self.fields = fields
        """By name, e.g. `customer.level`."""
