"""No query that is not exactly what a route takes gets further than a refusal that names why."""

from typing import Any
from urllib.parse import quote

import pytest

from crm_cell.http import binding
from crm_cell.http.routing import Route
from crm_cell.http.schema import rules_of
from crm_cell.resources.views import camel
from tests.every_route import EVERY, base_types, each, members, nowhere
from tests.wire import WRITE, Heard, ask, faults
from tests.world import Caller, Running, nothing_changes

pytestmark = pytest.mark.one_database

# A probe is answered whatever its query, and so is the description of the API.
ASKED = [route for route in EVERY if not route.lenient]
READS = [route for route in EVERY if route.method == "GET"]
LISTS = [
    route for route in READS if any("page" in rules_of(kind) for kind in route.binding.queries)
]


async def send(cell: Running, route: Route, query: bytes) -> Heard:
    return await ask(
        cell.service, route.method, nowhere(route), query=query, headers=WRITE, body=b"{}"
    )


def parameters(route: Route) -> dict[str, Any]:
    """The annotations of a route's parameters, by their names on the wire."""
    found = [members(kind) for kind in route.binding.queries]
    return {name: hint for kind in found for name, (_, hint) in kind.items()}


# Forms


@each(ASKED)
async def test_unknown_parameters_are_named(route: Route, cell: Running) -> None:
    query = b"nmae=1&Page=2&page%5B%5D=3&%E5%AE%A2=&" + b"x" * 200 + b"&%00=%00"
    async with nothing_changes(cell):
        found = faults(await send(cell, route, query))
    names = ("nmae", "Page", "page[]", "客", "x" * 100, "\x00")
    assert found >= {(name, "unknown") for name in names}
    rules = [rule for query in route.binding.queries for rule in rules_of(query).items()]
    required = {name for name, rule in rules if rule.required}
    paths = map(camel, route.binding.texts)
    known = {*rules_of_body(route), *required, *paths, ""}
    assert {field for field, _ in found} - set(names) <= known


def rules_of_body(route: Route) -> list[str]:
    kind = route.binding.body
    return list(rules_of(kind)) if kind else []


@each(ASKED)
async def test_a_parameter_given_twice_is_refused(route: Route, cell: Running) -> None:
    async with nothing_changes(cell):
        for name in ["page", *parameters(route)]:
            found = faults(await send(cell, route, f"{name}=1&{name}=1".encode()))
            assert (name, "repeated") in found


@each(ASKED)
async def test_what_cannot_be_decoded_is_refused(route: Route, cell: Running) -> None:
    broken = [b"%FF", b"a=%FF", b"a=%C3%28", b"a=%ED%A0%80", b"a=%C0%AF", b"a=\xff", b"\xe5\xae"]
    broken += [b"a=%", b"a=%1", b"a=%zz", b"%%%=1", b"a=100%", b"a=%u5BA2"]
    broken += [b"&".join(b"p%d=1" % number for number in range(33)), b"a=1&" * 100_000]
    async with nothing_changes(cell):
        for query in broken:
            assert ("query", "malformed") in faults(await send(cell, route, query)), query[:20]


async def test_nothing_between_ampersands_is_nothing(cell: Running) -> None:
    heard = await ask(cell.service, "GET", "/customers", query=b"&&page=1&&")
    assert (heard.status, heard.json()["page"]) == (200, 1)


async def test_faults_of_query_and_body_are_told_together(cell: Running) -> None:
    heard = await ask(
        cell.service, "POST", "/customers", query=b"x=1", headers=WRITE, body=b'{"y": 1}'
    )
    assert faults(heard) == {("x", "unknown"), ("y", "unknown"), ("name", "required")}


# Values

NOT_WHOLE = ["x", "1.0", "1e3", "0x1", "+1", "１", "1_0", "true", "NaN", "9" * 5000, "1,2"]
NOT_FLAGS = ["1", "0", "TRUE", "yes", "null"]
NOT_TEXT = ["%00", "a%00b", "a%1Bb", "%E2%80%A8", "x" * 300]


def wrong_values(hint: Any) -> list[str]:
    (kind,) = base_types(hint) - {type(None)}
    return {int: NOT_WHOLE, bool: NOT_FLAGS, str: NOT_TEXT}[kind]


@each([route for route in EVERY if route.binding.queries])
async def test_a_value_of_a_wrong_form_is_refused_in_every_parameter(
    route: Route, cell: Running
) -> None:
    async with nothing_changes(cell):
        for name, hint in parameters(route).items():
            for value in wrong_values(hint):
                query = f"{name}={quote(value, safe='%')}".encode()
                found = faults(await send(cell, route, query))
                assert name in {field for field, _ in found}, (name, value[:20])


@each(LISTS)
@pytest.mark.parametrize("name", ["page", "pageSize"])
async def test_a_page_is_a_whole_number_within_bounds(
    route: Route, name: str, cell: Running
) -> None:
    async with nothing_changes(cell):
        for value, code in [
            ("0", "too_small"),
            ("-1", "too_small"),
            ("-9223372036854775809", "too_small"),
            ("1000000000000000000", "too_large"),
            ("9223372036854775808", "too_large"),
            ("9" * 40, "too_large"),
            ("9" * 41, "type"),
        ]:
            assert faults(await send(cell, route, f"{name}={value}".encode())) == {(name, code)}


@each(LISTS)
async def test_a_list_says_where_it_is(route: Route, cell: Running, acme: Caller) -> None:
    if "{" in route.path:
        return  # of one record: its own tests have the record
    for page in (1, 7, 1_000_000_000):
        heard = await ask(cell.service, "GET", route.path, query=b"page=%d&pageSize=9" % page)
        assert heard.json() == {
            "data": [],
            "total": 0,
            "page": page,
            "pageSize": 9,
            "nextCursor": None,
        }


@each(LISTS)
async def test_every_cursor_that_is_none_is_refused(route: Route, cell: Running) -> None:
    for cursor in ("x", "%2B%2F", "AAAA", "=", "bWFyay4yLng", "%F0%9F%92%A9", "a" * 199):
        found = faults(await send(cell, route, f"cursor={cursor}".encode()))
        assert found == {("cursor", "malformed")}


async def test_a_long_query_is_answered_and_not_kept(cell: Running) -> None:
    kept = binding._read_query.cache_info().currsize
    for number in range(3):
        query = b"resourceId=" + b"+" * 500 + b"%d" % number
        heard = await ask(cell.service, "GET", "/audit-logs", query=query)
        assert (heard.status, heard.json()["data"]) == (200, [])
    assert binding._read_query.cache_info().currsize == kept
