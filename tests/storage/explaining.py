"""How a database goes about what a list asks of it."""

from crm_cell.storage.engine import Reader, Row


class Explaining:
    """Reads, and notes the steps of each statement's plan."""

    for_update = for_share = ""

    def __init__(self, tx: Reader) -> None:
        self._tx = tx
        self.now, self.rank_index = tx.now, tx.rank_index
        self.may_take_long, self.dialect = tx.may_take_long, tx.dialect
        self.in_process, self.cipher = tx.in_process, tx.cipher
        self.settings = tx.settings
        self.plans: list[str] = []

    async def fetch_one(self, sql: str, /, **params: object) -> Row | None:
        await self._explain(sql, params)
        return await self._tx.fetch_one(sql, **params)

    async def fetch_all(self, sql: str, /, **params: object) -> list[Row]:
        await self._explain(sql, params)
        return await self._tx.fetch_all(sql, **params)

    async def fetch_within(self, seconds: float, sql: str, /, **params: object) -> list[Row]:
        await self._explain(sql, params)
        return await self._tx.fetch_within(seconds, sql, **params)

    async def _explain(self, sql: str, params: dict[str, object]) -> None:
        if self.dialect == "sqlite":
            steps = await self._tx.fetch_all(f"EXPLAIN QUERY PLAN {sql}", **params)
        else:
            steps = await self._tx.fetch_all(f"EXPLAIN (COSTS OFF) {sql}", **params)
        self.plans.append("; ".join(str(step[-1]) for step in steps))
