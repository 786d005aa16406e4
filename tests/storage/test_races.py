"""What is asked for at the same moment: one valid outcome, and sums that are right."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable

import httpx
import pytest

from crm_cell.storage.engine import EVERY_TENANT
from tests.counters import differences
from tests.world import Caller, Json, Running

PAYMENTS = 32
ROUNDS = 6


@pytest.fixture(autouse=True)
async def sums_are_right(cell: Running) -> AsyncIterator[None]:
    """Whatever has won."""
    yield
    found = await cell.service.database.read("check", EVERY_TENANT, differences, long=True)
    assert found == []


async def statuses(*requests: Awaitable[httpx.Response]) -> list[int]:
    return [answer.status_code for answer in await asyncio.gather(*requests)]


def where(customer: Json) -> str:
    return f"/customers/{customer['customerId']}"


async def test_payments_on_one_contract_add_up(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=PAYMENTS * 100)
    await asyncio.gather(*[acme.payment(contract, amountCents=100) for _ in range(PAYMENTS)])
    paid = (await acme.get(f"/contracts/{contract['contractId']}")).json()
    assert (paid["paidCents"], paid["outstandingCents"]) == (PAYMENTS * 100, 0)
    assert (await acme.get("/payments")).json()["total"] == PAYMENTS


async def test_what_is_added_while_a_customer_is_handed_over_goes_along(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    for _ in range(ROUNDS):
        customer = await alice.customer()
        members = {"customerId": customer["customerId"]}
        answers = await asyncio.gather(
            acme.patch(where(customer), {"ownerId": "bob"}),
            *[acme.post("/contacts", {"name": "李雷"} | members) for _ in range(3)],
            *[alice.post("/follow-ups", {"content": "x"} | members) for _ in range(3)],
            acme.post("/contracts", {"contractNo": customer["name"], "amountCents": 1} | members),
        )
        assert answers[0].status_code == 200
        # Alice may have come too late: then it was no customer of hers any more.
        assert {answer.status_code for answer in answers} <= {200, 201, 400}
        made = Counter(answer.request.url.path for answer in answers if answer.status_code == 201)
        assert made["/contacts"] == 3
        for path in ("/contacts", "/follow-ups", "/contracts"):
            assert len(await bob.rows(path, **members)) == made[path]
            assert await alice.rows(path) == []


async def test_a_customer_is_deleted_or_gets_a_contract(acme: Caller) -> None:
    seen = Counter[tuple[int, ...]]()
    for _ in range(ROUNDS):
        customer = await acme.customer()
        contract = {
            "customerId": customer["customerId"],
            "contractNo": customer["name"],
            "amountCents": 1,
        }
        outcome = tuple(
            await statuses(acme.delete(where(customer)), acme.post("/contracts", contract))
        )
        assert outcome in ((204, 400), (409, 201))
        contracts = await acme.rows("/contracts", customerId=customer["customerId"])
        there = (await acme.get(where(customer))).status_code
        assert (there, len(contracts)) == ((404, 0) if outcome[0] == 204 else (200, 1))
        seen[outcome] += 1
    assert seen.total() == ROUNDS


async def test_a_deleted_customer_takes_along_what_was_added_meanwhile(acme: Caller) -> None:
    for _ in range(ROUNDS):
        customer = await acme.customer()
        members = {"customerId": customer["customerId"]}
        found = await statuses(
            acme.delete(where(customer)),
            *[acme.post("/contacts", {"name": "李雷"} | members) for _ in range(4)],
            *[acme.post("/follow-ups", {"content": "x"} | members) for _ in range(4)],
        )
        assert found[0] == 204
        assert set(found[1:]) <= {201, 400}
    assert (await acme.rows("/contacts"), await acme.rows("/follow-ups")) == ([], [])


async def test_of_contacts_that_become_primary_at_once_one_is(acme: Caller) -> None:
    for _ in range(ROUNDS):
        customer = await acme.customer()
        old = [await acme.contact(customer) for _ in range(2)]
        new = {"customerId": customer["customerId"], "name": "李雷", "isPrimary": True}
        found = await statuses(
            *[acme.patch(f"/contacts/{one['contactId']}", {"isPrimary": True}) for one in old],
            *[acme.post("/contacts", new) for _ in range(2)],
        )
        assert found == [200, 200, 201, 201]
        contacts = await acme.rows("/contacts", customerId=customer["customerId"])
        assert [contact["isPrimary"] for contact in contacts].count(True) == 1


async def test_a_customer_is_handed_over_to_one_of_two(acme: Caller) -> None:
    for _ in range(ROUNDS):
        customer = await acme.customer(ownerId="alice")
        for _ in range(2):
            await acme.contact(customer)
        found = await statuses(
            *[acme.patch(where(customer), {"ownerId": owner}) for owner in ("bob", "carol")]
        )
        assert found == [200, 200]
        owner = (await acme.get(where(customer))).json()["ownerId"]
        assert owner in ("bob", "carol")
