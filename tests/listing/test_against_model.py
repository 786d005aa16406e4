"""Each operator on each member of each resource finds what a model in plain Python finds."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_cell.fields import Field, Writable
from crm_cell.registry import make_registry
from crm_cell.resources.listing.members import ListMember, list_members
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.searching import searchable
from crm_cell.resources.views import camel
from tests.listing.model import Json, Leaf, Tree, World, as_json, as_text, holds, in_order
from tests.resources.examples import body_of
from tests.world import Caller

RESOURCES = list(make_registry())
MANY = 9
TEXTS = ["云图科技", "雲圖 ABC", "abc", "ABC  d", "Ａbc", "zéro", "😀 x", "e\u0301", '100%_"\\']
TIMES = ["2026-11-23T15:59:59.999Z", "2026-11-23T16:00:00.000Z", "2026-11-24T04:59:59.999Z"]
DAYS = ["2026-11-23", "2026-11-24", "2026-11-30", "2027-01-01"]
PHONES = ["13812345678", "+86 139-1234-5678", "010-12345678"]
EMAILS = ["li.lei@example.com", "HAN@Example.com"]
WORDS = ["today", "yesterday", "thisYear", "thisMonth", "lastWeek", "-1d", "+400d"]
ZONES = ["Asia/Shanghai", "UTC", "America/New_York"]
WECHATS = ["lilei_88", "13812345678"]
VALUES: dict[str, list[Any]] = {
    "text": TEXTS,
    "lines": [*TEXTS, "第一行\n第二行"],
    "phone": PHONES,
    "email": EMAILS,
    "integer": [1, 5, 100, 10**12],
    "money": [1, 5, 100, 10**12],
    "boolean": [True, False],
    "currency": ["CNY", "USD", "JPY"],
    "date": DAYS,
    "month": ["2026-11", "2026-12", "2027-01"],
    "instant": TIMES,
    "date_or_time": [*DAYS, *TIMES],
    "owner": ["alice", "bob"],
    "uscc": ["91350100M000100Y43", "91440300708461136T"],
    "region": ["330106", "310104", "330000"],
    "website": ["https://www.example.com", "http://例子.中国/a"],
    "wechat": WECHATS,
    "items": [[]],
    "tags": [[]],
}


class Planted(msgspec.Struct):
    resource: AnyResource
    callers: list[Caller]
    seen: dict[str | None, list[Json]]
    """What each of them sees, newest first."""
    hidden: dict[str, Json]


@pytest.fixture
async def planted(resource: AnyResource, acme: Caller, alice: Caller) -> Planted:
    hidden: dict[str, Json] = {}
    pools = {name: cycle(_pool(field)) for name, field in resource.fields.items()}
    for number in range(MANY):
        creator = acme if number % 3 == 2 else alice
        body = await body_of(creator, resource)
        for name, field in resource.fields.items():
            if field.reference is None and field.writable is not Writable.NEVER:
                _fill(body, resource, field, next(pools[name]), number)
        answer = await creator.post(resource.path, body)
        assert answer.status_code == 201, answer.text
        hidden[answer.json()[camel(resource.id_member)]] = body
    callers = [acme, alice]
    seen = {each.user: await each.rows(resource.path, pageSize=100) for each in callers}
    return Planted(resource, callers, seen, hidden)


def _pool(field: Field) -> list[Any]:
    if field.options:
        return [*field.options]
    most = getattr(field.meta, "le", None)
    pool = [
        each
        for each in VALUES.get(field.kind, [None])
        if most is None or isinstance(each, str) or each <= most
    ]
    return [*pool, None] if field.nullable or field.kind == "owner" else pool


def _fill(body: Json, resource: AnyResource, field: Field, value: Any, number: int) -> None:
    """Uniqueness and pairs of which only one is given are respected."""
    member = camel(field.name)
    left_out = {other for one, other in resource.exclusive if body.get(camel(one)) is not None}
    if field.name in left_out or (resource.name == "opportunity" and member == "status"):
        body.pop(member, None)
    elif field.kind == "text" and value is not None and not field.nullable:
        body[member] = f"{value} {number // 2}{'x' * (number % 2)}"
    else:
        body[member] = value


# Filters


def members_of(resource: AnyResource) -> dict[str, ListMember]:
    return list_members(resource, contains=searchable(resource, texts=False).names)


def leaves(planted: Planted, member: ListMember) -> st.SearchStrategy[Leaf]:
    values = st.sampled_from(_candidates(planted, member))

    def of(operator: str) -> st.SearchStrategy[Leaf]:
        if operator.startswith("is "):
            return st.just(Leaf(member.wire, operator))
        if operator in ("in", "not in"):
            many = st.lists(values, min_size=1, max_size=4)
            return many.map(lambda some: Leaf(member.wire, operator, some))
        if operator == "between":
            return st.lists(values, min_size=2, max_size=2).map(
                lambda both: Leaf(member.wire, operator, both)
            )
        if operator == "^=":
            cut = st.tuples(values, st.integers(1, 4)).map(lambda two: two[0][: two[1]])
            return cut.map(lambda text: Leaf(member.wire, operator, text))
        return values.map(lambda value: Leaf(member.wire, operator, value))

    return st.sampled_from(member.operators).flatmap(of)


def _candidates(planted: Planted, member: ListMember) -> list[Any]:
    """Values that records have, and some that none has."""
    rows = planted.seen[None]
    if member.kind == "secret":
        assert member.field is not None
        return {
            "phone": [*PHONES, "86 13912345678", "02088888888"],
            "email": [*EMAILS, "han@example.com", "nobody@example.com"],
            "wechat": [*WECHATS, "LILEI_88", "nobody"],
        }[member.field.kind]
    found = list({row[member.wire]: 0 for row in rows if row[member.wire] is not None})[:5]
    if member.kind == "text":
        return [*found, "云", "ytk", "Ａbc 1", "ＡＢＣ  d 1", "\U0010ffff"]
    if member.kind == "number":
        return [*found, -5, 0, 6, 2**63 - 1]
    if member.kind in ("instant", "day", "day_or_instant"):
        return [*found, TIMES[2], DAYS[1], *WORDS[::2], "2026-11-24T00:00:00+08:00"]
    if member.kind == "user":
        return [*found, "alice", "bob", "carol", "me", "nobody"]
    if member.kind == "boolean":
        return [True, False]
    if member.kind == "id":
        return [*found, rows[0][camel(planted.resource.id_member)]]
    assert member.field is not None
    return [*found, *(member.field.options or ["EUR"])]


def trees(planted: Planted) -> st.SearchStrategy[Tree]:
    members = members_of(planted.resource).values()
    # Tags have operators of their own: tests/api/tags.
    leaf = st.one_of([leaves(planted, each) for each in members if each.kind != "tags"])
    one = leaf | leaf.map(lambda each: ("not", each))
    group = st.tuples(st.sampled_from(["and", "or"]), one, one)
    return (
        one
        | group
        | group.map(lambda each: ("not", each))
        | st.tuples(st.sampled_from(["and", "or"]), group, one)
    )


def sorts(resource: AnyResource) -> st.SearchStrategy[list[tuple[str, bool]]]:
    names = [each.wire for each in members_of(resource).values() if each.sortable]
    key = st.tuples(st.sampled_from(names), st.booleans())
    return st.lists(key, max_size=2, unique_by=lambda each: each[0])


@pytest.fixture
def zone() -> str:
    """Where days begin at other moments than those of UTC, and earlier."""
    return "America/New_York"


every_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.table)


def world_of(planted: Planted, caller: Caller, zone: str) -> World:
    return World(
        members_of(planted.resource),
        caller.user,
        ZoneInfo(zone),
        datetime.now(UTC),
        planted.hidden,
        camel(planted.resource.id_member),
    )


# One condition


def every_leaf(planted: Planted, member: ListMember) -> Iterator[Leaf]:
    """Each operator with each value, or with neighbours among the values."""
    values = list(dict.fromkeys(_candidates(planted, member)))
    for operator in member.operators:
        if operator.startswith("is "):
            yield Leaf(member.wire, operator)
        elif operator == "^=":
            yield from (Leaf(member.wire, operator, text[:2].rstrip() or text) for text in values)
        elif operator in ("in", "not in", "between"):
            yield from (Leaf(member.wire, operator, list(both)) for both in pairwise(values))
        else:
            yield from (Leaf(member.wire, operator, value) for value in values)


@every_resource
async def test_each_operator_finds_what_the_model_finds(planted: Planted, zone: str) -> None:
    [_, alice] = planted.callers
    world = world_of(planted, alice, zone)
    for member in world.members.values():
        if member.kind == "tags":  # see tests/api/tags
            continue
        for leaf in every_leaf(planted, member):
            for tree in (leaf, ("not", leaf))[: 1 + (member.nullable or leaf.op == "=")]:
                found = await alice.rows(
                    planted.resource.path, filter=as_text(tree, world.members), tz=zone
                )
                seen = planted.seen[alice.user]
                assert found == [each for each in seen if holds(tree, each, world)], tree


@every_resource
async def test_each_order_is_that_of_the_model(planted: Planted) -> None:
    [acme, _] = planted.callers
    world = world_of(planted, acme, "UTC")
    names = [each.wire for each in world.members.values() if each.sortable]
    keys = [(name, descending) for name in names for descending in (False, True)]
    for sort in [[key] for key in keys] + [list(both) for both in pairwise(keys[1:] + keys[::-2])]:
        if len({name for name, _ in sort}) < len(sort):
            continue
        expected = in_order(planted.seen[None], sort, world)
        written = ",".join("-" * descending + name for name, descending in sort)
        found: list[Json] = []
        query: dict[str, Any] = {"sort": written, "pageSize": 2}
        for _ in range(MANY):
            page = (await acme.get(planted.resource.path, **query)).json()
            found += page["data"]
            query["cursor"] = page["nextCursor"]
            if not page["nextCursor"]:
                break
        assert found == expected, written
        by_number = [
            await acme.rows(planted.resource.path, sort=written, pageSize=4, page=number)
            for number in (1, 2, 3)
        ]
        assert [row for rows in by_number for row in rows] == expected, written


# Several


@every_resource
@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
async def test_a_filter_finds_what_the_model_finds(data: st.DataObject, planted: Planted) -> None:
    resource = planted.resource
    members = members_of(resource)
    caller = data.draw(st.sampled_from(planted.callers))
    tree = data.draw(trees(planted))
    if caller.user is None and "'me'" in repr(tree):
        caller = planted.callers[1]
    sort, zone = data.draw(sorts(resource)), data.draw(st.sampled_from(ZONES))
    world = world_of(planted, caller, zone)
    wanted = [each for each in planted.seen[caller.user] if holds(tree, each, world)]
    expected = [each[world.id_member] for each in in_order(wanted, sort, world)]
    written = ",".join("-" * descending + name for name, descending in sort)
    as_body = data.draw(st.booleans())
    body = {
        "filter": as_json(tree) if as_body else as_text(tree, members),
        "sort": written,
        "tz": zone,
        "withTotal": True,
        "pageSize": 4,
    }
    assert await _by_cursor(caller, resource, body, world) == expected
    pages = [await _search(caller, resource, body | {"page": page}) for page in (1, 2, 3)]
    assert [each[world.id_member] for page in pages for each in page["data"]] == expected
    assert {page["total"] for page in pages} == {len(expected)}


async def _by_cursor(caller: Caller, resource: AnyResource, body: Json, world: World) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = await _search(caller, resource, body | {"cursor": cursor})
        found += [each[world.id_member] for each in page["data"]]
        cursor = page["nextCursor"]
        if cursor is None:
            return found


async def _search(caller: Caller, resource: AnyResource, body: Json) -> Json:
    answer = await caller.post(f"{resource.path}/search", body)
    assert answer.status_code == 200, (body, answer.text)
    found: Json = answer.json()
    return found
