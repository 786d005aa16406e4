"""What users are told, to whom, and what of it they may still see."""

import asyncio
from typing import Any

import pytest

from crm_cell.app import Cell
from crm_cell.notifications.reminders import remind
from crm_cell.notifications.retention import purge_old
from tests.every_route import NOBODY
from tests.world import Beside, Caller, Json, Running, audit, nothing_changes, refused

SOON = "2035-01-15T08:00:00Z"


async def task(caller: Caller, **members: object) -> Json:
    answer = await caller.post("/tasks", {"title": "回电确认报价"} | members)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def told(caller: Caller, language: str = "en", **query: Any) -> list[Json]:
    answer = await caller.get("/notifications", {"Accept-Language": language}, **query)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["data"]
    return found


async def texts(caller: Caller, **query: Any) -> list[str]:
    return [each["text"] for each in await told(caller, **query)]


async def reminders_come(cell: Running, at: int = 1000) -> None:
    """All that are set, as if their time had come."""
    for table in ("tasks", "task_reminders"):
        cell.change(f"UPDATE {table} SET remind_at = {at} WHERE remind_at IS NOT NULL")
    await asyncio.sleep(0.01)  # reads of one turn of the event loop share a snapshot


async def reminded(cell: Running, service: Cell | None = None) -> int:
    running = service or cell.service
    return await remind(running.database, running.services)


