"""Requests that are given up at any moment leave nothing of theirs in the connections they had."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from time import perf_counter
from typing import Any

import pytest

from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.postgres.database import PostgresDatabase
from tests.databases import PostgresDatastore

CANCELLED = 1_000
AT_ONCE = 4
READS = 20
TENANTS = ("acme", "globex")


@pytest.fixture
async def database(postgres_datastore: PostgresDatastore) -> AsyncIterator[PostgresDatabase]:
    """Two connections for short work, one for long."""
    database = PostgresDatabase(postgres_datastore.url, connections=3)
    await database.start()
    yield database
    await database.stop()


def adding(tenant: str, number: int) -> Callable[[Tx], Awaitable[None]]:
    async def unit(tx: Tx) -> None:
        for part in ("a", "b"):
            await tx.execute(
                "INSERT INTO events (tenant_id, id, event_type, data, created_at)"
                " VALUES (:tenant, :id, :tenant, '{}', 1)",
                tenant=tenant,
                id=f"{number}-{part}",
            )
            tx.pending_deltas[tenant, "events", ""] = (
                tx.pending_deltas.get((tenant, "events", ""), 0) + 1
            )

    return unit


async def seen(tx: Reader) -> set[str]:
    """All that the wall lets through: the statement itself asks for every tenant."""
    rows = await tx.fetch_all("SELECT DISTINCT tenant_id FROM events")
    return {row[0] for row in rows}


async def given_up(work: Awaitable[Any], after: float) -> bool:
    """Whether it was still at work; otherwise it must have come to a good end."""
    task = asyncio.ensure_future(work)
    await asyncio.wait([task], timeout=after)
    task.cancel()
    await asyncio.wait([task])
    if task.cancelled():
        return True
    task.result()
    return False


async def test_a_thousand_leave_nothing_behind(
    database: PostgresDatabase, postgres_datastore: PostgresDatastore
) -> None:
    chance = random.Random(3)
    numbers = itertools.count()
    longest = 2 * await a_write_takes(database, numbers)
    cancelled = 0

    async def one_after_another() -> None:
        nonlocal cancelled
        while cancelled < CANCELLED:
            number, tenant, long = next(numbers), chance.choice(TENANTS), chance.random() < 0.1
            work: Awaitable[Any] = (
                database.write("add", tenant, adding(tenant, number), long=long)
                if chance.random() < 0.5
                else only_its_own(database, tenant)
            )
            if await given_up(work, chance.uniform(0, longest)):
                cancelled += 1

    await asyncio.gather(*[one_after_another() for _ in range(AT_ONCE)])
    await nobody_sees_anothers(database, next(numbers))
    assert open_transactions(postgres_datastore) == []
    all_or_nothing(postgres_datastore)


async def a_write_takes(database: PostgresDatabase, numbers: Iterator[int]) -> float:
    """On this machine, with all that it has to do, in seconds."""
    started = perf_counter()
    for number in itertools.islice(numbers, READS):
        await database.write("add", TENANTS[number % 2], adding(TENANTS[number % 2], number))
    return (perf_counter() - started) / READS


async def only_its_own(database: PostgresDatabase, tenant: str) -> None:
    assert await database.read("seen", tenant, seen) <= {tenant}


async def nobody_sees_anothers(database: PostgresDatabase, number: int) -> None:
    """Each of the pool's connections is there, and serves whom it is asked for."""
    for tenant in TENANTS:
        await database.write("add", tenant, adding(tenant, number))
    for long in (False, True):
        answers = await asyncio.gather(
            *[
                database.read("seen", TENANTS[number % 2], seen, long=long)
                for number in range(READS)
            ]
        )
        assert answers == [{TENANTS[number % 2]} for number in range(READS)]
    assert database._short._connections._active == 0


def open_transactions(datastore: PostgresDatastore) -> list[Any]:
    return datastore.rows(
        "SELECT state, query FROM pg_stat_activity WHERE datname = ?"
        " AND pid <> pg_backend_pid() AND state <> 'idle'",
        datastore.name,
    )


def all_or_nothing(datastore: PostgresDatastore) -> None:
    for tenant in TENANTS:
        parts = datastore.rows(
            "SELECT count(*), count(DISTINCT split_part(id, '-', 1)) FROM events"
            " WHERE tenant_id = ? AND event_type = tenant_id",
            tenant,
        )
        counted = datastore.rows("SELECT sum(value) FROM counters WHERE tenant_id = ?", tenant)
        assert parts[0][0] == 2 * parts[0][1] == counted[0][0]
        assert parts[0][1] > 1
