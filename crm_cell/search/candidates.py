"""The candidates of a query, page by page."""

from typing import Final

from crm_cell.search import phones, store
from crm_cell.search.query import Condition, Query, condition_of
from crm_cell.search.store import Candidate, Place
from crm_cell.storage.engine import Reader

# On PostgreSQL, what fewer than one in so many of the newest entries have is found by its terms.
# Comparing entries with many terms takes longer.
_NEWEST, _NEWEST_OF_MANY_TERMS, _MANY_TERMS = 100, 40, 8
# By terms all entries are found at once, however few are wanted.
_AT_ONCE: Final = 1_000


class Candidates:
    """All records that match the query are among them, newest first, and a few that do not match:
    compare."""

    def __init__(self, tx: Reader, tenant: str, kind: str, query: Query) -> None:
        self._tx, self._tenant, self._kind, self._query = tx, tenant, kind, query
        self._condition: Condition | None = None
        self._by_terms = tx.dialect == "sqlite"  # which stops when it has found enough
        self._ahead: list[Candidate] = []
        self._place: Place | None = None
        self._exhausted = False

    async def some(self, many: int) -> list[str]:
        """The ids of the next ones; fewer than `many` if there are no others. `many` is one of a
        few numbers."""
        if len(self._ahead) < many and not self._exhausted:
            await self._read(many)
        page, self._ahead = self._ahead[:many], self._ahead[many:]
        return [each.record for each in page]

    async def _read(self, many: int) -> None:
        if self._condition is None:
            others = await phones.stored_terms(self._tx, self._kind, self._query)
            self._condition = condition_of(self._query, others)
        found: list[Candidate] = []
        if not self._by_terms:
            found = await self._find(self._condition, many, _newest(self._condition, many))
            self._by_terms = len(found) < many
        if self._by_terms:
            limit = many if self._tx.dialect == "sqlite" else _AT_ONCE
            found = await self._find(self._condition, limit, None)
            self._exhausted = len(found) < limit
        if found:
            self._place = found[-1].place
        self._ahead += found

    async def _find(self, condition: Condition, limit: int, newest: int | None) -> list[Candidate]:
        return await store.find(
            self._tx,
            self._tenant,
            self._kind,
            condition,
            limit=limit,
            before=self._place,
            newest=newest,
        )


def _newest(condition: Condition, many: int) -> int:
    terms = sum(map(len, condition))
    return many * (_NEWEST_OF_MANY_TERMS if terms >= _MANY_TERMS else _NEWEST)
