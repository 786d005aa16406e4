"""Moving all that a database holds into another one, of either kind.

How far it has come stands in the target, written in the transactions that copy. Whatever stops a
move, the same command goes on behind the last row that is there: none is lost, and none doubled.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Protocol

import msgspec

from crm_cell.storage.engine import Row
from crm_cell.storage.errors import HALF_MOVED, CannotOpen
from crm_cell.storage.moving_tables import Key, MoveRefused, Step, Sums, Table, parents_first
from crm_cell.storage.open import is_postgres, place_of, sqlite_path

# Rows of one transaction: more are not faster, and answers kept for imports are large.
_PAGE = 2_000
_DIGEST_BYTES = 16


class House(Protocol):
    """A database to move out of, or into."""

    async def tables(self) -> list[Table]: ...

    async def sums(self, table: Table) -> Sums:
        """How many rows there are, and the sums of its numbers, as the database adds them up."""
        ...

    async def page(self, table: Table, last: Key | None, rows: int) -> list[Row]:
        """Rows behind `last`, in the order of the key."""
        ...

    async def hold(self) -> None:
        """From here on nobody else writes, as long as this is open."""
        ...

    async def unfinished(self) -> list[Step]:
        """How far a move has come that was stopped; nothing where there is none."""
        ...

    async def begin(self, steps: list[Step]) -> None: ...

    async def add(self, table: Table, rows: list[Row], before: Step, after: Step) -> None:
        """Insert, in one transaction with going from one step to the next."""
        ...

    async def gather_statistics(self, tables: list[Table]) -> None: ...

    async def finish(self) -> None: ...


class Watcher(Protocol):
    """Is told how it is getting on."""

    def begins(self, what: str, rows: int, done: int) -> None: ...

    def advances(self, table: str, rows: int) -> None: ...


class Moved(msgspec.Struct, frozen=True):
    """A table that is the same on both sides, and what was compared."""

    table: str
    sums: Sums
    digest: str


def move(source_url: str, target_url: str, watcher: Watcher) -> list[Moved]:
    """Copy, compare, and only then let the target be served. Both have this release's schema.

    Raises MoveRefused, or CannotOpen for what goes wrong with a database.
    """
    return asyncio.run(_move(source_url, target_url, watcher))


async def _move(source_url: str, target_url: str, watcher: Watcher) -> list[Moved]:
    async with AsyncExitStack() as stack:
        source = await _open(source_url, stack)
        target = await _open(target_url, stack)
        tables = await _common_tables(source, target)
        if await source.unfinished():
            raise MoveRefused("the source is itself only a part: a move into it was stopped")
        await source.hold()
        sums = {table.name: await source.sums(table) for table in tables}
        steps = await _begin_or_resume(target, tables, _steps(place_of(source_url), sums))
        rows = sum(step.rows for step in steps.values())
        watcher.begins("copying", rows, sum(step.done for step in steps.values()))
        try:
            for table in tables:
                await _copy(source, target, table, steps[table.name], watcher)
        except CannotOpen as error:
            raise CannotOpen(f"{error.reason}; {HALF_MOVED}") from error
        await target.gather_statistics(tables)
        watcher.begins("comparing", 2 * rows, 0)
        moved = [
            await _compare(source, target, table, sums[table.name], watcher) for table in tables
        ]
        await target.finish()
        return moved


async def _open(url: str, stack: AsyncExitStack) -> House:
    if is_postgres(url):
        from crm_cell.storage.moving_postgres import postgres_house

        return await stack.enter_async_context(postgres_house(url))
    from crm_cell.storage.moving_sqlite import sqlite_house

    return stack.enter_context(sqlite_house(sqlite_path(url)))


async def _common_tables(source: House, target: House) -> list[Table]:
    """The target's tables, which must be those of the source."""
    tables = await target.tables()
    here, there = _shape(await source.tables()), _shape(tables)
    if different := sorted(
        name for name in here.keys() | there.keys() if here.get(name) != there.get(name)
    ):
        raise MoveRefused(f"not the same tables on both sides: {', '.join(different)}")
    return parents_first(tables)


def _shape(tables: list[Table]) -> dict[str, tuple[set[str], tuple[str, ...]]]:
    return {table.name: (set(table.names), table.key) for table in tables}


def _steps(source: str, sums: dict[str, Sums]) -> list[Step]:
    return [Step(source, name, found["rows"]) for name, found in sums.items()]


async def _begin_or_resume(
    target: House, tables: list[Table], first: list[Step]
) -> dict[str, Step]:
    steps = await target.unfinished()
    if not steps:
        await _refuse_rows(target, tables)
        await target.begin(first)
        steps = first
    if steps[0].source != first[0].source:
        raise MoveRefused(f"it has an unfinished move from {steps[0].source}")
    if {(step.table, step.rows) for step in steps} != {(step.table, step.rows) for step in first}:
        raise MoveRefused("the source has changed since this move began: begin with a new target")
    return {step.table: step for step in steps}


async def _refuse_rows(target: House, tables: list[Table]) -> None:
    for table in tables:
        if await target.page(table, None, 1):
            raise MoveRefused(f"not empty: it has rows in {table.name}")


async def _copy(source: House, target: House, table: Table, step: Step, watcher: Watcher) -> None:
    async for rows in _pages(source, table, step.last):
        after = step.behind(rows, table)
        await target.add(table, rows, step, after)
        watcher.advances(table.name, len(rows))
        step = after


async def _compare(
    source: House, target: House, table: Table, here: Sums, watcher: Watcher
) -> Moved:
    if here != (there := await target.sums(table)):
        raise MoveRefused(_told(table, here, there))
    digest = await _digest(source, table, watcher)
    if digest != await _digest(target, table, watcher):
        raise MoveRefused(f"{table.name}: as many rows on both sides, but not the same")
    return Moved(table.name, here, digest)


def _told(table: Table, here: Sums, there: Sums) -> str:
    name = next(name for name in here if here[name] != there[name])
    what = name if name == "rows" else f"the sum of {name}"
    return f"{table.name}: {what}: {here[name]} in the source, {there[name]} in the target"


async def _digest(house: House, table: Table, watcher: Watcher) -> str:
    """A hash over every value of every row, as they come out of the database."""
    encode = msgspec.msgpack.Encoder().encode
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    async for rows in _pages(house, table, None):
        digest.update(b"".join(map(encode, rows)))
        watcher.advances(table.name, len(rows))
    return digest.hexdigest()


async def _pages(house: House, table: Table, last: Key | None) -> AsyncIterator[list[Row]]:
    while rows := await house.page(table, last, _PAGE):
        yield rows
        last = table.key_of(rows[-1])
