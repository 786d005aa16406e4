"""What is tried in each place, and what it has to be answered like."""

from collections.abc import Iterator

import msgspec

from crm_cell.http.routing import Route
from crm_cell.http.schema import rules_of
from crm_cell.registry import make_registry
from crm_cell.resources.listing.members import ListMember, list_members
from crm_cell.resources.resource import AnyResource
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
    kind_of,
    metas_of,
    parameters_of,
    restores,
    snake,
)
from tests.turns import is_sampled

HOLDERS = {"alice": "acme", "bob": "acme", "nobody": "acme", "charlie": "globex"}
"""Whose records there are, by tenant. Nobody's belong to acme, and to no owner."""
USERS = ("alice", "bob")
"""See what is theirs; the others see the whole of their tenant."""
CALLERS = (*USERS, "charlie")

REGISTRY = make_registry()
_FORGED = NAMING - {"cursor", "filter"}

_NAMED_OTHERWISE = {"parentId": "customer_id"}
COMMON_TO_ALL = ("uscc", "region", "website", "wechat", "birthday", "month")

Value = tuple[str, ...]
"""What to send: `record alice live customer_id`, to be looked up when the records are there."""
Pair = tuple[Value, Value | None]
"""What to send, and what has to be answered alike."""

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


def every_case(caller: str, *, tokens: bool = False) -> list[Case]:
    """Without tokens, who one is cannot be claimed falsely: it is what the headers say."""
    places = [place for place in every_place() if tokens or place.where != "identity"]
    return [case for place in places for case in cases(place, caller)]


def is_tried(case: Case) -> bool:
    """Whether `make test` tries the case: of the records of another kind than the place is for only
    every sixth, others in each place and for each caller. `make soak ARGS=walk` tries all."""
    is_of_another_kind = case.value[0] == "record" and case.value[3] != snake(case.place.name)
    return not is_of_another_kind or is_sampled(str(case), one_of=6)


def cases(place: Place, caller: str) -> Iterator[Case]:
    reads = place.route.method == "GET" and place.where in ("nowhere", "path")
    for method in ("GET", "HEAD") if reads else (place.route.method,):
        for headers in _headers(place):
            for value, like in _values(place, caller):
                yield Case(place, value, like, method, headers)
    if place.route in LISTS and place.where == "query" and place.kind in _FORGED:
        for value, like in _values(place, caller):
            yield Case(place, value, like, "GET", forged=True)


def _headers(place: Place) -> list[dict[str, str]]:
    if place.where == "nowhere":
        return [{}, *({"Accept": media} for media in place.route.media)]
    if place.where == "path" and place.route.kind == "write":
        return list(CONDITIONS)
    return [{}]


def _values(place: Place, caller: str) -> Iterator[Pair]:
    by_where = {"nowhere": _nothing, "identity": _claimed, "key": _keys, "condition": _etags}
    by_kind = {
        "reference": _records,
        "owner": _users,
        "currency": _currencies,
        "cursor": _cursors,
        "filter": _filters,
        "position": _positions,
    }
    said = dict.fromkeys(("text", "phone", "email", "wechat"), _said)
    return (by_where.get(place.where) or (by_kind | said).get(place.kind, _plain))(place, caller)


def others(caller: str) -> list[str]:
    return [holder for holder in HOLDERS if holder != caller]


def _nothing(place: Place, caller: str) -> Iterator[Pair]:
    if place.route.method == "GET":
        yield ("literal", ""), None


def _plain(place: Place, caller: str) -> Iterator[Pair]:
    """What names no record decides what is shown all the same."""
    if place.where != "query" or place.route.method != "GET":
        return
    yield from ((("literal", each), None) for each in _choices(place))


def _choices(place: Place) -> list[str]:
    if place.kind == "time":
        return ["2020-01-01T00:00:00Z"]
    [query] = [each for each in place.route.binding.queries if place.name in rules_of(each)]
    metas = metas_of(query, place.name)
    schemas = [meta.extra_json_schema for meta in metas if meta.extra_json_schema]
    allowed = [each for schema in schemas for each in schema.get("enum", ())]
    return [str(each) for each in (*allowed, *(meta.le for meta in metas if meta.le))]


def _etags(place: Place, caller: str) -> Iterator[Pair]:
    own = parameters_of(place.route.path)[-1]
    yield from ((("etag", other, own), ("literal", '"99"')) for other in others(caller))


def _users(place: Place, caller: str) -> Iterator[Pair]:
    yield from ((("owner", other), ("literal", "stranger")) for other in others(caller))


def _currencies(place: Place, caller: str) -> Iterator[Pair]:
    yield from ((("currency", other), ("literal", "ISK")) for other in others(caller))


def _records(place: Place, caller: str) -> Iterator[Pair]:
    values = [*_of_others(caller), *_of_its_kind(place, caller)]
    if place.where == "path":
        values += [("literal", malformed) for malformed in MALFORMED]
    yield from ((value, ("literal", NOBODY)) for value in values)


def _of_others(caller: str) -> Iterator[Value]:
    """Of every kind and of everybody else, deleted ones too."""
    for other in others(caller):
        yield from (("record", other, "live", each) for each in PARAMETERS)
        yield from (("record", other, "deleted", each) for each in DELETABLE)


