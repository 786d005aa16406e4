"""crm-cell import and export with --resource."""

import csv

import pytest

from tests.cli.conftest import Terminal


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    names = terminal.write("customers.csv", "name\n云帆\n")
    assert terminal.run("import", names, "--tenant", "acme").code == 0
    return terminal


def test_contacts_come_from_a_file_and_go_into_one(filled: Terminal) -> None:
    file = filled.write(
        "people.csv", "客户,姓名,联系人姓名,手机\n云帆,,李雷,13812345678\n", "gb18030"
    )
    said = filled.run("import", file, "--tenant", "acme", "--resource", "contacts")
    assert (said.code, said.out) == (0, "created: 1\n")
    assert said.err.splitlines() == [
        f'{file}: read as GB18030, separator ","',
        f"{file}: columns left out: 姓名",
    ]
    out = filled.folder / "out.csv"
    arguments = ("--tenant", "acme", "--resource", "contacts", "--columns", "labels-zh")
    said = filled.run("export", out, *arguments)
    assert (said.code, said.out) == (0, f"{out}: 1 contacts\n")
    with out.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["所属客户"], row["联系人姓名"], row["电话"]) == ("云帆", "李雷", "138****5678")
    again = filled.run("import", out, "--tenant", "acme", "--resource", "contacts", "--upsert")
    assert (again.code, again.out) == (0, "created: 0\nunchanged: 1\n")


def test_faulty_rows_are_a_file_to_correct(filled: Terminal) -> None:
    text = "任务标题,截止日期\n回电,2026/1/31\n=拜访,soon\n"
    file, faulty = filled.write("tasks.csv", text), filled.folder / "faulty.csv"
    arguments = ("--tenant", "acme", "--resource", "tasks", "--faulty", faulty)
    said = filled.run("import", file, *arguments)
    assert (said.code, said.out) == (1, "created: 1\n")
    assert f"{faulty}: 1 rows" in said.err
    content = faulty.read_text(encoding="utf-8-sig")
    assert content.splitlines()[0] == "任务标题,截止日期,原因 · Reason"
    assert content.splitlines()[1].startswith("'=拜访,soon,")
    corrected = filled.write("corrected.csv", content.replace("soon", "2026-02-01"))
    said = filled.run("import", corrected, "--tenant", "acme", "--resource", "tasks")
    assert (said.code, said.out) == (0, "created: 1\n")
    assert filled.rows("SELECT title, due_on FROM tasks ORDER BY id") == [
        ("回电", "2026-01-31"),
        ("=拜访", "2026-02-01"),
    ]


def test_faulty_customers_are_a_file_too(terminal: Terminal) -> None:
    file, faulty = terminal.write("a.csv", "name,phone\n甲,x\n乙,\n"), terminal.folder / "b.csv"
    said = terminal.run("import", file, "--tenant", "acme", "--faulty", faulty)
    assert (said.code, said.out) == (1, "created: 1\n")
    lines = faulty.read_text(encoding="utf-8-sig").splitlines()
    assert (lines[0], len(lines)) == ("name,phone,原因 · Reason", 2)
    assert lines[1].startswith("甲,x,")


def test_columns_are_mapped_and_customers_named_by_their_ids_elsewhere(filled: Terminal) -> None:
    [(tenant, customer)] = filled.rows("SELECT tenant_id, id FROM customers")
    filled.rows(
        "INSERT INTO external_ids (tenant_id, kind, source, external_id, record_id)"
        f" VALUES ('{tenant}', 'customer', 'erp', 'C-7', '{customer}')"
    )
    file = filled.write(
        "c.csv", "买方,单号,合同金额,合计（万元）,备注\nC-7,HT-1,5,2,x\nC-8,HT-2,5,2,x\n"
    )
    maps = ("买方=客户", "单号=contractNo", "合同金额=-", "合计（万元）=合同金额")
    arguments = [each for pair in maps for each in ("--map", pair)]
    arguments += ["--tenant", "acme", "--resource", "contracts", "--source", "erp"]
    said = filled.run("import", file, *arguments)
    assert (said.code, said.out) == (1, "created: 1\n")
    assert f"{file}: columns left out: 合同金额, 备注" in said.err
    assert "line 3" in said.err
    assert filled.rows("SELECT customer_id, contract_no, amount_cents FROM contracts") == [
        (customer, "HT-1", 2_000_000)
    ]


def test_money_of_a_file_is_entered_once(filled: Terminal) -> None:
    contracts = filled.write("c.csv", "客户,合同编号,合同金额\n云帆,HT-1,100\n")
    payments = filled.write("p.csv", "合同,回款金额,回款日期\nHT-1,1.50,2026-01-31\n")
    for resource, file in (("contracts", contracts), ("payments", payments)):
        arguments = ("import", file, "--tenant", "acme", "--resource", resource)
        assert filled.run(*arguments, "--dry-run").out == "would be created: 1\n"
        assert filled.run(*arguments).out == "created: 1\n"
        assert filled.run(*arguments).code == 1
    assert filled.rows("SELECT amount_cents FROM payments") == [(150,)]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--resource", "x"), "--resource x: there are"),
        (("--resource", "tasks", "--map", "那=name"), "--map 那=name: not HEADING=MEMBER with a"),
        (
            ("--resource", "tasks", "--map", "那=title", "--map", "a=dueOn"),
            'no column is "a" (--map), only 那, 什么',
        ),
        (("--resource", "tasks", "--source", "a b"), "--source a b: not the name of a system"),
        (("--source", "erp"), "--source: customers refer to no record"),
        (("--resource", "tasks"), "no column is known"),
    ],
)
def test_what_an_import_does_not_know_is_one_line(
    filled: Terminal, arguments: tuple[str, ...], line: str
) -> None:
    file = filled.write("x.csv", "那,什么\n1,2\n")
    said = filled.run("import", file, "--tenant", "acme", *arguments)
    assert said.code == 2
    assert line in said.err.splitlines()[-1]
