"""/readyz tells whether requests would succeed, /health whether the database answers."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit
from typing import Any

import pytest
from structlog.testing import capture_logs

from crm_cell.encryption.keyless import KeylessDatabase
from crm_cell.storage import health
from crm_cell.storage.health import TRIAL_TENANT
from crm_cell.storage.sqlite.database import SqliteDatabase
from tests.databases import Datastore, SqliteFile
from tests.processes import serving
from tests.world import Caller, Running

FULL = (
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$"
)
TABLES = ("customers", "idempotency_keys")


def sqlite_of(cell: Running) -> SqliteDatabase:
    assert isinstance(cell.service.database, KeylessDatabase)
    database = cell.service.database._inner
    assert isinstance(database, SqliteDatabase)
    return database


def fill_sqlite(cell: Running) -> Callable[[], object]:
    """No page more; gives what makes room again."""
    writer = sqlite_of(cell)._writer
    pages: Any = writer.execute("PRAGMA page_count").fetchall()[0][0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    return lambda: writer.execute("PRAGMA max_page_count = 1000000").fetchall()


def fill_postgres(datastore: Datastore) -> Callable[[], object]:
    """A server that says what a full one says."""
    datastore.rows(FULL)
    for table in TABLES:
        datastore.rows(
            f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION full_disk()"
        )
    return lambda: datastore.rows("DROP FUNCTION full_disk CASCADE")


async def states(cell: Running) -> list[int]:
    """Of /readyz, /health and /livez."""
    return [(await cell.client.get(path)).status_code for path in ("/readyz", "/health", "/livez")]


async def test_it_is_not_ready_while_writes_fail_and_ready_when_they_succeed(
    cell: Running, acme: Caller, datastore: Datastore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_TRY_SECONDS", 0.0)
    assert await states(cell) == [200, 200, 200]
    is_file = isinstance(datastore, SqliteFile)
    make_room = fill_sqlite(cell) if is_file else fill_postgres(datastore)
    big = [{"name": f"customer {n}" + "x" * 150} for n in range(200)]
    with capture_logs() as logged:
        assert (await acme.post("/customers/import", {"items": big})).status_code == 503
        assert await states(cell) == [503, 200, 200]
        assert (await acme.get("/customers")).status_code == 200
        make_room()
        assert await states(cell) == [200, 200, 200]
    assert (await acme.post("/customers/import", {"items": big})).status_code == 200
    events = [line["event"] for line in logged]
    assert (events.count("writes_fail"), events.count("writes_succeed_again")) == (1, 1)
    left = "SELECT count(*) FROM idempotency_keys WHERE tenant_id = ?"
    assert datastore.rows(left, TRIAL_TENANT) == [(0,)]


async def test_it_tries_to_write_once_a_second_at_most(
    cell: Running, acme: Caller, datastore: Datastore
) -> None:
    is_file = isinstance(datastore, SqliteFile)
    make_room = fill_sqlite(cell) if is_file else fill_postgres(datastore)
    big = [{"name": f"customer {n}" + "x" * 150} for n in range(200)]
    assert (await acme.post("/customers/import", {"items": big})).status_code == 503
    assert (await states(cell))[0] == 503
    make_room()
    assert (await states(cell))[0] == 503
    await asyncio.sleep(health._TRY_SECONDS)
    assert (await states(cell))[0] == 200


def spoil(cell: Running) -> None:
    """Overwrite all but the first page, and what the connections remember of it."""
    database = sqlite_of(cell)
    database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = database._path.read_bytes()
    database._path.write_bytes(raw[:4096] + b"\xa5" * (len(raw) - 4096))
    for connection in (database._reader, database._writer):
        connection.execute("PRAGMA shrink_memory")


@pytest.mark.parametrize("datastore", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_it_is_not_ready_once_a_damaged_page_was_met(
    cell: Running, acme: Caller, method: str
) -> None:
    assert (await acme.post("/customers", {"name": "Ada"})).status_code == 201
    spoil(cell)
    with capture_logs() as logged:
        if method == "GET":
            answer = await acme.get("/customers")
        else:
            answer = await acme.post("/customers", {"name": "Bo"})
        assert answer.status_code == 503
        ready, _, live = await states(cell)
        assert (ready, live) == (503, 200)
    assert [line["event"] for line in logged].count("database_damaged") == 1


async def test_it_is_not_ready_while_the_system_refuses_to_write(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        async with process.client() as client:
            caller = Caller(client, "acme")
            assert (await caller.post("/customers", {"name": "Ada"})).status_code == 201
            log = tmp_path / "crm.db-wal"
            _, most = prlimit(process.pid, RLIMIT_FSIZE, (log.stat().st_size, RLIM_INFINITY))
            answers = [await caller.post("/customers", {"name": f"n{n}"}) for n in range(5)]
            assert [answer.status_code for answer in answers] == [503] * 5
            assert (await client.get("/readyz")).status_code == 503
            prlimit(process.pid, RLIMIT_FSIZE, (most, most))
            await asyncio.sleep(health._TRY_SECONDS)
            assert (await client.get("/readyz")).status_code == 200
            assert (await caller.post("/customers", {"name": "Bo"})).status_code == 201
