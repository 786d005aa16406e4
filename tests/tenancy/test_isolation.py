"""What belongs to another tenant, or to another owner, does not exist: on no route, in no way.

Everything is Alice's. Charlie is of another tenant, Bob a colleague of hers; both have records of
their own. A new route is covered without a new test.
"""

import json
import re
from collections.abc import Iterator

import httpx
import pytest

from crm_cell.http.routing import Route
from crm_cell.registry import make_registry
from tests.every_route import (
    BODIES,
    EVERY,
    NOBODY,
    WITH_ID,
    Ids,
    base_types,
    each,
    members,
    nowhere,
    path,
    plant,
    valid_body,
)
from tests.world import Caller, Json, Running, all_numbered, faults, nothing_changes

pytestmark = pytest.mark.each_database

# Everybody in a tenant reads who is there: tests/people looks at what else of another tenant.
OF_EVERYBODY = ("users", "teams", "handovers", "options", "tags", "fields", "api-keys", "settings")
PLAIN_READS = [
    route
    for route in EVERY
    if route.method == "GET"
    and not route.open
    and "{" not in route.path
    and route.tag not in OF_EVERYBODY
]
LISTS = [
    route
    for route in PLAIN_READS
    if "page" in {name for kind in route.binding.queries for name in members(kind)}
]


@pytest.fixture
async def hers(alice: Caller) -> Ids:
    return await plant(alice)


@pytest.fixture(params=["another tenant", "another owner"])
def stranger(request: pytest.FixtureRequest, bob: Caller, charlie: Caller) -> Caller:
    return charlie if request.param == "another tenant" else bob


@pytest.fixture
async def own(stranger: Caller, hers: Ids) -> Ids:
    return await plant(stranger)


async def send(
    caller: Caller, method: str, where: str, body: object = None, **headers: str
) -> httpx.Response:
    given = {"X-Request-ID": "same", "Content-Type": "application/json"} | headers
    return await caller.send(method, where, headers=given, content=json.dumps(body or {}).encode())


def told(answer: httpx.Response) -> tuple[int, Json, dict[str, str]]:
    """All that an answer tells, but for what differs between any two answers."""
    body = answer.json() if answer.content else {}
    timing = {"server-timing", "x-response-time"}
    headers = {name: text for name, text in answer.headers.items() if name not in timing}
    return answer.status_code, body, headers


# Ids in paths

# What creates a record where there is none: tests/resources/test_external_ids.py looks at those.
NAMED = [route for route in WITH_ID if not route.may_create and route.tag not in OF_EVERYBODY]


def bodies(route: Route) -> list[Json]:
    """An empty patch, an echo, a change, and what no route takes; what a deed cannot do without."""
    if needed := valid_body(route, {}):
        return [needed, needed | {"nmae": 1}]
    takes_echoes = route.binding.body is None or route.method != "POST"
    changes: list[Json] = [{}, {"nmae": 1}, *[{"tenantId": "acme"}] * takes_echoes]
    names = members(route.binding.body) if route.binding.body else {}
    if "status" in names:
        changes.append({"status": 2 if int in base_types(names["status"][1]) else "done"})
    return changes + [{"name": "New"}] * ("name" in names)


