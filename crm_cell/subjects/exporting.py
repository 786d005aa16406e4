"""All that is kept of a person as one JSON document, in constant memory and in one order."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Entry
from crm_cell.contacts import service as contacts
from crm_cell.customers import service as customers
from crm_cell.events.service import Event
from crm_cell.follow_ups.service import Of
from crm_cell.idempotency.store import Answered
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.entity import Kept, in_full
from crm_cell.storage.engine import Database, Reader, Tx
from crm_cell.subjects.belongings import (
    Page,
    contracts_of,
    follow_ups_of,
    opportunities_of,
    payments_of,
)
from crm_cell.subjects.rules import Found, Sought, Subject, sought
from crm_cell.subjects.traces import answers_of, entries_of, events_of, said_in
from crm_cell.subjects.walking import records

Json = dict[str, Any]
_DAWN = 1


class Exporting:
    """Of what has been found, in one tenant, by whom the trail will name."""

    def __init__(self, database: Database, actor: Actor, subject: Subject, found: Found) -> None:
        self._database = database
        self._actor = actor
        self._tenant = actor.tenant
        self._subject = subject
        self._found = found

    async def run(self, write: Callable[[bytes], object]) -> dict[str, int]:
        """Put it on the trail, and then hand it out; tells how much it was, by member."""
        at = await self._database.write("subject.export", self._tenant, self._record)
        asked = {
            name: value for name, value in msgspec.structs.asdict(self._subject).items() if value
        }
        head = {"exportedAt": format_time(at), "tenantId": self._tenant, "subject": asked}
        write(msgspec.json.encode(head)[:-1])
        counts = {}
        for name, batches in self._members().items():
            write(b',\n"%b":[' % name.encode())
            counts[name] = await _write_all(write, batches)
            write(b"]")
        write(b"}\n")
        return counts

    async def _record(self, tx: Tx) -> int:
        told: dict[str, object] = dict(self._found.counts)
        people: list[Kept[Any] | None] = [
            await customers.kept(tx, self._tenant, each) for each in self._of_customers
        ]
        if not self._found.customers:  # else they are handed out as a customer's
            people += [await contacts.kept(tx, self._tenant, each) for each in self._found.contacts]
        for kept in filter(None, people):
            await audit.record_reading(tx, self._actor, "exported", kept[0], told)
        return tx.now

    @property
    def _of_customers(self) -> list[str]:
        return [*self._found.customers, *self._found.reached]

    def _members(self) -> dict[str, AsyncIterable[Iterable[Json]]]:
        """In the order of the document."""
        every = self._database, self._tenant, sought(self._found, money=True)
        tenant, found = self._tenant, self._found
        follow_ups = [follow_ups_of(tenant, Of(customer_id=each)) for each in found.customers]
        if not found.customers:
            follow_ups = [follow_ups_of(tenant, Of(contact_id=each)) for each in found.contacts]
        return {
            "customers": self._one_by_one(self._of_customers, customers.kept),
            "contacts": self._one_by_one(found.contacts, contacts.kept),
            "opportunities": self._records(
                [opportunities_of(tenant, each) for each in found.customers]
            ),
            "followUps": self._records(follow_ups),
            "contracts": self._records([contracts_of(tenant, each) for each in found.customers]),
            "payments": self._records([payments_of(tenant, each) for each in found.contracts]),
            "auditLogs": _each(_entry, entries_of(*every)),
            "events": _each(_event, events_of(*every, _DAWN)),
            "answers": self._answers(every[2]),
        }

    async def _one_by_one(
        self, ids: list[str], kept: Callable[[Reader, str, str], Awaitable[Kept[Any] | None]]
    ) -> AsyncIterator[list[Json]]:
        for each in ids:
            read = partial(_read, kept=kept, tenant=self._tenant, identifier=each)
            found = await self._database.read("subject.record", self._tenant, read, long=True)
            yield [_record(found)] if found else []

    async def _records(self, of: list[Page]) -> AsyncIterator[list[Json]]:
        for page in of:
            async for found in records(self._database, self._tenant, page):
                yield [_record(kept) for kept in found]

    async def _answers(self, of: Sought) -> AsyncIterator[list[Json]]:
        async for page in answers_of(self._database, self._tenant, of, _DAWN):
            for each in page:
                read = partial(said_in, tenant=self._tenant, answered=each, sought=of)
                body = await self._database.read("subject.answer", self._tenant, read, long=True)
                yield [_answer(each, body)]


async def _write_all(
    write: Callable[[bytes], object], batches: AsyncIterable[Iterable[Json]]
) -> int:
    """One record a line."""
    count = 0
    async for batch in batches:
        for record in batch:
            write((b",\n" if count else b"\n") + msgspec.json.encode(record))
            count += 1
    return count


async def _read(
    tx: Reader,
    kept: Callable[[Reader, str, str], Awaitable[Kept[Any] | None]],
    tenant: str,
    identifier: str,
) -> Kept[Any] | None:
    return await kept(tx, tenant, identifier)


async def _each(
    shown: Callable[[Any], Json], pages: AsyncIterable[Iterable[Any]]
) -> AsyncIterator[list[Json]]:
    async for page in pages:
        yield [shown(each) for each in page]


def _record(kept: Kept[Any]) -> Json:
    entity, deleted_at = kept
    hidden = {"deletedAt": format_time(deleted_at)} if deleted_at is not None else {}
    return in_full(entity) | hidden


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
