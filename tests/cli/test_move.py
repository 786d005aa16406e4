"""crm-cell move: everything arrives, once, or the target is not served."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from crm_cell.app import Cell
from crm_cell.demo import fill
from crm_cell.settings import Settings
from crm_cell.storage.counter_check import differences
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.migrate import migrate
from crm_cell.storage.open import open_database, place_of
from crm_cell.storage.schema import SCHEMA_VERSION
from crm_cell.storage.sole_service import sole_service
from tests.cli.conftest import Terminal
from tests.databases import Datastore, Outside, PostgresDatastore, PostgresServer, SqliteFile
from tests.processes import PATIENCE_SECONDS, environment
from tests.world import Caller

T = TypeVar("T")

MONDAY = date(2026, 11, 23)
PAGES = [
    "/customers?pageSize=500",
    "/customers?page=3&pageSize=7",
    "/contacts?pageSize=500",
    "/opportunities?pageSize=500",
    "/follow-ups?pageSize=500",
    "/contracts?pageSize=500",
    "/payments?pageSize=500",
    "/audit-logs?pageSize=500",
    "/customers/export?format=ndjson",
    "/reports/funnel",
    "/metrics",
]
CREATE = {"name": "搬家前的客户", "contactPhone": "13812345678"}


@pytest.fixture(scope="module")
def filled_file(empty_database: Path) -> Path:
    """The demo data, and one customer whose request may be repeated."""
    path = empty_database.with_name("to-be-moved.db")
    shutil.copy(empty_database, path)
    asyncio.run(filled(f"sqlite:///{path}"))
    return path


async def filled(url: str) -> None:
    database = open_database(url)
    await database.start()
    await fill(database, today=MONDAY)
    await database.stop()
    await answered(url, lambda caller: caller.post("/customers", CREATE, key="before"))


@pytest.fixture
def source(filled_file: Path, tmp_path: Path) -> SqliteFile:
    return SqliteFile(Path(shutil.copy(filled_file, tmp_path / "crm.db")))


@pytest.fixture(scope="module")
def migrated(postgres: PostgresServer) -> Iterator[PostgresDatastore]:
    """To be copied, so nobody stays connected to it."""
    datastore = PostgresDatastore(postgres)
    migrate(datastore.url)
    yield datastore
    datastore.close()


@pytest.fixture
def target(migrated: PostgresDatastore) -> Iterator[PostgresDatastore]:
    datastore = migrated.copy()
    yield datastore
    datastore.close()


async def answered(url: str, call: Callable[[Caller], Awaitable[T]]) -> T:
    """What the service on a database says to somebody who sees the whole tenant `demo`."""
    service = Cell(Settings(database_url=url, demo=False), lambda line: None)
    await service.start()
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
        answer = await call(Caller(client, "demo"))
    await service.stop()
    return answer


async def pages(caller: Caller) -> dict[str, bytes]:
    """What callers read, cursors and the history of each opportunity included."""
    found = {path: (await caller.send("GET", path)).content for path in PAGES}
    answer = await caller.get("/opportunities", pageSize=40)
    while cursor := answer.json()["nextCursor"]:
        answer = await caller.get("/opportunities", pageSize=40, cursor=cursor)
        found[cursor] = answer.content
        path = f"/opportunities/{answer.json()['data'][0]['opportunityId']}/history"
        found[path] = (await caller.get(path)).content
    return found


def contents(datastore: Datastore) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, its columns by name."""
    found = {}
    for table in sorted(datastore.tables()):
        if not table.startswith("sqlite_"):
            found[table] = sorted(datastore.rows(f'SELECT * FROM "{table}"'), key=repr)
    return found


def moves(terminal: Terminal, source: Datastore, target: Datastore) -> list[str]:
    said = terminal.run("move", "--from", source.url, "--to", target.url)
    assert said.code == 0, said
    return said.out.splitlines()


def refuses(terminal: Terminal, source: Datastore, target: Datastore) -> str:
    """The line without who said it and where; nothing in either database has moved."""
    before = contents(source), contents(target)
    line = terminal.fails("move", "--from", source.url, "--to", target.url)
    assert (contents(source), contents(target)) == before
    return line.removeprefix(f"crm-cell: {place_of(target.url)}: ")


# Everything arrives


