"""GET /reports/funnel."""

import pytest

from tests.world import Caller, Json, Running, faults

MAX_CENTS = 2**63 - 1
FIRST = "初步接洽"


def row(stage: int, name: str, status: int, count: int, cents: int, currency: str = "CNY") -> Json:
    return {
        "stage": stage,
        "stageName": name,
        "status": status,
        "currency": currency,
        "count": count,
        "totalAmountCents": cents,
    }


async def counts(caller: Caller, **query: object) -> list[tuple[int, int]]:
    return [
        (found["stage"], found["count"]) for found in await caller.rows("/reports/funnel", **query)
    ]


async def test_an_empty_tenant_has_an_empty_funnel(acme: Caller) -> None:
    answer = await acme.get("/reports/funnel")
    assert answer.status_code == 200
    assert answer.json() == {
        "data": [],
        "totalCurrency": "CNY",
        "totalCount": 0,
        "totalAmountCents": 0,
        "totals": [],
    }


async def test_it_adds_up_by_stage_and_status_in_order(acme: Caller) -> None:
    customer = await acme.customer()
    for stage, cents in ((6, 7), (3, 500), (1, 100), (5, 1_000), (1, 50)):
        await acme.opportunity(customer, stage=stage, amountCents=cents)
    assert (await acme.get("/reports/funnel")).json() == {
        "data": [
            row(1, FIRST, 1, 2, 150),
            row(3, "方案报价", 1, 1, 500),
            row(5, "赢单", 2, 1, 1_000),
            row(6, "输单", 3, 1, 7),
        ],
        "totalCurrency": "CNY",
        "totalCount": 5,
        "totalAmountCents": 1_657,
        "totals": [{"currency": "CNY", "count": 5, "totalAmountCents": 1_657}],
    }


async def test_it_names_the_stages_in_english_when_asked(acme: Caller) -> None:
    customer = await acme.customer()
    for stage in range(1, 7):
        await acme.opportunity(customer, stage=stage)
    found = await acme.rows("/reports/funnel", headers={"Accept-Language": "en"})
    assert [stage["stageName"] for stage in found] == [
        "First contact",
        "Needs confirmed",
        "Proposal and quote",
        "Negotiation",
        "Won",
        "Lost",
    ]


async def test_amounts_of_different_currencies_are_never_added_up_and_counts_go_with_them(
    acme: Caller,
) -> None:
    customer = await acme.customer()
    for currency, cents in (("USD", 10), ("CNY", 300), ("USD", 20), ("EUR", 5)):
        await acme.opportunity(customer, currency=currency, amountCents=cents)
    assert (await acme.get("/reports/funnel")).json() == {
        "data": [
            row(1, FIRST, 1, 1, 300, "CNY"),
            row(1, FIRST, 1, 1, 5, "EUR"),
            row(1, FIRST, 1, 2, 30, "USD"),
        ],
        "totalCurrency": "CNY",
        "totalCount": 1,
        "totalAmountCents": 300,
        "totals": [
            {"currency": "CNY", "count": 1, "totalAmountCents": 300},
            {"currency": "EUR", "count": 1, "totalAmountCents": 5},
            {"currency": "USD", "count": 2, "totalAmountCents": 30},
        ],
    }


async def test_it_narrows_to_a_currency(acme: Caller) -> None:
    customer = await acme.customer()
    await acme.opportunity(customer, currency="USD", amountCents=10)
    await acme.opportunity(customer, currency="CNY", amountCents=300)
    assert (await acme.get("/reports/funnel", currency="USD")).json() == {
        "data": [row(1, FIRST, 1, 1, 10, "USD")],
        "totalCurrency": "USD",
        "totalCount": 1,
        "totalAmountCents": 10,
        "totals": [{"currency": "USD", "count": 1, "totalAmountCents": 10}],
    }
    assert await acme.rows("/reports/funnel", currency="EUR") == []


