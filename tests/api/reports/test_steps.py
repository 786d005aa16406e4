"""GET /reports/funnel with mode=cohort and groupBy=owner."""

from tests.world import Caller, Json, Running, faults

DAY = 24 * 60 * 60 * 1000
FIRST_MOMENT = 1_760_000_000_000


async def pursue(cell: Running, caller: Caller, customer: Json, *path: tuple[int, int]) -> None:
    """A deal that came to each stage, on that day."""
    deal = await caller.opportunity(customer, stage=path[0][0], amountCents=100)
    identifier = deal["opportunityId"]
    for stage, _ in path[1:]:
        answer = await caller.patch(f"/opportunities/{identifier}", {"stage": stage})
        assert answer.status_code == 200, answer.text
    ids = cell.rows(
        f"SELECT id FROM opportunity_changes WHERE opportunity_id = '{identifier}' ORDER BY id"
    )
    for (change,), (_, day) in zip(ids, path, strict=True):
        moment = FIRST_MOMENT + day * DAY
        cell.change(f"UPDATE opportunity_changes SET created_at = {moment} WHERE id = '{change}'")


async def test_a_cohort_shows_conversion_and_time_at_each_step(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    await pursue(cell, alice, customer, (1, 0), (2, 2), (3, 6), (5, 10))
    await pursue(cell, alice, customer, (1, 0), (3, 4), (6, 5))
    await pursue(cell, alice, customer, (1, 0), (2, 10), (1, 11))
    await pursue(cell, alice, customer, (6, 0))
    await pursue(cell, alice, customer, (1, 0), (2, 1), (6, 2), (2, 3))
    of_bob = await bob.customer()
    await pursue(cell, bob, of_bob, (4, 0))
    await pursue(cell, charlie, await charlie.customer(), (5, 0))

    found = (await alice.get("/reports/funnel", mode="cohort")).json()["steps"]
    assert [
        (step["stage"], step["entered"], step["advanced"], step["open"], step["lost"])
        for step in found
    ] == [(1, 5, 4, 0, 1), (2, 4, 2, 2, 0), (3, 2, 1, 0, 1), (4, 1, 1, 0, 0), (5, 1, 0, 0, 0)]
    assert [step["conversionPct"] for step in found] == [80.0, 50.0, 50.0, 100.0, None]
    # Stays at stage 1: 2, 4, 10, 1 days; at stage 2: 4, 1, 1 days; at stage 3: 4, 1 days.
    assert [step["timeInStage"] for step in found] == [
        {"n": 4, "p50Days": 2.0, "p90Days": 10.0},
        {"n": 3, "p50Days": 1.0, "p90Days": 4.0},
        {"n": 2, "p50Days": 1.0, "p90Days": 4.0},
        None,
        None,
    ]
    assert (found[2]["stageName"], len(found)) == ("方案报价", 5)
    everybody = (await acme.get("/reports/funnel", mode="cohort")).json()["steps"]
    assert [step["entered"] for step in everybody] == [6, 5, 3, 2, 1]
    of_one = (await acme.get("/reports/funnel", mode="cohort", ownerId="bob")).json()["steps"]
    assert [step["entered"] for step in of_one] == [1, 1, 1, 1, 0]
    # Those created before, or in another currency, do not count.
    before, in_dollars = {"to": "2026-01-01T00:00:00Z"}, {"currency": "USD"}
    for query in (before, in_dollars):
        answer = await acme.send("GET", "/reports/funnel", params={"mode": "cohort"} | query)
        none = answer.json()["steps"]
        assert [(step["entered"], step["conversionPct"]) for step in none] == [(0, None)] * 5

    grouped = (await acme.get("/reports/funnel", groupBy="owner")).json()
    plain = (await acme.get("/reports/funnel")).json()
    assert {name: grouped[name] for name in plain} == plain
    assert "steps" not in grouped
    assert [
        (each["ownerId"], [(row["stage"], row["count"]) for row in each["data"]], each["totals"])
        for each in grouped["owners"]
    ] == [
        (
            "alice",
            [(1, 1), (2, 1), (5, 1), (6, 2)],
            [{"currency": "CNY", "count": 5, "totalAmountCents": 500}],
        ),
        ("bob", [(4, 1)], [{"currency": "CNY", "count": 1, "totalAmountCents": 100}]),
    ]
    await acme.opportunity(await acme.customer())
    ranged = await acme.get("/reports/funnel", groupBy="owner", from_="2026-01-01T00:00:00Z")
    assert [each["ownerId"] for each in ranged.json()["owners"]] == ["alice", "bob", None]
    only = (await bob.get("/reports/funnel", groupBy="owner")).json()["owners"]
    assert [each["ownerId"] for each in only] == ["bob"]
    assert faults(await acme.get("/reports/funnel", mode="weekly", groupBy="team")) == {
        ("mode", "not_one_of"),
        ("groupBy", "not_one_of"),
    }
