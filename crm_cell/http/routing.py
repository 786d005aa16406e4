"""Typed routes: one declaration serves routing, validation and documentation."""

from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypedDict, TypeVar, Unpack

import msgspec

from crm_cell.http.binding import Binding
from crm_cell.http.uploads import ReadFile
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import CrmError, FieldError
from crm_cell.kernel.messages import NOT_FOUND, Message
from crm_cell.kernel.scopes import READ, WRITE
from crm_cell.storage.engine import Reader

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)
AuthorizeReplay = Callable[[Reader, Actor, str], Awaitable[None]]
ShownIds = Callable[[bytes], Iterable[str]]
LongWhen = Callable[..., bool]
StoredFaults = Callable[[Reader, Actor, Mapping[str, Any]], Awaitable[Sequence[FieldError]]]
Kind = Literal["read", "write", "plain"]

MIB = 1024 * 1024
BODY_LIMIT = 1 * MIB
ANY_SCOPE = ""
"""Of a route for every caller whose token is valid."""


class Options(TypedDict, total=False):
    """Optional arguments of a route; the fields of `Route` describe them."""

    status: int
    open: bool
    probe: bool
    page: bool
    scope: str
    long: bool
    long_when: LongWhen
    waits: bool
    body_limit: int
    rejections: Sequence[str | CrmError]
    media: Sequence[str]
    others: Mapping[int, Any]
    may_create: bool
    shown_ids: ShownIds
    reread: Handler
    read_file: ReadFile
    stored_faults: StoredFaults


class Tag(msgspec.Struct, frozen=True):
    """A group of routes in the API documentation."""

    name: str
    chinese: str = ""
    description: str = ""


