"""Exports all data about a person as one JSON document, in constant memory and a stable order."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from crm_cell.audit.service import Entry
from crm_cell.events.service import Event
from crm_cell.idempotency.store import Answered
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.privacy.data_subject import DataSubject, Fate, Found
from crm_cell.privacy.search_criteria import SearchCriteria, search_criteria
from crm_cell.privacy.traces import answer_about, answers_of, entries_of, events_of
from crm_cell.privacy.walking import records
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.external.store import ExternalKey
from crm_cell.resources.reading import RecordWithDeletion
from crm_cell.resources.service import Service
from crm_cell.resources.services import Services
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Database, Reader, Tx

Json = dict[str, Any]
_BEGINNING = 1


class Exporter:
    """Exports what `find` has found. The audit log names `actor`."""

    def __init__(
        self,
        database: Database,
        services: Services,
        actor: Actor,
        subject: DataSubject,
        found: Found,
    ) -> None:
        self._database = database
        self._services = services
        self._actor = actor
        self._tenant = actor.tenant
        self._subject = subject
        self._found = found

    async def run(self, write: Callable[[bytes], object]) -> dict[str, int]:
        """Record the export in the audit log and export. Returns object counts by member."""
        at = await self._database.write("subject.export", self._tenant, self._record)
        head = {
            "exportedAt": format_time(at),
            "tenantId": self._tenant,
            "subject": self._subject.criterion,
        }
        write(msgspec.json.encode(head)[:-1])
        counts = {}
        for name, batches in self._members().items():
            write(b',\n"%b":[' % name.encode())
            counts[name] = await _write_all(write, batches)
            write(b"]")
        write(b"}\n")
        return counts

    async def _record(self, tx: Tx) -> int:
        people = {table: {*self._found.of(Fate.CLEARED, table)} for table in self._found.tables}
        for table, identifier in self._found.people:
            people[table].add(identifier)
        for service in self._services:
            for each in sorted(people[service.resource.table]):
                found = await service.store.find_including_deleted(tx, self._tenant, each)
                if found is not None:
                    await service.changes.record_read(
                        tx, self._actor, "exported", found[0], self._found.counts
                    )
        return tx.now

    def _members(self) -> Mapping[str, AsyncIterable[Iterable[Json]]]:
        """The members of the document, in order."""
        criteria = search_criteria(self._services.registry, self._found, untouched=True)
        where = self._database, self._tenant, criteria
        return {camel(each.resource.table): self._records(each) for each in self._services} | {
            "externalIds": self._external_ids(),
            "auditLogs": _each(_entry, entries_of(*where)),
            "events": _each(_event, events_of(*where, _BEGINNING)),
            "answers": self._answers(criteria),
        }

    async def _records(self, service: Service[Any]) -> AsyncIterator[list[Json]]:
        ids = self._found.all_of(service.resource.table)
        async for page in records(self._database, self._tenant, service.store, ids):
            yield [_in_full(service, each) for each in page]

    async def _external_ids(self) -> AsyncIterator[list[Json]]:
        for service in self._services:
            resource, ids = service.resource, self._found.all_of(service.resource.table)
            if not ids or not resource.has_external_ids:
                continue

            async def unit(
                tx: Reader, kind: str = resource.name, ids: Sequence[str] = ids
            ) -> list[tuple[str, ExternalKey]]:
                return [
                    (each, key)
                    for each in ids
                    for key in await external_ids.of_record(tx, self._tenant, kind, each)
                ]

            found = await self._database.read("subject.keys", self._tenant, unit, long=True)
            member = camel(resource.id_member)
            yield [
                {member: each, "source": key.source, "externalId": key.external_id}
                for each, key in found
            ]

    async def _answers(self, criteria: SearchCriteria) -> AsyncIterator[list[Json]]:
        async for page in answers_of(self._database, self._tenant, criteria, _BEGINNING):
            for each in page:
                read = partial(answer_about, tenant=self._tenant, answered=each, criteria=criteria)
                body = await self._database.read("subject.answer", self._tenant, read, long=True)
                yield [_answer(each, body)]


async def _write_all(
    write: Callable[[bytes], object], batches: AsyncIterable[Iterable[Json]]
) -> int:
    """Write one object per line. Returns their number."""
    count = 0
    async for batch in batches:
        for each in batch:
            write((b",\n" if count else b"\n") + msgspec.json.encode(each))
            count += 1
    return count


async def _each(
    make: Callable[[Any], Json], pages: AsyncIterable[Iterable[Any]]
) -> AsyncIterator[list[Json]]:
    async for page in pages:
        yield [make(each) for each in page]


def _in_full(service: Service[Any], found: RecordWithDeletion[Any]) -> Json:
    record, deleted_at = found
    deletion = {"deletedAt": format_time(deleted_at)} if deleted_at is not None else {}
    return service.changes.snapshots.in_full(record) | deletion


def _entry(entry: Entry) -> Json:
    return {
        "auditLogId": entry.id,
        "actor": entry.actor,
        "action": entry.action,
        "resourceType": entry.resource_type,
        "resourceId": entry.resource_id,
        "changes": msgspec.Raw(entry.changes.encode()),
        "requestId": entry.request_id,
        "createdAt": format_time(entry.created_at),
    }


def _event(event: Event) -> Json:
    return {
        "eventId": event.id,
        "eventType": event.event_type,
        "timestamp": format_time(event.created_at),
        "data": msgspec.Raw(event.data.encode()),
    }


def _answer(answered: Answered, body: bytes) -> Json:
    return {
        "method": answered.name.method,
        "path": answered.name.path,
        "requestId": answered.name.key,
        "createdAt": format_time(answered.created_at),
        "body": msgspec.Raw(body or b"null"),
    }
