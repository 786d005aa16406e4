"""How many connections one tenant may hold, so that a worker that hangs takes none from others."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest

from crm_cell.kernel.errors import RateLimited
from crm_cell.storage.engine import Database, Reader
from crm_cell.storage.postgres.connection_shares import ShareExhausted, Shares
from crm_cell.storage.postgres.database import Patience, PostgresDatabase
from crm_cell.storage.postgres.server import Link
from tests.databases import PostgresDatastore
from tests.storage.impatient import impatient

AT_ONCE = 0.0
LONG = 60.0
STATEMENT_SECONDS = 1.0
HUNG = [f"hung-{number}" for number in range(8)]


async def held(shares: Shares, tenant: str) -> list[str]:
    """As many as there are at once."""
    found = []
    while True:
        try:
            found.append(await shares.take(tenant, AT_ONCE))
        except ShareExhausted:
            return found


@pytest.mark.parametrize(
    ("connections", "most"), [(1, 1), (2, 2), (3, 3), (4, 3), (8, 6), (12, 9), (40, 30)]
)
async def test_a_tenant_leaves_one_of_four(connections: int, most: int) -> None:
    shares = Shares(connections)
    assert await held(shares, "acme") == ["acme"] * most
    assert await held(shares, "globex") == ["globex"] * most


async def test_tenants_without_an_answer_share_one_of_four_until_they_get_one() -> None:
    shares = Shares(8)
    for tenant in HUNG:
        shares.timed_out(tenant)
    first, second = await shares.take(HUNG[0], AT_ONCE), await shares.take(HUNG[1], AT_ONCE)
    with pytest.raises(ShareExhausted):
        await shares.take(HUNG[2], AT_ONCE)
    shares.answered(HUNG[0])
    assert len(await held(shares, HUNG[0])) == 6
    shares.leave(first)
    shares.leave(second)
    assert len(await held(shares, HUNG[2])) == 2


async def test_who_came_first_is_served_first() -> None:
    shares = Shares(1)
    share = await shares.take("acme", AT_ONCE)
    served: list[int] = []

    async def come(number: int) -> None:
        mine = await shares.take("acme", LONG)
        served.append(number)
        shares.leave(mine)

    waiting = [asyncio.create_task(come(number)) for number in range(5)]
    await asyncio.sleep(0)
    waiting.pop(1).cancel()
    shares.leave(share)
    await asyncio.gather(*waiting)
    assert served == [0, 2, 3, 4]
    assert await held(shares, "acme") == ["acme"]


async def test_a_place_that_comes_too_late_is_not_lost() -> None:
    shares = Shares(1)
    share = await shares.take("acme", AT_ONCE)
    waiting = asyncio.create_task(shares.take("acme", LONG))
    await asyncio.sleep(0)
    shares.leave(share)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await held(shares, "acme") == ["acme"]


async def test_nothing_is_remembered_of_tenants_that_are_gone() -> None:
    shares = Shares(8)
    for tenant in HUNG:
        shares.leave(await shares.take(tenant, AT_ONCE))
    assert (shares._held, shares._waiting) == ({}, {})


# On a server


@pytest.fixture
def datastore(postgres_datastore: PostgresDatastore) -> PostgresDatastore:
    return postgres_datastore


@pytest.fixture
async def database(datastore: PostgresDatastore) -> AsyncIterator[Database]:
    async with impatient(datastore, Patience(statement=STATEMENT_SECONDS), connections=12) as cell:
        yield cell.service.database


async def hang(database: Database, tenant: str) -> None:
    async def sleep(tx: Reader) -> None:
        await tx.fetch_one("SELECT pg_sleep(20)")

    with pytest.raises(RateLimited):
        await database.read("sleep", tenant, sleep)


async def seconds_for(database: Database, tenant: str) -> float:
    async def look(tx: Reader) -> None:
        await tx.fetch_one("SELECT 1")

    began = monotonic()
    await database.read("look", tenant, look)
    return monotonic() - began


async def test_one_tenant_that_hangs_leaves_connections_to_others(database: Database) -> None:
    hanging = [asyncio.create_task(hang(database, "acme")) for _ in range(8)]
    await asyncio.sleep(0.1)
    assert await seconds_for(database, "globex") < STATEMENT_SECONDS / 2
    await asyncio.gather(*hanging)


async def test_many_that_hang_do_so_too_from_the_second_time_on(database: Database) -> None:
    await asyncio.gather(*[hang(database, tenant) for tenant in HUNG])
    hanging = [asyncio.create_task(hang(database, tenant)) for tenant in HUNG[:4]]
    await asyncio.sleep(0.1)
    assert await seconds_for(database, "globex") < STATEMENT_SECONDS / 2
    await asyncio.gather(*hanging)
    assert await seconds_for(database, HUNG[0]) < STATEMENT_SECONDS / 2


def test_a_silent_server_is_given_up_on_within_five_seconds() -> None:
    database = PostgresDatabase("postgresql://nobody@localhost/nothing")
    sessions = database._sessions(Link("postgresql://nobody@localhost/nothing", pooled=False), 8)
    assert sessions._client_timeout("acme") == 5.0
