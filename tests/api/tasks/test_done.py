"""Tasks agree in what they refer to, repeat, and are closed with what came of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


async def task(caller: Caller, **members: object) -> Json:
    answer = await caller.post("/tasks", {"title": "回电确认报价"} | members)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def strangers(caller: Caller) -> dict[str, str]:
    customer = await caller.customer()
    return {
        "customerId": customer["customerId"],
        "opportunityId": (await caller.opportunity(customer))["opportunityId"],
        "contractId": (await caller.contract(customer))["contractId"],
        "contactId": (await caller.contact(customer))["contactId"],
    }


def day(after: int) -> str:
    return (datetime.now(UTC) + timedelta(days=after)).date().isoformat()


async def test_what_a_task_refers_to_belongs_to_one_customer(cell: Running, acme: Caller) -> None:
    ours, other = await acme.customer(), await acme.customer()
    deal, contract = await acme.opportunity(ours), await acme.contract(other)
    contact = await acme.contact(ours)
    note = await acme.follow_up(customerId=other["customerId"])
    made = await task(acme, opportunityId=deal["opportunityId"], contactId=contact["contactId"])
    assert made["customerId"] == ours["customerId"]
    assert (await task(acme))["customerId"] is None

    path = f"/tasks/{made['taskId']}"
    async with nothing_changes(cell, {"idempotency_keys"}):
        for wrong in (
            {"contractId": contract["contractId"]},
            {"followUpId": note["followUpId"]},
            {"customerId": other["customerId"]},
        ):
            both = {"title": "x", "opportunityId": deal["opportunityId"]} | wrong
            refused(await acme.post("/tasks", both), 400, "BUSINESS_RULE_VIOLATION")
            refused(await acme.patch(path, wrong), 400, "BUSINESS_RULE_VIOLATION")
        # The customer follows from the opportunity that stays: nothing to change.
        kept = await acme.patch(path, {"customerId": None})
        assert (kept.status_code, kept.json()) == (200, made)
    moved = {"customerId": other["customerId"], "opportunityId": None, "contactId": None}
    assert (await acme.patch(path, moved)).json()["customerId"] == other["customerId"]


async def test_closing_a_task_notes_what_came_of_it_and_plans_the_next(
    cell: Running, acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    strange_records = [await strangers(bob), await strangers(charlie)]
    customer = await alice.customer()
    contact = await alice.contact(customer)
    made = await task(
        alice, customerId=customer["customerId"], contactId=contact["contactId"], kind="call"
    )
    path = f"/tasks/{made['taskId']}/done"
    wrong: Json = {
        "followUp": {"followUpType": "call"},
        "next": {"dueOn": "2020-01-01", "status": "done", "colour": 1},
    }
    async with nothing_changes(cell):
        assert faults(await alice.post(path, wrong)) == {
            ("followUp.content", "required"),
            ("next.status", "unknown"),
            ("next.colour", "unknown"),
        }
        late = {"next": {"dueOn": "2020-01-01"}}
        assert faults(await alice.post(path, late)) == {("next.dueOn", "value")}
        for strange in strange_records:
            for member, value in strange.items():
                for wrong in (
                    {"next": {member: value}},
                    {"followUp": {"content": "x", member: value}},
                ):
                    if member != "contractId" or "next" in wrong:
                        refused(await alice.post(path, wrong), 400, "BUSINESS_RULE_VIOLATION")
        assert faults(await alice.post(path, {}, tz="Mars/Base")) == {("tz", "value")}

    body: Json = {
        "followUp": {"content": "价格已确认", "followUpType": "call"},
        "next": {"title": "送合同", "kind": "visit", "dueOn": day(3)},
    }
    answer = await alice.post(path, body, "one-tap")
    assert answer.status_code == 200, answer.text
    closed, note, following = (answer.json()[name] for name in ("task", "followUp", "next"))
    assert (closed["status"], closed["doneBy"], closed["followUpId"]) == (
        "done",
        "alice",
        note["followUpId"],
    )
    assert (note["customerId"], note["contactId"], note["content"]) == (
        customer["customerId"],
        contact["contactId"],
        "价格已确认",
    )
    assert {
        name: following[name] for name in ("title", "kind", "dueOn", "due", "origin", "status")
    } == {
        "title": "送合同",
        "kind": "visit",
        "dueOn": day(3),
        "due": day(3),
        "origin": "nextContact",
        "status": "open",
    }
    assert (following["customerId"], following["assigneeId"]) == (customer["customerId"], "alice")
    written = [each for each in audit(cell) if each["requestId"] == "one-tap"]
    assert [(each["action"], each["resourceType"]) for each in written] == [
        ("created", "follow_up"),
        ("updated", "task"),
        ("created", "task"),
    ]
    assert len(events(cell, event_type="crm.task.created")) == 2

    async with nothing_changes(cell):
        assert (await alice.post(path, body, "one-tap")).json() == answer.json()
        refused(await alice.post(path, {}), 409, "CONFLICT")
    reopened = await alice.patch(f"/tasks/{made['taskId']}", {"status": "open"})
    assert (reopened.json()["doneAt"], reopened.json()["doneBy"]) == (None, None)
    assert (await alice.post(path, {})).json()["next"] is None
    bare = (await acme.get(f"/tasks/{made['taskId']}")).json()
    assert (bare["status"], bare["followUpId"]) == ("done", note["followUpId"])


async def test_a_task_that_repeats_plans_its_next_occurrence(
    cell: Running, acme: Caller, alice: Caller, bob: Caller
) -> None:
    refused(
        await acme.post("/tasks", {"title": "x", "repeat": "daily"}), 400, "BUSINESS_RULE_VIOLATION"
    )
    customer = await acme.customer(ownerId="alice")
    deal = await acme.opportunity(customer, ownerId="alice")
    weekly = await task(
        acme,
        dueOn=day(2),
        remindAt=f"{day(1)}T01:00:00Z",
        repeat="weekly",
        opportunityId=deal["opportunityId"],
        assigneeId="bob",
    )
    await alice.delete(f"/opportunities/{deal['opportunityId']}")
    # Alice sees it by her customer; it stays Bob's, who does not see the customer.
    answer = await alice.patch(f"/tasks/{weekly['taskId']}", {"status": "done"})
    assert (answer.json()["status"], answer.json()["repeat"]) == ("done", None)
    [following, _] = await bob.rows("/tasks")
    assert {
        name: following[name] for name in ("dueOn", "remindAt", "repeat", "origin", "status")
    } == {
        "dueOn": day(9),
        "remindAt": f"{day(8)}T01:00:00.000Z",
        "repeat": "weekly",
        "origin": "rule",
        "status": "open",
    }
    assert (following["customerId"], following["opportunityId"]) == (customer["customerId"], None)
    assert following["assigneeId"] == "bob"
    # Ticked twice by mistake: the repetition has passed on, so there is no second one.
    await bob.patch(f"/tasks/{weekly['taskId']}", {"status": "open"})
    await bob.patch(f"/tasks/{weekly['taskId']}", {"status": "done"})
    assert len(await bob.rows("/tasks")) == 2
    # Its next occurrence is Bob's to move, and the series his to end.
    done = await bob.post(f"/tasks/{following['taskId']}/done", {"next": {"dueOn": day(11)}})
    moved = done.json()["next"]
    assert (moved["dueOn"], moved["repeat"], moved["assigneeId"]) == (day(11), "weekly", "bob")
    await bob.patch(f"/tasks/{moved['taskId']}", {"status": "done", "repeat": None})
    assert len(await bob.rows("/tasks")) == 3


async def test_a_late_repetition_goes_on_today_in_the_zone_of_who_closes_it(acme: Caller) -> None:
    for zone in (
        "America/Los_Angeles",
        "UTC",
        "Asia/Kolkata",
        "Asia/Shanghai",
        "Pacific/Kiritimati",
    ):
        late = await task(acme, dueOn="2025-01-06", repeat="daily")
        before = datetime.now(ZoneInfo(zone)).date()
        answer = await acme.post(f"/tasks/{late['taskId']}/done", {}, tz=zone)
        after = datetime.now(ZoneInfo(zone)).date()
        assert answer.json()["next"]["dueOn"] in {before.isoformat(), after.isoformat()}
        weekly = await task(acme, dueOn="2025-01-06", repeat="weekly")
        answer = await acme.post(f"/tasks/{weekly['taskId']}/done", {}, tz=zone)
        due = date.fromisoformat(answer.json()["next"]["dueOn"])
        assert due.weekday() == 0
        assert before <= due < after + timedelta(days=7)


async def test_monthly_tasks_keep_to_their_day_and_times_to_their_hour(acme: Caller) -> None:
    later = datetime.now(UTC).year + 1
    monthly = await task(acme, dueOn=f"{later}-01-31", repeat="monthly")
    answer = await acme.post(f"/tasks/{monthly['taskId']}/done", {})
    last = 29 if later % 4 == 0 else 28
    assert answer.json()["next"]["dueOn"] == f"{later}-02-{last}"
    # Clocks go forward in New York on the second Sunday of March: 9 o'clock stays 9 o'clock.
    march = datetime(later, 3, 1, tzinfo=UTC)
    sunday = march + timedelta(days=(6 - march.weekday()) % 7 + 7)
    before = sunday - timedelta(days=1)
    daily = await task(acme, dueAt=f"{before.date()}T14:00:00Z", repeat="daily")
    answer = await acme.post(f"/tasks/{daily['taskId']}/done", {}, tz="America/New_York")
    assert answer.json()["next"]["dueAt"] == f"{sunday.date()}T13:00:00.000Z"
    end = await task(acme, dueOn="9999-12-31", repeat="daily")
    assert (await acme.post(f"/tasks/{end['taskId']}/done", {})).json()["next"] is None
