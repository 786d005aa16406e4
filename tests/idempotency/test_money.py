"""Contracts and payments keep the request id and the idempotency key, each unique for ever.

Whoever tries again may keep one of the two and make up the other: money is still entered once.
"""

import asyncio

import pytest

from tests.world import Caller, Json, Running, nothing_changes, refused

KEY = "Idempotency-Key"


async def bodies(acme: Caller) -> dict[str, Json]:
    customer = await acme.customer()
    contract = await acme.contract(customer)
    return {
        "/contracts": {
            "customerId": customer["customerId"],
            "contractNo": "HT-1",
            "amountCents": 100_00,
        },
        "/payments": {
            "contractId": contract["contractId"],
            "amountCents": 5,
            "paymentAt": "2026-11-20",
        },
    }


@pytest.mark.parametrize("path", ["/contracts", "/payments"])
@pytest.mark.parametrize(
    ("first", "again"),
    [
        (("r-1", None), ("r-1", "k-1")),
        (("r-1", "k-1"), ("r-1", "k-2")),
        (("r-1", "k-1"), ("r-1", None)),
        (("r-1", "k-1"), ("k-1", None)),
    ],
)
async def test_neither_the_id_nor_the_key_alone_enters_it_again(
    path: str,
    first: tuple[str, str | None],
    again: tuple[str, str | None],
    acme: Caller,
    cell: Running,
) -> None:
    body = (await bodies(acme))[path]
    (request_id, key), (next_id, next_key) = first, again
    given = {KEY: key} if key else {}
    assert (await acme.post(path, body, key=request_id, headers=given)).status_code == 201
    async with nothing_changes(cell):
        given = {KEY: next_key} if next_key else {}
        for changed in ({}, {"amountCents": 6}):
            number = {"contractNo": "HT-2"} if path == "/contracts" and changed else {}
            answer = await acme.post(path, body | changed | number, key=next_id, headers=given)
            replayed = answer.headers.get("idempotent-replayed") == "true"
            if not (replayed and not changed):
                refused(answer, 409, "IDEMPOTENT_CONFLICT")


async def test_the_same_key_with_another_id_is_a_replay_and_for_ever_a_conflict(
    acme: Caller, cell: Running
) -> None:
    body = (await bodies(acme))["/payments"]
    first = await acme.post("/payments", body, key="r-1", headers={KEY: "k-1"})
    again = await acme.post("/payments", body, key="r-2", headers={KEY: "k-1"})
    assert (first.status_code, again.content) == (201, first.content)
    cell.change("DELETE FROM idempotency_keys")
    async with nothing_changes(cell):
        for request_id, key in (("r-1", "k-3"), ("r-3", "k-1")):
            answer = await acme.post("/payments", body, key=request_id, headers={KEY: key})
            refused(answer, 409, "IDEMPOTENT_CONFLICT")


async def test_another_tenant_has_ids_of_its_own(acme: Caller, charlie: Caller) -> None:
    for caller in (acme, charlie):
        body = (await bodies(caller))["/payments"]
        answer = await caller.post("/payments", body, key="r-1", headers={KEY: "k-1"})
        assert answer.status_code == 201


async def test_of_many_at_once_with_keys_of_their_own_one_enters_it(
    acme: Caller, cell: Running
) -> None:
    body = (await bodies(acme))["/payments"]
    answers = await asyncio.gather(
        *(acme.post("/payments", body, key="r-1", headers={KEY: f"k-{n}"}) for n in range(12))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    assert cell.rows("SELECT count(*) FROM payments") == [(1,)]


async def test_a_number_that_is_taken_is_no_repeated_request(acme: Caller, cell: Running) -> None:
    body = (await bodies(acme))["/contracts"]
    assert (await acme.post("/contracts", body, key="r-1")).status_code == 201
    async with nothing_changes(cell):
        refused(await acme.post("/contracts", body, key="r-2"), 409, "DUPLICATE_CONTRACT_NO")
