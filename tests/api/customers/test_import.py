"""POST /customers/import."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.world import (
    THE_TRAIL,
    Caller,
    Json,
    Running,
    audit,
    events,
    faults,
    nothing_changes,
    refused,
)

PATH = "/customers/import"


async def imported(caller: Caller, *items: object, **options: Any) -> Json:
    answer = await caller.post(PATH, {"items": list(items)}, **options)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def test_good_rows_become_customers_and_bad_ones_are_reported(acme: Caller) -> None:
    await acme.customer(name="已有客户")
    report = await imported(
        acme,
        {"name": "杭州云图", "contactPhone": "13812345678", "contactEmail": "li@example.com"},
        {"name": " 已有客户 "},
        {"contactPhone": "12"},
        {"name": "苏州远见"},
    )
    first, second = (row["customerId"] for row in report["details"])
    assert report == {
        "accepted": True,
        "created": 2,
        "errors": 2,
        "details": [
            {"index": 0, "customerId": first, "name": "杭州云图"},
            {"index": 3, "customerId": second, "name": "苏州远见"},
        ],
        "errorsDetail": [
            {"index": 1, "name": "已有客户", "reason": "客户名称已存在", "code": "DUPLICATE_NAME"},
            {
                "index": 2,
                "name": None,
                "reason": "联系电话不是有效的电话号码；请填写客户名称",
                "code": "BAD_REQUEST",
            },
        ],
    }
    customer = (await acme.get(f"/customers/{first}")).json()
    assert customer["contactPhone"] == "138****5678"
    assert customer["contactEmail"] == "li@example.com"
    assert (customer["status"], customer["ownerId"], customer["tenantId"]) == (1, None, "acme")


async def test_reasons_are_told_in_the_language_of_the_caller(acme: Caller) -> None:
    await acme.customer(name="Acme Corp")
    report = await imported(
        acme, {"name": "ACME corp"}, {"name": ""}, headers={"Accept-Language": "en"}
    )
    assert [row["reason"] for row in report["errorsDetail"]] == [
        "A customer of this name exists already",
        "Customer name is required",
    ]


async def test_of_rows_with_one_name_the_first_good_one_wins(acme: Caller) -> None:
    report = await imported(
        acme,
        {"name": "Ａｃｍｅ  Corp", "contactEmail": "nobody"},
        {"name": "acme corp"},
        {"name": "ACME\u3000CORP"},
    )
    assert [row["index"] for row in report["details"]] == [1]
    assert [(row["index"], row["code"]) for row in report["errorsDetail"]] == [
        (0, "BAD_REQUEST"),
        (2, "DUPLICATE_NAME"),
    ]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("杭州云图", "该行类型应为 object"),
        (None, "该行类型应为 object"),
        ([], "该行类型应为 object"),
        ({}, "请填写客户名称"),
        ({"name": None}, "请填写客户名称"),
        ({"name": 7}, "客户名称类型应为 string"),
        ({"name": "客" * 201}, "客户名称最多 200 个字符"),
        ({"name": "好", "phone": "13812345678"}, "未知字段 phone"),
        ({"name": "好", "contactPhone": "138****5678"}, "联系电话不是有效的电话号码"),
        (
            {"name": "a\u0000", "contactEmail": "x"},
            "客户名称不能含控制字符；联系邮箱至少 3 个字符",
        ),
    ],
)
async def test_whatever_is_wrong_with_a_row_stays_that_row_s_matter(
    acme: Caller, item: object, reason: str
) -> None:
    report = await imported(acme, item, {"name": "好客户"})
    assert (report["created"], report["errors"]) == (1, 1)
    (bad,) = report["errorsDetail"]
    assert (bad["index"], bad["reason"], bad["code"]) == (0, reason, "BAD_REQUEST")


async def test_a_name_that_is_far_too_long_does_not_come_back_whole(acme: Caller) -> None:
    report = await imported(acme, {"name": "x" * 100_000})
    assert report["errorsDetail"][0]["name"] == "x" * 200


async def test_a_null_is_the_same_as_nothing(acme: Caller) -> None:
    report = await imported(acme, {"name": "好", "contactPhone": None, "contactEmail": None})
    assert report["created"] == 1


async def test_every_created_row_is_on_record_and_in_the_outbox(
    acme: Caller, cell: Running
) -> None:
    items = [{"name": f"客户 {number}", "contactPhone": "13812345678"} for number in range(5)]
    report = await imported(acme, *items, {"name": "客户 1"}, key="import-1")
    created = [
        (await acme.get(f"/customers/{row['customerId']}")).json() for row in report["details"]
    ]
    assert [event["data"] for event in events(cell)] == created
    assert {event["eventType"] for event in events(cell)} == {"crm.customer.created"}
    deeds = audit(cell)
    assert [deed["resourceId"] for deed in deeds] == [row["customerId"] for row in created]
    assert {(deed["action"], deed["requestId"]) for deed in deeds} == {("created", "import-1")}
    assert deeds[0]["changes"]["contactPhone"] == {"after": "138****5678"}


async def test_totals_count_what_was_imported(acme: Caller, alice: Caller) -> None:
    await imported(acme, {"name": "甲"}, {"name": "乙"}, {"name": "甲"})
    await imported(alice, {"name": "丙"}, {"name": "乙"})
    assert (await acme.get("/customers")).json()["total"] == 3
    assert (await alice.get("/customers")).json()["total"] == 1


async def test_who_imports_as_a_user_owns_the_rows(alice: Caller, bob: Caller) -> None:
    report = await imported(alice, {"name": "甲"})
    path = f"/customers/{report['details'][0]['customerId']}"
    assert (await alice.get(path)).json()["ownerId"] == "alice"
    refused(await bob.get(path), 404, "NOT_FOUND")


async def test_names_are_unique_in_the_tenant_whoever_owns_them(alice: Caller, bob: Caller) -> None:
    await imported(alice, {"name": "甲"})
    assert (await imported(bob, {"name": "甲"}))["errorsDetail"][0]["code"] == "DUPLICATE_NAME"


async def test_another_tenant_s_names_are_free(acme: Caller, charlie: Caller) -> None:
    await imported(acme, {"name": "甲"})
    assert (await imported(charlie, {"name": "甲"}))["created"] == 1


async def test_a_deleted_customer_s_name_is_free(acme: Caller) -> None:
    customer = await acme.customer(name="甲")
    await acme.delete(f"/customers/{customer['customerId']}")
    assert (await imported(acme, {"name": "甲"}))["created"] == 1


async def test_a_dry_run_tells_what_would_be_and_keeps_nothing_but_an_entry(
    acme: Caller, cell: Running
) -> None:
    items = [{"name": "甲"}, {"name": "甲"}, {"name": ""}, {"name": "乙"}]
    async with nothing_changes(cell, but=THE_TRAIL):
        report = await imported(acme, *items, dryRun="true")
    assert [each["action"] for each in audit(cell)] == ["tested"]
    assert (report["accepted"], report["created"], report["errors"]) == (True, 2, 2)
    assert report["details"] == [
        {"index": 0, "customerId": None, "name": "甲"},
        {"index": 3, "customerId": None, "name": "乙"},
    ]
    real = await imported(acme, *items)
    assert real["errorsDetail"] == report["errorsDetail"]
    assert [row["index"] for row in real["details"]] == [0, 3]


async def test_the_id_of_a_dry_run_may_be_used_for_the_real_one(acme: Caller) -> None:
    await imported(acme, {"name": "甲"}, key="same", dryRun="true")
    assert (await imported(acme, {"name": "甲"}, key="same", dryRun="false"))["created"] == 1


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"items": []}, ("items", "too_few")),
        ({"items": [{"name": "甲"}] * 2001}, ("items", "too_many")),
        ({"items": {"name": "甲"}}, ("items", "type")),
        ({"items": None}, ("items", "null")),
        ({}, ("items", "required")),
        ([{"name": "甲"}], ("body", "type")),
        ({"items": [{"name": "甲"}], "dryRun": True}, ("dryRun", "unknown")),
    ],
)
async def test_it_takes_one_to_two_thousand_items(
    acme: Caller, cell: Running, body: object, fault: tuple[str, str]
) -> None:
    async with nothing_changes(cell):
        assert faults(await acme.post(PATH, body)) == {fault}


async def test_two_thousand_rows_go_in_at_once_newest_first_in_the_list(acme: Caller) -> None:
    report = await imported(acme, *({"name": f"客户 {number}"} for number in range(2000)))
    assert (report["created"], report["errors"]) == (2000, 0)
    page = (await acme.get("/customers", pageSize=2)).json()
    assert page["total"] == 2000
    assert [row["name"] for row in page["data"]] == ["客户 1999", "客户 1998"]


@pytest.mark.parametrize("value", ["1", "True", "yes"])
async def test_dry_run_is_true_or_false(acme: Caller, cell: Running, value: str) -> None:
    async with nothing_changes(cell):
        answer = await acme.post(PATH, {"items": [{"name": "甲"}]}, dryRun=value)
        assert faults(answer) == {("dryRun", "type")}


async def test_a_copy_of_the_request_changes_nothing_and_gets_the_same_answer(
    acme: Caller, cell: Running
) -> None:
    body = {"items": [{"name": "甲"}, {"name": "甲"}, {"name": "乙"}]}
    first = await acme.post(PATH, body, key="import-1")
    async with nothing_changes(cell):
        again = await acme.post(PATH, body, key="import-1")
        refused(
            await acme.post(PATH, {"items": [{"name": "丙"}]}, key="import-1"),
            409,
            "IDEMPOTENT_CONFLICT",
        )
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotent-replayed"] == "true"


async def test_copies_at_the_same_time_import_once(acme: Caller) -> None:
    body = {"items": [{"name": f"客户 {number}"} for number in range(50)]}
    answers = await asyncio.gather(*(acme.post(PATH, body, key="one") for _ in range(5)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert (await acme.get("/customers")).json()["total"] == 50


async def test_imports_at_the_same_time_never_share_a_name(acme: Caller) -> None:
    body = {"items": [{"name": f"客户 {number}"} for number in range(50)]}
    answers = await asyncio.gather(*(acme.post(PATH, body) for _ in range(4)))
    assert sum(answer.json()["created"] for answer in answers) == 50
    assert sum(answer.json()["errors"] for answer in answers) == 150


async def test_a_body_of_up_to_eight_mebibytes_is_taken(acme: Caller, cell: Running) -> None:
    def body(size: int) -> bytes:
        rest = size - len(json.dumps({"items": [{"name": ""}]}))
        return json.dumps({"items": [{"name": "x" * rest}]}).encode()

    limit = 8 * 1024 * 1024
    async with nothing_changes(cell):
        refused(await acme.post(PATH, body(limit + 1)), 413, "PAYLOAD_TOO_LARGE")
    answer = await acme.post(PATH, body(limit))
    assert answer.json()["errors"] == 1


async def test_it_answers_under_the_gateway_s_path_too(acme: Caller) -> None:
    answer: httpx.Response = await acme.post("/api/v1/crm/customers/import", {"items": [{}]})
    assert answer.json()["errors"] == 1
