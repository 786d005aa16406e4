"""What a create writes beside its record: bytes of each table, and the share of the event's row.

    python -m benchmarks.log_tables [--creates 4000] [--rounds 20] [--folder /var/tmp]

Creates run in this process, through the whole application but without a socket, 32 at a time. With
and without the event they take turns; of each the fastest round counts, since whatever else the
machine does only makes a round slower. Function calls are those of one create in a profile.
"""

import asyncio
import contextlib
import cProfile
import itertools
import pstats
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import asyncpg

from benchmarks.arguments import parser_of
from benchmarks.databases import Databases, a_folder, databases_of
from benchmarks.in_process import Application
from crm_cell.events import service as events

CALLERS = 32
PROFILED = 200
ROUND = 640
"""Creates of one turn."""
_names = itertools.count(1)


class Creates(Application):
    """Of customers, with a phone number and one of ten owners."""

    async def create(self) -> None:
        number = next(_names)
        body = {"name": f"杭州云图 {number}", "contactPhone": f"13800{number % 1000000:06d}"}
        await self.send("POST", "/customers", body=body, user=f"user-{number % 10}")

    async def create_many(self, many: int) -> tuple[float, float]:
        """Microseconds for each: of the clock, and of this process."""

        async def one_after_another() -> None:
            for _ in range(many // CALLERS):
                await self.create()

        began, spent = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one_after_another() for _ in range(CALLERS)))
        done = many // CALLERS * CALLERS
        clock, cpu = time.perf_counter() - began, time.process_time() - spent
        return clock / done * 1e6, cpu / done * 1e6


@contextlib.contextmanager
def without_events() -> Iterator[None]:
    emit = events.emit

    async def nothing(*_: object) -> None:
        """No row."""

    events.emit = nothing  # type: ignore[assignment]
    try:
        yield
    finally:
        events.emit = emit


async def profiled(service: Creates) -> int:
    """Function calls of one create."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(PROFILED):
        await service.create()
    profile.disable()
    calls: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return round(calls / PROFILED)


def measure(databases: Databases, creates: int, rounds: int) -> None:
    print(f"\n{databases.kind} {databases.version}, {creates} customers")
    asyncio.run(weigh(databases.seeded("tables", 0).url, creates))
    asyncio.run(take_turns(databases.seeded("turns", 0).url, creates, rounds))


async def weigh(url: str, creates: int) -> None:
    async with Creates(url, "acme") as service:
        await service.create_many(creates)
    print("  bytes of a customer, by table")
    for table, size in await sizes(url):
        if size / creates >= 20:
            print(f"    {table:<30}{size / creates:8.0f}")


async def take_turns(url: str, creates: int, rounds: int) -> None:
    async with Creates(url, "acme") as service:
        await service.create_many(creates)
        with_calls = await profiled(service)
        with without_events():
            without_calls = await profiled(service)
        best: dict[bool, tuple[float, float]] = {True: (1e9, 1e9), False: (1e9, 1e9)}
        for turn in range(rounds):
            for has_event in (True, False) if turn % 2 else (False, True):
                with contextlib.nullcontext() if has_event else without_events():
                    took = await service.create_many(ROUND)
                best[has_event] = min(best[has_event][0], took[0]), min(best[has_event][1], took[1])
    print(f"  function calls of a create: {with_calls}, without its event {without_calls}")
    for place_in_pair, what in enumerate(("by the clock", "of this process")):
        one, other = best[True][place_in_pair], best[False][place_in_pair]
        print(f"  µs of a create {what}: {one:.0f}, without {other:.0f}, {1 - other / one:.1%}")


async def sizes(url: str) -> list[tuple[Any, ...]]:
    """Of each table, the largest first, with its indexes."""
    if url.startswith("sqlite"):
        with contextlib.closing(apsw.Connection(url.removeprefix("sqlite:///"))) as file:
            rows = file.execute(
                "SELECT t.tbl_name, sum(s.pgsize) FROM dbstat AS s"
                " JOIN sqlite_schema AS t ON t.name = s.name GROUP BY 1 ORDER BY 2 DESC"
            ).fetchall()
            return [(str(row[0]), int(str(row[1]))) for row in rows]
    server = await asyncpg.connect(url)
    try:
        await server.execute("VACUUM")
        return [
            tuple(row)
            for row in await server.fetch(
                "SELECT relname::text, pg_total_relation_size(oid) FROM pg_class"
                " WHERE relkind = 'r' AND relrowsecurity ORDER BY 2 DESC"
            )
        ]
    finally:
        await server.close()


def main() -> None:
    arguments = parser_of("benchmarks.log_tables")
    arguments.add_argument("--creates", type=int, default=4_000)
    arguments.add_argument("--rounds", type=int, default=20)
    given = arguments.parse_args()
    with a_folder(given.folder) as folder:
        for kind in given.engines:
            with databases_of(kind, Path(folder)) as databases:
                measure(databases, given.creates, given.rounds)


if __name__ == "__main__":
    main()
