"""POST /…/import of every resource."""

from typing import Any

import pytest

from crm_cell.fields import Writable
from crm_cell.registry import make_registry
from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.resources.views import camel
from tests.resources.examples import Json, body_of, create
from tests.resources.test_every_resource import RESOURCES, path_of
from tests.resources.test_exports import exported
from tests.world import THE_TRAIL, Caller, Running, audit, faults, nothing_changes, refused

REGISTRY = make_registry()
IMPORTED = [each for each in RESOURCES if each.verbs & Verbs.IMPORT and each.path != "/customers"]
every_import = pytest.mark.parametrize("resource", IMPORTED, ids=lambda each: each.table)


async def imported(caller: Caller, resource: AnyResource, items: list[Any], **query: Any) -> Json:
    answer = await caller.post(f"{resource.path}/import", {"items": items}, **query)
    assert answer.status_code == 200, answer.text
    report: Json = answer.json()
    return report


def counts(report: Json) -> tuple[int, int, int, int]:
    return report["created"], report["updated"], report["unchanged"], report["errors"]


def shown(record: Json, resource: AnyResource) -> Json:
    """Without what each record has of its own."""
    own = (camel(resource.id_member), "createdAt", "updatedAt", "stageSince")
    return {name: value for name, value in record.items() if name not in own}


@every_import
async def test_rows_become_records_as_a_create_makes_them(
    resource: AnyResource, acme: Caller
) -> None:
    body = await body_of(acme, resource)
    other = body | ({"contractNo": "HT-other"} if "contractNo" in body else {})
    report = await imported(acme, resource, [body])
    assert counts(report) == (1, 0, 0, 0), report
    (row,) = report["details"]
    made = await acme.get(path_of(resource, row))
    one = (await acme.post(resource.path, other)).json()
    if "contractNo" in one:
        one["contractNo"] = body["contractNo"]
    if one.get("isPrimary"):
        made = await acme.get(path_of(resource, row))
        one["isPrimary"] = made.json()["isPrimary"]
    assert shown(made.json(), resource) == shown(one, resource)


