"""crm-cell import, of Excel workbooks and of JSON."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsxwriter import Workbook  # type: ignore[import-untyped] # it declares no types

from tests.cli.conftest import Terminal

SHEET = list[list[Any]]


def workbook(terminal: Terminal, *sheets: SHEET, hidden: int | None = None) -> Path:
    """As spreadsheets write it; text that begins with = is a formula, its result behind a |."""
    path = terminal.folder / "in.xlsx"
    book = Workbook(str(path))
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet()
        for at, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith("="):
                    formula, _, result = cell.partition("|")
                    sheet.write_formula(at, column, formula, None, result)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(
                        at, column, cell, book.add_format({"num_format": "d/m/yy"})
                    )
                else:
                    sheet.write(at, column, cell)
        if number == hidden:
            sheet.hide()
        elif hidden is not None:
            sheet.activate()  # the one that is active cannot be hidden
    book.close()
    return path


def stored(terminal: Terminal) -> list[tuple[object, ...]]:
    return terminal.rows("SELECT name, contact_phone, contact_email FROM customers ORDER BY id")


def test_a_number_is_its_digits_however_the_workbook_holds_it(terminal: Terminal) -> None:
    file = workbook(
        terminal,
        [
            ["客户名单"],
            [],
            ["客户名称", "手机号"],
            ["整数", 13800001111],
            ["小数", 13800001111.0],
            ["文本", "013800001111"],
            ['=CONCAT("公","式")|公式', "=A1|13800001111"],
            [20261129, None],
        ],
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.out, said.err) == (0, "created: 5\n", "")
    assert stored(terminal) == [
        ("整数", "13800001111", None),
        ("小数", "13800001111", None),
        ("文本", "013800001111", None),
        ("公式", "13800001111", None),
        ("20261129", None, None),
    ]


def test_what_a_spreadsheet_has_made_of_a_number_is_refused_with_its_row(
    terminal: Terminal,
) -> None:
    file = workbook(
        terminal,
        [
            ["name", "手机"],
            ["舍入", "1.38E+10"],
            ["太长", 1.380000111113800001111e21],
            [],
            ["日期", dt.date(2026, 11, 29)],
        ],
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.err.splitlines() == [
        "row 2: 舍入: 手机 is not a telephone number",
        "row 3: 太长: 手机 is not a telephone number",
        "row 5: 日期: 手机 is not a telephone number",
        "crm-cell: 3 of 3 rows are not customers, see above",
    ]


def test_sheets_with_the_same_headings_are_read_and_others_named(terminal: Terminal) -> None:
    file = workbook(
        terminal,
        [["x"], ["y"]],
        [["name", "tel"], ["甲", 138]],
        [],
        [["城市"], ["杭州"]],
        [["name", "tel"], ["乙", 12]],
        hidden=0,
    )
    said = terminal.run("import", file, "--tenant", "acme", "--dry-run")
    assert said.out.splitlines()[0] == (
        f"{file}: Excel workbook, sheet Sheet2, Sheet5 (not Sheet4), headings in Sheet2, row 1"
    )
    assert said.err.splitlines()[0] == "Sheet5, row 2: 乙: tel is not a telephone number"


def test_a_workbook_is_known_by_its_content(terminal: Terminal) -> None:
    file = workbook(terminal, [["name"], ["甲"]])
    renamed = file.rename(terminal.folder / "in.csv")
    assert terminal.run("import", renamed, "--tenant", "acme").out == "created: 1\n"


def test_formulas_that_nobody_has_calculated_are_refused(terminal: Terminal) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["name", "phone"])
    book.active.append(["甲", "=1+137"])
    file = terminal.folder / "in.xlsx"
    book.save(file)
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.code == 2
    assert said.err.startswith(f"crm-cell: {file}: holds formulas without results")
    assert stored(terminal) == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"PK\x03\x04 and nothing more", "not a workbook that can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook in the old .xls format, or with a pa"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_one_clear_line(
    terminal: Terminal, content: bytes, complaint: str
) -> None:
    file = terminal.folder / "in.xlsx"
    file.write_bytes(content)
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert said.err.startswith(f"crm-cell: {file}: {complaint}")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("in.json", json.dumps([{"name": "甲", "phone": 13812345678, "email": None}])),
        ("in.json", json.dumps({"items": [{"客户名称": "甲", "手机号": "13812345678"}]})),
        ("in.ndjson", '\ufeff{"name":"甲"}\n\n{"phone":138,"name":"乙"}\n'),
        ("in.jsonl", '{"name":"甲","phone":1.3812345678e10}'),
    ],
)
def test_json_is_read_as_a_list_a_page_or_lines(terminal: Terminal, name: str, text: str) -> None:
    file = terminal.write(name, text)
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    assert stored(terminal)[0][0] == "甲"


def test_faults_of_json_are_named_by_line_or_item(terminal: Terminal) -> None:
    lines = terminal.write("in.ndjson", '{"name":"甲"}\n\n{"name":true}\n')
    said = terminal.run("import", lines, "--tenant", "acme")
    assert said.err.splitlines()[0] == "line 3: : Customer name must be string"
    document = terminal.write("in.json", '{"data":[{"name":"乙","phone":{}}]}')
    said = terminal.run("import", document, "--tenant", "acme")
    assert said.err.splitlines()[0] == "item 1: 乙: phone must be string"


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("in.ndjson", '{"name":"甲"}\n{"name"\n', "line 2: not JSON: "),
        ("in.ndjson", "[1]\n", "line 1: not an object"),
        ("in.json", "{", ": not JSON: "),
        ("in.json", "[" * 100_000, ": not JSON: "),
        ("in.json", "{}", "neither a list of objects nor a page of an export"),
        ("in.json", '[{"name":"甲"},1]', "item 2: not an object"),
        ("in.json", "[]", "the first row names no column name (客户名称)"),
    ],
)
def test_what_is_not_json_of_customers_is_refused(
    terminal: Terminal, name: str, text: str, complaint: str
) -> None:
    file = terminal.write(name, text)
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert complaint in said.err
    assert stored(terminal) == []
