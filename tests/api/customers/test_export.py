"""GET /customers/export."""

import csv
import io
import json
from typing import Any

import msgspec
import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from crm_cell.customers.resource import customers
from crm_cell.http.files import XlsxFile
from crm_cell.http.schema import View
from crm_cell.resources.views import view_type
from tests.world import Caller, Json, Running, faults, nothing_changes, refused

PATH = "/customers/export"
_NAMES = [each for each in view_type(customers).__struct_fields__ if each != "warnings"]
CUSTOMER_VIEW: Any = msgspec.defstruct(
    "CustomerView", [(each, Any) for each in _NAMES], bases=(View,), kw_only=True, rename="camel"
)
MEMBERS = [
    "customerId",
    "tenantId",
    "name",
    "contactPhone",
    "contactEmail",
    "status",
    "ownerId",
    "shortName",
    "uscc",
    "region",
    "address",
    "website",
    "remark",
    "level",
    "source",
    "industry",
    "tags",
    "lastFollowUpAt",
    "lastFollowUpBy",
    "nextContactAt",
    "openOpportunityCount",
    "openOpportunityCents",
    "outstandingCents",
    "parentId",
    "parentName",
    "createdAt",
    "updatedAt",
]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = ["csv", "ndjson", "xlsx"]


async def fill(caller: Caller, count: int) -> None:
    """Customers named 1, 2, 3 …, the last of which is the newest."""
    for begin in range(0, count, 2000):
        items = [{"name": str(number + 1)} for number in range(begin, min(begin + 2000, count))]
        assert (await caller.post("/customers/import", {"items": items})).status_code == 200


async def exported(caller: Caller, kind: str, **query: object) -> list[Json]:
    """The rows of a file, as the JSON of the same rows would be."""
    answer = await caller.get(PATH, None, format=kind, **query)
    assert answer.status_code == 200, answer.text
    return ROWS[kind](answer.content)


def rows_of_csv(content: bytes) -> list[Json]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert reader.fieldnames == MEMBERS
    return [typed(row) for row in reader]


def rows_of_xlsx(content: bytes, members: list[str] = MEMBERS) -> list[Json]:
    rows: list[Json] = []
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        head, *body = sheet.iter_rows(values_only=True)
        assert list(head) == members
        rows += [typed(dict(zip(members, row, strict=True))) for row in body]
    return rows


def rows_of_ndjson(content: bytes) -> list[Json]:
    return [_of_list(json.loads(line)) for line in content.splitlines()]


def typed(row: dict[str, Any]) -> Json:
    """A file of cells knows no null, and CSV no numbers."""
    tags = row["tags"].split(", ") if row["tags"] else []
    plain = {name: value or None for name, value in row.items()}
    return _of_list(plain | {"status": int(row["status"]), "tags": tags})


def _of_list(row: Json) -> Json:
    """Without the title of what it refers to, which only files have."""
    return {name: value for name, value in row.items() if name != "parentName"}


ROWS = {"csv": rows_of_csv, "ndjson": rows_of_ndjson, "xlsx": rows_of_xlsx}


async def test_as_json_it_is_a_list_with_pages_of_a_thousand(acme: Caller) -> None:
    await fill(acme, 1001)
    page = (await acme.get(PATH)).json()
    assert (page["total"], page["page"], page["pageSize"]) == (1001, 1, 1000)
    assert [row["name"] for row in page["data"]] == [str(number) for number in range(1001, 1, -1)]
    last = (await acme.get(PATH, cursor=page["nextCursor"])).json()
    assert ([row["name"] for row in last["data"]], last["nextCursor"]) == (["1"], None)
    assert (await acme.get(PATH, page=2)).json()["data"] == last["data"]


