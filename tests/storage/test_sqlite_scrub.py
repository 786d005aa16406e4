"""What is deleted leaves nothing in the file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crm_cell.storage.engine import EVERY_TENANT, Tx
from crm_cell.storage.open import scrub, sole_service
from crm_cell.storage.sqlite.database import SqliteDatabase
from tests.databases import SqliteFile

MARK = "13911112222"


@pytest.fixture
async def database(sqlite_datastore: SqliteFile) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(sqlite_datastore.path)
    await database.start()
    yield database
    await database.stop()


async def add_and_delete(database: SqliteDatabase) -> None:
    async def add(tx: Tx) -> None:
        await tx.execute(
            "INSERT INTO events (tenant_id, id, event_type, data, created_at)"
            " VALUES ('acme', '1', 'crm.customer.created', :data, 1)",
            data=MARK * 100,
        )

    async def delete(tx: Tx) -> None:
        await tx.execute("DELETE FROM events")

    await database.write("add", EVERY_TENANT, add)
    await database.write("delete", EVERY_TENANT, delete)


def in_file(path: Path) -> bool:
    return MARK.encode() in path.read_bytes()


def in_log(path: Path) -> bool:
    return MARK.encode() in path.with_name(f"{path.name}-wal").read_bytes()


@pytest.mark.parametrize("overwritten", [False, True])
async def test_what_is_deleted_is_overwritten_from_then_on(
    sqlite_datastore: SqliteFile, overwritten: bool
) -> None:
    database = SqliteDatabase(sqlite_datastore.path)
    await database.start()
    if overwritten:
        await database.overwrite_deleted()
    await add_and_delete(database)
    await database.stop()
    assert in_file(sqlite_datastore.path) is not overwritten


async def test_a_file_that_nobody_serves_is_written_anew(
    database: SqliteDatabase, sqlite_datastore: SqliteFile
) -> None:
    await add_and_delete(database)
    assert in_log(sqlite_datastore.path)
    assert scrub(sqlite_datastore.url)
    assert not in_file(sqlite_datastore.path)
    assert not in_log(sqlite_datastore.path)


async def test_beside_a_service_the_log_is_emptied(
    database: SqliteDatabase, sqlite_datastore: SqliteFile
) -> None:
    await add_and_delete(database)
    with sole_service(sqlite_datastore.url):
        assert not scrub(sqlite_datastore.url)
    assert in_file(sqlite_datastore.path)
    assert not in_log(sqlite_datastore.path)


async def test_who_writes_is_not_waited_for_long(
    database: SqliteDatabase, sqlite_datastore: SqliteFile
) -> None:
    await add_and_delete(database)
    with sqlite_datastore.held():
        assert not scrub(sqlite_datastore.url)
    assert in_log(sqlite_datastore.path)
