"""GET /contacts?phone=&email=: by the whole number or address."""

from tests.world import Caller, faults


async def test_a_number_or_an_address_finds_its_contacts(acme: Caller) -> None:
    customer = await acme.customer()
    wanted = await acme.contact(customer, phone="138 1234 5678", email="Li@Example.com")
    await acme.contact(customer, phone="13900000000", email="han@example.com")
    await acme.contact(customer)
    for query in ({"phone": "13812345678"}, {"email": "li@example.com"}):
        answer = (await acme.get("/contacts", None, **query)).json()
        assert (answer["data"], answer["total"]) == ([wanted], 1)
    both = {"phone": "13812345678", "email": "han@example.com"}
    assert await acme.rows("/contacts", **both) == []


async def test_the_search_goes_together_with_a_customer(acme: Caller) -> None:
    first, second = await acme.customer(), await acme.customer()
    wanted = await acme.contact(first, phone="13812345678")
    await acme.contact(second, phone="13812345678")
    query = {"phone": "13812345678", "customerId": first["customerId"]}
    answer = (await acme.get("/contacts", None, **query)).json()
    assert (answer["data"], answer["total"]) == ([wanted], 1)


async def test_what_is_found_comes_in_pages_newest_first(acme: Caller) -> None:
    customer = await acme.customer()
    found = [await acme.contact(customer, phone="13812345678") for _ in range(5)]
    first = (await acme.get("/contacts", phone="13812345678", pageSize=2)).json()
    assert (first["data"], first["total"]) == ([found[4], found[3]], 5)
    query = {"phone": "13812345678", "pageSize": 3, "cursor": first["nextCursor"]}
    assert await acme.rows("/contacts", **query) == [found[2], found[1], found[0]]


async def test_only_what_the_caller_may_see_is_found(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    hers = await alice.contact(await alice.customer(), phone="13812345678")
    for caller, seen in ((acme, [hers]), (alice, [hers]), (bob, []), (charlie, [])):
        answer = (await caller.get("/contacts", phone="13812345678")).json()
        assert (answer["data"], answer["total"]) == (seen, len(seen))


async def test_a_changed_number_is_found_by_the_new_one_alone(acme: Caller) -> None:
    contact = await acme.contact(await acme.customer(), phone="13812345678", email="a@b.cn")
    where = f"/contacts/{contact['contactId']}"
    changed = (await acme.patch(where, {"phone": "13900000000"})).json()
    assert await acme.rows("/contacts", phone="13812345678") == []
    assert await acme.rows("/contacts", phone="13900000000") == [changed]
    assert await acme.rows("/contacts", email="a@b.cn") == [changed]


async def test_what_is_no_number_or_address_is_refused(acme: Caller) -> None:
    assert faults(await acme.get("/contacts", phone="138****5678")) == {("phone", "not_a_phone")}
    assert faults(await acme.get("/contacts", email="li.lei")) == {("email", "not_an_email")}
