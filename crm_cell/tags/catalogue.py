"""The tags of tenants, for those who write, read and describe records."""

from crm_cell.storage.engine import Reader
from crm_cell.storage.revision_cache import RevisionCache
from crm_cell.tags import store
from crm_cell.tags.tags import TenantTags


class TagCatalogue(RevisionCache[TenantTags]):
    def __init__(self) -> None:
        async def read(tx: Reader, tenant: str) -> TenantTags:
            return TenantTags(await store.every(tx, tenant))

        super().__init__("tags", store.revision, read, TenantTags(()))
