"""PATCH /customers/{customer_id}?withOpportunities=true hands open deals over along."""

import json

from crm_cell.storage.engine import EVERY_TENANT
from tests.counters import differences
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


async def transfer(
    caller: Caller, customer: Json, owner: str | None, key: str | None = None
) -> Json:
    answer = await caller.send(
        "PATCH",
        f"/customers/{customer['customerId']}",
        headers={"X-Request-ID": key or "handover", "Content-Type": "application/json"},
        params={"withOpportunities": "true"},
        content=json.dumps({"ownerId": owner}).encode(),
    )
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def owners(caller: Caller, customer: Json) -> dict[str, str | None]:
    rows = await caller.rows("/opportunities", customerId=customer["customerId"])
    return {row["title"]: row["ownerId"] for row in rows}


async def test_open_ones_of_the_former_owner_go_along_and_no_others(
    acme: Caller, cell: Running
) -> None:
    customer, other = await acme.customer(ownerId="alice"), await acme.customer(ownerId="alice")
    await acme.opportunity(customer, title="open", ownerId="alice")
    await acme.opportunity(customer, title="won", ownerId="alice", status=2)
    await acme.opportunity(customer, title="lost", ownerId="alice", status=3)
    await acme.opportunity(customer, title="bob's", ownerId="bob")
    deleted = await acme.opportunity(customer, title="deleted", ownerId="alice")
    await acme.delete(f"/opportunities/{deleted['opportunityId']}")
    await acme.opportunity(other, title="of another customer", ownerId="alice")
    assert (await transfer(acme, customer, "dave"))["ownerId"] == "dave"
    assert await owners(acme, customer) == {
        "open": "dave",
        "won": "alice",
        "lost": "alice",
        "bob's": "bob",
    }
    assert await owners(acme, other) == {"of another customer": "alice"}
    assert await cell.service.database.read("test", EVERY_TENANT, differences) == []


async def test_each_is_put_on_record(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(ownerId="alice")
    deals = [await acme.opportunity(customer) for _ in range(2)]
    told, recorded = len(events(cell)), len(audit(cell))
    after = await transfer(acme, customer, "bob", key="over")
    assert [
        (deed["resourceType"], deed["requestId"], deed["changes"])
        for deed in audit(cell)[recorded:]
    ] == [
        (kind, "over", {"ownerId": {"before": "alice", "after": "bob"}})
        for kind in ("opportunity", "opportunity", "customer")
    ]
    shown = [(await acme.get(f"/opportunities/{deal['opportunityId']}")).json() for deal in deals]
    changed = [event["data"] for event in events(cell)[told:] if "updated" in event["eventType"]]
    assert changed == [*shown, after]


async def test_those_of_nobody_get_the_first_owner(acme: Caller) -> None:
    customer = await acme.customer()
    await acme.opportunity(customer, title="nobody's")
    await transfer(acme, customer, "bob")
    assert await owners(acme, customer) == {"nobody's": "bob"}
    await transfer(acme, customer, None, key="back")
    assert await owners(acme, customer) == {"nobody's": None}


async def test_without_it_they_stay(acme: Caller) -> None:
    customer = await acme.customer(ownerId="alice")
    await acme.opportunity(customer, title="hers")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    assert await owners(acme, customer) == {"hers": "alice"}


async def test_to_the_owner_it_has_nothing_happens(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(ownerId="alice")
    await acme.opportunity(customer)
    before = (await acme.get(f"/customers/{customer['customerId']}")).json()
    told = len(events(cell))
    assert await transfer(acme, customer, "alice") == before
    assert len(events(cell)) == told


async def test_a_copy_does_it_once_and_another_question_is_a_conflict(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer(ownerId="alice")
    await acme.opportunity(customer)
    await transfer(acme, customer, "bob", key="once")
    async with nothing_changes(cell):
        await transfer(acme, customer, "bob", key="once")
        path = f"/customers/{customer['customerId']}"
        refused(await acme.patch(path, {"ownerId": "bob"}, key="once"), 409, "IDEMPOTENT_CONFLICT")


async def test_it_is_true_or_false(acme: Caller, alice: Caller, cell: Running) -> None:
    customer = await alice.customer()
    async with nothing_changes(cell):
        answer = await acme.send(
            "PATCH",
            f"/customers/{customer['customerId']}",
            headers={"X-Request-ID": "x", "Content-Type": "application/json"},
            params={"withOpportunities": "yes"},
            content=b"{}",
        )
        assert {field for field, _ in faults(answer)} == {"withOpportunities"}
