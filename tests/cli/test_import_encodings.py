"""crm-cell import, of text files in the encodings that people have them in."""

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

LONG_CHINESE = ("杭州云图科技有限公司", "上海远见贸易(集团)有限公司", "李玥", "王喆")
CERTAIN = [
    ("utf-8", ("杭州云图", "Müller GmbH", "株式会社トヨタ", "Иванов")),
    ("utf-8", ("Bon à Savoir",)),
    ("utf-8", ("Київ",)),
    ("utf-8-sig", ("杭州云图", "Müller GmbH")),
    ("utf-16", ("杭州云图", "Müller GmbH")),
    ("utf-16-le", ("杭州云图", "Müller GmbH")),
    ("utf-16-be", ("杭州云图", "Müller GmbH")),
    ("utf-16-le", ("Acme Ltd",)),
    ("utf-16-be", ("Acme Ltd",)),
    ("ascii", ("Acme Ltd",)),
]
CREDIBLE = [
    ("gb18030", "GB18030", LONG_CHINESE),
    ("gbk", "GB18030", ("甲",)),
    ("gbk", "GB18030", ("朱镕基",)),
    ("gbk", "GB18030", ("TCL集团",)),
    ("big5", "Big5", ("台灣積體電路製造股份有限公司", "陳大文")),
    ("big5", "Big5", ("王小明",)),
    ("cp1252", "Windows-1252", ("Müller GmbH",)),
    ("latin-1", "Windows-1252", ("Société Générale", "Café Zoë")),
    ("cp1252", "Windows-1252", ("L’Oréal", "5 € Shop")),
    ("cp1252", "Windows-1252", ("MÜLLER",)),
    ("mac-roman", "Mac Roman", ("García Núñez", "François Élan")),
    ("mac-roman", "Mac Roman", ("Café",)),
    ("cp932", "Shift-JIS", ("株式会社山田製作所", "トヨタ自動車")),
    ("cp932", "Shift-JIS", ("さくら",)),
    ("cp949", "EUC-KR", ("홍길동",)),
    ("cp1251", "Windows-1251", ("Иванов",)),
    ("cp1252", "Windows-1252", ("Søren Ærø", "Jørgensen", "Tromsø")),
    ("cp1250", "Windows-1250", ("Dvořák", "Jiří Kučera")),
    ("gbk", "GB18030", ("姚英",)),
]
AMBIGUOUS = [
    ("cp1252", "Miloš", "Mac Roman (Miloö), Windows-1252 (Miloš), Windows-1250 (Miloš)"),
    ("cp1250", "Růžička", "Windows-1250 (Růžička), Windows-1252 (Rùžièka)"),
    ("koi8-r", "Иванов", "KOI8-R (Иванов), GB18030 (樽廖献)"),
    ("gbk", "懿", "GB18030 (懿)"),
    ("euc_jp", "株式会社トヨタ", "EUC-JP (株式会社トヨタ), Big5 (堪摯莘模玄亥正)"),
]


def stored(terminal: Terminal) -> list[object]:
    return [row[0] for row in terminal.rows("SELECT name FROM customers ORDER BY id")]


def listing(terminal: Terminal, encoding: str, *names: str) -> Path:
    rows = "".join(f"{name},13812345678\r\n" for name in names)
    return terminal.write("in.csv", f"name,phone\r\n{rows}", encoding)


@pytest.mark.parametrize(("encoding", "names"), CERTAIN)
def test_a_unicode_file_is_read_without_a_word(
    terminal: Terminal, encoding: str, names: tuple[str, ...]
) -> None:
    said = terminal.run("import", listing(terminal, encoding, *names), "--tenant", "acme")
    assert (said.code, said.out, said.err) == (0, f"created: {len(names)}\n", "")
    assert stored(terminal) == list(names)


@pytest.mark.parametrize(("encoding", "called", "names"), CREDIBLE)
def test_what_reads_as_names_in_one_encoding_only_is_taken_and_said(
    terminal: Terminal, encoding: str, called: str, names: tuple[str, ...]
) -> None:
    file = listing(terminal, encoding, *names)
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.err) == (0, f'{file}: read as {called}, separator ","\n')
    assert stored(terminal) == list(names)


@pytest.mark.parametrize(("encoding", "name", "candidates"), AMBIGUOUS)
def test_what_may_be_several_encodings_is_refused_with_the_candidates(
    terminal: Terminal, encoding: str, name: str, candidates: str
) -> None:
    file = listing(terminal, encoding, name)
    said = terminal.run("import", file, "--tenant", "acme")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"crm-cell: {file}: cannot tell the encoding: {candidates}")
    assert said.err.endswith("; name it by --encoding, or save the file as UTF-8\n")
    assert stored(terminal) == []
    assert terminal.run("import", file, "--tenant", "acme", "--encoding", encoding).code == 0
    assert stored(terminal) == [name]


def test_a_known_heading_tells_the_encoding_of_any_name(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "客户名称\n懿\n", "gbk")
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    assert stored(terminal) == ["懿"]


def test_the_larger_set_is_read_where_the_smaller_is_named(terminal: Terminal) -> None:
    file = terminal.write("in.csv", "name\n朱镕基\n", "gbk")
    assert terminal.run("import", file, "--tenant", "acme", "--encoding", "gb2312").code == 0
    assert stored(terminal) == ["朱镕基"]


def test_a_file_that_is_not_in_the_encoding_named_is_refused_with_the_line(
    terminal: Terminal,
) -> None:
    file = terminal.write("in.csv", "name\nAcme\nMüller\n", "cp1252")
    said = terminal.run("import", file, "--tenant", "acme", "--encoding", "utf-8")
    assert (said.code, said.err) == (2, f"crm-cell: {file}, line 3: not UTF-8\n")


@pytest.mark.parametrize("name", ["utf8x", "rot13", "hex"])
def test_what_is_no_encoding_is_refused(terminal: Terminal, name: str) -> None:
    file = terminal.write("in.csv", "name\n甲\n")
    said = terminal.run("import", file, "--tenant", "acme", "--encoding", name)
    assert said.code == 2
    assert said.err.startswith(f"crm-cell: --encoding {name}: not an encoding; Big5, EUC-JP,")


def test_damage_in_a_file_that_is_utf_8_is_named_by_its_line(terminal: Terminal) -> None:
    file = terminal.folder / "in.csv"
    file.write_bytes("name\n杭州云图科技有限公司\n上海远见贸易有限公司\n".encode() + b"\xfcbel\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.code == 2
    assert said.err.startswith(f"crm-cell: {file}, line 4: not UTF-8, though the rest")
    assert stored(terminal) == []


def test_damage_far_behind_the_first_lines_is_found_before_any_row_is_used(
    terminal: Terminal,
) -> None:
    file = terminal.folder / "in.csv"
    rows = "".join(f"客户{number}有限公司\n" for number in range(3000))
    file.write_bytes(f"客户名称\n{rows}".encode("gbk") + b"\xff\xff\n")
    said = terminal.run("import", file, "--tenant", "acme")
    assert said.code == 2
    assert said.err.startswith(f"crm-cell: {file}, line 3002: not GB18030, as the rest")
    assert stored(terminal) == []
