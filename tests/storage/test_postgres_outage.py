"""PostgreSQL goes away under a running service, in every way it can, and comes back."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic

import httpx
import pytest

from crm_cell.storage.postgres.database import Patience
from scripts.throwaway_postgres import Server, throwaway_postgres
from tests.databases import PostgresDatastore
from tests.idempotency.test_crash import (
    counters_match,
    create,
    everything_is_there_once,
    retries_get_the_same_answers,
)
from tests.processes import serving
from tests.storage.impatient import impatient
from tests.world import Caller, Json, Running, refused

# More than there are connections, so that some wait for one.
CALLERS = 30
SILENCE_SECONDS = 0.8
# What is soon told on an idle machine; the tests share theirs.
SOON_SECONDS = 6.0
# After this long everything must be as before.
RECOVERED_SECONDS = 5.0
WRITERS = 8
WRITES = 300
RETRY_SECONDS = 0.02


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that may be stopped, and loses nothing when it crashes."""
    with throwaway_postgres(careless=False) as server:
        yield server


@pytest.fixture(scope="module")
def shared(server: Server) -> Iterator[PostgresDatastore]:
    """On a server that has seen no database of ours: its owner, no superuser, makes the roles."""
    datastore = PostgresDatastore(server)
    datastore.migrate()
    yield datastore
    datastore.close()


@pytest.fixture
def datastore(shared: PostgresDatastore) -> PostgresDatastore:
    shared.empty()
    return shared


@pytest.fixture
async def cell(datastore: PostgresDatastore) -> AsyncIterator[Running]:
    """A service that soon takes a silent server for gone."""
    patience = Patience(statement=0.5, silence=SILENCE_SECONDS)
    async with impatient(datastore, patience) as cell:
        yield cell


async def health(cell: Running) -> list[int]:
    paths = ("/livez", "/readyz", "/health")
    return [answer.status_code for answer in [await cell.client.get(path) for path in paths]]


async def away(acme: Caller, kept: str) -> None:
    """Every read and every write is told to come back, and soon."""
    started = monotonic()
    answers = await asyncio.gather(
        *[acme.get(f"/customers/{kept}") for _ in range(CALLERS)],
        *[acme.post("/customers", {"name": "Lost"}, key=f"lost-{n}") for n in range(CALLERS)],
        acme.get("/customers/export", format="csv"),
    )
    assert monotonic() - started < SOON_SECONDS
    for answer in answers:
        refused(answer, 503, "SERVICE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"


async def recovered(cell: Running, acme: Caller, kept: str) -> None:
    """On every connection, and nothing of what was refused is there."""
    async with asyncio.timeout(RECOVERED_SECONDS):
        while await health(cell) != [200, 200, 200]:
            pass
    answers = await asyncio.gather(*[acme.get(f"/customers/{kept}") for _ in range(CALLERS)])
    assert {answer.status_code for answer in answers} == {200}
    assert (await acme.get("/customers")).json()["total"] == 1
    assert (await acme.post("/customers", {"name": "Lost"}, key="lost-0")).status_code == 201
    exported = await acme.get("/customers/export", format="csv")
    assert exported.text.count("\n") == 3


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
async def test_while_the_server_is_away_everything_is_503_and_then_as_before(
    server: Server, cell: Running, acme: Caller, how: signal.Signals
) -> None:
    kept = (await acme.customer())["customerId"]
    if how == signal.SIGKILL:
        server.kill()
    else:
        server.stop(how)
    try:
        await away(acme, kept)
        assert await health(cell) == [200, 503, 503]
    finally:
        server.start()
    await recovered(cell, acme, kept)


async def test_a_silent_server_is_a_lost_one(server: Server, cell: Running, acme: Caller) -> None:
    kept = (await acme.customer())["customerId"]
    with server.silent():
        await away(acme, kept)
        assert await health(cell) == [200, 503, 503]
        await away(acme, kept)
    await recovered(cell, acme, kept)


async def test_a_service_can_stop_while_its_server_is_silent(
    server: Server, cell: Running, acme: Caller
) -> None:
    kept = (await acme.customer())["customerId"]
    with server.silent():
        request = asyncio.create_task(acme.get(f"/customers/{kept}"))
        await asyncio.sleep(0)
        async with asyncio.timeout(SOON_SECONDS):
            await cell.service.stop()
        refused(await request, 503, "SERVICE_UNAVAILABLE")


async def create_in_the_end(client: httpx.AsyncClient, number: int) -> Json:
    """As a gateway does it: the same request again, until there is an answer."""
    while (answer := await create(client, number)).status_code != 201:
        assert answer.status_code == 503
        await asyncio.sleep(RETRY_SECONDS)
    created: Json = answer.json()
    return created


async def test_a_killed_server_loses_no_acknowledged_write_and_does_none_twice(
    server: Server, datastore: PostgresDatastore, tmp_path: Path
) -> None:
    acknowledged: dict[int, Json] = {}
    numbers = iter(range(WRITES))
    enough, one_more = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with service.client() as client:
            for number in numbers:
                acknowledged[number] = await create_in_the_end(client, number)
                one_more.set()
                if len(acknowledged) > WRITES // 3:
                    enough.set()

    async def kill_and_start() -> None:
        await enough.wait()
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        one_more.clear()
        async with asyncio.timeout(RECOVERED_SECONDS):
            await one_more.wait()

    with serving(tmp_path, CRM_DATABASE_URL=datastore.url) as service:
        await asyncio.gather(kill_and_start(), *[write() for _ in range(WRITERS)])
        everything_is_there_once(datastore, acknowledged)
        await retries_get_the_same_answers(service, acknowledged)
        await counters_match(service, datastore, WRITES)
        assert service.stop() == 0
