"""Whether there are data, without what creates them: each start looks."""

from crm_cell.demo import store
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader

TENANT = "demo"


async def is_empty(database: Database) -> bool:
    """Whether no tenant has, or has ever had, a customer."""

    async def look(tx: Reader) -> bool:
        return not await store.has_customers(tx)

    return await database.read("demo.is_empty", EVERY_TENANT, look)


async def is_filled(database: Database) -> bool:
    """Whether the tenant `demo` has customers, so that the banner may mention it."""

    async def look(tx: Reader) -> bool:
        return await store.has_customers_of(tx, TENANT)

    return await database.read("demo.is_filled", TENANT, look)
