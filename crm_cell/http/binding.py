"""Binds the arguments of a handler: the annotation of a parameter determines its source.

Actor                 the caller
Database              for handlers that open their own read transactions
Readiness             whether this process accepts requests
Request               the request itself
IfMatch               the header If-Match
IfNoneMatch           the header If-None-Match
str                   the path parameter with the same name, an id
a PathText            the path parameter with the same name, as it is written
a Body                the JSON body, validated
Upsert[body]          the JSON body, to be validated as a create or as a merge patch
Patch[fields]         the JSON merge patch, validated
a Query               the query parameters, validated
RequestedPage         `page`, `pageSize` and `cursor`; also RequestedExportPage
"""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec

from crm_cell.http.json_body import printable
from crm_cell.http.paging import (
    CachedRecords,
    ExportPageQuery,
    ListingQuery,
    RequestedPage,
    list_hash_of,
    requested_page,
    wanted_of,
)
from crm_cell.http.path_text import PathText
from crm_cell.http.preconditions import IfMatch, IfNoneMatch
from crm_cell.http.readiness import Readiness
from crm_cell.http.request import Request
from crm_cell.http.schema import Body, Patch, Query, Upsert, rules_of, validate, validate_patch
from crm_cell.http.uploads import Upload, UploadBody
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError, NotFound
from crm_cell.kernel.ids import is_id
from crm_cell.kernel.messages import Message
from crm_cell.kernel.text import is_blank
from crm_cell.storage.engine import Database

Queries = dict[type[Query], Query]
Binder = Callable[[Request, Queries], Any]

_OF_REQUEST: dict[Any, Callable[[Request], Any]] = {
    Request: lambda request: request,
    Database: lambda request: request.database,
    Readiness: lambda request: request.readiness,
    IfMatch: lambda request: IfMatch(request.headers.get("If-Match")),
    IfNoneMatch: lambda request: IfNoneMatch(request.headers.get("If-None-Match")),
}
# More than any route has.
_MOST_PARAMETERS = 32
# The length of queries in the cache. Repeated queries are short; long ones would waste memory.
_MAX_CACHED_LENGTH = 256
# Cache size of each list, for repeated queries of a few hundred bytes each.
_CACHE_SIZE = 1024
# Parsers disagree about a percent sign without two hex digits.
_INVALID_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class Binding:
    """Computes the arguments of a handler, prepared once from its signature."""

    def __init__(self, handler: Callable[..., Any], missing: Message, *, has_tx: bool) -> None:
        hints = get_type_hints(handler)
        self.missing = missing
        self.returns: Any = hints.get("return")
        names = list(inspect.signature(handler).parameters)[has_tx:]
        self.kinds = {name: hints[name] for name in names}
        self.queries = tuple(kind for kind in map(_query_of, self.kinds.values()) if kind)
        self.texts = {
            name: kind
            for name, kind in self.kinds.items()
            if isinstance(kind, type) and issubclass(kind, PathText)
        }
        """Path parameters that are no ids, and what each is."""
        self._binders = [_binder(name, kind, missing) for name, kind in self.kinds.items()]

    def subject(self, params: Mapping[str, str]) -> str | None:
        """The first id in a path: that of the record that a request is about."""
        return next((value for name, value in params.items() if name not in self.texts), None)

    def arguments(self, request: Request, field_errors: list[FieldError]) -> list[Any]:
        """Raises BadRequest with `field_errors` and the errors of query and body."""
        queries: Queries = {}
        values: list[Any] = []
        try:
            queries = read_query(request.query, self.queries)
        except BadRequest as bad:
            field_errors += bad.field_errors
        for binder in self._binders:
            try:
                values.append(binder(request, queries))
            except BadRequest as bad:
                field_errors += bad.field_errors
        if field_errors:
            raise BadRequest(field_errors)
        return values

    @property
    def body(self) -> Any:
        """The Body or PatchFields that the handler takes, if any."""
        for kind in self.kinds.values():
            if get_origin(kind) in (Patch, Upsert):
                return get_args(kind)[0]
            if isinstance(kind, type) and issubclass(kind, Body):
                return kind
        return None


def read_query(raw: bytes, kinds: tuple[type[Query], ...]) -> Queries:
    """Raises BadRequest for unknown, repeated or invalid parameters."""
    if len(raw) > _MAX_CACHED_LENGTH:
        return _read_query.__wrapped__(raw, kinds)
    return _read_query(raw, kinds) if raw or kinds else {}


