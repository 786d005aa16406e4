"""POST /customers."""

import pytest

from crm_cell.kernel.ids import is_id
from tests.world import Caller, Running, audit, events, faults, nothing_changes, refused


async def test_it_answers_with_the_customer_and_where_it_is(acme: Caller) -> None:
    answer = await acme.post("/customers", {"name": "杭州云图", "contactPhone": "13812345678"})
    body = answer.json()
    assert answer.status_code == 201
    assert is_id(body["customerId"])
    assert answer.headers["location"] == f"/api/v1/crm/customers/{body['customerId']}"
    assert answer.headers["etag"] == '"1"'
    assert body == {
        "customerId": body["customerId"],
        "tenantId": "acme",
        "name": "杭州云图",
        "contactPhone": "138****5678",
        "contactEmail": None,
        "status": 1,
        "ownerId": None,
        **dict.fromkeys(
            (
                "shortName",
                "uscc",
                "region",
                "address",
                "website",
                "remark",
                "level",
                "source",
                "industry",
            )
        ),
        "tags": [],
        **dict.fromkeys(("lastFollowUpAt", "lastFollowUpBy", "nextContactAt")),
        **dict.fromkeys(("openOpportunityCount", "openOpportunityCents", "outstandingCents")),
        "parentId": None,
        "createdAt": body["createdAt"],
        "updatedAt": body["createdAt"],
    }


async def test_it_can_be_read_back(acme: Caller) -> None:
    created = await acme.customer(contactEmail="li.lei@example.com", status=2, ownerId="alice")
    assert (await acme.get(f"/customers/{created['customerId']}")).json() == created
    assert (created["contactEmail"], created["status"], created["ownerId"]) == (
        "li.lei@example.com",
        2,
        "alice",
    )


async def test_a_caller_with_a_user_id_owns_what_they_create(alice: Caller) -> None:
    assert (await alice.customer(ownerId="bob"))["ownerId"] == "alice"


async def test_it_is_put_on_record_with_the_phone_masked(acme: Caller, cell: Running) -> None:
    created = await acme.customer(contactPhone="13812345678")
    (deed,) = audit(cell)
    (event,) = events(cell)
    assert (deed["action"], deed["resourceId"]) == ("created", created["customerId"])
    assert deed["changes"]["contactPhone"] == {"after": "138****5678"}
    assert event["eventType"] == "crm.customer.created"
    assert event["data"] == created


@pytest.mark.parametrize(
    "same",
    [
        "Acme Corp",
        "ACME CORP",
        "  Acme   Corp ",
        "Ａｃｍｅ　Ｃｏｒｐ",
        "Acme\u3000Corp",
        "Ac\u200bme Corp",
    ],
)
async def test_a_name_that_only_looks_different_is_the_same(
    same: str, acme: Caller, cell: Running
) -> None:
    await acme.customer(name="Acme Corp")
    async with nothing_changes(cell):
        body = refused(await acme.post("/customers", {"name": same}), 409, "DUPLICATE_NAME")
    assert body["message"] == "客户名称已存在"


async def test_accents_composed_or_not_are_the_same(acme: Caller) -> None:
    await acme.customer(name="Café")
    refused(await acme.post("/customers", {"name": "Cafe\u0301"}), 409, "DUPLICATE_NAME")


async def test_another_tenant_may_use_the_same_name(acme: Caller, charlie: Caller) -> None:
    await acme.customer(name="Acme Corp")
    assert (await charlie.customer(name="Acme Corp"))["tenantId"] == "globex"


async def test_the_name_of_a_deleted_customer_is_free(acme: Caller) -> None:
    first = await acme.customer(name="Acme Corp")
    await acme.delete(f"/customers/{first['customerId']}")
    assert (await acme.customer(name="Acme Corp"))["customerId"] != first["customerId"]


async def test_every_fault_is_named_at_once(acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        answer = await acme.post(
            "/customers",
            {"contactPhone": "abc", "contactEmail": "nobody", "status": 3, "nmae": "typo"},
        )
    assert faults(answer) == {
        ("name", "required"),
        ("contactPhone", "not_a_phone"),
        ("contactEmail", "not_an_email"),
        ("status", "too_large"),
        ("nmae", "unknown"),
    }


@pytest.mark.parametrize("nothing", ["\u202e", "\u2063", "\u00ad\u200e", "\u200b \ufeff"])
async def test_a_name_that_nobody_can_see_is_none(
    nothing: str, acme: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/customers", {"name": nothing})
    assert faults(answer) == {("name", "too_short")}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_path_that_ends_in_a_slash_is_another(method: str, acme: Caller) -> None:
    body = refused(await acme.send(method, "/customers/"), 404, "NOT_FOUND")
    assert body["message"] == "路径不存在"
