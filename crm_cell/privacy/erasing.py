"""Erases all data about a person, beside a running service.

First the records are soft-deleted as a user would delete them, and marked so that they cannot be
restored: from then on nothing changes them. Then their traces in other tables are removed, and
finally the records themselves. So after an interruption `find` finds what remains, and the same
erasure completes it. Each step is a short, idempotent transaction.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.events import service as events
from crm_cell.fields import Field, OnDelete
from crm_cell.idempotency import store as answers
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict
from crm_cell.privacy.anonymising import anonymous, without_contact_details
from crm_cell.privacy.data_subject import Fate, Found
from crm_cell.privacy.merged import forget_merges
from crm_cell.privacy.search_criteria import search_criteria
from crm_cell.privacy.traces import Traces, answers_of, current_time, entries_to_redact, events_of
from crm_cell.privacy.walking import Page, records
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.reading import RecordWithDeletion
from crm_cell.resources.record import R, Record
from crm_cell.resources.resource import AnyResource, Resource
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.resources.views import camel
from crm_cell.search.store import purge as purge_search_index
from crm_cell.storage.engine import EVERY_TENANT, Database, Tenant, Tx

T = TypeVar("T")

# Rows per transaction. They take a few hundredths of a second, for which other writers wait.
_ROWS = 200
# The service retries every 10 ms while it waits for a file's lock.
_PAUSE_SECONDS = 0.02
# Clocks of processes differ, and a transaction may have begun long before it becomes visible.
_SKEW_MS = 600_000
_BEGINNING = 1


class Eraser:
    """Erases what `find` has found. The audit log names `actor`."""

    def __init__(self, database: Database, services: Services, actor: Actor, found: Found) -> None:
        self._database = database
        self._services = services
        self._rules = services.registry.erasure
        self._actor = actor
        self._tenant = actor.tenant
        self._found = found
        self._criteria = search_criteria(services.registry, found, untouched=False)
        self._found_by_id = not found.by_contact_details
        self._grew = False

    async def traces(self) -> Traces:
        """All traces that exist now."""
        oldest = self._criteria.oldest - _SKEW_MS
        # An import report may contain a name from before the record was created.
        return await self._traces(oldest, _BEGINNING if self._found.names else oldest)

    async def run(self, traces: Traces) -> None:
        """Erase everything. `traces` are those that were found before. Raises Conflict if a person
        who was to be deleted must remain by now: then `find` has to run again."""
        await self._withdraw()
        await self._redact(traces)
        await self._redact_later_than(traces)
        await self._maintain(lambda tx: forget_merges(tx, self._tenant, self._found))
        await self._erase()
        # Traces that were being written while their record was withdrawn.
        if self._grew or self._changes_until_erased():
            await self._redact_later_than(traces)
        await purge_search_index(self._database)

    def _changes_until_erased(self) -> bool:
        """Whether requests could change some records until they were erased."""
        stays_until_last = self._found.has(Fate.ANONYMISED) and not self._found_by_id
        is_never_deleted = any(
            self._found.of(Fate.DELETED, each.table)
            for each in self._rules.children_first
            if not each.is_deletable
        )
        return self._found.has(Fate.CLEARED) or stays_until_last or is_never_deleted

    # Withdrawing

    async def _withdraw(self) -> None:
        for service in self._services:
            if not service.resource.is_person:
                await self._anonymise_all(service)
        for person in self._rules.people:
            service = self._services.of(person)
            for each in self._found.of(Fate.DELETED, person.table):
                await self._write(partial(self._delete, service=service, identifier=each))
                await self._delete_children(person, each, stays=False)
            for each in self._found.of(Fate.ANONYMISED, person.table):
                await self._write(partial(self._mark_staying, service=service, identifier=each))
                await self._delete_children(person, each, stays=True)
        for resource in self._rules.children_first:
            if resource.is_deletable and not resource.is_person:
                await self._delete_rest(self._services.of(resource))

    async def _delete(self, tx: Tx, service: Service[Any], identifier: str) -> None:
        """Delete the record before its children, so that no child can be added. Raises Conflict."""
        if (found := await self._lock(tx, service, identifier)) is None:
            return
        record, deleted_at = found
        await self._mark_erased(tx, service, record)
        await self._check_restrictions(tx, service.resource, identifier)
        for child, field in self._rules.clearing(service.resource):
            await self._services.of(child).let_go(tx, self._actor, field, identifier)
        if deleted_at is None and service.resource.is_deletable:
            await service.delete(tx, self._actor, record)

    async def _mark_staying(self, tx: Tx, service: Service[Any], identifier: str) -> None:
        """A person who was found by number or address keeps it until the end, to be found again."""
        found = await self._lock(tx, service, identifier)
        if found is not None:
            await self._mark_erased(tx, service, found[0])
            if self._found_by_id:
                await self._anonymise_person(tx, service, found)

    async def _mark_erased(self, tx: Tx, service: Service[Any], record: Record) -> None:
        """Mark the record as erased, and its deleted children as not restorable."""
        await service.store.mark_erased(tx, record)
        for child, field in self._rules.cascading(service.resource):
            if child.is_deleted_with_parent and not _is_deleted_with(field):
                store = self._services.of(child).store
                await store.keep_deleted(tx, self._tenant, field.name, record.id)

    async def _delete_children(self, person: AnyResource, identifier: str, *, stays: bool) -> None:
        """Delete children in batches until one is not full: if the person remains, new ones may be
        added in the meantime."""
        for child, field in self._rules.cascading(person):
            if child.is_deletable and not (stays and self._rules.may_stay(child)):
                delete_some = partial(
                    self._services.of(child).delete_some,
                    actor=self._actor,
                    field=field,
                    parent=identifier,
                    limit=_ROWS,
                )
                while await self._write(delete_some) == _ROWS:
                    pass

    async def _delete_rest(self, service: Service[Any]) -> None:
        """Delete records that no deletion of a person cascades to, e.g. references with KEEP."""
        ids = self._found.of(Fate.DELETED, service.resource.table)
        async for page in records(self._database, self._tenant, service.store, ids):
            live = [record.id for record, deleted_at in page if deleted_at is None]
            for some in _slices(live):
                await self._write(partial(self._delete_live, service=service, ids=some))

    async def _delete_live(self, tx: Tx, service: Service[Any], ids: Sequence[str]) -> None:
        found = [
            await service.store.find_including_deleted(tx, self._tenant, each, tx.for_update)
            for each in ids
        ]
        live = [each[0] for each in found if each is not None and each[1] is None]
        await service.soft_delete(tx, self._actor, live)

    # Anonymising

    async def _anonymise_all(self, service: Service[Any]) -> None:
        """Anonymise records. Their amounts remain; no audit entry or event has the former text."""

        async def unit(tx: Tx, ids: Sequence[str]) -> None:
            for each in ids:
                found = await service.store.find_including_deleted(
                    tx, self._tenant, each, tx.for_update
                )
                if found is not None and await self._replace(tx, service, found, anonymous):
                    await self._emit_erased(tx, service, found[0])

        for some in _slices(self._found.of(Fate.ANONYMISED, service.resource.table)):
            await self._write(partial(unit, ids=some))

    async def _anonymise_person(
        self, tx: Tx, service: Service[Any], found: RecordWithDeletion[Any]
    ) -> None:
        if await self._replace(tx, service, found, anonymous):
            await self._record_erasure(tx, service, found[0])

    async def _clear(self, tx: Tx, service: Service[Any], identifier: str) -> None:
        found = await self._lock(tx, service, identifier)
        if found is not None and await self._replace(tx, service, found, without_contact_details):
            await self._record_erasure(tx, service, found[0])

    async def _replace(
        self,
        tx: Tx,
        service: Service[Any],
        found: RecordWithDeletion[R],
        remaining: Callable[[Resource[R], R, int], R],
    ) -> bool:
        """Returns False if nothing had to be removed."""
        record, deleted_at = found
        after = remaining(service.resource, record, tx.now)
        if after is record:
            return False
        await service.store.update(tx, record, after, live=deleted_at is None)
        return True

    # Redacting traces

    async def _traces(self, events_since: int, answers_since: int) -> Traces:
        where = self._database, self._tenant, self._criteria
        found = Traces(seen_at=await self._write(current_time))
        names: frozenset[str] = frozenset()
        async for page in events_of(*where, max(_BEGINNING, events_since)):
            for event in page:
                data = msgspec.json.decode(event.data)
                names |= self._criteria.names_in(event.event_type, data)
                if (remaining := self._criteria.redacted(event.event_type, data)) != data:
                    found.events[event.id] = msgspec.json.encode(remaining).decode()
        named = self._criteria.and_named(names)
        async for answered in answers_of(self._database, self._tenant, named, answers_since):
            found.answers += [each.name for each in answered]
        found.entries = [entry async for entry in entries_to_redact(*where)]
        return found

    async def _redact_later_than(self, traces: Traces) -> None:
        since = traces.seen_at - _SKEW_MS
        await self._redact(await self._traces(since, since))

    async def _redact(self, traces: Traces) -> None:
        """The audit log comes last, because it contains the names that identify stored answers."""
        erase_answers = partial(answers.erase_answers, tenant=self._tenant)
        for names in _slices(traces.answers):
            await self._maintain(partial(erase_answers, names=names))
        replace = partial(events.replace, tenant=self._tenant)
        for data in _slices(list(traces.events.items())):
            await self._maintain(partial(replace, data=dict(data)))
        redact_entries = partial(audit.redact, tenant=self._tenant)
        for entries in _slices(traces.entries):
            await self._maintain(partial(redact_entries, ids=entries))

    # Erasing the records

    async def _erase(self) -> None:
        """Erase each record after those that refer to it."""
        for resource in self._rules.children_first:
            service = self._services.of(resource)
            ids = self._found.of(Fate.DELETED, resource.table)
            for some in _slices(ids, 1 if resource.is_person else _ROWS):
                erase_some = partial(self._erase_records, service=service, ids=some)
                self._add_to_criteria(await self._maintain(erase_some))
            for some in _slices(self._found.of(Fate.ANONYMISED, resource.table)):
                erase_below = partial(self._erase_below_staying, resource=resource, ids=some)
                self._add_to_criteria(await self._maintain(erase_below))
        for person in self._rules.people:
            service = self._services.of(person)
            staying = self._found.of(Fate.ANONYMISED, person.table)
            for some in _slices(staying):
                await self._maintain(partial(self._remove_external_ids, person=person, ids=some))
            for each in staying:
                if not self._found_by_id:
                    await self._write(
                        partial(self._finish_staying, service=service, identifier=each)
                    )
            for each in self._found.of(Fate.CLEARED, person.table):
                await self._write(partial(self._clear, service=service, identifier=each))

    async def _remove_external_ids(self, tx: Tx, person: AnyResource, ids: Sequence[str]) -> None:
        """Other systems find the person by them."""
        await external_ids.remove(tx, person.name, [(self._tenant, each) for each in ids])

    async def _finish_staying(self, tx: Tx, service: Service[Any], identifier: str) -> None:
        found = await self._lock(tx, service, identifier)
        if found is not None:
            await self._anonymise_person(tx, service, found)

    async def _erase_records(
        self, tx: Tx, service: Service[Any], ids: Sequence[str]
    ) -> dict[str, set[str]]:
        """Erase records with late references to them. Returns the late ids by resource name."""
        late: dict[str, set[str]] = {}
        found = [await self._lock(tx, service, each) for each in ids]
        page = [each for each in found if each is not None]
        await self._erase_page(tx, service, page, late)
        return late

    async def _erase_below_staying(
        self, tx: Tx, resource: AnyResource, ids: Sequence[str]
    ) -> dict[str, set[str]]:
        late: dict[str, set[str]] = {}
        for each in ids:
            await self._erase_below(tx, resource, each, late, stays=True)
        return late

    async def _erase_below(
        self,
        tx: Tx,
        resource: AnyResource,
        identifier: str,
        late: dict[str, set[str]],
        *,
        stays: bool = False,
    ) -> None:
        """Erase late references to a record. Those that were found are gone, so they are few."""
        for child, field in self._rules.cascading(resource):
            if stays and self._rules.may_stay(child):
                continue
            service = self._services.of(child)
            while page := await service.store.all_including_deleted(
                tx,
                self._tenant,
                field.name,
                identifier,
                after="",
                limit=_ROWS,
                lock=tx.for_deletion,
            ):
                late.setdefault(child.name, set()).update(record.id for record, _ in page)
                await self._erase_page(tx, service, page, late)

    async def _erase_page(
        self, tx: Tx, service: Service[Any], page: Page, late: dict[str, set[str]]
    ) -> None:
        for record, _ in page:
            await self._erase_below(tx, service.resource, record.id, late)
            await self._check_restrictions(tx, service.resource, record.id)
        await service.store.erase(tx, page)
        if service.resource.is_person:
            for record, _ in page:
                await self._record_erasure(tx, service, record)

    def _add_to_criteria(self, late: dict[str, set[str]]) -> None:
        """Add records about the person that were created during the erasure."""
        for resource, ids in late.items():
            if new := ids - self._criteria.ids[resource]:
                self._criteria = self._criteria.and_also(resource, new)
                self._grew = True

    # Steps

    async def _lock(
        self, tx: Tx, service: Service[Any], identifier: str
    ) -> tuple[Any, int | None] | None:
        """Lock a record against changes and new references until the transaction ends."""
        return await service.store.find_including_deleted(
            tx, self._tenant, identifier, tx.for_deletion
        )

    async def _check_restrictions(self, tx: Tx, resource: AnyResource, identifier: str) -> None:
        """Raises Conflict if a new reference requires that the record remains."""
        for child, field in self._rules.anonymising(resource):
            store = self._services.of(child).store
            if await store.any_of(tx, self._tenant, field.name, identifier):
                raise Conflict

    async def _record_erasure(self, tx: Tx, service: Service[Any], record: Record) -> None:
        """Write counts to the audit log and the record's id to an event, but no contents."""
        action = Action(service.resource.name, record.id, None, self._found.counts)
        await audit.record(tx, self._actor, "erased", [action])
        await self._emit_erased(tx, service, record)

    async def _emit_erased(self, tx: Tx, service: Service[Any], record: Record) -> None:
        """With the ids that the record has, and no more."""
        resource = service.resource
        event = resource.event("erased")
        if event is not None:
            references = {
                camel(field.name): identifier
                for field in resource.references
                if (identifier := getattr(record, field.name)) is not None
            }
            ids = {camel(resource.id_member): record.id} | references
            [readers] = await service.changes.access.readers(tx, [record])
            details = events.Details(record.version + 1, users=readers)
            await events.emit(tx, self._actor, event, [ids], [details])

    async def _write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        return await self._unit(self._tenant, unit)

    async def _maintain(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        """Write with the maintenance role: requests may not delete rows or change events."""
        return await self._unit(EVERY_TENANT, unit)

    async def _unit(self, tenant: Tenant, unit: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a transaction and pause, so that others may write."""
        result = await self._database.write("subject.erase", tenant, unit)
        await asyncio.sleep(_PAUSE_SECONDS)
        return result


def _is_deleted_with(field: Field) -> bool:
    return field.reference is not None and field.reference.on_delete is OnDelete.CASCADE


def _slices(of: Sequence[T], size: int = _ROWS) -> Iterator[Sequence[T]]:
    return (of[at : at + size] for at in range(0, len(of), size))
