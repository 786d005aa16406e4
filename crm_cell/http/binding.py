"""From a handler's signature to its arguments: the annotation says where a value comes from.

Actor                 who asks
Database              for handlers that manage their own reads
Readiness             whether this process should get requests
Request               the request itself
IfMatch               the header of that name
str                   the id in the path that has the parameter's name
a Body                the JSON body, validated
Patch[fields]         the JSON merge patch, validated
a Query               the query parameters, validated
Asked, ExportAsked    `page`, `pageSize` and `cursor`
"""

import inspect
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec

from crm_cell.http.json_body import printable
from crm_cell.http.paging import Asked, Kept, asked, mark_of
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.readiness import Readiness
from crm_cell.http.request import Request
from crm_cell.http.schema import Body, Patch, Query, rules_of, validate, validate_patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, Fault, NotFound
from crm_cell.kernel.ids import is_id
from crm_cell.kernel.text import is_blank
from crm_cell.storage.engine import Database

Queries = dict[type[Query], Query]
Binder = Callable[[Request, Queries], Any]

# No route takes more parameters than this; whoever sends more is not asking a question.
_MOST_PARAMETERS = 32
# What is asked again and again is short; thousands of long ones would be kept for nothing.
_LONGEST_KEPT = 256
# Of each list, questions as they are asked again and again; a few hundred bytes each.
_MOST_KNOWN = 1024
# Left as it is by one reader and dropped by the next.
_HALF_ESCAPED = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class Binding:
    """How a handler gets its arguments, worked out once."""

    def __init__(self, handler: Callable[..., Any], missing: str, *, has_tx: bool) -> None:
        hints = get_type_hints(handler)
        self.missing = missing
        self.returns: Any = hints.get("return")
        names = list(inspect.signature(handler).parameters)[has_tx:]
        self.kinds = {name: hints[name] for name in names}
        self.queries = tuple(kind for kind in map(_query_of, self.kinds.values()) if kind)
        self._binders = [_binder(name, kind, missing) for name, kind in self.kinds.items()]

    def arguments(self, request: Request, faults: list[Fault]) -> list[Any]:
        """Raises BadRequest with `faults`, and those of query and body, together."""
        queries: Queries = {}
        values: list[Any] = []
        try:
            queries = read_query(request.query, self.queries)
        except BadRequest as bad:
            faults += bad.faults
        for binder in self._binders:
            try:
                values.append(binder(request, queries))
            except BadRequest as bad:
                faults += bad.faults
        if faults:
            raise BadRequest(faults)
        return values

    @property
    def body(self) -> Any:
        """The Body or PatchFields that the handler takes, if any."""
        for kind in self.kinds.values():
            if get_origin(kind) is Patch:
                return get_args(kind)[0]
            if isinstance(kind, type) and issubclass(kind, Body):
                return kind
        return None


def read_query(raw: bytes, kinds: tuple[type[Query], ...]) -> Queries:
    """Raises BadRequest for parameters that are unknown, repeated or wrong."""
    if len(raw) > _LONGEST_KEPT:
        return _read_query.__wrapped__(raw, kinds)
    return _read_query(raw, kinds) if raw or kinds else {}


@lru_cache(maxsize=2048)
def _read_query(raw: bytes, kinds: tuple[type[Query], ...]) -> Queries:
    given, faults = _pairs(raw)
    found: Queries = {}
    known: set[str] = set()
    for kind in kinds:
        rules = rules_of(kind)
        known.update(rules)
        members = {
            name: rules[name].from_text(text) if rules[name].from_text else text  # type: ignore[misc]
            for name, text in given.items()
            if name in rules
            and not is_blank(text)  # a form sends an empty one for what was left blank
        }
        try:
            found[kind] = validate(members, kind)
        except BadRequest as bad:
            faults += bad.faults
    faults += [Fault(printable(name), "unknown") for name in given if name not in known]
    if faults:
        raise BadRequest(faults)
    return found


def _pairs(raw: bytes) -> tuple[dict[str, str], list[Fault]]:
    if _HALF_ESCAPED.search(raw):
        return {}, [Fault("query", "malformed")]
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        return {}, [Fault("query", "malformed")]
    given = dict(pairs)
    names = [name for name, _ in pairs]
    repeated = [Fault(printable(name), "repeated") for name in given if names.count(name) > 1]
    return given, repeated


def _query_of(kind: Any) -> type[Query] | None:
    if isinstance(kind, type) and issubclass(kind, Asked):
        return kind.query
    if isinstance(kind, type) and issubclass(kind, Query):
        return kind
    return None


def _binder(name: str, kind: Any, missing: str) -> Binder:
    if kind is str:
        return _path_binder(name, missing)
    if kind is Request:
        return lambda request, _: request
    if kind is Database:
        return lambda request, _: request.database
    if kind is Readiness:
        return lambda request, _: request.readiness
    if kind is IfMatch:
        return lambda request, _: IfMatch(request.headers.get("If-Match"))
    if get_origin(kind) is Patch:
        fields = get_args(kind)[0]
        return lambda request, _: validate_patch(request.tree, fields)
    if issubclass(kind, Body):
        return lambda request, _: validate(request.tree, kind)
    if issubclass(kind, Asked):
        return _paging_binder(kind)
    if issubclass(kind, Query):
        return lambda _, queries: queries.get(kind)
    return lambda request, _: request.actor


def _path_binder(name: str, missing: str) -> Binder:
    def bind(request: Request, _: Queries) -> str:
        value = request.params[name]
        if not is_id(value):
            raise NotFound(missing)
        return value

    return bind


def _paging_binder(kind: type[Asked]) -> Binder:
    kept: Kept = {}
    known: dict[tuple[str, str | None, str, bytes], Asked] = {}

    def bind(request: Request, queries: Queries) -> Asked | None:
        actor = request.actor
        if kind.query not in queries or actor is None:
            return None
        question = (actor.tenant, actor.owner, request.path, request.query)
        found = known.get(question)
        if found is None:
            found = asked(kind, queries[kind.query], _mark(request, actor, queries, kind), kept)
            if len(known) >= _MOST_KNOWN:
                known.clear()
            if len(request.path) + len(request.query) <= _LONGEST_KEPT:
                known[question] = found
        return found

    return bind


def _mark(request: Request, actor: Actor, queries: Queries, kind: type[Asked]) -> str:
    filters = [
        query for other, query in queries.items() if other is not kind.query and other.narrows
    ]
    return mark_of(actor.tenant, actor.owner, request.path, msgspec.json.encode(filters))