@every_import
async def test_what_was_exported_is_imported_unchanged(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    await create(acme, resource)
    await create(acme, resource)
    for form in ({}, {"columns": "labels"}):
        rows = await exported(acme, resource, "ndjson", **form)
        for mode in ("create", "upsert"):
            async with nothing_changes(cell, but=("idempotency_keys",)):
                report = await imported(acme, resource, rows, mode=mode)
            assert counts(report) == (0, 0, 2, 0), report


@every_import
async def test_a_dry_run_writes_nothing_and_is_on_record(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    body = await body_of(acme, resource)
    async with nothing_changes(cell, but=THE_TRAIL):
        report = await imported(acme, resource, [body, "x"], dryRun="true")
    assert counts(report) == (1, 0, 0, 1)
    assert report["details"][0][camel(resource.id_member)] is None
    entry = audit(cell)[-1]
    assert (entry["action"], entry["resourceType"]) == ("tested", resource.name)


@every_import
async def test_a_refused_row_leaves_the_others_written(resource: AnyResource, acme: Caller) -> None:
    body = await body_of(acme, resource)
    required = [
        camel(each.name)
        for each in resource.fields.values()
        if each.is_required and each.writable is not Writable.NEVER
    ]
    report = await imported(acme, resource, [{}, {"nowhere": 1}, 7, body])
    assert counts(report) == (1, 0, 0, 3)
    first, second, third = report["errorsDetail"]
    assert (first["index"], first["code"]) == (0, "BAD_REQUEST")
    if required:
        assert {fault["member"] for fault in first["faults"]} == set(required)
        assert all(fault["zh"] != fault["en"] for fault in first["faults"])
    assert "nowhere" in {fault["member"] for fault in second["faults"]}
    assert [fault["code"] for fault in third["faults"]][:1] == ["type"]


@every_import
async def test_a_repeated_import_gets_the_stored_answer(
    resource: AnyResource, acme: Caller, cell: Running
) -> None:
    items = {"items": [await body_of(acme, resource)]}
    first = await acme.post(f"{resource.path}/import", items, key="once")
    async with nothing_changes(cell):
        again = await acme.post(f"{resource.path}/import", items, key="once")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotent-replayed"] == "true"


@every_import
async def test_what_others_own_is_not_found(
    resource: AnyResource, alice: Caller, bob: Caller, cell: Running
) -> None:
    """By id or by title: as if there were none, whatever the mode."""
    record = await create(alice, resource)
    row = {camel(resource.id_member): record[camel(resource.id_member)]}
    report = await imported(bob, resource, [row], mode="upsert")
    assert [each["code"] for each in report["errorsDetail"]] == ["NOT_FOUND"]


async def test_a_title_of_a_colleague_s_customer_tells_nothing(alice: Caller, bob: Caller) -> None:
    await alice.customer(name="云帆")
    contacts = REGISTRY.of_table("contacts")
    rows = [{"客户": "云帆", "name": "李雷"}, {"客户": "没有这个", "name": "李雷"}]
    hidden, missing = (await imported(bob, contacts, rows))["errorsDetail"]
    assert hidden["faults"] == missing["faults"]
    assert "不存在" in hidden["faults"][0]["zh"]


async def test_references_are_named_by_title_or_id(acme: Caller) -> None:
    customer = await acme.customer(name="ＡＢＣ 公司")
    contacts = REGISTRY.of_table("contacts")
    rows = [
        {"所属客户": "abc 公司", "联系人姓名": "甲", "首要联系人": "否"},
        {"Customer": customer["customerId"], "Contact name": "乙"},
        {"customerId": customer["customerId"], "customerName": "另一个", "name": "丙"},
    ]
    report = await imported(acme, contacts, rows)
    assert counts(report) == (3, 0, 0, 0), report
    people = await acme.rows("/contacts", customerId=customer["customerId"])
    assert {each["name"] for each in people} == {"甲", "乙", "丙"}


async def test_a_title_of_two_records_needs_the_id(acme: Caller) -> None:
    customer = await acme.customer()
    for _ in range(2):
        await acme.opportunity(customer, title="年度采购")
    follow_ups = REGISTRY.of_table("follow_ups")
    report = await imported(acme, follow_ups, [{"商机": "年度采购", "content": "谈"}])
    (fault,) = report["errorsDetail"][0]["faults"]
    assert (fault["member"], fault["code"]) == ("opportunityId", "value")
    assert "2" in fault["zh"]
    assert "2" in fault["en"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026/1/31", "2026-01-31"),
        ("2026.1.31", "2026-01-31"),
        ("2026年1月31日", "2026-01-31"),
        ("20260131", "2026-01-31"),
        ("31.1.2026", "2026-01-31"),
        ("31/1/2026", "2026-01-31"),
        ("1/31/2026", "2026-01-31"),
        ("2/2/2026", "2026-02-02"),
        ("46053", "2026-01-31"),
        ("2026-01-31 00:00", "2026-01-31"),
    ],
)
async def test_dates_as_people_write_them(acme: Caller, written: str, read: str) -> None:
    tasks = REGISTRY.of_table("tasks")
    report = await imported(acme, tasks, [{"任务标题": "回电", "截止日期": written}])
    (row,) = report["details"]
    assert (await acme.get(f"/tasks/{row['taskId']}")).json()["dueOn"] == read
    shown = [{"column": "截止日期", "cell": written, "value": read}]
    assert row["readings"] == ([] if written == read else shown)


@pytest.mark.parametrize(
    "written", ["1/2/2026", "31.2.2026", "2026-13-01", "soon", "99999", "2026-01-31 25:00"]
)
async def test_what_is_no_date_is_a_fault_of_its_cell(acme: Caller, written: str) -> None:
    tasks = REGISTRY.of_table("tasks")
    report = await imported(acme, tasks, [{"任务标题": "回电", "截止日期": written}])
    (row,) = report["errorsDetail"]
    (fault,) = row["faults"]
    assert (fault["column"], fault["member"], fault["code"]) == ("截止日期", "dueOn", "not_a_date")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-31 10:30", "2026-01-31T02:30:00.000Z"),
        ("2026/1/31 下午3:05", "2026-01-31T07:05:00.000Z"),
        ("2026-01-31T02:30:00Z", "2026-01-31T02:30:00.000Z"),
        ("2026-01-31", "2026-01-30T16:00:00.000Z"),
        ("46053.5", "2026-01-31T04:00:00.000Z"),
    ],
)
async def test_times_are_of_the_zone(acme: Caller, written: str, read: str) -> None:
    tasks = REGISTRY.of_table("tasks")
    report = await imported(acme, tasks, [{"任务标题": "回电", "截止时间": written}])
    (row,) = report["details"]
    assert (await acme.get(f"/tasks/{row['taskId']}")).json()["dueAt"] == read


