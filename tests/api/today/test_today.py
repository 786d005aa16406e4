"""Today: sections by urgency, each of which a list gives as well."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_cell.today import service
from tests.world import Caller, Json, Running, faults, refused

ZONES = ["Etc/GMT+8", "UTC", "Asia/Kolkata", "Asia/Shanghai", "Pacific/Kiritimati"]


async def today(caller: Caller, **query: Any) -> tuple[Json, dict[str, Json]]:
    answer = await caller.get("/today", **query)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body, {each["section"]: each for each in body["sections"]}


def titles(section: Json) -> list[str]:
    return [each["title"] for each in section["items"]]


async def add(caller: Caller, title: str, **members: object) -> Json:
    answer = await caller.post("/tasks", {"title": title} | members)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def test_days_are_those_of_the_zone_and_each_section_is_a_list(
    cell: Running, alice: Caller, bob: Caller
) -> None:
    now = datetime.now(UTC)
    days = [(now + timedelta(days=number)).date() for number in range(-2, 11)]
    for each in days:
        await add(alice, each.isoformat(), dueOn=each.isoformat())
    passed, soon = now - timedelta(hours=1), now + timedelta(hours=2)
    for title, moment in (("passed", passed), ("soon", soon)):
        await add(alice, title, dueAt=moment.isoformat(timespec="seconds"))
    await add(alice, "some day")
    await add(alice, "is done", dueOn=days[0].isoformat(), status="done")
    await add(bob, "is his", dueOn=days[0].isoformat())

    for zone in ZONES:
        before = datetime.now(ZoneInfo(zone)).date()
        body, sections = await today(alice, tz=zone)
        here = date.fromisoformat(body["date"])
        assert here in (before, datetime.now(ZoneInfo(zone)).date())
        assert (body["scope"], body["tz"]) == ("own", zone)
        soon_on = soon.astimezone(ZoneInfo(zone)).date()
        expected = {
            "overdue": {each.isoformat() for each in days if each < here} | {"passed"},
            "today": {here.isoformat()} | ({"soon"} if soon_on == here else set()),
            "week": {each.isoformat() for each in days if here < each <= here + timedelta(days=7)}
            | ({"soon"} if soon_on > here else set()),
        }
        found = {name: set(titles(sections[name])) for name in expected}
        assert found == expected
        for section in sections.values():
            query: Any = {name: section[name] or "" for name in ("filter", "sort", "embed")}
            listed = await alice.get(
                section["resource"], **query, tz=zone, pageSize=10, withTotal="true"
            )
            assert listed.json()["data"] == section["items"]
            assert listed.json()["total"] == section["count"]


async def test_a_row_says_for_whom_and_for_which_deal(alice: Caller) -> None:
    customer = await alice.customer(name="云帆科技")
    deal = await alice.opportunity(customer, title="年度采购")
    await add(alice, "回电", dueOn="2025-01-01", opportunityId=deal["opportunityId"])
    _, sections = await today(alice)
    [row] = sections["overdue"]["items"]
    assert (row["customer"]["name"], row["opportunity"]["title"]) == ("云帆科技", "年度采购")


async def test_deals_that_should_close_or_are_stuck(cell: Running, alice: Caller) -> None:
    customer = await alice.customer()
    late = await alice.opportunity(customer, title="late", expectedCloseOn="2025-01-01")
    await alice.opportunity(customer, title="far", expectedCloseOn="2999-01-01")
    won = await alice.opportunity(customer, title="won", expectedCloseOn="2025-01-01")
    await alice.patch(f"/opportunities/{won['opportunityId']}", {"stage": 5})
    cell.change(
        "UPDATE opportunities SET stage_since = 1735689600000 WHERE id IN"
        f" ('{late['opportunityId']}', '{won['opportunityId']}')"
    )
    _, sections = await today(alice)
    assert (titles(sections["closing"]), titles(sections["stuck"])) == (["late"], ["late"])
    _, sections = await today(alice, stuckDays=3650)
    assert titles(sections["stuck"]) == []


async def test_each_stage_has_its_own_limit_unless_the_request_names_one(
    cell: Running, alice: Caller
) -> None:
    customer = await alice.customer()
    days = {"at 14": (2, 16), "within 21": (3, 16), "at 21": (3, 22)}
    for title, (stage, since) in days.items():
        deal = await alice.opportunity(customer, title=title)
        await alice.patch(f"/opportunities/{deal['opportunityId']}", {"stage": stage})
        at = int(time.time() * 1000) - since * 86_400_000
        cell.change(f"UPDATE opportunities SET stage_since = {at} WHERE title = '{title}'")
    _, sections = await today(alice)
    assert titles(sections["stuck"]) == ["at 21", "at 14"]
    assert sections["stuck"]["filter"] == "ownerId = me and status = 1 and stuck = true"
    _, sections = await today(alice, stuckDays=15)
    assert set(titles(sections["stuck"])) == set(days)


async def test_customers_that_nobody_has_spoken_to(
    cell: Running, acme: Caller, alice: Caller
) -> None:
    old, fresh, never, _ = [await alice.customer(name=name) for name in "旧鲜无新"]
    for customer, at in ((old, "2025-01-01T00:00:00Z"), (fresh, None)):
        more = {} if at is None else {"followedAt": at}
        await alice.follow_up(customerId=customer["customerId"], **more)
    cell.change(
        "UPDATE customers SET id = '01922222-0000-7000-8000-000000000000', created_at ="
        f" 1726000000000 WHERE id = '{never['customerId']}'"
    )
    names = {}
    for caller in (alice, acme):
        _, sections = await today(caller, quietDays=60)
        names[caller.tenant, caller.user] = [each["name"] for each in sections["quiet"]["items"]]
    assert names == {("acme", "alice"): ["旧", "无"], ("acme", None): ["旧"]}


async def test_whose_day_it_is(
    acme: Caller,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "_SHOWN", 1)
    monkeypatch.setattr(service, "_MOST_COUNTED", 2)
    for caller in (alice, bob):
        for number in range(2):
            await add(caller, f"{caller.user} {number}", dueOn=f"2025-01-0{number + 1}")
    await add(acme, "nobody's", dueOn="2025-01-01")

    body, sections = await today(acme)
    assert (body["scope"], sections["overdue"]["count"]) == ("all", 2)
    assert sections["overdue"]["countIsMinimum"] is True
    _, sections = await today(acme, scope="user:bob")
    assert (titles(sections["overdue"]), sections["overdue"]["count"]) == (["bob 0"], 2)
    assert "countIsMinimum" not in sections["overdue"]
    _, sections = await today(bob, scope="user:bob")
    assert titles(sections["overdue"]) == ["bob 0"]
    for caller in (alice, bob):
        _, sections = await today(caller)
        assert titles(sections["overdue"]) == [f"{caller.user} 0"]
    _, sections = await today(charlie)
    assert sections["overdue"]["count"] == 0

    refused(await alice.get("/today", scope="all"), 403, "FORBIDDEN")
    refused(await alice.get("/today", scope="user:bob"), 403, "FORBIDDEN")
    assert faults(await acme.get("/today", scope="own")) == {("scope", "value")}
    for wrong in ("mine", "user:", "user: bob"):
        assert faults(await acme.get("/today", scope=wrong)) == {("scope", "value")}
    assert faults(await acme.get("/today", tz="Mars/Base")) == {("tz", "value")}
    assert faults(await acme.get("/today", stuckDays="0")) == {("stuckDays", "too_small")}


async def test_customers_that_somebody_else_has_assigned(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    await alice.customer(name="her own")
    await acme.customer(name="made for her", ownerId="alice")
    moved = await acme.customer(name="moved", ownerId="bob")
    back = await alice.customer(name="there and back")
    for customer, owner in ((moved, "alice"), (back, "bob")):
        await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": owner})
    old = await acme.customer(name="of last week", ownerId="alice")
    cell.change("UPDATE customers SET assigned_at = 1 WHERE id = ?", old["customerId"])

    async def names(caller: Caller) -> tuple[int, list[str]]:
        found = (await today(caller))[1]["newlyAssigned"]
        return found["count"], [each["name"] for each in found["items"]]

    assert await names(alice) == (2, ["moved", "made for her"])
    await acme.post("/handover", {"fromUserId": "bob", "to": [{"userId": "alice"}]})
    assert await names(alice) == (3, ["there and back", "moved", "made for her"])
