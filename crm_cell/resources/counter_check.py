"""Checks the counters and sums of all resources against their records."""

from collections.abc import Iterable

from crm_cell.resources.registry import Registry
from crm_cell.resources.services import Services
from crm_cell.storage.counter_check import AUDIT_LOG, PEOPLE, Counted, Difference, wrong_counters
from crm_cell.storage.engine import Reader


async def differences(tx: Reader, services: Services) -> list[Difference]:
    """The wrong counters of all tenants. Reads all rows."""
    found = await wrong_counters(tx, [*_counted(services.registry), *AUDIT_LOG, *PEOPLE])
    for service in services:
        found += await service.wrong_sums(tx)
    return found


def _counted(registry: Registry) -> Iterable[Counted]:
    for resource in registry:
        yield Counted(resource.table, resource.table, live=resource.is_deletable)
        for name, field in resource.counters:
            key = f"coalesce({field}, '')"
            yield Counted(name, resource.table, key, live=resource.is_deletable)
