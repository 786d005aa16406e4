"""crm-cell import."""

from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from tests.cli.conftest import Terminal


def names(terminal: Terminal) -> list[object]:
    return [row[0] for row in terminal.rows("SELECT name FROM customers ORDER BY id")]


def test_each_row_becomes_a_customer(terminal: Terminal) -> None:
    file = terminal.write(
        "in.csv",
        "name,contactPhone,contactEmail\r\n杭州云图,13812345678,li@example.com\r\n苏州远见,,\r\n",
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.out, said.err) == (0, "created: 2\n", "")
    assert terminal.rows(
        "SELECT tenant_id, name, contact_phone, contact_email, owner_id FROM customers ORDER BY id"
    ) == [
        ("acme", "杭州云图", "13812345678", "li@example.com", None),
        ("acme", "苏州远见", None, None, None),
    ]


def test_customers_of_a_user_are_theirs_and_on_record(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "name\n甲\n")
    assert terminal.run("import", file, "--tenant", "acme", "--user", "alice").code == 0
    assert terminal.rows("SELECT owner_id FROM customers") == [("alice",)]
    assert terminal.rows("SELECT actor, action FROM audit_logs") == [("alice", "created")]
    assert terminal.rows("SELECT event_type FROM events") == [("crm.customer.created",)]
    assert terminal.run("check", "--counters").code == 0


@pytest.mark.parametrize(
    "headings", ["客户名称,手机,邮箱", "名称,电话,邮箱", " NAME ,ContactPhone,contactemail"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_headings_may_be_chinese_and_files_from_excel(
    terminal: Terminal, headings: str, encoding: str
) -> None:
    file = terminal.write("in.csv", f"{headings}\n甲,13812345678,a@b.cn\n", encoding)
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    found = terminal.rows("SELECT name, contact_phone, contact_email FROM customers")
    assert found == [("甲", "13812345678", "a@b.cn")]


def test_bad_rows_are_told_by_their_line_and_good_ones_go_in(terminal: Terminal) -> None:
    file = terminal.write(
        "in.csv",
        'name,contactPhone\n甲,12\n\n"乙\n",\n甲,\n  ,13812345678\n甲,13812345678\n丙,138,x\n',
    )
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.out) == (1, "created: 1\n")
    assert said.err.splitlines() == [
        "line 2: 甲: Phone is not a telephone number",
        "line 4: 乙\\n: Customer name must not contain control characters",
        "line 7: : Customer name is required",
        "line 8: 甲: A customer of this name exists already",
        "line 9: 丙: column 3 is not a known field",
        "crm-cell: 5 of 6 rows are not customers, see above",
    ]
    assert names(terminal) == ["甲"]


def test_a_dry_run_keeps_nothing_and_says_what_the_real_one_will(terminal: Terminal) -> None:
    rows = "\n".join(str(number % 3000) for number in range(4100))
    file = terminal.write("in.csv", f"name\n{rows}\n")
    dry = terminal.run("import", file, "--tenant", "acme", "--dry-run")
    assert dry.out == (
        f'{file}: UTF-8, separator ",", headings in line 1\n'
        "line 2: name 0\nline 3: name 1\nline 4: name 2\nwould be created: 3000\n"
    )
    assert terminal.rows("SELECT count(*) FROM customers") == [(0,)]
    assert terminal.rows("SELECT count(*) FROM counters") == [(0,)]
    real = terminal.run("import", file, "--tenant", "acme")
    assert (real.code, real.out, real.err) == (dry.code, "created: 3000\n", dry.err)
    assert len(real.err.splitlines()) == 1101


def test_a_second_run_creates_nothing_twice(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "name\n甲\n乙\n")
    terminal.run("import", file, "--tenant", "acme")
    assert terminal.run("import", file, "--tenant", "acme").out == "created: 0\n"
    assert names(terminal) == ["甲", "乙"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the first row names no column name (客户名称)"),
        ("contactPhone\n138\n", "the first row names no column name (客户名称)"),
        ("name,城市\n甲,杭州\n", 'no column is "城市"'),
        ("name,名称\n甲,乙\n", "two columns for name"),
        ('name\n"甲" 乙\n', "line 2: ',' expected after '\"'"),
        ('name\n"甲\n', "line 2: unexpected end of data"),
    ],
)
def test_a_file_that_makes_no_sense_is_not_begun(
    terminal: Terminal, text: str, complaint: str
) -> None:
    file = terminal.write("in.csv", text)
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"crm-cell: {file}")
    assert complaint in said.err
    assert len(said.err.splitlines()) == 1
    assert names(terminal) == []


def test_bytes_of_no_known_encoding_are_refused(terminal: Terminal) -> None:
    file = terminal.folder / "in.csv"
    file.write_bytes(b"name\n\xff\xff\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.err) == (
        2,
        (
            f"crm-cell: {file}: cannot tell the encoding: Windows-1251 (яя), KOI8-R (ЪЪ);"
            " name it by --encoding, or save the file as UTF-8\n"
        ),
    )
    assert names(terminal) == []


def test_a_missing_file_is_one_clear_line(terminal: Terminal) -> None:
    missing = terminal.folder / "none.csv"
    line = terminal.fails("import", missing, "--tenant", "acme")
    assert line == f"crm-cell: {missing}: No such file or directory"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--tenant", "a b"), "--tenant a b: not a tenant's id"),
        (("--tenant", "acme", "--user", "老\n王"), "--user 老\n王: not a user's id"),
    ],
)
def test_only_ids_that_headers_may_hold_are_taken(
    terminal: Terminal, options: tuple[str, ...], complaint: str
) -> None:
    said = terminal.run("import", terminal.write("in.csv", "name\n甲\n"), *options)
    assert (said.code, said.err) == (2, f"crm-cell: {complaint}\n")


def test_without_a_database_it_says_how_to_make_one(nowhere: Terminal) -> None:
    file = nowhere.write("in.csv", "name\n甲\n")
    line = nowhere.fails("import", file, "--tenant", "acme")
    assert line == (
        f"crm-cell: {nowhere.path}: there is no database yet: crm-cell migrate makes one"
    )
    assert not Path(nowhere.path).exists()


def test_a_full_disk_is_called_that(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "name\n" + "\n".join(f"customer {n}" for n in range(2_000)))
    limits = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (terminal.path.stat().st_size, limits[1]))
    try:
        line = terminal.fails("import", file, "--tenant", "acme")
    finally:
        setrlimit(RLIMIT_FSIZE, limits)
    assert line.startswith("crm-cell: the database failed: ")
    assert "disk" in line
