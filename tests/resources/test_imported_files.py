"""POST /…/import with a file as the body."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from crm_cell.registry import make_registry
from crm_cell.resources.resource import AnyResource
from tests.resources.examples import Json, create
from tests.resources.test_imports import counts, every_import
from tests.world import Caller, Running, faults, nothing_changes, refused

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REGISTRY = make_registry()


async def sent(caller: Caller, path: str, content: bytes, media: str = CSV, **query: Any) -> Json:
    answer = await caller.post(path, content, None, {"Content-Type": media}, **query)
    assert answer.status_code == 200, answer.text
    report: Json = answer.json()
    return report


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@every_import
@pytest.mark.parametrize("columns", ["names", "labels"])
@pytest.mark.parametrize(("kind", "media"), [("csv", CSV), ("xlsx", XLSX)])
async def test_an_exported_file_is_imported_unchanged(
    resource: AnyResource, acme: Caller, cell: Running, columns: str, kind: str, media: str
) -> None:
    await create(acme, resource)
    await create(acme, resource)
    path = f"{resource.path}/export"
    file = (await acme.get(path, None, format=kind, columns=columns)).content
    for mode in ("create", "upsert"):
        async with nothing_changes(cell, but=("idempotency_keys",)):
            report = await sent(acme, f"{resource.path}/import", file, media, mode=mode)
        assert counts(report) == (0, 0, 2, 0), report


async def test_a_table_of_people_s_own(acme: Caller) -> None:
    await acme.customer(name="云帆科技")
    text = "联系人名单\n\n客户,姓名,手机号,联系人姓名,性别\n云帆科技,,13812345678,李雷,老客户\n"
    report = await sent(acme, "/contacts/import", text.encode("gb18030"))
    assert counts(report) == (1, 0, 0, 0), report
    assert report["leftAside"] == ["姓名", "性别"]
    assert {each["column"]: each["member"] for each in report["columns"]} == {
        "客户": "customerId",
        "手机号": "phone",
        "联系人姓名": "name",
    }
    assert report["details"][0]["place"] == "line 4"
    (contact,) = await acme.rows("/contacts")
    assert (contact["name"], contact["phone"]) == ("李雷", "138****5678")


async def test_faults_are_at_their_cells_in_both_languages(acme: Caller) -> None:
    text = "任务标题,截止日期,任务类型\n,1/2/2026,聊天\n回电,2026-01-31,电话\n"
    report = await sent(acme, "/tasks/import", text.encode())
    assert counts(report) == (1, 0, 0, 1)
    (row,) = report["errorsDetail"]
    assert (row["place"], row["index"]) == ("line 2", 0)
    assert {(each["column"], each["member"]) for each in row["faults"]} == {
        ("截止日期", "dueOn"),
        ("任务类型", "kind"),
        ("任务标题", "title"),
    }
    english = {each["en"] for each in row["faults"]}
    assert "Title is required" in english or "任务标题 is required" in english


async def test_cells_of_a_workbook_are_what_they_show(acme: Caller) -> None:
    await acme.customer(name="云帆")
    contract: list[list[Any]] = [
        ["客户", "合同编号", "合同金额", "签订日期"],
        ["云帆", "HT-1", 12800.5, date(2026, 1, 31)],
        ["云帆", "HT-2", 12800, datetime(2026, 1, 31, 10, 30)],  # noqa: DTZ001 - a cell has no zone
    ]
    report = await sent(acme, "/contracts/import", workbook(*contract), XLSX)
    assert counts(report) == (2, 0, 0, 0), report
    second, first = await acme.rows("/contracts")
    assert (first["amountCents"], first["signedAt"]) == (1280050, "2026-01-31")
    assert (second["amountCents"], second["signedAt"]) == (1280000, "2026-01-31T02:30:00.000Z")


async def test_empty_cells_of_an_upsert_change_nothing(acme: Caller) -> None:
    contact = await acme.contact(await acme.customer(), phone="13812345678", email="a@b.cn")
    text = f"编号,联系人姓名,电话,邮箱\n{contact['contactId']},韩梅梅,,\n"
    report = await sent(acme, "/contacts/import", text.encode(), mode="upsert")
    assert counts(report) == (0, 1, 0, 0), report
    after = (await acme.get(f"/contacts/{contact['contactId']}")).json()
    assert (after["name"], after["phone"], after["email"]) == (
        "韩梅梅",
        contact["phone"],
        contact["email"],
    )


async def test_a_formula_of_a_file_is_text(acme: Caller) -> None:
    await sent(acme, "/tasks/import", '任务标题\n"\'=1+1"\n="00123"\n'.encode())
    assert {each["title"] for each in await acme.rows("/tasks")} == {"=1+1", "00123"}


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"", CSV),
        (b"\n\n", CSV),
        ("没有,这样的列\n1,2\n".encode(), CSV),
        ("任务标题,Title\n1,2\n".encode(), CSV),
        ("任务标题\n".encode(), CSV),
        (("任务标题\n" + "x\n" * 2001).encode(), CSV),
        ('任务标题\n"x\n'.encode(), CSV),
        ("任务标题\nx\n".encode("gb18030"), "text/csv; charset=utf-8"),
        ("任务标题\nx\n".encode(), "text/csv; charset=klingon"),
        (b"%PDF-1.7", CSV),
        (b"PK\x03\x04 and no more", XLSX),
        (b"\xd0\xcf\x11\xe0", XLSX),
        (b"", XLSX),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(
    acme: Caller, cell: Running, content: bytes, media: str
) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/tasks/import", content, None, {"Content-Type": media})
    assert {code for _, code in faults(answer)} <= {"value", "too_few", "too_many"}
    english = await acme.post(
        "/tasks/import", content, None, {"Content-Type": media, "Accept-Language": "en"}
    )
    assert english.json()["message"].isascii() or "—" in english.text or "任务" in english.text


def altered(part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with another text in a part of it."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["任务标题"], ["回电"]))) as book,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in book.namelist():
            data = book.read(name)
            out.writestr(name, data.replace(old, new) if name == part else data)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "content",
    [
        altered(SHEET, b'r="A2"', b'r="XFD1048576"'),
        altered(SHEET, b'r="A2"', b"x=\"&gt;\" r='XFD20'"),
        altered(SHEET, b'<row r="2"', b'<row r="1048576"'),
        altered(SHEET, b"<sheetData>", b"<sheetData>" + b" " * 40_000_000),
    ],
    ids=["far cell", "hidden cell", "far row", "much space"],
)
async def test_a_workbook_that_would_unpack_to_too_much_is_refused(
    acme: Caller, cell: Running, content: bytes
) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/tasks/import", content, None, {"Content-Type": XLSX})
    assert faults(answer) == {("body", "value")}


async def test_a_repeated_file_gets_the_stored_answer(acme: Caller, cell: Running) -> None:
    content, media = "任务标题\n回电\n".encode(), {"Content-Type": CSV}
    first = await acme.post("/tasks/import", content, "once", media)
    async with nothing_changes(cell):
        again = await acme.post("/tasks/import", content, "once", media)
        other = await acme.post("/tasks/import", "任务标题\n拜访\n".encode(), "once", media)
    assert again.content == first.content
    refused(other, 409, "IDEMPOTENT_CONFLICT")


async def test_files_are_for_imports_only(acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/tasks", b"title\nx\n", None, {"Content-Type": CSV})
    refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
    wrong = await acme.post("/tasks/import", b"x", None, {"Content-Type": "text/plain"})
    refused(wrong, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert "text/csv" in wrong.headers["accept"]


async def test_customers_are_imported_from_a_file_and_changed_by_their_id(acme: Caller) -> None:
    text = "公司,手机,籍贯\n云帆,13812345678,展会\n云帆,,\n"
    report = await sent(acme, "/customers/import", text.encode("gb18030"))
    assert counts(report) == (1, 0, 0, 1), report
    assert report["leftAside"] == ["籍贯"]
    assert report["errorsDetail"][0]["code"] == "DUPLICATE_NAME"
    file = (await acme.get("/customers/export", None, format="csv", columns="labels")).content
    assert counts(await sent(acme, "/customers/import", file)) == (0, 0, 1, 0)
    renamed = file.decode().replace("云帆", "雲帆").encode()
    assert counts(await sent(acme, "/customers/import", renamed)) == (0, 0, 0, 1)
    changed = await sent(acme, "/customers/import", renamed, mode="upsert")
    assert counts(changed) == (0, 1, 0, 0)
    (customer,) = await acme.rows("/customers")
    assert (customer["name"], customer["contactPhone"]) == ("雲帆", "138****5678")
