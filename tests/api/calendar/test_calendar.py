"""The calendar of a user: open tasks, as calendar programs read them."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from crm_cell.calendar_feed.rules import Event, calendar, folded
from tests.world import Caller, Json, Running, nothing_changes, refused

ZONES = ["Etc/GMT+8", "UTC", "Asia/Kolkata", "Asia/Shanghai", "Pacific/Kiritimati"]
UNKNOWN = "cal_YWNtZQ_" + "0" * 64


async def address(caller: Caller) -> str:
    answer = await caller.post("/users/me/calendar", {})
    assert answer.status_code == 200, answer.text
    path: str = answer.json()["path"]
    return path


async def subscribed(cell: Running, path: str) -> list[str]:
    """The lines, unfolded, as a program without any other right reads them."""
    answer = await cell.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    return answer.text.replace("\r\n ", "").split("\r\n")


def values(lines: list[str], name: str) -> list[str]:
    return [line[len(name) :] for line in lines if line.startswith(name)]


async def task(caller: Caller, title: str, **members: object) -> Json:
    answer = await caller.post("/tasks", {"title": title} | members)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def test_open_tasks_with_a_due_date_are_in_it(
    cell: Running, acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer(name="云帆科技; 上海, 分公司")
    visit = await task(alice, "拜访", dueOn="2035-12-31", customerId=customer["customerId"])
    await task(alice, "Call", dueAt="2035-01-15T08:30:00+08:00", remindAt="2035-01-15T00:00:00Z")
    await task(alice, "some day")
    await task(alice, "is done", dueOn="2035-01-01", status="done")
    await task(bob, "is his", dueOn="2035-01-01")
    lines = await subscribed(cell, await address(alice))
    assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert values(lines, "SUMMARY:") == ["Call", "拜访 · 云帆科技\\; 上海\\, 分公司"]
    assert values(lines, "DTSTART") == [":20350115T003000Z", ";VALUE=DATE:20351231"]
    assert values(lines, "DTEND") == [";VALUE=DATE:20360101"]
    assert values(lines, "TRIGGER") == [";VALUE=DATE-TIME:20350115T000000Z"]
    assert values(lines, "UID:")[1] == f"{visit['taskId']}@crm-cell"
    # What the assignee no longer sees of a customer is not in it either.
    await acme.patch(f"/tasks/{visit['taskId']}", {"assigneeId": "bob"})
    lines = await subscribed(cell, await address(bob))
    assert values(lines, "SUMMARY:") == ["is his", "拜访"]


async def test_a_day_is_a_day_and_a_moment_a_moment_in_every_zone(
    cell: Running, acme: Caller
) -> None:
    for number, zone in enumerate(ZONES):
        user = Caller(cell.client, "acme", f"user-{number}")
        await acme.put(f"/users/user-{number}", {"name": zone, "timeZone": zone})
        at = datetime(2035, 1, 15, 23, 45, tzinfo=ZoneInfo(zone))
        await task(user, "Call", dueAt=at.isoformat(), remindAt=at.isoformat())
        await task(user, "Visit", dueOn="2035-01-18")
        lines = await subscribed(cell, await address(user))
        moment, day = values(lines, "DTSTART")
        assert datetime.strptime(moment, ":%Y%m%dT%H%M%S%z").astimezone(ZoneInfo(zone)) == at
        assert values(lines, "TRIGGER;VALUE=DATE-TIME") == [moment]
        assert day == ";VALUE=DATE:20350118"


async def test_only_the_newest_address_works_until_it_is_revoked(
    cell: Running, alice: Caller, bob: Caller
) -> None:
    assert (await alice.get("/users/me/calendar")).json() == {"createdAt": None, "path": None}
    first = await address(alice)
    answer = await alice.post("/users/me/calendar", {}, key="once")
    again = await alice.post("/users/me/calendar", {}, key="once")
    second = answer.json()["path"]
    assert again.json() == answer.json() | {"path": None}
    assert (await alice.get("/users/me/calendar")).json() == again.json()
    refused(await cell.client.get(first), 404, "NOT_FOUND")
    await subscribed(cell, second)
    assert (await bob.delete("/users/me/calendar")).status_code == 204
    await subscribed(cell, second)
    assert (await alice.delete("/users/me/calendar")).status_code == 204
    refused(await cell.client.get(second), 404, "NOT_FOUND")
    assert (await alice.get("/users/me/calendar")).json()["createdAt"] is None


async def test_a_token_is_in_no_table_and_in_no_line_of_the_log(
    cell: Running, alice: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    path = await address(alice)
    secret = path.rpartition("_")[2]
    await subscribed(cell, path)
    assert secret not in repr(cell.everything())
    assert secret not in repr(cell.log) + caplog.text


@pytest.mark.parametrize("token", [UNKNOWN, "nothing", "cal_!_" + "0" * 64, "%E2%98%83"])
async def test_a_wrong_token_is_not_found(token: str, cell: Running, alice: Caller) -> None:
    await address(alice)
    async with nothing_changes(cell):
        refused(await cell.client.get(f"/calendar.ics?token={token}"), 404, "NOT_FOUND")


async def test_who_has_left_has_no_calendar_and_nobody_in_particular_has_none(
    cell: Running, acme: Caller, alice: Caller
) -> None:
    await acme.put("/users/alice", {"name": "Alice"})
    path = await address(alice)
    cell.change("UPDATE users SET status = 'left'")
    refused(await cell.client.get(path), 404, "NOT_FOUND")
    refused(await acme.post("/users/me/calendar", {}), 400, "BUSINESS_RULE_VIOLATION")


async def test_a_calendar_is_not_asked_for_all_the_time(cell: Running, alice: Caller) -> None:
    path = await address(alice)
    answers: list[httpx.Response] = [await cell.client.get(path) for _ in range(40)]
    assert {each.status_code for each in answers} == {200, 429}
    assert answers[-1].headers["retry-after"] == "30"


def test_long_lines_are_folded_between_characters() -> None:
    text = "云" * 100
    pieces = folded(f"SUMMARY:{text}").split("\r\n")
    assert pieces.pop() == ""
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert re.sub("\r\n ", "", folded(f"SUMMARY:{text}")) == f"SUMMARY:{text}\r\n"
    shown = calendar("a\\b", [Event("1", "two\nlines", 0, on="9999-12-31")])
    assert "X-WR-CALNAME:a\\\\b\r\n" in shown
    assert "SUMMARY:two\\nlines\r\n" in shown
