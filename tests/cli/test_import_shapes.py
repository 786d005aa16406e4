"""crm-cell import, of tables as programs and people shape them: separators, titles, stray cells."""

import os

import pytest

from tests.cli.conftest import Terminal


def stored(terminal: Terminal) -> list[tuple[object, ...]]:
    return terminal.rows("SELECT name, contact_phone, contact_email FROM customers ORDER BY id")


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("gbk", ";"), ("gbk", "|")],
)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_separators_and_line_ends_of_every_program_are_taken(
    terminal: Terminal, encoding: str, separator: str, end: str
) -> None:
    rows = ["客户名称*|手机号|邮箱", '"杭州, 云图; 公司"|13812345678|a@b.cn', "苏州远见||"]
    text = end.join(row.replace("|", separator) for row in rows) + end
    file = terminal.write("in.csv", text, encoding)
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    assert stored(terminal) == [
        ("杭州, 云图; 公司", "13812345678", "a@b.cn"),
        ("苏州远见", None, None),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line", ["sep=~", '"sep=~"', "SEP=~"])
def test_a_sep_line_says_what_the_separator_is(
    terminal: Terminal, encoding: str, line: str
) -> None:
    file = terminal.write("in.csv", f"{line}\r\nname~phone\r\n甲,乙~12\r\n丙~138\r\n", encoding)
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.err.splitlines() == [
        "line 3: 甲,乙: phone is not a telephone number",
        "crm-cell: 1 of 2 rows are not customers, see above",
    ]
    assert stored(terminal) == [("丙", "138", None)]


def test_titles_above_the_headings_are_passed_over(terminal: Terminal) -> None:
    file = terminal.write(
        "in.csv",
        "2026年客户名单,,\n\n导出时间：2026-11-29,,\n客户名称,联系电话,\n甲,12,\n乙,138,\n",
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.err.splitlines()[0] == "line 5: 甲: 联系电话 is not a telephone number"
    assert stored(terminal) == [("乙", "138", None)]


def test_ragged_rows_empty_columns_and_repeated_headings_do_no_harm(terminal: Terminal) -> None:
    file = terminal.write(
        "in.csv", "name,phone,\n甲\n乙,138,,,,\n,,\n\n\ufeffname,phone,\n\ufeff丙,,\n"
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.out, said.err) == (0, "created: 3\n", "")
    assert stored(terminal) == [("甲", None, None), ("乙", "138", None), ("丙", None, None)]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ('"=""13812345678"""', "13812345678"),
        ('="013812345678"', "013812345678"),
        ("'13812345678", "13812345678"),
        ("'+8613812345678", "+8613812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("\u00a013812345678\u00a0", "13812345678"),
        ("13812345678.0", "13812345678"),
    ],
)
def test_numbers_as_spreadsheets_leave_them_are_the_numbers_that_were_meant(
    terminal: Terminal, cell: str, number: str
) -> None:
    # A quotation mark within a cell that does not begin with one means itself.
    file = terminal.write("in.csv", f"name,phone\n\u00a0甲\u00a0,{cell}\n")
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    assert stored(terminal) == [("甲", number, None)]


def test_a_number_that_a_spreadsheet_has_rounded_is_refused(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "name,手机\n甲,1.38E+10\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.err.splitlines()[0] == "line 2: 甲: 手机 is not a telephone number"
    assert stored(terminal) == []


def test_nul_bytes_and_very_long_cells_are_faults_of_their_rows(terminal: Terminal) -> None:
    file = terminal.write("in.csv", f"name\n甲\x00\n{'长' * 100_000}\n乙\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.out == "created: 1\n"
    assert said.err.splitlines()[0].endswith("must not contain control characters")
    assert said.err.splitlines()[1].endswith("must have at most 200 characters")
    assert max(map(len, said.err.splitlines())) < 300


def test_a_quotation_mark_left_open_is_named_by_the_line_it_opens_on(terminal: Terminal) -> None:
    rows = "".join(f"客户{number}\n" for number in range(30_000))
    file = terminal.write("in.csv", f'name\n甲\n"乙\n{rows}')
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert said.err.startswith(f"crm-cell: {file}, line 3: ")
    assert "a quotation mark that is not closed" in said.err


def test_a_dry_run_shows_how_the_first_rows_are_read(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "客户名称;电话;性别\n甲;13812345678;x\n", "gbk")
    said = terminal.run("import", file, "--tenant", "acme", "--dry-run", "--ignore-unknown")
    assert said.out.splitlines() == [
        f'{file}: GB18030, separator ";", headings in line 1',
        "line 2: name 甲, contactPhone 138****5678",
        "would be created: 1",
    ]
    assert said.err.splitlines() == [
        f'{file}: read as GB18030, separator ";"',
        f"{file}: columns left out: 性别",
    ]
    assert stored(terminal) == []


def test_a_pipe_is_refused_since_it_can_be_read_only_once(terminal: Terminal) -> None:
    pipe = terminal.folder / "pipe.csv"
    os.mkfifo(pipe)
    said = terminal.run("import", pipe, "--tenant", "acme")
    assert (said.code, said.err) == (
        2,
        f"crm-cell: {pipe}: not a file: it is read more than once\n",
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xef\xbb\xbf\n<html><table><tr><td>name</td></tr></table></html>", "HTML or XML"),
        (b"%PDF-1.4 \xe2\xe3\xcf\xd3\n", "a PDF document"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(
    terminal: Terminal, content: bytes, kind: str
) -> None:
    file = terminal.folder / "in.xls"
    file.write_bytes(content)
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert said.err.startswith(f"crm-cell: {file}: {kind}")
    assert said.err.endswith(": save it as .xlsx or CSV\n")


def test_a_line_too_long_for_a_cell_is_named(terminal: Terminal) -> None:
    file = terminal.write("in.csv", f"name\n{'a' * 200_000}\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert said.err.startswith(f"crm-cell: {file}, line 2: field larger than field limit")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name\nA;B\n", "A;B"),
        ('"name", "phone"\n"A", "138"\n', "A"),
        ("name\nA|B\n", "A|B"),
    ],
)
def test_the_separator_is_that_of_the_headings(terminal: Terminal, text: str, name: str) -> None:
    file = terminal.write("in.csv", text)
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    assert stored(terminal)[0][0] == name


def test_headings_that_no_terminal_should_show_are_made_harmless(terminal: Terminal) -> None:
    file = terminal.write("in.csv", f"\x1b[31m\x00,{'x' * 500}\n1,2\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.code == 2
    assert f'no column is "?[31m?", "{"x" * 40}…";' in said.err
