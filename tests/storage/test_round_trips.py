"""How often a write waits for the server, which is for how long its locks are held."""

from collections.abc import Iterator

import httpx
import pytest

from tests.databases import PostgresDatastore
from tests.storage.cluster import make_cluster
from tests.storage.round_trips import Send, create, round_trips
from tests.world import Caller, Json


async def update(acme: Caller, customer: Json) -> httpx.Response:
    status = 3 - customer["status"]
    customer["status"] = status
    return await acme.patch(f"/customers/{customer['customerId']}", {"status": status})


async def add_contact(acme: Caller, customer: Json) -> httpx.Response:
    return await acme.post("/contacts", {"customerId": customer["customerId"], "name": "李雷"})


# BEGIN with the claim of the idempotency key; what the request asks and writes itself; head and
# entry of the audit log, event, counters and answer; COMMIT.
@pytest.mark.parametrize(
    ("send", "expected"),
    [(create, 4), (update, 5), (add_contact, 5)],
    ids=["create", "update", "contact"],
)
async def test_a_write_waits_for_its_own_statements_and_three_times_more(
    postgres_datastore: PostgresDatastore, send: Send, expected: int
) -> None:
    assert await round_trips(postgres_datastore.url, send) == expected


@pytest.fixture
def distributed(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    datastore = postgres_template.copy()
    make_cluster(datastore)
    yield datastore
    datastore.close()


async def test_on_a_distributed_database_each_statement_goes_by_itself(
    distributed: PostgresDatastore,
) -> None:
    """Citus takes no INSERT within WITH."""
    assert await round_trips(distributed.url, create) == 10
