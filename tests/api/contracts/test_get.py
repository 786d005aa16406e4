"""GET /contracts/{contract_id}."""

import pytest

from tests.world import Caller, refused


async def test_it_shows_the_contract_with_its_etag(acme: Caller) -> None:
    created = await acme.contract(await acme.customer())
    answer = await acme.get(f"/contracts/{created['contractId']}")
    assert (answer.status_code, answer.headers["etag"], answer.json()) == (200, '"1"', created)


async def test_it_answers_under_the_gateways_prefix_too(acme: Caller) -> None:
    created = await acme.contract(await acme.customer())
    assert (await acme.get(f"/api/v1/crm/contracts/{created['contractId']}")).json() == created


async def test_it_shows_what_has_been_paid(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=1_000)
    await acme.payment(contract, amountCents=300)
    await acme.payment(contract, amountCents=900)
    shown = (await acme.get(f"/contracts/{contract['contractId']}")).json()
    assert (shown["paidCents"], shown["outstandingCents"]) == (1_200, -200)


async def test_its_customers_owner_sees_it_and_nobody_else(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    created = await acme.contract(await alice.customer())
    path = f"/contracts/{created['contractId']}"
    assert (await alice.get(path)).json() == created
    for stranger in (bob, charlie):
        assert refused(await stranger.get(path), 404, "NOT_FOUND")["message"] == "合同不存在"


@pytest.mark.parametrize("identifier", ["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11", "1", "x' OR 1"])
async def test_what_does_not_exist_is_not_found(identifier: str, acme: Caller) -> None:
    body = refused(await acme.get(f"/contracts/{identifier}"), 404, "NOT_FOUND")
    assert body["message"] == "合同不存在"
