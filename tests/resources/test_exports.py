"""GET /…/export of every resource."""

import csv
import io
import json
from typing import Any

import msgspec
import openpyxl
import pytest

from crm_cell.registry import make_registry
from crm_cell.resources import exporting
from crm_cell.resources.file_columns import Column, file_columns
from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.resources.views import camel
from tests.resources.examples import Json, create
from tests.resources.test_every_resource import having, path_of
from tests.world import Caller, faults, refused

REGISTRY = make_registry()
CUSTOMERS = REGISTRY.of_table("customers")
KINDS = ["csv", "ndjson", "xlsx"]
every_export = having(Verbs.EXPORT)


def columns(resource: AnyResource) -> list[Column]:
    return file_columns(resource, REGISTRY)


async def exported(caller: Caller, resource: AnyResource, kind: str, **query: object) -> list[Json]:
    """The rows of a file by heading, without empty cells."""
    answer = await caller.get(f"{resource.path}/export", None, format=kind, **query)
    assert answer.status_code == 200, answer.text
    return [
        {name: value for name, value in row.items() if value not in (None, "")}
        for row in _ROWS[kind](answer.content)
    ]


def _rows_of_csv(content: bytes) -> list[Json]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _rows_of_xlsx(content: bytes) -> list[Json]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in body]


_ROWS: dict[str, Any] = {
    "csv": _rows_of_csv,
    "xlsx": _rows_of_xlsx,
    "ndjson": lambda content: [json.loads(line) for line in content.splitlines()],
}


async def expected(caller: Caller, resource: AnyResource, record: Json) -> Json:
    """The record, and the titles of what it refers to."""
    row = dict(record)
    for column in columns(resource):
        if column.title_of is not None and record[camel(column.name)] is not None:
            parent = await caller.get(f"{column.title_of.path}/{record[camel(column.name)]}")
            assert column.title_of.title is not None
            row[column.member] = parent.json()[camel(column.title_of.title)]
    return {
        column.member: row[column.member]
        for column in columns(resource)
        if row.get(column.member) not in (None, "")
    }


def as_cells(row: Json) -> Json:
    """A list of texts has commas between them; one of objects is JSON."""
    return {
        name: as_cell(value) if isinstance(value, list) else value
        for name, value in row.items()
        if value != []
    }


def as_cell(values: list[Any]) -> str:
    if any(isinstance(each, dict) for each in values):
        return msgspec.json.encode(values).decode()
    return ", ".join(values)


def as_text(row: Json) -> Json:
    """The cells of CSV."""
    booleans = {True: "true", False: "false"}
    return {
        name: booleans[value] if isinstance(value, bool) else str(value)
        for name, value in as_cells(row).items()
    }


@every_export
async def test_each_form_has_the_members_and_the_titles(
    resource: AnyResource, acme: Caller
) -> None:
    record = await create(acme, resource)
    row = await expected(acme, resource, record)
    assert (await exported(acme, resource, "ndjson"))[0] == row
    assert (await exported(acme, resource, "xlsx"))[0] == as_cells(row)
    assert (await exported(acme, resource, "csv"))[0] == as_text(row)
    page = (await acme.get(f"{resource.path}/export")).json()["data"][0]
    assert {name: value for name, value in page.items() if value is not None} == row


@every_export
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_labels_are_headings_in_the_caller_s_language(
    resource: AnyResource, acme: Caller, language: str
) -> None:
    await create(acme, resource)
    answer = await acme.get(
        f"{resource.path}/export",
        {"Accept-Language": language},
        format="csv",
        columns="labels",
    )
    head = next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert head == [column.label[language == "en"] for column in columns(resource)]
    assert len(set(head)) == len(head)