def test_every_row_arrives_as_it_was(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    before = contents(source)
    *tables, last = moves(nowhere, source, target)
    assert contents(target) == before == contents(source)
    assert {line.split(":")[0] for line in tables} == before.keys() - {"alembic_version"}
    assert [line[:-32] for line in tables if line.startswith("customers:")] == [
        "customers: 201 rows, the same on both sides, "
    ]
    assert last == f"all of {place_of(source.url)} is now in {place_of(target.url)}"


def test_the_service_answers_the_same_bytes_as_before(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    before = asyncio.run(answered(source.url, pages))
    moves(nowhere, source, target)
    assert asyncio.run(answered(target.url, pages)) == before


def test_a_request_from_before_the_move_is_not_done_again(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    async def repeat(caller: Caller) -> tuple[int, bytes, str, str]:
        answer = await caller.post("/customers", CREATE, key="before")
        headers = answer.headers
        assert headers["Idempotent-Replayed"] == "true"
        return answer.status_code, answer.content, headers["Location"], headers["ETag"]

    here = asyncio.run(answered(source.url, repeat))
    moves(nowhere, source, target)
    before = contents(target)
    assert asyncio.run(answered(target.url, repeat)) == here
    assert contents(target) == before


def test_the_counters_are_right_and_go_on(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    async def create(caller: Caller) -> int:
        await caller.customer(name="搬家后的客户")
        return int((await caller.get("/customers")).json()["total"])

    moves(nowhere, source, target)
    assert asyncio.run(answered(target.url, create)) == 202

    async def count_anew() -> object:
        database = open_database(target.url)
        await database.start()
        try:
            return await database.read("check", None, differences)
        finally:
            await database.stop()

    assert asyncio.run(count_anew()) == []


def test_a_new_target_is_made_first(
    nowhere: Terminal, source: SqliteFile, postgres: PostgresServer
) -> None:
    target = PostgresDatastore(postgres)
    moves(nowhere, source, target)
    assert contents(target) == contents(source)
    target.close()


def test_and_back_again(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore, tmp_path: Path
) -> None:
    moves(nowhere, source, target)
    back = SqliteFile(tmp_path / "new" / "back.db")
    moves(nowhere, target, back)
    assert contents(back) == contents(source)
    assert asyncio.run(answered(back.url, pages)) == asyncio.run(answered(source.url, pages))


def test_a_table_of_a_later_release_is_moved_too(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    columns = (
        "tenant_id TEXT, id TEXT, follow_up_id TEXT, n {}, raw {}, PRIMARY KEY (tenant_id, id)"
    )
    link = "FOREIGN KEY (tenant_id, follow_up_id) REFERENCES follow_ups (tenant_id, id)"
    source.rows(f"CREATE TABLE annexes ({columns.format('INTEGER', 'BLOB')}, {link}) STRICT")
    target.rows(f"CREATE TABLE annexes ({columns.format('BIGINT', 'BYTEA')}, {link})")
    target.rows("GRANT SELECT ON annexes TO crm_upkeep")
    source.rows(
        "INSERT INTO annexes SELECT tenant_id, id, id, -5000000000, x'00ff' FROM follow_ups"
    )
    lines = moves(nowhere, source, target)
    assert "annexes: 600 rows, the same on both sides" in "\n".join(lines)
    assert target.rows("SELECT DISTINCT n, raw FROM annexes") == [(-5_000_000_000, b"\x00\xff")]


def test_the_wall_between_tenants_stands_afterwards(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    rights = "SELECT relname, relacl::text[] FROM pg_class WHERE relrowsecurity"
    before = sorted((name, sorted(acl)) for name, acl in target.rows(rights))
    moves(nowhere, source, target)
    after = sorted((name, sorted(acl)) for name, acl in target.rows(rights))
    assert after == before
    assert any(acl.startswith("crm_upkeep=r/") for acl in dict(after)["payments"])


def test_an_owner_whom_the_wall_holds_can_move_in(
    nowhere: Terminal, source: SqliteFile, postgres: PostgresServer
) -> None:
    target = PostgresDatastore(postgres)
    owner = target.login("CREATEROLE")
    target.on_server(f"GRANT crm_app, crm_upkeep TO {owner}")
    target.on_server(f"ALTER DATABASE {target.name} OWNER TO {owner}")
    target.url = target.url_for(owner)
    moves(nowhere, source, target)
    assert contents(target) == contents(source)
    target.close()


# It goes on where it was


class Mover:
    """A move in a process of its own, which can be killed."""

    def __init__(self, folder: Path, source: Datastore, target: Datastore) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crm_cell", "move", "--from", source.url, "--to", target.url],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None


CUSTOMERS = 7_000
MANY = f"""
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CUSTOMERS})
INSERT INTO customers (tenant_id, id, name, name_key, status, version, created_at, updated_at)
SELECT 'many', printf('%08d', i), '客户 ' || i, '客户 ' || i, 1, 1, i, i FROM n
"""
WAITING = """
SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()
"""
IN_THE_WAY = """
INSERT INTO customers (tenant_id, id, name, name_key, status, version, created_at, updated_at)
VALUES ('many', '00005000', '', '', 1, 1, 0, 0)
"""


@pytest.fixture(scope="module")
def stopped(
    filled_file: Path, migrated: PostgresDatastore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, PostgresDatastore]]:
    """A file, and the target of a move that was killed in the third transaction of a table."""
    folder = tmp_path_factory.mktemp("stopped")
    source = SqliteFile(Path(shutil.copy(filled_file, folder / "crm.db")))
    source.rows(MANY)
    target = migrated.copy()
    other, observer = Outside(target.url), Outside(target.url)
    other.run("BEGIN")
    other.run(IN_THE_WAY)
    mover = Mover(folder, source, target)
    while not observer.run(WAITING):
        assert mover.is_running
    mover.kill()
    other.run("ROLLBACK")
    other.close()
    observer.close()
    yield source.path, target
    target.close()


@pytest.fixture
def interrupted(
    source: SqliteFile, stopped: tuple[Path, PostgresDatastore]
) -> Iterator[PostgresDatastore]:
    """A copy of both, the file in the place of `source`."""
    shutil.copy(stopped[0], source.path)
    copy = stopped[1].copy()
    copy.rows("UPDATE unfinished_move SET source = ?", place_of(source.url))
    yield copy
    copy.close()


def test_a_killed_move_goes_on_where_it_was(
    nowhere: Terminal, source: SqliteFile, interrupted: PostgresDatastore
) -> None:
    progress = "SELECT done, rows FROM unfinished_move WHERE table_name = 'customers'"
    assert interrupted.rows(progress) == [(4000, CUSTOMERS + 201)]
    there = interrupted.rows("SELECT id, xmin::text FROM customers")
    assert len(there) == 4000
    moves(nowhere, source, interrupted)
    assert contents(interrupted) == contents(source)
    assert set(there) < set(interrupted.rows("SELECT id, xmin::text FROM customers"))


def test_a_target_that_is_not_all_there_is_not_served(
    nowhere: Terminal, source: SqliteFile, interrupted: PostgresDatastore
) -> None:
    with pytest.raises(CannotOpen) as refused:
        asyncio.run(answered(interrupted.url, pages))
    why = "only a part of it is there: the same crm-cell move again brings the rest"
    assert refused.value.reason == f"{place_of(interrupted.url)}: {why}"
    moves(nowhere, source, interrupted)
    assert asyncio.run(answered(interrupted.url, pages))


def test_an_unfinished_move_takes_no_other_source(
    nowhere: Terminal, source: SqliteFile, interrupted: PostgresDatastore, tmp_path: Path
) -> None:
    other = SqliteFile(Path(shutil.copy(source.path, tmp_path / "other.db")))
    line = refuses(nowhere, other, interrupted)
    assert line == f"it has an unfinished move from {place_of(source.url)}"


def test_a_source_that_was_used_in_between_is_refused(
    nowhere: Terminal, source: SqliteFile, interrupted: PostgresDatastore
) -> None:
    source.rows(IN_THE_WAY.replace("many", "new"))
    line = refuses(nowhere, source, interrupted)
    assert line == "the source has changed since this move began: begin with a new target"


def test_a_part_of_a_database_is_no_source(
    nowhere: Terminal, interrupted: PostgresDatastore, tmp_path: Path
) -> None:
    back = SqliteFile(tmp_path / "back.db")
    migrate(back.url)
    line = refuses(nowhere, interrupted, back)
    assert line == "the source is itself only a part: a move into it was stopped"


def test_a_part_of_a_file_is_not_served_either(tmp_path: Path) -> None:
    half = SqliteFile(tmp_path / "half.db")
    migrate(half.url)
    half.rows("CREATE TABLE unfinished_move (source TEXT)")
    with pytest.raises(CannotOpen) as refused:
        asyncio.run(answered(half.url, pages))
    why = "only a part of it is there: the same crm-cell move again brings the rest"
    assert refused.value.reason == f"{half.path}: {why}"


# The comparison


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            "UPDATE customers SET version = 2 WHERE id = '00000001'",
            "customers: the sum of version: 7209 in the source, 7210 in the target",
        ),
        (
            "UPDATE customers SET name = '客户 9' WHERE id = '00000001'",
            "customers: as many rows on both sides, but not the same",
        ),
        (
            "DELETE FROM customers WHERE id = '00000001'",
            "customers: rows: 7201 in the source, 7200 in the target",
        ),
    ],
)
def test_a_difference_is_found_and_the_target_is_not_served(
    nowhere: Terminal,
    source: SqliteFile,
    interrupted: PostgresDatastore,
    change: str,
    line: str,
) -> None:
    interrupted.rows(change)
    for _ in range(2):
        said = nowhere.fails("move", "--from", source.url, "--to", interrupted.url)
        assert said == f"crm-cell: {place_of(interrupted.url)}: {line}"
    with pytest.raises(CannotOpen):
        asyncio.run(answered(interrupted.url, pages))


# Refusals


def test_a_target_with_rows_is_refused(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    target.rows(
        "INSERT INTO events (tenant_id, id, event_type, data, created_at)"
        " VALUES ('acme', '1', 'x', '{}', 0)"
    )
    assert refuses(nowhere, source, target) == "not empty: it has rows in events"


def test_a_finished_move_is_not_done_again(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    moves(nowhere, source, target)
    assert refuses(nowhere, source, target).startswith("not empty: it has rows in ")


def test_a_source_that_is_served_is_refused(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    with sole_service(source.path):
        line = refuses(nowhere, source, target)
    assert line.startswith(f"crm-cell: {source.path}: process ")
    assert line.endswith(" serves it already")


def test_a_source_that_somebody_writes_to_is_refused(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    with source.held():
        assert refuses(nowhere, source, target) == f"crm-cell: {source.path}: database is locked"


def test_a_server_that_somebody_writes_to_is_refused(
    nowhere: Terminal, target: PostgresDatastore, tmp_path: Path
) -> None:
    back = SqliteFile(tmp_path / "back.db")
    migrate(back.url)
    with target.held():
        line = refuses(nowhere, target, back)
    place = place_of(target.url)
    assert line == f'crm-cell: {place}: could not obtain lock on relation "idempotency_keys"'


def test_the_schema_of_another_release_is_refused(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    source.rows("UPDATE alembic_version SET version_num = '0000'")
    assert refuses(nowhere, source, target) == (
        f"crm-cell: {source.path}: its schema is 0000, this release's {SCHEMA_VERSION}:"
        " crm-cell migrate brings it there"
    )
    source.rows("UPDATE alembic_version SET version_num = ?", SCHEMA_VERSION)
    target.rows("UPDATE alembic_version SET version_num = '0000'")
    assert refuses(nowhere, source, target) == (
        f"its schema is 0000, this release's {SCHEMA_VERSION}: the target must be new"
    )


def test_tables_that_have_nowhere_to_go_are_named(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    source.rows("CREATE TABLE notes (tenant_id TEXT, id TEXT, PRIMARY KEY (tenant_id, id))")
    assert refuses(nowhere, source, target) == "not the same tables on both sides: notes"


def test_a_source_that_is_not_there_is_not_made(
    nowhere: Terminal, target: PostgresDatastore
) -> None:
    url = f"sqlite:///{nowhere.folder}/nowhere/crm.db"
    line = nowhere.fails("move", "--from", url, "--to", target.url)
    assert line == f"crm-cell: {nowhere.folder}/nowhere/crm.db: there is no database"
    assert not (nowhere.folder / "nowhere").exists()


@pytest.mark.parametrize(
    ("source_url", "target_url", "line"),
    [
        ("mysql://x/y", "sqlite:///b.db", "--from must be sqlite:///path"),
        ("sqlite:///a.db", "b.db", "--to must be sqlite:///path"),
        ("sqlite:///a.db", "sqlite:///./a.db", "--from and --to are the same database"),
    ],
)
def test_what_makes_no_sense_is_misuse(
    nowhere: Terminal, source_url: str, target_url: str, line: str
) -> None:
    said = nowhere.run("move", "--from", source_url, "--to", target_url)
    assert said.code == 2
    assert said.err.startswith(f"crm-cell: {line}")


def test_a_server_that_is_away_is_one_line(nowhere: Terminal, source: SqliteFile) -> None:
    line = nowhere.fails("move", "--from", source.url, "--to", "postgresql://u@127.0.0.1:1/crm")
    assert line.startswith("crm-cell: postgresql://u@127.0.0.1:1/crm: ")
