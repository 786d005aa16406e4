"""Whatever comes in, it is answered or refused: no input of any kind is a 5xx."""

import json
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_cell.http.headers import NAMES
from crm_cell.http.routing import Route
from crm_cell.http.schema import rules_of
from tests.every_route import EVERY, NOBODY, Ids, members, plant, valid_body
from tests.turns import so_many
from tests.wire import Header, ask
from tests.world import Caller, Running

# Texts that have broken parsers before, beside whatever Hypothesis thinks of.
AWKWARD = [
    "\x00",
    "\u2028",
    "'",
    '"',
    "%",
    "*",
    "-",
    "0",
    "-1",
    "null",
    "1e999",
    "13812345678",
    "138****5678",
    "CNY",
    "call",
    "\u0130",
    "\ufdfa",
    "\ud7ff\ue000",
    "2026-11-23",
    "2026-02-30",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "a\u0300",
    "😀",
]
TEXT = st.sampled_from([*AWKWARD, "", "9" * 40, NOBODY]) | st.text(max_size=20)
NUMBER = st.integers(-(2**70), 2**70) | st.sampled_from([2**63, 2**63 - 1, 10**4000, -0.0, 5.0])
LEAF = st.none() | st.booleans() | NUMBER | st.floats() | TEXT
VALUE = (
    LEAF
    | st.lists(LEAF, max_size=3)
    | st.dictionaries(TEXT, LEAF | st.lists(LEAF, max_size=2), max_size=3)
)
KEYS = st.integers(0, 50).map(lambda number: (b"x-request-id", b"r%d" % number))
ODD_HEADER = st.tuples(
    st.sampled_from([*sorted(NAMES), b"range", b"if-none-match"]),
    TEXT.map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=20),
)
FRAME = (
    (b"authorization", b"Bearer test"),
    (b"x-tenant-id", b"acme"),
    (b"content-type", b"application/json"),
)


class Thrown(msgspec.Struct):
    """One request. An id of None stands for one that there is."""

    route: Route
    method: str
    ids: list[str | None]
    query: bytes
    headers: list[Header]
    body: bytes
    changed: dict[str, Any] | None
    """Members that differ from those of a good body, which is then sent instead."""

    def content(self, known: Ids) -> bytes:
        if self.changed is None or self.route.binding.body is None:
            return self.body
        return json.dumps(valid_body(self.route, known) | self.changed).encode()

    def path(self, known: Ids) -> str:
        left = iter(self.ids)
        parts = [
            part if part[:1] != "{" else next(left) or known[part[1:-1]]
            for part in self.route.path.split("/")
        ]
        return "/".join(parts)


def thrown_at(route: Route) -> st.SearchStrategy[Thrown]:
    return st.builds(
        Thrown,
        st.just(route),
        st.sampled_from([route.method] * 9 + ["HEAD", "DELETE", "PUT"]),
        st.lists(st.none() | TEXT, min_size=2, max_size=2),
        st.just(b"") | queries(route),
        st.builds(lambda key, odd: [*FRAME, key, *odd], KEYS, st.lists(ODD_HEADER, max_size=1)),
        bodies(route),
        st.none() | st.dictionaries(st.sampled_from(body_members(route)), VALUE, max_size=1),
    )


def queries(route: Route) -> st.SearchStrategy[bytes]:
    names = [name for kind in route.binding.queries for name in rules_of(kind)]
    pairs = st.dictionaries(st.sampled_from([*names, "x"]), TEXT, max_size=3)
    return pairs.map(query_of) | st.binary(max_size=40)


def query_of(pairs: dict[str, str]) -> bytes:
    return "&".join(f"{name}={quote(value)}" for name, value in pairs.items()).encode()


def bodies(route: Route) -> st.SearchStrategy[bytes]:
    names = body_members(route)
    tree: st.SearchStrategy[Any] = st.dictionaries(st.sampled_from(names), VALUE, max_size=5)
    if "items" in names:
        row = st.dictionaries(st.sampled_from(["name", "contactPhone", "x"]), VALUE, max_size=3)
        tree |= st.lists(row | VALUE, max_size=4).map(lambda rows: {"items": rows})
    return (tree | VALUE).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40)


def body_members(route: Route) -> list[str]:
    kind = route.binding.body
    return [*(members(kind) if kind else ()), "tenantId", "x"]


@pytest.fixture
async def ids(acme: Caller) -> Ids:
    return await plant(acme)


@settings(
    max_examples=so_many(150, of=1_000),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(thrown=reduce(or_, map(thrown_at, EVERY)))
async def test_no_input_is_a_crash(thrown: Thrown, cell: Running, ids: Ids) -> None:
    heard = await ask(
        cell.service,
        thrown.method,
        thrown.path(ids),
        query=thrown.query,
        headers=thrown.headers,
        body=thrown.content(ids),
    )
    assert heard.status < 500
