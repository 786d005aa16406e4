"""No body that is not exactly what a route takes gets further than a refusal that names why."""

import gzip
import json
from typing import Any, get_args

import pytest

from crm_cell.http.routing import Route
from crm_cell.http.schema import Body, rules_of
from tests.every_route import (
    BODIES,
    Ids,
    base_types,
    each,
    members,
    nowhere,
    path,
    plant,
    valid_body,
)
from tests.turns import EVERY_CASE, so_many
from tests.wire import WRITE, Heard, ask, faults, refused
from tests.world import Caller, Json, Running, nothing_changes

pytestmark = pytest.mark.one_database

DEEP = 100_000
LARGE = 10_000
PATCHES = [route for route in BODIES if route.method == "PATCH"]
SOME = [
    route
    for number, route in enumerate(BODIES)
    if EVERY_CASE
    or number % 8 == 0
    or route.body_limit not in {each.body_limit for each in BODIES[:number]}
]
"""Meet the large bodies, which are alike to all routes: every limit is among them."""


async def send(cell: Running, route: Route, body: bytes, **options: Any) -> Heard:
    return await ask(
        cell.service, route.method, nowhere(route), headers=WRITE, body=body, **options
    )


@pytest.fixture
async def ids(acme: Caller) -> Ids:
    return await plant(acme)


# What is not JSON, or not only JSON