@lru_cache(maxsize=2048)
def _read_query(raw: bytes, kinds: tuple[type[Query], ...]) -> Queries:
    given, field_errors = _pairs(raw)
    found: Queries = {}
    known: set[str] = set()
    for kind in kinds:
        rules = rules_of(kind)
        known.update(rules)
        members = {
            name: rules[name].from_text(text) if rules[name].from_text else text  # type: ignore[misc]
            for name, text in given.items()
            if name in rules and not is_blank(text)  # forms send empty parameters for blank fields
        }
        try:
            found[kind] = validate(members, kind)
        except BadRequest as bad:
            field_errors += bad.field_errors
    field_errors += [FieldError(printable(name), "unknown") for name in given if name not in known]
    if field_errors:
        raise BadRequest(field_errors)
    return found


def _pairs(raw: bytes) -> tuple[dict[str, str], list[FieldError]]:
    if _INVALID_ESCAPE.search(raw):
        return {}, [FieldError("query", "malformed")]
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        return {}, [FieldError("query", "malformed")]
    given = dict(pairs)
    names = [name for name, _ in pairs]
    repeated = [FieldError(printable(name), "repeated") for name in given if names.count(name) > 1]
    return given, repeated


def _query_of(kind: Any) -> type[Query] | None:
    if isinstance(kind, type) and issubclass(kind, RequestedPage):
        return kind.query
    if isinstance(kind, type) and issubclass(kind, Query):
        return kind
    return None


def _binder(name: str, kind: Any, missing: Message) -> Binder:
    if kind is str:
        return _path_binder(name, missing)
    if kind in _OF_REQUEST:
        read = _OF_REQUEST[kind]
        return lambda request, _: read(request)
    if get_origin(kind) is Upsert:
        return lambda request, _: Upsert(request.tree)
    if get_origin(kind) is Patch:
        fields = get_args(kind)[0]
        return lambda request, _: validate_patch(request.tree, fields)
    if issubclass(kind, PathText):
        return _text_binder(name, kind)
    if issubclass(kind, Body):
        return _body_binder(kind)
    if issubclass(kind, RequestedPage):
        return _paging_binder(kind)
    if issubclass(kind, Query):
        return lambda _, queries: queries.get(kind)
    return lambda request, _: request.actor


def _body_binder(kind: type[Body]) -> Binder:
    if not issubclass(kind, UploadBody):
        return lambda request, _: validate(request.tree, kind)
    return lambda request, _: (
        request.tree if isinstance(request.tree, Upload) else validate(request.tree, kind)
    )


def _path_binder(name: str, missing: Message) -> Binder:
    def bind(request: Request, _: Queries) -> str:
        value = request.params[name]
        if not is_id(value):
            raise NotFound(missing)
        return value

    return bind


def _text_binder(name: str, kind: type[PathText]) -> Binder:
    def bind(request: Request, _: Queries) -> PathText:
        value = request.params[name]
        if fault := kind.fault(value):
            raise BadRequest([fault])
        return kind(value)

    return bind


def _paging_binder(kind: type[RequestedPage]) -> Binder:
    records: CachedRecords = {}
    pages: dict[tuple[str, str | None, bool, str, bytes], RequestedPage] = {}

    def bind(request: Request, queries: Queries) -> RequestedPage | None:
        actor = request.actor
        if kind.query not in queries or actor is None:
            return None
        masked = actor.in_full is None
        key = (actor.tenant, actor.owner, masked, request.path, request.query)
        found = pages.get(key)
        if found is None:
            found = requested_page(
                kind,
                queries[kind.query],
                _list_hash(request, actor, queries, kind),
                records if masked else None,
            )
            if len(pages) >= _CACHE_SIZE:
                pages.clear()
            if len(request.path) + len(request.query) <= _MAX_CACHED_LENGTH:
                pages[key] = found
        return found

    return bind


def _list_hash(request: Request, actor: Actor, queries: Queries, kind: type[RequestedPage]) -> str:
    filters = [
        query for other, query in queries.items() if other is not kind.query and other.narrows
    ]
    narrowing = msgspec.json.encode(filters)
    page_query = queries[kind.query]
    if isinstance(page_query, ListingQuery | ExportPageQuery) and (wanted := wanted_of(page_query)):
        narrowing += wanted.narrowing
    return list_hash_of(actor.tenant, actor.owner, request.path, narrowing)
