"""Reading a list that is filtered or sorted, within its deadline."""

from collections.abc import Sequence
from itertools import starmap
from time import monotonic
from typing import Any, Final, Generic

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError, QueryTooBroad
from crm_cell.kernel.messages import Message
from crm_cell.kernel.paging import PageRequest
from crm_cell.resources.listing.conditions import ALL, Shape
from crm_cell.resources.listing.narrowed import Narrowed as Narrowed  # noqa: PLC0414 - callers name it
from crm_cell.resources.listing.order import Order, Seek, Stream, seek_values
from crm_cell.resources.listing.owners import Owned, find_way
from crm_cell.resources.listing.sql import Grouping, ListShape, named, named_owners
from crm_cell.resources.reading import RecordReader
from crm_cell.resources.record import R
from crm_cell.resources.scope import Scope, Way
from crm_cell.storage import counters
from crm_cell.storage.counters import Counter
from crm_cell.storage.engine import Reader, Row
from crm_cell.storage.errors import TooSlow

DEADLINE_SECONDS: Final = 2.0
MOST_COUNTED: Final = 10_000
WALK_SECONDS: Final = 0.02
MOST_SKIPPED: Final = 10_000
"""Rows before a page that is asked for by number."""
_TOO_FAR = Message(
    "page_too_far",
    "筛选或排序时，page 只能到第 {limit} 行，请用 cursor",
    "with a filter or a sort ends at row {limit}: use cursor",
)


class Rows(msgspec.Struct, Generic[R], frozen=True):
    records: list[R]
    more: bool
    total: int | None
    total_is_minimum: bool = False


class ListReader(Generic[R]):
    def __init__(self, reader: RecordReader[R]) -> None:
        self._reader = reader

    async def read(
        self,
        tx: Reader,
        actor: Actor,
        wanted: Narrowed,
        page_request: PageRequest,
        *,
        seconds: float | None = None,
    ) -> Rows[R]:
        """Raises QueryTooBroad, and BadRequest for a page beyond MOST_SKIPPED rows."""
        offset = 0 if wanted.seek else page_request.offset
        if offset > MOST_SKIPPED:
            params = {"text": _TOO_FAR, "limit": MOST_SKIPPED}
            raise BadRequest([FieldError("page", "too_large", params)])
        rows = offset + page_request.size + 1
        part, counter = await self._part(tx, actor, wanted, seconds, rows)
        try:
            records = await part.rows(page_request.size + 1, offset)
            more = len(records) > page_request.size
            known = None if more or offset or wanted.seek else len(records)
            total, is_minimum = await part.total(counter, known)
        except TooSlow:
            raise QueryTooBroad(wanted.broadest) from None
        return Rows(records[: page_request.size], more, total, is_minimum)

    async def grouped(
        self, tx: Reader, actor: Actor, wanted: Narrowed, build: Grouping
    ) -> list[Row]:
        """What `build` makes of the rows. Raises QueryTooBroad."""
        part, _ = await self._part(tx, actor, wanted, None)
        try:
            return await part.grouped(build)
        except TooSlow:
            raise QueryTooBroad(wanted.broadest) from None

    async def _part(
        self,
        tx: Reader,
        actor: Actor,
        wanted: Narrowed,
        seconds: float | None,
        rows: int | None = None,
    ) -> tuple["_Part[R]", Counter | None]:
        """And the counter of its rows, if there is one. `rows`: how many are read; None for all."""
        scope, counter = await self._reader.list_scope(tx, actor, wanted.references)
        if wanted.condition != ALL:
            counter = None
        joined = not wanted.references and await self._reader.is_member(tx, actor)
        if scope is Scope.OWN and wanted.among_few:
            scope = Scope.OWN_AMONG_FEW
        owned = Owned(wanted.condition, wanted.values)
        if not wanted.references and not wanted.among_few:
            owned = await find_way(
                tx, self._reader, actor, wanted, scope, rows, may_name=not joined
            )
        seconds = seconds or DEADLINE_SECONDS
        part = _Part(self._reader, tx, actor, wanted, owned, scope, seconds, joined=joined)
        return part, counter


