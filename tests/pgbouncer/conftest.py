"""Everything here goes through a PgBouncer in transaction mode, to which nothing is said of it."""

from collections.abc import Iterator

import pytest

from tests.databases import PostgresDatastore
from tests.pooler import Pooler, pgbouncer


class Pooled:
    """The same database, which the service reaches another way."""

    def __init__(self, direct: PostgresDatastore, pooler: Pooler) -> None:
        self.url = pooler.url(direct.url)
        self.rows, self.tables, self.held = direct.rows, direct.tables, direct.held
        self.wait_until_alone, self.contents = direct.wait_until_alone, direct.contents


@pytest.fixture(scope="session")
def pooler(postgres_database: PostgresDatastore) -> Iterator[Pooler]:
    superuser = postgres_database.server.url()
    with pgbouncer(superuser, postgres_database.url) as pooler:
        yield pooler


@pytest.fixture
def datastore(postgres_datastore: PostgresDatastore, pooler: Pooler) -> Pooled:
    return Pooled(postgres_datastore, pooler)
