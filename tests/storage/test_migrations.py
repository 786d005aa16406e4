"""The tables are what this release expects, and a migration happens wholly or not at all."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from crm_cell.storage import migrate as module
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.migrate import is_current, migrate, schema_version
from crm_cell.storage.schema_version import SCHEMA_VERSION

# Kept by Alembic, or for all tenants at once and never looked up by one.
NOT_BY_TENANT = {"alembic_version", "idempotency_keys_by_age", "task_reminders_due"}
# By the number of an entry, which no statement names without the tenant.
BY_NUMBER = "search_entries"
FULL_TEXT = "search_terms"
"""The tables of SQLite's full-text index, which has rules of its own."""


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(apsw.Connection(str(path))) as connection:
        return connection.execute(sql).fetchall()


def scripts() -> ScriptDirectory:
    config = Config()
    folder = Path(module.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config)


@pytest.fixture
def migrated(empty_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "crm.db"))


@pytest.fixture
def tables(migrated: Path) -> list[str]:
    found = rows(
        migrated,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    names = [str(row[0]) for row in found if row[0] not in NOT_BY_TENANT]
    return [name for name in names if not name.startswith(FULL_TEXT)]


def complaint(path: Path) -> str:
    with pytest.raises(CannotOpen) as refused:
        migrate(url(path))
    return refused.value.reason


# Migrating


def test_the_release_expects_the_newest_migration() -> None:
    assert scripts().get_heads() == [SCHEMA_VERSION]


def test_migrations_follow_one_another_in_one_line() -> None:
    """In the order in which they were merged: numbers are given out before."""
    found = list(scripts().walk_revisions())
    befores = [script.down_revision for script in found]
    assert befores == [*(script.revision for script in found[1:]), None]
    assert found[-1].revision == "0001"


def test_a_new_database_is_made_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "crm.db"
    assert schema_version(url(path)) is None
    assert not path.exists()
    migrate(url(path))
    assert (schema_version(url(path)), is_current(url(path))) == (SCHEMA_VERSION, True)


def test_migrating_twice_changes_nothing(migrated: Path) -> None:
    before = migrated.read_bytes()
    migrate(url(migrated))
    assert migrated.read_bytes() == before


def test_a_migration_that_fails_halfway_leaves_nothing_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    rows(path, "CREATE TABLE payments (in_the_way TEXT)")
    assert complaint(path) == f"{path}: table payments already exists"
    assert rows(path, "SELECT name FROM sqlite_schema") == [("payments",)]
    assert schema_version(url(path)) is None
    rows(path, "DROP TABLE payments")
    migrate(url(path))
    assert is_current(url(path))


def test_the_schema_of_another_release_is_left_alone(migrated: Path) -> None:
    rows(migrated, "UPDATE alembic_version SET version_num = '9999'")
    before = migrated.read_bytes()
    assert complaint(migrated) == f"{migrated}: its schema 9999 is not one of this release's"
    assert migrated.read_bytes() == before


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    path.write_text("somebody's notes, which are no database at all\n" * 50)
    assert complaint(path) == f"{path}: file is not a database"
    assert path.read_text().startswith("somebody's notes")


# Tables


def test_every_table_is_strict_about_types(migrated: Path, tables: list[str]) -> None:
    strict = rows(migrated, "SELECT name FROM pragma_table_list WHERE strict = 1")
    assert {row[0] for row in strict} == set(tables)


def test_every_table_belongs_to_tenants(migrated: Path, tables: list[str]) -> None:
    for table in tables:
        columns = rows(migrated, f"SELECT name, \"notnull\" FROM pragma_table_info('{table}')")
        assert columns[0] == ("tenant_id", 1), table


def keys(path: Path, table: str) -> Iterator[tuple[str, list[str]]]:
    """Each primary, unique and other index of a table, with its columns in order."""
    primary = f"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"
    yield "primary key", [str(row[0]) for row in rows(path, primary)]
    for (index,) in rows(path, f"SELECT name FROM pragma_index_list('{table}')"):
        columns = rows(path, f"SELECT name FROM pragma_index_info('{index}') ORDER BY seqno")
        yield str(index), [str(row[0]) for row in columns]


def test_every_key_and_index_begins_with_the_tenant(migrated: Path, tables: list[str]) -> None:
    wrong = [
        (table, name, columns)
        for table in tables
        for name, columns in keys(migrated, table)
        if columns[0] != "tenant_id" and name not in NOT_BY_TENANT
        if (table, name) != (BY_NUMBER, "primary key")
    ]
    assert wrong == []


def test_every_reference_stays_within_the_tenant(migrated: Path, tables: list[str]) -> None:
    found = 0
    for table in tables:
        columns = 'id, seq, "from", "to", on_update, on_delete'
        references = rows(
            migrated, f"SELECT {columns} FROM pragma_foreign_key_list('{table}') ORDER BY 1, 2"
        )
        for number in {row[0] for row in references}:
            first, second = (row[2:] for row in references if row[0] == number)
            assert first == ("tenant_id", "tenant_id", "NO ACTION", "NO ACTION"), table
            assert (second[1], second[2:]) == ("id", ("NO ACTION", "NO ACTION")), table
            found += 1
    assert found >= 9


def test_nothing_happens_behind_the_stores_backs(migrated: Path) -> None:
    kinds = rows(migrated, "SELECT DISTINCT type FROM sqlite_schema ORDER BY 1")
    assert kinds == [("index",), ("table",)]


def test_every_unique_index_has_a_name_of_its_own(migrated: Path, tables: list[str]) -> None:
    """A violation is told by the index's columns, which are looked up to find the name."""
    for table in tables:
        unique = rows(
            migrated, f"SELECT name FROM pragma_index_list('{table}') WHERE \"unique\" = 1"
        )
        columns = [dict(keys(migrated, table))[str(name)] for (name,) in unique]
        assert len({tuple(each) for each in columns}) == len(columns), table


def test_money_is_whole_and_never_negative(migrated: Path) -> None:
    checks = rows(migrated, "SELECT sql FROM sqlite_schema WHERE sql LIKE '%CHECK%'")
    found = re.findall(r"CHECK \((amount_cents [>=]+ 0)\)", " ".join(str(row[0]) for row in checks))
    assert sorted(found) == ["amount_cents > 0", *["amount_cents >= 0"] * 3]
