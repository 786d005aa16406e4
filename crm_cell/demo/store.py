"""Whether anybody has been here before, in SQL."""

from crm_cell.storage.engine import Reader


async def has_customers(tx: Reader) -> bool:
    """Deleted ones count: who has cleared the demo data away does not want it again."""
    # every tenant: demo data goes only into an installation that nobody has used
    return await tx.one("SELECT 1 FROM customers LIMIT 1") is not None


async def has_customers_of(tx: Reader, tenant: str) -> bool:
    sql = "SELECT 1 FROM customers WHERE tenant_id = :tenant AND deleted_at IS NULL LIMIT 1"
    return await tx.one(sql, tenant=tenant) is not None
