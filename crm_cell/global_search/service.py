"""Searching records of every kind for part of a name, pinyin, or a number."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crm_cell.global_search.hits import Group, Hit
from crm_cell.kernel.actor import Actor
from crm_cell.resources.record import Record
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.search.candidates import Candidates
from crm_cell.search.index import find_exact
from crm_cell.search.matching import Match, Quality, match
from crm_cell.search.phones import asked_tail, tails_of
from crm_cell.search.query import Query
from crm_cell.storage.engine import Reader
from crm_cell.storage.errors import TakesLong

# Candidates are read and compared so many at a time; the first few hold up nobody.
_FIRST, _NEXT = 50, 200
# A caller who sees few of many candidates gets fewer hits than there are, not an endless search.
_MOST_CANDIDATES = 4_000
_MOST_EXACT = 10
_FEWEST_DIGITS, _MOST_DIGITS = 7, 20
_PHONE_MARKS = frozenset("+-()./ \u00a0")


class GlobalSearch:
    def __init__(self, services: Services) -> None:
        self._services = services
        self.kinds = {
            service.resource.name: service
            for service in services
            if service.store.index.is_searched
        }
        """What can be searched, by name."""

    async def search(
        self, tx: Reader, actor: Actor, query: Query, kinds: Sequence[str], limit: int
    ) -> list[Group]:
        """Of each kind the best hits among those that the caller's lists show. Raises TakesLong."""
        groups = []
        for kind in kinds:
            search = _KindSearch(tx, actor, query, self.kinds[kind], limit)
            if (found := await search.run()).hits:
                groups.append(await self._with_parents(tx, actor, found))
        return groups

    async def _with_parents(self, tx: Reader, actor: Actor, group: Group) -> Group:
        field = next((each for each in group.service.resource.references), None)
        if field is None or field.reference is None:
            return group
        parents = self._services.of(self._services.registry.of_table(field.reference.path))
        ids = {getattr(hit.record, field.name) for hit in group.hits} - {None}
        found = await parents.store.find_many(tx, actor, sorted(ids))
        titles = {each.id: parents.resource.title_of(each) for each in found}
        hits = [
            msgspec.structs.replace(hit, parent=titles.get(getattr(hit.record, field.name)))
            for hit in group.hits
        ]
        return msgspec.structs.replace(group, hits=hits)


class _KindSearch:
    """One search among the records of one kind."""

    def __init__(
        self, tx: Reader, actor: Actor, query: Query, service: Service[Any], limit: int
    ) -> None:
        self._tx = tx
        self._actor = actor
        self._query = query
        self._service = service
        self._limit = limit
        self._kind = service.resource.name
        self._hits: dict[str, Hit] = {}

    async def run(self) -> Group:
        await self._add_numbers()
        exhausted = await self._add_candidates()
        best = sorted(self._hits.values(), key=lambda hit: hit.record.id, reverse=True)
        best.sort(key=lambda hit: (-hit.score, not self._is_own(hit)))
        return Group(self._service, best[: self._limit], len(best) > self._limit or not exhausted)

    async def _add_candidates(self) -> bool:
        """Whether all have been looked at."""
        if self._query.is_empty:
            return True
        candidates = Candidates(self._tx, self._actor.tenant, self._kind, self._query)
        seen, size = 0, _FIRST
        while seen < _MOST_CANDIDATES:
            page = await candidates.some(size)
            await self._compare(page)
            if len(page) < size:
                return True
            if len(self._hits) >= max(self._limit, _FIRST):
                break
            if not self._tx.may_take_long:
                raise TakesLong
            seen, size = seen + len(page), _NEXT
        # Whose name is the query is shown, however many contain it.
        exact = await find_exact(self._tx, self._actor.tenant, self._kind, self._query, _MOST_EXACT)
        await self._compare(exact)
        return False

    async def _compare(self, ids: Sequence[str]) -> None:
        new = [each for each in ids if each not in self._hits]
        for record in await self._service.store.find_many(self._tx, self._actor, new):
            if matches := [*self._matches(record)]:
                self._add(record, matches)

    def _matches(self, record: Record) -> list[Match]:
        index = self._service.store.index.searchable
        texts = [
            (name, text, name in index.texts)
            for name in (*index.names, *index.texts)
            if (text := getattr(record, name)) is not None
        ]
        found = match(self._query, texts)
        tail = asked_tail(self._query)
        if tail is not None:
            found += [
                Match(name, Quality.PHONE, ())
                for name in index.phones
                if (number := getattr(record, name)) is not None and tail in tails_of(number)
            ]
        return found

    async def _add_numbers(self) -> None:
        """Those of a whole number or a whole address."""
        for name, value in self._contact_details():
            records = await self._service.store.with_contact_detail(
                self._tx, self._actor, name, value, limit=self._limit + 1
            )
            for record in records:
                self._add(record, [Match(name, Quality.EXACT, ())])

    def _contact_details(self) -> list[tuple[str, str]]:
        text = self._query.text.strip()
        kind = "email" if _is_address(text) else "phone" if _is_number(text) else None
        return [(each.name, text) for each in self._service.resource.encrypted if each.kind == kind]

    def _add(self, record: Record, matches: list[Match]) -> None:
        known = self._hits.get(record.id)
        owner = self._service.owner_of(record)
        every = [*known.matches, *matches] if known else matches
        self._hits[record.id] = Hit(self._service, record, every, owner)

    def _is_own(self, hit: Hit) -> bool:
        return hit.owner is not None and hit.owner in (self._actor.user, self._actor.owner)


def _is_address(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name) and "." in domain and " " not in text


def _is_number(text: str) -> bool:
    digits = sum(map(str.isdecimal, text))
    others = {char for char in text if not char.isdecimal()}
    return _FEWEST_DIGITS <= digits <= _MOST_DIGITS and others <= _PHONE_MARKS
