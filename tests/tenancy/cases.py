"""What is tried in each place, and what it has to be answered like."""

from collections.abc import Iterator

import msgspec

from crm_cell.http.schema import rules_of
from tests.every_route import NOBODY
from tests.tenancy.places import (
    CREATES,
    DELETABLE,
    LISTS,
    NAMING,
    PARAMETERS,
    Place,
    every_place,
    id_parameter,
    metas_of,
    snake,
)

HOLDERS = {"alice": "acme", "bob": "acme", "nobody": "acme", "charlie": "globex"}
"""Whose records there are, by tenant. Nobody's belong to acme, and to no owner."""
CALLERS = ("alice", "bob", "charlie")

Value = tuple[str, ...]
"""What to send: `record alice live customer_id`, to be looked up when the records are there."""

MALFORMED = ("0", "undefined", "%00", "01939E2F", "' OR 1=1 --", "x" * 64)
CONDITIONS: tuple[dict[str, str], ...] = ({}, {"If-Match": "*"}, {"If-Match": '"2"'})
# Names that are unique in the tenant, so that a colleague's is refused as one's own would be.
UNIQUE = {("customers", "name"), ("contracts", "contractNo")}


class Case(msgspec.Struct, frozen=True):
    """A value in a place. Without `like`, only what the answer holds is looked at."""

    place: Place
    value: Value
    like: Value | None = None
    method: str = ""
    headers: dict[str, str] = {}
    forged: bool = False
    """With a cursor for just this question, as whoever has read the source can make one: a list
    that looks empty is then read all the same."""

    def __str__(self) -> str:
        return f"{self.how} = {' '.join(self.value)}"

    @property
    def how(self) -> str:
        """What the case has in common with that of the missing id."""
        told = f"{self.place} {self.headers or ''} {'forged cursor' * self.forged}".strip()
        return f"HEAD of {told}" if self.method == "HEAD" else told


def every_case(caller: str) -> list[Case]:
    return [case for place in every_place() for case in cases(place, caller)]


def cases(place: Place, caller: str) -> Iterator[Case]:
    reads = place.route.method == "GET" and place.where in ("nowhere", "path")
    for method in ("GET", "HEAD") if reads else (place.route.method,):
        for headers in _headers(place):
            for value, like in _values(place, caller):
                yield Case(place, value, like, method, headers)
    if place.route in LISTS and place.where == "query" and place.kind in NAMING - {"cursor"}:
        for value, like in _values(place, caller):
            yield Case(place, value, like, "GET", forged=True)


def _headers(place: Place) -> list[dict[str, str]]:
    if place.where == "nowhere":
        return [{}, *({"Accept": media} for media in place.route.media)]
    if place.where == "path" and place.route.kind == "write":
        return list(CONDITIONS)
    return [{}]


def _values(place: Place, caller: str) -> Iterator[tuple[Value, Value | None]]:
    if place.where == "nowhere":
        if place.route.method == "GET":
            yield ("literal", ""), None
    elif place.where == "key":
        yield from _keys(place, caller)
    elif place.where == "condition":
        own = snake_of_path(place)
        yield from ((("etag", other, own), ("literal", '"99"')) for other in others(caller))
    elif place.kind == "reference":
        yield from ((value, ("literal", NOBODY)) for value in _records(place, caller))
    elif place.kind in ("owner", "currency"):
        missing = ("literal", {"owner": "somebody", "currency": "ISK"}[place.kind])
        yield from (((place.kind, other), missing) for other in others(caller))
    elif place.kind == "cursor":
        yield from _cursors(place, caller)
    elif place.kind in ("text", "phone", "email"):
        yield from _said(place, caller)
    elif place.where == "query" and place.route.method == "GET":
        yield from ((("literal", each), None) for each in _plain(place))


def others(caller: str) -> list[str]:
    return [holder for holder in HOLDERS if holder != caller]


def snake_of_path(place: Place) -> str:
    return place.route.path.rpartition("{")[2].partition("}")[0]


def _records(place: Place, caller: str) -> Iterator[Value]:
    """Of every kind and of everybody else, deleted ones too; one's own where they do not fit."""
    for other in others(caller):
        for parameter in PARAMETERS:
            yield "record", other, "live", parameter
        for parameter in DELETABLE:
            yield "record", other, "deleted", parameter
    wanted = snake(place.name)
    if wanted in PARAMETERS:
        yield from (("record", caller, "live", each) for each in PARAMETERS if each != wanted)
    if wanted in DELETABLE:
        yield "record", caller, "deleted", wanted
    if place.where == "path":
        yield from (("literal", malformed) for malformed in MALFORMED)


def _keys(place: Place, caller: str) -> Iterator[tuple[Value, Value | None]]:
    """On a path with an id, as with an id of nothing. Elsewhere another tenant's key is a new one,
    and a colleague's is taken, as one's own is."""
    for other in others(caller):
        if "{" in place.route.path:
            like: Value = ("key on nothing", other, other)
        else:
            taken = HOLDERS[other] == HOLDERS[caller]
            like = ("key", caller if taken else "a new one", other)
        yield ("key", other, other), like


def _cursors(place: Place, caller: str) -> Iterator[tuple[Value, Value | None]]:
    """Those that others were given, here and by other lists; and one's own, tampered with."""
    here = place.route.path
    for route in LISTS:
        givers = others(caller) if route.path == here else HOLDERS
        yield from ((("cursor", each, route.path), ("cursor", "made up")) for each in givers)
    for other in others(caller):
        yield from ((("cursor after", other, each, here), None) for each in PARAMETERS)


def _said(place: Place, caller: str) -> Iterator[tuple[Value, Value | None]]:
    """Names, numbers and addresses that others have given to their records."""
    tag, about = place.route.tag, place.name if place.kind == "text" else place.kind
    create = next(each for each in CREATES if each.tag == tag)
    named = place.kind != "text" or about in rules_of(create.binding.body)
    deletable = named and id_parameter(create) in DELETABLE
    for other in others(caller):
        taken = (tag, place.name) in UNIQUE and HOLDERS[other] == HOLDERS[caller]
        new: Value = ("new", place.kind)
        like = ("said", caller, "live", tag, about) if taken else new
        yield ("said", other, "live", tag, about), like
        if deletable:
            yield ("said", other, "deleted", tag, about), new


def _plain(place: Place) -> list[str]:
    for query in place.route.binding.queries:
        for meta in metas_of(query, place.name) if place.name in rules_of(query) else ():
            if meta.extra_json_schema and "enum" in meta.extra_json_schema:
                return [str(each) for each in meta.extra_json_schema["enum"]]
            if meta.le is not None:
                return ["1", str(meta.le)]
    return ["2020-01-01T00:00:00Z"] if place.kind == "time" else []
