"""`crm-cell serve --workers`: several processes at one port."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.databases import PostgresDatastore
from tests.processes import PATIENCE_SECONDS, Process, serving

WORKERS = 2


@pytest.fixture
def service(tmp_path: Path, postgres_datastore: PostgresDatastore) -> Iterator[Process]:
    url = postgres_datastore.url
    with serving(tmp_path, "--workers", str(WORKERS), CRM_DATABASE_URL=url) as process:
        yield process


def workers_of(process: Process) -> set[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return {int(pid) for pid in children.read_text().split()}


def exist(pids: set[int]) -> bool:
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


async def until(condition: Callable[[], bool]) -> None:
    """Processes come and go without telling anybody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - nothing to wait on
            await asyncio.sleep(0.01)


async def names(process: Process) -> list[str]:
    """From a connection of its own, so that any of the workers may get it."""
    async with process.client() as client:
        answer = await client.get("/customers")
        assert answer.status_code == 200
        return [row["name"] for row in answer.json()["data"]]


async def create(process: Process, name: str) -> httpx.Response:
    async with process.client(**{"X-Request-ID": name}) as client:
        return await client.post("/customers", json={"name": name})


async def takes_connections(process: Process) -> bool:
    async with process.client() as client:
        try:
            return (await client.get("/livez")).status_code == 200
        except httpx.ConnectError:
            return False


async def test_what_one_writes_all_read(service: Process) -> None:
    assert len(workers_of(service)) == WORKERS
    assert (await create(service, "first")).status_code == 201
    for _ in range(20):
        assert await names(service) == ["first"]


async def test_a_copy_of_a_request_is_a_replay_whichever_gets_it(service: Process) -> None:
    answers = await asyncio.gather(*[create(service, "same") for _ in range(20)])
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (201, answers[0].content)
    }
    replayed = [answer.headers.get("idempotent-replayed") for answer in answers]
    assert replayed.count(None) == 1


async def test_whichever_is_asked_tells_the_figures_of_all(service: Process) -> None:
    await asyncio.gather(*[names(service) for _ in range(30)])
    expected = 'crm_http_requests_total{method="GET",route="/customers",status="200"} 30.0'
    await asyncio.sleep(1.1)  # within a second each has shared its own
    for _ in range(5):
        assert expected in await exposition(service)


async def exposition(process: Process) -> list[str]:
    async with process.client(Accept="text/plain") as client:
        return (await client.get("/metrics")).text.splitlines()


async def test_one_that_dies_is_replaced(service: Process) -> None:
    before = workers_of(service)
    victim = before.pop()
    os.kill(victim, signal.SIGKILL)
    await until(lambda: len(workers_of(service) - {victim}) == WORKERS)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await takes_connections(service):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    assert (await create(service, "after")).status_code == 201


async def test_all_end_with_the_service(service: Process) -> None:
    workers = workers_of(service)
    assert service.stop() == 0
    await until(lambda: not exist(workers))


async def test_none_outlives_a_service_that_was_killed(service: Process) -> None:
    workers = workers_of(service)
    service.kill()
    await until(lambda: not exist(workers))
