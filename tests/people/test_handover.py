"""A user leaves: what they had in hand gets other owners, and nothing else changes."""

from typing import Any

import pytest

from crm_cell.handovers import service
from tests.counters import differences
from tests.people.conftest import EVERYTHING, Named
from tests.people.test_teams import users
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused

PATHS = (
    "/customers",
    "/contacts",
    "/opportunities",
    "/follow-ups",
    "/contracts",
    "/payments",
    "/tasks",
)
OWNERS = ("ownerId", "assigneeId")


async def everything(acme: Caller) -> dict[str, list[Json]]:
    found = {path: await acme.rows(path, pageSize=100) for path in PATHS}
    for deal in found["/opportunities"]:
        path = f"/opportunities/{deal['opportunityId']}/history"
        deal["history"] = await acme.rows(path, pageSize=100)
    return found


def apart_from_owners(found: dict[str, list[Json]]) -> Any:
    """What no handover may change."""
    ignored = {*OWNERS, "updatedAt"}
    return {
        path: [{name: row[name] for name in row.keys() - ignored} for row in rows]
        for path, rows in found.items()
    }


def owners(found: dict[str, list[Json]], path: str) -> list[str]:
    return sorted(row[name] for row in found[path] for name in OWNERS if name in row)


async def bobs_hand(acme: Caller) -> None:
    """Six customers, with one deal each and what belongs to it; a won deal, a task that is done, a
    deal with Dora's customer."""
    customer: Json = {}
    for number in range(6):
        customer = await acme.customer(ownerId="bob", name=f"客户 {number}")
        body = {"customerId": customer["customerId"]}
        await acme.contact(customer)
        deal = await acme.opportunity(customer, ownerId="bob", stage=1 + number % 4)
        await acme.patch(f"/opportunities/{deal['opportunityId']}", {"stage": 4})
        await acme.follow_up(**body)
        await acme.payment(await acme.contract(customer))
        task = {"title": f"回电 {number}", "assigneeId": "bob", "dueOn": "2030-01-01"}
        await acme.post("/tasks", task | body)
    won = await acme.opportunity(customer, ownerId="bob")
    await acme.patch(f"/opportunities/{won['opportunityId']}", {"status": 2})
    done = (await acme.post("/tasks", {"title": "旧", "assigneeId": "bob"})).json()
    await acme.patch(f"/tasks/{done['taskId']}", {"status": "done"})
    doras = await acme.customer(ownerId="dora")
    await acme.opportunity(doras, ownerId="bob")


async def handover(acme: Caller, **members: object) -> Json:
    receivers = [{"userId": "dora"}, {"userId": "finn", "share": 2}]
    answer = await acme.post("/handover", {"fromUserId": "bob", "to": receivers, **members})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_hand_is_given_away_and_taken_back(
    acme: Caller, cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 8)
    await users(acme, "bob", "dora", "finn")
    await bobs_hand(acme)
    before = await everything(acme)
    full = {"customers": 6, "opportunities": 7, "tasks": 6}
    none = dict.fromkeys(full, 0)
    async with nothing_changes(cell, but={"idempotency_keys"}):
        tried = await handover(acme, dryRun=True)
        assert (tried["handoverId"], tried["remaining"], tried["complete"]) == (None, full, False)
        body = refused(await acme.patch("/users/bob", {"status": "left"}), 409, "CONFLICT")
        assert body["details"] == "客户 6、商机 7、任务 6"

    first = await handover(acme)
    assert (first["given"], first["remaining"], first["complete"]) == (
        {"customers": 6, "opportunities": 2, "tasks": 0},
        {"customers": 0, "opportunities": 5, "tasks": 6},
        False,
    )
    path = f"/handovers/{first['handoverId']}"
    second = (await acme.post(f"{path}/continue")).json()
    assert (second["remaining"], second["complete"]) == (none | {"tasks": 3}, False)
    last = (await acme.post(f"{path}/continue")).json()
    assert (last["given"], last["remaining"], last["complete"]) == (full, none, True)
    assert (await acme.get(path)).json() == last

    after = await everything(acme)
    assert apart_from_owners(after) == apart_from_owners(before)
    assert owners(after, "/customers") == ["dora"] * 3 + ["finn"] * 4
    by_customer = {row["customerId"]: row["ownerId"] for row in after["/customers"]}
    for row in after["/opportunities"]:
        if row["status"] == 1 and by_customer[row["customerId"]] != "dora":
            assert row["ownerId"] == by_customer[row["customerId"]]
    for row in after["/tasks"]:
        if row["status"] == "open":
            assert row["assigneeId"] == by_customer[row["customerId"]]
    assert [row["ownerId"] for row in after["/opportunities"] if row["status"] == 2] == ["bob"]
    assert [row["assigneeId"] for row in after["/tasks"] if row["status"] == "done"] == ["bob"]
    moved = [each for each in audit(cell) if "ownerId" in each["changes"]][-13:]
    assert {each["action"] for each in moved} == {"updated"}
    assert len(events(cell, event_type="crm.customer.updated")) == 6
    left = await acme.patch("/users/bob", {"status": "left"})
    assert left.status_code == 200

    await is_taken_back(acme, cell, path, before, after)


