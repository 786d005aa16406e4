"""Going through long tables by pages: no transaction stays open, and memory holds one page."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from crm_cell.kernel.entity import E, Kept
from crm_cell.storage.engine import Database, Reader

T = TypeVar("T")
P = TypeVar("P")

_RECORDS = 500

OfParent = Callable[[Reader, str, int], Awaitable[list[T]]]
"""Given an id to begin behind and a number, so many of what belongs to something."""


async def walk(
    database: Database,
    name: str,
    tenant: str,
    step: Callable[[Reader, P], Awaitable[tuple[list[T], P | None]]],
    start: P,
) -> AsyncGenerator[list[T], None]:
    """What each step finds, which also tells the place to go on from, None at the end."""
    place: P | None = start
    while place is not None:

        async def unit(tx: Reader, at: P = place) -> tuple[list[T], P | None]:
            return await step(tx, at)

        found, place = await database.read(name, tenant, unit, long=True)
        if found:
            yield found


def records(
    database: Database, tenant: str, of: OfParent[Kept[E]]
) -> AsyncGenerator[list[Kept[E]], None]:
    async def step(tx: Reader, after: str) -> tuple[list[Kept[E]], str | None]:
        page = await of(tx, after, _RECORDS)
        return page, page[-1][0].id if len(page) == _RECORDS else None

    return walk(database, "subject.records", tenant, step, "")


async def ids(database: Database, tenant: str, of: OfParent[Kept[E]]) -> list[str]:
    return [each.id async for page in records(database, tenant, of) for each, _ in page]
