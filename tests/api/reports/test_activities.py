"""GET /reports/activities."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_cell.reports import store
from tests.world import Caller, Json, Running, faults, refused

NOTHING = {
    "followUps": 0,
    "calls": 0,
    "visits": 0,
    "emails": 0,
    "meetings": 0,
    "wechats": 0,
    "others": 0,
    "customersTouched": 0,
    "newCustomers": 0,
    "tasksDone": 0,
}


def figures(row: Json) -> Json:
    """Those that are not 0."""
    return {name: value for name, value in row.items() if value != 0}


async def report(caller: Caller, **query: Any) -> Json:
    answer = await caller.get("/reports/activities", **query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_who_did_what_and_when(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    first, second = await alice.customer(), await alice.customer()
    of_bob = await bob.customer()
    for caller, customer, kind, at in [
        (alice, first, "call", "2026-11-02T01:00:00Z"),
        (alice, first, "visit", "2026-11-02T15:59:59Z"),
        (alice, second, "call", "2026-11-02T16:00:00Z"),
        (acme, of_bob, "email", "2026-11-09T00:00:00Z"),
        (bob, of_bob, "wechat", "2026-11-01T15:00:00Z"),
        (alice, first, "meeting", "2026-12-31T00:00:00Z"),
    ]:
        noted = await caller.follow_up(customerId=customer["customerId"], followUpType=kind)
        moment = int(datetime.fromisoformat(at).timestamp() * 1000)
        cell.change(
            f"UPDATE follow_ups SET followed_at = {moment} WHERE id = '{noted['followUpId']}'"
        )
    gone = await alice.follow_up(customerId=first["customerId"])
    await alice.delete(f"/follow-ups/{gone['followUpId']}")
    await charlie.follow_up()
    task = (await bob.post("/tasks", {"title": "回电"})).json()
    await bob.patch(f"/tasks/{task['taskId']}", {"status": "done"})

    november = {"from": "2026-10-31T16:00:00Z", "to": "2026-11-09T16:00:00Z"}
    by_user = await report(acme, **november)
    assert by_user["data"] == [
        NOTHING
        | {"followUps": 3, "calls": 2, "visits": 1, "customersTouched": 2, "userId": "alice"},
        NOTHING | {"followUps": 1, "wechats": 1, "customersTouched": 1, "userId": "bob"},
        NOTHING | {"followUps": 1, "emails": 1, "customersTouched": 1, "userId": None},
    ]
    # A customer whom two have followed up is one customer.
    assert figures(by_user["total"]) == {
        "followUps": 5,
        "calls": 2,
        "visits": 1,
        "emails": 1,
        "wechats": 1,
        "customersTouched": 3,
    }
    assert (by_user["from"], by_user["to"]) == (
        "2026-10-31T16:00:00.000Z",
        "2026-11-09T16:00:00.000Z",
    )
    # The days are those of the zone.
    by_day = await report(acme, **november, groupBy="day", ownerId="alice")
    assert [(row["firstDay"], row["followUps"], row["customersTouched"]) for row in by_day["data"]][
        :4
    ] == [("2026-11-01", 0, 0), ("2026-11-02", 2, 1), ("2026-11-03", 1, 1), ("2026-11-04", 0, 0)]
    assert len(by_day["data"]) == 9
    in_utc = await report(acme, **november, groupBy="day", ownerId="alice", tz="UTC")
    assert [row["followUps"] for row in in_utc["data"]] == [0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
    by_week = await report(acme, **november, groupBy="week")
    assert [(row["firstDay"], row["followUps"]) for row in by_week["data"]] == [
        ("2026-10-26", 1),
        ("2026-11-02", 3),
        ("2026-11-09", 1),
    ]
    year = {"from": "2025-12-31T16:00:00Z", "to": "2026-12-31T16:00:00Z"}
    by_month = await report(alice, **year, groupBy="month")
    assert [row["followUps"] for row in by_month["data"]] == [0] * 10 + [3, 1]
    # Alice sees what she did, and nobody else's.
    assert [row["userId"] for row in (await report(alice, **november))["data"]] == ["alice"]

    # By default it is the current week, with the customers and tasks of just now.
    now = await report(acme)
    assert {row["userId"]: figures(row) for row in now["data"]} == {
        "alice": {"userId": "alice", "newCustomers": 2},
        "bob": {"userId": "bob", "newCustomers": 1, "tasksDone": 1},
    }
    assert datetime.fromisoformat(now["to"]) - datetime.fromisoformat(now["from"]) == timedelta(7)
    assert now["from"] <= datetime.now(UTC).isoformat() <= now["to"]

    for query, fault in [
        ({"from": "2026-11-01T00:00:00Z"}, ("to", "required")),
        ({"from": november["to"], "to": november["from"]}, ("to", "value")),
        (year | {"groupBy": "day"}, ("to", "value")),
        ({"groupBy": "team"}, ("groupBy", "not_one_of")),
        ({"tz": "Mars"}, ("tz", "value")),
    ]:
        answer = await acme.send("GET", "/reports/activities", params=query)
        assert faults(answer) == {fault}


async def test_what_reads_too_much_is_refused(
    acme: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement has any time."""
    monkeypatch.setattr(store, "SECONDS", 0.0)
    refused(await acme.get("/reports/activities"), 400, "QUERY_TOO_BROAD")
    refused(await acme.get("/reports/funnel", mode="cohort"), 400, "QUERY_TOO_BROAD")
    assert (await acme.get("/reports/funnel")).status_code == 200
