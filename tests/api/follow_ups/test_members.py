"""When, where, for how long and with whom a follow-up was."""

from datetime import UTC, datetime, timedelta

from tests.storage.earlier import upgrade_from
from tests.world import Caller, Running, faults, nothing_changes, refused


def moment(delta: timedelta) -> str:
    return (datetime.now(UTC) + delta).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_they_are_stored_sorted_and_cleared(acme: Caller) -> None:
    customer = await acme.customer()
    plain = await acme.follow_up(customerId=customer["customerId"])
    assert plain["followedAt"] == plain["createdAt"]
    assert (plain["durationMin"], plain["participants"], plain["place"]) == (None, [], None)
    given = {
        "followedAt": moment(-timedelta(days=3)),
        "durationMin": 45,
        "participants": ["bob", "alice", "bob"],
        "place": "客户会议室",
    }
    visit = await acme.follow_up(customerId=customer["customerId"], **given)
    assert {name: visit[name] for name in given} == given | {"participants": ["bob", "alice"]}
    listed = await acme.get("/follow-ups", sort="followedAt")
    assert listed.json()["data"] == [visit, plain]
    listed = await acme.get("/follow-ups", filter="followedAt < -2d and durationMin >= 45")
    assert listed.json()["data"] == [visit]
    file = (await acme.get("/follow-ups/export", format="csv")).text
    assert '"bob, alice",客户会议室' in file

    where = f"/follow-ups/{visit['followUpId']}"
    cleared = (await acme.patch(where, dict.fromkeys(given))).json()
    assert cleared["followedAt"] == visit["createdAt"]
    assert (cleared["durationMin"], cleared["participants"], cleared["place"]) == (None, [], None)


async def test_what_has_not_happened_is_refused(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    near = await acme.follow_up(
        customerId=customer["customerId"], followedAt=moment(timedelta(minutes=4))
    )
    late = {"followedAt": moment(timedelta(minutes=6))}
    body = {"customerId": customer["customerId"], "content": "拜访"}
    async with nothing_changes(cell):
        for answer in (
            await acme.post("/follow-ups", body | late),
            await acme.patch(f"/follow-ups/{near['followUpId']}", late),
        ):
            refused(answer, 400, "BAD_REQUEST")
            assert faults(answer) == {("followedAt", "value")}
        answer = await acme.post("/follow-ups", body | {"participants": [1], "durationMin": -1})
        assert faults(answer) == {("participants", "type"), ("durationMin", "too_small")}


async def test_those_of_before_happened_when_they_were_written_down(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    follow_up = await acme.follow_up(customerId=customer["customerId"])
    await upgrade_from(cell, "0024")
    found = cell.rows("SELECT created_at, followed_at FROM follow_ups")
    assert [created == followed for created, followed in found] == [True]
    assert follow_up["followedAt"] == follow_up["createdAt"]


async def test_the_next_contact_is_planned_in_the_same_transaction(
    alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    deal = await alice.opportunity(customer)
    body = {"opportunityId": deal["opportunityId"], "content": "拜访", "followUpType": "visit"}
    soon = moment(timedelta(days=2))
    noted = await alice.post("/follow-ups", body | {"next": {"at": soon, "title": "送合同"}})
    assert (noted.status_code, "next" in noted.json()) == (201, False)
    [task] = await alice.rows("/tasks")
    assert {name: task[name] for name in ("title", "kind", "dueOn", "dueAt", "assigneeId")} == {
        "title": "送合同",
        "kind": "visit",
        "dueOn": None,
        "dueAt": soon,
        "assigneeId": "alice",
    }
    assert task["customerId"] == customer["customerId"]
    assert (task["opportunityId"], task["origin"]) == (deal["opportunityId"], "nextContact")
    shown = (await alice.get(f"/customers/{customer['customerId']}")).json()
    assert shown["nextContactAt"] == soon

    today = moment(timedelta())[:10]
    items = [body | {"next": {"at": today}}]
    batch = await alice.post("/follow-ups/batch", {"mode": "create", "items": items})
    assert batch.status_code == 200, batch.text
    assert [row["title"] for row in await alice.rows("/tasks")] == ["下次联系", "送合同"]

    async with nothing_changes(cell):
        for planned, fault in [
            ({"at": moment(-timedelta(minutes=1))}, ("next.at", "value")),
            ({"at": moment(-timedelta(days=3))[:10]}, ("next.at", "value")),
            ({"at": "soon"}, ("next.at", "not_a_date_or_time")),
            ({"title": "送合同"}, ("next.at", "required")),
            ({"at": today, "when": 1}, ("next.when", "unknown")),
            ("tomorrow", ("next", "type")),
        ]:
            answer = await alice.post("/follow-ups", body | {"next": planned})
            refused(answer, 400, "BAD_REQUEST")
            assert faults(answer) == {fault}
