"""The process is killed in the middle of a batch: all of it is there, or nothing."""

import asyncio
from pathlib import Path

import httpx

from tests.databases import Datastore
from tests.idempotency.test_crash import no_faults
from tests.processes import Process, serving
from tests.world import Json

BATCHES, ITEMS = 4, 1_000


async def send(client: httpx.AsyncClient, number: int) -> httpx.Response:
    items = [
        {"externalId": f"{number}-{item}", "name": f"Customer {number}-{item}"}
        for item in range(ITEMS)
    ]
    return await client.post(
        "/customers/batch",
        json={"mode": "upsert", "source": "erp", "items": items},
        headers={"X-Request-ID": f"batch-{number}"},
    )


async def send_until_it_dies(service: Process, answered: dict[int, Json]) -> None:
    """Kills the process while the third batch is being written, or has just been."""
    async with service.client() as client:
        try:
            for number in range(BATCHES):
                sending = asyncio.create_task(send(client, number))
                if number == 2:
                    await asyncio.sleep(0.01)
                    service.kill()
                answered[number] = (await sending).json()
        except httpx.TransportError:
            return
    raise AssertionError("it was killed, and answered")


async def test_a_batch_is_written_as_a_whole_and_its_retry_settles_it(
    tmp_path: Path, datastore: Datastore
) -> None:
    answered: dict[int, Json] = {}
    with serving(tmp_path, CRM_DATABASE_URL=datastore.url) as service:
        await send_until_it_dies(service, answered)
    assert sorted(answered) in ([0, 1], [0, 1, 2])
    datastore.wait_until_alone()
    for table in ("customers", "external_ids", "events", "audit_logs"):
        [(many,)] = datastore.rows(f"SELECT count(*) FROM {table}")
        assert many in (2 * ITEMS, 3 * ITEMS), table
    await no_faults(datastore)
    with serving(tmp_path, CRM_DATABASE_URL=datastore.url) as service:
        async with service.client() as client:
            for number in range(BATCHES):
                report = (await send(client, number)).json()
                assert report["failed"] == 0
                assert report == answered.get(number, report)
            assert (await client.get("/customers")).json()["total"] == BATCHES * ITEMS
        assert service.stop() == 0
    assert datastore.rows("SELECT count(*) FROM external_ids") == [(BATCHES * ITEMS,)]
    await no_faults(datastore)
