"""An option that a record is getting is not deleted meanwhile."""

import asyncio

import asyncpg
import pytest

from tests.api.options.test_options import PATH, add
from tests.databases import Datastore, PostgresDatastore
from tests.world import Caller, Json, Running

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
SUMMIT: Json = {"name": "峰会客户", "source": "source.summit"}


async def test_either_the_record_has_it_or_it_is_gone(acme: Caller) -> None:
    await add(acme)
    created, deleted = await asyncio.gather(acme.post("/customers", SUMMIT), acme.delete(PATH))
    assert (created.status_code, deleted.status_code) in ((201, 409), (400, 204))


class TestOnPostgres:
    @pytest.fixture
    def datastore(self, postgres_datastore: PostgresDatastore) -> Datastore:
        return postgres_datastore

    async def test_a_deletion_waits_for_a_write_that_has_looked_at_the_option(
        self, acme: Caller, cell: Running, postgres_datastore: PostgresDatastore
    ) -> None:
        await add(acme)
        superuser = await asyncpg.connect(postgres_datastore.server.url(postgres_datastore.name))
        async with superuser.transaction():
            # The write waits for this when it adds the record.
            await superuser.execute("LOCK TABLE customers IN SHARE MODE")
            writing = asyncio.create_task(acme.post("/customers", SUMMIT))
            await until(cell, writing, 1)
            deleting = asyncio.create_task(acme.delete(PATH))
            await until(cell, deleting, 2)
        await superuser.close()
        created, deleted = await asyncio.gather(writing, deleting)
        assert (created.status_code, deleted.status_code) == (201, 409)


async def until(cell: Running, request: "asyncio.Task[object]", many: int) -> None:
    """So many wait for locks, or the request has ended without waiting."""
    while not request.done() and cell.rows(WAITING) != [(many,)]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
