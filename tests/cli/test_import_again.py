"""crm-cell import, of what the service has exported."""

import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Terminal
from tests.databases import Datastore

READ_ONLY = (
    "tenantId",
    "status",
    "ownerId",
    "lastFollowUpAt",
    "lastFollowUpBy",
    "nextContactAt",
    "openOpportunityCount",
    "openOpportunityCents",
    "outstandingCents",
    "parentName",
    "createdAt",
    "updatedAt",
)
NAMES = ["甲", "=1+1", "'=1+1", "''", "a;=HYPERLINK(0)", 'd"Or; -Cie', '="x"', "@b,c", "1e5", "01"]
FORMATS = ["csv", "xlsx", "ndjson"]
STORED = "SELECT id, name, contact_phone, contact_email, owner_id, version FROM customers"


@pytest.fixture
def filled(nowhere: Terminal, datastore: Datastore, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal on each kind of database, with customers of alice's and one of nobody's."""
    monkeypatch.setenv("CRM_DATABASE_URL", datastore.url)
    rows = [
        {"name": name, "phone": f"+86 1381234{at:04}", "email": f"n{at}@b.cn"}
        for at, name in enumerate(NAMES)
    ]
    file = nowhere.write("in.ndjson", "\n".join(map(json.dumps, rows)))
    assert nowhere.run("import", file, "--tenant", "acme", "--user", "alice").code == 0
    file = nowhere.write("one.csv", "name\n乙\n")
    assert nowhere.run("import", file, "--tenant", "acme").code == 0
    return nowhere


def exported(terminal: Terminal, kind: str) -> Path:
    file = terminal.folder / f"out.{kind}"
    assert terminal.run("export", file, "--tenant", "acme").code == 0
    return file


def stored(datastore: Datastore) -> list[tuple[object, ...]]:
    return sorted(map(tuple, datastore.rows(STORED)))


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_is_there_already_and_changes_nothing(
    filled: Terminal, datastore: Datastore, kind: str
) -> None:
    before = stored(datastore)
    file = exported(filled, kind)
    for options in ((), ("--dry-run",)):
        said = filled.run("import", file, "--tenant", "acme", *options)
        assert (said.code, said.err) == (0, "")
        assert said.out.endswith(f"created: 0\nunchanged: {len(NAMES) + 1}\n")
    assert stored(datastore) == before


@pytest.mark.parametrize("kind", FORMATS)
def test_names_come_back_as_they_were_in_another_tenant(
    filled: Terminal, datastore: Datastore, kind: str
) -> None:
    file = exported(filled, kind)
    options = ("--map", "contactPhone=-", "--map", "customerId=-")
    said = filled.run("import", file, "--tenant", "globex", *options)
    assert (said.code, said.out) == (0, f"created: {len(NAMES) + 1}\n")
    found = datastore.rows("SELECT name, contact_email FROM customers WHERE tenant_id = 'globex'")
    emails = [(name, f"n{at}@b.cn") for at, name in enumerate(NAMES)]
    assert sorted(map(tuple, found), key=str) == sorted([*emails, ("乙", None)], key=str)


def test_no_masked_number_is_ever_stored(filled: Terminal, datastore: Datastore) -> None:
    said = filled.run("import", exported(filled, "csv"), "--tenant", "globex")
    assert (said.code, said.out) == (1, "created: 1\n")
    assert "line 12: 甲: Phone is masked, and is needed in full" in said.err.splitlines()
    found = datastore.rows("SELECT name, contact_phone FROM customers WHERE tenant_id = 'globex'")
    assert [tuple(row) for row in found] == [("乙", None)]


@pytest.mark.parametrize("column", ["phone", "email"])
def test_a_masked_number_or_address_without_its_customer_is_a_fault_of_the_row(
    filled: Terminal, datastore: Datastore, column: str
) -> None:
    value = {"phone": "138****5678", "email": "l***@example.com"}[column]
    file = filled.write("masked.csv", f"name,{column}\n丙,{value}\n")
    said = filled.run("import", file, "--tenant", "acme")
    assert (said.code, said.out) == (1, "created: 0\n")
    assert said.err.splitlines()[0] == f"line 2: 丙: {column} is masked, and is needed in full"
    assert len(stored(datastore)) == len(NAMES) + 1


def test_a_row_that_differs_from_its_customer_is_refused(
    filled: Terminal, datastore: Datastore
) -> None:
    before = stored(datastore)
    file = exported(filled, "xlsx")
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    headings = {cell.value: at for at, cell in enumerate(sheet[1], 1)}
    sheet.cell(2, headings["name"]).value = "丁"
    sheet.cell(3, headings["contactPhone"]).value = "13900000000"
    sheet.cell(4, headings["contactEmail"]).value = None
    sheet.cell(5, headings["contactPhone"]).value = "+86 13812340007"
    sheet.cell(5, headings["status"]).value = 2
    book.save(file)
    said = filled.run("import", file, "--tenant", "acme")
    assert (said.code, said.out) == (1, f"created: 0\nunchanged: {len(NAMES) + 1 - 4}\n")
    differs = "This customer exists and differs in"
    reasons = [line.split(": ", 2)[2] for line in said.err.splitlines()[:4]]
    assert reasons == [
        f"{differs} {members}; an import changes no customer"
        for members in ("name", "contactPhone", "contactEmail", "status")
    ]
    assert stored(datastore) == before


def test_new_rows_beside_those_of_an_export_are_created(
    filled: Terminal, datastore: Datastore
) -> None:
    file = exported(filled, "csv")
    with file.open("a", encoding="utf-8", newline="") as lines:
        lines.write(",,丙,13900000000,,,,,\r\n,,甲,,,,,,\r\n")
    said = filled.run("import", file, "--tenant", "acme", "--user", "alice")
    created = "created: 1\nunchanged: 10\n"
    assert (said.code, said.out) == (1, created)
    assert said.err.splitlines() == [
        # Nobody's customer does not exist for alice; its name is taken all the same.
        "line 2: 乙: A customer of this name exists already",
        "line 14: 甲: A customer of this name exists already",
        f"{file}: not imported: {', '.join(READ_ONLY)}",
        "crm-cell: 2 of 13 rows are not customers, see above",
    ]


def test_a_page_as_the_api_sends_it_is_there_already(filled: Terminal) -> None:
    rows = exported(filled, "ndjson").read_text(encoding="utf-8").splitlines()
    page = {"data": list(map(json.loads, rows)), "total": len(rows), "page": 1, "pageSize": 1000}
    file = filled.write("page.json", json.dumps(page))
    said = filled.run("import", file, "--tenant", "acme")
    assert (said.code, said.out) == (0, f"created: 0\nunchanged: {len(NAMES) + 1}\n")


def test_an_export_of_masked_addresses_is_there_already(
    filled: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_MASK_EMAIL", "1")
    file = exported(filled, "csv")
    assert "***@b.cn" in file.read_text(encoding="utf-8")
    for setting in ("1", "0"):
        monkeypatch.setenv("CRM_MASK_EMAIL", setting)
        said = filled.run("import", file, "--tenant", "acme")
        assert (said.code, said.out) == (0, f"created: 0\nunchanged: {len(NAMES) + 1}\n")