NOT_JSON = {
    "empty": [b"", b" ", b"\r\n\t "],
    "not_utf8": [
        b"\xff",
        b'{"name": "\xe5\xbc"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\xc0\xaf"}',
        "{}".encode("utf-16"),
        "{}".encode("utf-32"),
        '{"name": "客户"}'.encode("gbk"),
        gzip.compress(b"{}"),
    ],
    "not_json": [
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16-le"),
        "{}".encode("utf-16-be"),
        b"\x00",
        b"{",
        b"}",
        b"{]",
        b"{}{}",
        b"{},",
        b"{} x",
        b"{,}",
        b'{"name"}',
        b'{"name":}',
        b'{"name": "x",}',
        b"{'name': 'x'}",
        b"{name: 1}",
        b"{1: 1}",
        b'{"name": "x"} // a comment',
        b'{"name": undefined}',
        b'{"name": True}',
        b'{"name": +1}',
        b'{"name": 01}',
        b'{"name": .5}',
        b'{"name": 1.}',
        b'{"name": 0x10}',
        b'{"name": 1_0}',
        b'{"name": "\n"}',
        b'{"name": "\x00"}',
        b'{"name": "\\x41"}',
        b'{"name": "\\u12"}',
        b'{"name": "x}',
        b"name=x&status=1",
        b"<name>x</name>",
        b"nul",
        b'"',
        # JSON has no such numbers.
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": -Infinity}',
        b"NaN",
        b'{"name": 1e999}',
        b'{"name": -1e999}',
        b'{"x": {"y": [1e400]}}',
        b'{"name": ' + b"9" * 4301 + b"}",
        b'{"name": -' + b"9" * 100_000 + b"}",
        # Half of a pair of surrogates is no character.
        rb'{"name": "\ud800"}',
        rb'{"name": "\uDC00\uD800"}',
        rb'{"name": "x\ud800x"}',
        rb'{"\udfff": 1}',
        rb'{"x": [{"y": {"\ud800": 1}}]}',
    ],
    "too_many": [b"[" + b"0," * 200_000 + b"0,0]", b'{"items": [' + b"{}," * 300_000 + b"{}]}"],
    "too_deep": [
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP,
        b'{"name": ' + b'{"a":[' * (DEEP // 2),
    ],
}


@each(BODIES)
async def test_what_is_not_json_is_refused(route: Route, cell: Running) -> None:
    async with nothing_changes(cell):
        for code, bodies in NOT_JSON.items():
            for body in bodies:
                if len(body) < LARGE or route in SOME:
                    assert faults(await send(cell, route, body)) == {("body", code)}, body[:40]


@each(BODIES)
async def test_what_is_not_an_object_is_refused(route: Route, cell: Running) -> None:
    async with nothing_changes(cell):
        for body in (b"[]", b"[{}]", b'"x"', b"1", b"1.5", b"true", b"null", b" [ ] "):
            heard = await send(cell, route, body)
            assert faults(heard) == {("body", "type")}
            assert heard.json()["errors"][0]["message"] == "类型应为 object"


@each(BODIES)
async def test_no_depth_of_nesting_is_a_crash(route: Route, cell: Running, ids: Ids) -> None:
    """Readers and writers of JSON give up at different depths, and neither may crash."""
    step = so_many(20, of=140)  # of 140 depths, each at some of the routes
    for depth in [1, 50, *range(860 + BODIES.index(route) % (140 // step), 1000, 140 // step)]:
        nested = b"[" * depth + b"]" * depth
        for member in ("tenantId", "items"):
            body = b'{"%b": %b}' % (member.encode(), nested)
            heard = await ask(
                cell.service, route.method, path(route, ids), headers=WRITE, body=body
            )
            assert heard.status < 500


@each(BODIES)
async def test_a_member_named_twice_is_refused_wherever_it_is(route: Route, cell: Running) -> None:
    twice = [
        (b'{"name": "a", "name": "b"}', "name"),
        (b'{"name": "a", "name": "a"}', "name"),
        (rb'{"name": "a", "n\u0061me": "a"}', "name"),
        (b'{"x": {"y": {"z": 1, "z": 2}}}', "z"),
        (b'{"items": [{"name": "a"}, {"name": "a", "x": 1, "name": null}]}', "name"),
        (b'{"": 1, "": 2}', ""),
        (b'{"%b": 1, "%b": 2}' % (b"n" * 5000, b"n" * 5000), "n" * 100),
    ]
    async with nothing_changes(cell):
        for body, member in twice:
            assert faults(await send(cell, route, body)) == {(member, "repeated")}


async def test_one_of_very_many_members_named_twice_is_found(cell: Running) -> None:
    many = ",".join(f'"{number}":0' for number in range(80_000))
    heard = await send(cell, BODIES[0], f'{{{many},"79999":1}}'.encode())
    assert faults(heard) == {("79999", "repeated")}


# Size


@each(SOME)
async def test_a_body_past_the_limit_is_refused_declared_or_not(
    route: Route, cell: Running
) -> None:
    limit = route.body_limit
    body = b'{"name": "%b"}' % (b"x" * limit)
    declared = [*WRITE, (b"content-length", b"%d" % len(body))]
    endless = [*WRITE, (b"content-length", b"9" * 30)]
    async with nothing_changes(cell):
        for headers, pieces in (
            (declared, [body]),
            (WRITE, [body[:limit], body[limit:]]),
            (WRITE, [b" " * 65_536] * (limit // 65_536) + [b" "]),
            (endless, [b"{}"]),
        ):
            heard = await ask(
                cell.service, route.method, nowhere(route), headers=headers, body=pieces
            )
            body_of = refused(heard, 413, "PAYLOAD_TOO_LARGE")
            assert body_of["details"] == f"上限为 {limit} 字节"


@each(SOME)
async def test_a_body_of_exactly_the_limit_is_read(route: Route, cell: Running) -> None:
    body = b'{"nmae": 1}'.ljust(route.body_limit)
    headers = [*WRITE, (b"content-length", b"%d" % len(body))]
    heard = await ask(cell.service, route.method, nowhere(route), headers=headers, body=[body])
    assert ("nmae", "unknown") in faults(heard)


@pytest.mark.parametrize("length", [b"", b"x", b"-1", b"1.5", b"\xb2", b"0x10", b"9" * 5000])
async def test_a_length_that_is_none_is_no_crash(length: bytes, cell: Running) -> None:
    headers = [*WRITE, (b"content-length", length)]
    heard = await ask(cell.service, "POST", "/customers", headers=headers, body=b"{}")
    assert heard.status in (400, 413)


# Media types


@pytest.mark.parametrize(
    "media",
    [
        b"",
        b"text/plain",
        b"text/json",
        b"application/xml",
        b"application/jsonx",
        b"application/json-patch+json",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"json",
        b"*/*",
        b"application/*",
        b"application/json, text/plain",
        b"application/json; charset=gbk",
        b"application/json; charset=utf-16",
        b"application/json; charset=latin-1",
        b"application/json; charset=",
        b"application/json; charset=utf-8; charset=gbk",
        b'application/json; charset="utf-7"',
        b"\xff\xfe",
    ],
)
async def test_what_is_not_declared_as_json_in_utf8_is_refused(media: bytes, cell: Running) -> None:
    async with nothing_changes(cell):
        for route in BODIES:
            headers = [*WRITE[:-1], (b"content-type", media)]
            heard = await ask(
                cell.service, route.method, nowhere(route), headers=headers, body=b'{"name": "x"}'
            )
            refused(heard, 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_of_an_undeclared_type_is_refused(cell: Running) -> None:
    async with nothing_changes(cell):
        for route in BODIES:
            heard = await ask(
                cell.service, route.method, nowhere(route), headers=WRITE[:-1], body=b"{}"
            )
            refused(heard, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "media",
    [
        b"application/json",
        b"Application/JSON",
        b" application/json ",
        b"application/json;",
        b"application/json;charset=utf-8",
        b"application/json; charset=UTF-8",
        b'application/json; charset="utf-8"',
        b"application/json; Charset=utf8",
        b"application/json; profile=x; charset=utf-8",
        b"application/json; profile=x",
    ],
)
async def test_every_way_to_say_json_in_utf8_is_understood(media: bytes, cell: Running) -> None:
    headers = [*WRITE[:-1], (b"content-type", media)]
    body = '{"name": "客户"}'.encode()
    heard = await ask(cell.service, "POST", "/customers", headers=headers, body=body)
    assert (heard.status, heard.json()["name"]) == (201, "客户")


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"deflate", b"identity, gzip", b"x"])
async def test_a_compressed_body_is_refused(encoding: bytes, cell: Running) -> None:
    headers = [*WRITE, (b"content-encoding", encoding)]
    async with nothing_changes(cell):
        for route in BODIES:
            heard = await ask(
                cell.service,
                route.method,
                nowhere(route),
                headers=headers,
                body=gzip.compress(b"{}"),
            )
            body = refused(heard, 415, "UNSUPPORTED_MEDIA_TYPE")
            assert body["details"] == "不接受压缩的请求体"


# Members


@each(BODIES)
async def test_unknown_members_are_named(route: Route, cell: Running, ids: Ids) -> None:
    unknown: Json = {"nmae": 1, "": None, "x" * 500: [], "Name": "x", "__proto__": {}, "a\u0000": 1}
    body = json.dumps(valid_body(route, ids) | unknown).encode()
    async with nothing_changes(cell):
        assert faults(await send(cell, route, body)) == {
            (name[:100], "unknown") for name in unknown
        }


@each([route for route in BODIES if route.path != "/duplicates/check"])  # one of several is
async def test_required_members_are_named(route: Route, cell: Running, ids: Ids) -> None:
    required = valid_body(route, ids)
    async with nothing_changes(cell):
        for left_out in required:
            body = {name: value for name, value in required.items() if name != left_out}
            heard = await send(cell, route, json.dumps(body).encode())
            assert faults(heard) == {(left_out, "required")}


async def test_very_many_faults_are_told_in_one(cell: Running) -> None:
    async with nothing_changes(cell):
        for route in BODIES:
            body = json.dumps({f"x{number}": 0 for number in range(1_001)}).encode()
            assert faults(await send(cell, route, body)) == {("body", "too_many")}


# JSON's own types, each with what is never right for a member of another type.
HUGE = [2**63, -(2**63) - 1, 2**64, 10**4000, -(10**4000)]
WRONG: dict[Any, list[Any]] = {
    str: [0, 1, -1, 1.5, True, False, [], ["x"], {}, {"x": 1}],
    int: ["1", "x", 1.5, -0.5, 1e300, 2.0**63, True, False, [], [1], {}, *HUGE],
    bool: [0, 1, 1.0, "true", [], [True], {}],
    list: ["x", 0, 1, True, {}, {"0": {}}],
    Any: [0, 1, 1.5, True, [], ["x"]],  # a filter: text or an object
    dict: ["x", 0, 1, True, [], [{}]],
}
# What no text may hold, and no id, number or address is.
UNPRINTABLE = ["a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "a\u2028b", "\x00", "138\x001234567"]
# Combining marks without end cost the square of their number to put in order.
HEAPED = ["a" + "\u0300\u0327" * 200_000, "a" + "\u0f73" * 5_000, "\u0300" * 31, "\ufdfa" * 300_000]


def types_of(hint: Any) -> set[type]:
    """An object with members of its own is one like any other."""
    plain = {
        dict if kind is not Any and issubclass(kind, Body) else kind for kind in base_types(hint)
    }
    return {kind for kind in plain if kind in WRONG}


def may_be_blank(route: Route, member: str, hint: Any) -> bool:
    """Whether an empty string means null, or the default of a create."""
    body = route.binding.body
    optional = not rules_of(body)[member].required
    return type(None) in get_args(hint) or (optional and issubclass(body, Body))


async def refusal(cell: Running, route: Route, ids: Ids, member: str, value: Any) -> Heard:
    body = json.dumps(valid_body(route, ids) | {member: value}, ensure_ascii=False).encode()
    where = path(route, ids | {"external_id": "new"})
    return await ask(cell.service, route.method, where, headers=WRITE, body=body)


@each(BODIES)
async def test_a_value_of_a_wrong_type_is_refused_in_every_member(
    route: Route, cell: Running, ids: Ids
) -> None:
    async with nothing_changes(cell):
        for member, (_, hint) in members(route.binding.body).items():
            (kind,) = types_of(hint)
            null = [] if type(None) in get_args(hint) else [None]
            blank = [] if may_be_blank(route, member, hint) else [""]
            for value in WRONG[kind] + null + (blank if kind is not str else []):
                found = faults(await refusal(cell, route, ids, member, value))
                assert [name for name, _ in found] == [member], (member, str(value)[:40])


@each(BODIES)
async def test_no_text_holds_what_cannot_be_printed_or_never_ends(
    route: Route, cell: Running, ids: Ids
) -> None:
    texts = [
        member
        for member, (_, hint) in members(route.binding.body).items()
        if types_of(hint) == {str}
    ]
    async with nothing_changes(cell):
        for member in texts:
            hint = members(route.binding.body)[member][1]
            blank = [] if may_be_blank(route, member, hint) else [""]
            large = (*HEAPED, "x" * 500_000, " \u200b" * 120_000) if route in SOME else ()
            for value in (*UNPRINTABLE, *large, *blank):
                heard = await refusal(cell, route, ids, member, value)
                if route.kind == "read" and heard.status == 200:  # an id that nothing has
                    assert (member[-2:], heard.json()["data"]) == ("Id", [])
                else:
                    assert heard.status == 400, (member, value[:20])


@each(PATCHES)
async def test_what_the_service_sets_is_compared_with_its_type(
    route: Route, cell: Running, ids: Ids
) -> None:
    """In Python 0 equals false and 1 equals true; in JSON they differ."""
    shown = (await ask(cell.service, "GET", path(route, ids))).json()
    kept = {name: shown[name] for name in shown if name not in members(route.binding.body)}
    assert "tenantId" in kept
    async with nothing_changes(cell):
        for member, value in kept.items():
            for wrong in [lookalike(value), [value], {"x": value}, f"{value} ", 0.5, *HUGE]:
                found = faults(await refusal(cell, route, ids, member, wrong))
                assert found == {(member, "read_only")}


def lookalike(value: Any) -> Any:
    return bool(value) if value in (0, 1) else str(value).upper() + "?"


# Where no body belongs


@pytest.mark.parametrize("body", [b"{", b"\xff", b"x" * 2_000_000])
async def test_a_body_nobody_asked_for_is_not_read(
    body: bytes, acme: Caller, cell: Running
) -> None:
    customer: Json = await acme.customer()
    heard = await ask(cell.service, "GET", "/customers", body=body)
    assert heard.status == 200
    where = f"/customers/{customer['customerId']}"
    assert (await ask(cell.service, "DELETE", where, body=body)).status == 204
