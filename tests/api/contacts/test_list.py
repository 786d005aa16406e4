"""GET /contacts."""

from crm_cell.kernel.ids import new_id
from tests.world import Caller, Running, faults


async def test_the_newest_comes_first_each_as_its_detail_shows_it(acme: Caller) -> None:
    customer = await acme.customer()
    created = [await acme.contact(customer, phone="13812345678") for _ in range(3)]
    page = (await acme.get("/contacts")).json()
    assert page == {
        "data": created[::-1],
        "total": 3,
        "page": 1,
        "pageSize": 20,
        "nextCursor": None,
    }


async def test_customer_id_leaves_the_contacts_of_one_customer(acme: Caller) -> None:
    first, second = await acme.customer(), await acme.customer()
    created = [await acme.contact(customer) for customer in (first, second, first)]
    page = (await acme.get("/contacts", customerId=first["customerId"])).json()
    assert page["data"] == [created[2], created[0]]
    assert page["total"] == 2


async def test_a_customer_without_contacts_or_unknown_has_an_empty_list(acme: Caller) -> None:
    customer = await acme.customer()
    await acme.contact(await acme.customer())
    for customer_id in (customer["customerId"], new_id(1_795_000_000_000), "nobody"):
        page = (await acme.get("/contacts", customerId=customer_id)).json()
        assert (page["data"], page["total"]) == ([], 0)


async def test_pages_and_cursors_lead_through_every_row_once(acme: Caller) -> None:
    customer, other = await acme.customer(), await acme.customer()
    created = []
    for _ in range(5):
        created.append(await acme.contact(customer))
        await acme.contact(other)
    query = {"customerId": customer["customerId"], "pageSize": 2}
    numbered = [
        row for page in (1, 2, 3) for row in await acme.rows("/contacts", **query, page=page)
    ]
    page = (await acme.get("/contacts", **query)).json()
    followed = page["data"]
    while page["nextCursor"]:
        page = (await acme.get("/contacts", **query, cursor=page["nextCursor"])).json()
        assert page["total"] == 5
        followed += page["data"]
    assert numbered == followed == created[::-1]


async def test_a_cursor_belongs_to_its_customer(acme: Caller) -> None:
    customer, other = await acme.customer(), await acme.customer()
    for _ in range(3):
        await acme.contact(customer)
    page = (await acme.get("/contacts", customerId=customer["customerId"], pageSize=1)).json()
    cursor = page["nextCursor"]
    for query in ({}, {"customerId": other["customerId"]}):
        answer = await acme.get("/contacts", **query, cursor=cursor)
        assert faults(answer) == {("cursor", "other_cursor")}


async def test_each_sees_their_own_total_included(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    hers, his = await alice.customer(), await bob.customer()
    of_alice = [await alice.contact(hers) for _ in range(2)]
    of_bob = await bob.contact(his)
    expected = {alice: of_alice[::-1], bob: [of_bob], acme: [of_bob, *of_alice[::-1]], charlie: []}
    for caller, rows in expected.items():
        page = (await caller.get("/contacts")).json()
        assert (page["data"], page["total"]) == (rows, len(rows))
    page = (await bob.get("/contacts", customerId=hers["customerId"])).json()
    assert (page["data"], page["total"]) == ([], 0)
    page = (await alice.get("/contacts", customerId=hers["customerId"])).json()
    assert (page["data"], page["total"]) == (of_alice[::-1], 2)


async def test_totals_follow_handover_and_deletion(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    first, second = await alice.contact(customer), await alice.contact(customer)
    await alice.delete(f"/contacts/{first['contactId']}")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    moved = second | {"ownerId": "bob"}
    for caller, rows in ((alice, []), (bob, [moved]), (acme, [moved])):
        for query in ({}, {"customerId": customer["customerId"]}):
            page = (await caller.get("/contacts", **query)).json()
            assert (page["data"], page["total"]) == (rows, len(rows))


async def test_unknown_parameters_are_refused(acme: Caller) -> None:
    answer = await acme.get("/contacts", customer="x", customerId="x" * 65)
    assert faults(answer) == {("customer", "unknown"), ("customerId", "too_long")}