class _Part(Generic[R]):
    """One list as one caller sees it, on one snapshot."""

    def __init__(
        self,
        reader: RecordReader[R],
        tx: Reader,
        actor: Actor,
        wanted: Narrowed,
        owned: Owned,
        scope: Scope,
        seconds: float,
        *,
        joined: bool,
    ) -> None:
        """`joined`: also what the caller reads as a member."""
        self._reader, self._tx, self._actor = reader, tx, actor
        self._wanted, self._scope, self._joined = wanted, scope, joined
        self._owned = owned
        self._names = tuple(wanted.references)
        self._params = {
            **reader.scope_params(actor),
            **wanted.references,
            **named(owned.values),
            **named_owners(owned.owners),
        }
        self._ends = monotonic() + seconds

    async def rows(self, limit: int, offset: int) -> list[R]:
        """Of one stream after the other, until there are enough."""
        order, seek = self._wanted.order, self._wanted.seek
        streams: Sequence[Stream] = order.streams
        if len(streams) > 1 and _has_value(self._wanted.condition, order.keys[0].column):
            streams = streams[:1]
        if seek is not None and len(streams) > 1 and seek.values[0] is None:
            streams = streams[1:]
        found: list[R] = []
        for stream in streams:
            own = None if seek is None or _begins_behind(stream, seek) else seek
            rows = await self._stream(stream, own, limit - len(found), offset)
            found += rows
            if len(found) >= limit:
                break
            if offset and stream != streams[-1]:
                offset = max(0, offset - await self._count(stream, offset)) if not rows else 0
        return found

    async def _stream(self, stream: Stream, seek: Seek | None, limit: int, offset: int) -> list[R]:
        most = {"most": limit + offset} if self._joined else {}
        params = {"limit": limit, "offset": offset, **most, **seek_values(seek)}
        shape = self._shape(order=self._wanted.order, stream=stream, way=self._owned.way)
        if seek is not None:
            shape = msgspec.structs.replace(shape, seek=seek.shape)
        rows = await self._walked(shape, params)
        if rows is None:
            rows = await self._fetch(
                self._text(msgspec.structs.replace(shape, way=Way.BY_OWNER)), **params
            )
        return list(starmap(self._reader.decrypting(self._tx), rows))

    async def _walked(self, shape: ListShape, params: dict[str, Any]) -> list[Row] | None:
        """None where that takes longer than to read all of the owners: nobody knows how many rows
        the rest of a filter leaves."""
        tried = shape.way is Way.IN_ORDER and self._tx.dialect == "sqlite"
        try:
            return await self._fetch(
                self._text(shape), most_seconds=WALK_SECONDS if tried else None, **params
            )
        except TooSlow:
            if not tried:
                raise
            return None

    def _shape(self, **shape: Any) -> ListShape:
        owned = self._owned
        return ListShape(owned.condition, owners=len(owned.owners), **shape)

    def _text(self, shape: ListShape) -> str:
        return self._reader.statements.list(
            self._tx.dialect, self._scope, self._names, shape, self._joined
        )

    async def total(self, counter: Counter | None, known: int | None) -> tuple[int | None, bool]:
        """And whether there are more than that. `known`: the rows that were read are all."""
        if counter is not None:
            total = await counters.read(self._tx, self._actor.tenant, *counter)
            if self._joined:
                total += await self._reader.joined_total(self._tx, self._actor)
            return total, False
        if not self._wanted.count:
            return None, False
        most = self._wanted.most_counted or MOST_COUNTED
        if known is not None and known <= most:
            return known, False
        counted = await self._count("all", most + 1)
        return min(counted, most), counted > most

    async def grouped(self, build: Grouping) -> list[Row]:
        return await self._fetch(self._text(self._shape(grouping=build, way=self._owned.of_all)))

    async def _count(self, stream: Stream, limit: int) -> int:
        order = self._wanted.order if stream != "all" else Order()
        shape = self._shape(order=order, stream=stream, way=self._owned.of_all)
        text = self._reader.statements.list_count(
            self._tx.dialect, self._scope, self._names, shape, self._joined
        )
        [row] = await self._fetch(text, limit=limit, offset=0)
        return int(row[0])

    async def _fetch(
        self, text: str, *, most_seconds: float | None = None, **params: Any
    ) -> list[Any]:
        left = self._ends - monotonic()
        if left <= 0:
            raise TooSlow
        seconds = left if most_seconds is None else min(left, most_seconds)
        return await self._tx.fetch_within(seconds, text, **self._params, **params)


def _has_value(condition: Shape, column: str) -> bool:
    """Whether the column of all rows has a value: then no row is in the stream of empty ones."""
    match condition:
        case ("and", *parts):
            return any(_has_value(part, column) for part in parts)
        case ("compare" | "in" | "set", named_column, *_):
            return bool(named_column == column)
    return False


def _begins_behind(stream: Stream, seek: Seek) -> bool:
    """Whether the stream begins behind the row of `seek`, which is in the one before."""
    return stream == "empty" and seek.values[0] is not None
