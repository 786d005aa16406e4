"""GET /opportunities."""

from crm_cell.kernel.ids import new_id
from tests.world import Caller, faults


async def test_the_newest_comes_first_each_as_its_detail_shows_it(acme: Caller) -> None:
    customer = await acme.customer()
    created = [await acme.opportunity(customer, stage=stage) for stage in (1, 5, 6)]
    page = (await acme.get("/opportunities")).json()
    assert page == {
        "data": created[::-1],
        "total": 3,
        "page": 1,
        "pageSize": 20,
        "nextCursor": None,
    }


async def test_customer_id_leaves_the_opportunities_of_one_customer(acme: Caller) -> None:
    first, second = await acme.customer(), await acme.customer()
    created = [await acme.opportunity(customer) for customer in (first, second, first)]
    page = (await acme.get("/opportunities", customerId=first["customerId"])).json()
    assert (page["data"], page["total"]) == ([created[2], created[0]], 2)
    page = (await acme.get("/opportunities", customerId=new_id(1))).json()
    assert (page["data"], page["total"]) == ([], 0)


async def test_pages_and_cursors_lead_through_every_row_once(acme: Caller) -> None:
    customer, other = await acme.customer(), await acme.customer()
    created = []
    for _ in range(5):
        created.append(await acme.opportunity(customer))
        await acme.opportunity(other)
    query = {"customerId": customer["customerId"], "pageSize": 2}
    numbered = []
    for number in (1, 2, 3, 4):
        numbered += await acme.rows("/opportunities", **query, page=number)
    page = (await acme.get("/opportunities", **query)).json()
    followed = page["data"]
    while page["nextCursor"]:
        page = (await acme.get("/opportunities", **query, cursor=page["nextCursor"])).json()
        assert page["total"] == 5
        followed += page["data"]
    assert numbered == followed == created[::-1]


async def test_each_sees_their_own_total_included(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    customer = await alice.customer()
    of_alice = [await alice.opportunity(customer) for _ in range(2)]
    of_bob = await acme.opportunity(customer, ownerId="bob")
    every = [of_bob, *of_alice[::-1]]
    expected = {alice: of_alice[::-1], bob: [of_bob], acme: every, charlie: []}
    of_customer = expected | {alice: every}
    for query, found in (({}, expected), ({"customerId": customer["customerId"]}, of_customer)):
        for caller, rows in found.items():
            page = (await caller.get("/opportunities", **query)).json()
            assert (page["data"], page["total"]) == (rows, len(rows))


async def test_totals_follow_handover_and_deletion(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    first, second = await alice.opportunity(customer), await alice.opportunity(customer)
    await alice.delete(f"/opportunities/{first['opportunityId']}")
    answer = await acme.patch(f"/opportunities/{second['opportunityId']}", {"ownerId": "bob"})
    of_customer = {"customerId": customer["customerId"]}
    assert await alice.rows("/opportunities", **of_customer) == [answer.json()]
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "dave"})
    for caller, rows in ((alice, []), (bob, [answer.json()]), (acme, [answer.json()])):
        for query in ({}, {"customerId": customer["customerId"]}):
            page = (await caller.get("/opportunities", **query)).json()
            assert (page["data"], page["total"]) == (rows, len(rows))


async def test_a_cursor_belongs_to_its_customer(acme: Caller) -> None:
    customer = await acme.customer()
    for _ in range(2):
        await acme.opportunity(customer)
    query = {"customerId": customer["customerId"], "pageSize": 1}
    cursor = (await acme.get("/opportunities", **query)).json()["nextCursor"]
    answer = await acme.get("/opportunities", cursor=cursor)
    assert faults(answer) == {("cursor", "other_cursor")}


async def test_unknown_parameters_are_refused(acme: Caller) -> None:
    assert faults(await acme.get("/opportunities", stage=1)) == {("stage", "unknown")}
