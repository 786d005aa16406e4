"""The entries of one kind of record: written with the records, and asked for candidates."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crm_cell.search import phones, store
from crm_cell.search.query import Condition, Query, condition_of_most
from crm_cell.search.store import Entry
from crm_cell.search.terms import core_term, exact_term
from crm_cell.storage.engine import Reader, Tx

Step = tuple[Any, Any]
"""A record before and after a write, None where there is none."""


class Searchable(msgspec.Struct, frozen=True):
    """By which fields records of one kind are found."""

    kind: str
    names: tuple[str, ...] = ()
    """Names and titles, which have pinyin too."""
    texts: tuple[str, ...] = ()
    """Longer texts."""
    phones: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    """Those of `names` that are names of companies."""

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.names, *self.texts, *self.phones)


class SearchIndex:
    def __init__(self, searchable: Searchable) -> None:
        self.searchable = searchable
        self.is_searched = bool(searchable.names or searchable.texts)

    async def write(self, tx: Tx, steps: Sequence[Step], *, held: bool = False) -> None:
        """Bring the entries to what the records are after a write. `held`: the transaction has
        encrypted their numbers, so that the keys stay current until it has ended."""
        if not self.is_searched:
            return
        entries = [
            await self._entry(tx, before, after, held=held)
            for before, after in steps
            if before is None or after is None or self._differ(before, after)
        ]
        if entries:
            await store.put(tx, entries)

    async def erase(self, tx: Tx, records: Sequence[Any]) -> None:
        """Of records that are deleted for good."""
        if self.is_searched:
            kind = self.searchable.kind
            await store.erase(tx, [(each.tenant_id, kind, each.id) for each in records])

    def _differ(self, before: Any, after: Any) -> bool:
        return any(getattr(before, name) != getattr(after, name) for name in self.searchable.fields)

    async def _entry(self, tx: Tx, before: Any, after: Any, *, held: bool) -> Entry:
        if after is None:
            return Entry(before.tenant_id, self.searchable.kind, before.id, removed=True)
        return await self.entry(tx, after, held=held, is_new=before is None)

    async def entry(
        self, tx: Tx, record: Any, *, held: bool = False, is_new: bool = False
    ) -> Entry:
        searchable = self.searchable
        phone_terms = [
            await phones.stored_term(tx, searchable.kind, tail, held=held)
            for name in searchable.phones
            if (number := getattr(record, name)) is not None
            for tail in phones.tails_of(number)
        ]
        return Entry(
            record.tenant_id,
            searchable.kind,
            record.id,
            [text for name in searchable.names if (text := getattr(record, name)) is not None],
            [text for name in searchable.texts if (text := getattr(record, name)) is not None],
            phone_terms,
            [getattr(record, name) for name in searchable.companies],
            is_new=is_new,
        )


async def find_exact(tx: Reader, tenant: str, kind: str, query: Query, limit: int) -> list[str]:
    """The ids of those of which a name is the whole query."""
    condition = ((exact_term(query.folded),),)
    return [each.record for each in await store.find(tx, tenant, kind, condition, limit=limit)]


async def find_core(
    tx: Reader, tenant: str, kind: str, words: Sequence[str], limit: int
) -> list[str]:
    """The ids of the newest companies whose name has the same core. Compare them."""
    condition = ((core_term("".join(words)),),)
    return [each.record for each in await store.find(tx, tenant, kind, condition, limit=limit)]


async def find_similar(
    tx: Reader, tenant: str, kind: str, words: Sequence[str], limit: int
) -> list[str]:
    """The ids of companies whose name has the same core, see `name_core.words_of`, and of those
    that share three quarters of its pairs: the newest, as many of each. Compare them."""
    conditions: list[Condition] = [((core_term("".join(words)),),)]
    if most := condition_of_most(words):
        conditions.append(most)
    found = [
        each.record
        for condition in conditions
        for each in await store.find(tx, tenant, kind, condition, limit=limit)
    ]
    return list(dict.fromkeys(found))
