"""What makes a key: tenant, method, path and id. Who may see its answer is asked each time."""

import pytest

from tests.world import Caller, Json, Running, audit, nothing_changes, refused

NEW = {"name": "New"}


async def test_the_standard_header_wins_over_the_request_id(acme: Caller, cell: Running) -> None:
    first = await acme.post("/customers", NEW, key="a", headers={"Idempotency-Key": "key-1"})
    async with nothing_changes(cell):
        again = await acme.post("/customers", NEW, key="b", headers={"Idempotency-Key": "key-1"})
    assert again.content == first.content
    assert again.headers["x-request-id"] == "b"
    assert again.headers["idempotent-replayed"] == "true"
    assert audit(cell)[0]["requestId"] == "a"


async def test_with_another_standard_key_the_same_request_id_is_no_copy(acme: Caller) -> None:
    answers = [
        await acme.post("/customers", {"name": key}, key="same", headers={"Idempotency-Key": key})
        for key in ("one", "two")
    ]
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_a_key_holds_any_printable_character(acme: Caller) -> None:
    key = '"' + "!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" + '"'
    for replayed in (None, "true"):
        answer = await acme.post("/customers", NEW, headers={"Idempotency-Key": key})
        assert answer.status_code == 201
        assert answer.headers.get("idempotent-replayed") == replayed


async def test_the_same_id_on_another_path_is_another_key(acme: Caller) -> None:
    customer = (await acme.post("/customers", NEW, key="trace")).json()
    contact = {"customerId": customer["customerId"], "name": "李雷"}
    opportunity = {"customerId": customer["customerId"], "title": "年度采购"}
    for path, body in (("/contacts", contact), ("/opportunities", opportunity)):
        answer = await acme.post(path, body, key="trace")
        assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)


async def test_the_same_id_with_another_method_is_another_key(acme: Caller) -> None:
    customer = (await acme.post("/customers", NEW, key="trace")).json()
    where = f"/customers/{customer['customerId']}"
    assert (await acme.patch(where, {"status": 2}, key="trace")).json()["status"] == 2
    assert (await acme.delete(where, key="trace")).status_code == 204


async def test_the_same_id_for_another_record_is_another_key(acme: Caller) -> None:
    for _ in range(2):
        customer = await acme.customer()
        answer = await acme.patch(f"/customers/{customer['customerId']}", {"status": 2}, key="x")
        assert answer.json()["customerId"] == customer["customerId"]


async def test_the_same_id_of_another_tenant_is_another_key(acme: Caller, charlie: Caller) -> None:
    first = await acme.post("/customers", NEW, key="same")
    second = await charlie.post("/customers", NEW, key="same")
    assert (second.status_code, second.json()["tenantId"]) == (201, "globex")
    assert second.json()["customerId"] != first.json()["customerId"]


def creates(customer: Json) -> dict[str, Json]:
    """A body for each resource that belongs to a customer."""
    belongs = {"customerId": customer["customerId"]}
    return {
        "/contacts": {**belongs, "name": "李雷"},
        "/follow-ups": {**belongs, "content": "电话沟通需求"},
        "/contracts": {**belongs, "contractNo": "HT-LOST", "amountCents": 100},
    }


async def test_an_owner_who_has_lost_a_customer_loses_its_answers_too(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = (await alice.post("/customers", NEW, key="lost")).json()
    where = f"/customers/{customer['customerId']}"
    await alice.patch(where, {"status": 2}, key="lost")
    for path, body in creates(customer).items():
        assert (await alice.post(path, body, key="lost")).status_code == 201
    await acme.patch(where, {"ownerId": "bob"})
    async with nothing_changes(cell):
        refused(await alice.post("/customers", NEW, key="lost"), 404, "NOT_FOUND")
        refused(await alice.patch(where, {"status": 2}, key="lost"), 404, "NOT_FOUND")
        for path, body in creates(customer).items():
            refused(await alice.post(path, body, key="lost"), 404, "NOT_FOUND")


async def test_an_owner_who_has_lost_an_opportunity_loses_its_answer_too(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    body = {"customerId": customer["customerId"], "title": "年度采购"}
    created = (await alice.post("/opportunities", body, key="lost")).json()
    for where in (
        f"/opportunities/{created['opportunityId']}",
        f"/customers/{customer['customerId']}",
    ):
        assert (await acme.patch(where, {"ownerId": "bob"})).status_code == 200
    async with nothing_changes(cell):
        refused(await alice.post("/opportunities", body, key="lost"), 404, "NOT_FOUND")


async def test_an_owner_who_has_lost_a_payment_loses_its_answer_too(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    contract = await alice.contract(customer)
    body = {"contractId": contract["contractId"], "amountCents": 1, "paymentAt": "2026-11-23"}
    await alice.post("/payments", body, key="lost")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    async with nothing_changes(cell):
        refused(await alice.post("/payments", body, key="lost"), 404, "NOT_FOUND")


async def test_whoever_gets_a_record_back_gets_the_answer_back(acme: Caller, alice: Caller) -> None:
    first = await alice.post("/customers", NEW, key="back")
    where = f"/customers/{first.json()['customerId']}"
    for owner in ("bob", "alice"):
        await acme.patch(where, {"ownerId": owner})
    again = await alice.post("/customers", NEW, key="back")
    assert (again.status_code, again.content) == (201, first.content)


@pytest.mark.parametrize("key", ["a" * 128, "A.b_c:d-9"])
async def test_a_key_is_stored_as_it_was_sent(key: str, acme: Caller, cell: Running) -> None:
    await acme.post("/customers", NEW, key=key)
    assert cell.rows("SELECT tenant_id, method, path, key FROM idempotency_keys") == [
        ("acme", "POST", "/customers", key)
    ]
