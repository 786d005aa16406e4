"""The check of the counters, for the tests."""

from crm_cell.registry import make_services
from crm_cell.resources import counter_check
from crm_cell.storage.counter_check import Difference as Difference  # noqa: PLC0414
from crm_cell.storage.engine import Reader

_SERVICES = make_services()


async def differences(tx: Reader) -> list[Difference]:
    """Every counter of every tenant that is wrong."""
    return await counter_check.differences(tx, _SERVICES)
