"""Where an id can stand in a request, found in what the routes declare.

A new route, parameter or member is found by itself. One of a kind that nobody has thought about
yet is refused, for it might take an id.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import msgspec

from crm_cell.http.paging import RequestedPage
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.readiness import Readiness
from crm_cell.http.request import Request
from crm_cell.http.routing import Route
from crm_cell.http.schema import Body, Patch, PatchFields, Query, Rule, rules_of
from crm_cell.kernel.actor import Actor
from crm_cell.storage.engine import Database
from tests.every_route import EVERY as EVERY_ROUTE
from tests.every_route import members

Where = Literal["nowhere", "path", "query", "body", "echo", "row", "condition", "key", "identity"]

KEY_HEADERS = ("X-Request-ID", "Idempotency-Key")
# What a value of each kind could tell about somebody else's records.
NAMING = {
    "reference",
    "owner",
    "cursor",
    "position",
    "text",
    "phone",
    "email",
    "wechat",
    "currency",
    "filter",
}
PLAIN = {
    "integer",
    "enum",
    "enums",
    "origin",
    "time",
    "date",
    "month",
    "date_or_time",
    "check_boolean",
    "revealable",
    "source_name",  # a system
    "check_period",  # a month, a quarter or a year
    "next_contact",  # a day, and the title of a task for the same customer
    # An object: strangers' ids in it are tried in tests/api/tasks/test_done.py.
    "members",
    "option",
    "_tag_names",
    "uscc",
    "region",
    "website",
    "birthday",
    "owners",
    # Other users are tried in tests/api/today/test_today.py.
    "owner_scope",
    "items",  # whose members name members of a resource
}
# `after` is a position in the changes feed.
_TEXTS = {"cursor": "cursor", "types": "enum", "after": "position", "exceptOrigin": "origin"}
# Texts of the list language: only a filter holds values.
LANGUAGE = {"sort", "fields", "embed", "tz", "groupBy", "field"}
_GIVEN_BY_THE_SERVICE = (Actor, Database, Readiness, Request, IfMatch, str)
# Members of import rows that people send though there are none: the ids of an export.
_ROWS_ALSO_SENT = ("customerId", "tenantId", "ownerId")


# External ids and batches are walked by tests/resources: whether a record is created there depends
# on what is there already.
EVERY = [
    route
    for route in EVERY_ROUTE
    if not route.binding.texts
    and not route.path.endswith(("/batch", "/bulk"))
    # What everybody in a tenant reads, and administrators write: see tests/people and
    # tests/api/options, tests/api/tags, tests/api/duplicates.
    and route.tag not in ("users", "teams", "handovers", "options", "tags", "settings")
    # What it shows of colleagues, and what not: tests/api/duplicates. Nothing of other tenants.
    # Notifications and calendars: everybody reads only their own, see tests/api.
    # Keys, which administrators see: tests/identity/test_key_routes.py.
    and route.tag not in ("duplicates", "merges", "notifications", "calendar", "api-keys")
    # A customer is merged once: strangers' ids are tried in tests/api/merges.
    and not route.path.endswith("/merge")
]


def restores(route: Route) -> bool:
    """Whether one's own deleted records are what it is for."""
    return route.path.endswith("/restore")


CREATES = [route for route in EVERY if route.method == "POST" and route.status == 201]
DELETES = [route for route in EVERY if route.method == "DELETE"]
RESTORES = [route for route in EVERY if restores(route)]
OTHER_WRITES = [
    route
    for route in EVERY
    if route.kind == "write" and route not in (*CREATES, *DELETES, *RESTORES)
]


class Place(msgspec.Struct, frozen=True):
    """One place of one route. `kind` is what its declaration takes there."""

    route: Route
    where: Where
    name: str = ""
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.route.method} {self.route.path} {self.where} {self.name}".strip()

    @property
    def names_something(self) -> bool:
        return self.where != "nowhere" and self.kind not in PLAIN | LANGUAGE

    @property
    def may_go_in(self) -> bool:
        """Text, and what names no record, is taken from anybody: such a write succeeds."""
        return self.where == "body" and self.kind != "reference" and self.route.kind == "write"


