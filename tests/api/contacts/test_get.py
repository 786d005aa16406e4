"""GET /contacts/{contact_id}."""

import pytest

from crm_cell.kernel.ids import lowest_at
from tests.world import Caller, refused


async def test_it_is_what_the_creation_answered(acme: Caller) -> None:
    created = await acme.contact(await acme.customer(), phone="010-12345678")
    answer = await acme.get(f"/contacts/{created['contactId']}")
    assert (answer.status_code, answer.json()) == (200, created)
    assert answer.headers["etag"] == '"1"'
    assert "12345678" not in answer.text


@pytest.mark.parametrize("contact_id", [lowest_at(1_795_000_000_000), "nobody"])
async def test_what_is_not_there_is_not_found(contact_id: str, acme: Caller) -> None:
    body = refused(await acme.get(f"/contacts/{contact_id}"), 404, "NOT_FOUND")
    assert body["message"] == "联系人不存在"


async def test_another_owners_or_tenants_contact_does_not_exist(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    created = await alice.contact(await alice.customer())
    path = f"/contacts/{created['contactId']}"
    assert (await alice.get(path)).json() == created
    assert (await acme.get(path)).json() == created
    refused(await bob.get(path), 404, "NOT_FOUND")
    refused(await charlie.get(path), 404, "NOT_FOUND")


async def test_it_follows_its_customer_to_the_new_owner(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    created = await alice.contact(customer)
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    path = f"/contacts/{created['contactId']}"
    refused(await alice.get(path), 404, "NOT_FOUND")
    answer = await bob.get(path)
    assert (answer.json(), answer.headers["etag"]) == (created | {"ownerId": "bob"}, '"2"')
