"""The order of a list: at most two keys, then the id; what is empty comes last either way.

The rows that have a value of the first key and those that have none are two streams, read one
after the other: each is in the order of an index, where an order with the empty ones last is not.
"""

import re
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from crm_cell.kernel.ids import is_id
from crm_cell.kernel.messages import Message
from crm_cell.resources.listing.members import ListMember
from crm_cell.resources.listing.tree import InvalidListing, expected

MOST_KEYS: Final = 2
_LARGEST: Final = 2**63 - 1
_KEY: Final = re.compile(r"\s*(?P<sign>-?)(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_NO_FIELD = Message(
    "no_field", "没有字段 {name}；可用：{allowed}", "there is no field {name}; there are {allowed}"
)
_NOT_SORTABLE = Message(
    "not_sortable_by",
    "不能按 {name} 排序；可用：{allowed}",
    "lists are not sorted by {name}, but by {allowed}",
)
_TOO_MANY = Message("too_many_keys", "最多 {limit} 个排序字段", "at most {limit} fields")
_TWICE = Message("sorted_twice", "{name} 重复", "{name} is named twice")

Stream = Literal["all", "values", "empty"]
"""Which rows: those that have a value of the first key, those that have none, or both."""


class SortKey(msgspec.Struct, frozen=True):
    column: str
    nullable: bool
    descending: bool
    is_text: bool
    wire: str


class Order(msgspec.Struct, frozen=True):
    """Without keys, newest first: by the id."""

    keys: tuple[SortKey, ...] = ()
    descending: bool = True
    """Of the ids of rows that are alike."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        return ("values", "empty") if self.keys and self.keys[0].nullable else ("all",)

    def position(self, record: Any) -> tuple[Any, ...]:
        """The values of a row that decide its place, but for the id."""
        values = (getattr(record, key.column) for key in self.keys)
        return tuple(int(value) if isinstance(value, bool) else value for value in values)


class Seek(msgspec.Struct, frozen=True):
    """Behind which row to go on."""

    id: str
    values: tuple[Any, ...] = ()

    @property
    def shape(self) -> tuple[bool, ...]:
        """Which of the values there are: they decide the text of the statement."""
        return tuple(value is not None for value in self.values)


NEWEST_FIRST: Final = Order()


def parse_sort(text: str, members: dict[str, ListMember]) -> Order:
    """`-updatedAt,name`. Raises InvalidListing."""
    keys: list[SortKey] = []
    at = 0
    while True:
        match = _KEY.match(text, at)
        if match is None:
            raise expected(at, ", ".join(_sortable(members)))
        key = _key(match["name"], bool(match["sign"]), match.start("name"), members)
        if key.wire in [each.wire for each in keys]:
            raise InvalidListing(match.start("name"), "not_sortable", _TWICE, name=key.wire)
        keys.append(key)
        at = match.end()
        if at == len(text):
            return _order(keys)
        if text[at] not in ",，":
            raise expected(at, ",")
        if len(keys) == MOST_KEYS:
            raise InvalidListing(at, "too_many", _TOO_MANY, limit=MOST_KEYS)
        at += 1


def _key(name: str, descending: bool, at: int, members: dict[str, ListMember]) -> SortKey:
    member = members.get(name)
    if member is None or not member.sortable:
        code, message = (
            ("unknown_field", _NO_FIELD) if member is None else ("not_sortable", _NOT_SORTABLE)
        )
        allowed = ", ".join(_sortable(members))
        raise InvalidListing(at, code, message, name=name, allowed=allowed)
    is_text = member.kind in ("text", "day", "day_or_instant", "id") or (
        member.field is not None and member.field.column == "text"
    )
    return SortKey(member.column, member.nullable, descending, is_text, name)


def _sortable(members: dict[str, ListMember]) -> list[str]:
    return [each.wire for each in members.values() if each.sortable]


def _order(keys: list[SortKey]) -> Order:
    """The order of creation is that of the ids, and no key behind it decides anything."""
    created = next((at for at, key in enumerate(keys) if key.column == "created_at"), None)
    if created is not None:
        return Order(tuple(keys[:created]), keys[created].descending)
    return Order(tuple(keys), keys[-1].descending)


def read_seek(order: Order, identifier: str, values: object) -> Seek | None:
    """From a cursor; None for one that this order cannot have made."""
    if not is_id(identifier) or not isinstance(values, list) or len(values) != len(order.keys):
        return None
    if all(_fits(key, value) for key, value in zip(order.keys, values, strict=True)):
        return Seek(identifier, tuple(values))
    return None


def _fits(key: SortKey, value: object) -> bool:
    if value is None:
        return key.nullable
    if key.is_text:
        return isinstance(value, str) and not _UNSTORABLE.search(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


# SQL


def ordered(
    found: sa.Select[Any],
    table: sa.Table,
    order: Order,
    stream: Stream,
    seek: tuple[bool, ...] | None,
    *,
    few: bool = False,
) -> sa.Select[Any]:
    """`seek` says which values there are of the row behind which to go on, None for the start.
    `few`: SQLite is to sort few rows, not to look for them in the order of an index."""
    by = unindexed if few else _as_it_is
    keys = order.keys
    if stream == "values":
        found = found.where(table.c[keys[0].column].is_not(None))
    if stream == "empty":
        found = found.where(table.c[keys[0].column].is_(None))
        keys, seek = keys[1:], None if seek is None else seek[1:]
    first = 1 if stream == "empty" else 0
    if seek is not None:
        found = found.where(_behind(table, keys, seek, order.descending, first))
        if seek and seek[0] and not (keys[0].nullable and first):
            # Held by what is asked for anyway, and found by an index.
            bound, value = table.c[keys[0].column], _parameter(_seek_name(first))
            found = found.where(bound <= value if keys[0].descending else bound >= value)
    for number, key in enumerate(keys):
        column = table.c[key.column]
        if key.nullable and (number or stream == "empty"):
            found = found.order_by(column.is_(None))
        found = found.order_by(by(column).desc() if key.descending else by(column).asc())
    identifier = by(table.c.id)
    return found.order_by(identifier.desc() if order.descending else identifier.asc())


def _as_it_is(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return column


def unindexed(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """For SQLite: neither looked for nor ordered by an index."""
    return UnaryExpression(column, operator=custom_op("+"))


def seek_values(seek: Seek | None) -> dict[str, Any]:
    if seek is None:
        return {}
    values = {_seek_name(number): value for number, value in enumerate(seek.values)}
    return {"s_id": seek.id} | {name: value for name, value in values.items() if value is not None}


def _seek_name(number: int) -> str:
    return f"s_{'ab'[number]}"


def _parameter(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name)


def _behind(
    table: sa.Table,
    keys: tuple[SortKey, ...],
    seek: tuple[bool, ...],
    descending: bool,
    first: int,
) -> sa.ColumnElement[bool]:
    if not keys:
        identifier, value = table.c.id, _parameter("s_id")
        return identifier < value if descending else identifier > value
    key, *others = keys
    column, value = table.c[key.column], _parameter(_seek_name(first))
    rest = _behind(table, tuple(others), seek[1:], descending, first + 1)
    if not seek[0]:
        return sa.and_(column.is_(None), rest)
    further = column < value if key.descending else column > value
    behind = sa.or_(further, sa.and_(column == value, rest))
    return sa.or_(behind, column.is_(None)) if key.nullable and first else behind