def every_place() -> list[Place]:
    return [place for route in EVERY for place in places_of(route)]


def places_of(route: Route) -> Iterator[Place]:
    _check_that_all_is_known(route)
    yield Place(route, "nowhere")
    for name in parameters_of(route.path):
        yield Place(route, "path", name, "reference")
    for query in route.binding.queries:
        for name, rule in rules_of(query).items():
            yield Place(route, "query", name, kind_of(route, name, rule))
    yield from _in_body(route)
    if IfMatch in route.binding.kinds.values():
        yield Place(route, "condition", "If-Match", "etag")
    if route.kind == "write":
        yield from (Place(route, "key", header, "key") for header in KEY_HEADERS)
    if not route.open:
        yield Place(route, "identity", "X-User-Id", "owner")
        yield Place(route, "identity", "X-Tenant-Id", "tenant")


def _in_body(route: Route) -> Iterator[Place]:
    body = route.binding.body
    for name, rule in rules_of(body).items() if body else ():
        if rule.of is None or name != "items":
            yield Place(route, "body", name, kind_of(route, name, rule))
            continue
        for row_name, row_rule in rules_of(rule.of).items():
            yield Place(route, "row", row_name, kind_of(route, row_name, row_rule))
        yield from (Place(route, "row", also, "reference") for also in _ROWS_ALSO_SENT)
    if body and issubclass(body, PatchFields):
        kept = [name for name in rules_of(body.view) if name not in rules_of(body)]
        yield from (Place(route, "echo", each, "reference") for each in kept if each.endswith("Id"))


def kind_of(route: Route, name: str, rule: Rule) -> str:
    """By the function in http/fields.py that made its check. An id that is declared as any text
    is known by its name."""
    kind = rule.check.__qualname__.partition(".")[0]
    if kind == "text":
        kind = _TEXTS.get(name, "reference" if name.endswith("Id") else "text")
    if kind in ("unchanged", "filter_meta", "_check_zone"):
        kind = name
    assert kind in NAMING | PLAIN | LANGUAGE, (
        f"{route.method} {route.path} takes a {kind} as {name}:"
        " say in tests/tenancy/places.py whether it can name a record, and walk it"
    )
    return kind


def _check_that_all_is_known(route: Route) -> None:
    for name, kind in route.binding.kinds.items():
        bases = (Body, Query, RequestedPage)
        known = kind in _GIVEN_BY_THE_SERVICE or get_origin(kind) is Patch
        assert known or issubclass(kind, bases), (
            f"{route.method} {route.path} takes a {kind.__name__} as {name}:"
            " say in tests/tenancy/places.py where in the request that comes from, and walk it"
        )


def parameters_of(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def id_parameter(create: Route) -> str:
    """What the paths of a resource call its id."""
    for route in EVERY:
        if parameters_of(route.path) and route.path.partition("/{")[0] == create.path:
            return parameters_of(route.path)[0]
    raise AssertionError(f"no route shows what {create.path} creates")


LISTS = [place.route for place in every_place() if (place.where, place.name) == ("query", "cursor")]
PARAMETERS = [id_parameter(create) for create in CREATES]
DELETABLE = [parameters_of(route.path)[0] for route in DELETES]


def snake(member: str) -> str:
    return re.sub("[A-Z]", lambda found: "_" + found[0].lower(), member)


def metas_of(kind: type[msgspec.Struct], member: str) -> list[msgspec.Meta]:
    """What is declared about a member, wherever in its annotation that stands."""
    return list(_metas(members(kind)[member][1]))


def _metas(hint: Any) -> Iterator[msgspec.Meta]:
    told = getattr(hint, "__metadata__", ())
    yield from (each for each in told if isinstance(each, msgspec.Meta))
    for part in get_args(hint):
        yield from _metas(part)
