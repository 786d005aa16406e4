"""The contract of every engine, and what only a pooler can get wrong."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from crm_cell.storage.engine import Reader, Row
from crm_cell.storage.migrate import migrate, schema_version
from crm_cell.storage.open import faults_in
from crm_cell.storage.postgres.database import PostgresDatabase
from crm_cell.storage.postgres.server import find_server
from crm_cell.storage.schema_version import SCHEMA_VERSION
from tests.databases import PostgresDatastore
from tests.pgbouncer.conftest import Pooled
from tests.pooler import Pooler
from tests.storage.contract import Elsewhere, StorageContract, kept
from tests.storage.round_trips import create, round_trips

AT_ONCE = 20


@pytest.fixture
async def database(datastore: Pooled) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(datastore.url)
    await database.start()
    yield database
    await database.stop()


@pytest.fixture
def elsewhere(datastore: Pooled) -> Elsewhere:
    return datastore.rows


class TestThroughPgBouncer(StorageContract):
    """The contract of every engine."""


async def test_a_pooler_is_found_out(
    datastore: Pooled, postgres_datastore: PostgresDatastore
) -> None:
    assert (await find_server(datastore.url)).pooled
    assert not (await find_server(postgres_datastore.url)).pooled


async def test_no_session_keeps_a_prepared_statement(
    database: PostgresDatabase, datastore: Pooled, postgres_datastore: PostgresDatastore
) -> None:
    async def prepared(tx: Reader) -> list[Row]:
        await tx.fetch_all("SELECT 1 FROM customers WHERE tenant_id = :tenant", tenant="acme")
        return await tx.fetch_all("SELECT name FROM pg_prepared_statements WHERE name <> ''")

    answers = await asyncio.gather(
        *[database.read("prepared", "acme", prepared) for _ in range(AT_ONCE)]
    )
    assert answers == [[]] * AT_ONCE


async def test_what_a_create_leaves_for_its_end_travels_together(datastore: Pooled) -> None:
    """BEGIN and COMMIT are one round trip each, every other statement two: it is prepared anew."""
    assert await round_trips(datastore.url, create) == 1 + 3 * 2 + 1


@pytest.fixture
def empty(postgres_datastore: PostgresDatastore) -> Iterator[PostgresDatastore]:
    """A database that nobody has migrated."""
    datastore = PostgresDatastore(postgres_datastore.server)
    yield datastore
    datastore.close()


async def test_a_database_is_migrated_through_it(empty: PostgresDatastore, pooler: Pooler) -> None:
    url = pooler.url(empty.url)
    assert await asyncio.to_thread(schema_version, url) is None
    await asyncio.to_thread(migrate, url)
    versions = [asyncio.to_thread(schema_version, url) for _ in range(AT_ONCE)]
    assert set(await asyncio.gather(*versions)) == {SCHEMA_VERSION}
    assert await asyncio.to_thread(faults_in, url) == []
    database = PostgresDatabase(url)
    await database.start()
    assert await kept(database) == []
    await database.stop()