def _of_its_kind(place: Place, caller: str) -> Iterator[Value]:
    """In another spelling, one's own of other kinds, and one's own that is deleted."""
    wanted = snake(place.name)
    if wanted in PARAMETERS:
        yield from (("in capitals", other, "live", wanted) for other in others(caller))
        yield from (("record", caller, "live", each) for each in PARAMETERS if each != wanted)
    if wanted in DELETABLE and not restores(place.route):
        yield "record", caller, "deleted", wanted


def _keys(place: Place, caller: str) -> Iterator[Pair]:
    """On a path with an id, as with an id of nothing. Elsewhere another tenant's key is a new one,
    and a colleague's is taken, as one's own is."""
    for other in others(caller):
        taken = HOLDERS[other] == HOLDERS[caller]
        if "{" in place.route.path:
            like: Value = ("key on nothing", other, other)
        elif not taken and _stands_alone(place.route):
            continue  # with their words it creates a record of one's own
        else:
            like = ("key", caller if taken else "a new one", other)
        yield ("key", other, other), like


def _stands_alone(route: Route) -> bool:
    """Whether a create refers to no record and names nothing unique, so that anybody's words will
    do."""
    kinds = {
        name: kind_of(route, name, rule)
        for name, rule in rules_of(route.binding.body).items()
        if rule.of is None
    }
    unique = any((route.tag, name) in UNIQUE for name in kinds)
    return route in CREATES and "reference" not in kinds.values() and not unique


def _claimed(place: Place, caller: str) -> Iterator[Pair]:
    """Beside a token that says who one is. Who sees the whole tenant may narrow it, and write."""
    if place.kind == "tenant":
        tenants = set(HOLDERS.values()) - {HOLDERS[caller]}
        yield from ((("literal", tenant), ("literal", "nowhere")) for tenant in tenants)
    elif place.route.method == "GET" or caller in USERS:
        yield from (((place.kind, other), ("literal", "somebody")) for other in others(caller))


def _cursors(place: Place, caller: str) -> Iterator[Pair]:
    """Those that others were given, here and by other lists; and one's own, tampered with."""
    here = place.route.path
    for route in LISTS:
        givers = others(caller) if route.path == here else HOLDERS
        yield from ((("cursor", each, route.path), ("cursor", "made up")) for each in givers)
    for other in others(caller) if place.where == "query" else ():
        yield from ((("cursor after", other, each, here), None) for each in PARAMETERS)


def _filters(place: Place, caller: str) -> Iterator[Pair]:
    """Conditions on each member, with what others have there."""
    [resource] = [each for each in REGISTRY if each.tag == place.route.tag]
    for member in list_members(resource).values():
        for other in others(caller):
            for what, like in _held(member, resource, other):
                for form in _forms(member):
                    yield ("filter", form, *what), ("filter", form, *like)


def _held(member: ListMember, resource: AnyResource, other: str) -> Iterator[tuple[Value, Value]]:
    """What somebody has in a member, and something like it that nobody has."""
    if member.kind == "id":
        parameter = _NAMED_OTHERWISE.get(member.wire) or snake(member.wire)
        for state in ("live", "deleted") if parameter in DELETABLE else ("live",):
            yield ("record", other, state, parameter), ("literal", NOBODY)
    elif member.kind == "user":
        yield ("owner", other), ("literal", "somebody")
    elif member.field is not None and member.field.kind == "currency":
        yield ("currency", other), ("literal", "ISK")
    elif member.field is not None and member.field.kind in COMMON_TO_ALL:
        return  # all have the one example of it
    elif member.kind in ("text", "secret") and member.field is not None:
        kind = member.field.kind if member.kind == "secret" else "text"
        about = kind if member.kind == "secret" else member.wire
        yield ("said", other, "live", resource.tag, about), ("new", kind)


def _forms(member: ListMember) -> list[str]:
    found = [f'{member.wire} = "{{}}"']
    if "in" in member.operators:
        found.append(f'not ({member.wire} not in ("{{}}"))')
    if "^=" in member.operators:
        found.append(f'{member.wire} ^= "{{}}"')
    return found


def _positions(place: Place, caller: str) -> Iterator[Pair]:
    """In the changes feed. A colleague's serves everybody in the tenant, who sees their own."""
    for other in others(caller):
        is_colleague = HOLDERS[other] == HOLDERS[caller]
        yield ("position", other), None if is_colleague else ("literal", "a" * 22)


def _said(place: Place, caller: str) -> Iterator[Pair]:
    """Names, numbers and addresses that others have given to their records."""
    if place.route.path == "/search":
        yield from _said_anywhere(place, caller)
        return
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


def _said_anywhere(place: Place, caller: str) -> Iterator[Pair]:
    """Texts and numbers of every kind of record."""
    for create in CREATES:
        for name, rule in rules_of(create.binding.body).items():
            kind = kind_of(create, name, rule)
            if kind in ("text", "phone", "email"):
                about = name if kind == "text" else kind
                for other in others(caller):
                    yield ("said", other, "live", create.tag, about), ("new", kind)
