"""Paging of lists: `page`, `pageSize` and `cursor` in the query, and the envelope of responses."""

import base64
import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields.checks import integer, text, unchanged
from crm_cell.http.responses import encode
from crm_cell.http.schema import Query
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.ids import is_id
from crm_cell.kernel.paging import (
    DEFAULT_SIZE,
    MAX_EXPORT_SIZE,
    MAX_PAGE,
    MAX_SIZE,
    Key,
    PageRequest,
    Slice,
)

T = TypeVar("T")
V = TypeVar("V")

_LONGEST_PLAIN_CURSOR = 200
# A cursor of a sorted list holds the values of a row.
LONGEST_CURSOR = 8_000

FILTER: Final = Meta(
    description="筛选条件：一行文字或 JSON，见文档 · Which rows: a line of text, or JSON",
    examples=['status = 1 and name ^= "云"'],
)
SORT: Final = Meta(
    description="排序：至多两个字段，- 表示倒序 · The order: at most two fields, - for descending",
    examples=["-updatedAt"],
)
FIELDS: Final = Meta(
    description="只返回这些字段，编号总在 · Only these members, and the id",
    examples=["name,status"],
)
EMBED: Final = Meta(
    description="一并返回的上级记录 · The records referred to that come along",
    examples=["customer"],
)
WITH_TOTAL: Final = Meta(
    description="筛选时也计总数，至多数到 10000 · Count the rows of a filter too, up to 10 000"
)
ZONE: Final = Meta(
    description="相对时间的时区，默认 Asia/Shanghai"
    " · The time zone of dates and relative times, Asia/Shanghai by default",
    examples=["Asia/Shanghai"],
)
TOTAL: Final = Meta(description="总条数，未知时为 null · Number of all rows, null where not known")
TOTAL_KNOWN: Final = Meta(
    description="false 表示总数未知 · false where the total is not known", examples=[False]
)
TOTAL_IS_MINIMUM: Final = Meta(
    description="true 表示至少有这么多 · true where there are more than the total says",
    examples=[True],
)

PageNumber = Annotated[int, integer(1, MAX_PAGE)]
Cursor = Annotated[str, text(1, _LONGEST_PLAIN_CURSOR)]


class PageQuery(Query):
    """Where in a list to be: by number, or after the page that gave `nextCursor`."""

    page: PageNumber | None = None
    page_size: Annotated[int, integer(1, MAX_SIZE)] = DEFAULT_SIZE
    cursor: Cursor | None = None


class ExportPageQuery(Query):
    """As for lists, with pages of up to 1000."""

    page: PageNumber | None = None
    page_size: Annotated[int, integer(1, MAX_EXPORT_SIZE)] = MAX_EXPORT_SIZE
    cursor: Annotated[str, text(1, LONGEST_CURSOR)] | None = None
    filter: Annotated[str, unchanged(4_096), FILTER] | None = None
    sort: Annotated[str, unchanged(200), SORT] | None = None
    tz: Annotated[str, unchanged(100), ZONE] | None = None


class ListingQuery(PageQuery):
    """Where in a list, of which rows, in which order, with which members."""

    cursor: Annotated[str, text(1, LONGEST_CURSOR)] | None = None
    filter: Annotated[str, unchanged(4_096), FILTER] | None = None
    sort: Annotated[str, unchanged(200), SORT] | None = None
    fields: Annotated[str, unchanged(2_000), FIELDS] | None = None
    embed: Annotated[str, unchanged(200), EMBED] | None = None
    with_total: Annotated[bool, WITH_TOTAL] = False
    tz: Annotated[str, unchanged(100), ZONE] | None = None


class CursorQuery(Query):
    """Where in a list to be that has no page numbers."""

    page_size: Annotated[int, integer(1, MAX_SIZE)] = DEFAULT_SIZE
    cursor: Cursor | None = None


class Wanted(msgspec.Struct, frozen=True):
    """What a list is asked for beyond its page, as it was sent."""

    filter: str | dict[str, Any] | None = None
    """A line of text or JSON."""
    sort: str | None = None
    fields: str | None = None
    embed: str | None = None
    with_total: bool = False
    zone: str | None = None

    @property
    def narrowing(self) -> bytes:
        """What ties cursors to the list, beside its exact filters."""
        if self.filter is None and self.sort is None:
            return b""
        return msgspec.json.encode((self.filter, self.sort, self.zone))


class Page(msgspec.Struct, Generic[V], frozen=True, rename="camel"):
    """The envelope of every list."""

    data: list[V]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


class Listing(msgspec.Struct, Generic[V], frozen=True, rename="camel"):
    """The envelope of a list that takes a filter: it may not know its total."""

    data: list[V]
    total: Annotated[int, TOTAL] | None
    page: int
    page_size: int
    next_cursor: str | None
    total_known: Annotated[bool, TOTAL_KNOWN] | UnsetType = UNSET
    total_is_minimum: Annotated[bool, TOTAL_IS_MINIMUM] | UnsetType = UNSET


class RequestedPage(PageRequest, frozen=True):
    """The requested page. `list_hash` binds cursors to the list and its filters."""

    query: ClassVar[type[Query]] = PageQuery
    list_hash: str = ""

    def answer(self, found: Slice[T], view: Callable[[T], V]) -> Page[V]:
        cursor = _cursor(self.list_hash, self.page + 1, found.after) if found.after else None
        return Page(shown(found.rows, view, self.cached), found.total, self.page, self.size, cursor)


class RequestedCursor(RequestedPage, frozen=True):
    """A page that is asked for by cursor alone."""

    query: ClassVar[type[Query]] = CursorQuery

    def cursor(self, after: str | None) -> str | None:
        """Of the page behind `after`, None where there is none."""
        return None if after is None else _cursor.__wrapped__(self.list_hash, 1, after)


