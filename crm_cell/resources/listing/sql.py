"""Shapes of filters as SQLAlchemy expressions, their values as named parameters."""

from collections.abc import Callable, Iterator
from itertools import count, product
from string import ascii_lowercase
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from crm_cell.resources.listing.conditions import ALL, Shape
from crm_cell.resources.listing.order import NEWEST_FIRST, Order, Stream, ordered

_COMPARE: Final[dict[str, Callable[[Any, Any], sa.ColumnElement[bool]]]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_LETTERS: Final = ["".join(each) for each in product(ascii_lowercase, repeat=3)]
_DAY_LENGTH: Final = 10
_RECORD_TAGS: Final = sa.table(
    "record_tags", sa.column("tenant_id"), sa.column("tag_id"), sa.column("record_id")
)


Grouping = Callable[[sa.Select[Any], sa.Table], sa.Select[Any]]
"""A function at module level that makes sums, for example, of the rows of a list."""


class ListShape(msgspec.Struct, frozen=True):
    """All that decides the text of the statement that reads a part of a list."""

    condition: Shape = ALL
    order: Order = NEWEST_FIRST
    stream: Stream = "all"
    seek: tuple[bool, ...] | None = None
    grouping: Grouping | None = None
    """Makes something else of the rows that meet the condition."""

    def page(self, found: sa.Select[Any], table: sa.Table, *, few: bool = False) -> sa.Select[Any]:
        narrowed = found.where(condition(table, self.condition))
        if self.grouping is not None:
            return self.grouping(narrowed, table)
        rows = ordered(narrowed, table, self.order, self.stream, self.seek, few=few)
        return rows.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))

    def ids(self, found: sa.Select[Any], table: sa.Table, *, few: bool = False) -> sa.Select[Any]:
        """Of the first rows, up to `most`."""
        narrowed: sa.Select[Any] = found.with_only_columns(table.c.id)
        narrowed = narrowed.where(condition(table, self.condition))
        rows = ordered(narrowed, table, self.order, self.stream, self.seek, few=few)
        # Without it, SQLAlchemy would add an OFFSET with a parameter for SQLite.
        return rows.limit(sa.bindparam("most")).offset(sa.literal_column("0"))

    def count(self, found: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
        """Of the stream, no more than `limit`."""
        some: sa.Select[Any] = found.with_only_columns(sa.literal_column("1").label("one"))
        some = some.where(condition(table, self.condition))
        if self.stream != "all":
            column = table.c[self.order.keys[0].column]
            some = some.where(column.is_(None) if self.stream == "empty" else column.is_not(None))
        limited = some.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))
        return sa.select(sa.func.count()).select_from(limited.subquery("some"))


def parameter(number: int) -> str:
    """Parameters have no digits in their names."""
    return f"v_{_LETTERS[number]}"


def named(values: list[Any]) -> dict[str, Any]:
    return {parameter(number): value for number, value in enumerate(values)}


def condition(table: sa.Table, shape: Shape) -> sa.ColumnElement[bool]:
    return _condition(table, shape, count())


def _condition(table: sa.Table, shape: Shape, numbers: Iterator[int]) -> sa.ColumnElement[bool]:
    match shape:
        case ("and", *parts):
            return sa.and_(sa.true(), *(_condition(table, part, numbers) for part in parts))
        case ("or", *parts):
            return sa.or_(sa.false(), *(_condition(table, part, numbers) for part in parts))
        case ("null", column):
            return table.c[column].is_(None)
        case ("set", column):
            return table.c[column].is_not(None)
        case ("length", column, operator):
            length = sa.func.length(table.c[column])
            return _COMPARE[operator](length, sa.literal_column(str(_DAY_LENGTH)))
        case ("compare", column, operator):
            return _COMPARE[operator](table.c[column], _next(numbers))
        case ("in" | "not in", column, many):
            values = [_next(numbers) for _ in range(many)]
            found = table.c[column]
            return found.in_(values) if shape[0] == "in" else found.not_in(values)
        case ("tagged" | "untagged", many):
            return _tagged(table, many, numbers, holds=shape[0] == "tagged")
    raise AssertionError(shape)


def _tagged(
    table: sa.Table, many: int, numbers: Iterator[int], *, holds: bool
) -> sa.ColumnElement[bool]:
    """Whether a record has one of so many tags, or none of them."""
    tags = [_next(numbers) for _ in range(many)]
    found = sa.select(_RECORD_TAGS.c.record_id).where(
        _RECORD_TAGS.c.tenant_id == sa.bindparam("tenant"), _RECORD_TAGS.c.tag_id.in_(tags)
    )
    return table.c.id.in_(found) if holds else table.c.id.not_in(found)


def _next(numbers: Iterator[int]) -> sa.BindParameter[Any]:
    return sa.bindparam(parameter(next(numbers)))
