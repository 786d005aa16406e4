"""What was refused is not remembered: the same id may be used again, corrected or not."""

from tests.world import THE_TRAIL, Caller, Json, Running, nothing_changes, refused

NOBODY = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"


async def test_a_corrected_request_may_use_the_same_id(acme: Caller, cell: Running) -> None:
    await acme.customer(name="Taken")
    taken: Json = {"name": "Taken"}
    async with nothing_changes(cell):
        refused(await acme.post("/customers", {"name": ""}, key="same"), 400, "BAD_REQUEST")
        refused(await acme.post("/customers", b"{", key="same"), 400, "BAD_REQUEST")
        refused(await acme.post("/customers", taken, key="same"), 409, "DUPLICATE_NAME")
        refused(
            await acme.post("/customers", b"x", key="same", headers={"Content-Type": "text/plain"}),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        )
    answer = await acme.post("/customers", {"name": "Free"}, key="same")
    assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)


async def test_a_refusal_is_decided_anew_each_time(acme: Caller) -> None:
    taken = await acme.customer(name="Taken")
    refused(await acme.post("/customers", {"name": "Taken"}, key="same"), 409, "DUPLICATE_NAME")
    await acme.delete(f"/customers/{taken['customerId']}")
    answer = await acme.post("/customers", {"name": "Taken"}, key="same")
    assert (answer.status_code, "idempotent-replayed" in answer.headers) == (201, False)


async def test_a_body_that_names_nobody_is_not_remembered(acme: Caller, cell: Running) -> None:
    body = {"customerId": NOBODY, "name": "李雷"}
    async with nothing_changes(cell):
        for _ in range(2):
            answer = await acme.post("/contacts", body, key="same")
            assert refused(answer, 400, "BUSINESS_RULE_VIOLATION")["message"] == "客户不存在"


async def test_what_was_forbidden_stale_or_missing_is_not_remembered(
    alice: Caller, bob: Caller, cell: Running
) -> None:
    where = f"/customers/{(await alice.customer())['customerId']}"
    stale = {"If-Match": '"9"'}
    async with nothing_changes(cell):
        refused(await bob.delete(where, key="same"), 404, "NOT_FOUND")
        refused(await alice.patch(where, {"ownerId": "bob"}, key="same"), 403, "FORBIDDEN")
        late = await alice.patch(where, {"status": 2}, key="same", headers=stale)
        refused(late, 412, "PRECONDITION_FAILED")
        refused(await alice.delete(where, key="same", headers=stale), 412, "PRECONDITION_FAILED")
    assert (await alice.patch(where, {"status": 2}, key="same")).status_code == 200
    assert (await alice.delete(where, key="same")).status_code == 204


async def test_a_customer_with_contracts_may_be_tried_again(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.contract(customer)
    where = f"/customers/{customer['customerId']}"
    async with nothing_changes(cell):
        for _ in range(2):
            refused(await acme.delete(where, key="same"), 409, "CONFLICT")


async def test_a_dry_run_is_not_remembered(acme: Caller, cell: Running) -> None:
    rows = {"items": [{"name": "New"}]}
    async with nothing_changes(cell, but=THE_TRAIL):
        for _ in range(2):
            tried = await acme.post("/customers/import", rows, key="same", dryRun="true")
            assert (tried.json()["created"], len(tried.json()["details"])) == (1, 1)
            assert "idempotent-replayed" not in tried.headers
    assert (await acme.post("/customers/import", rows, key="same")).json()["created"] == 1
