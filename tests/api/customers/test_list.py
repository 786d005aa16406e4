"""GET /customers."""

import base64

import pytest

from tests.world import Caller, Json, Running, faults, refused


async def seven(caller: Caller) -> list[str]:
    """The ids of seven new customers, newest first, as a list shows them."""
    return [(await caller.customer())["customerId"] for _ in range(7)][::-1]


def ids(page: Json) -> list[str]:
    return [customer["customerId"] for customer in page["data"]]


async def test_nothing_is_an_empty_page(acme: Caller) -> None:
    answer = await acme.get("/customers")
    assert answer.status_code == 200
    assert answer.json() == {
        "data": [],
        "total": 0,
        "page": 1,
        "pageSize": 20,
        "nextCursor": None,
    }


async def test_the_newest_comes_first_each_as_its_detail_shows_it(acme: Caller) -> None:
    created = [await acme.customer(contactPhone="13812345678") for _ in range(3)]
    page = (await acme.get("/customers")).json()
    assert page["data"] == created[::-1]
    assert page["total"] == 3


async def test_pages_by_number_show_each_row_once_and_the_same_total(acme: Caller) -> None:
    newest_first = await seven(acme)
    pages = [(await acme.get("/customers", page=number, pageSize=3)).json() for number in (1, 2, 3)]
    assert [ids(page) for page in pages] == [newest_first[:3], newest_first[3:6], newest_first[6:]]
    assert [(page["total"], page["page"], page["pageSize"]) for page in pages] == [
        (7, 1, 3),
        (7, 2, 3),
        (7, 3, 3),
    ]
    assert [page["nextCursor"] is None for page in pages] == [False, False, True]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 500])
