"""What moving reads out of the databases themselves: tables, their order, and sums."""

import shutil
from pathlib import Path

import apsw
import pytest

from crm_cell.storage.transfer.postgres import postgres_endpoint
from crm_cell.storage.transfer.sqlite import sqlite_endpoint
from crm_cell.storage.transfer.tables import (
    Column,
    Step,
    Table,
    TransferRefused,
    parents_first,
    sums_of,
    sums_statement,
)
from crm_cell.storage.transfer.transfer import transfer
from tests.databases import PostgresDatastore, SqliteFile


def table(name: str, *parents: str) -> Table:
    columns = (Column("tenant_id", "text"), Column("n", "bigint"), Column("id", "text"))
    return Table(name, columns, ("tenant_id", "id"), frozenset(parents))


async def test_both_databases_have_the_same_tables(
    sqlite_datastore: SqliteFile, postgres_datastore: PostgresDatastore
) -> None:
    async with postgres_endpoint(postgres_datastore.url) as endpoint:
        there = await endpoint.tables()
    with sqlite_endpoint(sqlite_datastore.path) as file:
        here = await file.tables()
    assert len(here) >= 12
    assert {(each.name, tuple(each.names), each.key, each.parents) for each in here} == {
        (each.name, tuple(each.names), each.key, each.parents) for each in there
    }
    assert {each.name: each.numbers for each in here} == {each.name: each.numbers for each in there}


def test_each_table_comes_behind_those_it_refers_to() -> None:
    tables = [table("a", "c", "a"), table("b"), table("c", "b")]
    assert [each.name for each in parents_first(tables)] == ["b", "c", "a"]


def test_tables_in_a_circle_are_refused() -> None:
    with pytest.raises(TransferRefused, match=r"in a circle: [ab] → [ab] → [ab]$"):
        parents_first([table("a", "b"), table("b", "a")])


def test_the_next_step_is_behind_the_last_row() -> None:
    step = Step("crm.db", "a", 5, 2, '["t","1"]')
    after = step.behind([("t", 7, "2"), ("t", 8, "3")], table("a"))
    assert after == Step("crm.db", "a", 5, 4, '["t","3"]')
    assert after.last == ("t", "3")
    assert Step("crm.db", "a", 5).last is None


class Watching:
    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []

    def begins(self, what: str, rows: int, done: int) -> None:
        self.seen.append((what, rows - done))

    def advances(self, table: str, rows: int) -> None:
        self.seen.append((table, rows))


def test_whoever_waits_sees_how_it_is_getting_on(
    sqlite_datastore: SqliteFile, empty_database: Path, tmp_path: Path
) -> None:
    target = SqliteFile(Path(shutil.copy(empty_database, tmp_path / "target.db")))
    sqlite_datastore.rows(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2001)"
        " INSERT INTO events (tenant_id, id, event_type, data, created_at)"
        " SELECT 'acme', printf('%04d', i), 'x', '{}', i FROM n"
    )
    watching = Watching()
    moved = {each.table: each.sums for each in transfer(sqlite_datastore.url, target.url, watching)}
    pages = [("events", 2000), ("events", 1)]
    assert watching.seen == [("copying", 2001), *pages, ("comparing", 4002), *pages, *pages]
    assert moved["events"] == {"rows": 2001, "created_at": 2001 * 1001, "change_no": 0}
    assert target.rows("SELECT * FROM events") == sqlite_datastore.rows("SELECT * FROM events")


@pytest.mark.parametrize(
    "numbers",
    [
        [2**63 - 1, 2**63 - 1, 2**63 - 1],
        [-(2**63), -(2**63), -1],
        [-1, 1, None],
        [],
    ],
)
async def test_sums_of_any_size_are_exact_on_both(
    tmp_path: Path, postgres_datastore: PostgresDatastore, numbers: list[int | None]
) -> None:
    wanted = {"rows": len(numbers), "n": sum(filter(None, numbers))}
    file = SqliteFile(tmp_path / "sums.db")
    connection = apsw.Connection(str(file.path))
    connection.execute("CREATE TABLE a (tenant_id TEXT, n INTEGER, id TEXT)")
    connection.executemany("INSERT INTO a (n) VALUES (?)", [(number,) for number in numbers])
    assert (
        sums_of(table("a"), connection.execute(sums_statement(table("a"))).fetchall()[0]) == wanted
    )
    values = ", ".join(f"({'NULL' if n is None else n})" for n in numbers) or "(NULL) LIMIT 0"
    statement = f"WITH a (n) AS (SELECT v.n::bigint FROM (VALUES {values}) AS v (n)) "
    (row,) = postgres_datastore.rows(statement + sums_statement(table("a")).replace('"a"', "a"))
    assert sums_of(table("a"), row) == wanted
