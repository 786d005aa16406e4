"""Finds all records about a person, by phone number, email address or a record."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from crm_cell.audit import service as audit
from crm_cell.customers.resource import customers
from crm_cell.kernel.masking import mask_email, mask_phone
from crm_cell.kernel.positions import END
from crm_cell.kernel.text import name_key
from crm_cell.merges import store as merges
from crm_cell.merges.store import Merge
from crm_cell.privacy.data_subject import DataSubject, Fate, Found, Similar
from crm_cell.privacy.matching import Match, Matching, matching_email, matching_phone
from crm_cell.privacy.search_criteria import IMPORTED
from crm_cell.privacy.walking import children_of, walk, with_contact_details
from crm_cell.resources.record import Record
from crm_cell.resources.registry import Child
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Database, Reader

_ENTRIES = 500
_Mask = Callable[[str], str | None]
_Ids = Mapping[str, set[str]]
"""Ids by table."""


async def find(database: Database, services: Services, tenant: str, subject: DataSubject) -> Found:
    """All records about a person. For a number or address, compares all of the tenant."""
    finder = _Finder(database, services, tenant)
    if subject.id is not None:
        assert subject.resource is not None, "an id is that of a record of a resource"
        await finder.find_record(services.named(subject.resource), subject.id)
    elif subject.phone is not None:
        await finder.find_matching("phone", matching_phone(subject.phone), mask_phone)
    elif subject.email is not None:
        await finder.find_matching("email", matching_email(subject.email), mask_email)
    return finder.found


class _Finder:
    def __init__(self, database: Database, services: Services, tenant: str) -> None:
        self._database = database
        self._services = services
        self._registry = services.registry
        self._rules = services.registry.erasure
        self._tenant = tenant
        self._added: set[tuple[str, str]] = set()
        self.found = Found(tuple(each.table for each in services.registry))

    async def find_record(self, service: Service[Any], identifier: str) -> None:
        async def unit(tx: Reader) -> Record | None:
            found = await service.store.find_including_deleted(tx, self._tenant, identifier)
            if found is not None and service.resource.name == IMPORTED:
                self.found.names = await self._names(tx, found[0])
            return found[0] if found is not None else None

        record = await self._database.read("subject.record", self._tenant, unit, long=True)
        if record is not None:
            merged = await self._merged_into(identifier) if service.resource is customers else []
            await self._add_people(service.resource, [identifier, *merged])

    async def _merged_into(self, customer: str) -> list[str]:
        """They are the same person."""

        async def unit(tx: Reader) -> list[str]:
            return await merges.merged_into(tx, self._tenant, customer)

        return await self._database.read("subject.merged", self._tenant, unit, long=True)

    async def find_matching(self, kind: str, match: Matching, mask: _Mask) -> None:
        """Compare all fields of this kind."""
        self.found.by_contact_details = True
        people: list[tuple[AnyResource, list[str]]] = []
        for resource in self._registry:
            fields = [field.name for field in resource.encrypted if field.kind == kind]
            if fields:
                people.append((resource, await self._matching(resource, fields, match, mask)))
        for resource, ids in people:
            if resource.is_organisation:
                self.found.add(Fate.CLEARED, {resource.table: ids})
            else:
                await self._add_people(resource, ids)
        self.found.merges = await self._matching_merges(kind, match)

    async def _matching_merges(self, kind: str, match: Matching) -> list[str]:
        """Merges that have replaced such a number or address."""
        name = f"contact_{kind}"

        async def step(tx: Reader, before: str) -> tuple[list[Merge], str | None]:
            page = await merges.page(tx, self._tenant, None, before, _ENTRIES)
            return page, page[-1].id if len(page) == _ENTRIES else None

        return [
            each.id
            async for page in walk(self._database, "subject.merges", self._tenant, step, END)
            for each in page
            if (value := getattr(each, name)) is not None and match(value) is Match.SAME
        ]

    async def _matching(
        self, resource: AnyResource, fields: list[str], match: Matching, mask: _Mask
    ) -> list[str]:
        same: list[str] = []
        store = self._services.of(resource).store
        async for page in with_contact_details(self._database, self._tenant, store):
            for record, _ in page:
                matches = {
                    value: match(value)
                    for name in fields
                    if (value := getattr(record, name)) is not None
                }
                if Match.SAME in matches.values():
                    same.append(record.id)
                self.found.similar += [
                    Similar(resource.name, record.id, mask(value) or "")
                    for value, found in matches.items()
                    if found is Match.SIMILAR
                ]
        return same

    async def _names(self, tx: Reader, record: Record) -> set[str]:
        """Its name, and former names that the audit log still contains."""
        resource = self._services.named(IMPORTED).resource
        title = resource.title
        assert title is not None, "what is imported has a name"
        names = {name_key(getattr(record, title))}
        after = ""
        while entries := await audit.of_record(
            tx, self._tenant, IMPORTED, record.id, after=after, most=_ENTRIES
        ):
            for entry in entries:
                values = msgspec.json.decode(entry.changes).get(camel(title), {})
                names |= {name_key(name) for name in values.values() if isinstance(name, str)}
            after = entries[-1].id
        return names

    # Related records

    async def _add_people(self, resource: AnyResource, ids: list[str]) -> None:
        """Add people with all records that refer to them, and the fate of each."""
        self.found.people += [(resource.table, each) for each in ids]
        if self._rules.may_stay(resource):
            for each in ids:
                await self._add_person(resource, each)
        else:
            self.found.add(Fate.DELETED, await self._closure(resource, ids))

    async def _add_person(self, resource: AnyResource, identifier: str) -> None:
        """Delete a person with their records, or anonymise them if records that must remain refer
        to any of these."""
        self._added.add((resource.table, identifier))
        deleted = await self._closure(resource, [identifier])
        retained = await self._retained(deleted)
        if not any(retained.values()):
            self.found.add(Fate.DELETED, deleted)
            return
        await self._add_people_among(deleted)
        staying = {
            table: ids
            for table, ids in deleted.items()
            if self._rules.may_stay(self._registry.of_table(table))
        }
        self.found.add(Fate.ANONYMISED, staying | {resource.table: {identifier}})
        self.found.add(Fate.DELETED, deleted)
        for table, ids in retained.items():
            fields = self._registry.of_table(table).fields.values()
            is_personal = any(field.personal for field in fields)
            self.found.add(Fate.ANONYMISED if is_personal else Fate.UNTOUCHED, {table: ids})

    async def _add_people_among(self, deleted: _Ids) -> None:
        """Add other people among the records, e.g. the contacts of a customer, each of whom may
        remain or not. They come first, since a record about one of them shares their fate."""
        for other in self._rules.people:
            if self._rules.may_stay(other):
                for each in sorted(deleted[other.table]):
                    if (other.table, each) not in self._added:
                        await self._add_person(other, each)

    async def _closure(self, resource: AnyResource, ids: Iterable[str]) -> dict[str, set[str]]:
        """The records together with all that are deleted with them."""
        return await self._with_children({resource.table: set(ids)}, self._rules.cascading)

    async def _with_children(
        self, start: _Ids, children: Callable[[AnyResource], Iterable[Child]]
    ) -> dict[str, set[str]]:
        """The records together with all that refer to them, directly or indirectly."""
        found = {each.table: set(start.get(each.table, ())) for each in self._registry}
        pending = [(self._registry.of_table(table), ids) for table, ids in start.items() if ids]
        while pending:
            resource, parents = pending.pop()
            for child, field in children(resource):
                new = await self._ids(child, field.name, parents) - found[child.table]
                found[child.table] |= new
                if new:
                    pending.append((child, new))
        return found

    async def _retained(self, deleted: _Ids) -> _Ids:
        """The records that remain although they refer to deleted ones, with their children."""
        retained: dict[str, set[str]] = {}
        for table, ids in deleted.items():
            for child, field in self._rules.anonymising(self._registry.of_table(table)):
                new = await self._ids(child, field.name, ids) - deleted[child.table]
                retained[child.table] = retained.get(child.table, set()) | new
        below = await self._with_children(retained, self._registry.children)
        return {table: ids - deleted[table] for table, ids in below.items()}

    async def _ids(self, child: AnyResource, field: str, parents: Iterable[str]) -> set[str]:
        store = self._services.of(child).store
        pages = children_of(self._database, self._tenant, store, field, sorted(parents))
        return {record.id async for page in pages for record, _ in page}