async def test_its_rows_are_those_of_the_list(acme: Caller) -> None:
    await acme.customer(contactPhone="13812345678", contactEmail="li@example.com", ownerId="alice")
    group = await acme.customer(name="云帆集团")
    await acme.customer(name="云帆上海", parentId=group["customerId"])
    rows = await acme.rows(PATH)
    assert [row.pop("parentName") for row in rows] == ["云帆集团", None, None]
    assert rows == await acme.rows("/customers")


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"pageSize": 1001}, ("pageSize", "too_large")),
        ({"pageSize": 0}, ("pageSize", "too_small")),
        ({"page": "x"}, ("page", "type")),
        ({"format": "pdf"}, ("format", "not_one_of")),
        ({"format": "CSV"}, ("format", "not_one_of")),
        ({"cursor": "?"}, ("cursor", "malformed")),
        ({"name": "x"}, ("name", "unknown")),
    ],
)
@pytest.mark.parametrize("kind", ["json", "csv"])
async def test_what_it_does_not_understand_is_refused(
    acme: Caller, kind: str, query: dict[str, object], fault: tuple[str, str]
) -> None:
    assert faults(await acme.get(PATH, None, **{"format": kind, **query})) == {fault}


@pytest.mark.parametrize(
    ("kind", "media"),
    [("csv", "text/csv; charset=utf-8"), ("ndjson", "application/x-ndjson"), ("xlsx", XLSX)],
)
async def test_a_file_says_what_it_is_and_how_to_name_it(
    acme: Caller, kind: str, media: str
) -> None:
    headers = (await acme.get(PATH, format=kind)).headers
    assert headers["content-type"] == media
    assert headers["content-disposition"] == f'attachment; filename="customers.{kind}"'
    assert "content-length" not in headers


@pytest.mark.parametrize("kind", FILES)
async def test_a_file_without_a_page_holds_everything_newest_first(acme: Caller, kind: str) -> None:
    await fill(acme, 2500)
    await acme.customer(name="最新", contactPhone="13812345678", contactEmail="li@example.com")
    rows = await exported(acme, kind)
    assert [row["name"] for row in rows] == ["最新", *map(str, range(2500, 0, -1))]
    assert rows[:500] == await acme.rows("/customers", pageSize=500)


@pytest.mark.parametrize("kind", FILES)
async def test_a_file_of_a_page_holds_that_page(acme: Caller, kind: str) -> None:
    await fill(acme, 7)
    by_number = await exported(acme, kind, page=2, pageSize=3)
    assert [row["name"] for row in by_number] == ["4", "3", "2"]
    cursor = (await acme.get(PATH, pageSize=3)).json()["nextCursor"]
    assert await exported(acme, kind, cursor=cursor, pageSize=3) == by_number
    assert await exported(acme, kind, page=4, pageSize=3) == []


@pytest.mark.parametrize("kind", FILES)
async def test_a_file_of_nothing_is_still_a_file(acme: Caller, kind: str) -> None:
    assert await exported(acme, kind) == []


@pytest.mark.parametrize("kind", ["json", *FILES])
async def test_others_customers_do_not_exist(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, kind: str
) -> None:
    await alice.customer(name="甲")
    await bob.customer(name="乙")
    seen = [await names(caller, kind) for caller in (acme, alice, bob, charlie)]
    assert seen == [["乙", "甲"], ["甲"], ["乙"], []]


async def names(caller: Caller, kind: str) -> list[str]:
    rows = await caller.rows(PATH) if kind == "json" else await exported(caller, kind)
    return [row["name"] for row in rows]


@pytest.mark.parametrize("kind", FILES)
async def test_the_deleted_are_left_out(acme: Caller, kind: str) -> None:
    gone = await acme.customer(name="甲")
    await acme.customer(name="乙")
    await acme.delete(f"/customers/{gone['customerId']}")
    assert await names(acme, kind) == ["乙"]


