"""SQLite behind the engine's seam: what every engine must do, and what only a file can suffer."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from structlog.testing import capture_logs

from crm_cell.kernel.errors import NotFound, Unavailable
from crm_cell.storage.engine import Row, Tx
from crm_cell.storage.errors import FileHeld
from crm_cell.storage.sqlite import database as sqlite
from crm_cell.storage.sqlite import group_commit
from crm_cell.storage.sqlite.connection import integrity_faults
from crm_cell.storage.sqlite.database import SqliteDatabase
from tests.storage.contract import (
    APPENDED_IDS,
    NAMES,
    Elsewhere,
    StorageContract,
    Unit,
    append,
    insert,
    kept,
    names,
)

LONG_TEXT = "x" * 4_000


@pytest.fixture
def path(empty_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "crm.db"))


@pytest.fixture
async def database(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteDatabase]:
    # On a busy machine a group would end before those have run that are to run together.
    monkeypatch.setattr(sqlite, "_GROUP_SECONDS", 60)
    database = SqliteDatabase(path)
    await database.start()
    yield database
    if not database._stopping:
        await database.stop()
    assert integrity_faults(path) == []


@pytest.fixture
def elsewhere(path: Path) -> Elsewhere:
    def run(sql: str) -> list[Row]:
        with closing(apsw.Connection(str(path))) as other:
            return other.execute(sql).fetchall()

    return run


class TestSqlite(StorageContract):
    """The contract of every engine."""


# One writer: units run one after another, as they came


async def test_units_run_in_the_order_in_which_they_came(database: SqliteDatabase) -> None:
    order: list[int] = []

    def unit(number: int) -> Unit:
        async def run(tx: Tx) -> None:
            order.append(number)
            await tx.fetch_one(NAMES)

        return run

    await asyncio.gather(
        *[database.write("count", "acme", unit(n), long=n % 3 == 0) for n in range(60)]
    )
    assert order == list(range(60))


async def test_what_comes_after_a_refusal_does_not_see_it(database: SqliteDatabase) -> None:
    answers = await asyncio.gather(
        database.write("a", "acme", insert("a", then=NotFound())),
        database.write("a", "acme", insert("a")),
        database.write("names", "acme", names),
        return_exceptions=True,
    )
    assert (answers[1], answers[2]) == ("a", ["a"])


# A lock that another process holds: an import, a backup


async def test_a_write_waits_for_another_process_and_reads_do_not(
    database: SqliteDatabase, path: Path
) -> None:
    with closing(apsw.Connection(str(path))) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(database.write("a", "acme", insert("a")))
        assert await kept(database) == []
        assert not waiting.done()
        other.execute("COMMIT")
    assert await waiting == "a"


async def test_a_write_that_waited_too_long_is_refused_and_leaves_nothing(
    database: SqliteDatabase, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "_PATIENCE_SECONDS", 0.02)
    with closing(apsw.Connection(str(path))) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = await asyncio.gather(
            *[database.write(name, "acme", insert(name)) for name in "abc"], return_exceptions=True
        )
    assert [type(answer) for answer in answers] == [FileHeld] * 3
    assert await kept(database) == []
    assert await database.write("d", "acme", insert("d")) == "d"


# A full disk


async def fill(database: SqliteDatabase, pages_left: int) -> None:
    pages = database._writer.execute("PRAGMA page_count").fetchall()[0][0]
    database._writer.execute(f"PRAGMA max_page_count = {int(str(pages)) + pages_left}")


@pytest.mark.parametrize("pages_left", [0, 1, 3, 20])
@pytest.mark.parametrize("long", [False, True])
async def test_on_a_full_disk_nobody_of_the_group_is_answered_and_nothing_is_kept(
    database: SqliteDatabase, pages_left: int, long: bool
) -> None:
    await database.write("before", "acme", insert("before"))
    await fill(database, pages_left)
    with capture_logs() as logged:
        answers = await asyncio.gather(
            *[
                database.write("big", "acme", insert(f"{n}{LONG_TEXT}"), long=long)
                for n in range(50)
            ],
            return_exceptions=True,
        )
    acknowledged = [answer for answer in answers if isinstance(answer, str)]
    failed = [answer for answer in answers if not isinstance(answer, str)]
    assert {type(error) for error in failed} == {Unavailable}
    assert sorted(await kept(database)) == sorted(["before", *acknowledged])
    assert {line["event"] for line in logged} == {"commit_failed", "writes_fail"}


async def test_with_room_again_the_service_goes_on(database: SqliteDatabase) -> None:
    await fill(database, 0)
    with capture_logs(), pytest.raises(Unavailable):
        await database.write("big", "acme", insert(LONG_TEXT * 10))
    assert await database.read("names", "acme", names) == []
    await fill(database, 1000)
    assert await database.write("big", "acme", insert(LONG_TEXT * 10)) == LONG_TEXT * 10


async def test_who_was_refused_because_of_what_is_lost_may_try_again(
    database: SqliteDatabase,
) -> None:
    """A name that was taken by a write of the same group is free when the group is lost."""
    await fill(database, 1)

    async def refused_if_there(tx: Tx) -> None:
        if await names(tx):
            raise NotFound

    with capture_logs():
        answers = await asyncio.gather(
            database.write("small", "acme", insert("small")),
            database.write("refused", "acme", refused_if_there),
            database.write("big", "acme", insert(LONG_TEXT * 50)),
            return_exceptions=True,
        )
    assert [type(answer) for answer in answers] == [Unavailable] * 3
    assert await kept(database) == []


# Groups that have to run again


def counted(unit: Unit, runs: list[str], name: str) -> Unit:
    async def run(tx: Tx) -> object:
        runs.append(name)
        return await unit(tx)

    return run


async def run_together(database: SqliteDatabase, **units: Unit) -> tuple[list[object], list[str]]:
    """What became of each, and in which order they ran."""
    runs: list[str] = []
    answers = await asyncio.gather(
        *[database.write(n, "acme", counted(unit, runs, n)) for n, unit in units.items()],
        return_exceptions=True,
    )
    return answers, runs


async def refuse(tx: Tx) -> None:
    await names(tx)
    raise NotFound


async def test_a_unit_that_fails_after_it_has_written_makes_its_group_run_again(
    database: SqliteDatabase,
) -> None:
    failing = insert("b", then=NotFound())
    answers, runs = await run_together(database, a=insert("a"), b=failing, c=insert("c"))
    assert (answers[0], type(answers[1]), answers[2]) == ("a", NotFound, "c")
    assert runs == ["a", "b", "a", "b", "c"]
    assert await kept(database) == ["a", "c"]


async def test_after_a_failure_the_next_groups_are_prepared_for_another(
    database: SqliteDatabase,
) -> None:
    failing = insert("b", then=NotFound())
    for expected in (["b", "b"], ["b"], ["b"]):
        assert (await run_together(database, b=failing))[1] == expected
    for _ in range(sqlite._SAVEPOINT_GROUPS):
        await database.write("names", "acme", names)
    assert (await run_together(database, b=failing))[1] == ["b", "b"]
    assert await kept(database) == []


async def test_a_refusal_before_anything_is_written_lets_nobody_run_again(
    database: SqliteDatabase,
) -> None:
    await database.write("a", "acme", insert("a"))
    answers, runs = await run_together(
        database, b=insert("b"), refused=refuse, name_taken=insert("a"), c=insert("c")
    )
    assert [type(answer).__name__ for answer in answers] == [
        "str",
        "NotFound",
        "UniqueViolation",
        "str",
    ]
    assert runs == ["b", "refused", "name_taken", "c"]
    assert await kept(database) == ["a", "b", "c"]


async def test_an_appended_row_that_cannot_be_written_fails_its_unit_alone(
    database: SqliteDatabase, elsewhere: Elsewhere
) -> None:
    answers, runs = await run_together(
        database, a=append("a"), twice=append("x", "x"), b=append("b")
    )
    assert [type(answer).__name__ for answer in answers] == [
        "NoneType",
        "ConstraintError",
        "NoneType",
    ]
    assert runs == ["a", "twice", "b"] * 2
    assert elsewhere(APPENDED_IDS) == [("a",), ("b",)]
    assert await kept(database) == ["a", "b"]


# What only this engine could get wrong


async def test_a_unit_that_awaits_anything_else_is_our_mistake(database: SqliteDatabase) -> None:
    async def unit(tx: Tx) -> None:
        await insert("a")(tx)
        await asyncio.sleep(0)

    for long in (False, True):
        with pytest.raises(RuntimeError, match="may await nothing but its transaction"):
            await database.write("sleepy", "acme", unit, long=long)
    assert await kept(database) == []
    assert await database.write("b", "acme", insert("b")) == "b"


async def test_after_stopping_nobody_waits_for_ever(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.start()
    await database.stop()
    with pytest.raises(Unavailable):
        await database.write("late", "acme", insert("late"))


def spoil(path: Path, database: SqliteDatabase) -> None:
    """Overwrite all but the first page of the file, and what the connections remember of it."""
    database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = path.read_bytes()
    path.write_bytes(raw[:4096] + b"\xa5" * (len(raw) - 4096))
    for connection in (database._reader, database._writer):
        connection.execute("PRAGMA shrink_memory")


async def test_a_spoilt_file_is_the_worlds_weather_not_our_mistake(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.start()
    await database.write("a", "acme", insert("a"))
    spoil(path, database)
    with capture_logs() as logged:
        for long in (False, True):
            with pytest.raises(Unavailable):
                await database.read("names", "acme", names, long=long)
            with pytest.raises(Unavailable):
                await database.write("b", "acme", insert("b"), long=long)
        with pytest.raises(Unavailable):
            await database.ping()
    await database.stop()
    told = {line["event"] for line in logged}
    what_follows = {"database_damaged", "writes_fail"}
    assert told == {"read_failed", "snapshot_failed", "commit_failed"} | what_follows


async def test_a_commit_means_that_it_is_on_disk(database: SqliteDatabase) -> None:
    for pragma, value in (("synchronous", 2), ("journal_mode", "wal"), ("foreign_keys", 1)):
        assert database._writer.execute(f"PRAGMA {pragma}").fetchall() == [(value,)]
