"""GET /opportunities/{opportunity_id}/history."""

from crm_cell.kernel.ids import is_id, new_id
from tests.world import Caller, Json, faults, refused


def path_of(opportunity: Json) -> str:
    return f"/opportunities/{opportunity['opportunityId']}"


async def test_it_begins_with_the_creation(alice: Caller) -> None:
    created = await alice.opportunity(await alice.customer(), stage=2)
    page = (await alice.get(f"{path_of(created)}/history")).json()
    (first,) = page["data"]
    assert is_id(first["opportunityChangeId"])
    assert first == {
        "opportunityChangeId": first["opportunityChangeId"],
        "opportunityId": created["opportunityId"],
        "fromStage": None,
        "toStage": 2,
        "fromStatus": None,
        "toStatus": 1,
        "actor": "alice",
        "createdAt": created["createdAt"],
    }
    assert (page["total"], page["page"], page["pageSize"]) == (1, 1, 20)
    assert page["nextCursor"] is None


async def test_each_move_of_stage_or_status_is_a_step_and_nothing_else_is(acme: Caller) -> None:
    created = await acme.opportunity(await acme.customer())
    patches: list[Json] = [
        {"stage": 3},
        {"title": "二期", "amountCents": 1, "ownerId": "bob"},
        {"status": 2},
        {"stage": 5},
        {"status": 1},
    ]
    for patch in patches:
        await acme.patch(path_of(created), patch)
    rows = await acme.rows(f"{path_of(created)}/history")
    steps = [(row["fromStage"], row["toStage"], row["fromStatus"], row["toStatus"]) for row in rows]
    assert steps == [(5, 3, 2, 1), (3, 5, 1, 2), (1, 3, 1, 1), (None, 1, None, 1)]
    detail = await acme.get(path_of(created))
    assert rows[0]["createdAt"] == detail.json()["updatedAt"]
    assert {row["actor"] for row in rows} == {None}


async def test_pages_and_cursors_lead_through_every_step_once(acme: Caller) -> None:
    created = await acme.opportunity(await acme.customer())
    for stage in (2, 3, 4, 5):
        await acme.patch(path_of(created), {"stage": stage})
    history = f"{path_of(created)}/history"
    numbered = []
    for number in (1, 2, 3, 4):
        numbered += await acme.rows(history, page=number, pageSize=2)
    page = (await acme.get(history, pageSize=2)).json()
    followed = page["data"]
    while page["nextCursor"]:
        page = (await acme.get(history, pageSize=2, cursor=page["nextCursor"])).json()
        assert page["total"] == 5
        followed += page["data"]
    assert numbered == followed
    assert [row["toStage"] for row in followed] == [5, 4, 3, 2, 1]


async def test_a_cursor_belongs_to_its_opportunity(acme: Caller) -> None:
    customer = await acme.customer()
    one, other = await acme.opportunity(customer), await acme.opportunity(customer)
    await acme.patch(path_of(one), {"stage": 2})
    page = (await acme.get(f"{path_of(one)}/history", pageSize=1)).json()
    answer = await acme.get(f"{path_of(other)}/history", cursor=page["nextCursor"])
    assert faults(answer) == {("cursor", "other_cursor")}


async def test_what_is_not_the_callers_is_not_found(
    alice: Caller, bob: Caller, charlie: Caller
) -> None:
    created = await alice.opportunity(await alice.customer())
    for stranger in (bob, charlie):
        refused(await stranger.get(f"{path_of(created)}/history"), 404, "NOT_FOUND")
    refused(await alice.get(f"/opportunities/{new_id(1)}/history"), 404, "NOT_FOUND")
