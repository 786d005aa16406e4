"""One id, two different requests: the second is refused, whatever it was."""

import pytest

from tests.world import Caller, Json, Running, nothing_changes, refused


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Other"},
        {"name": "New", "status": 2},
        {"name": "New", "contactPhone": None},
        {"name": "New "},
    ],
)
async def test_another_body_is_another_request(other: Json, acme: Caller, cell: Running) -> None:
    await acme.post("/customers", {"name": "New"}, key="same")
    async with nothing_changes(cell):
        body = refused(await acme.post("/customers", other, key="same"), 409, "IDEMPOTENT_CONFLICT")
    assert body["message"] == "同一请求ID已用于不同的请求"


async def test_another_query_is_another_request(acme: Caller, cell: Running) -> None:
    rows = {"items": [{"name": "New"}]}
    await acme.post("/customers/import", rows, key="same")
    async with nothing_changes(cell):
        again = await acme.post("/customers/import", rows, key="same", dryRun="true")
        refused(again, 409, "IDEMPOTENT_CONFLICT")


async def test_another_user_is_another_request(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    first = await alice.post("/customers", {"name": "New"}, key="same")
    async with nothing_changes(cell):
        for caller in (bob, acme):
            again = await caller.post("/customers", {"name": "New"}, key="same")
            body = refused(again, 409, "IDEMPOTENT_CONFLICT")
            assert first.json()["customerId"] not in str(body)


async def test_a_delete_by_another_user_is_another_request(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    await alice.delete(f"/customers/{customer['customerId']}", key="same")
    async with nothing_changes(cell):
        again = await acme.delete(f"/customers/{customer['customerId']}", key="same")
        refused(again, 409, "IDEMPOTENT_CONFLICT")


async def test_a_change_of_another_member_is_another_request(acme: Caller, cell: Running) -> None:
    where = f"/customers/{(await acme.customer())['customerId']}"
    await acme.patch(where, {"status": 2}, key="same")
    async with nothing_changes(cell):
        again = await acme.patch(where, {"status": 1}, key="same")
        refused(again, 409, "IDEMPOTENT_CONFLICT")


async def test_a_malformed_copy_is_told_what_is_wrong_with_it(acme: Caller, cell: Running) -> None:
    await acme.post("/customers", {"name": "New"}, key="same")
    async with nothing_changes(cell):
        refused(await acme.post("/customers", {"nmae": "New"}, key="same"), 400, "BAD_REQUEST")
