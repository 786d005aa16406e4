"""POST /contracts."""

import asyncio

import pytest

from crm_cell.kernel.ids import is_id
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused

MAX_CENTS = 2**63 - 1
NO_SUCH_ID = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"


def body_for(customer: Json, **members: object) -> Json:
    body = {"customerId": customer["customerId"], "contractNo": "HT-A", "amountCents": 100}
    return body | members


async def test_it_answers_with_the_contract_and_where_it_is(acme: Caller) -> None:
    customer = await acme.customer()
    answer = await acme.post("/contracts", body_for(customer))
    body = answer.json()
    assert answer.status_code == 201
    assert is_id(body["contractId"])
    assert answer.headers["location"] == f"/api/v1/crm/contracts/{body['contractId']}"
    assert answer.headers["etag"] == '"1"'
    assert body == {
        "contractId": body["contractId"],
        "tenantId": "acme",
        "customerId": customer["customerId"],
        "opportunityId": None,
        "contractNo": "HT-A",
        "amountCents": 100,
        "currency": "CNY",
        "status": 1,
        "signedAt": None,
        "paidCents": 0,
        "outstandingCents": 100,
        "ownerId": None,
        "createdAt": body["createdAt"],
        "updatedAt": body["createdAt"],
    }


async def test_every_member_is_kept(acme: Caller) -> None:
    customer = await acme.customer()
    opportunity = await acme.opportunity(customer)
    given = {
        "opportunityId": opportunity["opportunityId"],
        "contractNo": "x" * 64,
        "amountCents": MAX_CENTS,
        "currency": "USD",
        "status": 4,
        "signedAt": "2026-11-20",
    }
    created = await acme.contract(customer, **given)
    assert {name: created[name] for name in given} == given
    assert (await acme.get(f"/contracts/{created['contractId']}")).json() == created


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11-20", "2026-11-20"),
        ("2026-11-20T09:30:00+08:00", "2026-11-20T01:30:00.000Z"),
        ("2026-11-20t01:30:00.1239z", "2026-11-20T01:30:00.123Z"),
        (None, None),
    ],
)
async def test_the_date_of_signing_is_a_date_or_a_time(
    given: str | None, kept: str | None, acme: Caller
) -> None:
    assert (await acme.contract(await acme.customer(), signedAt=given))["signedAt"] == kept


async def test_it_is_put_on_record(acme: Caller, cell: Running) -> None:
    created = await acme.contract(await acme.customer())
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["resourceType"], deed["resourceId"]) == (
        "created",
        "contract",
        created["contractId"],
    )
    assert deed["changes"] == {name: {"after": value} for name, value in created.items()}
    assert (event["eventType"], event["data"]) == ("crm.contract.created", created)


@pytest.mark.parametrize(
    ("members", "signed"),
    [({}, 0), ({"status": 3}, 0), ({"status": 2}, 1), ({"signedAt": "2026-11-20"}, 1)],
)
async def test_one_that_is_signed_already_says_so_once(
    members: Json, signed: int, acme: Caller, cell: Running
) -> None:
    created = await acme.contract(await acme.customer(), **members)
    told = events(cell, event_type="crm.contract.signed")
    assert [event["data"] for event in told] == [created] * signed
    assert len(events(cell, event_type="crm.contract.created")) == 1


