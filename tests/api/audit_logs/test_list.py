"""GET /audit-logs."""

from typing import Any

import pytest

from tests.world import Caller, Running, faults


async def test_it_tells_who_did_what_newest_first(acme: Caller, alice: Caller) -> None:
    customer = await alice.customer(name="杭州云图")
    path = f"/customers/{customer['customerId']}"
    await acme.patch(path, {"name": "杭州云图科技"}, key="renaming")
    renamed, created = await acme.rows("/audit-logs")
    assert (created["actor"], created["action"]) == ("alice", "created")
    assert (renamed["actor"], renamed["action"]) == (None, "updated")
    assert renamed["resourceType"] == "customer"
    assert renamed["resourceId"] == customer["customerId"]
    assert renamed["requestId"] == "renaming"
    assert renamed["changes"] == {"name": {"before": "杭州云图", "after": "杭州云图科技"}}


async def test_two_numbers_that_mask_alike_still_differ(acme: Caller) -> None:
    customer = await acme.customer(contactPhone="13811115678")
    await acme.patch(f"/customers/{customer['customerId']}", {"contactPhone": "13822225678"})
    changes = (await acme.rows("/audit-logs"))[0]["changes"]
    assert changes == {"contactPhone": {"before": "138****5678", "after": "138****5678"}}


async def test_each_filter_narrows_and_the_total_with_it(acme: Caller, alice: Caller) -> None:
    mine = await alice.customer()
    await alice.contact(mine)
    await acme.customer()
    for query, expected in (
        ({}, 3),
        ({"actor": "alice"}, 2),
        ({"resourceType": "customer"}, 2),
        ({"resourceType": "contact"}, 1),
        ({"resourceType": "payment"}, 0),
        ({"resourceId": mine["customerId"]}, 1),
        ({"actor": "alice", "resourceType": "customer"}, 1),
        ({"from": "2020-01-01T00:00:00Z"}, 3),
        ({"to": "2020-01-01T00:00:00Z"}, 0),
    ):
        body = (await acme.get("/audit-logs", **query)).json()
        assert (body["total"], len(body["data"])) == (expected, expected), query


async def test_a_cursor_goes_on_where_the_page_ended(acme: Caller) -> None:
    for _ in range(5):
        await acme.customer()
    whole = await acme.rows("/audit-logs")
    first = (await acme.get("/audit-logs", pageSize=2)).json()
    second = (await acme.get("/audit-logs", pageSize=3, cursor=first["nextCursor"])).json()
    assert first["data"] + second["data"] == whole
    assert second["nextCursor"] is None


async def test_who_is_narrowed_reads_of_their_own_deeds(alice: Caller, bob: Caller) -> None:
    await alice.customer()
    assert [entry["actor"] for entry in await alice.rows("/audit-logs")] == ["alice"]
    assert await bob.rows("/audit-logs") == []
    assert await bob.rows("/audit-logs", actor="alice") == []


async def test_who_deletes_a_customer_reads_that_a_colleagues_deal_went_along(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    """The owner of a customer sees all that is below it, deals of others too."""
    customer = await alice.customer()
    his = await acme.opportunity(customer, title="Bob's", ownerId="bob")
    await alice.delete(f"/customers/{customer['customerId']}", key="deletion")
    of_hers = [(deed["action"], deed["resourceId"]) for deed in await alice.rows("/audit-logs")]
    assert of_hers == [
        ("deleted", customer["customerId"]),
        ("deleted", his["opportunityId"]),
        ("created", customer["customerId"]),
    ]
    assert (await alice.get("/audit-logs")).json()["total"] == 3
    assert await bob.rows("/audit-logs") == []
    [deed, _] = await acme.rows("/audit-logs", resourceId=his["opportunityId"])
    assert (deed["action"], deed["actor"], deed["requestId"]) == ("deleted", "alice", "deletion")
    assert deed["changes"]["title"] == {"before": "Bob's"}
    assert (await acme.get("/audit-logs", actor="alice")).json()["total"] == 3
    assert len(await acme.rows("/audit-logs", actor="alice")) == 3


async def test_another_tenant_reads_nothing_of_it(acme: Caller, charlie: Caller) -> None:
    await acme.customer()
    assert await charlie.rows("/audit-logs") == []


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"resourceType": "invoice"}, ("resourceType", "not_one_of")),
        ({"from": "yesterday"}, ("from", "not_a_time")),
        ({"actor": "a\nb"}, ("actor", "control_character")),
        ({"who": "alice"}, ("who", "unknown")),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(
    query: dict[str, Any], fault: tuple[str, str], acme: Caller, cell: Running
) -> None:
    assert faults(await acme.get("/audit-logs", **query)) == {fault}
