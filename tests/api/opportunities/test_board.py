"""GET /opportunities/board."""

from typing import Any

from tests.api.opportunities.test_deals import at_stage_for
from tests.world import Caller, Json, Running, faults, refused


async def board(caller: Caller, **query: Any) -> dict[int, Json]:
    answer = await caller.get("/opportunities/board", **query)
    assert answer.status_code == 200, answer.text
    return {column["stage"]: column for column in answer.json()["data"]}


def titles(column: Json) -> list[str]:
    return [card["title"] for card in column["data"]]


async def rest_of(caller: Caller, column: Json, **query: Any) -> list[str]:
    """What the list gives from the column's cursor on."""
    found: list[str] = []
    cursor = column["nextCursor"]
    while cursor is not None:
        answer = await caller.get(
            "/opportunities",
            filter=column["filter"],
            sort=column["sort"],
            cursor=cursor,
            pageSize=2,
            **query,
        )
        assert answer.status_code == 200, answer.text
        found += [row["title"] for row in answer.json()["data"]]
        cursor = answer.json()["nextCursor"]
    return found


async def test_a_column_for_each_stage_with_sums_cards_and_a_cursor(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    customer = await alice.customer(name="杭州云图")
    deals: dict[str, Json] = {
        "b": {"stage": 3, "expectedCloseOn": "2026-12-02", "amountCents": 333},
        "a": {"stage": 3, "expectedCloseOn": "2026-12-01", "amountCents": 2**63 - 1},
        "d": {"stage": 3, "amountCents": 1000, "probability": 90},
        "c": {"stage": 3, "expectedCloseOn": "2027-01-31", "amountCents": 500, "currency": "USD"},
        "e": {"stage": 3, "amountCents": 0},
        "won": {"stage": 5, "amountCents": 700, "probability": 10},
        "lost": {"stage": 6, "amountCents": 900},
    }
    for title, members in deals.items():
        await alice.opportunity(customer, title=title, **members)
    of_bob = await bob.opportunity(await bob.customer(), title="f", stage=3, amountCents=50)
    at_stage_for(cell, of_bob, 30.5)
    await charlie.opportunity(await charlie.customer(), stage=3)

    hers = await board(alice, limit=2)
    assert [(stage, column["count"]) for stage, column in hers.items()] == [
        (1, 0),
        (2, 0),
        (3, 5),
        (4, 0),
        (5, 1),
        (6, 1),
    ]
    third = hers[3]
    head = {name: third[name] for name in ("stageName", "status", "probability", "stuckAfterDays")}
    assert head == {"stageName": "方案报价", "status": 1, "probability": 40, "stuckAfterDays": 21}
    # Each amount by its own probability, or the stage's; never two currencies in one sum.
    assert third["sums"] == [
        {
            "currency": "CNY",
            "count": 4,
            "totalAmountCents": 2**63 - 1 + 1333,
            "weightedAmountCents": ((2**63 - 1 + 333) * 40 + 1000 * 90) // 100,
        },
        {"currency": "USD", "count": 1, "totalAmountCents": 500, "weightedAmountCents": 200},
    ]
    assert [hers[stage]["sums"][0]["weightedAmountCents"] for stage in (5, 6)] == [700, 0]
    assert (titles(third), third["sort"]) == (["a", "b"], "expectedCloseOn")
    assert await rest_of(alice, third) == ["c", "d", "e"]
    assert (titles(hers[1]), hers[1]["nextCursor"]) == ([], None)
    card = third["data"][0]
    detail = (await alice.get(f"/opportunities/{card['opportunityId']}")).json()
    beside = {"customerName": "杭州云图", "daysAtStage": 0, "stuck": False, "nextTask": None}
    assert card == detail | beside

    # A filter of the list, as text and as JSON, gives the same sums as no filter that leaves out
    # nothing, and the same set as the list.
    everything = await board(acme)
    assert everything[3]["count"] == 6
    kept = await board(acme, filter="amountCents >= 0")
    assert {stage: column["sums"] for stage, column in kept.items()} == {
        stage: column["sums"] for stage, column in everything.items()
    }
    as_json = '{"field": "stuck", "op": "=", "value": true}'
    for text in ("stuck = true", as_json):
        stuck = await board(acme, filter=text)
        assert (titles(stuck[3]), stuck[3]["count"], stuck[5]["count"]) == (["f"], 1, 0)
        assert (stuck[3]["data"][0]["stuck"], stuck[3]["data"][0]["daysAtStage"]) == (True, 30)
    some = await board(
        acme, filter='expectedCloseOn is empty or currency = "USD"', sort="-amountCents", limit=1
    )
    assert titles(some[3]) + await rest_of(acme, some[3]) == ["d", "c", "f", "e"]
    assert titles((await board(bob))[3]) == ["f"]
    english = await acme.get("/opportunities/board", headers={"Accept-Language": "en"})
    assert english.json()["data"][0]["stageName"] == "First contact"

    # Faults are told at their place in the filter that was asked for.
    bad = refused(await acme.get("/opportunities/board", filter="amount = 1"), 400, "BAD_REQUEST")
    assert [(each["field"], each["code"], each["offset"]) for each in bad["errors"]] == [
        ("filter", "unknown_field", 0)
    ]
    deep = 'title ^= "a" or (stage = 1 and (stage = 2 or (stage = 3 and stage = 4)))'
    assert faults(await acme.get("/opportunities/board", filter=deep)) == {("filter", "too_deep")}
    answer = await acme.get("/opportunities/board", limit=101, sort="stuck", tz="x", page=2)
    assert faults(answer) == {("limit", "too_large"), ("page", "unknown")}
    answer = await acme.get("/opportunities/board", sort="stuck", tz="x")
    assert faults(answer) == {("sort", "not_sortable"), ("tz", "value")}


async def test_a_card_has_the_open_task_that_is_due_first_of_those_that_the_caller_reads(
    acme: Caller, alice: Caller, bob: Caller
) -> None:
    customer = await alice.customer()
    deal = await alice.opportunity(customer, title="a")
    quiet = await alice.opportunity(customer, title="b")

    async def next_tasks(caller: Caller) -> dict[str, Json | None]:
        columns = await board(caller)
        return {card["title"]: card["nextTask"] for card in columns[1]["data"]}

    async def task(caller: Caller, title: str, **members: Any) -> str:
        values = {"title": title, "opportunityId": deal["opportunityId"], **members}
        answer = await caller.post("/tasks", values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["taskId"])

    assert await next_tasks(alice) == {"a": None, "b": None}
    some_day = await task(alice, "some day")
    assert await next_tasks(alice) == {
        "a": {"taskId": some_day, "title": "some day", "due": None},
        "b": None,
    }
    at_ten = await task(alice, "at ten", dueAt="2026-12-04T10:00:00+08:00")
    await task(alice, "later", dueOn="2026-12-05")
    # Whoever reads the customer reads its tasks, whosever they are.
    first = await task(acme, "first", dueOn="2026-12-01", assigneeId="bob")
    done = await task(alice, "done", dueOn="2026-11-01")
    await alice.patch(f"/tasks/{done}", {"status": "done"})
    assert (await next_tasks(alice))["a"] == {
        "taskId": first,
        "title": "first",
        "due": "2026-12-01",
    }
    await acme.delete(f"/tasks/{first}")
    assert (await next_tasks(alice))["a"] == {
        "taskId": at_ten,
        "title": "at ten",
        "due": "2026-12-04T02:00:00.000Z",
    }
    # Of a deal that passed to Bob, he sees what is his to do.
    of_b = quiet["opportunityId"]
    await acme.patch(f"/opportunities/{of_b}", {"ownerId": "bob"})
    await task(acme, "hers", opportunityId=of_b, dueOn="2026-12-01", assigneeId="alice")
    assert await next_tasks(bob) == {"b": None}
    await task(acme, "his", opportunityId=of_b, dueOn="2026-12-09", assigneeId="bob")
    found = (await next_tasks(bob))["b"]
    assert found is not None
    assert found["title"] == "his"