async def test_money_by_label_is_in_yuan_and_by_member_in_cents(acme: Caller) -> None:
    await acme.customer(name="云帆")
    rows = [
        {"客户": "云帆", "合同编号": "1", "合同金额": "¥12,800.50"},
        {"客户": "云帆", "合同编号": "2", "amountCents": 1_280_050},
        {"客户": "云帆", "合同编号": "3", "合同金额（万元）": "1.28005"},
        {"客户": "云帆", "合同编号": "4", "合同金额": "12800", "币种": "JPY"},
        {"客户": "云帆", "合同编号": "5", "合同金额（分）": "1280050"},
        {"客户": "云帆", "合同编号": "6", "合同金额": "1.234"},
        {"客户": "云帆", "合同编号": "7", "合同金额": "1.5", "币种": "JPY"},
    ]
    report = await imported(acme, REGISTRY.of_table("contracts"), rows)
    assert counts(report) == (5, 0, 0, 2), report
    made = {each["contractNo"]: each["amountCents"] for each in await acme.rows("/contracts")}
    assert made == {"1": 1280050, "2": 1280050, "3": 1280050, "4": 12800, "5": 1280050}
    assert [each["index"] for each in report["errorsDetail"]] == [5, 6]


async def test_the_amount_of_a_payment_is_in_its_contract_s_currency(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), contractNo="HT-9", currency="JPY")
    rows = [{"合同": "HT-9", "回款金额": "1280", "回款日期": "2026/11/20"}]
    report = await imported(acme, REGISTRY.of_table("payments"), rows)
    assert counts(report) == (1, 0, 0, 0), report
    (payment,) = await acme.rows("/payments")
    assert (payment["amountCents"], payment["currency"]) == (1280, "JPY")
    assert payment["contractId"] == contract["contractId"]


async def test_money_is_entered_once_however_often_its_import_is_sent(
    acme: Caller, cell: Running
) -> None:
    contract = await acme.contract(await acme.customer())
    row = {"contractId": contract["contractId"], "amountCents": 1, "paymentAt": "2026-11-20"}
    items = {"items": [row, row]}
    first = await acme.post("/payments/import", items, key="the-money")
    assert counts(first.json()) == (2, 0, 0, 0)
    cell.change("DELETE FROM idempotency_keys")
    again = await acme.post("/payments/import", items, key="the-money")
    assert counts(again.json()) == (0, 0, 0, 2)
    assert {each["code"] for each in again.json()["errorsDetail"]} == {"IDEMPOTENT_CONFLICT"}
    one = (await acme.get(f"/contracts/{contract['contractId']}")).json()
    assert one["paidCents"] == 2


async def test_choices_are_named_by_label_or_code(acme: Caller) -> None:
    tasks = REGISTRY.of_table("tasks")
    rows = [
        {"任务标题": "1", "任务类型": "拜访", "状态": "已完成"},
        {"Title": "2", "Kind": "Visit", "Status": "DONE"},
        {"title": "3", "kind": "visit", "status": "done"},
        {"title": "4", "kind": "聊天"},
    ]
    report = await imported(acme, tasks, rows)
    assert counts(report) == (3, 0, 0, 1)
    made = [(each["kind"], each["status"]) for each in await acme.rows("/tasks")]
    assert made == [("visit", "done")] * 3


async def test_an_upsert_changes_what_differs_and_nothing_else(acme: Caller) -> None:
    customer = await acme.customer(name="云帆")
    one = await acme.contact(customer, name="甲", phone="13812345678")
    two = await acme.contact(customer, name="乙", phone="13912345678")
    contacts = REGISTRY.of_table("contacts")
    rows = await exported(acme, contacts, "ndjson", columns="labels")
    for row in rows:
        row["联系人姓名"] += "先生"
    rows[0]["电话"] = "13700000000"
    refused_rows = await imported(acme, contacts, rows)
    assert counts(refused_rows) == (0, 0, 0, 2)
    assert counts(await imported(acme, contacts, rows, mode="upsert")) == (0, 2, 0, 0)
    first = (await acme.get(f"/contacts/{one['contactId']}")).json()
    second = (await acme.get(f"/contacts/{two['contactId']}")).json()
    assert (first["name"], first["phone"]) == ("甲先生", "138****5678")
    assert (second["name"], second["phone"]) == ("乙先生", "137****0000")


