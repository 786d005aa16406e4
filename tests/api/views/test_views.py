"""Views: whose they are, who reads them, and what is refused when they are saved."""

import csv
import io

from crm_cell.registry import make_registry
from crm_cell.resources.resource import Verbs
from crm_cell.views.resource import LISTED
from tests.people.test_teams import team, users
from tests.world import Caller, Json, Running, all_numbered, faults, nothing_changes, refused

BODY: Json = {
    "name": "七天未跟进",
    "resource": "customer",
    "filter": "ownerId = me and updatedAt < -7d",
    "sort": "-updatedAt,name",
    "columns": [{"field": "name", "width": 240}, {"field": "ownerId"}],
    "groupBy": "ownerId",
}


def test_every_list_can_be_saved_as_a_view() -> None:
    """Add a new resource to LISTED in crm_cell/views/resource.py."""
    lists = [each for each in make_registry() if each.verbs & Verbs.LIST and each.name != "view"]
    assert list(LISTED) == lists


async def test_a_view_keeps_what_it_is_given(alice: Caller) -> None:
    answer = await alice.post("/views", BODY)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made | BODY == made | {"columns": BODY["columns"]}
    assert made["columns"] == [{"field": "name", "width": 240}, {"field": "ownerId", "width": None}]
    assert (made["layout"], made["visibility"], made["position"]) == ("table", "private", 0)
    assert made["ownerId"] == "alice"
    path = f"/views/{made['viewId']}"
    same = await alice.patch(path, {"columns": made["columns"]}, headers={"If-Match": '"1"'})
    assert (same.status_code, same.json(), same.headers["etag"]) == (200, made, '"1"')
    fewer = await alice.patch(path, {"columns": [{"field": "status"}], "filter": None})
    assert fewer.json()["columns"] == [{"field": "status", "width": None}]
    assert (fewer.json()["filter"], fewer.headers["etag"]) == (None, '"2"')
    [entry, *_] = (await alice.get("/audit-logs", headers={"Accept-Language": "en"})).json()["data"]
    assert "columns " in entry["summary"].lower() or "Columns" in entry["summary"]
    late = await alice.patch(path, {"name": "旧"}, headers={"If-Match": '"1"'})
    refused(late, 412, "PRECONDITION_FAILED")
    [row] = csv.DictReader(io.StringIO((await alice.get("/views/export", format="csv")).text[1:]))
    assert row["columns"] == '[{"field":"status","width":null}]'
    for kind in ("xlsx", "json", "ndjson"):
        assert (await alice.get("/views/export", format=kind, columns="names")).status_code == 200
    [row] = csv.DictReader(
        io.StringIO((await alice.get("/views/export", format="csv", columns="labels")).text[1:])
    )
    assert row["列"] == '[{"field":"status","width":null}]'


async def test_what_is_saved_can_be_read_by(alice: Caller, cell: Running) -> None:
    view = (await alice.post("/views", BODY)).json()
    path = f"/views/{view['viewId']}"
    wrong: list[tuple[Json, set[tuple[str, str]]]] = [
        ({"filter": "ownerId = me adn status = 1"}, {("filter", "syntax")}),
        (
            {"filter": "size = 1", "sort": "-size"},
            {("filter", "unknown_field"), ("sort", "unknown_field")},
        ),
        ({"filter": 'status = "new"'}, {("filter", "type")}),
        ({"filter": "createdAt < yesteryear"}, {("filter", "value")}),
        # It would be stored as it is, and shown to others.
        ({"filter": 'ownerId = me or contactPhone = "13800001111"'}, {("filter", "value")}),
        ({"sort": "ownerId"}, {("sort", "not_sortable")}),
        ({"groupBy": "name"}, {("groupBy", "not_one_of")}),
        ({"columns": [{"field": "name"}, {"field": "size"}]}, {("columns[1].field", "not_one_of")}),
        ({"columns": [{"field": "name"}, {"field": "name"}]}, {("columns[1].field", "repeated")}),
        ({"columns": [{"field": "name", "width": 1}]}, {("columns[0].width", "too_small")}),
        ({"columns": [{"width": 100}]}, {("columns[0].field", "required")}),
        ({"columns": [{"field": "name", "color": 1}]}, {("columns[0].color", "unknown")}),
        ({"columns": ["name"]}, {("columns[0]", "type")}),
        ({"columns": [{"field": "name"}] * 101}, {("columns", "too_many")}),
        ({"layout": "map"}, {("layout", "not_one_of")}),
        ({"visibility": "everybody"}, {("visibility", "not_one_of")}),
    ]
    async with nothing_changes(cell):
        for change, expected in wrong:
            assert faults(await alice.patch(path, change)) == expected, change
            assert faults(await alice.post("/views", BODY | change)) == expected, change
        assert faults(await alice.post("/views", BODY | {"resource": "view"})) == {
            ("resource", "not_one_of")
        }
        assert faults(await alice.patch(path, {"resource": "contact"})) == {
            ("resource", "read_only")
        }
        away = refused(
            await alice.patch(path, {"filter": "ownerId = me adn x"}), 400, "BAD_REQUEST"
        )
    assert away["errors"][0]["offset"] == 13


