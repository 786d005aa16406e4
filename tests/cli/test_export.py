"""crm-cell export."""

import csv
import json

import openpyxl
import pytest

from tests.cli.conftest import Terminal


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """Three customers: 甲 of alice's, 乙 and =丙 of nobody's."""
    alices = terminal.write("alice.csv", "name,contactPhone\n甲,13812345678\n")
    others = terminal.write("others.csv", "name\n乙\n=丙\n")
    assert terminal.run("import", alices, "--tenant", "acme", "--user", "alice").code == 0
    assert terminal.run("import", others, "--tenant", "acme").code == 0
    return terminal


def test_csv_holds_every_customer_newest_first(filled: Terminal) -> None:
    file = filled.folder / "out.csv"
    said = filled.run("export", file, "--tenant", "acme")
    assert (said.code, said.out, said.err) == (0, f"{file}: 3 customers\n", "")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["name"] for row in rows] == ["'=丙", "乙", "甲"]
    assert rows[2]["contactPhone"] == "138****5678"


def test_ndjson_holds_an_object_a_line(filled: Terminal) -> None:
    file = filled.folder / "out.ndjson"
    filled.run("export", file, "--tenant", "acme")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["name"] for row in rows] == ["=丙", "乙", "甲"]


def test_xlsx_is_a_workbook(filled: Terminal) -> None:
    file = filled.folder / "out.XLSX"
    filled.run("export", file, "--tenant", "acme")
    sheet = openpyxl.load_workbook(file.rename(filled.folder / "out.xlsx")).worksheets[0]
    assert [cell.value for cell in sheet["C"]] == ["name", "=丙", "乙", "甲"]


def test_a_user_s_customers_are_only_theirs(filled: Terminal) -> None:
    file = filled.folder / "out.ndjson"
    said = filled.run("export", file, "--tenant", "acme", "--user", "alice")
    assert said.out == f"{file}: 1 customers\n"


def test_another_tenant_s_are_none(filled: Terminal) -> None:
    file = filled.folder / "out.ndjson"
    assert filled.run("export", file, "--tenant", "globex").code == 0
    assert file.read_bytes() == b""


def test_a_kind_that_is_not_known_is_refused(filled: Terminal) -> None:
    file = filled.folder / "out.pdf"
    said = filled.run("export", file, "--tenant", "acme")
    assert (said.code, said.err) == (
        2,
        f"crm-cell: {file}: the name must end in .csv, .ndjson, .xlsx\n",
    )
    assert not file.exists()


def test_a_folder_that_is_not_there_is_one_clear_line(filled: Terminal) -> None:
    file = filled.folder / "none" / "out.csv"
    line = filled.fails("export", file, "--tenant", "acme")
    assert line == f"crm-cell: {file}: No such file or directory"