@pytest.mark.parametrize(
    "same", ["ht-2026 01", "HT-2026  01", "  HT-2026 01 ", "ＨＴ-2026　01", "HT-\u200b2026 01"]
)
async def test_a_number_that_only_looks_different_is_the_same(
    same: str, acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    await acme.contract(customer, contractNo="HT-2026 01")
    async with nothing_changes(cell):
        answer = await acme.post("/contracts", body_for(customer, contractNo=same))
    assert refused(answer, 409, "DUPLICATE_CONTRACT_NO")["message"] == "合同编号已存在"


async def test_a_number_is_kept_as_written_and_compared_loosely(
    acme: Caller, cell: Running
) -> None:
    body = body_for(await acme.customer(), contractNo="ＨＴ  001")
    created = (await acme.post("/contracts", body, key="key-1")).json()
    kept = cell.rows("SELECT request_key, contract_no, contract_no_key FROM contracts")
    assert kept == [("key-1", created["contractNo"], "ht 001")]
    defaults = ("CNY", 1, None)
    assert (created["currency"], created["status"], created["signedAt"]) == defaults


async def test_a_number_is_taken_across_customers_and_owners(alice: Caller, bob: Caller) -> None:
    await alice.contract(await alice.customer(), contractNo="HT-1")
    answer = await bob.post("/contracts", body_for(await bob.customer(), contractNo="HT-1"))
    refused(answer, 409, "DUPLICATE_CONTRACT_NO")


async def test_another_tenant_may_use_the_same_number(acme: Caller, charlie: Caller) -> None:
    await acme.contract(await acme.customer(), contractNo="HT-1")
    theirs = await charlie.contract(await charlie.customer(), contractNo="HT-1")
    assert theirs["tenantId"] == "globex"


async def test_of_two_at_once_with_one_number_one_wins(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    answers = await asyncio.gather(*(acme.post("/contracts", body_for(customer)) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert cell.rows("SELECT count(*) FROM contracts") == [(1,)]


async def test_a_customer_who_does_not_exist_is_refused(acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        answer = await acme.post("/contracts", body_for({"customerId": NO_SUCH_ID}))
    assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == "客户不存在"


async def test_what_others_own_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    hers = await alice.customer()
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            answer = await stranger.post("/contracts", body_for(hers))
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == "客户不存在"


async def test_an_opportunity_must_exist_for_the_caller(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    hers = await alice.customer()
    bobs = await acme.opportunity(await acme.customer(ownerId="bob"), ownerId="bob")
    async with nothing_changes(cell):
        for opportunity_id in (NO_SUCH_ID, bobs["opportunityId"]):
            answer = await alice.post("/contracts", body_for(hers, opportunityId=opportunity_id))
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == "商机不存在"


async def test_an_opportunity_must_belong_to_the_customer(acme: Caller, cell: Running) -> None:
    customer, other = await acme.customer(), await acme.customer()
    opportunity = await acme.opportunity(other)
    async with nothing_changes(cell):
        answer = await acme.post(
            "/contracts", body_for(customer, opportunityId=opportunity["opportunityId"])
        )
    assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == "商机不属于该客户"


async def test_every_fault_is_named_at_once(acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        answer = await acme.post(
            "/contracts",
            {
                "contractNo": "x" * 65,
                "amountCents": -1,
                "currency": "RMB",
                "status": 5,
                "signedAt": "2026-02-30",
                "opportunityId": 7,
                "paidCents": 1,
                "ownerId": "alice",
            },
        )
    assert faults(answer) == {
        ("customerId", "required"),
        ("contractNo", "too_long"),
        ("amountCents", "too_small"),
        ("currency", "malformed"),
        ("status", "too_large"),
        ("signedAt", "not_a_date_or_time"),
        ("opportunityId", "type"),
        ("paidCents", "unknown"),
        ("ownerId", "unknown"),
    }


@pytest.mark.parametrize("amount", [2**63, 1.5, "100", True, None])
async def test_an_amount_is_whole_cents_in_an_int64(
    amount: object, acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    async with nothing_changes(cell):
        answer = await acme.post("/contracts", body_for(customer, amountCents=amount))
    assert {field for field, _ in faults(answer)} == {"amountCents"}


async def test_a_repeated_request_is_answered_again_and_enters_nothing(
    acme: Caller, cell: Running
) -> None:
    body = body_for(await acme.customer())
    first = await acme.post("/contracts", body, key="once")
    async with nothing_changes(cell):
        again = await acme.post("/contracts", body, key="once")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_request_is_known_even_after_its_answer_was_forgotten(
    acme: Caller, cell: Running
) -> None:
    body = body_for(await acme.customer())
    await acme.post("/contracts", body, key="once")
    cell.change("DELETE FROM idempotency_keys")
    async with nothing_changes(cell):
        for contract_no in ("HT-A", "HT-B"):
            answer = await acme.post("/contracts", body | {"contractNo": contract_no}, key="once")
            refused(answer, 409, "IDEMPOTENT_CONFLICT")
            assert answer.json()["message"] == "该请求ID已登记过，不会重复入账"


async def test_the_same_request_id_serves_elsewhere(acme: Caller, charlie: Caller) -> None:
    for caller in (acme, charlie):
        body = body_for(await caller.customer())
        contract = await caller.post("/contracts", body, key="trace-1")
        assert contract.status_code == 201
        payment = {
            "contractId": contract.json()["contractId"],
            "amountCents": 1,
            "paymentAt": "2026-11-20",
        }
        assert (await caller.post("/payments", payment, key="trace-1")).status_code == 201


async def test_a_replay_is_only_for_who_may_still_see_it(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    body = body_for(customer)
    await alice.post("/contracts", body, key="once")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    async with nothing_changes(cell):
        refused(await alice.post("/contracts", body, key="once"), 404, "NOT_FOUND")
