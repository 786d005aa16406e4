"""The wall clock is set back by an hour: times follow it, ids go on rising, ETags go on changing.

Times used to stand still until the clock had caught up: an hour of records had one `createdAt`.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from crm_cell.kernel.clock import format_time, parse_time
from tests.world import Caller, Running, audit, events

HOUR = 3_600_000
Setting = Callable[[int], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Setting:
    """By so many milliseconds from the real one."""
    real = time.time_ns

    def set_by(milliseconds: int) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: real() + milliseconds * 1_000_000)

    return set_by


async def test_times_follow_the_clock_and_ids_rise(
    acme: Caller, cell: Running, set_clock: Setting
) -> None:
    before = await acme.customer()
    set_clock(-HOUR)
    made = [await acme.customer() for _ in range(3)]
    for customer in made:
        assert parse_time(customer["createdAt"]) < parse_time(before["createdAt"]) - HOUR + 60_000
    listed = [row["customerId"] for row in await acme.rows("/customers")]
    assert listed == [each["customerId"] for each in reversed([before, *made])]
    assert listed == sorted(listed, reverse=True)
    assert [row["resourceId"] for row in audit(cell)] == listed[::-1]


async def test_an_etag_changes_with_each_change(acme: Caller, set_clock: Setting) -> None:
    customer = await acme.customer()
    path = f"/customers/{customer['customerId']}"
    set_clock(-HOUR)
    tags, times = ['"1"'], [customer["updatedAt"]]
    for name in ("One", "Two"):
        answer = await acme.patch(path, {"name": name}, headers={"If-Match": tags[-1]})
        assert answer.status_code == 200
        tags.append(answer.headers["etag"])
        times.append(answer.json()["updatedAt"])
    assert tags == ['"1"', '"2"', '"3"']
    assert times[1] < times[0]
    stale = await acme.patch(path, {"name": "Three"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


async def test_pages_by_cursor_hold_every_row_once(acme: Caller, set_clock: Setting) -> None:
    made = [(await acme.customer())["customerId"] for _ in range(3)]
    set_clock(-HOUR)
    made += [(await acme.customer())["customerId"] for _ in range(3)]
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        answer = (await acme.get("/customers", pageSize=2, **cursor)).json()
        seen += [row["customerId"] for row in answer["data"]]
        if answer["nextCursor"] is None:
            break
        cursor = {"cursor": answer["nextCursor"]}
    assert seen == made[::-1]


async def test_a_range_of_times_finds_what_was_done_then(acme: Caller, set_clock: Setting) -> None:
    now = time.time_ns() // 1_000_000
    customer = await acme.customer()
    set_clock(-HOUR)
    await acme.opportunity(customer)
    then: dict[str, Any] = {
        "from_": format_time(now - HOUR - 60_000),
        "to": format_time(now - HOUR + 60_000),
    }
    around_now: dict[str, Any] = {
        "from_": format_time(now - 60_000),
        "to": format_time(now + 60_000),
    }
    found, totals, opportunities = [], [], []
    for times in (then, around_now):
        entries = (await acme.get("/audit-logs", **times)).json()
        found.append([row["resourceType"] for row in entries["data"]])
        totals.append(entries["total"])
        opportunities.append((await acme.get("/reports/funnel", **times)).json()["totalCount"])
    assert (found, totals) == ([["opportunity"], ["customer"]], [1, 1])
    assert opportunities == [1, 0]


async def test_a_retry_from_before_is_still_answered(acme: Caller, set_clock: Setting) -> None:
    body = {"name": "Once"}
    first = await acme.post("/customers", body, key="before")
    set_clock(-HOUR)
    again = await acme.post("/customers", body, key="before")
    assert (again.status_code, again.content) == (201, first.content)


async def test_events_are_delivered_in_the_order_of_their_ids(
    acme: Caller, cell: Running, set_clock: Setting
) -> None:
    await acme.customer()
    set_clock(-HOUR)
    await acme.customer()
    told = [event["eventId"] for event in events(cell)]
    assert told == sorted(told)
