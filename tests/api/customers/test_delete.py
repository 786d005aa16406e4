"""DELETE /customers/{customer_id}."""

from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


def path(customer: Json) -> str:
    return f"/customers/{customer['customerId']}"


async def test_it_answers_with_nothing_and_the_customer_is_gone(acme: Caller) -> None:
    customer = await acme.customer()
    answer = await acme.delete(path(customer))
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert "content-length" not in answer.headers
    refused(await acme.get(path(customer)), 404, "NOT_FOUND")


async def test_it_is_put_on_record_with_what_was_there(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(contactPhone="13812345678")
    await acme.delete(path(customer), key="delete-1")
    deed, event = audit(cell)[-1], events(cell)[-1]
    assert (deed["action"], deed["requestId"]) == ("deleted", "delete-1")
    assert deed["changes"] == {name: {"before": value} for name, value in customer.items()}
    assert (event["eventType"], event["data"]) == ("crm.customer.deleted", customer)


async def test_without_a_request_id_it_is_found_by_the_one_made_up(
    acme: Caller, cell: Running
) -> None:
    answer = await acme.delete(path(await acme.customer()))
    assert audit(cell)[-1]["requestId"] == answer.headers["x-request-id"]


async def test_the_second_time_it_is_not_found(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.delete(path(customer), key="first")
    async with nothing_changes(cell):
        for key in (None, "second"):
            body = refused(await acme.delete(path(customer), key=key), 404, "NOT_FOUND")
            assert body["message"] == "客户不存在"


async def test_a_copy_of_the_first_time_is_answered_as_it_was(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    first = await acme.delete(path(customer), key="once")
    assert "idempotent-replayed" not in first.headers
    async with nothing_changes(cell):
        again = await acme.delete(path(customer), key="once")
        assert (again.status_code, again.content) == (204, b"")
        assert again.headers["idempotent-replayed"] == "true"


async def test_if_match_protects_what_has_changed(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    await acme.patch(path(customer), {"status": 2})
    async with nothing_changes(cell):
        answer = await acme.delete(path(customer), headers={"If-Match": '"1"'})
        refused(answer, 412, "PRECONDITION_FAILED")
    answer = await acme.delete(path(customer), headers={"If-Match": '"2"'})
    assert answer.status_code == 204


async def test_an_owner_deletes_what_is_theirs_alone(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    of_alice, of_nobody = await alice.customer(), await acme.customer()
    async with nothing_changes(cell):
        for caller, customer in ((bob, of_alice), (alice, of_nobody), (charlie, of_nobody)):
            refused(await caller.delete(path(customer)), 404, "NOT_FOUND")
    assert (await alice.delete(path(of_alice))).status_code == 204


async def test_a_malformed_request_id_deletes_nothing(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    async with nothing_changes(cell):
        answer = await acme.delete(path(customer), headers={"X-Request-ID": "a b"})
        assert faults(answer) == {("X-Request-ID", "malformed")}


async def test_nothing_of_it_is_lost_in_the_file(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(name="云图")
    await acme.delete(path(customer))
    ((name, deleted_at),) = cell.rows("SELECT name, deleted_at FROM customers")
    assert (name, deleted_at is None) == ("云图", False)