@each(NAMED)
async def test_an_id_in_a_path_is_answered_like_the_id_of_nothing(
    route: Route, hers: Ids, stranger: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        for method in {route.method, "HEAD" if route.method == "GET" else route.method}:
            for body in bodies(route):
                answers = [
                    told(await send(stranger, method, where, body))
                    for where in (path(route, hers), nowhere(route))
                ]
                assert answers[0] == answers[1]
                assert answers[0][0] == (400 if "nmae" in body and route.binding.body else 404)


@each(NAMED)
async def test_no_condition_tells_whether_it_is_there(
    route: Route, hers: Ids, stranger: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        for condition in ('"1"', '"2"', "*", ""):
            for where in (path(route, hers), nowhere(route)):
                body = valid_body(route, {})
                answer = await send(stranger, route.method, where, body, **{"If-Match": condition})
                assert answer.status_code == 404


@each([route for route in NAMED if route.kind == "write"])
async def test_a_key_that_was_used_for_it_tells_nothing(
    route: Route, hers: Ids, alice: Caller, stranger: Caller, cell: Running
) -> None:
    """Another tenant cannot even meet the key that the record was changed with. A colleague did,
    and was told of a conflict: so there was such a record, and she had just changed it.
    """
    await send(alice, route.method, path(route, hers), valid_body(route, hers))
    async with nothing_changes(cell):
        answers = [
            told(await send(stranger, route.method, where, valid_body(route, {})))
            for where in (path(route, hers), nowhere(route))
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 404


# Ids in bodies


def references(route: Route) -> list[str]:
    return [
        member for member, (field, _) in members(route.binding.body).items() if field.name in KINDS
    ]


KINDS = tuple(resource.id_member for resource in make_registry())
REFERRING = [route for route in BODIES if references(route) and not route.may_create]


def snake(member: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in member)


@each(REFERRING)
async def test_an_id_in_a_body_is_answered_like_the_id_of_nothing(
    route: Route, hers: Ids, own: Ids, stranger: Caller, cell: Running
) -> None:
    async with nothing_changes(cell):
        for member in references(route):
            answers = [
                told(
                    await send(
                        stranger,
                        route.method,
                        path(route, own),
                        valid_body(route, own) | {member: identifier},
                    )
                )
                for identifier in (hers[snake(member)], NOBODY)
            ]
            assert answers[0] == answers[1]
            status, body = answers[0][:2]
            if route.kind == "read":
                assert (status, body["data"], body["total"]) == (200, [], 0)
            else:
                assert (status, body["code"]) == (400, "BUSINESS_RULE_VIOLATION")


# Ids and cursors in queries


def parameters(route: Route) -> list[str]:
    return [name for kind in route.binding.queries for name in members(kind)]


@each(PLAIN_READS)
async def test_an_id_in_a_query_is_answered_like_the_id_of_nothing(
    route: Route, hers: Ids, own: Ids, stranger: Caller
) -> None:
    for name in parameters(route):
        candidates = [hers[snake(name)]] if snake(name) in hers else []
        candidates += hers.values() if name == "resourceId" else []
        for identifier in candidates:
            answers = [
                (await stranger.send("GET", route.path, params={name: value})).json()
                for value in (identifier, NOBODY)
            ]
            assert answers[0] == answers[1]
            if not route.path.startswith("/reports/"):  # which have rows of zeros
                assert (answers[0]["data"], answers[0].get("total", 0)) == ([], 0)


@pytest.fixture
async def hers_twice(hers: Ids, alice: Caller) -> None:
    await plant(alice)


@each(LISTS)
@pytest.mark.usefixtures("hers_twice", "own")
async def test_a_cursor_serves_nobody_else(route: Route, alice: Caller, stranger: Caller) -> None:
    first = await alice.send("GET", route.path, params={"pageSize": "1"})
    cursor = first.json()["nextCursor"]
    assert (await alice.send("GET", route.path, params={"cursor": cursor})).status_code == 200
    answer = await stranger.send("GET", route.path, params={"cursor": cursor})
    assert faults(answer) == {("cursor", "other_cursor")}


# Everything that lists, counts or adds up

QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"pageSize": "500"},
    {"format": "csv"},
    {"format": "ndjson"},
    {"actor": "alice"},
    {"ownerId": "alice"},
)


def queries(route: Route) -> Iterator[dict[str, str]]:
    known = parameters(route)
    if "q" in known:
        return iter([{"q": "杭州"}, {"q": "5678"}, {"q": "hz"}])
    return (query for query in QUERIES if set(query) <= set(known))


@each(PLAIN_READS)
async def test_no_answer_holds_anything_of_hers(route: Route, hers: Ids, stranger: Caller) -> None:
    for query in queries(route):
        answer = await stranger.send("GET", route.path, params=query)
        assert answer.status_code == 200
        assert [identifier for identifier in hers.values() if identifier in answer.text] == []
        asked_again = r"ownerId = \"alice\""  # in the filter of the list behind a figure
        assert "alice" not in answer.text.replace(asked_again, "")


async def test_no_figure_changes_with_what_is_hers(
    alice: Caller, stranger: Caller, cell: Running
) -> None:
    """Positions in the feed are encrypted: that a colleague has written something is all that
    they tell."""
    await plant(stranger)

    async def seen(route: Route) -> list[str]:
        answers = [
            (await stranger.send("GET", route.path, params=query)).text for query in queries(route)
        ]
        answers = [re.sub('"serverTime":"[^"]+"', "", text) for text in answers]
        if route.tag == "changes" and stranger.tenant == alice.tenant:
            return [re.sub('"next":"[^"]{22}"', "", text) for text in answers]
        return answers

    await all_numbered(cell)
    before = {route.path: await seen(route) for route in PLAIN_READS}
    await plant(alice)
    await all_numbered(cell)
    assert {route.path: await seen(route) for route in PLAIN_READS} == before


OF_THE_INSTALLATION = {"audit_register", "search_entries"}
"""Have one row that is of all tenants together."""
STRIPED = {"counters", "funnel", "audit_heads"}
"""Have a row for each connection that has written, on PostgreSQL."""


async def test_what_is_written_carries_the_tenant_of_its_caller(
    acme: Caller, charlie: Caller, cell: Running
) -> None:
    for caller in (acme, charlie):
        await plant(caller)
    for table, found in cell.everything().items():
        # SQLite's full-text index has numbers of entries, which carry their tenant.
        if table != "alembic_version" and not table.startswith("search_terms") and found:
            tenants = [row[0] for row in cell.rows(f'SELECT tenant_id FROM "{table}"')]
            if table in OF_THE_INSTALLATION:
                tenants.remove("")
            assert (table, set(tenants)) == (table, {"acme", "globex"})
            if table not in STRIPED:
                counts = tenants.count("acme"), tenants.count("globex")
                assert (table, counts[0]) == (table, counts[1])
