"""POST /opportunities."""

import pytest

from crm_cell.kernel.ids import is_id, new_id
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


async def test_it_answers_with_the_opportunity_and_where_it_is(acme: Caller) -> None:
    customer = await acme.customer()
    answer = await acme.post(
        "/opportunities",
        {
            "customerId": customer["customerId"],
            "title": " 年度采购 ",
            "amountCents": 1_280_000,
            "currency": "USD",
            "stage": 3,
            "status": 1,
            "ownerId": "alice",
        },
    )
    body = answer.json()
    assert answer.status_code == 201
    assert is_id(body["opportunityId"])
    assert answer.headers["location"] == f"/api/v1/crm/opportunities/{body['opportunityId']}"
    assert answer.headers["etag"] == '"1"'
    assert body == {
        "opportunityId": body["opportunityId"],
        "tenantId": "acme",
        "customerId": customer["customerId"],
        "title": "年度采购",
        "amountCents": 1_280_000,
        "currency": "USD",
        "stage": 3,
        "status": 1,
        "ownerId": "alice",
        "expectedCloseOn": None,
        "probability": None,
        "lostReason": None,
        "lostNote": None,
        "competitor": None,
        "source": None,
        "tags": [],
        "closedAt": None,
        "stageSince": body["createdAt"],
        "pushedCount": 0,
        "createdAt": body["createdAt"],
        "updatedAt": body["createdAt"],
    }


async def test_only_customer_and_title_are_needed(acme: Caller) -> None:
    customer = await acme.customer()
    answer = await acme.post(
        "/opportunities", {"customerId": customer["customerId"], "title": "年度采购"}
    )
    body = answer.json()
    assert (body["amountCents"], body["currency"]) == (0, "CNY")
    assert (body["stage"], body["status"], body["ownerId"]) == (1, 1, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"stage": 4}, (4, 1)),
        ({"stage": 5}, (5, 2)),
        ({"stage": 6}, (6, 3)),
        ({"status": 1}, (1, 1)),
        ({"status": 2}, (5, 2)),
        ({"status": 3}, (6, 3)),
        ({"stage": 5, "status": 2}, (5, 2)),
    ],
)
async def test_stage_and_status_decide_each_other(
    given: Json, expected: tuple[int, int], acme: Caller
) -> None:
    created = await acme.opportunity(await acme.customer(), **given)
    assert (created["stage"], created["status"]) == expected


@pytest.mark.parametrize(("stage", "status"), [(1, 2), (4, 3), (5, 1), (5, 3), (6, 1), (6, 2)])
async def test_stage_and_status_that_disagree_are_refused(
    stage: int, status: int, acme: Caller, cell: Running
) -> None:
    body = {"customerId": (await acme.customer())["customerId"], "title": "年度采购"}
    async with nothing_changes(cell):
        answer = await acme.post("/opportunities", body | {"stage": stage, "status": status})
        refusal = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
    assert refusal["message"] == "商机阶段与状态不一致"


async def test_it_is_put_on_record_as_its_detail_shows_it(acme: Caller, cell: Running) -> None:
    created = await acme.opportunity(await acme.customer())
    detail = await acme.get(f"/opportunities/{created['opportunityId']}")
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceType"]) == ("created", "opportunity")
    assert deed["changes"]["amountCents"] == {"after": 100_00}
    assert (event["eventType"], event["data"]) == ("crm.opportunity.created", detail.json())


@pytest.mark.parametrize("stage", [5, 6])
async def test_one_created_closed_is_told_as_closed_too(
    stage: int, acme: Caller, cell: Running
) -> None:
    created = await acme.opportunity(await acme.customer(), stage=stage)
    assert [(event["eventType"], event["data"]) for event in events(cell)[-2:]] == [
        ("crm.opportunity.created", created),
        ("crm.opportunity.closed", created),
    ]


async def test_the_owner_is_the_caller_the_one_named_or_the_customers(
    acme: Caller, alice: Caller
) -> None:
    of_alice = await alice.customer()
    assert (await alice.opportunity(of_alice, ownerId="bob"))["ownerId"] == "alice"
    assert (await acme.opportunity(of_alice, ownerId="bob"))["ownerId"] == "bob"
    assert (await acme.opportunity(of_alice))["ownerId"] == "alice"
    assert (await acme.opportunity(await acme.customer()))["ownerId"] is None


async def test_a_copy_of_the_request_gets_the_same_answer_once(acme: Caller, cell: Running) -> None:
    body = {"customerId": (await acme.customer())["customerId"], "title": "年度采购", "stage": 5}
    first = await acme.post("/opportunities", body, key="again")
    async with nothing_changes(cell):
        second = await acme.post("/opportunities", body, key="again")
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["idempotent-replayed"] == "true"


async def test_a_copy_is_not_answered_to_whom_it_belongs_no_more(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    body = {"customerId": (await alice.customer())["customerId"], "title": "年度采购"}
    created = (await alice.post("/opportunities", body, key="again")).json()
    await acme.patch(f"/opportunities/{created['opportunityId']}", {"ownerId": "bob"})
    await acme.patch(f"/customers/{created['customerId']}", {"ownerId": "bob"})
    async with nothing_changes(cell):
        answer = await alice.post("/opportunities", body, key="again")
    assert refused(answer, 404, "NOT_FOUND")["message"] == "商机不存在"


async def test_a_customer_that_does_not_exist_is_refused(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    hers = (await alice.customer())["customerId"]
    async with nothing_changes(cell):
        for caller, customer_id in ((alice, new_id(1)), (bob, hers), (charlie, hers)):
            body = {"customerId": customer_id, "title": "年度采购"}
            answer = await caller.post("/opportunities", body)
            refusal = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
            assert refusal["message"] == "客户不存在"


async def test_every_fault_is_named(acme: Caller, cell: Running) -> None:
    body = {
        "title": "",
        "amountCents": -1,
        "currency": "RMB",
        "stage": 7,
        "status": 0,
        "probability": 101,
        "expectedCloseOn": "2026-02-30",
        "lostReason": "weather",
        "stuck": True,
    }
    async with nothing_changes(cell):
        answer = await acme.post("/opportunities", body)
    assert faults(answer) == {
        ("customerId", "required"),
        ("title", "too_short"),
        ("amountCents", "too_small"),
        ("currency", "malformed"),
        ("stage", "too_large"),
        ("status", "too_small"),
        ("probability", "too_large"),
        ("expectedCloseOn", "not_a_date"),
        ("lostReason", "not_one_of"),
        ("stuck", "unknown"),
    }


@pytest.mark.parametrize(
    ("member", "value", "fault"),
    [
        ("amountCents", 1.5, "type"),
        ("amountCents", "100", "type"),
        ("amountCents", True, "type"),
        ("amountCents", 2**63, "too_large"),
        ("stage", None, "null"),
        ("status", None, "null"),
        ("title", "采" * 201, "too_long"),
    ],
)
async def test_what_is_no_such_value_is_refused(
    member: str, value: object, fault: str, acme: Caller, cell: Running
) -> None:
    body = {"customerId": (await acme.customer())["customerId"], "title": "年度采购"}
    async with nothing_changes(cell):
        answer = await acme.post("/opportunities", body | {member: value})
    assert faults(answer) == {(member, fault)}


async def test_the_largest_amount_is_kept_exactly(acme: Caller) -> None:
    created = await acme.opportunity(await acme.customer(), amountCents=2**63 - 1)
    detail = await acme.get(f"/opportunities/{created['opportunityId']}")
    assert detail.json()["amountCents"] == 2**63 - 1
