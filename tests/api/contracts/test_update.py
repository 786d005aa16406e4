"""PATCH /contracts/{contract_id}."""

from typing import Any

import pytest

from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


def at(contract: Json) -> str:
    return f"/contracts/{contract['contractId']}"


async def test_it_changes_what_is_named_and_nothing_else(acme: Caller) -> None:
    before = await acme.contract(await acme.customer(), amountCents=100)
    given = {"contractNo": "HT-新", "amountCents": 250, "status": 3, "signedAt": "2026-11-20"}
    answer = await acme.patch(at(before), given)
    after = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert after == before | given | {"outstandingCents": 250, "updatedAt": after["updatedAt"]}
    assert (await acme.get(at(before))).json() == after


async def test_null_clears_what_may_be_empty(acme: Caller) -> None:
    customer = await acme.customer()
    opportunity = await acme.opportunity(customer)
    contract = await acme.contract(
        customer, opportunityId=opportunity["opportunityId"], signedAt="2026-11-20"
    )
    after = (await acme.patch(at(contract), {"opportunityId": None, "signedAt": None})).json()
    assert (after["opportunityId"], after["signedAt"]) == (None, None)
    answer = await acme.patch(
        at(contract), {"contractNo": None, "amountCents": None, "currency": None, "status": None}
    )
    assert faults(answer) == {
        ("contractNo", "null"),
        ("amountCents", "null"),
        ("currency", "null"),
        ("status", "null"),
    }


@pytest.mark.parametrize("patch", [{}, "everything", {"signedAt": "2026-11-20T09:30:00+08:00"}])
async def test_what_is_there_already_changes_nothing(
    patch: Any, acme: Caller, cell: Running
) -> None:
    contract = await acme.contract(await acme.customer(), signedAt="2026-11-20T01:30:00Z")
    await acme.payment(contract)
    current = await acme.get(at(contract))
    body = current.json() if patch == "everything" else patch
    before = cell.everything()
    answer = await acme.patch(at(contract), body)
    assert (answer.status_code, answer.json()) == (200, current.json())
    assert answer.headers["etag"] == current.headers["etag"]
    after = cell.everything()
    assert {name for name in before if before[name] != after[name]} == {"idempotency_keys"}


@pytest.mark.parametrize(
    "member",
    ["contractId", "tenantId", "customerId", "paidCents", "outstandingCents", "createdAt"],
)
async def test_what_the_service_sets_cannot_be_changed(
    member: str, acme: Caller, cell: Running
) -> None:
    contract = await acme.contract(await acme.customer())
    async with nothing_changes(cell):
        answer = await acme.patch(at(contract), {member: "another", "amountCents": 1})
    assert faults(answer) == {(member, "read_only")}


async def test_it_is_put_on_record_with_an_event(acme: Caller, cell: Running) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=100)
    changed = await acme.patch(at(contract), {"amountCents": 90, "contractNo": "HT-neu"})
    assert audit(cell)[-1]["changes"] == {
        "amountCents": {"before": 100, "after": 90},
        "outstandingCents": {"before": 100, "after": 90},
        "contractNo": {"before": contract["contractNo"], "after": "HT-neu"},
    }
    assert audit(cell)[-1]["action"] == "updated"
    event = events(cell)[-1]
    assert (event["eventType"], event["data"]) == ("crm.contract.updated", changed.json())


async def test_becoming_signed_is_told_once(acme: Caller, cell: Running) -> None:
    contract = await acme.contract(await acme.customer())
    steps: list[tuple[Json, int]] = [
        ({"status": 4}, 0),
        ({"signedAt": "2026-11-20"}, 1),
        ({"status": 2}, 1),
        ({"signedAt": "2026-11-21"}, 1),
        ({"status": 3}, 1),
    ]
    for patch, told in steps:
        after = (await acme.patch(at(contract), patch)).json()
        signed = events(cell, event_type="crm.contract.signed")
        assert len(signed) == told
        if patch == {"signedAt": "2026-11-20"}:
            assert signed[0]["data"] == after


