"""Who gets a connection, when there are fewer than are wanted."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from crm_cell.storage.postgres.pool import AllBusy, Pool
from crm_cell.storage.postgres.server import Link
from crm_cell.storage.postgres.session import Session, connect
from tests.databases import PostgresServer

AT_ONCE = 0.0
LONG = 60.0


@pytest.fixture
async def pool(postgres: PostgresServer) -> AsyncIterator[Pool]:
    """Of two connections."""

    made = Pool(partial(connect, Link(postgres.url(), pooled=False), LONG), 2)
    yield made
    await made.close(LONG)


async def test_the_connection_last_used_is_used_first(pool: Pool) -> None:
    first, second = await pool.acquire(LONG), await pool.acquire(LONG)
    pool.release(first)
    pool.release(second)
    assert await pool.acquire(LONG) is second
    assert await pool.acquire(LONG) is first
    pool.release(first)
    pool.release(second)


async def test_no_more_are_made_than_there_may_be(pool: Pool) -> None:
    taken = [await pool.acquire(LONG), await pool.acquire(LONG)]
    with pytest.raises(AllBusy):
        await pool.acquire(AT_ONCE)
    for connection in taken:
        pool.release(connection)
    assert await pool.acquire(AT_ONCE) is taken[1]
    pool.release(taken[1])


async def test_who_came_first_is_served_first(pool: Pool) -> None:
    taken = [await pool.acquire(LONG), await pool.acquire(LONG)]
    served: list[int] = []

    async def come(number: int) -> None:
        connection = await pool.acquire(LONG)
        served.append(number)
        pool.release(connection)

    waiting = [asyncio.create_task(come(number)) for number in range(5)]
    await asyncio.sleep(0)
    pool.release(taken[0])
    await asyncio.gather(*waiting)
    pool.release(taken[1])
    assert served == [0, 1, 2, 3, 4]


async def test_who_is_cancelled_when_its_turn_has_come_passes_it_on(pool: Pool) -> None:
    taken = [await pool.acquire(LONG), await pool.acquire(LONG)]
    gone, staying = (asyncio.create_task(pool.acquire(LONG)) for _ in range(2))
    await asyncio.sleep(0)
    pool.release(taken[0])  # the turn is that of `gone`, which has not heard of it yet
    gone.cancel()
    assert await staying is taken[0]
    assert gone.cancelled()
    pool.release(taken[0])
    pool.release(taken[1])


async def test_who_is_cancelled_in_line_takes_nothing_away(pool: Pool) -> None:
    taken = [await pool.acquire(LONG), await pool.acquire(LONG)]
    gone = asyncio.create_task(pool.acquire(LONG))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    for connection in taken:
        pool.release(connection)
    again = [await pool.acquire(AT_ONCE), await pool.acquire(AT_ONCE)]
    assert set(again) == set(taken)
    for connection in again:
        pool.release(connection)


async def test_a_closed_connection_is_replaced(pool: Pool) -> None:
    first, second = await pool.acquire(LONG), await pool.acquire(LONG)
    first.terminate()
    pool.release(first)
    pool.release(second)
    second.terminate()
    fresh = await pool.acquire(LONG)
    assert fresh not in (first, second)
    assert await fresh.fetchval("SELECT 1") == 1
    pool.release(fresh)


async def test_who_cannot_connect_leaves_the_place_to_others() -> None:
    async def refuse() -> Session:
        raise ConnectionRefusedError

    pool = Pool(refuse, 1)
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await pool.acquire(AT_ONCE)