async def test_a_masked_number_is_never_stored(acme: Caller) -> None:
    customer = await acme.customer()
    row = {"customerId": customer["customerId"], "name": "甲", "phone": "138****5678"}
    report = await imported(acme, REGISTRY.of_table("contacts"), [row])
    (fault,) = report["errorsDetail"][0]["faults"]
    assert (fault["member"], fault["code"]) == ("phone", "malformed")


async def test_the_owner_has_a_column(acme: Caller, alice: Caller) -> None:
    await acme.customer(name="云帆", ownerId="alice")
    opportunities = REGISTRY.of_table("opportunities")
    rows = [
        {"所属客户": "云帆", "商机标题": "甲", "负责人": "bob"},
        {"所属客户": "云帆", "商机标题": "乙"},
    ]
    assert counts(await imported(acme, opportunities, rows)) == (2, 0, 0, 0)
    owners = {each["title"]: each["ownerId"] for each in await acme.rows("/opportunities")}
    assert owners == {"甲": "bob", "乙": "alice"}
    mine = [{"所属客户": "云帆", "商机标题": "丙", "负责人": "bob"}]
    assert counts(await imported(alice, opportunities, mine)) == (1, 0, 0, 0)
    assert (await alice.rows("/opportunities"))[0]["ownerId"] == "alice"


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"mode": "x"}, ("mode", "not_one_of")),
        ({"tz": "Nowhere/At_All"}, ("tz", "malformed")),
        ({"dryRun": "1"}, ("dryRun", "type")),
    ],
)
async def test_what_an_import_does_not_understand_is_refused(
    acme: Caller, cell: Running, query: dict[str, Any], fault: tuple[str, str]
) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/contacts/import", {"items": [{}]}, **query)
    assert faults(answer) == {fault}


async def test_an_import_has_at_most_two_thousand_rows(acme: Caller, cell: Running) -> None:
    many: list[list[Json]] = [[], [{}] * 2001]
    async with nothing_changes(cell):
        for items in many:
            refused(await acme.post("/tasks/import", {"items": items}), 400, "BAD_REQUEST")


async def test_rows_refer_by_ids_of_another_system(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    """Such an id counts before a title; without `source`, or of another one, it is a title."""
    made: dict[str, str] = {}
    for source, external_id, name in (
        ("erp", "C-7", "云帆"),
        ("shop", "C-7", "远景"),
        ("erp", "C-8", "C-7"),
    ):
        answer = await alice.put(f"/customers/by/{source}/{external_id}", {"name": name})
        made[name] = answer.json()["customerId"]
    contacts = REGISTRY.of_table("contacts")

    async def customers_of(caller: Caller, *named: object, **query: str) -> list[str | None]:
        """Of contacts that refer by this; None for one that is refused."""
        items = [{"customer": each, "name": "李雷"} for each in named]
        report = await imported(caller, contacts, items, **query)
        ids = {each["index"]: each["contactId"] for each in report["details"]}
        for refusal in report["errorsDetail"]:
            assert refusal["zh"] == "customer 客户不存在"
        return [
            (await acme.get(f"/contacts/{ids[at]}")).json()["customerId"] if at in ids else None
            for at in range(len(named))
        ]

    erp = await customers_of(alice, " C-7", "C-8", "远景", made["云帆"], "C-9", source="erp")
    assert erp == [made["云帆"], made["C-7"], made["远景"], made["云帆"], None]
    assert await customers_of(alice, "C-7", source="shop") == [made["远景"]]
    assert await customers_of(alice, "C-7", "C-8") == [made["C-7"], None]
    for stranger in (bob, charlie):
        assert await customers_of(stranger, "C-7", "C-8", source="erp") == [None, None]
    await acme.delete(f"/customers/{made['远景']}")
    assert await customers_of(acme, "C-7", source="shop") == [made["C-7"]]
    refused_ = await alice.post("/contacts/import", {"items": [{}]}, source="a b")
    assert faults(refused_) == {("source", "malformed")}
