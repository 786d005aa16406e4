"""How SQLite goes about what a list asks of it."""

from crm_cell.storage.engine import Reader, Row


class Explaining:
    """Reads, and notes the steps of each statement's plan."""

    for_update = for_share = ""

    def __init__(self, tx: Reader) -> None:
        self._tx = tx
        self.now, self.boundaries = tx.now, tx.boundaries
        self.may_take_long = tx.may_take_long
        self.near, self.seals = tx.near, tx.seals
        self.plans: list[str] = []

    async def one(self, sql: str, /, **params: object) -> Row | None:
        await self._explain(sql, params)
        return await self._tx.one(sql, **params)

    async def all(self, sql: str, /, **params: object) -> list[Row]:
        await self._explain(sql, params)
        return await self._tx.all(sql, **params)

    async def _explain(self, sql: str, params: dict[str, object]) -> None:
        steps = await self._tx.all(f"EXPLAIN QUERY PLAN {sql}", **params)
        self.plans.append("; ".join(str(step[3]) for step in steps))
