"""A database file that is deleted, moved or replaced under the service."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import httpx
import pytest

from tests.processes import Process, serving

Loss = Callable[[Path], object]


def replace(path: Path) -> None:
    Path(shutil.copy(path, path.with_name("copy.db"))).replace(path)


LOSSES: dict[str, Loss] = {
    "database deleted": lambda path: path.unlink(),
    "database replaced": replace,
    "write-ahead log deleted": lambda path: path.with_name("crm.db-wal").unlink(),
    "shared memory deleted": lambda path: path.with_name("crm.db-shm").unlink(),
    "folder renamed": lambda path: path.parent.rename(path.parent.with_name("elsewhere")),
}


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    folder = tmp_path / "data"
    folder.mkdir()
    database = f"sqlite:///{folder / 'crm.db'}"
    with serving(tmp_path, CRM_DATABASE_URL=database) as process:
        yield process


async def create(client: httpx.AsyncClient, name: str) -> httpx.Response:
    headers = {"X-Request-ID": f"create-{name}"}
    return await client.post("/customers", json={"name": name}, headers=headers)


@pytest.mark.parametrize("loss", LOSSES)
async def test_no_write_is_acknowledged_once_the_files_are_lost(
    process: Process, tmp_path: Path, loss: str
) -> None:
    path = tmp_path / "data" / "crm.db"
    async with process.client() as client:
        assert (await create(client, "before")).status_code == 201
        LOSSES[loss](path)
        if loss == "shared memory deleted":  # which loses no write by itself
            await anyio.sleep(1)
        answers = [await create(client, f"a{n}") for n in range(20)]
        assert [answer.status_code for answer in answers] == [503] * 20
        assert {answer.json()["code"] for answer in answers} == {"SERVICE_UNAVAILABLE"}
        probes = [await client.get(name) for name in ("/readyz", "/health", "/livez")]
        assert [probe.status_code for probe in probes] == [503, 503, 200]
        assert (await client.get("/customers")).status_code == 503
    assert sum("database_file_lost" in line for line in process.log()) == 1


@pytest.mark.parametrize("loss", ["link changed", "write-ahead log deleted"])
async def test_a_database_behind_a_link_is_watched_too(tmp_path: Path, loss: str) -> None:
    data, link = tmp_path / "data" / "crm.db", tmp_path / "link.db"
    data.parent.mkdir()
    link.symlink_to(data)
    with serving(tmp_path, CRM_DATABASE_URL=f"sqlite:///{link}") as process:
        async with process.client() as client:
            assert (await create(client, "before")).status_code == 201
            if loss == "link changed":
                link.unlink()
                link.symlink_to(shutil.copy(data, data.with_name("copy.db")))
            else:
                data.with_name("crm.db-wal").unlink()
            assert (await create(client, "after")).status_code == 503
            assert (await client.get("/readyz")).status_code == 503


async def test_an_idle_service_notices_within_a_second(process: Process, tmp_path: Path) -> None:
    (tmp_path / "data" / "crm.db").unlink()
    await anyio.sleep(1)
    assert any("database_file_lost" in line for line in process.log())


async def test_a_folder_that_is_back_is_served_again(process: Process, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    async with process.client() as client:
        folder.rename(elsewhere)
        assert (await client.get("/readyz")).status_code == 503
        elsewhere.rename(folder)
        assert (await client.get("/readyz")).status_code == 200
        assert (await create(client, "after")).status_code == 201
    assert any("database_file_back" in line for line in process.log())
