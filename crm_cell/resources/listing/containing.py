"""`~`: the records of which a text contains what a search would find in it."""

from time import monotonic
from typing import Any, Final

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import QueryTooBroad
from crm_cell.resources.listing.members import CONTAINS, ListMember
from crm_cell.resources.statements import Scope
from crm_cell.resources.store import Store
from crm_cell.search.candidates import Candidates
from crm_cell.search.matching import match
from crm_cell.search.query import Query, parse
from crm_cell.storage.engine import Reader
from crm_cell.storage.errors import TakesLong

MOST_FOUND: Final = 1_000
"""By one condition; a filter is a list of as many ids."""
MOST_CANDIDATES: Final = 20_000
_SECONDS: Final = 2.0
# Candidates are read and compared so many at a time; the first few hold up nobody.
_FIRST, _NEXT = 50, 200


class Containing:
    """The search index of one resource, for its filters."""

    def __init__(self, store: Store[Any]) -> None:
        self._store = store
        self._texts = store.index.searchable.texts
        self.fields = frozenset((*store.index.searchable.names, *self._texts))
        """That have the operator, by name."""

    async def ids(self, tx: Reader, actor: Actor, member: ListMember, text: str) -> list[str]:
        """All that the caller may read and that contain the text. Raises QueryTooBroad, rather than
        leave some out, and TakesLong."""
        query = parse(text)
        if query.is_empty:
            return []
        found: list[str] = []
        seen, size, ends = 0, _FIRST, monotonic() + _SECONDS
        candidates = Candidates(tx, actor.tenant, self._store.resource.name, query)
        while True:
            page = await candidates.some(size)
            found += await self._matching(tx, actor, member, query, page)
            seen += len(page)
            if len(found) > MOST_FOUND:
                raise QueryTooBroad(f"{member.wire} {CONTAINS}")
            if len(page) < size:
                return found
            if seen >= MOST_CANDIDATES or monotonic() > ends:
                raise QueryTooBroad(f"{member.wire} {CONTAINS}")
            if not tx.may_take_long:
                raise TakesLong
            size = _NEXT

    async def _matching(
        self, tx: Reader, actor: Actor, member: ListMember, query: Query, ids: list[str]
    ) -> list[str]:
        assert member.field is not None, "what is searched is declared"
        name = member.field.name
        is_long = name in self._texts
        return [
            record.id
            for record in await self._store.find_many(tx, actor, ids, Scope.READABLE)
            if (text := getattr(record, name)) is not None and match(query, [(name, text, is_long)])
        ]
