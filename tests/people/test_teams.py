"""Teams: a tree, people in several of them, and no way round in a circle."""

from itertools import product

from crm_cell.people.teams.rules import LEADER, MEMBER, Membership, reach
from tests.people.conftest import OWN, Named, Person
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


async def users(caller: Caller, *names: str) -> None:
    for name in names:
        assert (await caller.put(f"/users/{name}", {"name": name})).status_code == 201


async def team(caller: Caller, name: str, **members: object) -> Json:
    answer = await caller.post("/teams", {"name": name, **members})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def reached(cell: Running) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in cell.rows("SELECT leader_id, user_id FROM team_reach")}


async def test_a_tree_is_built_changed_and_taken_down(
    acme: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    await users(acme, "alice", "bob", "dora", "finn")
    sales = await team(acme, "销售部", leaderIds=["alice"])
    east = await team(
        acme, "华东", parentId=sales["teamId"], leaderIds=["dora"], memberIds=["finn", "bob", "bob"]
    )
    assert east == {
        "teamId": east["teamId"],
        "tenantId": "acme",
        "name": "华东",
        "parentId": sales["teamId"],
        "leaderIds": ["dora"],
        "memberIds": ["bob", "finn"],
        "createdAt": east["createdAt"],
        "updatedAt": east["createdAt"],
    }
    west = await team(acme, "华西", parentId=sales["teamId"], memberIds=["bob"])
    alices = {("alice", each) for each in ("alice", "bob", "dora", "finn")}
    doras = {("dora", each) for each in ("bob", "dora", "finn")}
    assert reached(cell) == alices | doras
    bobs = (await bob.get("/users/bob")).json()
    assert (bobs["teamIds"], bobs["leadOf"]) == (sorted([east["teamId"], west["teamId"]]), [])
    assert (await bob.get("/users/dora")).json()["leadOf"] == [east["teamId"]]
    assert [each["name"] for each in await bob.rows("/teams")] == ["华西", "华东", "销售部"]
    assert (await bob.get(f"/teams/{east['teamId']}")).json() == east
    assert events(cell)[-1]["data"] == west
    assert events(cell, event_type="crm.team.created")[1]["data"] == east

    # What a user shows changes with the teams, so its version does.
    tag = (await bob.get("/users/bob")).headers["etag"]
    path = f"/teams/{west['teamId']}"
    same = await acme.patch(
        path, {"memberIds": ["bob"], "name": "华西"}, headers={"If-Match": '"1"'}
    )
    assert (same.status_code, same.headers["etag"]) == (200, '"1"')
    emptied = await acme.patch(path, {"memberIds": []})
    assert (emptied.json()["memberIds"], emptied.headers["etag"]) == ([], '"2"')
    assert (await bob.get("/users/bob", headers={"If-None-Match": tag})).status_code == 200
    assert audit(cell)[-1]["changes"] == {"memberIds": {"before": ["bob"], "after": []}}
    assert events(cell)[-1]["data"] == emptied.json()
    sentence = (await acme.get("/audit-logs", resourceType="team")).json()["data"][0]["summary"]
    assert sentence == '系统修改了团队「华西」：成员 ["bob"] → []'

    async with nothing_changes(cell):
        for child, parent in ((sales, sales), (sales, east), (east, east)):
            answer = await acme.patch(f"/teams/{child['teamId']}", {"parentId": parent["teamId"]})
            assert faults(answer) == {("parentId", "value")}
        refused(await acme.delete(f"/teams/{sales['teamId']}"), 409, "CONFLICT")
        assert (await charlie.get("/teams")).json()["total"] == 0
        refused(await charlie.get(f"/teams/{east['teamId']}"), 404, "NOT_FOUND")
        refused(await charlie.patch(f"/teams/{east['teamId']}", {"name": "X"}), 404, "NOT_FOUND")
        refused(await charlie.delete(f"/teams/{east['teamId']}"), 404, "NOT_FOUND")
        body = {"name": "X", "parentId": east["teamId"]}
        refused(await charlie.post("/teams", body), 400, "BUSINESS_RULE_VIOLATION")

    moved = await acme.patch(f"/teams/{east['teamId']}", {"parentId": None})
    assert moved.json()["parentId"] is None
    assert reached(cell) == {("alice", "alice")} | doras
    for each in (west, east, sales):
        assert (await acme.delete(f"/teams/{each['teamId']}")).status_code == 204
    assert (reached(cell), (await acme.get("/teams")).json()["total"]) == (set(), 0)
    assert (await bob.get("/users/dora")).json()["leadOf"] == []
    assert events(cell)[-1]["eventType"] == "crm.team.deleted"


async def test_bad_input_names_the_member(acme: Caller, bob: Caller, cell: Running) -> None:
    await users(acme, "bob")
    await acme.put("/users/dora", {"name": "Dora", "status": "left"})
    async with nothing_changes(cell):
        assert faults(await acme.post("/teams", {"leaderIds": "bob", "memberIds": [1]})) == {
            ("name", "required"),
            ("leaderIds", "type"),
            ("memberIds", "type"),
        }
        many = [f"user-{number}" for number in range(501)]
        assert faults(await acme.post("/teams", {"name": "X", "memberIds": many})) == {
            ("memberIds", "too_many")
        }
        for member, user, message in (
            ("leaderIds", "eve", "用户不存在"),
            ("memberIds", "dora", "用户已离职"),
        ):
            answer = await acme.post("/teams", {"name": "X", member: ["bob", user]})
            body = refused(answer, 400, "BUSINESS_RULE_VIOLATION")
            assert (body["message"], body["details"]) == (message, f"{member}：用户 {user}")
        refused(await bob.post("/teams", {"name": "X"}), 403, "FORBIDDEN")


async def test_teams_are_for_administrators(guarded: Running, person: Named, admin: Person) -> None:
    made = await team(admin, "销售部")
    async with nothing_changes(guarded):
        for caller in (person("bob"), person("bob", f"{OWN} crm:all")):
            refused(await caller.post("/teams", {"name": "X"}), 403, "FORBIDDEN")
            path = f"/teams/{made['teamId']}"
            refused(await caller.patch(path, {"name": "X"}), 403, "FORBIDDEN")
            refused(await caller.delete(path), 403, "FORBIDDEN")
            assert (await caller.get(path)).json() == made


def test_leaders_reach_what_a_walk_down_the_tree_finds() -> None:
    """All trees of four teams, with a leader and a member in each of two teams."""
    names = ("a", "b", "c", "d")
    trees = 0
    for above in product((None, *names), repeat=4):
        parents = dict(zip(names, above, strict=True))
        if any(has_cycle(parents, name) for name in names):
            continue
        trees += 1
        for led, joined in product(names, repeat=2):
            memberships = [Membership(led, "lea", LEADER), Membership(joined, "mo", MEMBER)]
            found = reach(parents, memberships)
            below = {name for name in names if led in path_up(parents, name)}
            assert found == {("lea", "lea")} | ({("lea", "mo")} if joined in below else set())
    assert trees == 125


def path_up(parents: dict[str, str | None], name: str | None) -> list[str]:
    found: list[str] = []
    while name is not None and len(found) <= len(parents):
        found.append(name)
        name = parents[name]
    return found


def has_cycle(parents: dict[str, str | None], name: str) -> bool:
    return len(path_up(parents, name)) > len(parents)
