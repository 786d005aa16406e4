"""PostgreSQL behind the engine's seam: what every engine must do."""

from collections.abc import AsyncIterator

import pytest

from crm_cell.storage.postgres import PostgresDatabase
from tests.databases import PostgresDatastore
from tests.storage.contract import Elsewhere, StorageContract


@pytest.fixture
async def database(postgres_datastore: PostgresDatastore) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_datastore.url)
    await database.start()
    yield database
    await database.stop()


@pytest.fixture
def elsewhere(postgres_datastore: PostgresDatastore) -> Elsewhere:
    return postgres_datastore.rows


class TestPostgres(StorageContract):
    """The contract of every engine."""
