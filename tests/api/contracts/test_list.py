"""GET /contracts."""

from tests.world import Caller, faults, refused


async def test_the_newest_come_first_page_by_page(acme: Caller) -> None:
    customer = await acme.customer()
    made = [await acme.contract(customer) for _ in range(5)]
    first = (await acme.get("/contracts", pageSize=2)).json()
    second = (await acme.get("/contracts", pageSize=2, cursor=first["nextCursor"])).json()
    third = (await acme.get("/contracts", pageSize=2, page=3)).json()
    assert first["data"] + second["data"] + third["data"] == made[::-1]
    assert (first["total"], first["page"], second["page"]) == (5, 1, 2)
    assert (third["total"], third["nextCursor"]) == (5, None)


async def test_an_empty_list_has_the_whole_envelope(acme: Caller) -> None:
    assert (await acme.get("/contracts")).json() == {
        "data": [],
        "total": 0,
        "page": 1,
        "pageSize": 20,
        "nextCursor": None,
    }


async def test_it_narrows_to_a_customer(acme: Caller) -> None:
    customer, other = await acme.customer(), await acme.customer()
    wanted = [await acme.contract(customer) for _ in range(3)]
    await acme.contract(other)
    answer = (await acme.get("/contracts", customerId=customer["customerId"], pageSize=2)).json()
    assert (answer["data"], answer["total"]) == (wanted[:0:-1], 3)
    rest = await acme.rows(
        "/contracts",
        customerId=customer["customerId"],
        pageSize=2,
        cursor=answer["nextCursor"],
    )
    assert rest == wanted[:1]


async def test_each_sees_their_own(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    hers = await acme.contract(await alice.customer())
    his = await bob.contract(await bob.customer())
    theirs = await charlie.contract(await charlie.customer())
    for caller, seen in ((acme, [his, hers]), (alice, [hers]), (bob, [his]), (charlie, [theirs])):
        answer = (await caller.get("/contracts")).json()
        assert (answer["data"], answer["total"]) == (seen, len(seen))


async def test_the_customer_of_somebody_else_has_none(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    customer = await alice.customer()
    mine = [await alice.contract(customer) for _ in range(2)]
    for caller, seen in ((acme, mine[::-1]), (alice, mine[::-1]), (bob, []), (charlie, [])):
        answer = (await caller.get("/contracts", customerId=customer["customerId"])).json()
        assert (answer["data"], answer["total"]) == (seen, len(seen))


async def test_a_page_past_the_end_still_has_the_total(acme: Caller) -> None:
    await acme.contract(await acme.customer())
    answer = (await acme.get("/contracts", page=9)).json()
    assert (answer["data"], answer["total"]) == ([], 1)


async def test_what_is_asked_wrongly_is_refused(acme: Caller) -> None:
    assert faults(await acme.get("/contracts", status=1, page=0, customerId="x" * 65)) == {
        ("status", "unknown"),
        ("page", "too_small"),
        ("customerId", "too_long"),
    }


async def test_a_cursor_is_only_good_for_its_own_filter(acme: Caller) -> None:
    customer = await acme.customer()
    for _ in range(2):
        await acme.contract(customer)
    cursor = (await acme.get("/contracts", pageSize=1)).json()["nextCursor"]
    answer = await acme.get("/contracts", cursor=cursor, customerId=customer["customerId"])
    assert faults(answer) == {("cursor", "other_cursor")}


async def test_it_needs_a_token(acme: Caller) -> None:
    answer = await acme.get("/contracts", headers={"Authorization": ""})
    refused(answer, 401, "UNAUTHORIZED")
