"""GET /follow-ups/{follow_up_id}."""

import pytest

from crm_cell.kernel.ids import lowest_at
from tests.world import Caller, refused


async def test_it_is_what_the_creation_answered(acme: Caller) -> None:
    created = await acme.follow_up(content="第一行\n第二行")
    answer = await acme.get(f"/follow-ups/{created['followUpId']}")
    assert (answer.status_code, answer.json()) == (200, created)
    assert answer.headers["etag"] == '"1"'


@pytest.mark.parametrize("follow_up_id", [lowest_at(1_795_000_000_000), "nothing"])
async def test_what_is_not_there_is_not_found(follow_up_id: str, acme: Caller) -> None:
    body = refused(await acme.get(f"/follow-ups/{follow_up_id}"), 404, "NOT_FOUND")
    assert body["message"] == "跟进记录不存在"


async def test_another_owners_or_tenants_follow_up_does_not_exist(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    customer = await alice.customer()
    for members in ({"customerId": customer["customerId"]}, {}):
        created = await alice.follow_up(**members)
        path = f"/follow-ups/{created['followUpId']}"
        assert (await alice.get(path)).json() == created
        assert (await acme.get(path)).json() == created
        refused(await bob.get(path), 404, "NOT_FOUND")
        refused(await charlie.get(path), 404, "NOT_FOUND")


async def test_a_customers_owner_sees_what_others_note_about_it(
    acme: Caller, alice: Caller
) -> None:
    customer = await alice.customer()
    created = await acme.follow_up(customerId=customer["customerId"])
    assert (await alice.get(f"/follow-ups/{created['followUpId']}")).json() == created


async def test_it_follows_its_customer_to_the_new_owner(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    created = await alice.follow_up(customerId=customer["customerId"])
    alone = await alice.follow_up()
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    path = f"/follow-ups/{created['followUpId']}"
    refused(await alice.get(path), 404, "NOT_FOUND")
    answer = await bob.get(path)
    assert (answer.json(), answer.headers["etag"]) == (created, '"1"')
    assert (await alice.get(f"/follow-ups/{alone['followUpId']}")).json() == alone
