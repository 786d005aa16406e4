"""What is said of records elsewhere: events, stored answers and audit entries."""

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
from crm_cell.storage.engine import Database, Reader
from crm_cell.subjects.rules import Sought
from crm_cell.subjects.walking import walk

_PAGE = 5_000
_RECORDS = 500
_ENTRIES = 2_000
# The one answer that tells of many customers.
_IMPORT = "/customers/import"
_FROM_THE_START = Name("", "", "")

_Place = tuple[int, str]
"""Which of the records, and the entry of it to go on behind."""


def events_of(
    database: Database, tenant: str, sought: Sought, since: int
) -> AsyncGenerator[list[Event], None]:
    """What was told from a moment on."""

    async def step(tx: Reader, after: str) -> tuple[list[Event], str | None]:
        page = await events.page(tx, tenant, after=after, most=_PAGE)
        found = [
            event
            for event in page
            if sought.has_event(event.event_type, msgspec.json.decode(event.data))
        ]
        return found, page[-1].id if len(page) == _PAGE else None

    return walk(database, "subject.events", tenant, step, lowest_at(since - 1))


def answers_of(
    database: Database, tenant: str, sought: Sought, since: int
) -> AsyncGenerator[list[Answered], None]:
    """What was answered from a moment on, without what was said; as far as it is still kept."""

    async def step(tx: Reader, after: Name) -> tuple[list[Answered], Name | None]:
        page = await answers.page(tx, tenant, after=after, since=since, most=_PAGE)
        found = [each for each in page if await _shows(tx, tenant, each, sought)]
        return found, page[-1].name if len(page) == _PAGE else None

    return walk(database, "subject.answers", tenant, step, _FROM_THE_START)


async def said_in(tx: Reader, tenant: str, answered: Answered, sought: Sought) -> bytes:
    """What was answered, as far as it is about them."""
    body = await answers.answer(tx, tenant, answered.name)
    if answered.name.path != _IMPORT or not body:
        return body
    return report_about(body, sought.ids["customer"], sought.names)


def entries_of(
    database: Database, tenant: str, sought: Sought
) -> AsyncGenerator[list[Entry], None]:
    """All that the trail says of the records."""
    records = [(kind, each) for kind, ids in sought.ids.items() for each in sorted(ids)]

    async def step(tx: Reader, place: _Place) -> tuple[list[Entry], _Place | None]:
        """So many records, or entries of a few that have more."""
        found: list[Entry] = []
        (number, after), last = place, place[0] + _RECORDS
        while number < min(last, len(records)) and len(found) < _ENTRIES:
            page = await audit.of_record(tx, tenant, *records[number], after=after, most=_ENTRIES)
            found += page
            number, after = (number, page[-1].id) if len(page) == _ENTRIES else (number + 1, "")
        return found, (number, after) if number < len(records) else None

    return walk(database, "subject.entries", tenant, step, (0, ""))


async def _shows(tx: Reader, tenant: str, answered: Answered, sought: Sought) -> bool:
    if answered.name.path != _IMPORT:
        return sought.has_record(answered.resource_id)
    report = await answers.answer(tx, tenant, answered.name)
    return bool(report) and sought.has_import(imported_ids(report), imported_names(report))
