"""The write-ahead log is copied beside the commits, and stays bounded.

SQLite copies 16 MiB inside the commit that fills the log: under full load the slowest hundredth of
creates took up to 318 ms.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from threading import Event

import apsw
import pytest

from crm_cell.storage.sqlite import checkpoints, connection
from crm_cell.storage.sqlite import database as sqlite
from crm_cell.storage.sqlite.connection import integrity_faults
from crm_cell.storage.sqlite.database import SqliteDatabase
from tests.storage.contract import NAMES, insert

PAGE_BYTES = 4096
DUE = 500
"""Pages after which a checkpoint is due, in these tests."""


@pytest.fixture
async def database(
    empty_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SqliteDatabase]:
    # SQLite's own would copy as early, if it were left to it.
    monkeypatch.setattr(connection, "_CHECKPOINT_PAGES", DUE)
    monkeypatch.setattr(checkpoints, "_CHECKPOINT_PAGES", DUE)
    monkeypatch.setattr(checkpoints, "_FEW_PAGES", DUE // 5)
    monkeypatch.setattr(checkpoints, "_AHEAD_PAGES", 3 * DUE)
    path = Path(shutil.copy(empty_database, tmp_path / "crm.db"))
    database = SqliteDatabase(path)
    await database.start()
    yield database
    await database.stop()
    assert integrity_faults(path) == []


def log_pages(database: SqliteDatabase) -> int:
    return Path(f"{database._path}-wal").stat().st_size // PAGE_BYTES


async def write(database: SqliteDatabase, numbers: range) -> None:
    """Each in a commit of its own, of several pages."""
    for number in numbers:
        await database.write("fill", "acme", insert(f"{number}-" + "x" * 200))


async def test_no_commit_waits_for_the_log_to_be_copied(database: SqliteDatabase) -> None:
    let_go = Event()
    blocked = database._checkpoints._thread.submit(let_go.wait)
    try:
        await write(database, range(120))
        assert log_pages(database) > 2 * DUE  # all of it still to be copied
    finally:
        let_go.set()
    blocked.result()
    for number in range(120, 2_000):
        if database._checkpoints._pages < DUE:
            return  # it was copied, and the log begins anew
        await write(database, range(number, number + 1))
    pytest.fail("The log was never copied.")


async def test_under_constant_writing_the_log_begins_anew_again_and_again(
    database: SqliteDatabase,
) -> None:
    await asyncio.gather(*[write(database, range(n, 1_600, 4)) for n in range(4)])
    assert log_pages(database) < 5 * DUE  # four times, and what one commit adds
    assert len(await rows(database)) == 1_600


async def test_commits_wait_when_they_are_too_far_ahead_of_the_copying(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = Event()
    copy_beside = database._checkpoints._copy_beside

    def late() -> None:
        let_go.wait()
        copy_beside()

    monkeypatch.setattr(database._checkpoints, "_copy_beside", late)
    writing = asyncio.create_task(write(database, range(1_600)))
    async with asyncio.timeout(30):
        while log_pages(database) < 4 * DUE:  # noqa: ASYNC110 - the file system tells nobody
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    assert log_pages(database) < 5 * DUE
    assert not writing.done()
    let_go.set()
    await writing
    assert log_pages(database) < 5 * DUE
    assert len(await rows(database)) == 1_600


async def test_a_reader_that_stays_makes_no_commit_wait_and_the_log_begins_anew_after_it(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = 0
    copy_rest = database._checkpoints.copy_rest

    async def counted() -> None:
        nonlocal pauses
        pauses += 1
        await copy_rest()

    monkeypatch.setattr(database._checkpoints, "copy_rest", counted)
    await write(database, range(10))
    with closing(apsw.Connection(str(database._path))) as reader:
        reader.execute("BEGIN")
        assert len(reader.execute("SELECT 1 FROM customers").fetchall()) == 10
        await write(database, range(10, 1000))
        grown = log_pages(database)
        assert grown > 4 * DUE
        assert pauses <= grown // DUE + 1
        assert len(reader.execute("SELECT 1 FROM customers").fetchall()) == 10
    await write(database, range(1000, 1300))
    assert database._checkpoints._pages < 4 * DUE
    assert log_pages(database) <= grown + 3 * DUE


async def test_a_log_is_cut_when_nothing_is_written_any_more(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_IDLE_SECONDS", 0.0)
    monkeypatch.setattr(sqlite, "_WATCH_SECONDS", 0.01)
    await write(database, range(20))
    async with asyncio.timeout(10):
        while log_pages(database):  # noqa: ASYNC110 - the file system tells nobody
            await asyncio.sleep(0.01)
    assert len(await rows(database)) == 20
    await write(database, range(20, 40))
    assert len(await rows(database)) == 40


async def rows(database: SqliteDatabase) -> list[tuple[object, ...]]:
    return await database.read("names", "acme", lambda tx: tx.fetch_all(NAMES), long=True)
