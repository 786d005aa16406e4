"""What takes too long on PostgreSQL is refused as too much, not as broken, and leaves no trace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from crm_cell.encryption.keyless import KeylessDatabase
from crm_cell.kernel.errors import RateLimited, Unavailable
from crm_cell.storage.engine import EVERY_TENANT, Reader, Tx
from crm_cell.storage.errors import Locked
from crm_cell.storage.postgres.database import Patience, PostgresDatabase
from tests.databases import Outside, PostgresDatastore
from tests.storage.contract import insert, kept
from tests.storage.impatient import impatient
from tests.world import Caller, Running, nothing_changes, refused

DISABLE = (
    "UPDATE customers SET status = 2, version = version + 1 WHERE tenant_id = 'acme' AND id = :id"
)
HOLD = "SELECT 1 FROM customers FOR UPDATE"
HOLD_ONE = "SELECT 1 FROM customers WHERE tenant_id = 'acme' FOR UPDATE"
SLEEP = "SELECT pg_sleep(20)"
# Two connections for short work, one for long.
CONNECTIONS = 3


@pytest.fixture
def datastore(postgres_datastore: PostgresDatastore) -> PostgresDatastore:
    return postgres_datastore


@pytest.fixture
def patience() -> Patience:
    return Patience(statement=0.2, long_statement=0.3, lock=0.1, idle=0.5)


@pytest.fixture
async def cell(datastore: PostgresDatastore, patience: Patience) -> AsyncIterator[Running]:
    async with impatient(datastore, patience, connections=CONNECTIONS) as cell:
        yield cell


@pytest.fixture
def database(cell: Running) -> PostgresDatabase:
    assert isinstance(cell.service.database, KeylessDatabase)
    database = cell.service.database._inner
    assert isinstance(database, PostgresDatabase)
    return database


@pytest.mark.parametrize("limit", [Patience(lock=0.1), Patience(statement=0.1)], ids=str)
async def test_a_row_held_for_too_long_is_429_and_the_retry_succeeds(
    datastore: PostgresDatastore, limit: Patience
) -> None:
    async with impatient(datastore, limit) as cell:
        acme = Caller(cell.client, "acme")
        where = f"/customers/{(await acme.customer())['customerId']}"
        other = Outside(datastore.server.url(datastore.name))
        async with nothing_changes(cell):
            other.run("BEGIN")
            other.run(HOLD)
            answer = await acme.patch(where, {"name": "New"}, key="held")
            refused(answer, 429, "RATE_LIMIT")
            assert answer.headers["retry-after"] == "1"
            assert (await acme.get(where)).status_code == 200
        other.run("ROLLBACK")
        other.close()
        assert (await acme.patch(where, {"name": "New"}, key="held")).status_code == 200


@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
async def test_a_statement_that_takes_too_long_is_too_much(
    database: PostgresDatabase, long: bool
) -> None:
    async def sleep(tx: Reader) -> None:
        await tx.fetch_one(SLEEP)

    started = asyncio.get_running_loop().time()
    for _ in range(CONNECTIONS):
        with pytest.raises(RateLimited):
            await database.read("sleep", "acme", sleep, long=long)
        with pytest.raises(RateLimited):
            await database.write("sleep", "acme", sleep, long=long)
    assert asyncio.get_running_loop().time() - started > CONNECTIONS * 2 * (0.3 if long else 0.2)
    assert await database.write("insert", "acme", insert("a"), long=long) == "a"


async def test_upkeep_for_every_tenant_has_limits_too_but_for_long_work(
    database: PostgresDatabase,
) -> None:
    async def limit(tx: Reader) -> str:
        row = await tx.fetch_one("SELECT current_setting('statement_timeout')")
        assert row is not None
        return str(row[0])

    found = [await database.read("limit", EVERY_TENANT, limit, long=long) for long in (False, True)]
    assert found == ["200ms", "0"]


async def test_whoever_waits_while_others_have_their_turn_is_told_that_it_is_too_much(
    datastore: PostgresDatastore,
) -> None:
    async def sleep(tx: Reader) -> None:
        await tx.fetch_one("SELECT pg_sleep(0.1)")

    async with impatient(datastore, Patience(silence=0.25), connections=CONNECTIONS) as cell:
        database = cell.service.database
        answers = await asyncio.gather(
            *[database.read("sleep", "acme", sleep) for _ in range(12)], return_exceptions=True
        )
        assert {type(answer) for answer in answers} == {type(None), RateLimited}
        assert answers[:2] == [None, None]
        assert (await cell.client.get("/readyz")).status_code == 200


async def test_a_service_that_stands_still_does_not_keep_its_locks(
    database: PostgresDatabase, acme: Caller, datastore: PostgresDatastore
) -> None:
    await acme.customer()
    ended = asyncio.Event()

    async def stand_still(tx: Tx) -> None:
        await tx.fetch_one(HOLD_ONE)
        await ended.wait()
        await tx.execute("UPDATE customers SET status = 2 WHERE tenant_id = 'acme'")

    async def until_it_may(tx: Tx) -> None:
        await tx.fetch_one(HOLD_ONE)

    still = asyncio.create_task(database.write("still", "acme", stand_still))
    rejections = 0
    while not ended.is_set():
        try:
            await database.write("other", "acme", until_it_may)
        except Locked:
            rejections += 1
        else:
            if rejections:
                ended.set()
    with pytest.raises(Unavailable):
        await still
    assert datastore.rows("SELECT status FROM customers") == [(1,)]


# What is tried anew


async def test_a_deadlock_is_tried_anew_until_both_succeed(
    datastore: PostgresDatastore,
) -> None:
    async with impatient(datastore, Patience(), connections=CONNECTIONS) as cell:
        database = cell.service.database
        for name in ("a", "b"):
            await database.write("insert", "acme", insert(name))
        both_hold_one = asyncio.Barrier(2)
        tries = 0

        def disabling(one: str, other: str) -> Callable[[Tx], Awaitable[None]]:
            async def unit(tx: Tx) -> None:
                nonlocal tries
                tries += 1
                await tx.execute(DISABLE, id=one)
                if tries <= 2:
                    await both_hold_one.wait()
                await tx.execute(DISABLE, id=other)

            return unit

        with capture_logs() as lines:
            await asyncio.gather(
                database.write("disable", "acme", disabling("a", "b")),
                database.write("disable", "acme", disabling("b", "a")),
            )
        # Whoever tries anew may take its first row before the other gets its second.
        assert tries >= 3
        repeated = [line["why"] for line in lines if line["event"] == "transaction_repeated"]
        assert repeated == ["40P01"] * (tries - 2)
        assert cell.rows("SELECT status, version FROM customers") == [(2, 3), (2, 3)]


async def test_a_serialization_failure_is_tried_anew_and_not_for_ever(
    database: PostgresDatabase,
) -> None:
    tries = 0

    def failing(most: int) -> Callable[[Tx], Awaitable[None]]:
        async def unit(tx: Tx) -> None:
            nonlocal tries
            tries += 1
            await insert("a")(tx)
            if tries <= most:
                await tx.execute("DO $$ BEGIN RAISE serialization_failure; END $$")

        return unit

    with pytest.raises(RateLimited):
        await database.write("fails", "acme", failing(most=100))
    assert (tries, await kept(database)) == (8, [])
    tries = 0
    await database.write("fails", "acme", failing(most=3))
    assert (tries, await kept(database)) == (4, ["a"])
