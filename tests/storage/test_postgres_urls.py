"""What is told of a database's URL: where it is, and never a password."""

import logging

import pytest
from structlog.testing import capture_logs

from crm_cell.kernel.errors import Unavailable
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.open import UnsupportedDatabase, check_url, place_of
from crm_cell.storage.postgres.connections import Connections
from crm_cell.storage.postgres.database import PostgresDatabase
from crm_cell.storage.postgres.server import Link
from tests.databases import PostgresDatastore

SECRET = "s3cret"
SHOWN = {
    "postgresql://crm:s3cret@db.example:5433/crm": "postgresql://crm@db.example:5433/crm",
    "postgresql://crm:s3c%40ret@db.example/crm": "postgresql://crm@db.example/crm",
    "postgres://crm@db.example/crm?password=s3cret": "postgresql://crm@db.example/crm",
    "postgresql://db.example/crm?user=crm&password=s3cret": "postgresql://db.example/crm",
    "postgresql://[::1]:5433/crm": "postgresql://[::1]:5433/crm",
    "postgresql://crm:s3cret@one:5432,two:5433/crm": "postgresql://crm@one:5432,two:5433/crm",
    "postgresql:///crm?host=/run/postgresql": "postgresql:///crm",
}
# With a character that had to be written in percent.
WRONG = [
    "postgresql://crm:12/s3cret@db.example/crm",
    "postgresql://crm:12#s3cret@db.example/crm",
    "postgresql://crm:12?s3cret@db.example/crm",
    "postgresql://crm:s3cret/12@db.example/crm",
    "postgresql://crm:s3cret/crm",
]


@pytest.mark.parametrize("url", SHOWN)
def test_it_is_shown_without_a_password(url: str) -> None:
    check_url(url)
    assert place_of(url) == SHOWN[url]


@pytest.mark.parametrize("url", WRONG)
def test_a_password_that_ends_too_early_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(UnsupportedDatabase) as refused:
        check_url(url)
    assert str(refused.value).startswith("is no URL of a PostgreSQL database")
    assert SECRET not in str(refused.value)


async def test_no_refusal_and_no_log_line_holds_it(
    postgres_datastore: PostgresDatastore,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = postgres_datastore.server
    login = postgres_datastore.login("")
    for url in (
        server.url("no_such_database", login, login),
        postgres_datastore.url_for(login),
        f"postgresql://crm:{login}@127.0.0.1:1/crm",
        f"postgresql://crm:{login}@127.0.0.1:1/crm?sslmode=nonsense",
    ):
        with pytest.raises(CannotOpen) as refused:
            await PostgresDatabase(url).start()
        assert f":{login}" not in refused.value.reason
    nowhere = Link(f"postgresql://crm:{login}@127.0.0.1:1/crm", pooled=False)
    connections = Connections(nowhere, most=1, silence_seconds=5)
    await connections.open()
    with capture_logs() as lines, pytest.raises(Unavailable):
        await connections.ping()
    assert [line["event"] for line in lines] == ["cannot_connect"]
    assert login not in f"{lines}{caplog.text}"
