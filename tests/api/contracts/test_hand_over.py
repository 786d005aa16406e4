"""Contracts and payments go where their customer goes."""

from tests.world import Caller, Json, Running


async def totals(caller: Caller, contract: Json) -> tuple[int, int, int, int]:
    asked: list[tuple[str, Json]] = [
        ("/contracts", {}),
        ("/contracts", {"customerId": contract["customerId"]}),
        ("/payments", {}),
        ("/payments", {"contractId": contract["contractId"]}),
    ]
    found = [(await caller.get(path, **query)).json() for path, query in asked]
    assert all(len(page["data"]) == page["total"] for page in found)
    first, second, third, fourth = [page["total"] for page in found]
    return first, second, third, fourth


async def test_the_new_owner_sees_them_and_the_old_one_no_more(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    contract = await alice.contract(customer)
    other = await alice.contract(customer)
    for one in (contract, contract, other):
        await alice.payment(one)
    await bob.payment(await bob.contract(await bob.customer()))
    assert await totals(alice, contract) == (2, 2, 3, 2)
    assert await totals(bob, contract) == (1, 0, 1, 0)
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    assert await totals(alice, contract) == (0, 0, 0, 0)
    assert await totals(bob, contract) == (3, 2, 4, 2)
    assert await totals(acme, contract) == (3, 2, 4, 2)


async def test_of_them_only_the_owner_changes(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(ownerId="alice")
    contract = await acme.contract(customer)
    payment = await acme.payment(contract)
    assert (contract["ownerId"], payment["ownerId"]) == ("alice", "alice")
    paths = (f"/contracts/{contract['contractId']}", f"/payments/{payment['paymentId']}")
    before = [await acme.get(path) for path in paths]
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": None})
    after = [await acme.get(path) for path in paths]
    expected = [answer.json() | {"ownerId": None} for answer in before]
    assert [answer.json() for answer in after] == expected
    assert [answer.headers["etag"] for answer in after] == ['"3"', '"2"']


async def test_a_list_that_was_shown_before_shows_the_new_owner(acme: Caller) -> None:
    customer = await acme.customer(ownerId="alice")
    await acme.payment(await acme.contract(customer))
    for owner in ("alice", "bob"):
        await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": owner})
        shown = [await acme.rows(path) for path in ("/contracts", "/payments")]
        assert [[row["ownerId"] for row in rows] for rows in shown] == [[owner], [owner]]


async def test_a_customer_without_contracts_moves_nothing(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    await alice.contract(await alice.customer())
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    assert (await alice.get("/contracts")).json()["total"] == 1
    assert cell.rows("SELECT key FROM counters WHERE name = 'contracts.owner'") == [("alice",)]
