"""`message` alone tells a person what is wrong, since many clients show nothing else."""

from typing import Any

import pytest

from tests.world import Caller, Json, faults, nothing_changes

pytestmark = pytest.mark.one_database

ENGLISH = {"Accept-Language": "en"}


def message(body: Json) -> str:
    return str(body["message"])


@pytest.mark.parametrize(
    ("path", "body", "chinese", "english"),
    [
        ("/customers", {}, "请填写客户名称", "Customer name is required"),
        ("/customers", {"name": " "}, "请填写客户名称", "Customer name is required"),
        ("/customers", {"name": None}, "请填写客户名称", "Customer name is required"),
        (
            "/customers",
            {"name": "客" * 201},
            "客户名称最多 200 个字符",
            "Customer name must have at most 200 characters",
        ),
        (
            "/customers",
            {"name": "云图", "contactPhone": "call me"},
            "联系电话不是有效的电话号码",
            "Phone is not a telephone number",
        ),
        (
            "/customers",
            {"name": "云图", "nmae": "云图"},
            "未知字段 nmae",
            "nmae is not a known field",
        ),
        (
            "/customers",
            {"contactPhone": "x", "contactEmail": "x"},
            "联系电话不是有效的电话号码，另有 2 处错误",
            "Phone is not a telephone number, and 2 more errors",
        ),
        (
            "/contracts",
            {"customerId": "x", "contractNo": "1"},
            "请填写合同金额",
            "Amount is required",
        ),
        (
            "/contracts",
            {"customerId": "x", "contractNo": "1", "amountCents": 1, "currency": "RMB"},
            "币种应写作 CNY",
            "Currency must be written CNY",
        ),
        (
            "/contracts",
            {"customerId": "x", "contractNo": "1", "amountCents": 1, "currency": "usd"},
            "币种应写作 USD",
            "Currency must be written USD",
        ),
        (
            "/contracts",
            {"customerId": "x", "contractNo": "1", "amountCents": 1, "currency": "ABC"},
            "币种不是 ISO 4217 币种代码",
            "Currency is not an ISO 4217 currency code",
        ),
    ],
)
async def test_it_names_the_field_as_people_call_it(
    path: str, body: dict[str, Any], chinese: str, english: str, acme: Caller
) -> None:
    assert message((await acme.post(path, body)).json()) == chinese
    assert message((await acme.post(path, body, headers=ENGLISH)).json()) == english


async def test_one_more_error_is_counted_in_the_singular(acme: Caller) -> None:
    answer = await acme.post("/customers", {"contactPhone": "x"}, headers=ENGLISH)
    assert message(answer.json()) == "Phone is not a telephone number, and 1 more error"


async def test_details_and_errors_still_list_every_fault(acme: Caller) -> None:
    answer = (await acme.post("/customers", {"contactPhone": "x", "status": 7})).json()
    assert answer["details"] == ("contactPhone: 不是有效的电话号码; status: 不能大于 2; name: 必填")
    assert [fault["field"] for fault in answer["errors"]] == ["contactPhone", "status", "name"]


async def test_a_query_parameter_is_named_as_it_is_written(acme: Caller) -> None:
    answer = await acme.get("/customers", pageSize="many")
    assert message(answer.json()) == "pageSize 类型应为 integer"


FORM = {"name": "云帆科技", "contactPhone": "", "contactEmail": "  ", "ownerId": "", "status": ""}


async def test_an_optional_field_that_a_form_left_blank_is_null(acme: Caller) -> None:
    created = (await acme.post("/customers", FORM)).json()
    assert (created["contactPhone"], created["contactEmail"], created["ownerId"]) == (None,) * 3
    assert created["status"] == 1


async def test_a_blank_field_in_a_patch_clears_what_may_be_empty(acme: Caller) -> None:
    customer = await acme.customer(contactPhone="13812345678")
    path = f"/customers/{customer['customerId']}"
    patched = await acme.patch(path, {"contactPhone": " "})
    assert (patched.status_code, patched.json()["contactPhone"]) == (200, None)


async def test_a_blank_required_field_is_refused_in_a_patch_too(acme: Caller, cell: Any) -> None:
    customer = await acme.customer()
    path = f"/customers/{customer['customerId']}"
    async with nothing_changes(cell):
        answer = await acme.patch(path, {"name": "", "status": ""})
    assert faults(answer) == {("name", "too_short"), ("status", "empty")}
    assert message(answer.json()) == "请填写客户名称，另有 1 处错误"


async def test_a_blank_cell_of_an_import_is_null(acme: Caller) -> None:
    report = (await acme.post("/customers/import", {"items": [{**FORM_ROW}]})).json()
    assert (report["created"], report["errors"]) == (1, 0)


FORM_ROW = {"name": "云帆科技", "contactPhone": "", "contactEmail": ""}


async def test_a_blank_query_parameter_is_absent(acme: Caller) -> None:
    customer = await acme.customer()
    answer = await acme.get("/customers", phone="", email=" ", page="", pageSize="", cursor="")
    assert [row["customerId"] for row in answer.json()["data"]] == [customer["customerId"]]


async def test_an_unknown_parameter_is_refused_even_when_it_is_blank(acme: Caller) -> None:
    assert faults(await acme.get("/customers", nmae="")) == {("nmae", "unknown")}