async def is_taken_back(
    acme: Caller,
    cell: Running,
    path: str,
    before: dict[str, list[Json]],
    after: dict[str, list[Json]],
) -> None:
    """Bob comes back. What somebody else has by now stays with them."""
    full = {"customers": 6, "opportunities": 7, "tasks": 6}
    none = dict.fromkeys(full, 0)
    refused(await acme.post(f"{path}/undo"), 400, "BUSINESS_RULE_VIOLATION")
    await acme.patch("/users/bob", {"status": "active"})
    kept = after["/customers"][1]["customerId"]
    await acme.patch(f"/customers/{kept}", {"ownerId": "bob"})
    await acme.patch(f"/customers/{kept}", {"ownerId": None})
    undone: Json = {"complete": False}
    while not undone["complete"]:
        undone = (await acme.post(f"{path}/undo")).json()
    assert (undone["returned"], undone["skipped"], undone["given"]) == (
        full | {"customers": 5},
        none | {"customers": 1},
        none,
    )
    now = await everything(acme)
    assert apart_from_owners(now) == apart_from_owners(before)
    unowned = [row["customerId"] for row in now["/customers"] if row["ownerId"] is None]
    assert unowned == [kept]
    for name in ("/opportunities", "/tasks"):
        assert owners(now, name) == owners(before, name)
    refused(await acme.post(f"{path}/continue"), 409, "CONFLICT")
    eight_days = 8 * 86_400_000
    cell.change(f"UPDATE handovers SET created_at = created_at - {eight_days}")
    refused(await acme.post(f"{path}/undo"), 409, "CONFLICT")
    summaries = [
        each["summary"] for each in await acme.rows("/audit-logs", resourceType="handover")
    ]
    assert summaries[-1].startswith("系统新建了移交「bob」")
    assert await cell.service.database.read("counters", None, differences) == []


async def test_bad_input_names_the_member(
    acme: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    await users(acme, "bob", "dora")
    await acme.put("/users/eve", {"name": "Eve", "status": "left"})
    made = await acme.post("/handover", {"fromUserId": "bob", "to": [{"userId": "dora"}]})
    path = f"/handovers/{made.json()['handoverId']}"
    assert (made.json()["complete"], made.json()["given"]["customers"]) == (True, 0)
    async with nothing_changes(cell):
        assert faults(await acme.post("/handover", {"to": []})) == {
            ("fromUserId", "required"),
            ("to", "too_few"),
        }
        receivers = [
            {"userId": "bob"},
            {"userId": "dora", "share": 0},
            {"userId": "dora"},
            {"userId": "dora"},
            "dora",
            {"share": 1},
        ]
        include = {"opportunities": 1, "pool": True}
        body = {"fromUserId": "bob", "to": receivers, "include": include}
        assert faults(await acme.post("/handover", body)) == {
            ("to[0].userId", "value"),
            ("to[1].share", "too_small"),
            ("to[2].userId", "value"),
            ("to[3].userId", "value"),
            ("to[4]", "type"),
            ("to[5].userId", "required"),
            ("include.opportunities", "type"),
            ("include.pool", "unknown"),
        }
        for user, message in (("nemo", "用户不存在"), ("eve", "用户已离职")):
            answer = await acme.post("/handover", {"fromUserId": "bob", "to": [{"userId": user}]})
            found = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
            assert (found["message"], found["details"]) == (message, f"to[0].userId：用户 {user}")
        for name in ("continue", "undo"):
            refused(await bob.post(f"{path}/{name}"), 403, "FORBIDDEN")
            refused(await charlie.post(f"{path}/{name}"), 404, "NOT_FOUND")
        refused(await bob.get(path), 403, "FORBIDDEN")
        refused(await charlie.get(path), 404, "NOT_FOUND")
        refused(
            await bob.post("/handover", {"fromUserId": "bob", "to": receivers}), 403, "FORBIDDEN"
        )


async def test_only_what_is_included_is_given(acme: Caller) -> None:
    """Any ids where the tenant has no users."""
    customer = await acme.customer(ownerId="bob")
    deal = await acme.opportunity(customer, ownerId="bob")
    found = await handover(acme, include={"opportunities": False, "tasks": False})
    assert (found["given"]["customers"], found["complete"]) == (1, True)
    path = f"/opportunities/{deal['opportunityId']}"
    assert (await acme.get(path)).json()["ownerId"] == "bob"


async def test_handovers_are_listed_newest_first(person: Named) -> None:
    boss, other = person("boss", EVERYTHING), person("charlie", EVERYTHING, tenant="globex")
    await users(boss, "bob", "dora", "finn")
    await boss.customer(ownerId="bob")
    first = await handover(boss)
    assert (first["to"], first["handedBy"], first["state"]) == (
        [{"userId": "dora", "share": 1}, {"userId": "finn", "share": 2}],
        "boss",
        "done",
    )
    undone = (await boss.post(f"/handovers/{first['handoverId']}/undo")).json()
    assert undone["state"] == "undone"
    second = await handover(boss)
    page = (await boss.get("/handovers", pageSize=1)).json()
    assert page["data"] == [second]
    rest = (await boss.get("/handovers", pageSize=1, cursor=page["nextCursor"])).json()
    # What has been given again is no longer in hand.
    undone["remaining"] = second["remaining"]
    assert (rest["data"], rest["nextCursor"]) == ([undone], None)
    assert await other.rows("/handovers") == []
    refused(await boss.narrowed("bob").get("/handovers"), 403, "FORBIDDEN")
    refused(await person("dora").get("/handovers"), 403, "FORBIDDEN")
