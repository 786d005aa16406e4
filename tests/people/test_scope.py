"""Who sees, changes and owns what: owners, those who lead them, colleagues and strangers.

The matrix on docs/concepts/people.md: every cell of it is a line here.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crm_cell.customers.resource import customers
from crm_cell.registry import make_services
from crm_cell.resources import pages
from crm_cell.resources.scope import Scope
from tests.counters import differences
from tests.databases import SqliteFile
from tests.people.conftest import OWN, TEAM, Named, Person
from tests.people.test_teams import team, users
from tests.world import Json, Running, all_numbered, nothing_changes, refused

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "people.md"
DIALECTS = ("sqlite", "postgresql")
PARAMETERS = {"tenant": "acme", "owner": "alice", "before": "~", "most": "21"}
OF_TEAM = 'ownerId in ("alice", "bob", "dora")'
PATHS = (
    "/customers",
    "/contacts",
    "/opportunities",
    "/follow-ups",
    "/contracts",
    "/payments",
    "/tasks",
)


class Cast(NamedTuple):
    """Alice leads 销售部, in which is 华东, led by Dora, with Bob. Finn is in no team."""

    alice: Person
    dora: Person
    bob: Person
    finn: Person
    charlie: Person
    admin: Person
    sales: Json
    east: Json


@pytest.fixture
async def cast(person: Named, admin: Person) -> Cast:
    await users(admin, "alice", "bob", "dora", "finn")
    sales = await team(admin, "销售部", leaderIds=["alice"])
    east = await team(
        admin, "华东", parentId=sales["teamId"], leaderIds=["dora"], memberIds=["bob"]
    )
    charlie = person("charlie", f"{OWN} crm:all", "globex")
    alice, dora, bob, finn = (person(name, TEAM) for name in ("alice", "dora", "bob", "finn"))
    return Cast(alice, dora, bob, finn, charlie, admin, sales, east)


async def family(caller: Person) -> dict[str, Json]:
    """One record of each kind, by the path of its list."""
    customer = await caller.customer(contactPhone="13812345678")
    contract = await caller.contract(customer)
    task = await caller.post("/tasks", {"title": "回电"})
    return {
        "/customers": customer,
        "/contacts": await caller.contact(customer),
        "/opportunities": await caller.opportunity(customer),
        "/follow-ups": await caller.follow_up(customerId=customer["customerId"]),
        "/contracts": contract,
        "/payments": await caller.payment(contract),
        "/tasks": task.json(),
    }


def id_of(record: Json) -> str:
    return str(next(value for name, value in record.items() if name.endswith("Id")))


async def seen(caller: Person, path: str, record: Json) -> str:
    """In words of the matrix: `-`, `reads` or `changes`."""
    where = f"{path}/{id_of(record)}"
    got = (await caller.get(where)).status_code
    listed = {id_of(each) for each in await caller.rows(path)}
    filtered = {id_of(each) for each in await caller.rows(path, filter="createdAt > -1d")}
    assert listed == filtered
    assert (id_of(record) in listed, (await caller.get(path)).json()["total"]) == (
        got == 200,
        len(listed),
    )
    if got == 404:
        return "-"
    assert got == 200
    if path == "/payments":
        return "changes"  # nobody changes a payment
    members = {"/customers": "contactPhone", "/contacts": "phone"}
    change = {"status": 2} if path == "/customers" else {}
    changed = await caller.patch(
        where, change or {members.get(path, "tenantId"): record["tenantId"]}
    )
    return "changes" if changed.status_code in (200, 400) else "reads"


def matrix() -> dict[str, list[str]]:
    row = re.compile(r"^\| (\w+) \| (changes|reads|-) \| (\S+) \| (\S+) \|$", re.MULTILINE)
    return {name: cells for name, *cells in row.findall(PAGE.read_text("utf-8"))}


async def test_every_cell_of_the_matrix(cast: Cast, person: Named) -> None:
    """Of Bob's, Dora's and Finn's records, each kind, as every caller."""
    owned = [await family(caller) for caller in (cast.bob, cast.dora, cast.finn)]
    callers = {
        "Alice": cast.alice,
        "Dora": cast.dora,
        "Bob": cast.bob,
        "Finn": cast.finn,
        "Plain": person("alice", OWN),
        "Admin": cast.admin,
        "Charlie": cast.charlie,
    }
    found = {
        name: [{await seen(caller, path, records[path]) for path in PATHS} for records in owned]
        for name, caller in callers.items()
    }
    assert {name: [" ".join(cell) for cell in cells] for name, cells in found.items()} == matrix()


