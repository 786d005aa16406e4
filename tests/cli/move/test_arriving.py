"""crm-cell move: everything arrives, and what cannot be moved stays where it is."""

import asyncio
from pathlib import Path

import pytest

from crm_cell.storage.migrate import migrate
from crm_cell.storage.open import open_database, place_of
from crm_cell.storage.schema_version import SCHEMA_VERSION
from crm_cell.storage.sqlite.process_lock import sole_service
from tests.cli.conftest import Terminal
from tests.cli.move.conftest import CREATE, answered, contents, moves, pages, refuses
from tests.counters import differences
from tests.databases import PostgresDatastore, PostgresServer, SqliteFile
from tests.world import Caller


def test_every_row_arrives_as_it_was(
    nowhere: Terminal, source: SqliteFile, target: PostgresDatastore
) -> None:
    before = contents(source)
    *tables, last = moves(nowhere, source, target)
    assert contents(target) == before == contents(source)
    assert {line.split(":")[0] for line in tables} == before.keys() - {"alembic_version"}
    assert [line[:-32] for line in tables if line.startswith("customers:")] == [
        "customers: 202 rows, the same on both sides, "
    ]
    assert last == (
        f"all of {place_of(source.url)} is now in {place_of(target.url)};"
        " the service rebuilds the search index when it starts"
    )


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
        " run crm-cell migrate"
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
