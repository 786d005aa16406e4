"""Typed routes: one declaration routes, validates and documents."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, TypedDict, TypeVar, Unpack

import msgspec

from crm_cell.http.binding import Binding
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import CrmError
from crm_cell.kernel.scopes import READ, WRITE
from crm_cell.storage.engine import Reader

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)
Recheck = Callable[[Reader, Actor, str], Awaitable[None]]
ShownIds = Callable[[bytes], Iterable[str]]
LongWhen = Callable[..., bool]
Kind = Literal["read", "write", "plain"]

MIB = 1024 * 1024
BODY_LIMIT = 1 * MIB


class Options(TypedDict, total=False):
    """What a declaration may add; the fields of Route say what each means."""

    status: int
    open: bool
    probe: bool
    page: bool
    scope: str
    long: bool
    long_when: LongWhen
    body_limit: int
    refusals: Sequence[str | CrmError]
    media: Sequence[str]
    others: Mapping[int, Any]
    shown_ids: ShownIds
    reread: Handler


class Route(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One method on one path."""

    kind: Kind
    method: str
    path: str
    handler: Handler
    binding: Binding
    tag: str
    summary: str
    """In Chinese; the handler's docstring says it in English."""
    status: int = 200
    open: bool = False
    """Answers without Authorization and X-Tenant-Id."""
    probe: bool = False
    """Answers whatever query and headers come with the request: its callers cannot be asked."""
    page: bool = False
    """Likewise, as one of the documentation's pages: links to it bear marks of their own."""
    scope: str
    """What the caller must have been granted: reading or writing, unless more is at stake."""
    long: bool = False
    """May take over 2 ms: runs off the event loop."""
    long_when: LongWhen | None = None
    """Whether it does with these arguments, where that depends on them."""
    body_limit: int = BODY_LIMIT
    recheck: Recheck | None = None
    """Whether a caller may (still) see a resource that a stored answer shows."""
    shown_ids: ShownIds | None = None
    """Finds the ids of those resources in a body, where it shows more than one."""
    reread: Handler | None = None
    """Takes what the handler takes, and gives its answer anew without doing anything: for answers
    that must not be kept for a replay."""
    refusals: Sequence[str | CrmError] = ()
    """Errors beyond those that every route of its kind can answer with, by their code, or
    themselves where their message is not their code's usual one."""
    media: Sequence[str] = ()
    """What it can answer in, when that is not JSON alone."""
    others: Mapping[int, Any] = MappingProxyType({})
    """Views that it answers with under another status than its own, each as it then looks."""

    @cached_property
    def name(self) -> str:
        return f"{self.tag}.{self.handler.__name__.rstrip('_')}"

    @cached_property
    def may_stream(self) -> bool:
        return self.kind == "plain" and self.long

    def takes_long(self, arguments: Sequence[Any]) -> bool:
        return self.long or (self.long_when is not None and self.long_when(*arguments))

    @cached_property
    def takes_body(self) -> bool:
        return self.binding.body is not None

    @cached_property
    def needs_request_id(self) -> bool:
        return self.method in ("POST", "PATCH")

    @cached_property
    def lenient(self) -> bool:
        return self.probe or self.page

    @cached_property
    def conditional(self) -> bool:
        """Whether a success has an ETag, and is 304 for who names it in If-None-Match."""
        return self.method == "GET" and not self.probe


class Routes:
    """The routes of one resource, in the order of their declaration."""

    def __init__(
        self, path: str, *, tag: str, missing: str = "not_found", recheck: Recheck | None = None
    ) -> None:
        """`missing` is the message for a path whose id is of nothing."""
        self._path = path
        self._tag = tag
        self._missing = missing
        self._recheck = recheck
        self.routes: list[Route] = []

    def read(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[H], H]:
        """A GET on one snapshot: the handler's first parameter is the Reader."""
        return self._add("read", "GET", path, summary, options)

    def write(
        self, method: str, path: str, summary: str, **options: Unpack[Options]
    ) -> Callable[[H], H]:
        """A change in one transaction: the first parameter is the Tx. Committed, then answered."""
        return self._add("write", method, path, summary, options)

    def plain(self, path: str, summary: str, **options: Unpack[Options]) -> Callable[[H], H]:
        """A GET that manages its own reads."""
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
                tag=self._tag,
                summary=summary,
                recheck=self._recheck,
                **options,
            )
            self.routes.append(route)
            return handler

        return declare


Methods = dict[str, Route]


class Router:
    """From a path to what can be done there. Fixed paths win over those with an id."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[str, Methods] = {}
        self._templated: dict[tuple[int, str], list[_Template]] = {}
        for route in routes:
            self._methods_at(route.path)[route.method] = route

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

    def _methods_at(self, path: str) -> Methods:
        if "{" not in path:
            return self._fixed.setdefault(path, {})
        template = _Template(path.split("/"))
        candidates = self._templated.setdefault((len(template.parts), template.parts[1]), [])
        for known in candidates:
            if known.parts == template.parts:
                return known.methods
        candidates.append(template)
        return template.methods


def hides_slash(raw_path: bytes) -> bool:
    """Whether the path as it was sent holds an encoded slash. Decoded, that would separate what the
    sender, and the proxies on the way, took for one part."""
    return b"%" in raw_path and b"%2f" in raw_path.lower()


class _Template:
    """A path with names in it: which of its parts must be as written, and which are values."""

    def __init__(self, parts: list[str]) -> None:
        self.parts = parts
        self.methods: Methods = {}
        self._names = [(at, part[1:-1]) for at, part in enumerate(parts) if part[:1] == "{"]
        self._fixed = [(at, part) for at, part in enumerate(parts) if part[:1] != "{"]

    def values(self, parts: list[str]) -> dict[str, str] | None:
        """Of each name, where the path fits. Ids are the same in upper and lower case."""
        for at, part in self._fixed:
            if parts[at] != part:
                return None
        found = {}
        for at, name in self._names:
            if not parts[at]:
                return None
            found[name] = parts[at].lower()
        return found