async def test_with_labels_values_are_as_people_write_them(acme: Caller) -> None:
    customer = await acme.customer(name="云帆")
    await acme.contract(
        customer,
        contractNo="HT-1",
        amountCents=123_456,
        status=2,
        signedAt="2026-11-23T02:26:00.123Z",
    )
    await acme.contract(customer, contractNo="HT-2", amountCents=1280, currency="JPY")
    contracts = REGISTRY.of_table("contracts")
    yen, yuan = await exported(acme, contracts, "csv", columns="labels")
    assert (yuan["合同金额"], yen["合同金额"]) == ("1234.56", "1280")
    assert (yuan["状态"], yuan["签订日期"]) == ("已签订", "2026-11-23 10:26:00.123")
    assert (yuan["客户"], yuan["客户 ID"]) == ("云帆", customer["customerId"])
    (_, cells) = await exported(acme, contracts, "xlsx", columns="labels", tz="UTC")
    assert (cells["合同金额"], cells["签订日期"]) == (1234.56, "2026-11-23 02:26:00.123")
    (contact,) = await _of_contact(acme, customer)
    assert contact["首要联系人"] == "是"


async def _of_contact(acme: Caller, customer: Json) -> list[Json]:
    await acme.contact(customer, isPrimary=True)
    return await exported(acme, REGISTRY.of_table("contacts"), "csv", columns="labels")


async def test_a_number_of_more_than_fifteen_digits_stays_whole(acme: Caller) -> None:
    await acme.contract(await acme.customer(), amountCents=2**63 - 1)
    (row,) = await exported(acme, REGISTRY.of_table("contracts"), "xlsx")
    assert row["amountCents"] == "9223372036854775807"


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"columns": "labels"}, ("columns", "not_one_of")),
        ({"columns": "x"}, ("columns", "not_one_of")),
        ({"tz": "Nowhere/At_All", "format": "csv"}, ("tz", "malformed")),
        ({"format": "pdf"}, ("format", "not_one_of")),
    ],
)
async def test_what_an_export_does_not_understand_is_refused(
    acme: Caller, query: dict[str, object], fault: tuple[str, str]
) -> None:
    assert faults(await acme.get("/contacts/export", None, **query)) == {fault}


@every_export
@pytest.mark.parametrize("kind", ["ndjson"])
async def test_each_exports_their_own(
    resource: AnyResource, alice: Caller, bob: Caller, charlie: Caller, acme: Caller, kind: str
) -> None:
    await create(alice, resource)
    seen = [len(await exported(each, resource, kind)) for each in (acme, alice, bob, charlie)]
    assert seen == [1, 1, 0, 0]


async def test_the_title_of_what_the_caller_may_not_read_is_left_empty(
    acme: Caller, bob: Caller
) -> None:
    customer = await acme.customer(name="云帆", ownerId="alice")
    body = {"title": "回电", "customerId": customer["customerId"], "assigneeId": "bob"}
    task = (await acme.post("/tasks", body)).json()
    (row,) = await exported(bob, REGISTRY.of_table("tasks"), "ndjson")
    assert (row["taskId"], row["customerId"]) == (task["taskId"], customer["customerId"])
    assert "customerName" not in row


@every_export
async def test_the_deleted_are_not_exported(resource: AnyResource, acme: Caller) -> None:
    record = await create(acme, resource)
    if not resource.is_deletable:
        refused(await acme.delete(path_of(resource, record)), 405, "METHOD_NOT_ALLOWED")
        return
    assert (await acme.delete(path_of(resource, record))).status_code == 204
    assert await exported(acme, resource, "ndjson") == []


@pytest.mark.parametrize("content", ["=1+1", "+1", "@x", "a;=1", "＝1"])
async def test_no_cell_is_a_formula(acme: Caller, content: str) -> None:
    customer = await acme.customer(name=f"客{content}".strip())
    await acme.contact(customer, name=content.strip())
    text = (await acme.get("/contacts/export", None, format="csv")).content.decode("utf-8-sig")
    for separator in (",", ";", "\t"):
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not any(cell.strip().startswith(("=", "+", "-", "@")) for cell in cells)


# With the list language