async def test_a_leader_reads_reports_searches_and_narrows(cast: Cast) -> None:
    for caller, cents in ((cast.bob, 100), (cast.dora, 30), (cast.finn, 7)):
        customer = await caller.customer(name=f"云帆{caller.user}")
        await caller.opportunity(customer, amountCents=cents)
    alice, dora = cast.alice, cast.dora

    async def names(caller: Person, **query: str) -> set[str]:
        return {each["name"] for each in await caller.rows("/customers", **query)}

    both = {"云帆bob", "云帆dora"}
    assert await names(alice) == await names(dora) == both
    assert await names(alice.narrowed("bob")) == {"云帆bob"}
    assert await names(alice.narrowed("alice")) == set()
    assert await names(alice, filter='ownerId = "finn"') == set()
    assert await names(alice, filter="ownerId = myTeam") == both
    assert await names(alice, filter="ownerId not in (myTeam)") == set()
    everything = Person(alice.client, "acme", "alice", f"{OWN} crm:all")
    assert await names(everything, filter="ownerId in (myTeam, nobody)") == both
    assert await names(everything, filter="ownerId != myTeam") == {"云帆finn"}
    assert await names(cast.finn, filter="ownerId = myTeam") == {"云帆finn"}
    refused(await alice.narrowed("finn").get("/customers"), 403, "FORBIDDEN")
    refused(await cast.bob.narrowed("dora").get("/customers"), 403, "FORBIDDEN")

    assert (await alice.get("/whoami")).json()["sees"] == "team"
    assert (await cast.bob.get("/whoami")).json()["sees"] == "own"
    for caller, cents in ((alice, 130), (alice.narrowed("bob"), 100), (cast.finn, 7)):
        assert (await caller.get("/reports/funnel")).json()["totalAmountCents"] == cents
        plain = await caller.get("/opportunities/board")
        filtered = await caller.get("/opportunities/board", filter="amountCents > 0")
        for answer in (plain, filtered):
            first = answer.json()["data"][0]
            assert first["sums"][0]["totalAmountCents"] == cents
            assert sum(card["amountCents"] for card in first["data"]) == cents
        steps = (await caller.get("/reports/funnel", mode="cohort")).json()["steps"]
        assert steps[0]["entered"] == (2 if cents == 130 else 1)
        activities = (await caller.get("/reports/activities")).json()
        assert activities["total"]["newCustomers"] == steps[0]["entered"]
        assert (await caller.get("/reports/forecast", groupBy="owner")).status_code == 200
    hits = (await alice.get("/search", q="云帆", types="customer")).json()["groups"][0]["hits"]
    assert {each["title"] for each in hits} == both
    exported = Person(alice.client, "acme", "alice", f"{TEAM} crm:export")
    lines = (await exported.get("/customers/export", format="ndjson")).text
    assert ("云帆bob" in lines, "云帆dora" in lines, "云帆finn" in lines) == (True, True, False)


async def test_a_leader_gives_records_to_those_they_lead(cast: Cast, guarded: Running) -> None:
    alice, admin = cast.alice, cast.admin
    own = await alice.customer()
    bobs = await alice.customer(ownerId="bob")
    assert (own["ownerId"], bobs["ownerId"]) == ("alice", "bob")
    path = f"/customers/{bobs['customerId']}"
    assert (await alice.patch(path, {"ownerId": "dora"})).json()["ownerId"] == "dora"
    finns = await admin.customer(ownerId="finn")
    async with nothing_changes(guarded):
        refused(await alice.post("/customers", {"name": "甲", "ownerId": "finn"}), 403, "FORBIDDEN")
        refused(await alice.patch(path, {"ownerId": "finn"}), 403, "FORBIDDEN")
        refused(await alice.patch(path, {"ownerId": None}), 403, "FORBIDDEN")
        refused(
            await alice.patch(f"/customers/{finns['customerId']}", {"status": 2}), 404, "NOT_FOUND"
        )
        refused(await cast.dora.patch(path, {"ownerId": "alice"}), 403, "FORBIDDEN")

    # A change of teams counts at once.
    await admin.patch(f"/teams/{cast.east['teamId']}", {"parentId": None})
    refused(await alice.get(path), 404, "NOT_FOUND")
    assert await alice.rows("/customers") == [own]
    assert await guarded.service.database.read("counters", None, differences) == []


