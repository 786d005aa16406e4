"""PATCH /customers/{customer_id}."""

from typing import Any

import pytest

from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused

NOBODY = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"


def path(customer: Json) -> str:
    return f"/customers/{customer['customerId']}"


async def test_it_changes_what_is_named_and_nothing_else(acme: Caller) -> None:
    before = await acme.customer(name="云图", contactPhone="13812345678", ownerId="alice")
    answer = await acme.patch(path(before), {"name": "云图科技", "status": 2})
    after = answer.json()
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    assert "location" not in answer.headers
    assert after["updatedAt"] >= before["updatedAt"]
    assert after == before | {"name": "云图科技", "status": 2, "updatedAt": after["updatedAt"]}
    assert (await acme.get(path(before))).json() == after


async def test_it_is_put_on_record_with_what_changed(acme: Caller, cell: Running) -> None:
    before = await acme.customer(name="云图", contactPhone="13812345678")
    after = (
        await acme.patch(
            path(before), {"contactPhone": "13987654321", "name": "云图"}, key="change-1"
        )
    ).json()
    deed = audit(cell)[-1]
    assert (deed["action"], deed["resourceType"]) == ("updated", "customer")
    assert (deed["resourceId"], deed["requestId"]) == (before["customerId"], "change-1")
    assert deed["changes"] == {"contactPhone": {"before": "138****5678", "after": "139****4321"}}
    event = events(cell)[-1]
    assert (event["eventType"], event["data"]) == ("crm.customer.updated", after)