class Follower:
    """Somebody who reads the changes feed."""

    def __init__(self, caller: Caller, cell: Running) -> None:
        self._caller, self._cell = caller, cell
        self._after = ""

    async def told(self) -> list[tuple[str, str]]:
        """What the feed has told of views since it was asked last."""
        await all_numbered(self._cell)
        after: Json = {"after": self._after} if self._after else {}
        answer = (await self._caller.get("/changes", types="view", **after)).json()
        self._after = answer["next"]
        return [(each["op"], each["id"]) for each in answer["data"]]


async def seen(caller: Caller) -> list[str]:
    """By the list, the total of which agrees with the rows; and by all else alike."""
    page = (await caller.get("/views")).json()
    ids = [each["viewId"] for each in page["data"]]
    assert page["total"] == len(ids)
    assert ids == [each["viewId"] for each in await caller.rows("/views", sort="position")]
    exported = (await caller.get("/views/export", format="json")).json()["data"]
    assert ids == [each["viewId"] for each in exported]
    groups = (await caller.get("/search", q="七天", types="view")).json()["groups"]
    assert ids == [hit["id"] for group in groups for hit in group["hits"]]
    found = await caller.rows("/views", filter='name ~ "七天" and resource = "customer"')
    assert ids == [each["viewId"] for each in found]
    status = (await caller.get("/views/by/app/one")).status_code
    assert status == (200 if ids else 404)
    return ids


async def renamed(caller: Caller, view: str) -> int:
    """The status of an item of a batch."""
    item = {"viewId": view, "name": "他人的"}
    body = {"mode": "update", "match": "id", "items": [item]}
    [result] = (await caller.post("/views/batch", body)).json()["results"]
    return int(result["status"])


