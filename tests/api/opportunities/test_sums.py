"""The counters and the funnel, which every write keeps in step with the opportunities."""

import random
from collections.abc import Callable

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.money import MAX_CENTS
from crm_cell.opportunities.funnel import FunnelRow
from crm_cell.opportunities.service import OpportunityService
from crm_cell.registry import make_services
from crm_cell.storage.engine import Reader
from tests.world import Caller, Json, Running

OPPORTUNITIES = make_services().get(OpportunityService)
ACME = Actor("acme")
ALICE = Actor("acme", user="alice", owner="alice")


async def rows(
    cell: Running, actor: Actor, *, owner: str | None = None, currency: str | None = None
) -> list[FunnelRow]:
    """The kept sums, which must be what a scan adds up."""

    async def both(tx: Reader) -> tuple[list[FunnelRow], list[FunnelRow]]:
        kept = await OPPORTUNITIES.funnel(tx, actor, owner=owner, currency=currency)
        scanned = await OPPORTUNITIES.funnel_between(
            tx, actor, None, None, owner=owner, currency=currency
        )
        return kept, scanned

    kept, scanned = await cell.service.database.read("test", "acme", both)
    assert kept == scanned
    return kept


def assert_counters_hold(cell: Running) -> None:
    groups = {
        "opportunities": "''",
        "opportunities.owner": "coalesce(owner_id, '')",
        "opportunities.customer": "customer_id",
    }
    for name, key in groups.items():
        kept = cell.rows(
            "SELECT key, CAST(sum(value) AS BIGINT) FROM counters WHERE name = ?"
            " GROUP BY key HAVING sum(value) <> 0",
            name,
        )
        counted = cell.rows(
            f"SELECT {key}, count(*) FROM opportunities WHERE deleted_at IS NULL GROUP BY 1"
        )
        assert sorted(kept) == sorted(counted)


async def test_nothing_is_an_empty_funnel(cell: Running) -> None:
    assert await rows(cell, ACME) == []


async def test_amounts_add_up_by_stage_status_and_currency(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    for stage, cents, currency in (
        (1, 100, "CNY"),
        (1, 20, "CNY"),
        (1, 7, "USD"),
        (5, 3, "CNY"),
    ):
        await acme.opportunity(customer, stage=stage, amountCents=cents, currency=currency)
    assert await rows(cell, ACME) == [
        FunnelRow(1, 1, "CNY", 2, 120),
        FunnelRow(1, 1, "USD", 1, 7),
        FunnelRow(5, 2, "CNY", 1, 3),
    ]
    assert await rows(cell, ACME, currency="USD") == [FunnelRow(1, 1, "USD", 1, 7)]


async def test_an_owner_adds_up_their_own(acme: Caller, alice: Caller, cell: Running) -> None:
    await alice.opportunity(await alice.customer(), amountCents=5)
    await acme.opportunity(await acme.customer(), amountCents=80, ownerId="bob")
    assert await rows(cell, ALICE) == [FunnelRow(1, 1, "CNY", 1, 5)]
    assert await rows(cell, ALICE, owner="alice") == [FunnelRow(1, 1, "CNY", 1, 5)]
    assert await rows(cell, ALICE, owner="bob") == []
    assert await rows(cell, ACME, owner="bob") == [FunnelRow(1, 1, "CNY", 1, 80)]
    assert await rows(cell, ACME) == [FunnelRow(1, 1, "CNY", 2, 85)]
    assert await rows(cell, Actor("globex")) == []


async def test_sums_outgrow_what_a_database_can_add_up(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    for _ in range(3):
        await acme.opportunity(customer, amountCents=MAX_CENTS)
    assert await rows(cell, ACME) == [FunnelRow(1, 1, "CNY", 3, 3 * MAX_CENTS)]


async def test_a_range_of_times_holds_what_was_created_in_it(acme: Caller, cell: Running) -> None:
    created = await acme.opportunity(await acme.customer(), amountCents=5)
    moment = cell.rows("SELECT created_at FROM opportunities")[0][0]
    await acme.patch(f"/opportunities/{created['opportunityId']}", {"stage": 5})
    row = FunnelRow(5, 2, "CNY", 1, 5)

    async def between(begin: int | None, end: int | None) -> list[FunnelRow]:
        return await cell.service.database.read(
            "test", "acme", lambda tx: OPPORTUNITIES.funnel_between(tx, ACME, begin, end)
        )

    assert await between(moment, moment + 1) == [row]
    assert await between(moment, None) == [row]
    assert await between(None, moment + 1) == [row]
    assert await between(None, moment) == []
    assert await between(moment + 1, None) == []


async def test_after_any_mix_of_writes_the_sums_are_those_of_a_scan(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    dice = random.Random(20261123)
    customers = [await caller.customer() for caller in (acme, alice, alice)]
    live: list[Json] = []

    def some_members() -> Json:
        choices: dict[str, Callable[[], object]] = {
            "amountCents": lambda: dice.choice([0, 1, 999_999_999, 10**12, MAX_CENTS]),
            "currency": lambda: dice.choice(["CNY", "USD"]),
            "stage": lambda: dice.randint(1, 6),
            "ownerId": lambda: dice.choice(["alice", "bob"]),
        }
        return {name: choices[name]() for name in dice.sample(list(choices), dice.randint(1, 3))}

    for _ in range(80):
        deed = dice.choice(["create", "create", "change", "change", "change", "delete"])
        if deed == "create" or not live:
            live.append(await acme.opportunity(dice.choice(customers), **some_members()))
            continue
        path = f"/opportunities/{dice.choice(live)['opportunityId']}"
        if deed == "change":
            assert (await acme.patch(path, some_members())).status_code == 200
        else:
            live = [each for each in live if not path.endswith(each["opportunityId"])]
            assert (await acme.delete(path)).status_code == 204
    for actor in (ACME, ALICE):
        assert await rows(cell, actor)
    assert_counters_hold(cell)
    for customer in customers:
        assert (await acme.delete(f"/customers/{customer['customerId']}")).status_code == 204
    assert await rows(cell, ACME) == []
    assert_counters_hold(cell)
    left = "sum(count) <> 0 OR sum(amount_high) * 1000000000 + sum(amount_low) <> 0"
    cells = "owner_id, currency, stage, status"
    assert cell.rows(f"SELECT {cells} FROM funnel GROUP BY {cells} HAVING {left}") == []
