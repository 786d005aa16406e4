"""GET /follow-ups."""

from crm_cell.kernel.ids import new_id
from tests.world import Caller, Json, faults


async def of(customer: Json, caller: Caller, **members: object) -> Json:
    return await caller.follow_up(customerId=customer["customerId"], **members)


async def assert_list(caller: Caller, query: Json, rows: list[Json]) -> None:
    page = (await caller.get("/follow-ups", **query)).json()
    assert (page["data"], page["total"]) == (rows, len(rows))


async def test_the_newest_comes_first_each_as_its_detail_shows_it(acme: Caller) -> None:
    created = [await acme.follow_up() for _ in range(3)]
    assert (await acme.get("/follow-ups")).json() == {
        "data": created[::-1],
        "total": 3,
        "page": 1,
        "pageSize": 20,
        "nextCursor": None,
    }


async def test_customer_and_opportunity_narrow_the_list_alone_and_together(acme: Caller) -> None:
    first, second = await acme.customer(), await acme.customer()
    opportunity, another = await acme.opportunity(first), await acme.opportunity(first)
    plain = await of(first, acme)
    about = await acme.follow_up(opportunityId=opportunity["opportunityId"])
    elsewhere = await of(second, acme)
    further = await of(first, acme, opportunityId=opportunity["opportunityId"])
    await acme.follow_up()
    by_first = {"customerId": first["customerId"]}
    by_second = {"customerId": second["customerId"]}
    by_opportunity = {"opportunityId": opportunity["opportunityId"]}
    await assert_list(acme, by_first, [further, about, plain])
    await assert_list(acme, by_second, [elsewhere])
    await assert_list(acme, by_opportunity, [further, about])
    await assert_list(acme, by_first | by_opportunity, [further, about])
    await assert_list(acme, by_second | by_opportunity, [])
    await assert_list(acme, {"opportunityId": another["opportunityId"]}, [])
    await assert_list(acme, {"opportunityId": new_id(1)}, [])
    await assert_list(acme, {"customerId": "nobody"}, [])


async def test_a_deleted_opportunity_still_finds_what_was_noted_about_it(acme: Caller) -> None:
    opportunity = await acme.opportunity(await acme.customer())
    noted = await acme.follow_up(opportunityId=opportunity["opportunityId"])
    await acme.delete(f"/opportunities/{opportunity['opportunityId']}")
    await assert_list(acme, {"opportunityId": opportunity["opportunityId"]}, [noted])


async def test_pages_and_cursors_lead_through_every_row_once(acme: Caller) -> None:
    customer, other = await acme.customer(), await acme.customer()
    opportunity = await acme.opportunity(customer)
    created = []
    for _ in range(5):
        created.append(await acme.follow_up(opportunityId=opportunity["opportunityId"]))
        await of(other, acme)
    for filters in (
        {"customerId": customer["customerId"]},
        {"opportunityId": opportunity["opportunityId"]},
        {
            "customerId": customer["customerId"],
            "opportunityId": opportunity["opportunityId"],
        },
    ):
        query = {**filters, "pageSize": 2}
        numbered = []
        for number in (1, 2, 3, 4):
            numbered += await acme.rows("/follow-ups", **query, page=number)
        page = (await acme.get("/follow-ups", **query)).json()
        followed = page["data"]
        while page["nextCursor"]:
            page = (await acme.get("/follow-ups", **query, cursor=page["nextCursor"])).json()
            assert page["total"] == 5
            followed += page["data"]
        assert numbered == followed == created[::-1]


async def test_each_sees_their_own_total_included(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    customer = await alice.customer()
    opportunity = await alice.opportunity(customer)
    hers = [
        await alice.follow_up(),
        await of(customer, acme, opportunityId=opportunity["opportunityId"]),
    ]
    his = await bob.follow_up()
    await assert_list(alice, {}, hers[::-1])
    await assert_list(bob, {}, [his])
    await assert_list(acme, {}, [his, *hers[::-1]])
    await assert_list(charlie, {}, [])
    for query in (
        {"customerId": customer["customerId"]},
        {"opportunityId": opportunity["opportunityId"]},
        {
            "customerId": customer["customerId"],
            "opportunityId": opportunity["opportunityId"],
        },
    ):
        await assert_list(alice, query, [hers[1]])
        await assert_list(acme, query, [hers[1]])
        await assert_list(bob, query, [])
        await assert_list(charlie, query, [])


async def test_totals_follow_handover_and_deletion(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    opportunity = await alice.opportunity(customer)
    about = {"opportunityId": opportunity["opportunityId"]}
    first, second = await of(customer, alice, **about), await of(customer, alice, **about)
    await alice.delete(f"/follow-ups/{first['followUpId']}")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    for caller, rows in ((alice, []), (bob, [second]), (acme, [second])):
        await assert_list(caller, {}, rows)
    deal = f"/opportunities/{opportunity['opportunityId']}"
    for owner, of_alice in (("alice", [second]), ("bob", [])):
        await acme.patch(deal, {"ownerId": owner})
        for caller, rows in ((alice, of_alice), (bob, [second]), (acme, [second])):
            for query in ({"customerId": customer["customerId"]}, about):
                await assert_list(caller, query, rows)


async def test_a_cursor_belongs_to_its_filters(acme: Caller) -> None:
    customer = await acme.customer()
    for _ in range(2):
        await of(customer, acme)
    query = {"customerId": customer["customerId"], "pageSize": 1}
    cursor = (await acme.get("/follow-ups", **query)).json()["nextCursor"]
    answer = await acme.get("/follow-ups", cursor=cursor)
    assert faults(answer) == {("cursor", "other_cursor")}


async def test_unknown_parameters_are_refused(acme: Caller) -> None:
    assert faults(await acme.get("/follow-ups", contactId="x")) == {("contactId", "unknown")}
