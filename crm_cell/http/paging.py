"""`page`, `pageSize` and `cursor`, read from a query and written into an answer."""

import base64
import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast

import msgspec

from crm_cell.http.answers import encode
from crm_cell.http.fields import text, whole
from crm_cell.http.schema import Query
from crm_cell.kernel.entity import Entity
from crm_cell.kernel.errors import BadRequest, Fault
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

PageNumber = Annotated[int, whole(1, MAX_PAGE)]
Cursor = Annotated[str, text(1, 200)]


class PageQuery(Query):
    """Where in a list to be: by number, or after the page that gave `nextCursor`."""

    page: PageNumber | None = None
    page_size: Annotated[int, whole(1, MAX_SIZE)] = DEFAULT_SIZE
    cursor: Cursor | None = None


class ExportPageQuery(Query):
    """As for lists, with pages of up to 1000."""

    page: PageNumber | None = None
    page_size: Annotated[int, whole(1, MAX_EXPORT_SIZE)] = MAX_EXPORT_SIZE
    cursor: Cursor | None = None


class Page(msgspec.Struct, Generic[V], frozen=True, rename="camel"):
    """The envelope of every list."""

    data: list[V]
    total: int
    page: int
    page_size: int
    next_cursor: str | None


class Asked(PageRequest, frozen=True):
    """The page that a request asks for, with the mark that ties its cursors to its filters."""

    query: ClassVar[type[Query]] = PageQuery
    mark: str = ""

    def answer(self, found: Slice[T], view: Callable[[T], V]) -> Page[V]:
        cursor = _cursor(self.mark, self.page + 1, found.after) if found.after else None
        return Page(_shown(found.rows, view, self.kept), found.total, self.page, self.size, cursor)


@lru_cache(maxsize=1024)
def _cursor(mark: str, page: int, after: str) -> str:
    return base64.urlsafe_b64encode(f"{mark}.{page}.{after}".encode()).decode().rstrip("=")


# Of each list: enough for the first pages of many tenants, in a megabyte or two.
_MOST_KEPT = 4096
Kept = dict[Key, Any]
"""Of one list, the JSON that its records were made into before."""


def _shown(rows: list[T], view: Callable[[T], V], kept: Kept | None) -> list[V]:
    """The views; of records that were shown before, the JSON that they were made into then.

    The same pages are asked for again and again, and a record of one id and version always looks
    the same: its ETag promises just that.
    """
    if kept is None:
        return [view(row) for row in rows]
    shown: list[Any] = [
        row if isinstance(row, msgspec.Raw) else _kept_view(row, view, kept) for row in rows
    ]
    return shown


def _kept_view(row: T, view: Callable[[T], V], kept: Kept) -> V:
    if not isinstance(row, Entity):
        return view(row)
    key = (row.tenant_id, row.id, row.version)
    raw = kept.get(key)
    if raw is None:
        raw = msgspec.Raw(encode(view(row)))
        if len(kept) >= _MOST_KEPT:
            kept.clear()  # perhaps while another thread makes an export: nobody counts on finding
        kept[key] = raw
    return cast(V, raw)


class ExportAsked(Asked, frozen=True):
    """As Asked, for exports; `named` tells whether the caller asked for one page at all."""

    query: ClassVar[type[Query]] = ExportPageQuery
    named: bool = False


A = TypeVar("A", bound=Asked)


def asked(kind: type[A], query: Query, mark: str, kept: Kept | None = None) -> A:
    """Raises BadRequest for a cursor beside a page, or one that was made for something else."""
    assert isinstance(query, PageQuery | ExportPageQuery)
    options: dict[str, Any] = {"kept": kept}
    if issubclass(kind, ExportAsked):  # which passes by each record once
        options = {"named": query.page is not None or query.cursor is not None}
    if query.cursor is None:
        return kind(size=query.page_size, page=query.page or 1, mark=mark, **options)
    if query.page is not None:
        raise BadRequest([Fault("cursor", "with_page")])
    made_for, page, after = _read(query.cursor)
    if made_for != mark:
        raise BadRequest([Fault("cursor", "other_cursor")])
    return kind(size=query.page_size, page=page, after=after, mark=mark, **options)


def mark_of(tenant: str, owner: str | None, path: str, filters: bytes) -> str:
    """A short hash of all that decides which rows a list has."""
    said = b"\n".join((tenant.encode(), (owner or "").encode(), path.encode(), filters))
    return hashlib.blake2s(said, digest_size=8).hexdigest()


def _read(cursor: str) -> tuple[str, int, str]:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        mark, page, after = base64.b64decode(padded, b"-_", validate=True).decode().split(".")
        number = int(page)
    except ValueError:
        raise BadRequest([Fault("cursor", "malformed")]) from None
    if not is_id(after) or not 1 <= number <= MAX_PAGE:
        raise BadRequest([Fault("cursor", "malformed")])
    return mark, number, after
