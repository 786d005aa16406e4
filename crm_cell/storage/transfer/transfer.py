"""Transfers all data of a database into another one, of either kind.

The progress is stored in the target, in the same transactions as the rows. After an interruption
the same command continues after the last copied row, so no row is lost or doubled.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Protocol

import msgspec

from crm_cell.storage.engine import Row
from crm_cell.storage.errors import UNFINISHED_TRANSFER, CannotOpen
from crm_cell.storage.open import is_postgres, place_of, sqlite_path
from crm_cell.storage.transfer.tables import Key, Step, Sums, Table, TransferRefused, parents_first

# Rows of one transaction. More are not faster, and the stored answers of imports are large.
_PAGE = 2_000
_DIGEST_BYTES = 16


class Endpoint(Protocol):
    """A database as source or target of a transfer."""

    async def tables(self) -> list[Table]: ...

    async def sums(self, table: Table) -> Sums:
        """The number of rows and the sums of the columns, as the database computes them."""
        ...

    async def page(self, table: Table, last: Key | None, rows: int) -> list[Row]:
        """Rows after the key `last`, in the order of the key."""
        ...

    async def lock(self) -> None:
        """Block all other writers until the database is closed."""
        ...

    async def unfinished(self) -> list[Step]:
        """The steps of an interrupted transfer, none if there is none."""
        ...

    async def begin(self, steps: list[Step]) -> None: ...

    async def add(self, table: Table, rows: list[Row], before: Step, after: Step) -> None:
        """Insert rows and advance the step, in one transaction."""
        ...

    async def gather_statistics(self, tables: list[Table]) -> None: ...

    async def finish(self) -> None: ...


class Progress(Protocol):
    """Receives the progress of a transfer."""

    def begins(self, what: str, rows: int, done: int) -> None: ...

    def advances(self, table: str, rows: int) -> None: ...


class TransferResult(msgspec.Struct, frozen=True):
    """A table that is equal in both databases, and what was compared."""

    table: str
    sums: Sums
    digest: str


def transfer(source_url: str, target_url: str, progress: Progress) -> list[TransferResult]:
    """Copy and compare; only then can the target be used. Both have this release's schema.

    Raises TransferRefused, or CannotOpen for what goes wrong with a database.
    """
    return asyncio.run(_transfer(source_url, target_url, progress))


async def _transfer(source_url: str, target_url: str, progress: Progress) -> list[TransferResult]:
    async with AsyncExitStack() as stack:
        source = await _open(source_url, stack)
        target = await _open(target_url, stack)
        tables = await _common_tables(source, target)
        if await source.unfinished():
            raise TransferRefused("the source is incomplete: a transfer into it is unfinished")
        await source.lock()
        sums = {table.name: await source.sums(table) for table in tables}
        steps = await _begin_or_resume(target, tables, _steps(place_of(source_url), sums))
        rows = sum(step.rows for step in steps.values())
        progress.begins("copying", rows, sum(step.done for step in steps.values()))
        try:
            for table in tables:
                await _copy(source, target, table, steps[table.name], progress)
        except CannotOpen as error:
            raise CannotOpen(f"{error.reason}; {UNFINISHED_TRANSFER}") from error
        await target.gather_statistics(tables)
        progress.begins("comparing", 2 * rows, 0)
        moved = [
            await _compare(source, target, table, sums[table.name], progress) for table in tables
        ]
        await target.finish()
        return moved


async def _open(url: str, stack: AsyncExitStack) -> Endpoint:
    if is_postgres(url):
        from crm_cell.storage.transfer.postgres import postgres_endpoint

        return await stack.enter_async_context(postgres_endpoint(url))
    from crm_cell.storage.transfer.sqlite import sqlite_endpoint

    return stack.enter_context(sqlite_endpoint(sqlite_path(url)))


async def _common_tables(source: Endpoint, target: Endpoint) -> list[Table]:
    """The tables of the target. Raises TransferRefused if the source has others."""
    tables = await target.tables()
    in_source, in_target = _shape(await source.tables()), _shape(tables)
    if different := sorted(
        name
        for name in in_source.keys() | in_target.keys()
        if in_source.get(name) != in_target.get(name)
    ):
        raise TransferRefused(f"not the same tables on both sides: {', '.join(different)}")
    return parents_first(tables)


def _shape(tables: list[Table]) -> dict[str, tuple[set[str], tuple[str, ...]]]:
    return {table.name: (set(table.names), table.key) for table in tables}


def _steps(source: str, sums: dict[str, Sums]) -> list[Step]:
    return [Step(source, name, found["rows"]) for name, found in sums.items()]


async def _begin_or_resume(
    target: Endpoint, tables: list[Table], first: list[Step]
) -> dict[str, Step]:
    steps = await target.unfinished()
    if not steps:
        await _refuse_rows(target, tables)
        await target.begin(first)
        steps = first
    if steps[0].source != first[0].source:
        raise TransferRefused(f"it has an unfinished move from {steps[0].source}")
    if {(step.table, step.rows) for step in steps} != {(step.table, step.rows) for step in first}:
        raise TransferRefused(
            "the source has changed since this move began: begin with a new target"
        )
    return {step.table: step for step in steps}


async def _refuse_rows(target: Endpoint, tables: list[Table]) -> None:
    for table in tables:
        if await target.page(table, None, 1):
            raise TransferRefused(f"not empty: it has rows in {table.name}")


async def _copy(
    source: Endpoint, target: Endpoint, table: Table, step: Step, progress: Progress
) -> None:
    async for rows in _pages(source, table, step.last):
        after = step.behind(rows, table)
        await target.add(table, rows, step, after)
        progress.advances(table.name, len(rows))
        step = after


async def _compare(
    source: Endpoint, target: Endpoint, table: Table, in_source: Sums, progress: Progress
) -> TransferResult:
    if in_source != (in_target := await target.sums(table)):
        raise TransferRefused(_difference(table, in_source, in_target))
    digest = await _digest(source, table, progress)
    if digest != await _digest(target, table, progress):
        raise TransferRefused(f"{table.name}: as many rows on both sides, but not the same")
    return TransferResult(table.name, in_source, digest)


def _difference(table: Table, in_source: Sums, in_target: Sums) -> str:
    name = next(name for name in in_source if in_source[name] != in_target[name])
    what = name if name == "rows" else f"the sum of {name}"
    return f"{table.name}: {what}: {in_source[name]} in the source, {in_target[name]} in the target"


async def _digest(endpoint: Endpoint, table: Table, progress: Progress) -> str:
    """A hash over every value of every row as read from the database."""
    encode = msgspec.msgpack.Encoder().encode
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    async for rows in _pages(endpoint, table, None):
        digest.update(b"".join(map(encode, rows)))
        progress.advances(table.name, len(rows))
    return digest.hexdigest()


async def _pages(endpoint: Endpoint, table: Table, last: Key | None) -> AsyncIterator[list[Row]]:
    while rows := await endpoint.page(table, last, _PAGE):
        yield rows
        last = table.key_of(rows[-1])
