"""PostgreSQL behind the engine's seam: what every engine must do."""

from collections.abc import AsyncIterator

import pytest

from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.postgres.database import PostgresDatabase
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


@pytest.mark.parametrize("role", ["crm_app", "crm_upkeep"])
async def test_a_user_who_may_not_act_as_a_role_is_told_which(
    postgres_datastore: PostgresDatastore, role: str
) -> None:
    other = ({"crm_app", "crm_upkeep"} - {role}).pop()
    login = postgres_datastore.login(f"IN ROLE {other}")
    with pytest.raises(CannotOpen) as refused:
        await PostgresDatabase(postgres_datastore.url_for(login)).start()
    assert refused.value.reason.endswith(f": its user may not act as the role {role}")
    assert postgres_datastore.url_for(login) not in refused.value.reason
