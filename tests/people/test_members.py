"""Collaborators of a customer: what each role reads and changes, and where their lists show it.

The matrix on docs/concepts/collaborators.md: every cell of it is a line here.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.counters import differences
from tests.people.conftest import TEAM, Named
from tests.people.test_scope import id_of
from tests.people.test_teams import team, users
from tests.world import Caller, Json, Running, all_numbered, audit, nothing_changes, refused

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "collaborators.md"
ROLES = {"carol": "read", "dave": "write"}
PATHS = {
    "customer": "/customers",
    "contact": "/contacts",
    "follow-up": "/follow-ups",
    "task": "/tasks",
    "opportunity": "/opportunities",
    "contract": "/contracts",
    "payment": "/payments",
}
CHANGES: dict[str, Json] = {
    "customer": {"remark": "改过"},
    "contact": {"title": "改过"},
    "follow-up": {"content": "改过"},
    "task": {"title": "改过"},
    "opportunity": {"title": "改过"},
    "contract": {"status": 2},
}


async def family(owner: Caller) -> dict[str, Json]:
    """A customer with one record of each kind, and two members."""
    customer = await owner.customer(name="云帆科技", contactPhone="13812345678")
    contract = await owner.contract(customer)
    found = {
        "customer": customer,
        "contact": await owner.contact(customer, phone="13987654321"),
        "follow-up": await owner.follow_up(customerId=customer["customerId"]),
        "opportunity": await owner.opportunity(customer),
        "contract": contract,
        "payment": await owner.payment(contract),
    }
    task = await owner.post("/tasks", {"title": "回电", "customerId": customer["customerId"]})
    found["task"] = task.json()
    for user, role in ROLES.items():
        answer = await owner.put(f"{where(found, 'customer')}/members/{user}", {"role": role})
        assert (answer.status_code, answer.json()["role"]) == (200, role)
    return found


def where(records: dict[str, Json], kind: str) -> str:
    return f"{PATHS[kind]}/{id_of(records[kind])}"


def new(kind: str, records: dict[str, Json]) -> Json:
    customer = {"customerId": records["customer"]["customerId"]}
    return {
        "customer": {},
        "contact": {**customer, "name": "新联系人"},
        "follow-up": {**customer, "content": "拜访"},
        "task": {**customer, "title": "新任务"},
        "opportunity": {**customer, "title": "新商机", "amountCents": 1},
        "contract": {
            **customer,
            "opportunityId": records["opportunity"]["opportunityId"],
            "contractNo": "HT-NEW",
            "amountCents": 1,
        },
        "payment": {
            "contractId": records["contract"]["contractId"],
            "amountCents": 1,
            "paymentAt": "2026-11-20",
        },
    }[kind]


def matrix() -> dict[str, list[set[str]]]:
    """By record, the roles that read, add, change and delete it."""
    cell = r" ((?:read, )?write|-) \|"
    row = re.compile(rf"^\| ({'|'.join(PATHS)}) \|{cell * 4}$", re.MULTILINE)
    return {
        kind: [set(each.split(", ")) - {"-"} for each in cells]
        for kind, *cells in row.findall(PAGE.read_text("utf-8"))
    }


@pytest.fixture
def people(cell: Running) -> dict[str, Caller]:
    names = ("alice", "carol", "dave", "erin")
    return {name: Caller(cell.client, "acme", name) for name in names}


async def test_every_cell_of_the_matrix(people: dict[str, Caller], cell: Running) -> None:
    records = await family(people["alice"])
    found: dict[str, list[set[str]]] = {kind: [set() for _ in range(4)] for kind in PATHS}
    for user, role in ROLES.items():
        caller = people[user]
        for kind, path in PATHS.items():
            reads, adds, changes, deletes = found[kind]
            answer = await caller.get(where(records, kind))
            listed = {id_of(each) for each in await caller.rows(path)}
            assert (answer.status_code == 200) == (id_of(records[kind]) in listed)
            reads |= {role} if answer.status_code == 200 else set()
            if kind != "customer":
                answer = await caller.post(path, new(kind, records))
                adds |= {role} if answer.status_code == 201 else set()
                assert answer.status_code == 201 or answer.json()["code"] in (
                    "BUSINESS_RULE_VIOLATION",
                    "FORBIDDEN",
                )
            if kind in CHANGES:
                answer = await caller.patch(where(records, kind), CHANGES[kind])
                assert answer.status_code in (200, 403)
                changes |= {role} if answer.status_code == 200 else set()
            if kind not in ("contract", "payment"):
                answer = await caller.delete(where(records, kind))
                assert answer.status_code in (204, 403)
                deletes |= {role} if answer.status_code == 204 else set()
    assert found == matrix()
    erin = people["erin"]
    async with nothing_changes(cell):
        for kind, path in PATHS.items():
            refused(await erin.get(where(records, kind)), 404, "NOT_FOUND")
            assert (await erin.get(path)).json()["total"] == 0


async def test_a_member_gives_nothing_away_and_only_who_writes_reveals(
    people: dict[str, Caller], cell: Running
) -> None:
    records = await family(people["alice"])
    customer = where(records, "customer")
    reveal = {"fields": ["contactPhone"], "reason": "回电"}
    async with nothing_changes(cell):
        for user in ROLES:
            caller = people[user]
            refused(await caller.patch(customer, {"ownerId": user}), 403, "FORBIDDEN")
            refused(
                await caller.patch(where(records, "task"), {"assigneeId": user}), 403, "FORBIDDEN"
            )
            refused(
                await caller.put(f"{customer}/members/erin", {"role": "read"}), 403, "FORBIDDEN"
            )
            refused(await caller.delete(f"{customer}/members/{user}"), 403, "FORBIDDEN")
        refused(await people["carol"].post(f"{customer}/reveal", reveal), 403, "FORBIDDEN")
    bulk = {"action": "delete", "ids": [records["customer"]["customerId"]]}
    assert (await people["dave"].post("/customers/bulk", bulk)).json()["failed"] == 1
    assert (await people["alice"].get(customer)).status_code == 200
    revealed = await people["dave"].post(f"{customer}/reveal", reveal)
    assert revealed.json()["revealed"] == {"contactPhone": "13812345678"}


async def test_who_is_a_member_and_who_may_say_so(
    people: dict[str, Caller], acme: Caller, charlie: Caller, cell: Running
) -> None:
    alice, carol, erin = people["alice"], people["carol"], people["erin"]
    records = await family(alice)
    path = f"{where(records, 'customer')}/members"
    found = (await carol.get(path)).json()
    assert [(each["userId"], each["role"], each["name"]) for each in found["data"]] == [
        ("carol", "read", None),
        ("dave", "write", None),
    ]
    assert (found["mayChange"], (await alice.get(path)).json()["mayChange"]) == (False, True)
    async with nothing_changes(cell):
        for caller in (erin, charlie):
            refused(await caller.get(path), 404, "NOT_FOUND")
            refused(await caller.put(f"{path}/erin", {"role": "read"}), 404, "NOT_FOUND")
            refused(await caller.delete(f"{path}/carol"), 404, "NOT_FOUND")
        refused(await alice.put(f"{path}/alice", {"role": "read"}), 400, "BUSINESS_RULE_VIOLATION")
        refused(await alice.put(f"{path}/erin", {"role": "owner"}), 400, "BAD_REQUEST")
        refused(await alice.delete(f"{path}/erin"), 404, "NOT_FOUND")
    entries = len(audit(cell))
    assert (await alice.put(f"{path}/carol", {"role": "read"})).status_code == 200
    assert len(audit(cell)) == entries

    await acme.put("/users/erin", {"name": "艾琳"})
    async with nothing_changes(cell):
        refused(await alice.put(f"{path}/nobody", {"role": "read"}), 400, "BUSINESS_RULE_VIOLATION")
    first = await alice.put(f"{path}/erin", {"role": "read"}, key="once")
    again = await alice.put(f"{path}/erin", {"role": "read"}, key="once")
    assert (first.json()["name"], again.content) == ("艾琳", first.content)
    assert (await alice.put(f"{path}/erin", {"role": "write"})).json()["role"] == "write"
    assert (await alice.delete(f"{path}/carol")).status_code == 204
    shown = [each["changes"]["members"] for each in audit(cell)[-3:]]
    assert shown == [
        {"before": None, "after": "erin (read)"},
        {"before": "erin (read)", "after": "erin (write)"},
        {"before": "carol (read)", "after": None},
    ]
    # Who leaves is a member of nothing any more.
    assert (await acme.patch("/users/erin", {"status": "left"})).status_code == 200
    assert [each["userId"] for each in (await alice.get(path)).json()["data"]] == ["dave"]


async def test_lists_are_as_of_one_who_owns_it_all(
    people: dict[str, Caller], acme: Caller, cell: Running
) -> None:
    """By page, cursor, filter, sort and search, with exact totals; and those who left are gone."""
    alice, dave = people["alice"], people["dave"]
    made = []
    for number in range(12):
        owner = ("alice", "dave", "erin")[number % 3]
        customer = await acme.customer(name=f"云帆 {number:02}", ownerId=owner)
        await acme.contact(customer, name=f"李 {number:02}")
        made.append(customer["customerId"])
    joined = [each for number, each in enumerate(made) if number % 3 == 0]
    for identifier in joined:
        await alice.put(f"/customers/{identifier}/members/dave", {"role": "read"})
    wanted = sorted((made[number] for number in range(12) if number % 3 < 2), reverse=True)
    queries: tuple[dict[str, Any], ...] = (
        {},
        {"sort": "-createdAt"},
        {"sort": "name"},
        {"filter": "createdAt > -1d", "withTotal": "true"},
    )
    for path in ("/customers", "/contacts"):
        for size in (1, 3, 50):
            for query in queries:
                found = await walked(dave, path, size, **query)
                ids = [each["customerId"] for each in found]
                assert ids == (wanted[::-1] if query.get("sort") == "name" else wanted)
            numbered = [
                each["customerId"]
                for page in range(1, 9 // size + 2)
                for each in await dave.rows(path, pageSize=size, page=page)
            ]
            assert numbered == wanted
        for query in (queries[0], *queries[2:]):
            assert (await dave.get(path, **query)).json()["total"] == 8
        assert len(await dave.rows(path, filter='ownerId = "dave"')) == 4
    assert await dave.rows("/contacts", customerId=joined[0]) != []
    groups = (await dave.get("/search", q="云帆", types="customer")).json()["groups"]
    assert {each["id"] for each in groups[0]["hits"]} == set(wanted)
    lines = (await dave.get("/customers/export", format="ndjson", pageSize=50)).text
    assert lines.count("\n") == 8
    await alice.delete(f"/customers/{joined[0]}/members/dave")
    assert (await dave.get("/customers")).json()["total"] == 7
    # A handover leaves the members as they are.
    await acme.patch(f"/customers/{joined[1]}", {"ownerId": "erin"})
    assert (await dave.get(f"/customers/{joined[1]}")).status_code == 200
    assert await cell.service.database.read("counters", None, differences) == []


async def walked(caller: Caller, path: str, size: int, **query: str) -> list[Json]:
    found: list[Json] = []
    params: dict[str, Any] = {"pageSize": size, **query}
    while True:
        page = (await caller.get(path, **params)).json()
        found += page["data"]
        if page["nextCursor"] is None:
            return found
        params["cursor"] = page["nextCursor"]


async def test_the_board_shows_the_deals_and_their_sums(people: dict[str, Caller]) -> None:
    await family(people["alice"])
    own = await people["dave"].customer()
    await people["dave"].opportunity(own, amountCents=5)
    first = (await people["dave"].get("/opportunities/board")).json()["data"][0]
    assert len(first["data"]) == first["count"] == 2
    assert first["sums"][0]["totalAmountCents"] == sum(
        each["amountCents"] for each in first["data"]
    )


async def test_the_changes_feed_says_what_a_member_gains_and_loses(
    people: dict[str, Caller], cell: Running
) -> None:
    alice, dave = people["alice"], people["dave"]
    await all_numbered(cell)
    cursor = (await dave.get("/changes/now")).json()["next"]
    records = await family(alice)

    async def said(cursor: str) -> tuple[set[tuple[str, str]], str]:
        await all_numbered(cell)
        body = (await dave.get("/changes", after=cursor, collapse="true")).json()
        return {(each["type"], each["op"]) for each in body["data"]}, body["next"]

    every = {kind.replace("-", "_") for kind in PATHS}
    gained, cursor = await said(cursor)
    assert {kind for kind, op in gained if op in ("created", "entered")} == every
    await alice.patch(where(records, "contact"), {"title": "采购"})
    changed, cursor = await said(cursor)
    assert changed == {("contact", "updated")}
    await alice.delete(f"{where(records, 'customer')}/members/dave")
    lost, cursor = await said(cursor)
    assert lost == {(kind, "left") for kind in every}
    await alice.patch(where(records, "contact"), {"title": "财务"})
    assert (await said(cursor))[0] == set()


async def test_a_member_sees_the_timeline_and_access_says_why(
    people: dict[str, Caller], acme: Caller
) -> None:
    records = await family(people["alice"])
    path = where(records, "customer")
    whole = (await acme.get(f"{path}/timeline")).json()["data"]
    assert (await people["carol"].get(f"{path}/timeline")).json()["data"] == whole
    for user, role in ROLES.items():
        found = (await acme.get(f"{path}/access", userId=user)).json()
        assert (found["rule"], found["role"], found["granted"]) == ("collaborator", role, True)
    found = (await acme.get(f"{path}/access", userId="erin")).json()
    assert (found["rule"], found["role"], found["granted"]) == ("other_owner", None, False)


async def test_a_leader_may_be_a_member_too(person: Named, admin: Caller) -> None:
    """Of a customer beyond the team; nobody else of the team sees it."""
    await users(admin, "alice", "bob", "finn")
    await team(admin, "华东", leaderIds=["alice"], memberIds=["bob"])
    alice, bob, finn = (person(name, TEAM) for name in ("alice", "bob", "finn"))
    for owner in ("alice", "bob", "finn", "finn", "bob"):
        await admin.customer(ownerId=owner)
    finns = (await finn.rows("/customers"))[0]
    assert (await alice.get("/customers")).json()["total"] == 3
    members = f"/customers/{finns['customerId']}/members"
    assert (await finn.put(f"{members}/alice", {"role": "write"})).status_code == 200
    wanted = [each for each in await admin.rows("/customers") if each["ownerId"] != "finn"]
    wanted = sorted([*wanted, finns], key=lambda each: str(each["customerId"]), reverse=True)
    for size in (1, 2, 50):
        assert await walked(alice, "/customers", size) == wanted
        assert await walked(alice, "/customers", size, sort="-createdAt") == wanted
    assert (await alice.get("/customers")).json()["total"] == 4
    refused(await bob.get(f"/customers/{finns['customerId']}"), 404, "NOT_FOUND")
    refused(
        await alice.patch(f"/customers/{finns['customerId']}", {"ownerId": "bob"}), 403, "FORBIDDEN"
    )
