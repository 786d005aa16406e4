"""Which tenants a table has rows of."""

from crm_cell.storage.engine import Reader


async def tenants_of(tx: Reader, table: str) -> list[str]:
    """In order. Each takes one search in an index, however many rows it has."""
    found: list[str] = []
    after = ""
    # every tenant: work that runs for the whole installation asks
    sql = f"SELECT min(tenant_id) FROM {table} WHERE tenant_id > :after"
    while (row := await tx.fetch_one(sql, after=after)) and row[0] is not None:
        found.append(after := row[0])
    return found