@pytest.mark.parametrize(
    ("before", "after", "signs"),
    [
        ({}, {"status": 2}, True),
        ({}, {"signedAt": "2026-11-20"}, True),
        ({}, {"status": 2, "signedAt": "2026-11-20"}, True),
        ({}, {"status": 4}, False),
        ({"status": 3}, {"status": 2}, True),
        ({"status": 2}, {"signedAt": "2026-11-20"}, False),
        ({"signedAt": "2026-11-20"}, {"status": 2}, False),
        ({"signedAt": "2026-11-20"}, {"signedAt": "2026-11-21"}, False),
        ({"signedAt": "2026-11-20"}, {"signedAt": None}, False),
        ({"status": 2}, {"status": 3}, False),
    ],
)
async def test_it_becomes_signed_by_status_or_date_whichever_comes_first(
    before: Json, after: Json, signs: bool, acme: Caller, cell: Running
) -> None:
    contract = await acme.contract(await acme.customer(), **before)
    told = len(events(cell, event_type="crm.contract.signed"))
    changed = (await acme.patch(at(contract), after)).json()
    signed = events(cell, event_type="crm.contract.signed")[told:]
    assert [event["data"] for event in signed] == [changed] * signs


async def test_a_number_that_is_taken_is_refused(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.contract(customer, contractNo="HT-1")
    second = await acme.contract(customer, contractNo="HT-2")
    async with nothing_changes(cell):
        answer = await acme.patch(at(second), {"contractNo": "ht-1", "status": 2})
    assert refused(answer, 409, "DUPLICATE_CONTRACT_NO")["message"] == "合同编号已存在"


async def test_a_number_may_change_its_look_and_a_free_one_is_free(acme: Caller) -> None:
    customer = await acme.customer()
    contract = await acme.contract(customer, contractNo="HT-1")
    assert (await acme.patch(at(contract), {"contractNo": "ht-1"})).json()["contractNo"] == "ht-1"
    await acme.patch(at(contract), {"contractNo": "HT-2"})
    assert (await acme.contract(customer, contractNo="HT-1"))["contractNo"] == "HT-1"


async def test_the_currency_stays_once_money_is_in(acme: Caller, cell: Running) -> None:
    contract = await acme.contract(await acme.customer())
    assert (await acme.patch(at(contract), {"currency": "USD"})).json()["currency"] == "USD"
    await acme.payment(contract)
    async with nothing_changes(cell):
        answer = await acme.patch(at(contract), {"currency": "EUR", "amountCents": 1})
    body = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
    assert body["message"] == "已有回款的合同不能变更币种"
    assert (await acme.patch(at(contract), {"currency": "USD", "status": 3})).status_code == 200


async def test_an_opportunity_must_exist_and_belong_to_the_customer(
    acme: Caller, cell: Running
) -> None:
    customer, other = await acme.customer(), await acme.customer()
    contract = await acme.contract(customer)
    foreign = await acme.opportunity(other)
    own = await acme.opportunity(customer)
    rejections = {
        "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11": "商机不存在",
        foreign["opportunityId"]: "商机不属于该客户",
    }
    async with nothing_changes(cell):
        for identifier, message in rejections.items():
            answer = await acme.patch(at(contract), {"opportunityId": identifier})
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == message
    answer = await acme.patch(at(contract), {"opportunityId": own["opportunityId"]})
    assert answer.json()["opportunityId"] == own["opportunityId"]


async def test_an_opportunity_that_is_gone_may_be_sent_back(acme: Caller) -> None:
    customer = await acme.customer()
    opportunity = await acme.opportunity(customer)
    contract = await acme.contract(customer, opportunityId=opportunity["opportunityId"])
    await acme.delete(f"/opportunities/{opportunity['opportunityId']}")
    after = (await acme.patch(at(contract), contract | {"status": 2})).json()
    assert (after["opportunityId"], after["status"]) == (opportunity["opportunityId"], 2)


async def test_only_the_version_that_was_read_is_changed(acme: Caller, cell: Running) -> None:
    contract = await acme.contract(await acme.customer())
    await acme.payment(contract)
    async with nothing_changes(cell):
        answer = await acme.patch(at(contract), {"status": 2}, headers={"If-Match": '"1"'})
        refused(answer, 412, "PRECONDITION_FAILED")
    answer = await acme.patch(at(contract), {"status": 2}, headers={"If-Match": '"2"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')


async def test_what_has_been_paid_survives_a_change(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=100)
    await acme.payment(contract, amountCents=40)
    after = (await acme.patch(at(contract), {"amountCents": 30})).json()
    assert (after["paidCents"], after["outstandingCents"]) == (40, -10)


async def test_what_others_own_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    contract = await alice.contract(await alice.customer())
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            answer = await stranger.patch(at(contract), {"status": 2})
            assert refused(answer, 404, "NOT_FOUND")["message"] == "合同不存在"
