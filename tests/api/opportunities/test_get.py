"""GET /opportunities/{opportunity_id}."""

import pytest

from crm_cell.kernel.ids import lowest_at
from tests.world import Caller, refused


async def test_it_is_what_the_creation_answered(acme: Caller) -> None:
    created = await acme.opportunity(await acme.customer(), stage=2)
    answer = await acme.get(f"/opportunities/{created['opportunityId']}")
    assert (answer.status_code, answer.json()) == (200, created)
    assert answer.headers["etag"] == '"1"'


@pytest.mark.parametrize("opportunity_id", [lowest_at(1_795_000_000_000), "nothing"])
async def test_what_is_not_there_is_not_found(opportunity_id: str, acme: Caller) -> None:
    body = refused(await acme.get(f"/opportunities/{opportunity_id}"), 404, "NOT_FOUND")
    assert body["message"] == "商机不存在"


async def test_another_owners_or_tenants_opportunity_does_not_exist(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    created = await alice.opportunity(await alice.customer())
    path = f"/opportunities/{created['opportunityId']}"
    assert (await alice.get(path)).json() == created
    assert (await acme.get(path)).json() == created
    refused(await bob.get(path), 404, "NOT_FOUND")
    refused(await charlie.get(path), 404, "NOT_FOUND")


async def test_it_stays_with_its_owner_when_the_customer_is_handed_over(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    """And the new owner of the customer sees it."""
    customer = await alice.customer()
    created = await alice.opportunity(customer)
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    path = f"/opportunities/{created['opportunityId']}"
    for caller in (alice, bob):
        assert (await caller.get(path)).json() == created
    assert await bob.rows("/opportunities") == []
