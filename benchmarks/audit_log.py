"""The audit log: the speed of verification, and the cost of the hash chain for writers.

Usage: python -m benchmarks.audit_log [--entries 100000] [--engines …] [--folder FOLDER]

Writers are measured alternately with and without the chain, all of them in one tenant: if the chain
made them wait for each other, the ratio would show it.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from benchmarks.arguments import parser_of
from benchmarks.databases import Place, a_folder, databases_of
from crm_cell.audit import chain, store
from crm_cell.audit.store import Entry
from crm_cell.audit.verification import verify
from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.opening import open_database, start
from crm_cell.registry import make_services
from crm_cell.settings import Settings
from crm_cell.storage.engine import BeforeCommit, Database, Tx

_CUSTOMERS = make_services().get(CustomerService)
_KEY = "5c" * 32
_ALICE = Actor("acme", user="alice", owner="alice")
_AT_ONCE = 2_000
_WRITERS = 32
_SECONDS = 2.0
_ROUNDS = 7
_numbers = count()


async def without_a_chain(tx: Tx, entries: list[Entry]) -> None:
    await store.insert(tx, entries)


async def _measure(kind: str, place: Place, entries: int) -> None:
    settings = Settings(database_url=place.url, demo=False, audit_key=_KEY)
    async with _opened(settings) as database:
        chained, bare = list[float](), list[float]()
        for _ in range(_ROUNDS):
            chained.append(await _creates_per_second(database, chain.extend))
            bare.append(await _creates_per_second(database, without_a_chain))
        ratios = sorted(one / other for one, other in zip(chained, bare, strict=True))
        print(
            f"{kind}: {_WRITERS} writers of one tenant, chained {statistics.median(chained):,.0f}"
            f" creates/s, without {statistics.median(bare):,.0f}: ratio"
            f" {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
        )
    async with _opened(settings) as database:
        await _fill(database, entries)
        speeds = [await _verified_per_second(database, settings) for _ in range(_ROUNDS)]
        print(f"{kind}: {statistics.median(speeds):,.0f} entries/s verified, budget 50,000")


async def _creates_per_second(database: Database, extend: BeforeCommit) -> float:
    async def create(tx: Tx) -> None:
        await _CUSTOMERS.create(tx, _ALICE, {"name": f"Customer {next(_numbers)}"})

    async def write_until(end: float) -> int:
        done = 0
        while time.perf_counter() < end:
            await database.write("create", _ALICE.tenant, create)
            done += 1
        return done

    chained, chain.extend = chain.extend, extend  # type: ignore[assignment] # during the measurement
    try:
        began = time.perf_counter()
        done = await asyncio.gather(*(write_until(began + _SECONDS) for _ in range(_WRITERS)))
        return sum(done) / (time.perf_counter() - began)
    finally:
        chain.extend = chained


async def _fill(database: Database, entries: int) -> None:
    """Fill another tenant with entries, like imports do."""

    async def add(tx: Tx) -> None:
        rows = [{"name": f"Customer {next(_numbers)}"} for _ in range(_AT_ONCE)]
        await _CUSTOMERS.create_new_names(tx, Actor("globex"), rows)

    for _ in range(entries // _AT_ONCE):
        await database.write("fill", "globex", add, long=True)


async def _verified_per_second(database: Database, settings: Settings) -> float:
    began = time.perf_counter()
    verdict = await database.read(
        "verify",
        "globex",
        lambda tx: verify(tx, "globex", settings.chain_keys, {}, lambda _: None),
        long=True,
    )
    assert not verdict.faults, verdict.faults
    return verdict.entries / (time.perf_counter() - began)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    database = open_database(settings)
    await start(database, settings)
    try:
        yield database
    finally:
        await database.stop()


def main() -> None:
    parser = parser_of("benchmarks.audit_log")
    parser.add_argument("--entries", type=int, default=100_000)
    arguments = parser.parse_args()
    with a_folder(arguments.folder) as folder:
        for kind in arguments.engines:
            with databases_of(kind, folder) as databases:
                place = databases.seeded("audit", 10)
                asyncio.run(_measure(kind, place, arguments.entries))


if __name__ == "__main__":
    main()
