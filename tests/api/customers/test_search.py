"""GET /customers?phone=&email=: by the whole number or address."""

import pytest

from tests.world import Caller, faults


@pytest.mark.parametrize(
    ("kept", "sought"),
    [
        ("13812345678", "13812345678"),
        ("138 1234-5678", "13812345678"),
        ("13812345678", "138 1234 5678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("(0755) 4714-0001 ext. 12", "0755 4714 0001 转 12"),
        ("+86 138 1234 5678", "13812345678"),
        ("86-13812345678", "138-1234-5678"),
        ("13812345678", "0086 138 1234 5678"),
        ("(+86)13812345678", "8613812345678"),
        ("１３８ １２３４ ５６７８", "+86 13812345678"),
        ("010-8888 6666", "+86 10 8888 6666"),
        ("(010)88886666", "0086-010-88886666"),
        ("400-123-4567", "+864001234567"),
        ("+1 (415) 555-2671", "001 415 555 2671"),
    ],
)
async def test_a_number_is_found_however_it_was_written(
    acme: Caller, kept: str, sought: str
) -> None:
    wanted = await acme.customer(contactPhone=kept)
    await acme.customer(contactPhone="13812345679")
    await acme.customer()
    answer = (await acme.get("/customers", phone=sought)).json()
    assert (answer["data"], answer["total"]) == ([wanted], 1)


async def test_a_plus_that_a_url_made_a_space_is_a_plus(acme: Caller) -> None:
    wanted = await acme.customer(contactPhone="+8613812345678")
    await acme.customer(contactPhone="+8613812345679")
    answer = await acme.send("GET", "/customers?phone=+8613812345678")
    assert answer.json()["data"] == [wanted]


async def test_an_address_is_found_whatever_its_capitals(acme: Caller) -> None:
    wanted = await acme.customer(contactEmail="Li.Lei@Example.com")
    await acme.customer(contactEmail="li.lei@example.org")
    assert await acme.rows("/customers", email="li.lei@EXAMPLE.com") == [wanted]


async def test_a_part_of_a_number_finds_nothing(acme: Caller) -> None:
    await acme.customer(contactPhone="13812345678", contactEmail="a@example.com")
    for query in ({"phone": "138123"}, {"phone": "12345678"}, {"email": "b@example.com"}):
        answer = (await acme.get("/customers", None, **query)).json()
        assert (answer["data"], answer["total"]) == ([], 0)


async def test_number_and_address_must_both_be_the_same(acme: Caller) -> None:
    both = await acme.customer(contactPhone="13812345678", contactEmail="a@example.com")
    await acme.customer(contactPhone="13812345678", contactEmail="b@example.com")
    assert await acme.rows("/customers", phone="13812345678", email="A@example.com") == [both]


async def test_what_is_found_comes_in_pages_newest_first(acme: Caller) -> None:
    found = [await acme.customer(contactPhone="13812345678") for _ in range(5)]
    await acme.customer(contactPhone="13900000000")
    first = (await acme.get("/customers", phone="13812345678", pageSize=2)).json()
    assert (first["data"], first["total"]) == ([found[4], found[3]], 5)
    second = (await acme.get("/customers", phone="138 1234 5678", pageSize=2, page=2)).json()
    assert (second["data"], second["total"]) == ([found[2], found[1]], 5)
    cursor = first["nextCursor"]
    after = await acme.rows("/customers", phone="13812345678", pageSize=2, cursor=cursor)
    assert after == [found[2], found[1]]
    other = await acme.get("/customers", phone="13900000000", cursor=cursor)
    assert faults(other) == {("cursor", "other_cursor")}


async def test_only_what_the_caller_may_see_is_found(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    hers = await alice.customer(contactPhone="13812345678", contactEmail="a@example.com")
    his = await bob.customer(contactPhone="13812345678")
    for caller, seen in ((acme, [his, hers]), (alice, [hers]), (bob, [his]), (charlie, [])):
        answer = (await caller.get("/customers", phone="13812345678")).json()
        assert (answer["data"], answer["total"]) == (seen, len(seen))
    assert await bob.rows("/customers", email="a@example.com") == []


async def test_a_changed_number_is_found_by_the_new_one_alone(acme: Caller) -> None:
    customer = await acme.customer(contactPhone="13812345678")
    where = f"/customers/{customer['customerId']}"
    changed = (await acme.patch(where, {"contactPhone": "13900000000"})).json()
    assert await acme.rows("/customers", phone="13812345678") == []
    assert await acme.rows("/customers", phone="13900000000") == [changed]
    await acme.patch(where, {"contactPhone": None})
    assert await acme.rows("/customers", phone="13900000000") == []


async def test_what_is_deleted_is_not_found(acme: Caller) -> None:
    customer = await acme.customer(contactPhone="13812345678")
    await acme.delete(f"/customers/{customer['customerId']}")
    answer = (await acme.get("/customers", phone="13812345678")).json()
    assert (answer["data"], answer["total"]) == ([], 0)


async def test_what_is_imported_is_found(acme: Caller) -> None:
    items = [{"name": f"I{n}", "contactPhone": f"1381234000{n}"} for n in range(3)]
    assert (await acme.post("/customers/import", {"items": items})).status_code == 200
    [found] = await acme.rows("/customers", phone="13812340001")
    assert found["name"] == "I1"


async def test_what_is_no_number_or_address_is_refused(acme: Caller) -> None:
    assert faults(await acme.get("/customers", phone="138****5678")) == {("phone", "not_a_phone")}
    assert faults(await acme.get("/customers", email="li.lei")) == {("email", "not_an_email")}
