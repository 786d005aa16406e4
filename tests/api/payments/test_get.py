"""GET /payments/{payment_id}, and that there is no other verb."""

import pytest

from tests.world import Caller, Running, nothing_changes, refused


async def test_it_shows_the_payment_with_its_etag(acme: Caller) -> None:
    created = await acme.payment(await acme.contract(await acme.customer()), remark="首期款")
    answer = await acme.get(f"/payments/{created['paymentId']}")
    assert (answer.status_code, answer.headers["etag"], answer.json()) == (200, '"1"', created)


async def test_its_customers_owner_sees_it_and_nobody_else(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    created = await acme.payment(await acme.contract(await alice.customer()))
    path = f"/payments/{created['paymentId']}"
    assert (await alice.get(path)).json() == created
    for stranger in (bob, charlie):
        assert refused(await stranger.get(path), 404, "NOT_FOUND")["message"] == "回款不存在"


@pytest.mark.parametrize("identifier", ["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11", "1"])
async def test_what_does_not_exist_is_not_found(identifier: str, acme: Caller) -> None:
    body = refused(await acme.get(f"/payments/{identifier}"), 404, "NOT_FOUND")
    assert body["message"] == "回款不存在"


async def test_it_can_neither_be_changed_nor_deleted(acme: Caller, cell: Running) -> None:
    created = await acme.payment(await acme.contract(await acme.customer()))
    path = f"/payments/{created['paymentId']}"
    async with nothing_changes(cell):
        for answer in (await acme.patch(path, {"amountCents": 1}), await acme.delete(path)):
            refused(answer, 405, "METHOD_NOT_ALLOWED")
            assert answer.headers["allow"] == "GET, HEAD"