@pytest.mark.usefixtures("every_page_is_deep")
async def test_a_leader_pages_as_somebody_who_sees_all_of_it(
    cast: Cast, guarded: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By number and by cursor, whichever way the records are read: the newest of each owner, by the
    index on owners, and by a walk through the list."""
    for number in range(9):
        for owner in ("bob", "finn", "dora", "alice"):
            await cast.admin.customer(ownerId=owner if number % 3 else "finn")
    everything = await cast.admin.rows("/customers", pageSize="100")
    wanted = list(filter(lambda each: each["ownerId"] != "finn", everything))
    assert len(wanted) == 18
    for rows_as_cheap in (150, 0):
        monkeypatch.setattr(pages, "_AS_A_PAGE", dict.fromkeys(DIALECTS, rows_as_cheap))
        monkeypatch.setattr(pages, "_AS_AN_OWNER", dict.fromkeys(DIALECTS, 0))
        monkeypatch.setattr(pages, "_AS_A_ROW", dict.fromkeys(DIALECTS, rows_as_cheap))
        for size in (1, 4, 7, 100):
            assert await by_cursor(cast.alice, size) == wanted
            assert await by_number(cast.alice, size) == wanted
            for sort in ("name", "-updatedAt"):
                found = await by_cursor(cast.alice, size, sort=sort)
                assert len({each["customerId"] for each in found}) == 18
                named = await by_cursor(cast.admin, size, sort=sort, filter=OF_TEAM)
                assert named == found
        page = (await cast.alice.get("/customers", pageSize="1")).json()
        assert (page["total"], page["data"]) == (18, wanted[:1])


async def by_cursor(caller: Person, size: int, **query: str) -> list[Json]:
    found: list[Json] = []
    params: dict[str, Any] = {"pageSize": size, **query}
    while True:
        page = (await caller.get("/customers", **params)).json()
        found += page["data"]
        if page["nextCursor"] is None:
            return found
        params["cursor"] = page["nextCursor"]


async def by_number(caller: Person, size: int) -> list[Json]:
    found: list[Json] = []
    for number in range(1, 18 // size + 2):
        found += await caller.rows("/customers", pageSize=size, page=number)
    return found


async def test_the_changes_feed_follows_the_team(cast: Cast, guarded: Running) -> None:
    customer = await cast.bob.customer()
    path = f"/customers/{customer['customerId']}"
    for owner in ("dora", "finn", "bob"):
        await cast.admin.patch(path, {"ownerId": owner})
    await all_numbered(guarded)
    found = (await cast.alice.get("/changes", types="customer")).json()["data"]
    # It is Bob's again, so what went is not known to have been seen: the last move says entered.
    assert [(each["op"], each["fields"]) for each in found] == [
        ("created", []),
        ("updated", ["ownerId"]),
        ("entered", []),
        ("entered", []),
    ]


async def test_a_leader_sees_the_day_of_the_team_and_what_the_team_sees_of_a_customer(
    cast: Cast,
) -> None:
    for caller in (cast.dora, cast.bob, cast.finn):
        await caller.post("/tasks", {"title": str(caller.user), "dueOn": "2025-01-01"})
    days = {}
    for scope in ("own", "team", "user:bob"):
        body = (await cast.dora.get("/today", scope=scope)).json()
        [overdue] = [each for each in body["sections"] if each["section"] == "overdue"]
        days[scope] = [each["title"] for each in overdue["items"]]
    assert days == {"own": ["dora"], "team": ["dora", "bob"], "user:bob": ["bob"]}
    refused(await cast.dora.get("/today", scope="user:finn"), 403, "FORBIDDEN")

    customer = await cast.finn.customer()
    deal = await cast.admin.opportunity(customer, title="东区", ownerId="bob")
    await cast.bob.follow_up(content="我们的", opportunityId=deal["opportunityId"])
    await cast.finn.follow_up(content="他的", customerId=customer["customerId"])
    path = f"/customers/{customer['customerId']}/timeline"
    for caller, types in ((cast.dora, "followUp stage"), (cast.finn, "followUp followUp stage")):
        found = (await caller.get(path)).json()["data"]
        assert [each["type"] for each in found] == types.split()
    refused(await cast.charlie.get(path), 404, "NOT_FOUND")


async def test_a_private_view_is_there_for_its_owner_and_not_for_who_leads_them(
    cast: Cast, guarded: Running
) -> None:
    alice, bob = cast.alice, cast.bob
    body = {"name": "我的", "resource": "customer"}
    view, hers = [(await each.post("/views", body)).json() for each in (bob, alice)]
    path = f"/views/{view['viewId']}"
    assert await bob.rows("/views") == [view]
    async with nothing_changes(guarded):
        # Narrowed to Bob, she sees his records, and her own views.
        for leader in (alice, alice.narrowed("bob")):
            assert await leader.rows("/views") == [hers]
            assert await leader.rows("/views", sort="name") == [hers]
            for answer in (
                await leader.get(path),
                await leader.patch(path, {"name": "她的"}),
                await leader.patch(path, {"ownerId": "alice"}),
                await leader.delete(path),
            ):
                refused(answer, 404, "NOT_FOUND")
            await all_numbered(guarded)
            feed = (await leader.get("/changes", types="view")).json()["data"]
            assert [each["id"] for each in feed] == [hers["viewId"]]
            refused(
                await leader.patch(f"/views/{hers['viewId']}", {"ownerId": "bob"}), 403, "FORBIDDEN"
            )
    assert (await alice.post("/views", body | {"ownerId": "bob"})).json()["ownerId"] == "alice"

    shared = (await bob.patch(path, {"visibility": "tenant"})).json()
    assert (await alice.get(path)).json() == (await alice.narrowed("bob").get(path)).json()
    refused(await alice.patch(path, {"name": "她的"}), 403, "FORBIDDEN")
    assert (await cast.admin.get(path)).json() == shared
    assert (await cast.admin.delete(path)).status_code == 204
    refused(await alice.post(f"{path}/restore"), 404, "NOT_FOUND")


async def test_access_explains_that_somebody_leads_an_owner(cast: Cast) -> None:
    customer = await cast.bob.customer()
    finns = await cast.finn.customer()
    await cast.admin.opportunity(finns, ownerId="bob")

    async def rule(record: Json, user: str) -> tuple[str, bool]:
        path = f"/customers/{record['customerId']}/access"
        found = (await cast.admin.get(path, userId=user)).json()
        return found["rule"], found["granted"]

    assert await rule(customer, "bob") == ("owner", True)
    assert await rule(customer, "dora") == await rule(customer, "alice") == ("team_leader", True)
    assert await rule(customer, "finn") == ("other_owner", False)
    assert await rule(finns, "bob") == ("opportunity_owner", True)
    assert await rule(finns, "alice") == ("team_leader", True)
    assert (await cast.alice.get(f"/customers/{finns['customerId']}")).status_code == 200
    own = Person(cast.alice.client, "acme", "alice", f"{TEAM} crm:admin")
    answer = (await own.get(f"/customers/{customer['customerId']}/access")).json()
    assert (answer["rule"], answer["userId"]) == ("team_leader", "alice")


def test_the_index_of_a_thin_team_is_that_on_owners(sqlite_datastore: SqliteFile) -> None:
    """SQLite walked through a million records to find the 200 of a team: for a second."""
    statements = make_services().of(customers).store.statements
    for scope, index in (
        (Scope.TEAM, "customers_live"),
        (Scope.TEAM_BY_OWNER, "customers_by_owner"),
        (Scope.TEAM_NEWEST, "customers_by_owner"),
    ):
        text = statements.page("sqlite", scope, ()) + " ORDER BY id DESC LIMIT 21"
        for name, value in PARAMETERS.items():
            text = text.replace(f":{name}", f"'{value}'")
        plan = [row[3] for row in sqlite_datastore.rows(f"EXPLAIN QUERY PLAN {text}")]
        assert any(f"USING INDEX {index} " in step for step in plan), plan
        if scope is Scope.TEAM_BY_OWNER:
            assert "(tenant_id=? AND id=?)" in plan[0]
