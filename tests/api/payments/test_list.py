"""GET /payments."""

from tests.world import Caller, faults


async def test_the_newest_come_first_page_by_page(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer())
    made = [await acme.payment(contract) for _ in range(5)]
    first = (await acme.get("/payments", pageSize=3)).json()
    second = (await acme.get("/payments", pageSize=3, cursor=first["nextCursor"])).json()
    assert first["data"] + second["data"] == made[::-1]
    assert (first["total"], second["total"], second["nextCursor"]) == (5, 5, None)


async def test_it_narrows_to_a_contract(acme: Caller) -> None:
    customer = await acme.customer()
    contract, other = await acme.contract(customer), await acme.contract(customer)
    wanted = [await acme.payment(contract) for _ in range(2)]
    await acme.payment(other)
    answer = (await acme.get("/payments", contractId=contract["contractId"])).json()
    assert (answer["data"], answer["total"]) == (wanted[::-1], 2)


async def test_each_sees_their_own(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    hers = await alice.payment(await alice.contract(await alice.customer()))
    his = await bob.payment(await bob.contract(await bob.customer()))
    theirs = await charlie.payment(await charlie.contract(await charlie.customer()))
    for caller, seen in ((acme, [his, hers]), (alice, [hers]), (bob, [his]), (charlie, [theirs])):
        answer = (await caller.get("/payments")).json()
        assert (answer["data"], answer["total"]) == (seen, len(seen))


async def test_the_contract_of_somebody_else_has_none(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    contract = await alice.contract(await alice.customer())
    hers = await alice.payment(contract)
    for caller, seen in ((acme, [hers]), (alice, [hers]), (bob, []), (charlie, [])):
        answer = (await caller.get("/payments", contractId=contract["contractId"])).json()
        assert (answer["data"], answer["total"]) == (seen, len(seen))


async def test_what_is_asked_wrongly_is_refused(acme: Caller) -> None:
    assert faults(await acme.get("/payments", customerId="x", pageSize=501)) == {
        ("customerId", "unknown"),
        ("pageSize", "too_large"),
    }