async def test_each_sees_their_own(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    await alice.opportunity(await alice.customer(), stage=2)
    await bob.opportunity(await bob.customer(), stage=3)
    assert await counts(acme) == [(2, 1), (3, 1)]
    assert await counts(alice) == [(2, 1)]
    assert await counts(bob) == [(3, 1)]
    assert await counts(charlie) == []


@pytest.mark.parametrize("ranged", [{}, {"from": "2020-01-01T00:00:00Z"}])
async def test_an_owner_narrows_and_never_widens(
    ranged: Json, acme: Caller, alice: Caller, bob: Caller
) -> None:
    await alice.opportunity(await alice.customer(), stage=2)
    await bob.opportunity(await bob.customer(), stage=3)
    assert await counts(acme, ownerId="bob", **ranged) == [(3, 1)]
    assert await counts(alice, ownerId="alice", **ranged) == [(2, 1)]
    assert await counts(alice, ownerId="bob", **ranged) == []
    assert await counts(acme, ownerId="nobody", **ranged) == []


async def test_it_follows_every_change(acme: Caller) -> None:
    customer = await acme.customer()
    opportunity = await acme.opportunity(customer, stage=2, amountCents=100)
    path = f"/opportunities/{opportunity['opportunityId']}"
    await acme.patch(path, {"stage": 5, "amountCents": 70})
    assert await acme.rows("/reports/funnel") == [row(5, "赢单", 2, 1, 70)]
    await acme.patch(path, {"currency": "USD"})
    assert await acme.rows("/reports/funnel") == [row(5, "赢单", 2, 1, 70, "USD")]
    await acme.delete(path)
    assert await acme.rows("/reports/funnel") == []


async def test_a_range_of_creation_times_is_half_open(acme: Caller) -> None:
    customer = await acme.customer()
    early = await acme.opportunity(customer, stage=1, amountCents=11)
    late = await acme.opportunity(customer, stage=2, amountCents=22)
    while late["createdAt"] == early["createdAt"]:
        await acme.delete(f"/opportunities/{late['opportunityId']}")
        late = await acme.opportunity(customer, stage=2, amountCents=22)
    both = [row(1, FIRST, 1, 1, 11), row(2, "需求确认", 1, 1, 22)]
    begin, end = early["createdAt"], late["createdAt"]
    assert await acme.rows("/reports/funnel", from_=begin, to=end) == both[:1]
    assert await acme.rows("/reports/funnel", from_=end) == both[1:]
    assert await acme.rows("/reports/funnel", to=begin) == []
    assert await acme.rows("/reports/funnel", from_=begin) == both
    assert await acme.rows("/reports/funnel", from_=end, to=begin) == []


async def test_a_range_counts_as_the_whole_funnel_does(acme: Caller, alice: Caller) -> None:
    customer = await alice.customer()
    for stage, currency in ((1, "CNY"), (4, "USD"), (6, "CNY"), (1, "USD")):
        await alice.opportunity(customer, stage=stage, currency=currency, amountCents=MAX_CENTS)
    gone = await alice.opportunity(customer)
    await alice.delete(f"/opportunities/{gone['opportunityId']}")
    ranged: Json = {"from_": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}
    narrowed: list[Json] = [{}, {"currency": "USD"}]
    for caller in (acme, alice):
        for query in narrowed:
            whole = (await caller.get("/reports/funnel", **query)).json()
            assert (await caller.get("/reports/funnel", **query, **ranged)).json() == whole


async def test_sums_may_outgrow_an_int64(acme: Caller) -> None:
    customer = await acme.customer()
    for _ in range(3):
        await acme.opportunity(customer, amountCents=MAX_CENTS)
    queries: list[Json] = [{}, {"from_": "2020-01-01T00:00:00Z"}]
    for query in queries:
        answer = (await acme.get("/reports/funnel", **query)).json()
        assert answer["data"] == [row(1, FIRST, 1, 3, 3 * MAX_CENTS)]
        assert answer["totalAmountCents"] == 3 * MAX_CENTS


async def test_it_answers_under_the_gateways_prefix_too(acme: Caller) -> None:
    assert (await acme.get("/api/v1/crm/reports/funnel")).json()["totalCount"] == 0


async def test_it_writes_nothing(acme: Caller, cell: Running) -> None:
    await acme.opportunity(await acme.customer())
    before = cell.everything()
    await acme.get("/reports/funnel")
    await acme.get("/reports/funnel", from_="2020-01-01T00:00:00Z")
    assert cell.everything() == before


async def test_what_is_asked_wrongly_is_refused(acme: Caller) -> None:
    answer = await acme.get(
        "/reports/funnel", from_="2026-11-20", to="x", currency="RMB", ownerId="a\x7fb", stage=1
    )
    assert faults(answer) == {
        ("from", "not_a_time"),
        ("to", "not_a_time"),
        ("currency", "malformed"),
        ("ownerId", "control_character"),
        ("stage", "unknown"),
    }
