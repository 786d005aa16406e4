"""Reads long tables page by page: no transaction stays open, and only one page is in memory."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

from crm_cell.resources.reading import RecordWithDeletion
from crm_cell.resources.store import Store
from crm_cell.storage.engine import Database, Reader

T = TypeVar("T")
P = TypeVar("P")
Page = list[RecordWithDeletion[Any]]

_RECORDS = 500
# Parents per transaction: most have few children.
_PARENTS = 200


async def walk(
    database: Database,
    name: str,
    tenant: str,
    step: Callable[[Reader, P], Awaitable[tuple[list[T], P | None]]],
    start: P,
) -> AsyncGenerator[list[T], None]:
    """Yields what each step finds. A step also returns its next position, None at the end."""
    place: P | None = start
    while place is not None:

        async def unit(tx: Reader, at: P = place) -> tuple[list[T], P | None]:
            return await step(tx, at)

        found, place = await database.read(name, tenant, unit, long=True)
        if found:
            yield found


def with_contact_details(
    database: Database, tenant: str, store: Store[Any]
) -> AsyncGenerator[Page, None]:
    """All records with a phone number or email address, including deleted ones."""

    async def step(tx: Reader, after: str) -> tuple[Page, str | None]:
        page = await store.with_contact_details(tx, tenant, after=after, limit=_RECORDS)
        return page, page[-1][0].id if len(page) == _RECORDS else None

    return walk(database, "subject.records", tenant, step, "")


def children_of(
    database: Database, tenant: str, store: Store[Any], field: str, parents: Sequence[str]
) -> AsyncGenerator[Page, None]:
    """All records whose reference `field` is one of the parents, including deleted ones."""

    async def step(tx: Reader, place: tuple[int, str]) -> tuple[Page, tuple[int, str] | None]:
        found: Page = []
        (number, after), last = place, place[0] + _PARENTS
        while number < min(last, len(parents)) and len(found) < _RECORDS:
            page = await store.all_including_deleted(
                tx, tenant, field, parents[number], after=after, limit=_RECORDS
            )
            found += page
            is_full = len(page) == _RECORDS
            number, after = (number, page[-1][0].id) if is_full else (number + 1, "")
        return found, (number, after) if number < len(parents) else None

    return walk(database, "subject.records", tenant, step, (0, ""))


def records(
    database: Database, tenant: str, store: Store[Any], ids: Sequence[str]
) -> AsyncGenerator[Page, None]:
    """The records of these ids that still exist, including deleted ones, in the order of `ids`."""

    async def step(tx: Reader, start: int) -> tuple[Page, int | None]:
        end = start + _PARENTS
        found = [await store.find_including_deleted(tx, tenant, each) for each in ids[start:end]]
        return [each for each in found if each is not None], end if end < len(ids) else None

    return walk(database, "subject.records", tenant, step, 0)
