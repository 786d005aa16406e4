"""POST /payments."""

import asyncio

import pytest

from crm_cell.kernel.ids import is_id
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused

MAX_CENTS = 2**63 - 1
NO_SUCH_ID = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"


def body_for(contract: Json, **members: object) -> Json:
    body = {"contractId": contract["contractId"], "amountCents": 40, "paymentAt": "2026-11-20"}
    return body | members


async def paid(caller: Caller, contract: Json) -> tuple[int, int, str]:
    answer = await caller.get(f"/contracts/{contract['contractId']}")
    body = answer.json()
    return body["paidCents"], body["outstandingCents"], answer.headers["etag"]


async def test_it_answers_with_the_payment_and_where_it_is(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), currency="USD")
    answer = await acme.post("/payments", body_for(contract))
    body = answer.json()
    assert answer.status_code == 201
    assert is_id(body["paymentId"])
    assert answer.headers["location"] == f"/api/v1/crm/payments/{body['paymentId']}"
    assert answer.headers["etag"] == '"1"'
    assert body == {
        "paymentId": body["paymentId"],
        "tenantId": "acme",
        "contractId": contract["contractId"],
        "amountCents": 40,
        "currency": "USD",
        "paymentAt": "2026-11-20",
        "remark": None,
        "ownerId": None,
        "createdAt": body["createdAt"],
        "updatedAt": body["createdAt"],
    }


async def test_it_counts_towards_the_contract(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=100)
    assert await paid(acme, contract) == (0, 100, '"1"')
    first = await acme.payment(contract, amountCents=40)
    assert await paid(acme, contract) == (40, 60, '"2"')
    shown = (await acme.get(f"/contracts/{contract['contractId']}")).json()
    assert shown["updatedAt"] == first["createdAt"]
    await acme.payment(contract, amountCents=90)
    assert await paid(acme, contract) == (130, -30, '"3"')


