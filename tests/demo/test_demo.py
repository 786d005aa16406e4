"""The demo data in the service: what its lists, sums and histories show."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest

from crm_cell.customers.service import CustomerService
from crm_cell.demo.filling import DemoSummary, fill
from crm_cell.demo.looking import is_empty
from crm_cell.kernel.actor import Actor
from crm_cell.registry import make_services
from crm_cell.storage.engine import Database, Tx
from crm_cell.storage.open import open_database
from tests.counters import differences
from tests.databases import PostgresDatastore, PostgresServer, SqliteFile
from tests.world import Caller, Json, Running, audit, events

CUSTOMERS = make_services().get(CustomerService)
MONDAY = date(2026, 11, 23)
COUNTS = {
    "/customers": 200,
    "/contacts": 300,
    "/opportunities": 250,
    "/follow-ups": 600,
    "/contracts": 80,
    "/payments": 120,
}
OWNERS = ("wang.wei", "li.na", "zhang.min")


async def fill_it(url: str) -> None:
    database = open_database(url)
    await database.start()
    await fill(database, today=MONDAY)
    await database.stop()


@pytest.fixture(scope="module")
def filled_file(empty_database: Path) -> Path:
    """Filled once; every test gets a copy."""
    path = empty_database.with_name("demo.db")
    shutil.copy(empty_database, path)
    asyncio.run(fill_it(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="module")
def filled_database(postgres: PostgresServer) -> Iterator[PostgresDatastore]:
    filled = PostgresDatastore(postgres)
    filled.migrate()
    asyncio.run(fill_it(filled.url))
    yield filled
    filled.close()


@pytest.fixture
def sqlite_datastore(filled_file: Path, tmp_path: Path) -> SqliteFile:
    return SqliteFile(Path(shutil.copy(filled_file, tmp_path / "crm.db")))


@pytest.fixture
def postgres_datastore(filled_database: PostgresDatastore) -> Iterator[PostgresDatastore]:
    copy = filled_database.copy()
    yield copy
    copy.close()


@pytest.fixture
def demo(cell: Running) -> Caller:
    """Sees the whole tenant demo."""
    return Caller(cell.client, "demo")


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(empty_database, tmp_path / 'empty.db')}"
    shared: PostgresDatastore = request.getfixturevalue("postgres_database")
    shared.empty()
    return shared.url


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    database = open_database(empty_url)
    await database.start()
    yield database
    await database.stop()


async def every(caller: Caller, path: str) -> list[Json]:
    """All rows of a list, which must be as many as it says."""
    answer = (await caller.get(path, pageSize=500)).json()
    rows: list[Json] = answer["data"]
    while answer["nextCursor"]:
        answer = (await caller.get(path, pageSize=500, cursor=answer["nextCursor"])).json()
        rows += answer["data"]
    assert answer["total"] == len(rows)
    return rows


async def test_it_tells_how_many_of_each_kind_it_made(empty: Database) -> None:
    assert await is_empty(empty)
    assert await fill(empty, today=MONDAY) == DemoSummary(
        customers=200,
        contacts=300,
        opportunities=250,
        follow_ups=600,
        contracts=80,
        payments=120,
    )
    assert not await is_empty(empty)


async def test_without_a_day_it_ends_with_the_last_midnight(empty: Database) -> None:
    before = time.time() * 1000
    await fill(empty)
    newest = await empty.read(
        "test", "demo", lambda tx: tx.fetch_one("SELECT max(created_at) FROM customers")
    )
    assert newest is not None
    assert before - 2 * 86_400_000 < newest[0] <= time.time() * 1000
    # In China.
    assert newest[0] % 86_400_000 == 16 * 3_600_000


async def test_a_database_that_anybody_uses_is_not_empty(empty: Database) -> None:
    async def use(tx: Tx) -> None:
        await CUSTOMERS.create(tx, Actor("acme"), {"name": "一家客户"})

    await empty.write("test", "acme", use)
    assert not await is_empty(empty)


async def test_one_that_was_cleared_is_not_empty_either(empty: Database) -> None:
    async def use_and_clear(tx: Tx) -> None:
        customer = await CUSTOMERS.create(tx, Actor("acme"), {"name": "一家客户"})
        await CUSTOMERS.delete(tx, Actor("acme"), customer)

    await empty.write("test", "acme", use_and_clear)
    assert not await is_empty(empty)


@pytest.mark.parametrize(("path", "count"), COUNTS.items())
async def test_every_list_is_as_long_as_it_says(demo: Caller, path: str, count: int) -> None:
    assert len(await every(demo, path)) == count


@pytest.mark.parametrize(("path", "count"), COUNTS.items())
async def test_each_owner_sees_their_share(
    cell: Running, demo: Caller, path: str, count: int
) -> None:
    shares = [len(await every(Caller(cell.client, "demo", owner), path)) for owner in OWNERS]
    assert min(shares) > count // 5
    # The notice, a customer with one follow-up, is nobody's.
    assert sum(shares) == count - (path in ("/customers", "/follow-ups"))


@pytest.mark.parametrize("path", COUNTS)
async def test_lists_come_newest_first(demo: Caller, path: str) -> None:
    times = [row["createdAt"] for row in await every(demo, path)]
    assert times == sorted(times, reverse=True)


async def test_every_counter_equals_what_it_counts(cell: Running) -> None:
    names = {name for (name,) in cell.rows("SELECT DISTINCT name FROM counters")}
    assert names >= {"customers.owner", "payments.contract", "audit_logs.actor"}
    assert await cell.service.database.read("check", None, differences) == []


async def test_the_funnel_has_every_stage(demo: Caller) -> None:
    funnel = (await demo.get("/reports/funnel")).json()
    counted = sum(total["count"] for total in funnel["totals"])
    assert (counted, {row["status"] for row in funnel["data"]}) == (250, {1, 2, 3})
    stages: Counter[int] = Counter()
    for row in funnel["data"]:
        stages[row["stage"]] += row["count"]
    assert stages == {1: 44, 2: 34, 3: 26, 4: 18, 5: 72, 6: 56}


async def test_the_funnel_adds_up_what_is_listed(demo: Caller) -> None:
    sums: Counter[tuple[int, int, str]] = Counter()
    for row in await every(demo, "/opportunities"):
        sums[row["stage"], row["status"], row["currency"]] += row["amountCents"]
    funnel = (await demo.get("/reports/funnel")).json()["data"]
    assert sums == {
        (row["stage"], row["status"], row["currency"]): row["totalAmountCents"] for row in funnel
    }


async def test_the_metrics_are_exact(demo: Caller) -> None:
    metrics = (await demo.get("/metrics")).json()["metrics"]
    del metrics["funnel_by_stage"]
    assert metrics == {
        "customer_total": 200,
        "opportunity_total": 250,
        "opportunity_win_count": 72,
        "conversion_rate_pct": 28.8,
    }


async def test_what_was_won_came_through_every_stage(demo: Caller) -> None:
    won = [row for row in await every(demo, "/opportunities") if row["stage"] == 5]
    history = await demo.rows(f"/opportunities/{won[0]['opportunityId']}/history")
    steps = [(step["fromStage"], step["toStage"]) for step in reversed(history)]
    assert steps == [(None, 1), (1, 2), (2, 3), (3, 4), (4, 5)]
    assert len({step["createdAt"] for step in history}) == 5
    assert {step["actor"] for step in history} == {won[0]["ownerId"]}


async def test_deals_are_stuck_or_late_and_lost_ones_have_a_reason(demo: Caller) -> None:
    deals = await every(demo, "/opportunities")
    assert all(row["lostReason"] for row in deals if row["status"] == 3)
    assert all(row["expectedCloseOn"] and row["source"] for row in deals)
    stuck = await demo.get("/opportunities", filter="stuck = true", withTotal="true")
    assert stuck.json()["total"] > 0
    late = "status = 1 and expectedCloseOn < 2026-11-23"
    assert 0 < len(await demo.rows("/opportunities", filter=late, pageSize=250)) < 122


async def test_what_is_paid_is_the_sum_of_the_payments(demo: Caller) -> None:
    paid: Counter[str] = Counter()
    for payment in await every(demo, "/payments"):
        paid[payment["contractId"]] += payment["amountCents"]
    contracts = await every(demo, "/contracts")
    assert {row["contractId"]: row["paidCents"] for row in contracts if row["paidCents"]} == paid
    assert {row["outstandingCents"] for row in contracts if row["status"] == 3} == {0}
    assert len([row for row in contracts if row["opportunityId"] is None]) == 12


async def test_everything_is_on_record_and_told(cell: Running) -> None:
    assert Counter(event["eventType"] for event in events(cell)) == {
        "crm.user.created": 3,
        "crm.team.created": 2,
        "crm.tag.created": 5,
        "crm.customer.created": 201,
        "crm.customer.updated": 10,
        "crm.customer.deleted": 1,
        "crm.contact.created": 300,
        "crm.opportunity.created": 250,
        "crm.opportunity.updated": 578,
        "crm.opportunity.closed": 128,
        "crm.follow_up.created": 600,
        "crm.contract.created": 80,
        "crm.contract.signed": 72,
        "crm.contract.updated": 228,
        "crm.payment.registered": 120,
        # Planned, by the notes of the last days, and by what was done of those that repeat.
        "crm.task.created": 75 + 6 + 3,
        "crm.task.updated": 21,
        "crm.goal.created": 9,
        "crm.view.created": 2,
    }
    trail = Counter((entry["resourceType"], entry["action"]) for entry in audit(cell))
    assert trail["opportunity", "updated"] == 578
    assert trail["payment", "created"] == 120
    assert {entry["actor"] for entry in audit(cell)} == {*OWNERS, None}


async def test_two_teams_are_a_tree_and_leaders_see_those_below(
    cell: Running, demo: Caller
) -> None:
    users = {row["userId"]: row["name"] for row in await demo.rows("/users")}
    assert users == {"wang.wei": "王伟", "li.na": "李娜", "zhang.min": "张敏"}
    accounts, department = await demo.rows("/teams")
    assert (department["name"], department["parentId"]) == ("销售部", None)
    assert (accounts["name"], accounts["parentId"]) == ("大客户组", department["teamId"])
    assert department["leaderIds"] == department["memberIds"] == ["zhang.min"]
    assert (accounts["leaderIds"], accounts["memberIds"]) == (["li.na"], ["li.na", "wang.wei"])


async def test_tasks_are_done_due_and_repeat(demo: Caller) -> None:
    tasks = await every(demo, "/tasks")
    assert Counter((row["status"], row["origin"]) for row in tasks) == {
        ("open", "manual"): 54,
        ("open", "nextContact"): 6,
        ("open", "rule"): 3,
        ("done", "manual"): 21,
    }
    assert Counter(row["repeat"] for row in tasks) == {None: 78, "weekly": 3, "monthly": 3}
    due = Counter(row["due"] for row in tasks if row["origin"] == "rule")
    assert due == {"2026-11-23": 1, "2026-11-24": 1, "2026-11-25": 1}
    today = [row for row in tasks if row["due"][:10] == "2026-11-23" and row["status"] == "open"]
    assert Counter(row["assigneeId"] for row in today) == {
        "wang.wei": 4,
        "li.na": 3,
        "zhang.min": 3,
    }


async def test_it_shows_goals_views_and_what_was_deleted(demo: Caller) -> None:
    goals = await every(demo, "/goals")
    sums: Counter[str] = Counter()
    for row in goals:
        sums[row["period"]] += row["amountCents"]
    assert sums == {"2026-10": 480_000_000, "2026-11": 540_000_000, "2026-12": 600_000_000}
    views = [row for row in await every(demo, "/views") if row["visibility"] == "tenant"]
    assert {row["name"] for row in views} == {"本季度预计成交", "30 天未跟进"}
    deleted = (await demo.get("/recycle-bin")).json()["data"]
    assert [(row["type"], row["title"]) for row in deleted] == [
        ("customer", "录错的客户（已删除，可恢复）")
    ]
    twice = await demo.rows("/customers", filter='shortName = "云帆科技"')
    assert {row["name"] for row in twice} == {
        "云帆科技(镜花城)有限公司",
        "云帆科技（镜花城）有限责任公司",
    }
    subsidiaries = await demo.rows("/customers", filter="parentId is set", embed="parent")
    assert len(subsidiaries) == 2
    assert len({row["parent"]["name"] for row in subsidiaries}) == 1


async def test_the_notice_heads_the_lists_and_can_be_deleted(demo: Caller) -> None:
    notice = (await demo.rows("/customers"))[0]
    follow_up = (await demo.rows("/follow-ups"))[0]
    assert notice["name"] == "演示数据说明（可删除）"
    assert follow_up["customerId"] == notice["customerId"]
    assert "CRM_DEMO=0" in follow_up["content"]
    assert (await demo.delete(f"/customers/{notice['customerId']}")).status_code == 204
    assert len(await every(demo, "/customers")) == 199
    assert len(await every(demo, "/follow-ups")) == 599


@pytest.mark.parametrize("path", COUNTS)
async def test_no_other_tenant_sees_any_of_it(charlie: Caller, path: str) -> None:
    assert await every(charlie, path) == []
