"""crm-cell migrate, demo, contract, version and the menu."""

import sqlite3
from contextlib import closing

import pytest

from crm_cell import __version__
from crm_cell.storage.schema_version import SCHEMA_VERSION
from crm_cell.storage.sqlite.process_lock import sole_service
from tests.cli.conftest import Terminal


def test_migrate_makes_a_database_where_there_is_none(nowhere: Terminal) -> None:
    said = nowhere.run("migrate")
    assert (said.code, said.out) == (0, f"{nowhere.path}: schema none is now {SCHEMA_VERSION}\n")
    assert nowhere.run("check", "--counters").code == 0


def test_migrate_leaves_a_current_database_alone(terminal: Terminal) -> None:
    assert terminal.run("migrate").out == f"{terminal.path}: at schema {SCHEMA_VERSION} already\n"


def test_migrate_waits_for_no_service(terminal: Terminal) -> None:
    with sole_service(terminal.path):
        line = terminal.fails("migrate")
    assert line.startswith(f"crm-cell: {terminal.path}: process ")
    assert line.endswith(" serves it already")


def test_migrate_refuses_the_schema_of_a_newer_release(terminal: Terminal) -> None:
    terminal.rows("UPDATE alembic_version SET version_num = '9999'")
    line = terminal.fails("migrate")
    assert line == f"crm-cell: {terminal.path}: its schema 9999 is not one of this release's"


def test_migrate_says_when_there_is_no_place_for_the_file(
    nowhere: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = nowhere.write("file", "")
    monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{file}/crm.db")
    assert nowhere.fails("migrate") == f"crm-cell: {file}: File exists"


def test_a_locked_database_is_one_clear_line(nowhere: Terminal) -> None:
    with closing(sqlite3.connect(nowhere.path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        line = nowhere.fails("migrate")
    assert line == f"crm-cell: {nowhere.path}: database is locked"


def test_demo_fills_an_empty_database_once(terminal: Terminal) -> None:
    said = terminal.run("demo")
    assert said.code == 0
    assert said.out.startswith("tenant demo: ")
    assert terminal.run("check", "--counters").code == 0
    line = terminal.fails("demo")
    assert line == (
        "crm-cell: the database has customers already: demo data goes into an empty one"
    )


def test_contract_writes_what_check_compares(nowhere: Terminal) -> None:
    file = nowhere.folder / "api_contract.yaml"
    assert nowhere.run("contract", file).out == f"{file}: written\n"
    assert nowhere.run("contract", file, "--check").out == f"{file}: up to date\n"
    file.write_text(file.read_text(encoding="utf-8") + "x: 1\n", encoding="utf-8")
    line = nowhere.fails("contract", file, "--check")
    assert line == f"crm-cell: {file} is out of date: run crm-cell contract"
    assert file.read_text(encoding="utf-8").endswith("x: 1\n")


def test_contract_misses_a_missing_file(nowhere: Terminal) -> None:
    file = nowhere.folder / "none.yaml"
    line = nowhere.fails("contract", file, "--check")
    assert line == f"crm-cell: {file}: No such file or directory"


def test_version_is_the_release(nowhere: Terminal) -> None:
    assert nowhere.run("version").out == f"{__version__}\n"


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "migrate",
        "demo",
        "contract",
        "import",
        "export",
        "check",
        "move",
        "distribute",
        "version",
    ],
)
def test_each_command_explains_itself(nowhere: Terminal, command: str) -> None:
    assert command in nowhere.run("--help").out
    assert nowhere.run(command, "--help").code == 0


def test_an_option_that_is_not_there_is_misuse(nowhere: Terminal) -> None:
    assert nowhere.run("check", "--everything").code == 2
