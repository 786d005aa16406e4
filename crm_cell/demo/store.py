"""SQL queries for existing customers."""

from crm_cell.storage.engine import Reader


async def has_customers(tx: Reader) -> bool:
    """Includes deleted ones, so that deleted demo data is not created again."""
    # every tenant: demo data is only for an unused installation
    return await tx.fetch_one("SELECT 1 FROM customers LIMIT 1") is not None


async def has_customers_of(tx: Reader, tenant: str) -> bool:
    sql = "SELECT 1 FROM customers WHERE tenant_id = :tenant AND deleted_at IS NULL LIMIT 1"
    return await tx.fetch_one(sql, tenant=tenant) is not None