class Route(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One method on one path."""

    kind: Kind
    method: str
    path: str
    handler: Handler
    binding: Binding
    group: Tag
    summary: str
    """In Chinese; the handler's docstring says it in English."""
    status: int = 200
    open: bool = False
    """Needs neither Authorization nor X-Tenant-Id."""
    probe: bool = False
    """Ignores the query and malformed headers, because load balancers call it."""
    page: bool = False
    """A documentation page: likewise, because links to it carry tracking parameters."""
    scope: str
    """The scope that the caller needs: READ or WRITE, or a narrower one for sensitive actions."""
    long: bool = False
    """May take over 2 ms: runs off the event loop."""
    long_when: LongWhen | None = None
    """Takes the arguments of the handler: whether this call may take over 2 ms."""
    waits: bool = False
    """May wait for a change: it occupies a concurrency slot only while it works, by
    `Request.turn`."""
    body_limit: int = BODY_LIMIT
    authorize_replay: AuthorizeReplay | None = None
    """Raises NotFound where the caller may no longer see a resource in a stored response."""
    shown_ids: ShownIds | None = None
    """Extracts the ids of the resources in a response body that shows more than one."""
    reread: Handler | None = None
    """Returns the handler's result again without writing, from the same arguments: for responses
    that must not be stored for a replay."""
    read_file: ReadFile | None = None
    """Reads a body that is a file, for routes that take one in place of JSON."""
    stored_faults: StoredFaults | None = None
    """Finds the faults of a refused body that depend on the database: its members by name."""
    rejections: Sequence[str | CrmError] = ()
    """Errors beyond those that every route of its kind may raise: a code, or an instance where
    its message differs from the code's default."""
    members: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    """JSON Schema of members that mean the same in every route."""
    media: Sequence[str] = ()
    """Media types of the response, where it is not JSON alone."""
    others: Mapping[int, Any] = MappingProxyType({})
    """Views of responses with another status than `status`."""
    may_create: bool = False
    """Answers 201 with a Location where it has created what it shows."""

    @cached_property
    def name(self) -> str:
        return f"{self.tag}.{self.handler.__name__.rstrip('_')}"

    @cached_property
    def tag(self) -> str:
        return self.group.name

    @cached_property
    def may_stream(self) -> bool:
        return self.kind == "plain" and self.long

    @cached_property
    def takes_body(self) -> bool:
        return self.binding.body is not None

    @cached_property
    def needs_request_id(self) -> bool:
        return self.kind == "write" and self.method in ("POST", "PATCH", "PUT")

    @cached_property
    def lenient(self) -> bool:
        return self.probe or self.page

    @cached_property
    def conditional(self) -> bool:
        """Whether responses have an ETag, and If-None-Match may turn them into 304."""
        return self.method == "GET" and not self.probe


class Routes:
    """The routes of one resource, in the order of their declaration."""

    def __init__(
        self,
        path: str,
        *,
        tag: Tag,
        missing: Message = NOT_FOUND,
        members: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
        authorize_replay: AuthorizeReplay | None = None,
    ) -> None:
        """`missing` is the message for an unknown id. `members` is JSON Schema of
        members and path parameters that mean the same in every route, such as the
        id of the resource."""
        self._path = path
        self._tag = tag
        self._missing = missing
        self._members = members
        self._authorize_replay = authorize_replay
        self.routes: list[Route] = []

    def read(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[H], H]:
        """A GET within one read transaction: the handler's first parameter is the Reader."""
        return self._add("read", "GET", path, summary, options)

    def search(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[H], H]:
        """A read that takes a body, so that its question may be long: a POST."""
        options.setdefault("scope", READ)
        return self._add("read", "POST", path, summary, options)

    def write(
        self, method: str, path: str, summary: str, **options: Unpack[Options]
    ) -> Callable[[H], H]:
        """A change in one transaction, committed before the response is sent: the handler's first
        parameter is the Tx."""
        return self._add("write", method, path, summary, options)

    def plain(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[H], H]:
        """A GET whose handler opens its own read transactions, if any."""
        return self._add("plain", "GET", path, summary, options)

    def _add(
        self, kind: Kind, method: str, path: str, summary: str, options: Options
    ) -> Callable[[H], H]:
        options.setdefault("scope", READ if method == "GET" else WRITE)

        def declare(handler: H) -> H:
            route = Route(
                kind=kind,
                method=method,
                path=self._path + path,
                handler=handler,
                binding=Binding(handler, self._missing, has_tx=kind != "plain"),
                group=self._tag,
                members=self._members,
                summary=summary,
                authorize_replay=self._authorize_replay,
                **options,
            )
            self.routes.append(route)
            return handler

        return declare


Methods = dict[str, Route]


class Router:
    """Finds the methods of a path. Fixed paths win over those with an id."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[str, Methods] = {}
        self._templated: dict[tuple[int, str], list[_Template]] = {}
        for route in routes:
            self._methods_at(route)[route.method] = route

    def resolve(self, path: str) -> tuple[Methods, dict[str, str]] | None:
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed, {}
        parts = path.split("/")
        if len(parts) < 2:
            return None
        for template in self._templated.get((len(parts), parts[1]), ()):
            values = template.values(parts)
            if values is not None:
                return template.methods, values
        return None

    def _methods_at(self, route: Route) -> Methods:
        if "{" not in route.path:
            return self._fixed.setdefault(route.path, {})
        template = _Template(route.path.split("/"), route.binding.texts)
        candidates = self._templated.setdefault((len(template.parts), template.parts[1]), [])
        for known in candidates:
            if known.parts == template.parts:
                return known.methods
        candidates.append(template)
        return template.methods


def hides_slash(raw_path: bytes) -> bool:
    """Whether the undecoded path has an encoded slash. Decoding it would split what the sender and
    its proxies treat as one segment."""
    return b"%" in raw_path and b"%2f" in raw_path.lower()


class _Template:
    """A path with parameters."""

    def __init__(self, parts: list[str], texts: Container[str]) -> None:
        """`texts` are the names whose values are no ids."""
        self.parts = parts
        self.methods: Methods = {}
        self._texts = texts
        self._names = [(at, part[1:-1]) for at, part in enumerate(parts) if part[:1] == "{"]
        self._fixed = [(at, part) for at, part in enumerate(parts) if part[:1] != "{"]

    def values(self, parts: list[str]) -> dict[str, str] | None:
        """The parameters, or None where the path does not match. Ids are case-insensitive."""
        for at, part in self._fixed:
            if parts[at] != part:
                return None
        found = {}
        for at, name in self._names:
            if not parts[at]:
                return None
            found[name] = parts[at] if name in self._texts else parts[at].lower()
        return found