async def test_a_task_from_somebody_else_is_told_to_its_assignee_alone(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    await alice.put("/users/alice", {"name": "李雷"})
    made = await task(acme, assigneeId="bob", title="Visit Acme")
    await task(bob, title="His own")
    [row] = await told(bob)
    assert row == {
        "notificationId": row["notificationId"],
        "kind": "taskAssigned",
        "text": "Somebody gave you a task: Visit Acme",
        "resource": "task",
        "recordId": made["taskId"],
        "title": "Visit Acme",
        "customerId": None,
        "sender": None,
        "count": 1,
        "createdAt": made["createdAt"],
        "readAt": None,
    }
    [chinese] = await told(bob, "zh")
    assert chinese["text"] == "有人给你安排了任务：Visit Acme"
    for other in (acme, alice, charlie):
        assert await told(other) == []
        answer = await other.post(f"/notifications/{row['notificationId']}/read", {})
        refused(answer, 404, "NOT_FOUND")
    assert (await told(bob))[0]["readAt"] is None


async def test_only_a_change_of_an_open_task_s_assignee_is_told(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    made = await task(acme, assigneeId="bob")
    path = f"/tasks/{made['taskId']}"
    await acme.patch(path, {"title": "Another title"})
    assert await texts(bob) == ["Somebody gave you a task: Another title"]
    await acme.patch(path, {"assigneeId": "alice"})
    await acme.patch(path, {"assigneeId": "bob"})
    assert len(await told(bob)) == 2
    await task(acme, assigneeId="bob", status="done")
    await acme.post(f"{path}/done", {"next": {"title": "Next", "assigneeId": "alice"}})
    assert len(await told(bob)) == 2
    assert await texts(alice) == [
        "Somebody gave you a task: Next",
        "Somebody gave you a task that you can no longer see",
    ]


async def test_what_the_reader_no_longer_sees_is_not_named(acme: Caller, bob: Caller) -> None:
    made = await task(acme, assigneeId="bob", title="Secret")
    await acme.patch(f"/tasks/{made['taskId']}", {"assigneeId": "alice"})
    [row] = await told(bob)
    hidden = [row[name] for name in ("recordId", "title", "customerId")]
    assert (row["text"], hidden) == (
        "Somebody gave you a task that you can no longer see",
        [None, None, None],
    )
    await acme.patch(f"/tasks/{made['taskId']}", {"assigneeId": "bob"})
    await acme.delete(f"/tasks/{made['taskId']}")
    assert {row["title"] for row in await told(bob)} == {None}


async def test_unread_ones_are_counted_and_marked(acme: Caller, bob: Caller, cell: Running) -> None:
    for number in range(3):
        await task(acme, assigneeId="bob", title=f"Task {number}")
    newest = (await told(bob))[0]
    first = (await bob.get("/notifications/unread")).json()
    assert first == {"unread": 3, "next": f"3.{newest['notificationId']}"}
    path = f"/notifications/{newest['notificationId']}/read"
    logged = len(audit(cell))
    assert (await bob.post(path, {})).json()["unread"] == 2
    at = (await told(bob))[0]["readAt"]
    assert at is not None
    assert (await bob.post(path, {})).json()["unread"] == 2
    assert (await told(bob))[0]["readAt"] == at
    assert await texts(bob, unread="true") == [
        "Somebody gave you a task: Task 1",
        "Somebody gave you a task: Task 0",
    ]
    assert (await bob.post("/notifications/read", {})).json()["unread"] == 0
    assert await told(bob, unread="true") == []
    assert len(audit(cell)) == logged
    refused(await bob.post(f"/notifications/{NOBODY}/read", {}), 404, "NOT_FOUND")


async def test_the_list_is_read_page_by_page(acme: Caller, bob: Caller) -> None:
    for number in range(5):
        await task(acme, assigneeId="bob", title=f"{number}")
    seen: list[str] = []
    query: dict[str, Any] = {"pageSize": 2}
    while True:
        answer = (await bob.get("/notifications", **query)).json()
        seen += [each["title"] for each in answer["data"]]
        assert answer["unread"] == 5
        if answer["nextCursor"] is None:
            break
        query["cursor"] = answer["nextCursor"]
    assert seen == ["4", "3", "2", "1", "0"]


async def test_nobody_in_particular_has_no_notifications(acme: Caller) -> None:
    await task(acme, assigneeId="bob")
    assert await told(acme) == []
    assert (await acme.get("/notifications/unread", wait=5)).json() == {"unread": 0, "next": "0."}
    assert (await acme.post("/notifications/read", {})).json()["unread"] == 0


async def test_a_reminder_is_told_once_to_the_assignee(
    bob: Caller, alice: Caller, cell: Running, beside: Beside
) -> None:
    made = await task(bob, remindAt=SOON)
    assert (await reminded(cell), await told(bob)) == (0, [])
    await reminders_come(cell)
    async with beside() as other:
        await asyncio.gather(*[reminded(cell, each.service) for each in (cell, other) * 4])
    [row] = await told(bob)
    assert (row["kind"], row["recordId"], row["sender"]) == ("taskReminder", made["taskId"], None)
    assert row["text"] == "Reminder: 回电确认报价"
    assert await told(alice) == []
    assert cell.rows("SELECT * FROM task_reminders") == []


async def test_another_time_reminds_again(bob: Caller, cell: Running) -> None:
    made = await task(bob, remindAt=SOON)
    path = f"/tasks/{made['taskId']}"
    await reminders_come(cell)
    await reminded(cell)
    await bob.patch(path, {"title": "Renamed"})
    assert await reminded(cell) == 0
    await bob.patch(path, {"remindAt": "2035-01-16T08:00:00Z"})
    assert await reminded(cell) == 0
    await reminders_come(cell, 2000)
    await reminded(cell)
    assert await texts(bob) == ["Reminder: Renamed"] * 2
    # A time that is over, or none, reminds nobody.
    for value in ("2020-01-01T00:00:00Z", SOON, None):
        await bob.patch(path, {"remindAt": value})
    assert cell.rows("SELECT * FROM task_reminders") == []


@pytest.mark.parametrize("end", ["done", "cancelled", "deleted", "given away", "left"])
async def test_what_has_ended_reminds_nobody(
    end: str, acme: Caller, bob: Caller, alice: Caller, cell: Running
) -> None:
    made = await task(bob, remindAt=SOON)
    path = f"/tasks/{made['taskId']}"
    if end == "deleted":
        await bob.delete(path)
    elif end == "given away":
        await acme.patch(path, {"assigneeId": "alice"})
    elif end == "left":
        await acme.put("/users/bob", {"name": "Bob"})
        cell.change("UPDATE users SET status = 'left'")
    else:
        await bob.patch(path, {"status": end})
    await reminders_come(cell)
    await reminded(cell)
    assert cell.rows("SELECT * FROM task_reminders") == []
    assert await told(bob) == []
    # It goes with the task: who has it when the time comes is reminded.
    kinds = [each["kind"] for each in await told(alice)]
    assert kinds == (["taskReminder", "taskAssigned"] if end == "given away" else [])
    # Its time is over: no way back to it reminds late.
    await (
        bob.post(f"{path}/restore", {}) if end == "deleted" else bob.patch(path, {"status": "open"})
    )
    assert (await reminded(cell), await told(bob)) == (0, [])


async def test_a_repeating_task_takes_its_reminder_along(bob: Caller, cell: Running) -> None:
    made = await task(bob, dueOn="2035-01-15", remindAt=SOON, repeat="weekly")
    closed = await bob.post(f"/tasks/{made['taskId']}/done", {})
    next_one = closed.json()["next"]
    rows = cell.rows("SELECT task_id FROM task_reminders")
    assert sorted(rows) == sorted([(made["taskId"],), (next_one["taskId"],)])


async def test_receivers_of_a_handover_are_told_once(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    for user in ("alice", "bob", "carol"):
        await acme.put(f"/users/{user}", {"name": user.title()})
    for _ in range(3):
        await task(alice, customerId=(await alice.customer())["customerId"])
    body = {"fromUserId": "alice", "to": [{"userId": "bob", "share": 2}, {"userId": "carol"}]}
    async with nothing_changes(cell):
        assert (await acme.post("/handover", body | {"dryRun": True})).status_code == 200
    given = (await acme.post("/handover", body)).json()
    [row] = await told(bob)
    assert (row["kind"], row["count"], row["sender"]) == ("handover", 4, "alice")
    assert row["text"] == "You received records of Alice: 4"
    assert (row["resource"], row["recordId"]) == (None, None)
    assert [each["count"] for each in await told(Caller(cell.client, "acme", "carol"))] == [2]
    await bob.post("/notifications/read", {})
    await task(alice)
    await acme.post(f"/handovers/{given['handoverId']}/continue", {})
    both = await told(bob) + await told(Caller(cell.client, "acme", "carol"))
    assert sum(each["count"] for each in both) == 7
    await acme.post(f"/handovers/{given['handoverId']}/undo", {})
    assert await told(alice) == []


async def test_a_wait_ends_when_something_comes(acme: Caller, bob: Caller) -> None:
    known = (await bob.get("/notifications/unread")).json()["next"]
    waiting = asyncio.create_task(bob.get("/notifications/unread", wait=20, after=known))
    await asyncio.sleep(0.05)
    await task(acme, assigneeId="bob")
    answer = await asyncio.wait_for(waiting, 5)
    assert answer.json()["unread"] == 1
    # What is known already is waited for no longer than asked.
    same = await bob.get("/notifications/unread", wait=1, after=answer.json()["next"])
    assert same.json() == answer.json()


async def test_few_requests_of_a_user_wait_and_all_end_with_the_process(
    bob: Caller, alice: Caller, cell: Running
) -> None:
    query: dict[str, Any] = {"wait": 20, "after": "0."}
    waiting = [
        asyncio.create_task(caller.get("/notifications/unread", **query))
        for caller in (bob, bob, alice)
    ]
    await asyncio.sleep(0.05)
    answer = await bob.get("/notifications/unread", **query)
    refused(answer, 429, "RATE_LIMIT")
    assert answer.headers["retry-after"] == "60"
    cell.service.drain(0)
    for each in await asyncio.wait_for(asyncio.gather(*waiting), 5):
        assert each.json()["unread"] == 0


async def test_old_ones_are_purged(acme: Caller, bob: Caller, cell: Running) -> None:
    for _ in range(2):
        await task(acme, assigneeId="bob")
    assert await purge_old(cell.service.database, 90) == 0
    cell.change(
        "UPDATE notifications SET id = '01000000-0000-7000-8000-000000000000'"
        " WHERE id = (SELECT min(id) FROM notifications)"
    )
    assert await purge_old(cell.service.database, 90) == 1
    assert len(await told(bob)) == 1
