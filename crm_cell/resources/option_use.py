"""Whether a record has an option."""

from crm_cell.options.options import OptionField
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader


class OptionUse:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, tx: Reader, tenant: str, field: OptionField, option_id: str) -> bool:
        """Deleted records included: they may be restored."""
        service = self._services.of(self._services.registry.of_table(field.table))
        return await service.store.any_of(tx, tenant, field.column, option_id)
