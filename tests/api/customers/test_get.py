"""GET /customers/{customer_id}."""

import pytest

from tests.world import Caller, Running, nothing_changes, refused

NOBODY = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"


async def test_it_shows_the_customer_with_the_phone_masked(acme: Caller) -> None:
    created = await acme.customer(name="杭州云图", contactPhone="13812345678")
    answer = await acme.get(f"/customers/{created['customerId']}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == '"1"'
    assert answer.json() == created
    assert answer.json()["contactPhone"] == "138****5678"


async def test_an_owner_sees_what_is_theirs(alice: Caller) -> None:
    created = await alice.customer()
    assert (await alice.get(f"/customers/{created['customerId']}")).json() == created


async def test_the_whole_tenant_sees_what_belongs_to_an_owner(acme: Caller, alice: Caller) -> None:
    created = await alice.customer()
    assert (await acme.get(f"/customers/{created['customerId']}")).json() == created


async def test_an_id_may_be_written_in_capitals(acme: Caller) -> None:
    created = await acme.customer()
    answer = await acme.get(f"/customers/{created['customerId'].upper()}")
    assert answer.json() == created


@pytest.mark.parametrize(
    "identifier",
    [NOBODY, "1", "none", "null", NOBODY[:-1], NOBODY + "0", f"{{{NOBODY}}}", "import%00", "客户"],
)
async def test_what_is_not_there_is_not_found(identifier: str, acme: Caller, cell: Running) -> None:
    await acme.customer()
    async with nothing_changes(cell):
        body = refused(await acme.get(f"/customers/{identifier}"), 404, "NOT_FOUND")
    assert body["message"] == "客户不存在"


async def test_a_colleagues_customer_does_not_exist(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    of_alice, of_nobody = await alice.customer(), await acme.customer()
    for customer in (of_alice, of_nobody):
        refused(await bob.get(f"/customers/{customer['customerId']}"), 404, "NOT_FOUND")


async def test_another_tenants_customer_does_not_exist(acme: Caller, charlie: Caller) -> None:
    customer = await acme.customer()
    refused(await charlie.get(f"/customers/{customer['customerId']}"), 404, "NOT_FOUND")


async def test_a_deleted_customer_is_gone(acme: Caller) -> None:
    customer = await acme.customer()
    await acme.delete(f"/customers/{customer['customerId']}")
    refused(await acme.get(f"/customers/{customer['customerId']}"), 404, "NOT_FOUND")
