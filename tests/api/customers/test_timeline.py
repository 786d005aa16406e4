"""The timeline of a customer: all that happened, newest first, as far as the caller sees it."""

from typing import Any

from tests.world import Caller, Json, Running, faults, refused


async def timeline(caller: Caller, customer: Json, size: int = 100, **query: Any) -> list[Json]:
    """All pages, one after the other."""
    path, found = f"/customers/{customer['customerId']}/timeline", []
    while True:
        answer = await caller.get(path, pageSize=size, **query)
        assert answer.status_code == 200, answer.text
        found += answer.json()["data"]
        if (cursor := answer.json()["nextCursor"]) is None:
            return found
        assert len(answer.json()["data"]) == size
        query["cursor"] = cursor


def told(items: list[Json]) -> list[tuple[str, object]]:
    """What each item is about, in few words."""
    found: list[tuple[str, object]] = []
    for each in items:
        match each:
            case {"followUp": {"content": text}} | {"task": {"title": text}}:
                found.append((each["type"], text))
            case {"stage": {"toStage": stage}, "opportunityTitle": title}:
                found.append((each["type"], (title, stage)))
            case {"contract": {"contractNo": text}} | {"payment": {"remark": text}}:
                found.append((each["type"], text))
            case {"changes": changes}:
                found.append((each["type"], sorted(changes)))
    return found


async def busy(acme: Caller) -> Json:
    """Alice's customer, with one of everything, and Bob's deal."""
    customer = await acme.customer(name="云帆", ownerId="alice", contactPhone="13812345678")
    path = f"/customers/{customer['customerId']}"
    whose = {"customerId": customer["customerId"]}
    deal = await acme.opportunity(customer, title="年度采购", ownerId="bob")
    await acme.opportunity(customer, title="试点", ownerId="alice")
    await acme.patch(f"/opportunities/{deal['opportunityId']}", {"stage": 3})
    await acme.follow_up(content="首次拜访", **whose, followedAt="2025-03-01T02:00:00Z")
    await acme.follow_up(content="他的跟进", opportunityId=deal["opportunityId"])
    await acme.patch(path, {"contactPhone": "13987654321"})
    contract = await acme.contract(customer, contractNo="HT-1")
    await acme.payment(contract, remark="首期款")
    done = ""
    for title in ("已办", "待办"):
        made = await acme.post("/tasks", {"title": title, "assigneeId": "alice"} | whose)
        if title == "已办":
            done = f"/tasks/{made.json()['taskId']}/done"
    gone = await acme.follow_up(content="删了", **whose)
    await acme.delete(f"/follow-ups/{gone['followUpId']}")
    await acme.patch(path, {"ownerId": "carol", "name": "云帆科技"})
    await acme.post(done, {})
    await acme.patch(path, {"ownerId": "alice"})
    return customer


ALL = [
    ("transfer", ["ownerId"]),
    ("task", "已办"),
    ("transfer", ["name", "ownerId"]),
    ("task", "待办"),
    ("payment", "首期款"),
    ("contract", "HT-1"),
    ("change", ["contactPhone"]),
    ("followUp", "他的跟进"),
    ("stage", ("年度采购", 3)),
    ("stage", ("试点", 1)),
    ("stage", ("年度采购", 1)),
    ("followUp", "首次拜访"),
]


async def test_all_that_happened_newest_first_in_pages_of_any_size(
    cell: Running, acme: Caller, alice: Caller
) -> None:
    customer = await busy(acme)
    whole = await timeline(acme, customer)
    assert told(whole) == ALL
    assert [each["at"] for each in whole] == sorted((each["at"] for each in whole), reverse=True)
    assert await timeline(alice, customer) == whole
    for size in (1, 2, 5):
        assert await timeline(alice, customer, size) == whole
    assert whole[0]["changes"] == {"ownerId": {"before": "carol", "after": "alice"}}
    assert whole[-1]["at"] == "2025-03-01T02:00:00.000Z"
    assert "13987654321" not in str(whole)
    assert "139****4321" in str(whole)
    for types in ("followUp,task", "transfer", "change,payment"):
        expected = [each for each in ALL if each[0] in types.split(",")]
        assert told(await timeline(alice, customer, 1, types=types)) == expected


async def test_the_timeline_of_an_opportunity_has_what_belongs_to_it(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await acme.customer(ownerId="alice")
    deal = await acme.opportunity(customer, title="采购", ownerId="bob")
    whose = {"opportunityId": deal["opportunityId"]}
    path = f"/opportunities/{deal['opportunityId']}"
    await bob.follow_up(content="谈价", **whose)
    await acme.follow_up(content="别的", customerId=customer["customerId"])
    await bob.post("/tasks", {"title": "报价", **whose})
    contract = await bob.contract(customer, contractNo="HT-7", **whose)
    await alice.payment(contract, remark="首期款")
    await bob.patch(path, {"stage": 2, "amountCents": 5})
    await bob.patch(path, {"stage": 3})
    await acme.patch(path, {"ownerId": "carol"})
    expected = [
        ("transfer", ["ownerId"]),
        ("stage", ("采购", 3)),
        ("stage", ("采购", 2)),
        ("change", ["amountCents"]),
        ("payment", "首期款"),
        ("contract", "HT-7"),
        ("task", "报价"),
        ("followUp", "谈价"),
        ("stage", ("采购", 1)),
    ]
    for size in (2, 50):
        found: list[Json] = []
        query: dict[str, Any] = {"pageSize": size}
        while True:
            page = (await alice.get(f"{path}/timeline", **query)).json()
            found += page["data"]
            if page["nextCursor"] is None:
                break
            query["cursor"] = page["nextCursor"]
        assert told(found) == expected
    refused(await bob.get(f"{path}/timeline"), 404, "NOT_FOUND")


async def test_many_things_of_one_moment_are_shown_once_each(cell: Running, alice: Caller) -> None:
    customer = await alice.customer()
    tasks = []
    for number in range(7):
        body = {"title": f"{number}", "customerId": customer["customerId"]}
        tasks.append((await alice.post("/tasks", body)).json()["taskId"])
    at = "2026-03-01T00:00:00Z"
    for number in range(7):
        await alice.follow_up(
            customerId=customer["customerId"], content=f"n{number}", followedAt=at
        )
    cell.change("UPDATE tasks SET status = 'done', done_at = 1772323200000")
    for size in (1, 3, 4, 20):
        found = told(await timeline(alice, customer, size))
        assert len(found) == len(set(found)) == 14


async def test_a_colleague_with_a_deal_sees_what_the_lists_show_them(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    customer = await busy(acme)
    path = f"/customers/{customer['customerId']}/timeline"
    shown = [("followUp", "他的跟进"), ("stage", ("年度采购", 3)), ("stage", ("年度采购", 1))]
    for size in (1, 100):
        assert told(await timeline(bob, customer, size)) == shown
    refused(await charlie.get(path), 404, "NOT_FOUND")
    refused(await acme.get(path, {"X-User-Id": "erin"}), 404, "NOT_FOUND")
    cursor = (await alice.get(path, pageSize=1)).json()["nextCursor"]
    assert faults(await bob.get(path, cursor=cursor)) == {("cursor", "other_cursor")}
    assert faults(await alice.get(path, types="mail")) == {("types", "not_one_of")}
    assert faults(await alice.get(path, page=2)) == {("page", "unknown")}
