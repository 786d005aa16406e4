"""What it costs to keep a copy in step by the changes feed.

    python -m benchmarks.changes [--records 50000] [--changed 500] [--folder /var/tmp]

A database of so many customers, some of which are changed. Measured are the incremental sync (all
pages of the feed, with the records), for the whole tenant and for one of its ten owners, and how
long a change takes from the answer of its write to the feed.
"""

import asyncio
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.arguments import parser_of
from benchmarks.databases import Databases, a_folder, databases_of
from benchmarks.in_process import Application
from benchmarks.seed_rows import TENANT

ROUNDS = 5
WRITES = 10
OWNER = "owner-1"


async def follow(application: Application, after: str, user: str | None) -> tuple[int, float]:
    """How many records have changed, and how long it took to read them."""
    began, changes, caught_up = time.perf_counter(), 0, False
    while not caught_up:
        query = f"after={after}&limit=1000&include=data&collapse=true"
        page = await application.send("GET", "/changes", query, user=user)
        changes += len(page["data"])
        after, caught_up = page["next"], page["caughtUp"]
    return changes, time.perf_counter() - began


async def now(application: Application) -> str:
    """The end of the feed, when nothing more comes for a while."""
    before = ""
    while True:
        cursor: str = (await application.send("GET", "/changes/now"))["next"]
        if cursor == before:
            return cursor
        before = cursor
        await asyncio.sleep(1)


async def change(application: Application, customers: list[Any], number: int) -> None:
    for customer in customers:
        path = f"/customers/{customer['customerId']}"
        await application.send("PATCH", path, body={"status": 1 + number % 2})


async def lag(application: Application) -> float:
    """Seconds from the answer of a write to that of a request that waits for it."""
    cursor = await now(application)
    waiting = asyncio.create_task(application.send("GET", "/changes", f"after={cursor}&wait=20"))
    await asyncio.sleep(0.3)
    await application.send("POST", "/customers", body={"name": f"lag {time.time_ns()}"})
    began = time.perf_counter()
    await waiting
    return time.perf_counter() - began


async def measure(url: str, changed: int) -> None:
    async with Application(url, TENANT) as application:
        customers: list[Any] = []
        for page in range(1, 1 + -(-changed // 500)):
            query = f"page={page}&pageSize=500"
            customers += (await application.send("GET", "/customers", query))["data"]
        taken: dict[str | None, list[float]] = {None: [], OWNER: []}
        found: dict[str | None, int] = {}
        for number in range(1, ROUNDS + 1):
            cursor = await now(application)
            await change(application, customers[:changed], number)
            await now(application)
            for user, seconds in taken.items():
                found[user], one = await follow(application, cursor, user)
                seconds.append(one)
        for user, seconds in taken.items():
            took = f"{min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f} ms"
            print(f"  sync of {user or 'the whole tenant'}: {found[user]} records in {took}")
        lags = [await lag(application) for _ in range(WRITES)]
        print(f"  lag: {statistics.median(lags) * 1000:.0f} ms, at most {max(lags) * 1000:.0f}")


def measure_in(databases: Databases, records: int, changed: int) -> None:
    place = databases.seeded("changes", records)
    print(f"{databases.kind} {databases.version}, {changed} of {records} customers changed")
    asyncio.run(measure(place.url, changed))


def main() -> None:
    arguments = parser_of("benchmarks.changes")
    arguments.add_argument("--records", type=int, default=50_000)
    arguments.add_argument("--changed", type=int, default=500)
    given = arguments.parse_args()
    with a_folder(given.folder) as folder:
        for kind in given.engines:
            with databases_of(kind, Path(folder)) as databases:
                measure_in(databases, given.records, given.changed)


if __name__ == "__main__":
    main()