async def test_csv_is_what_excel_and_rfc_4180_expect(acme: Caller) -> None:
    await acme.customer(name='说"好", 的\u2014公司')
    content = (await acme.get(PATH, format="csv")).content
    assert content.startswith(b"\xef\xbb\xbfcustomerId,tenantId,name,")
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    assert '"说""好"", 的\u2014公司"' in content.decode()


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
async def test_a_cell_of_csv_is_never_a_formula(acme: Caller, first: str) -> None:
    await acme.customer(name=f"{first}1+1", contactPhone="+14155552671")
    (row,) = await exported(acme, "csv")
    shown = (await acme.rows("/customers"))[0]["contactPhone"]
    assert shown == "+14******671"
    assert (row["name"], row["contactPhone"]) == (f"'{first}1+1", f"'{shown}")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "name",
    [
        "a;=HYPERLINK(0)",
        "a; =1+1",
        'a;"=1+1',
        'a;""=1+1";-2',
        "a;＝1+1",
        "a,=1+1",
        '=1+1;"@x',
        "';=1+1",
    ],
)
async def test_no_cell_is_a_formula_whatever_separates_the_cells(
    acme: Caller, name: str, separator: str
) -> None:
    await acme.customer(name=name)
    text = (await acme.get(PATH, None, format="csv")).content.decode("utf-8-sig")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for cell in (cell for cells in lines for cell in cells):
        assert not cell.strip().startswith(("=", "+", "-", "@", "＝")), cell


@pytest.mark.parametrize("name", ["a;b", "'a", "d'Or; Cie", 'a "b"', "a;'b", "张三；=1"])
async def test_a_cell_without_a_formula_is_left_as_it_is(acme: Caller, name: str) -> None:
    await acme.customer(name=name)
    (row,) = await exported(acme, "csv")
    assert row["name"] == name


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "12345678901234567890",
        "https://example.com",
        "mailto:li@example.com",
        "<r><t>x</t></r>",
        "<r>&</r>",
        "_x0041_",
        "a&b<c>",
        "true",
        "2026-11-23",
        "名\ufffe称",
        "a\u2003\u2003b",
    ],
)
async def test_a_cell_of_a_workbook_is_the_text_that_was_stored(acme: Caller, name: str) -> None:
    await acme.customer(name=name)
    content = (await acme.get(PATH, format="xlsx")).content
    cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["C2"]
    assert (cell.data_type, cell.hyperlink) in [("s", None), ("inlineStr", None)]
    assert unescape(cell.value) == name


async def test_a_full_sheet_goes_on_in_the_next(acme: Caller) -> None:
    await fill(acme, 5)
    views = [CUSTOMER_VIEW(**snake(row)) for row in await acme.rows("/customers")]
    file = XlsxFile(CUSTOMER_VIEW, rows_in_sheet=3)
    file.add(views[:3])
    file.add(views[3:])
    content = b"".join(iter(file.rest, b""))
    file.close()
    sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert [sheet.max_row for sheet in sheets] == [3, 3, 2]
    members = [name for name in MEMBERS if name != "parentName"]
    assert [row["name"] for row in rows_of_xlsx(content, members)] == ["5", "4", "3", "2", "1"]


def snake(row: Json) -> dict[str, Any]:
    attributes = CUSTOMER_VIEW.__struct_fields__
    return dict(zip(attributes, row.values(), strict=True))


@pytest.mark.parametrize("kind", ["json", *FILES])
async def test_looking_changes_nothing(acme: Caller, cell: Running, kind: str) -> None:
    await fill(acme, 3)
    async with nothing_changes(cell):
        await acme.get(PATH, format=kind)
        head = await acme.send("HEAD", PATH, params={"format": kind})
    assert (head.status_code, head.content) == (200, b"")


async def test_nothing_more_is_read_for_a_caller_who_has_hung_up(
    acme: Caller, cell: Running
) -> None:
    await fill(acme, 5000)
    sent: list[bytes] = []
    read: list[str] = ["http.request", "http.disconnect"]

    async def receive() -> dict[str, Any]:
        return {"type": read.pop(0), "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("body", b""))

    headers = [(name.lower().encode(), value.encode()) for name, value in acme.headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "query_string": b"format=ndjson",
        "headers": headers,
    }
    await cell.service(scope, receive, send)  # type: ignore[arg-type] # a plain dict will do
    assert sum(chunk.count(b"\n") for chunk in sent) < 5000


async def test_only_get_is_for_exports(acme: Caller) -> None:
    refused(await acme.post(PATH, {}), 405, "METHOD_NOT_ALLOWED")