@pytest.mark.parametrize("kind", KINDS)
async def test_a_filter_and_a_sort_hold_for_every_chunk(
    acme: Caller, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(exporting, "_CHUNK", 2)
    for number in range(9):
        await acme.customer(name=f"云帆{number}", status=1 + number % 2)
    query = {"filter": 'status = 1 and name ~ "yunfan"', "sort": "-name"}
    rows = await exported(acme, CUSTOMERS, kind, **query)
    assert [row["name"] for row in rows] == [f"云帆{number}" for number in (8, 6, 4, 2, 0)]
    page = await exported(acme, CUSTOMERS, kind, **query, page=2, pageSize=2)
    assert page == rows[2:4]


async def test_empty_values_come_last_in_a_file_too(
    acme: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_CHUNK", 2)
    for day in (3, None, 1, None, 2, None):
        body = {"title": f"{day}"} | ({"dueOn": f"2026-12-0{day}"} if day else {})
        await acme.post("/tasks", body)
    tasks = REGISTRY.of_table("tasks")
    for sort in ("dueOn", "-dueOn"):
        rows = await exported(acme, tasks, "ndjson", sort=sort)
        listed = await acme.rows("/tasks", sort=sort)
        assert [row["taskId"] for row in rows] == [row["taskId"] for row in listed]


async def test_a_page_of_json_leads_to_the_next_one(acme: Caller) -> None:
    for number in range(3):
        await acme.customer(name=f"云帆{number}")
    query: Json = {"filter": "status = 1", "sort": "name", "pageSize": 2}
    first = (await acme.get("/customers/export", **query)).json()
    assert (first["total"], first["totalKnown"]) == (None, False)
    rest = (await acme.get("/customers/export", **query, cursor=first["nextCursor"])).json()
    assert [row["name"] for row in first["data"] + rest["data"]] == ["云帆0", "云帆1", "云帆2"]
    assert rest["nextCursor"] is None
    other = query | {"filter": "status = 2"}
    answer = await acme.get("/customers/export", **other, cursor=first["nextCursor"])
    assert faults(answer) == {("cursor", "other_cursor")}


async def test_a_filter_exports_only_what_the_caller_sees(
    alice: Caller, bob: Caller, acme: Caller, charlie: Caller
) -> None:
    await alice.customer(name="云帆")
    for filter_ in ('name ~ "yf"', 'not (name ~ "x")'):
        seen = [
            len(await exported(each, CUSTOMERS, "ndjson", filter=filter_))
            for each in (acme, alice, bob, charlie)
        ]
        assert seen == [1, 1, 0, 0]


async def test_a_zone_is_that_of_the_filter_and_of_the_cells(acme: Caller) -> None:
    body = {"contractNo": "HT-1", "amountCents": 1, "signedAt": "2026-11-23T20:00:00Z"}
    await acme.contract(await acme.customer(), **body)
    contracts = REGISTRY.of_table("contracts")
    query = {"columns": "labels", "filter": "signedAt = 2026-11-24"}
    (row,) = await exported(acme, contracts, "csv", **query)
    assert row["签订日期"] == "2026-11-24 04:00:00"
    assert await exported(acme, contracts, "csv", **query, tz="UTC") == []


@pytest.mark.parametrize("kind", ["json", "csv"])
@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"filter": "x = 1"}, ("filter", "unknown_field")),
        ({"sort": "contactPhone"}, ("sort", "not_sortable")),
        ({"filter": "status = 1", "page": 10_002, "pageSize": 1}, ("page", "too_large")),
        ({"fields": "name"}, ("fields", "unknown")),
    ],
)
async def test_a_wrong_filter_is_refused_before_the_file_begins(
    acme: Caller, kind: str, query: dict[str, object], fault: tuple[str, str]
) -> None:
    assert faults(await acme.get("/customers/export", None, format=kind, **query)) == {fault}


@pytest.mark.parametrize("kind", ["json", "csv"])
async def test_a_filter_that_is_too_broad_is_refused_before_the_file_begins(
    acme: Caller, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(exporting, "_SECONDS", -1.0)
    await acme.customer()
    answer = await acme.get("/customers/export", format=kind, filter="status = 1")
    refused(answer, 400, "QUERY_TOO_BROAD")