async def test_payments_at_once_all_count(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=1_000)
    answers = await asyncio.gather(
        *(acme.post("/payments", body_for(contract, amountCents=n)) for n in range(1, 21))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await paid(acme, contract) == (210, 790, '"21"')


async def test_it_is_put_on_record_and_the_contract_has_an_event_only(
    acme: Caller, cell: Running
) -> None:
    contract = await acme.contract(await acme.customer())
    before = audit(cell), events(cell)
    created = await acme.payment(contract, remark="首期款")
    (deed,) = audit(cell)[len(before[0]) :]
    contract_event, event = events(cell)[len(before[1]) :]
    assert (deed["action"], deed["resourceType"]) == ("created", "payment")
    assert deed["changes"] == {name: {"after": value} for name, value in created.items()}
    assert (event["eventType"], event["data"]) == ("crm.payment.registered", created)
    paid_contract = (await acme.get(f"/contracts/{contract['contractId']}")).json()
    assert contract_event["eventType"] == "crm.contract.updated"
    assert contract_event["data"] == paid_contract


@pytest.mark.parametrize(
    ("given", "kept"),
    [("2026-11-20", "2026-11-20"), ("2026-11-20T23:30:00-01:00", "2026-11-21T00:30:00.000Z")],
)
async def test_it_was_made_on_a_date_or_at_a_time(given: str, kept: str, acme: Caller) -> None:
    contract = await acme.contract(await acme.customer())
    assert (await acme.payment(contract, paymentAt=given))["paymentAt"] == kept


async def test_a_remark_may_run_over_lines(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer())
    created = await acme.payment(contract, remark="  首期款\r\n\t已到账 ")
    assert created["remark"] == "首期款\n\t已到账"


async def test_a_contract_that_does_not_exist_is_refused(acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        for identifier in (NO_SUCH_ID, "7"):
            answer = await acme.post("/payments", body_for({"contractId": identifier}))
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == "合同不存在"


async def test_what_others_own_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    contract = await alice.contract(await alice.customer())
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            answer = await stranger.post("/payments", body_for(contract))
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == "合同不存在"


async def test_the_customers_owner_sees_what_somebody_else_entered(
    acme: Caller, alice: Caller
) -> None:
    contract = await alice.contract(await alice.customer())
    payment = await acme.payment(contract)
    assert await alice.rows("/payments") == [payment]


async def test_the_sum_stops_short_of_what_can_be_represented(acme: Caller, cell: Running) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=0)
    await acme.payment(contract, amountCents=MAX_CENTS - 1)
    async with nothing_changes(cell):
        for amount in (2, MAX_CENTS):
            answer = await acme.post("/payments", body_for(contract, amountCents=amount))
            body = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
            assert body["message"] == "回款合计超出可表示范围"
    await acme.payment(contract, amountCents=1)
    assert await paid(acme, contract) == (MAX_CENTS, -MAX_CENTS, '"3"')


async def test_every_fault_is_named_at_once(acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        answer = await acme.post(
            "/payments",
            {"amountCents": 0, "paymentAt": "yesterday", "remark": "x" * 1001, "currency": "CNY"},
        )
    assert faults(answer) == {
        ("contractId", "required"),
        ("amountCents", "too_small"),
        ("paymentAt", "not_a_date_or_time"),
        ("remark", "too_long"),
        ("currency", "unknown"),
    }


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("amountCents", 2**63, "too_large"),
        ("amountCents", -1, "too_small"),
        ("amountCents", 0.5, "type"),
        ("paymentAt", "2026-11-20T10:00:00", "not_a_date_or_time"),
        ("paymentAt", None, "null"),
        ("remark", "x" * 1001, "too_long"),
        ("remark", "a\x07b", "control_character"),
    ],
)
async def test_what_is_wrong_is_named(
    member: str, value: object, code: str, acme: Caller, cell: Running
) -> None:
    contract = await acme.contract(await acme.customer())
    async with nothing_changes(cell):
        answer = await acme.post("/payments", body_for(contract, **{member: value}))
    assert faults(answer) == {(member, code)}


async def test_a_repeated_request_is_answered_again_and_enters_nothing(
    acme: Caller, cell: Running
) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=100)
    first = await acme.post("/payments", body_for(contract), key="once")
    async with nothing_changes(cell):
        again = await acme.post("/api/v1/crm/payments", body_for(contract), key="once")
    assert (again.status_code, again.content) == (201, first.content)
    assert await paid(acme, contract) == (40, 60, '"2"')


async def test_a_replay_is_only_for_who_may_still_see_it(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    contract = await alice.contract(customer)
    await alice.post("/payments", body_for(contract), key="once")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    async with nothing_changes(cell):
        answer = await alice.post("/payments", body_for(contract), key="once")
    assert refused(answer, 404, "NOT_FOUND")["message"] == "回款不存在"


async def test_copies_that_arrive_together_enter_one_payment(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=100)
    answers = await asyncio.gather(
        *(acme.post("/payments", body_for(contract), key="once") for _ in range(10))
    )
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (201, answers[0].content)
    }
    assert await paid(acme, contract) == (40, 60, '"2"')


async def test_money_is_not_entered_twice_even_after_the_answer_was_forgotten(
    acme: Caller, cell: Running
) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=100)
    await acme.post("/payments", body_for(contract), key="once")
    cell.change("DELETE FROM idempotency_keys")
    async with nothing_changes(cell):
        answer = await acme.post("/payments", body_for(contract), key="once")
    body = refused(answer, 409, "IDEMPOTENT_CONFLICT")
    assert body["message"] == "该请求ID已登记过，不会重复入账"
    assert await paid(acme, contract) == (40, 60, '"2"')


async def test_a_request_id_needs_to_be_there(acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        answer = await acme.send(
            "POST", "/payments", headers={"Content-Type": "application/json"}, content=b"{}"
        )
    assert ("X-Request-ID", "required") in faults(answer)