async def test_a_private_view_is_there_for_nobody_else_and_a_shared_one_for_the_tenant(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    made = await alice.put("/views/by/app/one", BODY, key="make")
    assert made.status_code == 201, made.text
    view = made.json()["viewId"]
    path = f"/views/{view}"
    assert (await seen(alice), await seen(acme)) == ([view], [view])
    for other in (bob, charlie):
        assert await seen(other) == []
        assert await renamed(other, view) == 404
        for answer in (
            await other.get(path),
            await other.patch(path, {"name": "七天"}),
            await other.delete(path),
            await other.post(f"{path}/restore"),
        ):
            refused(answer, 404, "NOT_FOUND")
    taken = await bob.put("/views/by/app/one", BODY | {"name": "我的七天"})
    refused(taken, 409, "CONFLICT")

    await alice.patch(path, {"visibility": "tenant"})
    assert (await seen(bob), await seen(charlie)) == ([view], [])
    assert (await bob.get(path)).json() == (await alice.get(path)).json()
    async with nothing_changes(cell, but={"idempotency_keys"}):
        refused(await bob.patch(path, {"visibility": "private"}), 403, "FORBIDDEN")
        refused(await bob.patch(path, {"ownerId": "bob"}), 403, "FORBIDDEN")
        refused(await bob.delete(path), 403, "FORBIDDEN")
        assert await renamed(bob, view) == 403
    await acme.patch(path, {"position": 3})
    assert (await bob.get(path)).json()["position"] == 3
    again = await alice.put("/views/by/app/one", BODY, key="make")
    assert (again.status_code, again.content) == (201, made.content)

    await alice.patch(path, {"visibility": "private"})
    assert await seen(bob) == []
    refused(await bob.get(path), 404, "NOT_FOUND")


async def test_the_changes_feed_says_when_a_view_is_shared_and_when_no_longer(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    readers = [Follower(each, cell) for each in (alice, bob, charlie)]

    async def told() -> list[list[str]]:
        found = [await each.told() for each in readers]
        assert {identifier for each in found for _, identifier in each} <= {view}
        return [[op for op, _ in each] for each in found]

    view = (await alice.post("/views", BODY)).json()["viewId"]
    path = f"/views/{view}"
    assert await told() == [["created"], [], []]
    await alice.patch(path, {"visibility": "tenant"})
    assert await told() == [["updated"], ["entered"], []]
    await alice.patch(path, {"name": "三天未跟进"})
    assert await told() == [["updated"], ["updated"], []]
    await alice.patch(path, {"visibility": "private"})
    assert await told() == [["updated"], ["left"], []]
    await alice.patch(path, {"name": "七天未跟进"})
    await alice.delete(path)
    assert await told() == [["deleted"], [], []]
    await alice.post(f"{path}/restore")
    await alice.patch(path, {"visibility": "tenant"})
    assert await told() == [["restored", "updated"], ["restored", "entered"], []]
    await alice.delete(path)
    assert await told() == [["deleted"], ["deleted"], []]
    refused(await bob.post(f"{path}/restore"), 404, "NOT_FOUND")


async def test_a_view_for_the_team_is_read_by_those_who_are_in_one_with_its_creator(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    """As members or as leaders, in whichever team. A team above or below is another one."""
    dora = Caller(cell.client, "acme", "dora")
    await users(acme, "alice", "bob", "dora")
    above = await team(acme, "销售部", leaderIds=["dora"])
    east = await team(acme, "华东", parentId=above["teamId"], leaderIds=["bob"])
    made = await alice.put("/views/by/app/one", BODY | {"visibility": "team"})
    view = made.json()["viewId"]
    path = f"/views/{view}"
    readers = [Follower(each, cell) for each in (bob, dora)]
    assert (await seen(alice), await seen(bob), await seen(dora)) == ([view], [], [])
    refused(await bob.get(path), 404, "NOT_FOUND")

    await acme.patch(f"/teams/{east['teamId']}", {"memberIds": ["alice"]})
    assert [await seen(each) for each in (bob, dora, charlie)] == [[view], [], []]
    assert (await bob.get(path)).json() == (await alice.get(path)).json()
    assert [each["viewId"] for each in await bob.rows("/views", filter="position = 0")] == [view]
    refused(await bob.patch(path, {"name": "三天"}), 403, "FORBIDDEN")
    refused(await dora.get(path), 404, "NOT_FOUND")

    async def told() -> list[list[str]]:
        return [[op for op, _ in await each.told()] for each in readers]

    assert await told() == [["created"], []]
    await alice.patch(path, {"visibility": "private"})
    assert (await told(), await seen(bob)) == ([["left"], []], [])
    await alice.patch(path, {"visibility": "team"})
    assert await told() == [["entered"], []]
    await alice.patch(path, {"name": "三天未跟进"})
    assert await told() == [["updated"], []]
    await alice.delete(path)
    assert await told() == [["deleted"], []]


async def test_whose_a_view_is(acme: Caller, alice: Caller) -> None:
    """Nobody's where its creator is no user; anybody's where who sees all says so."""
    nobodys = (await acme.post("/views", BODY)).json()
    hers = (await acme.post("/views", BODY | {"ownerId": "alice"})).json()
    assert (nobodys["ownerId"], hers["ownerId"]) == (None, "alice")
    assert [each["viewId"] for each in await alice.rows("/views")] == [hers["viewId"]]