async def test_a_number_that_masks_alike_is_still_another(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(contactPhone="13812345678")
    answer = await acme.patch(path(customer), {"contactPhone": "13899995678"})
    assert (answer.json()["contactPhone"], answer.headers["etag"]) == ("138****5678", '"2"')
    assert audit(cell)[-1]["changes"] == {
        "contactPhone": {"before": "138****5678", "after": "138****5678"}
    }
    assert cell.rows("SELECT contact_phone FROM customers") == [("13899995678",)]


@pytest.mark.parametrize("member", ["contactPhone", "contactEmail", "ownerId"])
async def test_null_clears_what_may_be_empty(member: str, acme: Caller) -> None:
    customer = await acme.customer(
        contactPhone="13812345678", contactEmail="li.lei@example.com", ownerId="alice"
    )
    after = (await acme.patch(path(customer), {member: None})).json()
    assert after == customer | {member: None, "updatedAt": after["updatedAt"]}


@pytest.mark.parametrize("member", ["name", "status"])
async def test_null_is_refused_where_something_must_be(
    member: str, acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    async with nothing_changes(cell):
        assert faults(await acme.patch(path(customer), {member: None})) == {(member, "null")}


async def unchanged(
    caller: Caller, cell: Running, customer: Json, patch: Json, etag: str = '"1"'
) -> None:
    """Assert that a patch is accepted and leaves the record, its version and the trail alone."""
    kept = {name: rows for name, rows in cell.everything().items() if name != "idempotency_keys"}
    answer = await caller.patch(path(customer), patch)
    assert (answer.status_code, answer.headers["etag"]) == (200, etag)
    assert answer.json() == customer
    now = cell.everything()
    assert {name: now[name] for name in kept} == kept


async def test_an_empty_patch_changes_nothing(acme: Caller, cell: Running) -> None:
    await unchanged(acme, cell, await acme.customer(contactPhone="13812345678"), {})


async def test_sending_back_what_was_read_changes_nothing(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(
        contactPhone="13812345678", contactEmail="li.lei@example.com", ownerId="alice"
    )
    await unchanged(acme, cell, customer, customer)


async def test_an_owner_may_send_back_what_they_read_too(alice: Caller, cell: Running) -> None:
    customer = await alice.customer(contactPhone="021-6543210")
    await unchanged(alice, cell, customer, customer)


async def test_the_same_value_written_differently_changes_nothing(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer(name="Café", contactPhone="13812345678")
    patch = {"name": "  Cafe\u0301 ", "contactPhone": "１３８12345678", "status": 1.0}
    await unchanged(acme, cell, customer, patch)


async def test_the_masked_phone_beside_a_change_keeps_the_full_one(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer(contactPhone="13812345678")
    answer = await acme.patch(path(customer), customer | {"name": "新名"})
    assert answer.json()["name"] == "新名"
    assert cell.rows("SELECT contact_phone FROM customers") == [("13812345678",)]


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "+86 138 1234 5678",
        "13812345678/13987654321",
        "021-6543210",
        "12345",
        "+86 (21) 6543-2100 ext. 89",
        "400",
        "+1 415 555 2671",
    ],
)
async def test_every_masked_form_may_be_sent_back(number: str, acme: Caller, cell: Running) -> None:
    customer = await acme.customer(contactPhone=number)
    await unchanged(acme, cell, customer, {"contactPhone": customer["contactPhone"]})


@pytest.mark.parametrize("masked", ["139****5678", "138***5678", "****", "*", "138****"])
async def test_another_masked_number_is_refused(masked: str, acme: Caller, cell: Running) -> None:
    with_phone, without = await acme.customer(contactPhone="13812345678"), await acme.customer()
    async with nothing_changes(cell):
        for customer in (with_phone, without):
            answer = await acme.patch(path(customer), {"contactPhone": masked})
            assert faults(answer) == {("contactPhone", "not_a_phone")}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("customerId", NOBODY),
        ("customerId", None),
        ("customerId", 1),
        ("tenantId", "globex"),
        ("tenantId", ["acme"]),
        ("createdAt", "2020-01-01T00:00:00.000Z"),
        ("updatedAt", {}),
    ],
)
async def test_what_the_service_sets_cannot_be_changed(
    member: str, value: Any, acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    async with nothing_changes(cell):
        answer = await acme.patch(path(customer), {member: value, "name": "新名"})
        assert faults(answer) == {(member, "read_only")}


async def test_every_fault_is_named_at_once(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    async with nothing_changes(cell):
        answer = await acme.patch(
            path(customer),
            {"name": " ", "status": 0, "contactEmail": 1, "nmae": "typo", "ownerId": "a" * 256},
        )
    assert faults(answer) == {
        ("name", "too_short"),
        ("status", "too_small"),
        ("contactEmail", "type"),
        ("nmae", "unknown"),
        ("ownerId", "too_long"),
    }


async def test_a_name_that_is_taken_is_refused(acme: Caller, cell: Running) -> None:
    await acme.customer(name="Acme Corp")
    other = await acme.customer(name="Other")
    async with nothing_changes(cell):
        answer = await acme.patch(path(other), {"name": "ACME  CORP"})
        assert refused(answer, 409, "DUPLICATE_NAME")["message"] == "客户名称已存在"


async def test_a_name_may_change_its_own_spelling(acme: Caller) -> None:
    customer = await acme.customer(name="acme corp")
    answer = await acme.patch(path(customer), {"name": "Acme Corp"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Acme Corp")


async def test_a_name_that_was_given_up_is_free(acme: Caller) -> None:
    customer = await acme.customer(name="Acme Corp")
    await acme.patch(path(customer), {"name": "Acme Ltd"})
    await acme.customer(name="Acme Corp")


async def test_if_match_lets_the_one_through_who_saw_the_newest(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    first = await acme.patch(path(customer), {"status": 2}, headers={"If-Match": '"1"'})
    assert first.headers["etag"] == '"2"'
    async with nothing_changes(cell):
        late = await acme.patch(path(customer), {"status": 1}, headers={"If-Match": '"1"'})
        refused(late, 412, "PRECONDITION_FAILED")


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        ('"7", "1"', 200),
        ('W/"1"', 200),
        ('"2"', 412),
        ("1", 412),
        ("", 412),
        ("latest", 412),
    ],
)
async def test_if_match_needs_the_version_that_is_there(
    condition: str, status: int, acme: Caller
) -> None:
    customer = await acme.customer()
    answer = await acme.patch(path(customer), {"status": 2}, headers={"If-Match": condition})
    assert answer.status_code == status


async def test_whoever_sees_the_whole_tenant_hands_over(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer(contactPhone="13812345678")
    after = (await acme.patch(path(customer), {"ownerId": "bob"})).json()
    assert after == customer | {"ownerId": "bob", "updatedAt": after["updatedAt"]}
    assert (await bob.get(path(customer))).json() == after
    refused(await alice.get(path(customer)), 404, "NOT_FOUND")


async def test_an_owner_cannot_hand_over(alice: Caller, cell: Running) -> None:
    customer = await alice.customer()
    async with nothing_changes(cell):
        for owner in ("bob", None):
            answer = await alice.patch(path(customer), {"ownerId": owner, "name": "新名"})
            refused(answer, 403, "FORBIDDEN")


@pytest.mark.parametrize("patch", [{}, {"name": "新名"}, {"ownerId": "bob"}])
async def test_what_is_somebody_elses_is_not_found(
    patch: Json, acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    of_alice, of_nobody = await alice.customer(), await acme.customer()
    async with nothing_changes(cell):
        for caller, customer in ((bob, of_alice), (bob, of_nobody), (charlie, of_nobody)):
            refused(await caller.patch(path(customer), patch), 404, "NOT_FOUND")


async def test_what_is_not_there_is_not_found(acme: Caller, cell: Running) -> None:
    gone = await acme.customer()
    await acme.delete(path(gone))
    async with nothing_changes(cell):
        for where in (path(gone), f"/customers/{NOBODY}", "/customers/1"):
            body = refused(await acme.patch(where, {"name": "新名"}), 404, "NOT_FOUND")
            assert body["message"] == "客户不存在"
