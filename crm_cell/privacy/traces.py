"""Traces of records in other tables: events, stored answers and audit entries."""

from collections.abc import AsyncGenerator

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Entry
from crm_cell.customers.importing import imported_ids, imported_names, report_about
from crm_cell.events import service as events
from crm_cell.events.service import Event
from crm_cell.idempotency import store as answers
from crm_cell.idempotency.store import Answered, Name
from crm_cell.kernel.ids import lowest_at
from crm_cell.merges.schemas import customers_of
from crm_cell.privacy.search_criteria import IMPORTED, SearchCriteria
from crm_cell.privacy.walking import walk
from crm_cell.resources.batch.schemas import results_about, shown_ids
from crm_cell.resources.importing.report import every_id, report_of_rows
from crm_cell.storage.engine import Database, Reader, Tx

_PAGE = 5_000
_RECORDS = 500
_ENTRIES = 2_000
# Answers about many records.
_IMPORT_OF_CUSTOMERS = "/customers/import"
_IMPORT = "/import"
_BATCH = "/batch"
_MERGES = ("/merge", "/undo")
_FROM_THE_START = Name("", "", "")

_Place = tuple[int, str]
"""The index of the record, and the id of its entry after which to continue."""


class Traces(msgspec.Struct):
    """Data about the person in other tables."""

    seen_at: int
    """The time of the search. Later traces are not included."""
    events: dict[str, str] = {}
    """The redacted data of events, by id."""
    answers: list[Name] = []
    entries: list[str] = []


def events_of(
    database: Database, tenant: str, criteria: SearchCriteria, since: int
) -> AsyncGenerator[list[Event], None]:
    """The events about the records since a time."""

    async def step(tx: Reader, after: str) -> tuple[list[Event], str | None]:
        page = await events.page(tx, tenant, after=after, most=_PAGE)
        found = [
            event
            for event in page
            if criteria.has_event(event.event_type, msgspec.json.decode(event.data))
        ]
        return found, page[-1].id if len(page) == _PAGE else None

    return walk(database, "subject.events", tenant, step, lowest_at(since - 1))


def answers_of(
    database: Database, tenant: str, criteria: SearchCriteria, since: int
) -> AsyncGenerator[list[Answered], None]:
    """The stored answers about the records since a time, without their bodies."""

    async def step(tx: Reader, after: Name) -> tuple[list[Answered], Name | None]:
        page = await answers.page(tx, tenant, after=after, since=since, most=_PAGE)
        found = [each for each in page if await _shows(tx, tenant, each, criteria)]
        return found, page[-1].name if len(page) == _PAGE else None

    return walk(database, "subject.answers", tenant, step, _FROM_THE_START)


async def answer_about(
    tx: Reader, tenant: str, answered: Answered, criteria: SearchCriteria
) -> bytes:
    """The body of an answer. Of an answer about many records, only what is about these records."""
    body = await answers.answer(tx, tenant, answered.name)
    if answered.name.path.endswith(_BATCH) and body:
        return results_about(body, criteria.all_ids)
    if not answered.name.path.endswith(_IMPORT) or not body:
        return body
    if answered.name.path != _IMPORT_OF_CUSTOMERS:
        return report_of_rows(body, criteria.has_record)
    return report_about(body, criteria.ids[IMPORTED], criteria.names)


def entries_of(
    database: Database, tenant: str, criteria: SearchCriteria
) -> AsyncGenerator[list[Entry], None]:
    """All audit entries of the records."""
    records = [(kind, each) for kind, ids in criteria.ids.items() for each in sorted(ids)]

    async def step(tx: Reader, place: _Place) -> tuple[list[Entry], _Place | None]:
        """Read the entries of some records, or of fewer if they have many."""
        found: list[Entry] = []
        (number, after), last = place, place[0] + _RECORDS
        while number < min(last, len(records)) and len(found) < _ENTRIES:
            page = await audit.of_record(tx, tenant, *records[number], after=after, most=_ENTRIES)
            found += page
            number, after = (number, page[-1].id) if len(page) == _ENTRIES else (number + 1, "")
        return found, (number, after) if number < len(records) else None

    return walk(database, "subject.entries", tenant, step, (0, ""))


async def _shows(tx: Reader, tenant: str, answered: Answered, criteria: SearchCriteria) -> bool:
    if answered.name.path.endswith(_BATCH):
        results = await answers.answer(tx, tenant, answered.name)
        return bool(results) and not criteria.all_ids.isdisjoint(shown_ids(results))
    if answered.name.path.endswith(_MERGES):
        result = await answers.answer(tx, tenant, answered.name)
        return any(map(criteria.has_record, [answered.resource_id, *customers_of(result)]))
    if not answered.name.path.endswith(_IMPORT):
        return criteria.has_record(answered.resource_id)
    report = await answers.answer(tx, tenant, answered.name)
    if answered.name.path != _IMPORT_OF_CUSTOMERS:
        return bool(report) and any(map(criteria.has_record, every_id(report)))
    return bool(report) and criteria.has_import(imported_ids(report), imported_names(report))


async def entries_to_redact(
    database: Database, tenant: str, criteria: SearchCriteria
) -> AsyncGenerator[str, None]:
    async for entries in entries_of(database, tenant, criteria):
        for entry in entries:
            changes = msgspec.json.decode(entry.changes)
            if entry.redacted is None and criteria.has_entry(
                entry.resource_type, entry.resource_id, entry.action, changes
            ):
                yield entry.id


async def current_time(tx: Tx) -> int:
    return tx.now