class RequestedListing(RequestedPage, frozen=True):
    """As RequestedPage; `wanted` is None if the request has none of the list language."""

    query: ClassVar[type[Query]] = ListingQuery
    wanted: Wanted | None = None
    behind: Any = None
    """The values in the cursor by which the list is sorted, unchecked."""

    def listing(
        self,
        data: list[V],
        total: int | None,
        *,
        minimum: bool = False,
        behind: tuple[str, tuple[Any, ...]] | None = None,
    ) -> Listing[V]:
        """`behind` are the id and the values of the last row, if another page follows."""
        cursor = None
        if behind is not None:
            identifier, values = behind
            after = f"{identifier}.{encode(values).decode()}" if values else identifier
            cursor = _cursor.__wrapped__(self.list_hash, self.page + 1, after)
        return Listing(
            data,
            total,
            self.page,
            self.size,
            cursor,
            total_known=False if total is None else UNSET,
            total_is_minimum=True if minimum else UNSET,
        )


@lru_cache(maxsize=1024)
def _cursor(list_hash: str, page: int, after: str) -> str:
    return base64.urlsafe_b64encode(f"{list_hash}.{page}.{after}".encode()).decode().rstrip("=")


# Cache size of each list: the first pages of many tenants, in one or two megabytes.
_CACHE_SIZE = 4096
CachedRecords = dict[Key, Any]
"""Encoded records of one list."""


def shown(rows: list[T], view: Callable[[T], V], cache: CachedRecords | None) -> list[V]:
    """The views of rows, or their JSON from the cache.

    Clients request the same pages repeatedly, and one version of a record always has the same
    JSON, as its ETag promises.
    """
    if cache is None:
        return [view(row) for row in rows]
    shown: list[Any] = [
        row if isinstance(row, msgspec.Raw) else _cached_view(row, view, cache) for row in rows
    ]
    return shown


def _cached_view(row: T, view: Callable[[T], V], cache: CachedRecords) -> V:
    version = getattr(row, "version", None)
    if version is None:  # without a version, the JSON may change
        return view(row)
    key = (row.tenant_id, row.id, version)  # type: ignore[attr-defined]  # records have all three
    raw = cache.get(key)
    if raw is None:
        raw = msgspec.Raw(encode(view(row)))
        if len(cache) >= _CACHE_SIZE:
            cache.clear()  # safe with exports on other threads, which handle missing entries
        cache[key] = raw
    return cast(V, raw)


class RequestedExportPage(RequestedListing, frozen=True):
    """For exports. `named`: the request asks for one page, not for all records."""

    query: ClassVar[type[Query]] = ExportPageQuery
    named: bool = False
    zone: str | None = None


A = TypeVar("A", bound=RequestedPage)


def requested_page(
    kind: type[A], query: Query, list_hash: str, cache: CachedRecords | None = None
) -> A:
    """Raises BadRequest for a cursor together with a page, or a cursor of another list."""
    assert isinstance(query, PageQuery | ExportPageQuery | CursorQuery)
    number = None if isinstance(query, CursorQuery) else query.page
    options: dict[str, Any] = {"cached": cache}
    if issubclass(kind, RequestedExportPage):  # no cache: it reads each record once
        options = {"named": number is not None or query.cursor is not None}
    if isinstance(query, ExportPageQuery):
        options["zone"] = query.tz
    if isinstance(query, ListingQuery | ExportPageQuery):
        options["wanted"] = wanted_of(query)
    if query.cursor is None:
        return kind(size=query.page_size, page=number or 1, list_hash=list_hash, **options)
    if number is not None:
        raise BadRequest([FieldError("cursor", "with_page")])
    if options.get("wanted") is None and len(query.cursor) > _LONGEST_PLAIN_CURSOR:
        raise BadRequest([FieldError("cursor", "too_long", {"limit": _LONGEST_PLAIN_CURSOR})])
    made_for, page, after, behind = _read(query.cursor)
    if made_for != list_hash:
        raise BadRequest([FieldError("cursor", "other_cursor")])
    if behind is not None:
        if options.get("wanted") is None:
            raise BadRequest([FieldError("cursor", "malformed")])
        options["behind"] = behind
    return kind(size=query.page_size, page=page, after=after, list_hash=list_hash, **options)


def list_hash_of(tenant: str, owner: str | None, path: str, filters: bytes) -> str:
    """A short hash of everything that determines the rows of a list."""
    text = b"\n".join((tenant.encode(), (owner or "").encode(), path.encode(), filters))
    return hashlib.blake2s(text, digest_size=8).hexdigest()


def wanted_of(query: ListingQuery | ExportPageQuery) -> Wanted | None:
    """None where nothing is asked for: the list is answered as it always was."""
    if isinstance(query, ExportPageQuery):  # whose zone is that of its cells, too
        if query.filter is None and query.sort is None:
            return None
        return Wanted(query.filter, query.sort, zone=query.tz)
    wanted = Wanted(query.filter, query.sort, query.fields, query.embed, query.with_total, query.tz)
    return None if wanted == _NOTHING else wanted


_NOTHING = Wanted()


def _read(cursor: str) -> tuple[str, int, str, Any]:
    """The mark, the page, the id and, of a list that is sorted, the values."""
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, b"-_", validate=True).decode()
        list_hash, page, after, *values = text.split(".", 3)
        number = int(page)
        behind = msgspec.json.decode(values[0]) if values else None
    except (ValueError, msgspec.DecodeError):
        raise BadRequest([FieldError("cursor", "malformed")]) from None
    if not is_id(after) or not 1 <= number <= MAX_PAGE or (values and behind is None):
        raise BadRequest([FieldError("cursor", "malformed")])
    return list_hash, number, after, behind
