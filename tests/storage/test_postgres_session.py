"""Each session adds to rows of its own, in whichever process it is."""

from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from crm_cell.storage.postgres.server import Link
from crm_cell.storage.postgres.session import Session, connect
from tests.databases import PostgresDatastore, PostgresServer

LONG = 60.0
LOCKS = 0x63726D


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    """Of a database that nobody else has a session in."""
    datastore = PostgresDatastore(postgres)
    yield datastore.url
    datastore.close()


async def opened(sessions: AsyncExitStack, url: str, *, pooled: bool = False) -> Session:
    session = await connect(Link(url, pooled=pooled), LONG)
    sessions.push_async_callback(session.close)
    return session


async def test_no_two_sessions_have_one_stripe_and_the_lowest_are_used(url: str) -> None:
    async with AsyncExitStack() as sessions:
        stripes = [(await opened(sessions, url)).stripe for _ in range(20)]
    assert stripes == list(range(20))


async def test_a_stripe_is_free_again_when_its_session_has_ended(url: str) -> None:
    async with AsyncExitStack() as sessions:
        _, second, third = [await opened(sessions, url) for _ in range(3)]
        await second.close()
        # The server takes a moment to see the end: its lock can be waited for.
        await third.execute("SELECT pg_advisory_lock($1, 1)", LOCKS)
        await third.execute("SELECT pg_advisory_unlock($1, 1)", LOCKS)
        assert (await opened(sessions, url)).stripe == 1


async def test_sessions_beyond_the_stripes_share_them(url: str) -> None:
    async with AsyncExitStack() as sessions:
        stripes = [(await opened(sessions, url)).stripe for _ in range(66)]
    assert stripes[:64] == list(range(64))
    assert all(0 <= stripe < 64 for stripe in stripes[64:])


async def test_behind_a_pooler_no_lock_is_held(url: str) -> None:
    async with AsyncExitStack() as sessions:
        session = await opened(sessions, url, pooled=True)
        held = await session.fetchval(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        assert held == 0
        assert 0 <= session.stripe < 64
