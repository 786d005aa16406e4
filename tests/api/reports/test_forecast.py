"""GET /reports/forecast, against the goals."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.world import Caller, Json, Running, faults, nothing_changes, refused


def when(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


async def report(caller: Caller, **query: Any) -> Json:
    answer = await caller.get("/reports/forecast", **query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def brief(row: Json) -> Json:
    """Without what is 0, and without filters."""
    return {name: value for name, value in row.items() if value != 0 and name != "filters"}


async def goal(caller: Caller, **members: Any) -> Json:
    answer = await caller.post("/goals", members)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def closed(cell: Running, deal: Json, at: str) -> None:
    cell.change(
        f"UPDATE opportunities SET closed_at = {when(at)} WHERE id = '{deal['opportunityId']}'"
    )


async def test_goals_and_deals_by_month_and_by_owner(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    hers, his = await alice.customer(), await bob.customer()
    for user, period, cents in (
        ("alice", "2026-10", 1000),
        ("alice", "2026-12", 2000),
        ("alice", "2026-12", 500),
        ("bob", "2026-11", 700),
        ("alice", "2027-01", 9000),
    ):
        await goal(acme, userId=user, period=period, amountCents=cents)
    await goal(acme, userId="bob", period="2026-10", kind="received", amountCents=10**6)
    gone = await goal(acme, userId="bob", period="2026-10", amountCents=10**6)
    await acme.delete(f"/goals/{gone['goalId']}")
    await goal(charlie, userId="alice", period="2026-10", amountCents=10**6)

    # The last millisecond of September is not October's, in the zone of the caller.
    for at, cents in (
        ("2026-09-30T15:59:59.999Z", 1),
        ("2026-09-30T16:00:00Z", 300),
        ("2026-12-31T15:59:59Z", 40),
    ):
        await closed(cell, await alice.opportunity(hers, stage=5, amountCents=cents), at)
    await closed(cell, await bob.opportunity(his, stage=6, amountCents=8), "2026-10-05T00:00:00Z")
    for caller, customer, members in (
        (alice, hers, {"expectedCloseOn": "2026-10-01", "amountCents": 999, "stage": 3}),
        (alice, hers, {"expectedCloseOn": "2099-12-31", "amountCents": 50}),
        (alice, hers, {"expectedCloseOn": "2026-12-31", "amountCents": 100, "probability": 90}),
        (bob, his, {"expectedCloseOn": "2026-11-01", "amountCents": 10, "currency": "USD"}),
        (alice, hers, {"expectedCloseOn": "2026-12-01", "amountCents": 77, "stage": 5}),
        (alice, hers, {"amountCents": 77}),
    ):
        deal = await caller.opportunity(customer, **members)
        if deal["stage"] == 5:
            await closed(cell, deal, "2026-08-01T00:00:00Z")

    found = await report(acme, period="2026Q4")
    assert (found["period"], found["firstDay"], found["lastDay"]) == (
        "2026Q4",
        "2026-10-01",
        "2026-12-31",
    )
    rows = {(row["period"], row["currency"]): row for row in found["data"]}
    assert [*rows] == [
        (period, currency)
        for period in ("2026-10", "2026-11", "2026-12")
        for currency in ("CNY", "USD")
    ]
    october = rows["2026-10", "CNY"]
    assert brief(october) == {
        "period": "2026-10",
        "currency": "CNY",
        "targetCents": 1000,
        "wonCount": 1,
        "wonCents": 300,
        "openCount": 1,
        "openCents": 999,
        "weightedCents": 399,
        "slippedCount": 1,
        "slippedCents": 999,
    }
    assert brief(rows["2026-11", "CNY"]) == {
        "period": "2026-11",
        "currency": "CNY",
        "targetCents": 700,
    }
    assert {
        name: rows["2026-12", "CNY"][name]
        for name in ("targetCents", "wonCents", "openCents", "weightedCents")
    } == {
        "targetCents": 2500,
        "wonCents": 40,
        "openCents": 100,
        "weightedCents": 90,
    }
    usd = rows["2026-11", "USD"]
    assert (usd["openCents"], usd["weightedCents"]) == (10, 1)
    # A quarter is the sum of its months.
    [in_yuan, in_dollars] = found["totals"]
    for name in ("targetCents", "wonCents", "openCents", "weightedCents", "slippedCents"):
        assert in_yuan[name] == sum(row[name] for key, row in rows.items() if key[1] == "CNY")
    assert (in_yuan["targetCents"], in_dollars["openCount"]) == (4200, 1)

    # Each figure names the list of its deals.
    for name, count in (("won", "wonCount"), ("open", "openCount"), ("slipped", "slippedCount")):
        for row in found["data"]:
            listed = await acme.rows("/opportunities", filter=row["filters"][name])
            assert len(listed) == row[count], (row, name)
    by_owner = await report(acme, period="2026Q4", groupBy="owner")
    assert [(row["ownerId"], row["currency"], row["targetCents"]) for row in by_owner["data"]] == [
        ("alice", "CNY", 3500),
        ("bob", "CNY", 700),
        ("bob", "USD", 0),
    ]
    assert by_owner["totals"] == found["totals"]
    for row in by_owner["data"]:
        listed = await acme.rows("/opportunities", filter=row["filters"]["open"])
        assert len(listed) == row["openCount"]
    in_utc = await report(acme, period="2026-10", tz="UTC")
    assert [row["wonCents"] for row in in_utc["data"]] == [0]

    # Each sees their own; a user or a currency narrows.
    assert (await report(bob, period="2026Q4"))["totals"][0]["targetCents"] == 700
    only = await report(acme, period="2026", ownerId="alice", currency="CNY")
    assert (len(only["data"]), only["totals"][0]["targetCents"]) == (12, 3500)
    nothing = await report(acme, period="2031-02", currency="EUR")
    assert [brief(row) for row in nothing["data"]] == [{"period": "2031-02", "currency": "EUR"}]
    this_quarter = await report(acme)
    assert len(this_quarter["data"]) in (3, 6)
    assert this_quarter["firstDay"] <= datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()

    for query, fault in (
        ({"period": "2026Q5"}, ("period", "value")),
        ({"period": "2026-13"}, ("period", "value")),
        ({"period": "1969"}, ("period", "value")),
        ({"groupBy": "team"}, ("groupBy", "not_one_of")),
        ({"tz": "x"}, ("tz", "value")),
    ):
        answer = await acme.send("GET", "/reports/forecast", params=query)
        assert faults(answer) == {fault}


async def test_a_goal_is_of_one_month_and_no_less_than_nothing(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    made = await goal(acme, userId="alice", period="2026-11", amountCents=5, remark="含续约")
    assert (made["kind"], made["currency"], made["remark"]) == ("won", "CNY", "含续约")
    async with nothing_changes(cell):
        for members, fault in (
            ({"period": "2026-11-01"}, ("period", "not_a_month")),
            ({"period": "2026-13"}, ("period", "not_a_month")),
            ({"amountCents": -1}, ("amountCents", "too_small")),
            ({"kind": "other"}, ("kind", "not_one_of")),
        ):
            body = {"period": "2026-11", "amountCents": 1} | members
            assert faults(await acme.post("/goals", body)) == {fault}
        refused(await bob.get(f"/goals/{made['goalId']}"), 404, "NOT_FOUND")
        patch = await alice.patch(f"/goals/{made['goalId']}", {"userId": "bob"})
        refused(patch, 403, "FORBIDDEN")