async def test_cursors_lead_through_every_row_once(size: int, acme: Caller) -> None:
    newest_first = await seven(acme)
    page = (await acme.get("/customers", pageSize=size)).json()
    seen = ids(page)
    number = 1
    while page["nextCursor"]:
        number += 1
        page = (await acme.get("/customers", pageSize=size, cursor=page["nextCursor"])).json()
        assert (page["page"], page["total"]) == (number, 7)
        seen += ids(page)
    assert seen == newest_first
    assert number == -(-7 // size)


async def test_a_cursor_goes_on_where_a_numbered_page_ended(acme: Caller) -> None:
    newest_first = await seven(acme)
    second = (await acme.get("/customers", page=2, pageSize=2)).json()
    third = (await acme.get("/customers", pageSize=2, cursor=second["nextCursor"])).json()
    assert ids(third) == newest_first[4:6]


async def test_the_size_of_a_page_may_change_on_the_way(acme: Caller) -> None:
    newest_first = await seven(acme)
    first = (await acme.get("/customers", pageSize=2)).json()
    rest = (await acme.get("/customers", pageSize=10, cursor=first["nextCursor"])).json()
    assert ids(rest) == newest_first[2:]


async def test_what_comes_and_goes_meanwhile_repeats_and_skips_nothing_else(acme: Caller) -> None:
    newest_first = await seven(acme)
    first = (await acme.get("/customers", pageSize=3)).json()
    await acme.customer()
    for gone in (newest_first[1], newest_first[2], newest_first[3]):
        await acme.delete(f"/customers/{gone}")
    rest = (await acme.get("/customers", pageSize=3, cursor=first["nextCursor"])).json()
    assert ids(rest) == newest_first[4:]
    assert rest["total"] == 5


async def test_a_page_past_the_end_is_empty_with_the_true_total(acme: Caller) -> None:
    await seven(acme)
    for number in (4, 1_000_000_000):
        page = (await acme.get("/customers", page=number, pageSize=3)).json()
        assert page == {
            "data": [],
            "total": 7,
            "page": number,
            "pageSize": 3,
            "nextCursor": None,
        }


async def test_the_total_follows_every_change(acme: Caller) -> None:
    created = [await acme.customer(ownerId=owner) for owner in ("alice", "alice", "bob", None)]
    await acme.delete(f"/customers/{created[0]['customerId']}")
    await acme.patch(f"/customers/{created[1]['customerId']}", {"ownerId": "bob"})
    await acme.post("/customers", {"name": created[1]["name"]})
    assert (await acme.get("/customers")).json()["total"] == 3
    for owner, total in (("alice", 0), ("bob", 2), ("carol", 0)):
        page = (await acme.get("/customers", {"X-User-Id": owner})).json()
        assert (page["total"], len(page["data"])) == (total, total)


async def test_with_a_user_id_only_their_customers_are_listed(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    of_alice = [await alice.customer() for _ in range(3)]
    of_bob, of_nobody = await bob.customer(), await acme.customer()
    assert await alice.rows("/customers") == of_alice[::-1]
    assert await bob.rows("/customers") == [of_bob]
    assert await acme.rows("/customers") == [of_nobody, of_bob, *of_alice[::-1]]
    assert await charlie.rows("/customers") == []


async def test_an_owners_pages_hold_only_what_is_theirs(alice: Caller, bob: Caller) -> None:
    mine = []
    for _ in range(4):
        mine.append((await alice.customer())["customerId"])
        await bob.customer()
    first = (await alice.get("/customers", pageSize=3)).json()
    last = (await alice.get("/customers", pageSize=3, cursor=first["nextCursor"])).json()
    assert ids(first) + ids(last) == mine[::-1]
    assert (first["total"], last["total"], last["nextCursor"]) == (4, 4, None)


async def test_a_cursor_does_not_go_together_with_a_page(acme: Caller) -> None:
    await seven(acme)
    cursor = (await acme.get("/customers", pageSize=2)).json()["nextCursor"]
    answer = await acme.get("/customers", page=2, pageSize=2, cursor=cursor)
    assert faults(answer) == {("cursor", "with_page")}


async def test_a_cursor_serves_only_the_list_it_was_made_for(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    for caller in (alice, alice, bob, bob, charlie, charlie):
        await caller.customer()
    cursor = (await alice.get("/customers", pageSize=1)).json()["nextCursor"]
    for caller in (acme, bob, charlie):
        assert faults(await caller.get("/customers", cursor=cursor)) == {("cursor", "other_cursor")}
    assert faults(await alice.get("/audit-logs", cursor=cursor)) == {("cursor", "other_cursor")}
    assert (await alice.get("/api/v1/crm/customers", cursor=cursor)).status_code == 200


def forged(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "****",
        "AAAA",
        "客户",
        "bm9uZQ==",
        forged("mark.2"),
        forged("mark.2.not-an-id"),
        forged("mark.0.01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"),
        forged("mark.x.01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"),
        forged("mark." + "9" * 40 + ".01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"),
    ],
)
async def test_a_cursor_that_is_none_is_refused(cursor: str, acme: Caller) -> None:
    assert faults(await acme.get("/customers", cursor=cursor)) == {("cursor", "malformed")}


async def test_an_endless_cursor_is_refused(acme: Caller) -> None:
    assert faults(await acme.get("/customers", cursor="A" * 201)) == {("cursor", "too_long")}


@pytest.mark.parametrize("name", ["page", "pageSize"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0", "too_small"),
        ("-1", "too_small"),
        ("-9223372036854775809", "too_small"),
        ("1000000000000000000", "too_large"),
        ("18446744073709551616", "too_large"),
        ("9" * 40, "too_large"),
        ("9" * 5000, "type"),
        ("one", "type"),
        ("1.0", "type"),
        ("1e3", "type"),
        ("0x10", "type"),
        ("+1", "type"),
        (" 1", "type"),
        ("1_0", "type"),
        ("１", "type"),
        ("null", "type"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    name: str, value: str, code: str, acme: Caller
) -> None:
    assert faults(await acme.send("GET", "/customers", params={name: value})) == {(name, code)}


async def test_a_page_holds_500_at_most(acme: Caller) -> None:
    assert (await acme.get("/customers", pageSize=500)).json()["pageSize"] == 500
    assert faults(await acme.get("/customers", pageSize=501)) == {("pageSize", "too_large")}


async def test_every_fault_of_a_query_is_named_at_once(acme: Caller, cell: Running) -> None:
    answer = await acme.get("/customers", page=0, pageSize=501, order="name")
    assert faults(answer) == {
        ("page", "too_small"),
        ("pageSize", "too_large"),
        ("order", "unknown"),
    }


async def test_deleted_customers_are_not_listed(acme: Caller) -> None:
    kept, gone = await acme.customer(), await acme.customer()
    await acme.delete(f"/customers/{gone['customerId']}")
    assert await acme.rows("/customers") == [kept]
    refused(await acme.get(f"/customers/{gone['customerId']}"), 404, "NOT_FOUND")
