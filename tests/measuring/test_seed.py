"""What is measured is what the service itself would have kept."""

from benchmarks.seed import seed_postgres, seed_sqlite
from benchmarks.seed_rows import TENANT, customer_id
from crm_cell.storage.engine import EVERY_TENANT, Reader
from tests.counters import Difference, differences
from tests.databases import Datastore, PostgresDatastore, SqliteFile
from tests.world import Caller, Running


async def fill(datastore: Datastore) -> None:
    if isinstance(datastore, SqliteFile):
        seed_sqlite(datastore.path, 100, 200)
    elif isinstance(datastore, PostgresDatastore):
        # As the superuser, whom no wall holds: COPY does not go through it.
        await seed_postgres(datastore.server.url(datastore.name), 100, 200)


async def test_every_sum_fits_its_rows(cell: Running, datastore: Datastore) -> None:
    await fill(datastore)

    async def look(tx: Reader) -> list[Difference]:
        return await differences(tx)

    assert await cell.service.database.read("check", EVERY_TENANT, look, long=True) == []


async def test_the_service_shows_the_rows(acme: Caller, datastore: Datastore) -> None:
    await fill(datastore)
    page = (await acme.get("/customers")).json()
    assert acme.tenant == TENANT
    assert page["total"] == 100
    assert page["data"][0]["customerId"] == customer_id(99)
