"""SQL of records that stand below others of their resource. Deleted ones count."""

from crm_cell.kernel.hierarchy import Parents
from crm_cell.resources.resource import AnyResource
from crm_cell.storage.engine import Reader


class LineageStore:
    """Of one resource, by the column of its reference to its own table."""

    def __init__(self, resource: AnyResource, above: str) -> None:
        self._table, self._above = resource.table, above
        self._parent = f"SELECT {above} FROM {self._table} WHERE tenant_id = :tenant AND id = :id"

    async def parents(self, tx: Reader, tenant: str, identifier: str) -> Parents:
        """Of a record and those above it."""
        found: dict[str, str | None] = {}
        place: str | None = identifier
        while place is not None and place not in found:
            row = await tx.fetch_one(self._parent, tenant=tenant, id=place)
            if row is None:
                break
            found[place] = row[0]
            place = row[0]
        return found

    async def reaches(self, tx: Reader, tenant: str, identifier: str, levels: int) -> bool:
        """Whether there is a record so many levels below, one of them being the next."""
        table, above = self._table, self._above
        joined = "".join(
            f" JOIN {table} AS t{level} ON t{level}.tenant_id = :tenant"
            f" AND t{level}.{above} = t{level - 1}.id"
            for level in range(2, levels + 1)
        )
        sql = (
            f"SELECT 1 FROM {table} AS t1{joined}"
            f" WHERE t1.tenant_id = :tenant AND t1.{above} = :id LIMIT 1"
        )
        return await tx.fetch_one(sql, tenant=tenant, id=identifier) is not None
